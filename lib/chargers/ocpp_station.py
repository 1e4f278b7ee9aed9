"""What is known of one charger that dials in, across its connections, and what it is set to at the start of each.

In: what its sessions hear. Out: connectors, their latest word, and a wait for the next one. It outlives connections:
what the charger was found to be able to do, and its transactions, stay known. Knows no order.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ocpp.v16 import call  # type: ignore[import-untyped]  # it has no types
from websockets.asyncio.server import ServerConnection

from lib.chargers import RefusedError, UnreachableError
from lib.chargers.ocpp_answers import Connector, begun, ended, measured, stated
from lib.chargers.ocpp_profiles import Skill, skill
from lib.chargers.ocpp_session import Session
from lib.chargers.values import number, text, whole
from lib.clock import Clock

MOST_CONNECTORS = 16
SAMPLE_S = 10
STEP_S = 5.0  # a time that is told and differs by more puts the charger's clock forward or back
SAMPLED, EVERY, PING = "MeterValuesSampledData", "MeterValueSampleInterval", "WebSocketPingInterval"
WANTED: Mapping[str, tuple[str, ...]] = MappingProxyType(  # what is asked for first, and instead where it is refused
    {
        SAMPLED: (
            "Power.Active.Import,Current.Import,Voltage,Energy.Active.Import.Register",
            "Power.Active.Import,Current.Import,Energy.Active.Import.Register",
            "Power.Active.Import,Energy.Active.Import.Register",
        ),
        EVERY: (str(SAMPLE_S),),
        PING: ("30",),
    }
)
TOLD = (
    *WANTED,
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargeProfileMaxStackLevel",
    "MaxChargingProfilesInstalled",
    "SupportedFeatureProfiles",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameplate:
    """What a charger said of itself when it started; "" for what it did not say."""

    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


class Station:
    """One charger, by the name with which it dials in.

    Attributes:
        session: its connection; None while it has none. left_s: since when it has none; None: it never had one.
        ready: whether this connection is set up.
        connectors: by their numbers; 0 is the charger itself.
        skill: what it can do. The one who regulates it writes down what he found out.
        sign_s: when it said anything last; sample_s: how often its meter speaks while it charges.
        triggers: whether it speaks when it is asked to; None: nobody asked yet.
        password: what it must give; None: nothing.
        boots: starts that it told of. steps: how often what it was told put its clock forward or back.
        heard: called, by connector, when it is ready, when a transaction has begun, and when its clock was put.

    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.password: str | None = None
        self.session: Session | None = None
        self.left_s: float | None = None
        self.ready = False
        self.nameplate = Nameplate()
        self.boots = 0
        self.steps = 0
        self.connectors: dict[int, Connector] = {}
        self.skill = Skill()
        self.sign_s = -math.inf
        self.sample_s = SAMPLE_S
        self.triggers: bool | None = None
        self.heard: dict[int, Callable[[], None]] = {}
        self._clock = clock
        self._news = asyncio.Event()
        self._transaction = 0
        self._is_skilled = False
        self._time, self._time_s = clock.now(), clock.monotonic()  # what it was told last, and when
        self._has_stepped = False

    @property
    def time(self) -> datetime:
        """The time by the charger's clock, if that goes on from what it was told.

        Not ours: that may be put meanwhile, as by NTP after a start, and the charger hears of it minutes later.
        """
        return self._time + timedelta(seconds=self._clock.monotonic() - self._time_s)

    def tell_time(self) -> datetime:
        """The time, for the charger, which sets its clock by it."""
        now, before = self._clock.now(), self.time
        self._time, self._time_s = now, self._clock.monotonic()
        if abs((now - before).total_seconds()) > STEP_S:
            self.steps += 1
            self._has_stepped = True
            for at, connector in self.connectors.items():  # how far it is off now its meter has yet to say
                self.connectors[at] = replace(connector, ahead_s=0.0, alike_s=math.inf)
        return now

    def told_time(self) -> None:
        """It has that time now."""
        if self._has_stepped:
            self._has_stepped = False
            self._call()

    def connector(self, number: int) -> Connector:
        """One of its connectors, as far as it told."""
        return self.connectors.setdefault(number, Connector())

    async def news(self) -> None:
        """Wait until it says something."""
        await self._news.wait()

    async def talk(self, socket: ServerConnection) -> None:
        """Take this connection for the one that counts, until it ends; an older one is hung up on."""
        before, session = self.session, Session(socket, self)
        self.session, self.ready, self.triggers = session, False, None
        log.info("%s dialled in", self.name)
        setting_up = asyncio.create_task(self._set_up(session))
        beside = {setting_up}
        if before:
            beside.add(asyncio.create_task(before.hang_up("it dialled in again")))
        try:
            await session.run()
        finally:
            setting_up.cancel()
            await asyncio.wait(beside)
            if self.session is session:
                self.session, self.ready, self.left_s = None, False, self._clock.monotonic()
                self._tell()
                log.info("%s hung up", self.name)

    async def trigger(self, message: str, number: int | None = None) -> None:
        """Ask it to say something now; see Session.demand for what is raised."""
        if self.session is None:
            raise UnreachableError(f"{self.name} is not dialled in")
        try:
            question = call.TriggerMessage(requested_message=message, connector_id=number)
            await self.session.demand(question, f"to tell its {message}")
        except RefusedError:
            self.triggers = bool(self.triggers)
            raise
        self.triggers = True

    def hear_sign(self) -> None:
        """Any frame."""
        self.sign_s = self._clock.monotonic()

    def hear_boot(self, said: Mapping[str, Any]) -> None:
        """It started."""
        serial = text(said.get("charge_point_serial_number")) or text(said.get("charge_box_serial_number"))
        self.nameplate = Nameplate(
            vendor=text(said.get("charge_point_vendor")),
            model=text(said.get("charge_point_model")),
            serial=serial,
            firmware=text(said.get("firmware_version")),
        )
        self.boots += 1
        log.info(
            "%s is a %s %s, firmware %s",
            self.name,
            self.nameplate.vendor,
            self.nameplate.model,
            self.nameplate.firmware,
        )
        self._tell()

    def hear_status(self, said: Mapping[str, Any]) -> None:
        """A connector's status, or the charger's own."""
        self._change(whole(said.get("connector_id")), lambda one: stated(one, said, self._clock.monotonic()))

    def hear_start(self, said: Mapping[str, Any]) -> int:
        """A transaction began; its number is one that no start of this program gave before."""
        seconds = int(self._clock.now().timestamp()) % 2**31
        self._transaction = transaction = max(self._transaction + 1, seconds)
        at = whole(said.get("connector_id"))
        self._change(at, lambda one: begun(one, transaction, number(said.get("meter_start"))))
        return transaction

    def hear_started(self, said: Mapping[str, Any]) -> None:
        """It knows the number of the transaction that began."""
        at = whole(said.get("connector_id"))
        if at in self.heard:
            self.heard[at]()

    def hear_stop(self, said: Mapping[str, Any]) -> None:
        """A transaction ended."""
        transaction = whole(said.get("transaction_id"))
        for at, connector in self.connectors.items():
            if connector.transaction is not None and connector.transaction == transaction:
                self._change(at, lambda one: ended(one, number(said.get("meter_stop"))))
                return

    def hear_meter(self, said: Mapping[str, Any]) -> None:
        """Meter values."""
        self._change(
            whole(said.get("connector_id")), lambda one: measured(one, said, self._clock.monotonic(), self.time)
        )

    def _change(self, at: int | None, after: Callable[[Connector], Connector]) -> None:
        if at is not None and 0 <= at <= MOST_CONNECTORS:
            self.connectors[at] = after(self.connector(at))
            self._tell()

    def _call(self) -> None:
        for hear in tuple(self.heard.values()):
            hear()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _set_up(self, session: Session) -> None:
        """Hear how it is, and have it speak as often as we want to hear it. It is used whatever comes of that."""
        try:
            await self._hear_all("StatusNotification")
            await self._configure(session)
            await self._hear_all("MeterValues")
        except UnreachableError as error:
            log.warning("%s: it is not set up: %s", self.name, error)
        finally:
            if self.session is session:
                self.ready = True
                self._tell()
                self._call()

    async def _hear_all(self, message: str) -> None:
        try:
            await self.trigger(message)
        except RefusedError as error:
            log.info("%s: %s", self.name, error)

    async def _configure(self, session: Session) -> None:
        try:
            answer = await session.ask(call.GetConfiguration(key=list(TOLD)))
        except RefusedError as error:
            log.info("%s: %s", self.name, error)
            answer = {}
        known = {
            text(one.get("key")): text(one.get("value"))
            for one in answer.get("configuration_key") or ()
            if isinstance(one, dict)
        }
        if not self._is_skilled:  # what was found out meanwhile is better than what it says
            self.skill, self._is_skilled = skill(known), True
        for key, values in WANTED.items():
            if not (key in known and _same(known[key], values[0])):
                known[key] = await self._write(session, key, values) or known.get(key, "")
        self.sample_s = max(1, whole(known.get(EVERY)) or SAMPLE_S)

    async def _write(self, session: Session, key: str, values: tuple[str, ...]) -> str:
        """The first of these values that it takes; "" when it takes none."""
        for value in values:
            try:
                answer = await session.ask(call.ChangeConfiguration(key=key, value=value))
            except RefusedError as error:
                log.info("%s: %s: %s", self.name, key, error)
                return ""
            if answer.get("status") in {"Accepted", "RebootRequired"}:
                return value
            log.info("%s refuses %s = %s: %s", self.name, key, value, answer.get("status"))
        return ""


def _same(one: str, other: str) -> bool:
    return {part.strip() for part in one.split(",")} == set(other.split(","))
