"""kill -9 at any moment: no damage, and no Wh and no cent that the meter counted is missing."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import local
from tests.programs.fast_house import FastHouse
from tests.programs.kills import check, killed
from tests.programs.lives import Life
from tests.programs.living import Lives
from tests.programs.program import ROOT
from tests.programs.reckoning import DYNAMIC, SIMPLE, Kept
from tests.waiting import LIMIT_S

ROUNDS = 25  # of each; `./do_py.sh -m tests.bench kills` goes 1 000


@pytest.mark.parametrize(
    ("rates", "start", "seed"),
    [(SIMPLE, "2026-10-22 20:00", 1), (DYNAMIC, "2027-03-24 20:00", 2)],
    ids=["simple", "dynamic"],
)
async def test_no_kill_loses_energy_or_money(tmp_path: Path, rates: Mapping[str, Any], start: str, seed: int) -> None:
    """Start, run, kill -9; the house goes on, over nights without an hour and with one more, and a month's end.

    After each round the rows, the days and the euro are what the simulated meter counted itself.
    """
    toll = await killed(tmp_path / "home", rates, rounds=ROUNDS, start=local(start), seed=seed)
    assert ROUNDS == toll.deaths.total()
    assert toll.checked > ROUNDS // 2
    assert toll.days > 7


async def test_the_history_may_end_at_a_midnight_that_nobody_saw(tmp_path: Path) -> None:
    """Nobody listens from the evening until the day after next; in its first quarter the database is damaged.

    The last day file there is ends within the gap, so its counters were reckoned, and are none that the meter showed.
    """
    home, day_file = tmp_path / "home", tmp_path / "home" / "history" / "10-22.json"
    database = home / "data" / "dm.db"

    def has_rows() -> bool:
        return database.exists() and len(Kept.read(database).rows) > 2

    def is_made_anew() -> bool:
        return bool(list(database.parent.glob("*.damaged-*"))) and database.exists()

    async with FastHouse.open(start=local("2026-10-22 12:00"), seed=1) as house, Lives.open() as lives:

        async def lived(done: Callable[[], bool], *, pace_s: int | None = None) -> None:
            talk = nullcontext() if pace_s is None else house.talking(pace_s)
            async with lives.lived(Life(home=str(home), source=house.source, rates=SIMPLE)) as living, talk:
                async with asyncio.timeout(LIMIT_S):
                    while not done():
                        assert not await living.end_within(0.02)

        await lived(has_rows, pace_s=10)
        house.unheard(60, local("2026-10-22 23:58"))
        house.world.step(local("2026-10-24 00:01") - house.world.at)
        await lived(day_file.exists, pace_s=0)
        for ending in ("", "-wal"):
            if (file := database.with_name(database.name + ending)).exists():
                file.write_bytes(b"noise" * 2000)
        await lived(is_made_anew)
        kept = Kept.read(database)
        assert kept.at == local("2026-10-23 00:00")
        check(kept, house, SIMPLE)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what a process writes")
def test_an_hour_writes_less_than_three_megabytes(tmp_path: Path) -> None:
    """Sixty commits of a telegram each second wear no card out."""
    command = [sys.executable, "-m", "tests.store.saver", str(tmp_path), "3600"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout
    assert 100_000 < int(told) < 3_000_000
