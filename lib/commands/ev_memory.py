"""What ev remembers from one start to the next: its state → how things stand, and back. The store writes it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from lib.clock import Clock
from lib.core import charging as core
from lib.core import counting
from lib.core.carport import Bay, CalendarState, Charging, ChargingRules, Cut
from lib.core.charger import ChargerReading, Found
from lib.core.counting import Count, QuarterWh
from lib.core.sessions import Session, closed
from lib.core.uptake import DAY_S, Switching
from lib.settings import Settings
from lib.store.ev_recorder import EvRecorder
from lib.store.ev_standing import Calendar, Intent, Standing, Switches
from lib.store.ev_store import Kept

SHOWN = 50  # sessions
NO_OWNERS: Mapping[str, Found] = MappingProxyType({})
NO_COUNTS: Mapping[str, Count] = MappingProxyType({})
log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What was kept, and where each new state goes; sessions: the last ones, newest first.

    charging: the state that a start goes on from, then the newest; owners: what chargers were set to when we came;
    counts: by charger, what its quarter came to so far.
    """

    charging: Charging
    recorder: EvRecorder
    owners: Mapping[str, Found]
    sessions: tuple[Session, ...] = ()
    found: tuple[str, ...] = ()
    counts: Mapping[str, Count] = field(default_factory=dict)
    _read: dict[str, ChargerReading] = field(default_factory=dict)

    def take(self, charging: Charging) -> None:
        """Take one state; never waits."""
        self.charging = charging
        self._remember(charging.closed, self._counted())

    def end(self, sessions: Iterable[Session]) -> None:
        """End these where they were seen last: their chargers are no longer in the settings."""
        self._remember(tuple(closed(session, session.seen) for session in sessions))

    def _counted(self) -> list[QuarterWh]:
        """Count what chargers said since the last state; the quarters that ended."""
        ended, counts = [], {}
        for name, bay in self.charging.bays.items():
            reading = bay.post.reading
            if reading is None or reading is self._read.get(name) or reading.total_wh is None:
                continue
            self._read[name] = reading
            count = self.counts.get(name)
            if count is None:
                counts[name] = counting.began(reading.total_wh, self.charging.at)
                continue
            counts[name], energy_wh = counting.after(count, reading.total_wh, self.charging.at)
            if energy_wh is not None:
                ended.append(QuarterWh(charger=name, start=count.start, energy_wh=energy_wh))
        if counts:
            self.counts = {**self.counts, **counts}
        return ended

    def _remember(self, sessions: tuple[Session, ...], quarters: Iterable[QuarterWh] = ()) -> None:
        if sessions:
            self.sessions = (*reversed(sessions), *self.sessions)[:SHOWN]
        self.recorder.take(standing(self.charging, self.owners, self.counts), sessions, quarters)

    def keep(self, owners: Mapping[str, Found]) -> None:
        """Keep from now on what the owners of these chargers get back; never waits."""
        if owners != self.owners:
            self.owners = owners
            self.recorder.take(standing(self.charging, owners, self.counts))

    def is_kept(self, charger: str) -> bool:
        """Whether what its owner gets back is on the disk, where it outlives a crash."""
        return self.recorder.saved.owners.get(charger) == self.owners.get(charger)

    def forget_calendars(self, but: Collection[str]) -> Charging:
        """The state without calendars that its owner has taken out of his settings."""
        kept = {name: state for name, state in self.charging.calendars.items() if name in but}
        self.charging = replace(self.charging, calendars=kept)
        return self.charging

    @property
    def trouble(self) -> str:
        """What the owner should know of the store."""
        return " · ".join((*((self.recorder.trouble,) if self.recorder.trouble else ()), *self.found))


@asynccontextmanager
async def remembered(config: Settings, rules: ChargingRules, clock: Clock) -> AsyncIterator[Memory]:
    """The memory of this home's cars, written each minute. Raises StoreError: it is of a newer program."""
    recorder, kept = await asyncio.to_thread(EvRecorder.open, config.database("ev"), clock)
    charging = begun(rules, kept, at=clock.now(), now_s=clock.monotonic())
    memory = Memory(
        charging=charging,
        recorder=recorder,
        sessions=kept.last,
        found=kept.notices,
        owners={name: found for name, found in kept.standing.owners.items() if name in rules.chargers},
        counts={name: count for name, count in kept.standing.counts.items() if name in rules.chargers},
    )
    memory.end(one for name, one in kept.standing.sessions.items() if name not in rules.chargers)
    writing = asyncio.create_task(recorder.run(), name="store")
    try:
        yield memory
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await recorder.close()


def standing(
    charging: Charging, owners: Mapping[str, Found] = NO_OWNERS, counts: Mapping[str, Count] = NO_COUNTS
) -> Standing:
    """What of a state, of what chargers were set to before, and of the quarter that runs outlives a start."""
    at, now_s = charging.at, charging.now_s
    return Standing(
        intents={
            name: Intent(
                mode=bay.mode,
                wish=bay.wish,
                boost_until=bay.boost_until,
                was_a=bay.cut.was_a if bay.cut else None,
                told_a=bay.cut.told_a if bay.cut else None,
            )
            for name, bay in charging.bays.items()
        },
        plugged=charging.plugged,
        socs={name: state.soc for name, state in charging.cars.items()},
        sessions={name: bay.session for name, bay in charging.bays.items() if bay.session is not None},
        switches={
            name: Switches(at=tuple(_then(at, now_s, at_s) for at_s in bay.pace.switching.at_s))
            for name, bay in charging.bays.items()
            if bay.pace.switching.at_s
        },
        calendars={
            name: Calendar(entries=state.entries, at=_then(at, now_s, state.listed_s))
            for name, state in charging.calendars.items()
            if state.listed_s is not None
        },
        usual=charging.usual,
        owners=owners,
        counts=counts,
        away={name: state.trip for name, state in charging.cars.items() if state.trip is not None},
    )


def begun(rules: ChargingRules, kept: Kept, *, at: datetime, now_s: float) -> Charging:
    """The state that a start goes on from; what is no longer in the settings is left out."""
    known = kept.standing
    charging = core.opened(rules, at=at, now_s=now_s, socs=known.socs.values())
    bays = {name: _kept_bay(bay, known, at=at, now_s=now_s) for name, bay in charging.bays.items()}
    cables = {name: cable for name, cable in known.plugged.cables.items() if name in bays}
    return replace(
        charging,
        bays=bays,
        cars={name: replace(state, trip=known.away.get(name)) for name, state in charging.cars.items()},
        plugged=replace(known.plugged, cables=cables),
        usual=known.usual,
        calendars={
            name: CalendarState(entries=one.entries, listed_s=_ago_s(one.at, at, now_s))
            for name, one in known.calendars.items()
        },
    )


def _kept_bay(bay: Bay, known: Standing, *, at: datetime, now_s: float) -> Bay:
    name = bay.post.rules.name
    intent, switches = known.intents.get(name), known.switches.get(name, Switches())
    lately = tuple(_ago_s(one, at, now_s) for one in switches.at if at - one < timedelta(seconds=DAY_S))
    bay = replace(bay, session=known.sessions.get(name), pace=replace(bay.pace, switching=Switching(at_s=lately)))
    if intent is None:
        return bay
    if intent.was_a is not None and intent.told_a is not None:
        bay = replace(bay, cut=Cut(was_a=intent.was_a, told_a=intent.told_a, at_s=now_s))
    return replace(bay, mode=intent.mode, wish=intent.wish, boost_until=intent.boost_until)


def _then(at: datetime, now_s: float, at_s: float) -> datetime:
    return at - timedelta(seconds=round(now_s - at_s))


def _ago_s(one: datetime, at: datetime, now_s: float) -> float:
    """When it was by our seconds; never ahead: what was kept has the meter's time, and this machine's may be behind."""
    return now_s - max(0.0, (at - one).total_seconds())
