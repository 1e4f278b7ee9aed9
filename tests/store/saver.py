"""A program that lives fast in the home it is given, until it is killed: `python -m tests.store.saver HOME [SECONDS]`.

It goes on from what was kept, by a meter that counts by the clock, and says on standard output that it has begun.
With SECONDS it lives so many seconds of the meter, commits once a minute and says how many bytes it wrote.
"""

import asyncio
import os
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

from lib.core.house import House
from tests.conftest import NOON
from tests.store.builders import heard, recorder_in


async def live(home: Path, seconds: int | None) -> None:
    """Live on: each step a second, each minute a commit."""
    recorder, kept, _ = recorder_in(home)
    start = kept.books.last.at + timedelta(seconds=77) if kept.books else NOON
    house = House(books=kept.books)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    for second in count() if seconds is None else range(seconds):
        at = start + timedelta(seconds=second if seconds else 7 * second)
        house = heard(house, at, grid_w=100.0 + second % 4000)
        recorder.take(house)
        if second % (60 if seconds else 3) == 0:
            await recorder.commit()
            to_disk(home / "data" if seconds else None)
    await recorder.close()


def to_disk(folder: Path | None) -> None:
    """What the system does by itself within a minute: a page that changes again is then written again."""
    for file in folder.iterdir() if folder else ():
        opened = os.open(file, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def written_bytes() -> int:
    """What this process has caused to be written to the disk."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text("utf-8").splitlines())
    return int(told["write_bytes"])


if __name__ == "__main__":
    before = written_bytes()
    asyncio.run(live(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
    sys.stdout.write(f"{written_bytes() - before}\n")
