"""A charger that dials in with OCPP 1.6J: what it told lately, and orders as profiles that it forgets by itself.

In: the central system where it dials in, its name there, orders. Out: readings, and what it took. A safe profile lies
in it from the start of each connection. An order stands above it for a minute and is renewed while somebody reads the
charger; so it falls back by itself when the line, this program or the machine dies. An order that was not renewed in
time is dropped here too: what an older one allowed, nobody may want any more.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from ocpp.v16 import call  # type: ignore[import-untyped]  # it has no types

from lib.chargers import ANSWER_S, ChargerError, ChargerSetupError, RefusedError, UnreachableError
from lib.chargers.ocpp_answers import Connector, drawn_a, drawn_w
from lib.chargers.ocpp_central import LONGEST_NAME, Central
from lib.chargers.ocpp_profiles import (
    LEASE_S,
    ORDERED,
    SAFE,
    STEP_A,
    Way,
    next_skill,
    order_profile,
    phases,
    profile_id,
    safe_profile,
    taken_a,
    words,
)
from lib.chargers.ocpp_session import Session
from lib.chargers.ocpp_station import MOST_CONNECTORS, Station
from lib.clock import Clock, WallClock
from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Found, Order, Plug
from lib.core.circuits import safe_a

RENEW_S = 15.0  # an order is said again so often
HOLDS_S = 30.0  # one that nobody could renew for so long is dropped: its room may be another's by now
SAMPLES = 3  # so many that did not come: its meter is asked
SILENT_S = 60.0  # without a word for so long it is asked for its status
SETTLED_S = 2.0  # a sample so long after an order tells what came of it
LOOKS_S = 15.0  # after an order it is asked what came of it
METER_S = 2.0  # one whose meter never spoke is waited for so long, once for each connection
START_S = 60.0  # between two orders to start a transaction
SKEWED_S = 30.0  # its clock may be off so far before its owner hears of it
KEEPS = "it takes no limit that ends by itself: it keeps the last one when nobody talks to it"
METERED = "MeterValues"
TAG = "DIGITALMETER"  # in whose name a transaction is started

log = logging.getLogger(__name__)


class Ocpp:
    """One connector of a charger. address: the name with which it dials in, or NAME:CONNECTOR.

    Raises ChargerSetupError when the address is none, or taken.
    """

    step_a = STEP_A
    polite_s = 0.0

    def __init__(
        self,
        address: str,
        *,
        rules: ChargerRules,
        central: Central,
        password: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        name, number = _parse(address, rules.name)
        self.owner: Found | None = None
        self._rules = rules
        self._clock = clock or WallClock()
        self._central = central
        self._station: Station = central.expect(name, password)
        self._number = number
        self._lock = asyncio.Lock()
        self._held: Order | None = None  # what stands, and is renewed
        self._held_s = -math.inf  # when we last knew that it stands
        self._told_to: tuple[Session, int | None, bool, bool] | None = None
        self._said_s = -math.inf  # when an order went out last, taken or not
        self._ordered_s = -math.inf
        self._safe_in: tuple[Session, int] | None = None  # for which connection and transaction it has the safe profile
        self._is_safe = False
        self._started_s = -math.inf
        self._stopped = False  # a transaction, by us, as a pause
        self._meter_asked: Session | None = None
        self._trouble = ""
        self._start_refused = ""
        self._starting: asyncio.Task[None] | None = None
        if number in self._station.heard:
            raise ChargerSetupError(f"{rules.name}: another charger has the address {address} already")
        self._station.heard[number] = self._hear_start

    @property
    def watched(self) -> bool:
        """Whether it falls to its safe current by itself when nobody talks to it; False also while nobody knows."""
        return self._is_safe and self._station.skill.way.is_lease

    async def read(self) -> ChargerReading:
        """What it told lately; what is too old it is asked for. The order that stands is renewed."""
        read_s = self._clock.monotonic()
        async with self._within():
            session = self._session()
            await self._hear_lately(session)
            await self._keep(session)
        return self._reading(read_s)

    async def order(self, order: Order) -> Accepted:
        """Have it do that, by the surest way that it takes. Without a car it waits here for one."""
        async with self._within():
            session = self._session()
            order = replace(order, current_a=taken_a(order, self._rules))
            before, self._held, self._ordered_s = self._held, None, self._clock.monotonic()
            try:
                await self._lay_safe(session)
                await self._say(session, order)
            except RefusedError:
                self._held = before
                raise
            self._hold(session, order)
        return Accepted(current_a=order.current_a, go=order.go, phases=phases(order, self._rules))

    async def close(self, *, restore: bool) -> None:
        """Take our profiles out of it, if it is there; it then decides by itself again."""
        self._station.heard.pop(self._number, None)
        if self._starting:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        session = self._station.session
        if not restore or (self.owner is None and session is None):
            return
        try:
            async with self._within():
                for kind in (ORDERED, SAFE):
                    await self._clear(self._session(), profile_id(self._number, kind))
            self.owner, self._held, self._safe_in, self._is_safe = None, None, None, False
        except ChargerError as error:
            log.warning("%s: its charging profiles could not be taken out: %s", self._rules.name, error)

    @contextlib.asynccontextmanager
    async def _within(self) -> AsyncIterator[None]:
        """All of this in time, and nothing else meanwhile. Raises UnreachableError."""
        try:
            async with asyncio.timeout(ANSWER_S), self._lock:
                yield
        except TimeoutError as error:
            raise UnreachableError(f"{self._station.name} does not answer within {ANSWER_S:g} s") from error

    def _session(self) -> Session:
        station = self._station
        if station.session:
            return station.session
        if station.left_s is None:
            raise UnreachableError(
                f'"{station.name}" has not dialled in yet: enter ws://THIS-MACHINE:{self._central.port}/ as the OCPP '
                f"1.6 server in its app, with {station.name} as its identity"
            )
        for_s = self._clock.monotonic() - station.left_s
        raise UnreachableError(f'"{station.name}" hung up {for_s:.0f} s ago, and has not dialled in again yet')

    @property
    def _connector(self) -> Connector:
        return self._station.connector(self._number)

    async def _hear_lately(self, session: Session) -> None:
        """Have what it told be new enough. Raises UnreachableError when it does not tell."""
        station = self._station
        while not station.ready and not self._connector.status:
            await self._news(session)
        now_s, metered_s = self._clock.monotonic(), self._connector.metered_s
        if not self._connector.status or now_s - station.sign_s > SILENT_S:
            await self._have_told(session, "StatusNotification")
        if self._connector.plug is not Plug.CHARGING:
            return
        is_old = now_s - metered_s > SAMPLES * station.sample_s
        looks = now_s - self._ordered_s < LOOKS_S and metered_s < self._ordered_s + SETTLED_S
        if self._connector.metered:
            if is_old or (looks and station.triggers):
                await self._have_told(session, METERED)
        elif self._meter_asked is not session:  # it may have no meter
            self._meter_asked = session
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(METER_S):
                    await self._have_told(session, METERED)

    async def _have_told(self, session: Session, message: str) -> None:
        """Ask for it and wait until it comes. One that cannot be asked says what it likes, when it likes."""
        before = self._connector
        try:
            await self._station.trigger(message, self._number)
        except RefusedError:
            if not self._connector.status:
                raise UnreachableError(
                    f"{self._station.name} does not say what hangs on connector {self._number}"
                ) from None
            return
        while self._connector is before or (message == METERED and self._connector.metered == before.metered):
            await self._news(session)

    async def _news(self, session: Session) -> None:
        await self._station.news()
        if self._station.session is not session:
            self._session()  # raises, but where it has dialled in again
            raise UnreachableError(f"{self._station.name} has just dialled in again")

    async def _keep(self, session: Session) -> None:
        """Put the safe profile into it, and say the order again that stands, where it is time."""
        self._trouble = ""
        if not self._station.ready:
            return
        now_s = self._clock.monotonic()
        if self._connector.plug is Plug.EMPTY:
            self._started_s, self._stopped = -math.inf, False
        if self._held and now_s - self._held_s > HOLDS_S:
            self._held = None
            if not self._station.skill.way.is_lease:
                self._safe_in = None  # in its place stands what was ordered
        await self._lay_safe(session)
        if not self._held:
            return
        try:
            if self._is_due(session, now_s):
                await self._say(session, self._held)
            self._hold(session, self._held)
        except RefusedError as error:
            self._trouble = str(error)

    def _is_due(self, session: Session, now_s: float) -> bool:
        """Whether the order that stands is to be said again."""
        is_lease = self._station.skill.way.is_lease
        return self._told_to != self._listener(session) or (is_lease and now_s - self._said_s >= RENEW_S)

    def _listener(self, session: Session) -> tuple[Session, int | None, bool, bool]:
        """To whom an order is said: another connection, transaction or car has not heard it.

        What was said before anything safe lay below it had no end.
        """
        return (session, self._connector.transaction, self._connector.runs, self._is_safe)

    def _hold(self, session: Session, order: Order) -> None:
        """It stands."""
        self._held, self._held_s = order, self._clock.monotonic()
        self._told_to = self._listener(session)

    async def _lay_safe(self, session: Session) -> None:
        """Put the safe profile into it, once for each connection, and after each transaction: some forget it then."""
        if not self._station.ready or self._safe_in == (session, self._connector.ends):
            return
        try:
            await self._say_safe(session)
        except RefusedError as error:
            log.warning("%s: %s", self._rules.name, error)

    async def _say_safe(self, session: Session) -> None:
        """Have it fall back to the safe current. In the way that has no end an order takes its place, and keeps it."""
        self.owner = Found(serial=self._station.nameplate.serial)
        self._is_safe = False
        while not (self._held and self._station.skill.way is Way.BARE):
            can = self._station.skill
            profile = safe_profile(self._rules, self._number, can, self._clock.now())
            try:
                await self._set(session, profile)
                break
            except RefusedError:
                later = can.units[can.units.index(can.unit) + 1 :]
                if can.proven or not later:
                    self._safe_in = (session, self._connector.ends)  # it is not asked again at once
                    raise
                self._station.skill = replace(can, unit=later[0])
        self._safe_in, self._is_safe = (session, self._connector.ends), True

    async def _say(self, session: Session, order: Order) -> None:
        """Say an order to the car that is there, by the first way that is taken. Without one there is none to say."""
        connector, can = self._connector, self._station.skill
        waits = not connector.runs and connector.plug is Plug.CONNECTED
        if waits and order.go:
            await self._start(session, order)
        if not order.go and connector.runs and not can.pauses:
            await self._stop(session, connector)
        elif connector.runs or self._may_say_early(waits=waits):
            await self._say_profile(session, order)

    def _may_say_early(self, *, waits: bool) -> bool:
        """Whether the way in use needs no transaction, and what it was told may matter for the next car."""
        match self._station.skill.way:
            case Way.TRANSACTION:
                return False
            case Way.STACKED:
                return waits or self._clock.monotonic() - self._said_s < LEASE_S
            case Way.BARE:
                return True

    async def _say_profile(self, session: Session, order: Order) -> None:
        first = self._station.skill
        while True:
            can, connector = self._station.skill, self._connector
            profile = order_profile(
                order,
                self._rules,
                self._number,
                can,
                self._clock.now(),
                transaction=connector.transaction,
                lapses=self._is_safe,
            )
            self._said_s = self._clock.monotonic()
            try:
                await self._set(session, profile)
            except RefusedError:
                further = None if can.proven else next_skill(can)
                if further:
                    self._station.skill = further
                    continue
                self._station.skill = first
                if order.go or connector.transaction is None:
                    raise
                self._station.skill = replace(first, pauses=False)  # it takes amperes, but not none
                await self._stop(session, connector)
                return
            self._station.skill = replace(can, proven=True)
            if can.way is not first.way:
                log.warning("%s: it takes no %s profile; told by a %s one", self._rules.name, first.way, can.way)
            return

    async def _set(self, session: Session, profile: dict[str, Any]) -> None:
        question = call.SetChargingProfile(connector_id=self._number, cs_charging_profiles=profile)
        await session.demand(question, f"a {words(profile)}")

    async def _start(self, session: Session, order: Order) -> None:
        """Have it begin, where it waits for that. Those that begin by themselves may refuse."""
        connector, now_s = self._connector, self._clock.monotonic()
        may = connector.status == "Preparing" or (connector.status == "Finishing" and self._stopped)
        if not may or now_s - self._started_s < START_S:
            return
        self._started_s = now_s
        can = self._station.skill
        profile = None
        if can.starts_with and can.way is Way.TRANSACTION:
            profile = order_profile(order, self._rules, self._number, can, self._clock.now(), lapses=self._is_safe)
            self._said_s = now_s
        try:
            question = call.RemoteStartTransaction(id_tag=TAG, connector_id=self._number, charging_profile=profile)
            await session.demand(question, "to start charging")
        except RefusedError as error:
            if profile is None:
                self._start_refused = f"{error}; it may want a card, or a word in its app"
                return
            self._station.skill = replace(can, starts_with=False)
            self._started_s = -math.inf
            await self._start(session, order)
            return
        self._stopped, self._start_refused = False, ""

    async def _stop(self, session: Session, connector: Connector) -> None:
        """Pause by an end of the transaction."""
        if connector.transaction is None:
            raise RefusedError("it takes no limit of 0 A, and the number of its transaction is not known")
        question = call.RemoteStopTransaction(transaction_id=connector.transaction)
        await session.demand(question, "to stop charging")
        self._stopped, self._started_s = True, -math.inf

    async def _clear(self, session: Session, number: int) -> None:
        try:
            await session.ask(call.ClearChargingProfile(id=number))
        except RefusedError as error:
            log.info("%s: %s", self._rules.name, error)

    def _hear_start(self) -> None:
        """A transaction began: say at once what it may, before its next reading."""
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._say_at_start())

    async def _say_at_start(self) -> None:
        try:
            async with self._within():
                await self._keep(self._session())
        except ChargerError as error:
            log.info("%s: %s", self._rules.name, error)

    def _reading(self, read_s: float) -> ChargerReading:
        connector, station, held = self._connector, self._station, self._held
        is_charging = connector.plug is Plug.CHARGING
        current_a, go = self._standing(read_s)
        amperes = drawn_a(connector, self._rules.phases)
        return ChargerReading(
            plug=connector.plug,
            read_s=read_s,
            offered_a=connector.drawn.offered_a if is_charging else None,
            set_a=current_a,
            phases_a=amperes,
            power_w=drawn_w(connector, self._rules.phases),
            plugin_wh=connector.plugin_wh,
            total_wh=connector.total_wh,
            permitted={"Charging": True, "SuspendedEV": True, "SuspendedEVSE": False}.get(connector.status),
            paused=None if go is None else not go,
            phases=phases(held, self._rules) if held else self._rules.phases,
            least_a=LEAST_A,
            plugins=connector.plugins,
            fault=connector.fault or station.connector(0).fault,
            warning="; ".join(filter(None, self._warnings(connector))),
            serial=station.nameplate.serial,
        )

    def _standing(self, now_s: float) -> tuple[float | None, bool | None]:
        """What it is set to, and whether it may charge; None where nobody can know."""
        if self._held:
            return self._held.current_a, self._held.go
        if not self._is_safe or now_s - self._said_s <= LEASE_S:
            return None, None
        safest_a = safe_a(self._rules)
        return safest_a, safest_a > 0

    def _warnings(self, connector: Connector) -> tuple[str, ...]:
        can, drawn = self._station.skill, connector.drawn
        off_s = 0.0
        if drawn.at:
            ago_s = self._clock.monotonic() - drawn.heard_s
            off_s = (drawn.at - self._clock.now()).total_seconds() + ago_s
        is_quiet = connector.plug is Plug.CHARGING and not drawn.says_draw
        return (
            connector.warning or self._station.connector(0).warning,
            self._trouble,
            "" if can.regulates else "it offers no Smart Charging, so it cannot be told how much to take",
            "" if self.watched or not self._safe_in else KEEPS,
            self._start_refused if connector.status == "Preparing" else "",
            f"its clock is {off_s:+.0f} s off: have it take the time from us" if abs(off_s) > SKEWED_S else "",
            "its meter does not tell what the car draws" if is_quiet else "",
        )


def _parse(address: str, name: str) -> tuple[str, int]:
    """The name of a charger and the number of a connector."""
    head, colon, tail = address.rpartition(":")
    charger, number = (head, tail) if colon and tail.isdigit() else (address, "1")
    is_name = charger.isprintable() and not set(charger) & set("/?#") and 1 <= len(charger) <= LONGEST_NAME
    if not is_name or not 1 <= int(number) <= MOST_CONNECTORS:
        raise ChargerSetupError(
            f"{name}: {address!r} is no name of a charger: give the identity that its app shows, such as GARAGE, "
            "or GARAGE:2 for its second connector"
        )
    return charger, int(number)
