"""The box that speaks OpenEVSE: /status, /config, /claims, /override and RAPI commands, by each age of its firmware.

In: a charge point, quirks as attributes. Out: its answers over HTTP, and what it falls to by itself when it is left
alone. Knows no house. Source: the maker's WiFi firmware and its interface description.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from lib.sim.announcement import Announcement
from lib.sim.charge_point import ChargePoint
from lib.sim.charger_box import ChargerBox
from lib.sim.http_box import Trouble
from lib.sim.openevse_controller import Controller
from lib.sim.openevse_words import Firmware, config, status

MANUAL = 65_537  # the maker's number for its owner's hand
BY_API, BY_HAND = 500, 1_000
LEAST_A = 6
SHAPER = "shaper"
USUAL_S, LEAST_S = 120, 10
CONFIG = ("current_shaper_enabled", "current_shaper_data_maxinterval", "current_shaper_max_pwr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a client wants; None: it leaves that to others."""

    priority: int
    state: str | None = None
    charge_current: int | None = None
    auto_release: bool = False

    def told(self) -> dict[str, Any]:
        """As it is told."""
        said = {"priority": self.priority, "state": self.state, "charge_current": self.charge_current}
        return {key: value for key, value in said.items() if value is not None} | {"auto_release": self.auto_release}


class OpenEvseBox(ChargerBox):
    """An OpenEVSE on the wall; made with `open_openevse_box`.

    Attributes:
        firmware: of its WiFi module. login: user and password, when its owner set them.
        controller: what obeys RAPI, with the heartbeat; cut_off: the module does not reach it.
        claims: by client. version: counts their changes.
        settings: those of its shaper; shaped: that had word of the house lately.

    """

    make = "openevse"

    def __init__(self, point: ChargePoint, *, firmware: Firmware = Firmware.V5, serial: str = "02005E005302") -> None:
        super().__init__(point)
        self.firmware = firmware
        self.serial = serial
        self.login: tuple[str, str] | None = None
        self.controller = Controller(point, fed=firmware > Firmware.V2)
        self.cut_off = False
        self.claims: dict[int, Claim] = {}
        self.version = 0
        self.settings: dict[str, Any] = dict(zip(CONFIG, (False, USUAL_S, 0), strict=True))
        self.shaped = False
        self._began = point.at
        self._announcement: Announcement | None = None
        point.unplugged = lambda: point.alarm("session", 0, self._end_session)

    @property
    def is_asleep(self) -> bool:
        """Whether it lets no car charge now."""
        return self.point.told.paused

    def routes(self) -> Iterable[web.RouteDef]:
        """All that its firmware has."""
        yield web.get("/status", self._status, allow_head=False)
        yield web.get("/config", self._config, allow_head=False)
        yield web.get("/r", self._rapi, allow_head=False)
        if self.firmware > Firmware.V2:
            yield web.post("/status", self._hear)
            yield web.post("/config", self._set_up)
            yield web.route("*", "/override", self._override)
        if self.firmware >= Firmware.V4:
            yield web.get("/claims", self._list, allow_head=False)
            yield web.route("*", r"/claims/{client:\d+}", self._claim)

    def written(self, request: web.Request) -> Mapping[str, str]:
        """A command that is no question; what comes in a body is remembered as it is read."""
        command = request.query.get("rapi", "")
        return {"rapi": command} if command and not command.startswith("$G") else {}

    def override(self, state: str | None, current_a: int | None = None) -> None:
        """Its owner's hand on its page; None: he lets go."""
        self.claims.pop(MANUAL, None)
        if state:
            self.claims[MANUAL] = Claim(priority=BY_HAND, state=state, charge_current=current_a, auto_release=True)
        self._changed()

    def reboot(self, for_s: float = 20.0) -> None:
        """Down for so long; claims are gone, what is in its flash is not."""
        self.claims.clear()
        self.shaped = False
        self.version = 0
        self._began = self.point.at
        self.point.reboot(for_s)
        self.controller.restart()
        if self.firmware > Firmware.V2:
            self._apply()

    async def announce(self, name: str = "openevse-5302") -> None:
        """Say on loopback where it is, by mDNS, until it is closed. Needs zeroconf."""
        self._announcement = Announcement("_openevse._tcp.local.", name, self.port)
        await self._announcement.begin({"type": "openevse_wifi_v1", "version": "v5.1.2", "id": self.serial})

    async def close(self) -> None:
        """Close the port, hang up and be announced no more."""
        announcement, self._announcement = self._announcement, None
        if announcement:
            await announcement.end()
        await super().close()

    def _end_session(self) -> None:
        self.claims = {client: claim for client, claim in self.claims.items() if not claim.auto_release}
        if self.firmware > Firmware.V2:
            self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._apply()

    def _apply(self) -> None:
        """The highest that says something of a property has it; the shaper stands above all."""
        ranked = sorted(self.claims.values(), key=lambda claim: -claim.priority)
        state = next((claim.state for claim in ranked if claim.state), "active")
        if self.settings[CONFIG[0]] and not self.shaped:
            state = "disabled"
        wanted_a = next((claim.charge_current for claim in ranked if claim.charge_current is not None), None)
        current_a = max(LEAST_A, min(int(self.point.most_a), self.point.most_a if wanted_a is None else wanted_a))
        told = self.point.told
        if (told.current_a, told.paused) != (float(current_a), state == "disabled"):
            self.point.tell(current_a=float(current_a), paused=state == "disabled")

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        user, password = self.login or ("", "")
        wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if self.login and request.headers.get("Authorization") != wanted:
            return web.json_response({"msg": "auth"}, status=401)
        return await super()._answer(request, handler)

    async def _status(self, request: web.Request) -> web.Response:
        del request
        said: dict[str, Any] = {
            "evse_connected": int(not self.cut_off),
            "rapi_connected": int(not self.cut_off),
            "comm_sent": self.asked,
            "comm_success": self.asked,
            "manual_override": int(MANUAL in self.claims),
            "claims_version": self.version,
            "shaper": int(self.settings[CONFIG[0]]),
            "shaper_updated": self.shaped,
            "uptime": round((self.point.at - self._began).total_seconds()),
        }
        return web.json_response(status(self.point, self.firmware, said, asleep=self.is_asleep))

    async def _config(self, request: web.Request) -> web.Response:
        del request
        shaper = dict(self.settings)
        if self.firmware < Firmware.V5:
            del shaper[CONFIG[1]]
        return web.json_response(config(self.point, self.firmware, shaper, serial=self.serial))

    async def _told(self, request: web.Request) -> dict[str, Any] | web.Response:
        try:
            told = await request.json()
        except json.JSONDecodeError:
            return web.json_response({"msg": "Could not parse JSON"}, status=400)
        self._note(request.path, told)
        if self.trouble is Trouble.REFUSE:
            return web.json_response({"msg": "Could not make claim"}, status=400)
        return dict(told)

    def _note(self, path: str, told: Mapping[str, Any]) -> None:
        self.writes.append((self.arrived_s[-1], {"path": path, **told}))

    async def _hear(self, request: web.Request) -> web.Response:
        """Word of the house: its shaper takes its time anew."""
        told = await self._told(request)
        if isinstance(told, web.Response):
            return told
        if "shaper_live_pwr" in told:
            self.shaped = True
            self._wait()
            self._apply()
        return web.json_response({"msg": "done"})

    async def _set_up(self, request: web.Request) -> web.Response:
        told = await self._told(request)
        if isinstance(told, web.Response):
            return told
        self.settings |= {key: told[key] for key in CONFIG if key in told}
        self._wait()
        self._apply()
        return web.json_response({"config_version": 7, "msg": "done"})

    def _wait(self) -> None:
        """For the next word of the house."""
        after_s = self.settings[CONFIG[1]] if self.settings[CONFIG[0]] else None
        self.point.alarm(SHAPER, after_s, self._starve)

    def _starve(self) -> None:
        """Nobody said a word: it pauses."""
        self.shaped = False
        self._apply()

    async def _override(self, request: web.Request) -> web.Response:
        return await self._handle(request, MANUAL, BY_HAND, created=201)

    async def _claim(self, request: web.Request) -> web.Response:
        return await self._handle(request, int(request.match_info["client"]), BY_API, created=200)

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.json_response([{"client": client} | claim.told() for client, claim in self.claims.items()])

    async def _handle(self, request: web.Request, client: int, priority: int, *, created: int) -> web.Response:
        """One claim: told, made or released."""
        if request.method == "GET":
            claim = self.claims.get(client)
            if claim:
                return web.json_response(claim.told())
            is_late = priority == BY_HAND and self.firmware >= Firmware.V4
            return web.json_response({} if is_late else {"msg": "Not found"}, status=200 if is_late else 404)
        if request.method == "DELETE":
            self._note(request.path, {"release": True})
            if self.trouble is Trouble.REFUSE:
                return web.json_response({"msg": "Failed to release"}, status=500)
            if self.claims.pop(client, None) is None:
                return web.json_response({"msg": "Not found"}, status=404)
            self._changed()
            return web.json_response({"msg": "Deleted"})
        told = await self._told(request)
        if isinstance(told, web.Response):
            return told
        self.claims[client] = Claim(
            priority=priority,
            state=told.get("state"),
            charge_current=told.get("charge_current"),
            auto_release=told.get("auto_release", priority == BY_HAND),
        )
        self._changed()
        return web.json_response({"msg": "done" if created == 200 else "Created"}, status=created)

    async def _rapi(self, request: web.Request) -> web.Response:
        command = request.query.get("rapi", "")
        if self.firmware is Firmware.V5 and request.headers.get("X-Requested-With") != "OpenEVSE":
            return web.json_response({"msg": "forbidden"}, status=403)
        if self.trouble is Trouble.REFUSE and self.written(request):
            return web.json_response({"cmd": command, "ret": "$NK^21"})
        return web.json_response({"cmd": command, "ret": self.controller.obey(command)})


async def open_openevse_box(point: ChargePoint, port: int = 0, *, firmware: Firmware = Firmware.V5) -> OpenEvseBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = OpenEvseBox(point, firmware=firmware)
    await box.listen(port)
    return box
