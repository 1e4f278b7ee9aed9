"""The box that speaks the NRGkick Gen2's local JSON API v1: /info, /control, /values and /api.

In: a charge point, quirks as attributes. Out: its answers over HTTP, GET only, with their refusals and oddities.
Knows no house. Sources: the maker's "NRGkick Gen2 Local API"; what owners and public programs met.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from lib.sim.announcement import Announcement
from lib.sim.charge_point import ChargePoint, Fault
from lib.sim.charger_box import ChargerBox
from lib.sim.http_box import Trouble
from lib.sim.nrgkick_words import Coded, plain, write

INFO = ("general", "connector", "grid", "network", "cellular", "gps", "versions")
VALUES = ("energy", "powerflow", "general", "temperatures")
KEYS = ("current_set", "charge_pause", "energy_limit", "phase_count")
LEAST_A = 6.0
MOST_WH = 1_000_000
DISABLED = "API must be enabled within the NRGkick App"
SOLAR = "Charging pause is blocked by solar-charging"
NO_SWITCHING = "Phase switching is not enabled"  # the real words are not known
NOT_NOW = "Command cannot be executed"
NOISE_W = 0.79  # what an idle unit measures with a car on its cable
WH_KM = 180.0
STATUS = {"STANDBY": 1, "CONNECTED": 2, "CHARGING": 3, "ERROR": 6, "WAKEUP": 7}
CONNECTOR = {"CEE": 1, "DOMESTIC": 2, "TYPE2": 3, "WALL": 4, "AUS": 5}
FAULTS = {
    Fault.RESIDUAL_CURRENT: (Coded(4, "DC_POSITIVE_6MA_FAULT"), Coded(16, "RESIDUAL_CURRENT_DETECTED")),
    Fault.TOO_HOT: (Coded(0, "NO_FAULT"), Coded(80, "GENERAL_OVERTEMPERATURE")),
    Fault.PHASE: (Coded(0, "NO_FAULT"), Coded(65, "PHASE_SHIFT_ERROR")),
}


class NrgkickBox(ChargerBox):
    """An NRGkick on the wall; made with `open_nrgkick_box`.

    Attributes:
        enabled: whether the owner switched the local API on; login: user and password, when the owner set them.
        phase_switching: whether the owner switched it on.
        solar_mode: the app's own, which blocks the pause.
        clips: takes too high a current down to the most, and echoes that, instead of refusing.
        refusal_status: of the answer to a refused order; 406, and 405 and 200 were seen.
        words: what is answered whatever was asked: True words, False codes; None as asked.
        mixed_numbers: every second answer has whole numbers as 6.0, the others as 6.
        colon_keys: the firmware that writes "max_current:", "voltage:" and "mac_adress".
        mangle: last hand on what /info, /values and /control tell, for whatever else a firmware may do.

    """

    make = "nrgkick"

    def __init__(self, point: ChargePoint, *, serial: str = "N2400000000000000S1M1", sim_card: bool = False) -> None:
        super().__init__(point)
        self.serial = serial
        self.sim_card = sim_card
        self.attachment = "WALL"
        self.rated_a = 16 if point.most_a <= 16 else 32
        self.enabled = True
        self.login: tuple[str, str] | None = None
        self.phase_switching = True
        self.solar_mode = False
        self.clips = False
        self.refusal_status = 406
        self.words: bool | None = None
        self.mixed_numbers = False
        self.colon_keys = False
        self.mangle: Callable[[dict[str, Any]], None] | None = None
        self._announcement: Announcement | None = None

    @property
    def most_a(self) -> float:
        """The most that unit and attachment carry."""
        return min(self.rated_a, self.point.most_a)

    def routes(self) -> Iterable[web.RouteDef]:
        """The four addresses."""
        return (
            web.get("/info", self._info, allow_head=False),
            web.get("/values", self._values, allow_head=False),
            web.get("/control", self._control, allow_head=False),
            web.get("/api", self._api, allow_head=False),
        )

    def written(self, request: web.Request) -> Mapping[str, str]:
        """The keys of /control that have a value."""
        if request.path != "/control":
            return {}
        return {key: request.query[key] for key in KEYS if key in request.query}

    async def announce(self) -> None:
        """Say on loopback where it is, by mDNS, until it is closed. Needs zeroconf."""
        self._announcement = Announcement("_nrgkick._tcp.local.", f"NRGkick {self.point.name}", self.port)
        await self._announcement.begin(
            {
                "serial_number": self.serial,
                "model_type": self._model,
                "device_name": self.point.name,
                "json_api_enabled": str(int(self.enabled)),
                "json_api_version": "v1",
                "modbus_api_enabled": "0",
                "modbus_api_version": "v1",
            }
        )

    async def close(self) -> None:
        """Close the port, hang up and be announced no more."""
        announcement, self._announcement = self._announcement, None
        if announcement:
            await announcement.end()
        await super().close()

    @property
    def _model(self) -> str:
        return "NRGkick Gen2 SIM" if self.sim_card else "NRGkick Gen2"

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.path == "/api":
                return await handler(request)
            if self.login and request.headers.get("Authorization") not in _basic(*self.login):
                return web.json_response({"Response": "401 Unauthorized"}, status=401)
            return await handler(request) if self.enabled else web.json_response({"Response": DISABLED})

        return await super()._answer(request, guarded)

    async def _api(self, _: web.Request) -> web.Response:
        return web.json_response({"json": int(self.enabled), "modbus": 0})

    async def _info(self, request: web.Request) -> web.Response:
        point = self.point
        said: dict[str, Any] = {
            "general": {
                "serial_number": self.serial,
                "model_type": self._model,
                "device_name": point.name,
                "rated_current": self.rated_a,
            },
            "connector": {
                "phase_count": point.phases,
                "max_current": point.most_a,
                "type": Coded(CONNECTOR[self.attachment], self.attachment),
                "serial": "A0000001",
            },
            "grid": {
                "voltage": round(point.phase_v),
                "frequency": 50,
                "phases": Coded.mask(2**point.phases - 1, ("L1", "L2", "L3"), none="UNKNOWN"),
            },
            "network": {
                "ip_address": "192.0.2.31",
                "mac_address": "02:00:5E:00:53:01",
                "ssid": "example-wifi",
                "rssi": -63,
            },
            "versions": {f"{kind}_{part}": "4.0.1.12" for part in ("sm", "ma", "to", "st") for kind in ("sw", "hw")},
        }
        if self.sim_card:
            said["cellular"] = {
                "imei": "000000000000001",
                "imsi": "000000000000001",
                "operator": "Example Mobile",
                "rssi": -75,
                "mode": Coded(3, "LTE_CAT_M1"),
            }
            said["gps"] = {"latitude": 50.8503, "longitude": 4.3517, "altitude": 28.4, "accuracy": 14.0}
            said["versions"]["sw_cm"] = "1951B15V01"
        return self._tell(request, said, INFO)

    async def _values(self, request: web.Request) -> web.Response:
        point, register = self.point, self.point.register
        currents_a, power_w = point.phases_a, float(point.power_w)
        idle_w = NOISE_W if point.car and not power_w else 0
        said: dict[str, Any] = {
            "energy": {"total_charged_energy": point.total_wh, "charged_energy": int(point.plugin_wh)},
            "powerflow": {
                "charging_voltage": point.phase_v,
                "charging_current": point.offer_a,
                "grid_frequency": 50.02,
                "peak_power": float(register.peak_w),
                "total_active_power": power_w or idle_w,
                "total_reactive_power": 0,
                "total_apparent_power": power_w,
                "total_power_factor": 1.0 if power_w else 0,
                **{f"l{at + 1}": self._phase(at, current_a) for at, current_a in enumerate(currents_a)},
                "n": {"current": currents_a[0] if point.relays == 1 else 0},
            },
            "general": {
                "charging_rate": power_w / WH_KM,
                "vehicle_connect_time": register.connected_s,
                "vehicle_charging_time": register.charged_s,
                "status": Coded(STATUS[self._status], self._status),
                "charge_permitted": int(point.permitted),
                "relay_state": Coded.mask(
                    2 ** (point.relays + 1) - 1 if point.relays else 0, ("N", "L1", "L2", "L3"), none="NO_RELAY"
                ),
                "charge_count": point.plugins,
                "rcd_trigger": FAULTS[point.fault][0] if point.fault else Coded(0, "NO_FAULT"),
                "warning_code": Coded(3, "ENERGY_LIMIT_REACHED") if self._is_limited else Coded(0, "NO_WARNING"),
                "error_code": FAULTS[point.fault][1] if point.fault else Coded(0, "NO_ERROR"),
            },
            "temperatures": {
                "housing": 34.12,
                "connector_l1": 31.4,
                "connector_l2": 30.87,
                "connector_l3": 31.02,
                "domestic_plug_1": 0,
                "domestic_plug_2": 0,
            },
        }
        return self._tell(request, said, VALUES)

    def _phase(self, at: int, current_a: float) -> dict[str, Any]:
        power_w = round(current_a * self.point.phase_v)
        return {
            "voltage": self.point.phase_v if at < min(self.point.phases, self.point.supply_phases) else 0,
            "current": current_a,
            "active_power": power_w,
            "reactive_power": 0,
            "apparent_power": power_w,
            "power_factor": 1.0 if power_w else 0,
        }

    @property
    def _is_limited(self) -> bool:
        return self.point.car is not None and self.point.is_limited

    @property
    def _status(self) -> str:
        point = self.point
        if point.fault:
            return "ERROR"
        if point.car is None:
            return "STANDBY"
        if point.is_waking:
            return "WAKEUP"
        return "CHARGING" if point.is_charging else "CONNECTED"

    async def _control(self, request: web.Request) -> web.Response:
        orders = self.written(request)
        if not orders:
            settings, phases = self.point.settings, min(self.point.settings.phases, self.point.phases)
            said = {
                "current_set": settings.current_a,
                "charge_pause": int(settings.paused),
                "energy_limit": settings.limit_wh,
                "phase_count": 0 if self.point.is_switching else phases,
            }
            return self._tell(request, said, ())
        refusal = next((why for key, text in orders.items() if (why := self._refusal(key, text))), None)
        if refusal:
            return web.json_response({"Response": refusal}, status=self.refusal_status)
        taken = {key: float(text) if key == "current_set" else int(text) for key, text in orders.items()}
        if "current_set" in taken:
            taken["current_set"] = min(taken["current_set"], self.most_a)
        self.point.tell(
            current_a=taken.get("current_set"),
            paused=bool(taken["charge_pause"]) if "charge_pause" in taken else None,
            limit_wh=int(taken["energy_limit"]) if "energy_limit" in taken else None,
            phases=int(taken["phase_count"]) if "phase_count" in taken else None,
        )
        return web.json_response(taken)

    def _refusal(self, key: str, text: str) -> str | None:
        """Why an order is refused; None when it is taken."""
        if self.trouble is Trouble.REFUSE:
            return NOT_NOW
        match key:
            case "current_set":
                # one digit behind the point, four characters at most; what is too high may be cut down
                good = re.fullmatch(r"\d{1,2}(\.\d)?", text, re.ASCII) and float(text) >= LEAST_A
                if not good or (float(text) > self.most_a and not self.clips):
                    return f"Invalid current entered, allowed {LEAST_A}A - {float(self.most_a)}A"
            case "charge_pause":
                if text not in {"0", "1"}:
                    return "Invalid state entered, allowed 0 / 1"
                if self.solar_mode:
                    return SOLAR
            case "energy_limit":
                if not re.fullmatch(r"\d{1,7}", text, re.ASCII) or int(text) > MOST_WH:
                    return (
                        "Invalid limit entered, value must be greater or equal than 0Wh "
                        f"and less or equal than {MOST_WH}Wh"
                    )
            case _:
                if not self.phase_switching:
                    return NO_SWITCHING
                if text not in {str(one + 1) for one in range(self.point.phases)}:
                    return f"Invalid phases entered, allowed 1 - {self.point.phases}"
        return None

    def _tell(self, request: web.Request, said: dict[str, Any], sections: tuple[str, ...]) -> web.Response:
        """The sections that were asked for, all when none was, in words or codes."""
        asked = [name for name in sections if request.query.get(name, "0") != "0"]
        part = {name: said[name] for name in asked if name in said} if asked else said
        words = request.query.get("raw", "0") == "0" if self.words is None else self.words
        told = plain(part, words=words, colons=self.colon_keys)
        if self.mangle:
            self.mangle(told)
        return write(told, points=self.mixed_numbers and self.asked % 2 == 0)


def _basic(user: str, password: str) -> set[str]:
    """What opens it: askers differ in how they write letters outside ASCII."""
    written = (f"{user}:{password}".encode(encoding, "replace") for encoding in ("latin-1", "utf-8"))
    return {f"Basic {base64.b64encode(one).decode()}" for one in written}


async def open_nrgkick_box(point: ChargePoint, port: int = 0, *, announced: bool = False) -> NrgkickBox:
    """A box on TCP port `port` of this machine; 0 takes a free one. Raises OSError when the port is in use."""
    box = NrgkickBox(point)
    await box.listen(port)
    if announced:
        await box.announce()
    return box
