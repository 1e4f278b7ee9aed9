"""What bs remembers from one start to the next: its state → how things stand, and back. The store writes it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from lib.clock import Clock
from lib.core import storage as core
from lib.core.cellar import Storage, StorageRules
from lib.settings import Settings
from lib.store.bs_recorder import BsRecorder
from lib.store.bs_standing import Intent, Level, Standing


@dataclass(slots=True, kw_only=True)
class Memory:
    """What was kept, and where each new state goes.

    storage: the state that a start goes on from, then the newest; levels: how full each battery was when it was last
    read, also before this start.
    """

    storage: Storage
    rules: StorageRules
    recorder: BsRecorder
    levels: Mapping[str, Level] = field(default_factory=dict)
    found: tuple[str, ...] = ()

    def take(self, storage: Storage) -> None:
        """Take one state; never waits."""
        self.storage = storage
        self.levels = {**self.levels, **_levels(storage)}
        self.recorder.take(standing(storage, self.rules, self.levels))

    @property
    def trouble(self) -> str:
        """What the owner should know of the store."""
        return " · ".join((*((self.recorder.trouble,) if self.recorder.trouble else ()), *self.found))


@asynccontextmanager
async def remembered(config: Settings, rules: StorageRules, clock: Clock) -> AsyncIterator[Memory]:
    """The memory of this home's batteries, written each minute. Raises StoreError: it is of a newer program."""
    recorder, kept = await asyncio.to_thread(BsRecorder.open, config.database("bs"), clock)
    storage = begun(rules, kept.standing, at=clock.now(), now_s=clock.monotonic())
    levels = {name: level for name, level in kept.standing.levels.items() if name in rules.batteries}
    found = (*kept.notices, *_over(rules, kept.standing.intent))
    memory = Memory(storage=storage, rules=rules, recorder=recorder, levels=levels, found=found)
    writing = asyncio.create_task(recorder.run(), name="store")
    try:
        yield memory
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await recorder.close()


def standing(storage: Storage, rules: StorageRules, levels: Mapping[str, Level]) -> Standing:
    """What of a state outlives a start."""
    intent = Intent(
        mode=storage.mode, set_mode=rules.mode, reserve_pct=storage.reserve_pct, set_reserve_pct=rules.reserve_pct
    )
    return Standing(intent=intent, booked=storage.booked, load=storage.load, sun=storage.sun, levels=levels)


def begun(rules: StorageRules, known: Standing, *, at: datetime, now_s: float) -> Storage:
    """The state that a start goes on from.

    A word of the owner holds until his settings say something new, or leave no room for it.
    """
    storage = core.opened(rules, at=at, now_s=now_s, booked=known.booked)
    storage = replace(storage, load=known.load, sun=known.sun if rules.has_sun else storage.sun)
    intent = known.intent
    if intent is None:
        return storage
    holds = intent.set_reserve_pct == rules.reserve_pct and not any(_over(rules, intent))
    return replace(
        storage,
        mode=intent.mode if intent.set_mode is rules.mode else rules.mode,
        reserve_pct=intent.reserve_pct if holds else rules.reserve_pct,
    )


def _over(rules: StorageRules, intent: Intent | None) -> Iterator[str]:
    """A reserve that was typed and is above what the batteries are filled to: it would keep all of them for ever."""
    most_pct = min((battery.most_pct for battery in rules.batteries.values()), default=100.0)
    if intent is not None and intent.reserve_pct is not None and intent.reserve_pct > most_pct:
        yield f"your reserve of {intent.reserve_pct:g} % is over: the battery is filled to {most_pct:g} % at most"


def _levels(storage: Storage) -> dict[str, Level]:
    return {
        name: Level(soc_pct=cell.soc_pct, at=storage.at)
        for name, cell in storage.cells.items()
        if cell.soc_pct is not None and cell.missed is None
    }
