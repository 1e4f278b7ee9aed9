"""The box that speaks Fronius' Solar API: power flow of the site over HTTP, without a password.

In: panels, quirks as attributes. Out: its answers. Knows no house. Source: the maker's "Solar API V1".
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from lib.sim.http_box import HttpBox
from lib.sim.panels import Panels, Yield

PATH = "/solar_api/v1/GetPowerFlowRealtimeData.fcgi"


class FroniusBox(HttpBox):
    """A GEN24 with its panels; made with `open_fronius_box`.

    Attributes:
        enabled: whether its owner switched the Solar API on.
        code, reason: of the answer's status; 0 is well.
        lacks: names that the site of its answer does not have.
        p_pv: what it says instead of its panels' power; "" for that.

    """

    def __init__(self, panels: Panels) -> None:
        super().__init__()
        self.enabled = True
        self.code = 0
        self.reason = ""
        self.lacks: frozenset[str] = frozenset()
        self.p_pv: Any = ""
        self.counted = Yield(panels)
        self._panels = panels

    def routes(self) -> Iterable[web.RouteDef]:
        """The one address."""
        return (web.get(PATH, self._flow, allow_head=False),)

    async def _flow(self, _: web.Request) -> web.Response:
        if not self.enabled:
            return web.Response(status=404)
        self.counted.look(asyncio.get_running_loop().time())
        power_w = float(self._panels.power_w)
        site = {
            "BackupMode": False,
            "E_Day": None,  # a GEN24 does not count these two
            "E_Total": self.counted.wh,
            "E_Year": None,
            "Meter_Location": "unknown",
            "Mode": "produce-only",
            "P_Akku": None,
            "P_Grid": None,
            "P_Load": None,
            "P_PV": (power_w or None) if self.p_pv == "" else self.p_pv,
            "rel_Autonomy": None,
            "rel_SelfConsumption": None,
        }
        inverters = {"1": {"Battery_Mode": "disabled", "DT": 1, "P": power_w, "SOC": None}}
        kept = {name: value for name, value in site.items() if name not in self.lacks}
        data = {"Inverters": inverters, "Site": kept, "Smartloads": {}, "Version": "13"}
        status = {"Code": self.code, "Reason": self.reason, "UserMessage": ""}
        head = {"RequestArguments": {}, "Status": status, "Timestamp": "2026-06-17T10:00:00+00:00"}
        return web.json_response({"Body": {"Data": data if not self.code else {}}, "Head": head})


async def open_fronius_box(panels: Panels, port: int = 0) -> FroniusBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = FroniusBox(panels)
    await box.listen(port)
    return box
