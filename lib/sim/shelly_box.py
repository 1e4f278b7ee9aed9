"""The box that speaks as Shelly meters do, of the first generation (/status) and of those after it (/rpc/…).

In: what flows through each clamp, what it is, quirks as attributes. Out: its answers. Knows no house.
Source: the maker's API references.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from aiohttp import web

from lib.sim.metering_box import Flows, MeteringBox

NOT_FOUND = -105  # of the maker's codes of errors


class Model(StrEnum):
    """What it is, by what it calls its measurements."""

    EM = "em"  # Pro 3EM, 3EM Gen3: three phases as one
    EM1 = "em1"  # Pro EM, EM Gen3, and a 3EM whose owner took its phases apart
    PM1 = "pm1"  # a plug or a mini that only measures
    SWITCH = "switch"  # one that also switches
    OLD_3EM = "SHEM-3"
    OLD_EM = "SHEM"
    OLD_PLUG = "SHPLG-S"


OLD = (Model.OLD_3EM, Model.OLD_EM, Model.OLD_PLUG)
METHODS = {"EM": Model.EM, "EM1": Model.EM1, "PM1": Model.PM1, "Switch": Model.SWITCH}


class ShellyBox(MeteringBox):
    """A Shelly with its clamps; made with `open_shelly_box`.

    Attributes:
        model: what it is; it may change, as when its owner puts another one in its place.
        errors: that it tells of itself, such as "power_meter_failure"; phase_errors: of phase A.

    """

    def __init__(self, flows: Flows, model: Model) -> None:
        super().__init__(flows)
        self.model = model
        self.errors: list[str] = []
        self.phase_errors: list[str] = []

    def routes(self) -> Iterable[web.RouteDef]:
        """Of both generations; the other one's are not found."""
        return (
            web.get("/shelly", self._what),
            web.get("/status", self._status),
            web.get("/rpc/Shelly.GetStatus", self._all),
            web.get("/rpc/{kind}.GetStatus", self._one),
        )

    async def _what(self, _: web.Request) -> web.Response:
        if self.model in OLD:
            return self.open_answer({"type": self.model.value, "mac": "A4CF12F454A3", "auth": self.login is not None})
        return self.open_answer({"id": "shelly-a4cf12f454a3", "gen": 2, "auth_en": self.digest is not None})

    async def _all(self, request: web.Request) -> web.Response:
        if self.model in OLD:
            return web.Response(status=404)
        count = 1 if self.model is Model.EM else len(self.flows())
        said = {f"{self.model}:{channel}": self._part(channel) for channel in range(count)}
        return self.answer(request, {"sys": {"uptime": 100}, **said, "wifi": {"rssi": -60}})

    async def _one(self, request: web.Request) -> web.Response:
        model = METHODS.get(request.match_info["kind"])
        channel = int(request.query.get("id", "0"))
        if self.model in OLD or model is not self.model or channel >= len(self.flows()):
            message = f"No handler for {request.match_info['kind']}.GetStatus"
            return self.answer(request, {"code": NOT_FOUND, "message": message}, status=500)
        return self.answer(request, self._part(channel))

    def _part(self, channel: int) -> dict[str, Any]:
        said: dict[str, Any] = {"id": channel}
        if self.model is Model.EM:
            for phase, current_a in zip("abc", self.flows(), strict=True):
                said |= {
                    f"{phase}_current": round(abs(current_a), 3),
                    f"{phase}_voltage": self.volts,
                    f"{phase}_act_power": round(self.power_w(current_a), 1),
                    f"{phase}_pf": self.factor,
                    f"{phase}_freq": 50.0,
                }
            said |= {"n_current": None, "total_current": round(sum(map(abs, self.flows())), 3)}
            said |= {"a_errors": self.phase_errors} if self.phase_errors else {}
        else:
            current_a = self.flows()[channel]
            power = "act_power" if self.model is Model.EM1 else "apower"
            said |= {"voltage": self.volts, "current": round(abs(current_a), 3), "freq": 50.0}
            said |= {power: round(self.power_w(current_a), 1)}
        return said | ({"errors": self.errors} if self.errors else {})

    async def _status(self, request: web.Request) -> web.Response:
        if self.model not in OLD:
            return web.Response(status=404)
        name = "meters" if self.model is Model.OLD_PLUG else "emeters"
        return self.answer(request, {"uptime": 100, name: [self._row(current_a) for current_a in self.flows()]})

    def _row(self, current_a: float) -> dict[str, Any]:
        """Of the first generation: an EM tells no current, a plug only its power."""
        row: dict[str, Any] = {"power": round(self.power_w(current_a), 2), "is_valid": True, "total": 5.3}
        if self.model is Model.OLD_3EM:
            row |= {"pf": self.factor, "current": round(abs(current_a), 2), "voltage": self.volts}
        elif self.model is Model.OLD_EM:
            reactive = abs(current_a) * self.volts * math.sqrt(1 - self.factor**2)
            row |= {"reactive": round(reactive, 2), "voltage": self.volts}
        return row


async def open_shelly_box(flows: Flows, model: Model = Model.EM, port: int = 0) -> ShellyBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = ShellyBox(flows, model)
    await box.listen(port)
    return box
