"""What one connector is told with OCPP 1.6, and what of it stands: the safe profile below, the order above it.

In: a connection, orders, time. Out: profiles, remote starts and stops, in the surest way that the charger takes; what
it is set to, as far as anybody can know. An order stands for half a minute and is said again while somebody keeps it;
one that nobody kept in time is dropped here too: what an older one allowed, nobody may want any more. It knows no
reading.
"""

import logging
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ocpp.v16 import call  # type: ignore[import-untyped]  # it has no types

from lib.chargers import RefusedError
from lib.chargers.ocpp_answers import Connector
from lib.chargers.ocpp_profiles import (
    LEASE_S,
    ORDERED,
    SAFE,
    Way,
    next_skill,
    order_profile,
    profile_id,
    safe_profile,
    words,
)
from lib.chargers.ocpp_session import Session
from lib.chargers.ocpp_station import Station
from lib.clock import Clock
from lib.core.charger import ChargerRules, Order, Plug
from lib.core.circuits import safe_a

RENEW_S = 10.0  # an order is said again so often
HOLDS_S = LEASE_S  # one that nobody could renew for so long is dropped: its room may be another's by now
START_S = 60.0  # between two orders to start a transaction
TAG = "DIGITALMETER"  # in whose name a transaction is started
KEEPS = "it takes no limit that ends by itself: it keeps the last one when nobody talks to it"
NO_CURRENT = "it offers no Smart Charging, so it cannot be told how much to take"

log = logging.getLogger(__name__)


class Standing:
    """One connector's orders. Its calls never overlap.

    Attributes:
        held: the order that stands, and is said again; None: none does.
        ordered_s: when one was given last.
        is_laid: something of ours may lie in it.

    """

    def __init__(self, station: Station, number: int, *, rules: ChargerRules, clock: Clock) -> None:
        self.held: Order | None = None
        self.ordered_s = -math.inf
        self.is_laid = False
        self._station = station
        self._number = number
        self._rules = rules
        self._clock = clock
        self._held_s = -math.inf  # when we last knew that it stands
        self._said_s = self._taken_s = -math.inf  # when an order went out last, and when it took one last
        self._said_to: tuple[object, ...] | None = None  # see _listener
        self._laid_in: tuple[object, ...] | None = None  # see _line
        self._is_safe = False  # it took the safe profile
        self._started_s = -math.inf
        self._stopped = False  # a transaction, by us, as a pause
        self._trouble = ""
        self._start_refused = ""

    @property
    def watched(self) -> bool:
        """Whether it falls to its safe current by itself when nobody talks to it; False also while nobody knows."""
        return self._is_safe and self._station.skill.way.is_lease

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about it, in words; some may be empty."""
        return (
            self._trouble,
            "" if self._station.skill.regulates else NO_CURRENT,
            "" if self.watched or not self._laid_in else KEEPS,
            self._start_refused if self._connector.status == "Preparing" else "",
        )

    def setting(self) -> tuple[float | None, bool | None]:
        """What it is set to, in amperes, and whether it may charge; None where nobody can know."""
        if self.held:
            return self.held.current_a, self.held.go
        if not self._is_safe or self._clock.monotonic() - self._said_s <= LEASE_S:
            return None, None
        safest_a = safe_a(self._rules)
        return safest_a, safest_a > 0

    async def give(self, session: Session, order: Order) -> None:
        """Have it do that, by the surest way that it takes. Without a car it waits here for one.

        Raises ChargerError. Where it refuses, the order before goes on standing; else none does, until one is given.
        """
        before, self.held, self.ordered_s = self.held, None, self._clock.monotonic()
        try:
            await self._lay(session)
            listener = self._listener(session)
            await self._say(session, order)
        except RefusedError:
            self.held = before
            raise
        self._hold(order, listener)

    async def keep(self, session: Session) -> None:
        """Lay the safe profile into it, and say the order again that stands, where it is time.

        Raises UnreachableError; what it refuses becomes a warning.
        """
        self._trouble = ""
        if not self._station.ready:
            return
        now_s = self._clock.monotonic()
        if self._connector.plug is Plug.EMPTY:
            self._started_s, self._stopped = -math.inf, False
        if self.held and now_s - self._held_s > HOLDS_S:
            self.held = None
            if not self._station.skill.way.is_lease:
                self._laid_in = None  # in its place lies what was ordered
        await self._lay(session)
        if not self.held:
            return
        is_lease, listener = self._station.skill.way.is_lease, self._listener(session)
        is_due = self._said_to != listener or (is_lease and now_s - self._taken_s >= RENEW_S)
        try:
            if is_due:
                await self._say(session, self.held)
            self._hold(self.held, listener)
        except RefusedError as error:
            self._trouble = str(error)

    async def clear(self, session: Session) -> None:
        """Take out of it what is ours, on a crowded circuit all but its safe current. Raises UnreachableError."""
        for kind in (ORDERED,) if self._rules.crowded else (ORDERED, SAFE):
            try:
                await session.ask(call.ClearChargingProfile(id=profile_id(self._number, kind)))
            except RefusedError as error:
                log.info("%s: %s", self._rules.name, error)
        self.held, self._laid_in, self._is_safe, self.is_laid = None, None, False, False

    @property
    def _connector(self) -> Connector:
        return self._station.connector(self._number)

    def _line(self, session: Session) -> tuple[object, ...]:
        """Since when it may have forgotten what lies in it: another line, a start, the end of a transaction."""
        return (session, self._station.boots, self._connector.ends)

    def _listener(self, session: Session) -> tuple[object, ...]:
        """To whom an order is said: another line, transaction or car has not heard it.

        What was said before anything safe lay below it had no end; one whose clock was put may be past its end.
        """
        connector, station = self._connector, self._station
        return (*self._line(session), connector.transaction, connector.runs, self._is_safe, station.steps)

    def _hold(self, order: Order, listener: tuple[object, ...]) -> None:
        """It stands, as far as this one heard it: what changed while it was said is told anew."""
        self.held, self._held_s, self._said_to = order, self._clock.monotonic(), listener

    async def _lay(self, session: Session) -> None:
        """Lay the safe profile into it, where it may not have it any more."""
        line = self._line(session)
        if not self._station.ready or self._laid_in == line:
            return
        self._is_safe, self.is_laid = False, True
        try:
            # in the way that has no end an order takes its place, and keeps it
            if not (self.held and self._station.skill.way is Way.BARE):
                await self._say_safe(session)
            self._is_safe = True
        except RefusedError as error:
            log.warning("%s: %s", self._rules.name, error)
        self._laid_in = line  # what it refuses it is not told again on this line

    async def _say_safe(self, session: Session) -> None:
        while True:
            can = self._station.skill
            profile = safe_profile(self._rules, self._number, can)
            try:
                await self._set(session, profile)
            except RefusedError:
                later = can.units[can.units.index(can.unit) + 1 :]
                if can.proven or not later:
                    raise
                self._station.skill = replace(can, unit=later[0])
            else:
                return

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
            self._said_s = self._clock.monotonic()
            try:
                await self._set(session, self._profile(order, connector.transaction))
            except RefusedError:
                further = None if can.proven else next_skill(can)
                if further:
                    self._station.skill = further
                    continue
                self._station.skill = first
                if order.go or connector.transaction is None:
                    raise
                await self._stop(session, connector)
                self._station.skill = replace(first, pauses=False)  # it takes amperes, but not none
                return
            self._taken_s = self._said_s
            self._station.skill = replace(can, proven=True)
            if can.way is not first.way:
                log.warning(
                    "%s: it takes no %s profile; told by a %s one", self._rules.name, first.way.value, can.way.value
                )
            return

    def _profile(self, order: Order, transaction: int | None) -> dict[str, Any]:
        return order_profile(
            order,
            self._rules,
            self._number,
            self._station.skill,
            self._station.time + timedelta(seconds=self._connector.off_s),
            transaction=transaction,
            lapses=self._is_safe,
        )

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
        if can.starts_with and can.way is Way.TRANSACTION:
            self._said_s = now_s
            try:
                await self._ask_to_start(session, self._profile(order, None))
            except RefusedError:
                self._station.skill = replace(can, starts_with=False)
            else:
                self._taken_s = now_s
                return
        try:
            await self._ask_to_start(session, None)
        except RefusedError as error:
            self._start_refused = f"{error}; it may want a card, or a word in its app"

    async def _ask_to_start(self, session: Session, profile: dict[str, Any] | None) -> None:
        question = call.RemoteStartTransaction(id_tag=TAG, connector_id=self._number, charging_profile=profile)
        await session.demand(question, "to start charging")
        self._stopped, self._start_refused = False, ""

    async def _stop(self, session: Session, connector: Connector) -> None:
        """Pause by an end of the transaction."""
        if connector.transaction is None:
            raise RefusedError("it takes no limit of 0 A, and the number of its transaction is not known")
        question = call.RemoteStopTransaction(transaction_id=connector.transaction)
        await session.demand(question, "to stop charging")
        self._stopped, self._started_s = True, -math.inf
