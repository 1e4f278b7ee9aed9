"""The box that speaks as an IoTaWatt does: names in /config.txt, watts in /status.

In: what flows through each clamp and how it is called, quirks as attributes. Out: its answers. Knows no house.
Source: the firmware's own web server.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from lib.sim.metering_box import Flows, MeteringBox

LEAST_W = 2.0  # what is less it shows as 0


class IotaWattBox(MeteringBox):
    """An IoTaWatt with its clamps from input 1 on; made with `open_iotawatt_box`.

    Attributes:
        names: of its clamps, in their order. outputs: what its owner has worked out there: name → unit and value.

    """

    def __init__(self, flows: Flows, names: Sequence[str]) -> None:
        super().__init__(flows)
        self.names = list(names)
        self.outputs: Mapping[str, tuple[str, float]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """The two addresses."""
        return (web.get("/config.txt", self._config), web.get("/status", self._status))

    async def _config(self, request: web.Request) -> web.Response:
        clamps = [{"channel": 1 + at, "name": name, "type": "CT"} for at, name in enumerate(self.names)]
        inputs = [{"channel": 0, "name": "Voltage", "type": "VT"}, *clamps, None, None]
        return self.answer(request, {"format": 2, "device": {"name": "IotaWatt", "channels": "15"}, "inputs": inputs})

    async def _status(self, request: web.Request) -> web.Response:
        said: dict[str, Any] = {}
        if "inputs" in request.query:
            rows = [self._row(1 + at, current_a) for at, current_a in enumerate(self.flows())]
            said["inputs"] = [{"channel": 0, "Vrms": self.volts, "Hz": 50.02}, *rows]
        if "outputs" in request.query:
            said["outputs"] = [
                {"name": name, "units": units, "value": value} for name, (units, value) in self.outputs.items()
            ]
        return self.answer(request, said)

    def _row(self, channel: int, current_a: float) -> dict[str, Any]:
        power_w = self.power_w(current_a)
        is_little = abs(power_w) < LEAST_W
        factor = 0.0 if is_little else self.factor if power_w > 0 else -self.factor
        return {"channel": channel, "Watts": "0" if is_little else f"{power_w:.0f}", "Pf": round(factor, 2)}


async def open_iotawatt_box(flows: Flows, names: Sequence[str], port: int = 0) -> IotaWattBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = IotaWattBox(flows, names)
    await box.listen(port)
    return box
