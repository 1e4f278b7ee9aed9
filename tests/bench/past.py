"""A past for the benches: the simulated house at speed through core and recorder, on real files, with dynamic prices.

In: a home, a start, how long, and how often its meter speaks. Out: what is on the disk then, and the time it took.
"""

import gc
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from time import perf_counter

from lib.clock import TurnedClock
from lib.core.house import House, Rules
from lib.core.metering import Heard, Published, after
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.slots import Series
from lib.core.stamp import BRUSSELS
from lib.sim.telegram import telegram
from lib.sim.world import World
from lib.store.recorder import Recorder
from tests.programs.market import prices_of
from tests.programs.reckoning import DYNAMIC

DAY = timedelta(days=1)
EACH_SECOND, EACH_MINUTE = (1,), (60,)
TWICE_A_QUARTER = (870, 30)  # the second sees the quarter's end, so its average is known
RULES = Rules(tariffs=parse_rates(DYNAMIC), connection_w=17_250)


@dataclass(slots=True, kw_only=True)
class Past:
    """What was lived.

    Attributes:
        house: as it was left.
        parsing_s, core_s, store_s: what framing and parsing, the core, and the recorder with its commits took.
        world_s: what the simulated house itself took; it is no part of the program.

    """

    home: Path
    start: datetime
    end: datetime
    house: House = field(default_factory=House)
    telegrams: int = 0
    parsing_s: float = 0.0
    core_s: float = 0.0
    store_s: float = 0.0
    world_s: float = 0.0

    @property
    def database(self) -> Path:
        """Its file."""
        return self.home / "data" / "dm.db"

    @property
    def history(self) -> Path:
        """The folder of its days."""
        return self.home / "history"

    @property
    def ours_s(self) -> float:
        """All that the program took."""
        return self.parsing_s + self.core_s + self.store_s

    @property
    def speed(self) -> float:
        """How many times faster than real time the program was."""
        return (self.end - self.start).total_seconds() / self.ours_s


async def lived(
    home: Path, start: datetime, end: datetime, *, paces_s: tuple[int, ...], commit_s: int, seed: int = 7
) -> Past:
    """Let the house live.

    paces_s: seconds from one telegram to the next, in turn; commit_s: seconds of its time from commit to commit.
    """
    past, clock = Past(home=home, start=start, end=end), TurnedClock(start)
    recorder, _ = Recorder.open(past.database, history=past.history, clock=clock)
    first, last = (at.astimezone(BRUSSELS).date() for at in (start, end))
    house = after(House(), Published(index=_prices(recorder, first, last)), RULES)
    world, framer, parser = World(seed=seed, start=start), Framer(), Parser()
    gc.collect()
    paces, committed = cycle(paces_s), start
    begun_s = perf_counter()
    while world.at < end:
        told = telegram(world.show())
        told_s = perf_counter()
        (heard,) = framer.feed(told)
        reading = parser.parse(heard)
        parsed_s = perf_counter()
        house = after(house, Heard(reading=reading, received=world.at), RULES)
        done_s = perf_counter()
        recorder.take(house)
        clock.set(world.at)
        if (world.at - committed).total_seconds() >= commit_s:
            committed = world.at
            await recorder.commit()
        kept_s = perf_counter()
        past.world_s += told_s - begun_s
        past.parsing_s += parsed_s - told_s
        past.core_s += done_s - parsed_s
        past.store_s += kept_s - done_s
        past.telegrams += 1
        begun_s = kept_s
        world.step(next(paces))
    past.house = house
    closing_s = perf_counter()
    await recorder.close()
    past.store_s += perf_counter() - closing_s
    return past


def _prices(recorder: Recorder, first: date, last: date) -> Series:
    """The prices of all days, as a market tells them, a day at a time; the recorder keeps them."""
    days = [first + at * DAY for at in range((last - first).days + 2)]
    told = [prices_of(day) for day in days]
    for slots in told:
        recorder.take_prices("market", slots)
    return Series(tuple(slot for slots in told for slot in slots))


def size_mb(path: Path) -> float:
    """What a file, or all files of a folder, hold; 0 where there is none."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
