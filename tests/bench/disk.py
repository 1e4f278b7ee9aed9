"""What the meter program writes to the disk: as a process in real time, and a day of it at speed."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from tests.bench.program import dm, say
from tests.bench.result import Result, at_most
from tests.bench.stream import second_by_second
from tests.programs.program import ROOT

TITLE = "Disk"
HOW = (
    "Bytes that a process has sent to the disk, by /proc (`write_bytes`: what is written again to the same page before "
    "the system has put it on the disk counts once). Real time: dm.py --headless, a telegram each second over TCP in "
    "the pieces of a cable, database and log files, after its first minute. At speed: the simulated house through "
    "core and recorder with dynamic prices, a commit and an fsync of every file each minute, over a midnight with its "
    "day files."
)
GOAL_MB = 3.0
SETTLED_S = 65  # behind the first commit, which makes the tables


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes in so many seconds: to the disk, and asked for by write calls."""

    seconds: float
    to_disk: int
    asked: int

    @property
    def mb_hour(self) -> float:
        """To the disk, as an hour has it."""
        return self.to_disk / 1e6 * 3600 / self.seconds


def results(*, quick: bool) -> Iterator[Result]:
    """Real time, an hour at speed, a day at speed."""
    seen = asyncio.run(running(120 if quick else 600))
    yield at_most(
        f"dm.py as a process, {seen.seconds:.0f} s at 1 Hz in real time, as an hour",
        seen.mb_hour,
        GOAL_MB,
        "{:.2f} MB",
        f"{seen.to_disk / 1000:.0f} kB in that time, {seen.asked / 1000:.0f} kB asked for by write calls",
    )
    hours_mb = [written / 1e6 for written in at_speed(2 if quick else 24)]
    yield at_most(
        "an hour at speed, 60 commits",
        hours_mb[0],
        GOAL_MB,
        "{:.2f} MB",
        f"of {len(hours_mb)} hours the most is {max(hours_mb):.2f} MB, the mean {mean(hours_mb):.2f} MB: "
        f"{mean(hours_mb) * 24 * 365 / 1000:.0f} GB a year",
    )


async def running(seconds: int) -> Written:
    """Let dm.py hear a telegram each second, and look at it for so many of them."""
    loop = asyncio.get_running_loop()
    stream = second_by_second()
    async with dm(screen=False) as server:
        start_s = next_s = loop.time()
        begun: dict[str, int] | None = None
        begun_s = start_s
        while begun is None or loop.time() < begun_s + seconds:
            await say(server.meter, next(stream))
            if begun is None and loop.time() >= start_s + SETTLED_S:
                begun, begun_s = counted(server.pid), loop.time()
            next_s += 1.0
            await asyncio.sleep(next_s - loop.time())
        now, took_s = counted(server.pid), loop.time() - begun_s
    if not now["write_bytes"]:
        raise RuntimeError("nothing reached a disk: is the folder for temporary files in memory? Set TMPDIR")
    return Written(took_s, now["write_bytes"] - begun["write_bytes"], now["wchar"] - begun["wchar"])


def counted(pid: int) -> dict[str, int]:
    """What the system has counted for a process."""
    lines = Path(f"/proc/{pid}/io").read_text("utf-8").splitlines()
    return {name: int(value) for name, value in (line.split(": ") for line in lines)}


def at_speed(hours: int) -> list[int]:
    """Bytes to the disk in each of so many hours of the house."""
    with TemporaryDirectory(prefix="dm-bench-") as home:
        command = [sys.executable, "-m", "tests.store.saver", home, str(hours * 3600)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [int(line) for line in told.split()]
