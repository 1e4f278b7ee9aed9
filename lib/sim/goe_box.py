"""The box that speaks go-eCharger: API v2 (/api/status, /api/set), and the older v1 (/status, /mqtt?payload=).

In: a charge point, quirks as attributes, in v1 a relay that cuts phases of its supply. Out: its answers over HTTP.
Knows no house. Source: the maker's API documents.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from lib.sim.charge_point import ChargePoint, Fault
from lib.sim.charger_box import ChargerBox
from lib.sim.http_box import Trouble

LEAST_A = 6
JSON_FILTER_BEFORE = (51, 4)  # older firmware takes the filter as a JSON list
ERRORS = {Fault.RESIDUAL_CURRENT: 2, Fault.PHASE: 3, Fault.TOO_HOT: 13}
IDLE, CHARGING, WAITING, COMPLETE, ERROR = 1, 2, 3, 4, 5
NEUTRAL, OFF, ON = 0, 1, 2
OUT_OF_RANGE = "value out of range"
WH_10WS = 360  # 1 Wh is so many units of 10 Ws


class GoeBox(ChargerBox):
    """A go-eCharger of API v2; made with `open_goe_box`. An `frc` of 1 is a pause.

    Attributes:
        enabled: whether the owner switched the local API on.
        firmware: before 51.4 the filter is a JSON list.
        internal_error: the state in which it does not know itself: nulls.

    """

    make = "goe"

    def __init__(self, point: ChargePoint, *, serial: str = "000042") -> None:
        super().__init__(point)
        self.serial = serial
        self.enabled = True
        self.firmware = "60.4"
        self.internal_error = False
        self._wish: dict[str, Any] = {"frc": NEUTRAL, "psm": 0, "mca": LEAST_A, "lmo": 3, "fup": False}

    @property
    def car(self) -> int:
        """Its code for what hangs on the cable."""
        if self.point.fault:
            return ERROR
        if self.point.car is None:
            return IDLE
        if self.point.is_charging:
            return CHARGING
        return COMPLETE if self.point.ended else WAITING

    @property
    def error(self) -> int:
        """Its code for what is wrong."""
        return ERRORS[self.point.fault] if self.point.fault else 0

    @property
    def volts_v(self) -> tuple[int, int, int]:
        """Volts that reach it on L1, L2, L3."""
        lines = min(self.point.phases, self.point.supply_phases)
        one, two, three = (round(self.point.phase_v) if phase < lines else 0 for phase in range(3))
        return one, two, three

    def routes(self) -> Iterable[web.RouteDef]:
        """The two addresses of API v2."""
        return (
            web.get("/api/status", self._status, allow_head=False),
            web.get("/api/set", self._set, allow_head=False),
        )

    def written(self, request: web.Request) -> Mapping[str, str]:
        """All keys of /api/set."""
        return request.query if request.path == "/api/set" else {}

    async def _status(self, request: web.Request) -> web.Response:
        if not self.enabled:
            return web.Response(status=404)
        said = self._state()
        names = self._filter(request.query.get("filter", ""))
        return web.json_response({name: said[name] for name in names if name in said} if names else said)

    def _filter(self, text: str) -> list[str]:
        """The keys that are asked for; none: all."""
        version = tuple(int(part) for part in self.firmware.split("."))
        if version >= JSON_FILTER_BEFORE:
            return text.split(",") if text else []
        try:
            names = json.loads(text)
        except ValueError:
            return []
        return [str(name) for name in names] if isinstance(names, list) else []

    def _state(self) -> dict[str, Any]:
        point, told = self.point, self.point.told
        unknown = self.internal_error
        used = [phase < point.relays for phase in range(3)]
        frc = OFF if told.paused else NEUTRAL if self._wish["frc"] == OFF else self._wish["frc"]
        psm = 1 if told.phases == 1 else 2 if self._wish["psm"] == 1 else self._wish["psm"]
        permitted = point.permitted and not unknown
        return {
            "car": None if unknown else self.car,
            "alw": permitted,
            "amp": int(told.current_a),
            "acu": int(point.offer_a) if permitted and not point.ended else None,
            "ama": int(point.most_a),
            "frc": frc,
            "psm": psm,
            "pnp": point.lines,
            "err": None if unknown else self.error,
            "wh": round(point.plugin_wh, 1),
            "eto": point.total_wh,
            "cbl": None if unknown else 20,
            "dwo": told.limit_wh or None,
            "fwv": self.firmware,
            "sse": self.serial,
            "typ": "go-eCharger",
            "var": 11,
            "mca": self._wish["mca"],
            "adi": False,
            "nrg": self._energy(),
            "pha": [*used, *(volt > 0 for volt in self.volts_v)],
            "tma": [24.5, 26.25],
            "trx": None,
            "modelStatus": 0 if unknown else self._reason(frc),
            "lmo": self._wish["lmo"],
            "fup": self._wish["fup"],
            "rssi": -61,
            "mptwt": 600_000,
            "mpwst": 120_000,
        }

    def _energy(self) -> list[float]:
        currents_a = [round(current_a, 1) or 0 for current_a in self.point.phases_a]
        watts = [round(current_a * self.point.phase_v) for current_a in self.point.phases_a]
        factors = [99 if watt else 0 for watt in watts]
        return [*self.volts_v, 1, *currents_a, *watts, 0, self.point.power_w, *factors, 0]

    def _reason(self, frc: int) -> int:
        """Why it charges or not."""
        if self.point.car and self.point.is_limited:
            return 6
        return {NEUTRAL: 15, OFF: 4, ON: 3}[frc]

    async def _set(self, request: web.Request) -> web.Response:
        if not self.enabled:
            return web.Response(status=404)
        return web.json_response({key: self._take(key, text) for key, text in request.query.items()})

    def _take(self, key: str, text: str) -> bool | str:
        """True, or why not; each key for itself."""
        try:
            value = json.loads(text)
        except ValueError:
            return "value is not JSON"
        if self.trouble is Trouble.REFUSE:
            return "not allowed now"
        whole = isinstance(value, int) and not isinstance(value, bool)
        match key:
            case "amp" if whole and LEAST_A <= value <= self.point.most_a:
                self.point.tell(current_a=float(value))
            case "frc" if whole and value in {NEUTRAL, OFF, ON}:
                self.point.tell(paused=value == OFF)
            case "psm" if whole and value in {0, 1, 2}:
                self.point.tell(phases=1 if value == 1 else 3)
            case "dwo" if value is None or (whole and value >= 0):
                self.point.tell(limit_wh=value or 0)
            case "mca" if whole and LEAST_A <= value <= self.point.most_a:
                pass
            case "fup" if isinstance(value, bool):
                pass
            case "lmo" if whole and value in {3, 4, 5}:
                pass
            case "ids" if isinstance(value, dict):
                pass
            case "amp" | "frc" | "psm" | "dwo" | "mca" | "fup" | "lmo" | "ids":
                return OUT_OF_RANGE
            case _:
                return "unknown key"
        self._wish[key] = value
        return True


class OldGoeBox(GoeBox):
    """A go-eCharger of API v1; made with `open_goe_box`. A refused order shows only as a value that did not change.

    It cannot switch phases: a relay before it does, and tells it here how many phases reach it.

    Attributes:
        keeps_back: keys that it does not answer an order with.

    """

    def __init__(self, point: ChargePoint, *, serial: str = "000042") -> None:
        super().__init__(point, serial=serial)
        self.keeps_back: frozenset[str] = frozenset()

    def routes(self) -> Iterable[web.RouteDef]:
        """The two addresses of API v1."""
        return (
            web.get("/status", self._status, allow_head=False),
            web.get("/mqtt", self._mqtt, allow_head=False),
        )

    def written(self, request: web.Request) -> Mapping[str, str]:
        """The one key of a payload such as `amx=10`."""
        key, sign, text = request.query.get("payload", "").partition("=")
        return {key: text} if request.path == "/mqtt" and sign else {}

    @property
    def relay_phases(self) -> int:
        """How many phases the relay before it lets through, 1 or 3."""
        return self.point.supply_phases

    @relay_phases.setter
    def relay_phases(self, phases: int) -> None:
        self.point.supply_phases = phases

    async def _status(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self._state())

    async def _mqtt(self, request: web.Request) -> web.Response:
        if self.trouble is not Trouble.REFUSE:
            for key, text in self.written(request).items():
                self._obey(key, text)
        return web.json_response({key: value for key, value in self._state().items() if key not in self.keeps_back})

    def _obey(self, key: str, text: str) -> None:
        if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
            return
        match key, int(text):
            case "amx" | "amp", value if LEAST_A <= value <= self.point.most_a:
                self.point.tell(current_a=float(value))
            case "alw", (0 | 1) as value:
                self.point.tell(paused=value == 0)
            case "dwo", value:
                self.point.tell(limit_wh=100 * value)
            case _:
                pass

    def _state(self) -> dict[str, Any]:
        point, told = self.point, self.point.told
        bits = [*(phase < point.relays for phase in range(3)), *(volt > 0 for volt in self.volts_v)]
        said: dict[str, Any] = {
            "version": "B",
            "rbc": "12",
            "rbt": "88231544",
            "car": self.car,
            "amp": int(told.current_a),
            "err": self.error,
            "ast": 0,
            "alw": int(not (told.paused or point.fault or point.is_limited)),
            "stp": 2 if told.limit_wh else 0,
            "cbl": 20,
            "pha": sum(bit << at for at, bit in enumerate(bits)),
            "tmp": 27,
            "dws": int(point.plugin_wh * WH_10WS),
            "dwo": told.limit_wh // 100,
            "adi": 0,
            "uby": 0,
            "eto": point.total_wh // 100,
            "wst": 3,
            "txi": 0,
            "fwv": "041.0",
            "sse": self.serial,
            "wss": "example-wifi",
            "wke": "********",
            "wen": 1,
            "cdi": 0,
            "tof": 101,
            "tds": 1,
            "lbr": 255,
            "ama": int(point.most_a),
            **{f"al{at + 1}": current_a for at, current_a in enumerate((6, 10, 12, 14, 16))},
            "lse": 0,
            "ust": 0,
            "r1x": 2,
            "dto": 0,
            "nmo": 0,
        }
        return {key: str(value) for key, value in said.items()} | {"nrg": self._energy()}

    def _energy(self) -> list[float]:
        """Volts, then 0.1 A, 0.1 kW, the total in 10 W."""
        currents = [round(current_a * 10) for current_a in self.point.phases_a]
        powers = [round(current_a * self.point.phase_v / 100) for current_a in self.point.phases_a]
        factors = [99 if power else 0 for power in powers]
        return [*self.volts_v, 1, *currents, *powers, 0, self.point.power_w // 10, *factors, 0]


async def open_goe_box(point: ChargePoint, port: int = 0, *, old: bool = False) -> GoeBox:
    """A box on TCP port `port` of this machine, of API v1 when it is `old`. Raises OSError when the port is in use."""
    box = OldGoeBox(point) if old else GoeBox(point)
    await box.listen(port)
    return box
