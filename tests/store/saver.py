"""What an hour of the meter writes to the disk: `python -m tests.store.saver HOME SECONDS`, on a line for each hour.

The simulated house at speed, a telegram each second, through core and recorder; a commit each minute, and after each
what the system does by itself within a minute: its pages go to the disk, so one that changes again is written again.
"""

import asyncio
import os
import sys
from datetime import date
from pathlib import Path

from lib.clock import TurnedClock
from lib.core.house import House, Rules
from lib.core.metering import Heard, Published, after, opened
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.slots import Series
from lib.sim.telegram import telegram
from lib.sim.world import World
from lib.store.logs import open_log
from lib.store.recorder import Recorder
from tests.conftest import local
from tests.programs.market import prices_of
from tests.programs.reckoning import DYNAMIC

START = local("2026-11-20 12:00")  # the day after is a Saturday, and holds a midnight
DAYS = (date(2026, 11, 20), date(2026, 11, 21))


async def live(home: Path, seconds: int) -> None:
    """So many seconds of the meter, from what was kept in the home."""
    open_log(home / "log", "log_info.log")
    clock, rules = TurnedClock(START), Rules(tariffs=parse_rates(DYNAMIC), connection_w=17_250)
    recorder, kept = Recorder.open(home / "data" / "dm.db", history=home / "history", clock=clock)
    house = opened(kept.books, kept.peaks, kept.index) if kept.books else House()
    slots = tuple(slot for day in DAYS for slot in prices_of(day))
    house = after(house, Published(index=Series(slots)), rules)
    recorder.take_prices("market", slots)
    world, framer, parser = World(seed=3, start=START), Framer(), Parser()
    before = written_bytes()
    for second in range(1, seconds + 1):
        world.step(1)
        clock.turn(1)
        (heard,) = framer.feed(telegram(world.show()))
        house = after(house, Heard(reading=parser.parse(heard), received=world.at), rules)
        recorder.take(house)
        if second % 60 == 0:
            await recorder.commit()
            to_disk(home)
        if second % 3600 == 0:
            sys.stdout.write(f"{written_bytes() - before}\n")
            sys.stdout.flush()
            before = written_bytes()
    await recorder.close()


def to_disk(home: Path) -> None:
    """Wait until all files are on the disk."""
    for file in home.rglob("*"):
        opened_file = os.open(file, os.O_RDONLY)
        os.fsync(opened_file)
        os.close(opened_file)


def written_bytes() -> int:
    """What this process has caused to be written to the disk."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text("utf-8").splitlines())
    return int(told["write_bytes"])


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), int(sys.argv[2])))
