"""The box that speaks Sessy: strategy, setpoint, power and energy over HTTP with a user and a password.

In: a battery, quirks as attributes. Out: its answers. It counts discharge as +, and never lets go of a setpoint by
itself. Knows no house. Source: the maker's API documents.
"""

import json
from collections.abc import Iterable

import aiohttp
from aiohttp import web

from lib.sim.battery import HomeBattery, OwnMode
from lib.sim.http_box import KEPT, HttpBox, Trouble

MOST_W = 2_200
API, IDLE = "POWER_STRATEGY_API", "POWER_STRATEGY_IDLE"
OTHERS = {f"POWER_STRATEGY_{name}" for name in ("NOM", "ROI", "ECO", "SESSY_CONNECT")}
ARRIVED_S = web.RequestKey("arrived_s", float)
USER, PASSWORD = "SESSYBOX", "sticker1"


class SessyBox(HttpBox):
    """A Sessy before a battery; made with `open_sessy_box`.

    Attributes:
        battery: behind it; must have no watchdog, as a Sessy has none.
        strategy: the one that holds.
        state: its state in its own words, such as "ERROR"; "" says what the battery is.
        counts: whether its firmware has counters.
        writes: when an order arrived, by the loop's clock, its key and its value; also of those that were refused.

    """

    def __init__(self, battery: HomeBattery) -> None:
        super().__init__()
        self.battery = battery
        self.strategy = "POWER_STRATEGY_NOM"
        self.state = ""
        self.counts = True
        self.writes: list[tuple[float, str, str | int]] = []
        self._setpoint_w = 0
        self._known = aiohttp.encode_basic_auth(USER, PASSWORD)

    def routes(self) -> Iterable[web.RouteDef]:
        """The part of its API that matters here."""
        return (
            web.get("/api/v1/power/active_strategy", self._tell_strategy, allow_head=False),
            web.post("/api/v1/power/active_strategy", self._take_strategy),
            web.post("/api/v1/power/setpoint", self._take_setpoint),
            web.get("/api/v1/power/status", self._status, allow_head=False),
            web.get("/api/v1/energy/status", self._energy, allow_head=False),
        )

    def by_hand(self, strategy: str) -> None:
        """Its owner sets it in the app."""
        self.strategy = strategy
        self.battery.own = OwnMode.IDLE if strategy == IDLE else OwnMode.SELF
        self.battery.told(float(-self._setpoint_w) if strategy == API else None)

    def arrive(self, request: web.Request, at_s: float) -> None:
        """Remember when."""
        request[ARRIVED_S] = at_s

    async def _tell_strategy(self, request: web.Request) -> web.Response:
        return self._answered(request, {"strategy": self.strategy})

    async def _take_strategy(self, request: web.Request) -> web.Response:
        strategy = await _told(request, "strategy")
        refusal = self._refusal(request, "strategy", strategy)
        if refusal:
            return refusal
        if strategy not in OTHERS | {API, IDLE}:
            return web.json_response({"status": "invalid strategy"}, status=400)
        self.by_hand(str(strategy))
        return self._answered(request, {})

    async def _take_setpoint(self, request: web.Request) -> web.Response:
        setpoint_w = await _told(request, "setpoint")
        refusal = self._refusal(request, "setpoint", setpoint_w)
        if refusal:
            return refusal
        if not isinstance(setpoint_w, int) or isinstance(setpoint_w, bool) or abs(setpoint_w) > MOST_W:
            return web.json_response({"status": "setpoint out of range"}, status=400)
        self._setpoint_w = setpoint_w
        if self.strategy == API:
            self.battery.told(float(-setpoint_w))
        return self._answered(request, {})

    async def _status(self, request: web.Request) -> web.Response:
        battery = self.battery
        state = self.state or ("BATTERY_FULL" if not battery.takes_w else "")
        state = state or ("BATTERY_EMPTY" if not battery.gives_w else "RUNNING_SAFE")
        sessy = {
            "state_of_charge": round(battery.soc_pct / 100, 4),
            "power": -battery.power_w,
            "power_setpoint": self._setpoint_w if self.strategy == API else -battery.power_w,
            "system_state": f"SYSTEM_STATE_{state}",
            "system_state_details": "",
            "frequency": 50_004,
            "inverter_current_ma": round(battery.power_w / 0.23),
        }
        phases = {
            f"renewable_energy_phase{at}": {"voltage_rms": 231_400, "current_rms": 0, "power": 0} for at in (1, 2, 3)
        }
        return self._answered(request, {"sessy": sessy, **phases})

    async def _energy(self, request: web.Request) -> web.Response:
        if not self.counts:
            return web.Response(status=404)
        counted = {"import_wh": int(self.battery.charged_wh), "export_wh": int(self.battery.discharged_wh)}
        return self._answered(request, {"sessy_energy": counted})

    def _refusal(self, request: web.Request, key: str, value: str | int | None) -> web.Response | None:
        """Remember an order; an answer where it is not taken."""
        if request.headers.get("Authorization") != self._known:
            return web.json_response({"status": "unauthorized"}, status=401)
        if value is None:
            return web.json_response({"status": f"{key} is missing"}, status=400)
        self.writes.append((request[ARRIVED_S], key, value))
        del self.writes[:-KEPT]
        if self.trouble is Trouble.REFUSE:
            return web.json_response({"status": "not allowed now"}, status=409)
        return None

    def _answered(self, request: web.Request, said: dict[str, object]) -> web.Response:
        if request.headers.get("Authorization") != self._known:
            return web.json_response({"status": "unauthorized"}, status=401)
        return web.json_response({"status": "ok", **said})


async def _told(request: web.Request, key: str) -> str | int | None:
    """The value of a key in what it was told; None where there is none."""
    try:
        value = json.loads(await request.text())[key]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, str | int) else None


async def open_sessy_box(battery: HomeBattery, port: int = 0) -> SessyBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = SessyBox(battery)
    await box.listen(port)
    return box
