"""The box that speaks as IAMMETER's Wi-Fi meters do: one address, rows of numbers.

In: what flows through each clamp, quirks as attributes. Out: its answers. Knows no house.
Source: the maker's description of the JSON.
"""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from lib.sim.metering_box import Flows, MeteringBox

PHASES = 3


class IamMeterBox(MeteringBox):
    """A WEM3080T with three clamps, a WEM3080 with one; made with `open_iammeter_box`.

    Attributes:
        is_new: its firmware answers below /api only.
        adds_up: a fourth row tells the sum.

    """

    def __init__(self, flows: Flows) -> None:
        super().__init__(flows)
        self.is_new = False
        self.adds_up = False

    def routes(self) -> Iterable[web.RouteDef]:
        """Of both firmwares."""
        return (web.get("/monitorjson", self._monitor), web.get("/api/monitorjson", self._monitor))

    async def _monitor(self, request: web.Request) -> web.Response:
        if self.is_new != request.path.startswith("/api"):
            return web.Response(status=404)
        rows = [self._row(current_a) for current_a in self.flows()]
        said: dict[str, Any] = {"method": "uploadsn", "mac": "B0F8933C1DF7", "version": "i.75.98.66", "SN": "12345678"}
        if len(rows) == PHASES:
            total = [0.0, 0.0, sum(row[2] for row in rows), 0.0, 0.0]
            return self.answer(request, {**said, "Datas": [*rows, *([total] if self.adds_up else [])]})
        return self.answer(request, {**said, "Data": rows[0]})

    def _row(self, current_a: float) -> list[float]:
        power_w = round(self.power_w(current_a), 1)
        return [self.volts, round(abs(current_a), 2), power_w, 1265.17, 12.5, 50.0, self.factor]


async def open_iammeter_box(flows: Flows, port: int = 0) -> IamMeterBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = IamMeterBox(flows)
    await box.listen(port)
    return box
