"""What dm remembers from one start to the next: opened before the loop, told each state, written once a minute.

A recording is played without it: what it tells is not this house's history.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lib.clock import Clock
from lib.core.events import Event
from lib.core.habits import Habits, Note, learned
from lib.core.house import House
from lib.core.metering import opened
from lib.core.saved import Saving
from lib.core.slots import Slot
from lib.meters import is_recording
from lib.settings import Settings
from lib.store.recorder import Recorder

COMMIT_S = 60.0
PLAYED = "A recording is played: nothing of it is kept"
log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Memory:
    """What was kept, and where each new state goes.

    events: what happened last, newest first; habits: what was learned of house and roof; saving: what days cost.
    """

    house: House = field(default_factory=House)
    events: tuple[Event, ...] = ()
    habits: Habits = field(default_factory=Habits)
    saving: Saving = field(default_factory=Saving)
    found: tuple[str, ...] = ()
    recorder: Recorder | None = None

    def take(self, house: House) -> None:
        """Take one state; never waits."""
        if self.recorder:
            self.recorder.take(house)

    def take_prices(self, source: str, slots: tuple[Slot, ...]) -> None:
        """Keep prices that a source told."""
        if self.recorder:
            self.recorder.take_prices(source, slots)

    def take_note(self, note: Note) -> None:
        """Keep what an outlook foresaw, to be compared with what comes; once a quarter."""
        if self.recorder:
            self.recorder.take_note(note)

    def take_saving(self, saving: Saving) -> None:
        """Keep what the days cost, and would have cost."""
        if self.recorder:
            self.recorder.take_saving(saving)

    @property
    def trouble(self) -> str:
        """What the owner should know: what was found at the start, or why nothing is written now."""
        if self.recorder is None:
            return PLAYED
        return " · ".join((*((self.recorder.trouble,) if self.recorder.trouble else ()), *self.found))


@asynccontextmanager
async def remembered(config: Settings, clock: Clock, *, commit_s: float = COMMIT_S) -> AsyncIterator[Memory]:
    """The memory of this home, written every `commit_s` and at the end. Raises StoreError: it is of a newer program."""
    if is_recording(config.source):
        log.info(PLAYED)
        yield Memory()
        return
    recorder, memory = await asyncio.to_thread(_opened, config, clock)
    writing = asyncio.create_task(_write(recorder, commit_s), name="store")
    try:
        yield memory
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await recorder.close()


def _opened(config: Settings, clock: Clock) -> tuple[Recorder, Memory]:
    """What was kept, and what follows from it; it may take seconds."""
    recorder, kept = Recorder.open(config.database("dm"), history=config.history, clock=clock)
    kept = recorder.priced_late(kept, config.rules.tariffs)
    house = House(index=kept.index)
    if kept.books:
        house = opened(kept.books, kept.peaks, kept.index, accepted=kept.accepted)
    is_alone = not (config.inverters or config.chargers or config.batteries)
    older = kept.rows if is_alone else ()  # they know only what the grid gave, which is the house where that is all
    habits = learned((*older, *kept.parts), kept.notes)
    return recorder, Memory(
        house=house,
        events=kept.events,
        habits=habits,
        saving=Saving(days=kept.saved),
        found=kept.notices,
        recorder=recorder,
    )


async def _write(recorder: Recorder, commit_s: float) -> None:
    while True:
        await recorder.due(commit_s)
        try:
            await recorder.commit()
        except Exception:  # a fault of the store never stops the meter
            log.exception("the store failed; it tries again")
