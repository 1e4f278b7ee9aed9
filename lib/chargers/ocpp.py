"""A charger that dials in with OCPP 1.6J: what it told lately, and orders as profiles that it forgets by itself.

In: the central system where it dials in, its name there, orders. Out: readings, and what it took. What it is told, and
how, stands in `ocpp_standing`: it falls back by itself when the line, this program or the machine dies.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

from lib.chargers import ANSWER_S, ChargerError, ChargerSetupError, RefusedError, UnreachableError
from lib.chargers.ocpp_answers import Connector, drawn_a, drawn_w, lately
from lib.chargers.ocpp_central import LONGEST_NAME, Central
from lib.chargers.ocpp_profiles import STEP_A, phases, taken_a
from lib.chargers.ocpp_samples import LASTS_S
from lib.chargers.ocpp_session import Session
from lib.chargers.ocpp_standing import Standing
from lib.chargers.ocpp_station import MOST_CONNECTORS, Station
from lib.clock import Clock, WallClock
from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Found, Order, Plug

SAMPLES = 3  # so many that did not come: its meter is asked, and what it said last counts no more
SILENT_S = 60.0  # without a word for so long it is asked for its status
SETTLED_S = 2.0  # a sample so long after an order tells what came of it
LOOKS_S = 15.0  # after an order it is asked what came of it
METER_S = 2.0  # one whose meter never spoke is waited for so long, once for each connection
SKEWED_S = 30.0  # its clock may be off so far before its owner hears of it
METERED = "MeterValues"

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
        self._standing = Standing(self._station, number, rules=rules, clock=self._clock)
        self._meter_asked: Session | None = None
        self._starting: asyncio.Task[None] | None = None
        if number in self._station.heard:
            raise ChargerSetupError(f"{rules.name}: another charger has the address {address} already")
        self._station.heard[number] = self._hear

    @property
    def watched(self) -> bool:
        """Whether it falls to its safe current by itself when nobody talks to it; False also while nobody knows."""
        return self._standing.watched

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
            await self._standing.give(session, order)
        return Accepted(current_a=order.current_a, go=order.go, phases=phases(order, self._rules))

    async def close(self, *, restore: bool) -> None:
        """Take our profiles out of it, if it is there; it then decides by itself again."""
        self._station.heard.pop(self._number, None)
        if self._starting:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        if not restore or (self.owner is None and not self._standing.is_laid):
            return
        try:
            async with self._within():
                await self._standing.clear(self._session())
            self.owner = None
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
        looks = now_s - self._standing.ordered_s < LOOKS_S and metered_s < self._standing.ordered_s + SETTLED_S
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
                    f"{self._station.name} does not say what hangs on connector {self._number}; switch it off and on"
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
        try:
            await self._standing.keep(session)
        finally:
            if self._standing.is_laid:
                self.owner = Found(serial=self._station.nameplate.serial)

    def _hear(self) -> None:
        """It dialled in, or a transaction began: say at once what it may, before its next reading."""
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._keep_at_once())

    async def _keep_at_once(self) -> None:
        try:
            async with self._within():
                await self._keep(self._session())
        except ChargerError as error:
            log.info("%s: %s", self._rules.name, error)

    def _reading(self, read_s: float) -> ChargerReading:
        station, held = self._station, self._standing.held
        lasts_s = max(LASTS_S, SAMPLES * station.sample_s)
        connector = lately(self._connector, self._clock.monotonic(), lasts_s)
        is_charging = connector.plug is Plug.CHARGING
        current_a, go = self._standing.setting()
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
            fault=connector.fault or station.connector(0).fault,
            warning="; ".join(filter(None, self._warnings(connector))),
            serial=station.nameplate.serial,
            watched=self.watched,
        )

    def _warnings(self, connector: Connector) -> tuple[str, ...]:
        off_s = connector.ahead_s
        is_quiet = connector.plug is Plug.CHARGING and drawn_w(connector, self._rules.phases) is None
        return (
            connector.warning or self._station.connector(0).warning,
            *self._standing.warnings,
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
