"""A thousand rounds of start, run and kill -9 at speed, each held against the simulated meter's own counters."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.result import Result
from tests.conftest import local
from tests.programs.kills import Toll, killed
from tests.programs.reckoning import DYNAMIC, SIMPLE

TITLE = "Kills"
HOW = (
    "The meter's loop with its memory (line, core, recorder, market; a commit each 20 ms) as a process on a TCP meter "
    "that lives 300 to 72 000 seconds a second. It dies by kill -9 after a random time, at a random file or SQL "
    "statement, or while it ends in order; then the house goes on for seconds to days, over midnights, months' ends, "
    "DST nights and New Year; at times the database is damaged on purpose meanwhile. After each round: quick_check, "
    "whole history files, rows, days and peaks against the meter's own counters by register, gas and water, and the "
    "euro against decimal arithmetic. Half the rounds have one price a register, half day-ahead prices with blocks."
)
HOMES = (("simple", SIMPLE, "2026-09-20 20:00", 11), ("dynamic", DYNAMIC, "2026-10-01 20:00", 12))


def results(*, quick: bool) -> Iterator[Result]:
    """Whether anything was lost."""
    rounds = 20 if quick else 500
    tolls: list[Toll] = []
    lost = ""
    for name, rates, start, seed in HOMES:
        with TemporaryDirectory(prefix="dm-bench-") as folder:
            try:
                tolls.append(
                    asyncio.run(killed(Path(folder) / name, rates, rounds=rounds, start=local(start), seed=seed))
                )
            except AssertionError as error:
                lost = f"{name}: {str(error).partition(chr(10))[0] or 'not what the meter counted'}"
    yield Result(
        what=f"{rounds * len(HOMES)} rounds of start, run, kill -9",
        measured=lost or "no damage, 0 Wh, 0 litres, 0 cents lost",
        goal="nothing lost",
        reached=not lost,
        beside=_told(tolls),
    )


def _told(tolls: list[Toll]) -> str:
    """What the rounds were, in words."""
    deaths: Counter[str] = sum((toll.deaths for toll in tolls), Counter())
    touches: Counter[str] = sum((toll.touches for toll in tolls), Counter())
    return (
        f"killed {', '.join(f'{kind} {count}' for kind, count in deaths.most_common())}; of these at a chosen moment: "
        f"{', '.join(f'{kind} {count}' for kind, count in touches.most_common())}; "
        f"{sum(toll.checked for toll in tolls)} times held against the meter; "
        f"{sum(toll.damages for toll in tolls)} times damaged on purpose and rebuilt; "
        f"{sum(toll.seconds for toll in tolls) / 86_400:.0f} days of the house, "
        f"{sum(toll.rows for toll in tolls)} rows, {sum(toll.gaps for toll in tolls)} gaps, "
        f"€ {sum(toll.eur for toll in tolls):.2f}"
    )
