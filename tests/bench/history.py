"""A stored year: looking back at it, starting with it, and making it anew from its day files."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from lib.clock import TurnedClock
from lib.store.listing import history
from lib.store.queries import Step, read
from lib.store.recorder import Recorder
from tests.bench.past import TWICE_A_QUARTER, Past, lived, size_mb
from tests.bench.result import Result, at_most
from tests.conftest import local

TITLE = "History"
HOW = (
    "A year of the simulated house in the database, 35 040 quarters with dynamic prices, gas and water. Looking: as "
    "/api/history does it, from opening the file to the JSON text, wall time, the median of several. Rebuilding: the "
    "database is noise, and is made from the day files."
)
START = local("2026-01-01 00:00")
GOAL_MS = 50.0
LOOKS = 9


def results(*, quick: bool) -> Iterator[Result]:
    """Views, opening, rebuilding."""
    end = local("2026-03-01 00:00") if quick else local("2027-01-01 00:00")
    with TemporaryDirectory(prefix="dm-bench-") as home:
        past = asyncio.run(lived(Path(home), START, end, paces_s=TWICE_A_QUARTER, commit_s=3600))
        quarters = len(read(past.database, START, end, Step.QUARTER))
        yield from _views(past, quarters)
        open_s = median(_opened(past, lambda: None) for _ in range(LOOKS))
        yield Result(
            what="opening and loading, as at the start",
            measured=f"{open_s * 1000:.0f} ms",
            beside=f"with its check for damage; {quarters} quarters, {size_mb(past.database):.1f} MB",
        )
        days = len(list(past.history.glob("*.json")))
        rebuilt_s = _opened(past, lambda: past.database.write_bytes(b"noise" * 10_000))
        again = len(read(past.database, START, end, Step.QUARTER))
        yield Result(
            what=f"rebuilding it from {days} day files",
            measured=f"{rebuilt_s:.1f} s",
            beside=f"{again} of {quarters} quarters came back; {size_mb(past.history):.1f} MB of day files",
        )


def _views(past: Past, quarters: int) -> Iterator[Result]:
    february, march = local("2026-02-01 00:00"), local("2026-03-01 00:00")
    day = local("2026-02-18 00:00"), local("2026-02-19 00:00")
    year_ms, months = looked_ms(past, START, past.end, Step.MONTH)
    yield at_most(
        f"month view of the year: {months} months", year_ms, GOAL_MS, "{:.1f} ms", f"{quarters} quarters stored"
    )
    month_ms, days = looked_ms(past, february, march, Step.DAY)
    yield at_most(f"a month by the day: {days} days", month_ms, GOAL_MS, "{:.1f} ms")
    for name, start, end, step in (
        ("a day by the quarter", *day, Step.QUARTER),
        ("a month by the hour", february, march, Step.HOUR),
        ("a month by the quarter", february, march, Step.QUARTER),
        ("all of it by the day", START, past.end, Step.DAY),
    ):
        took_ms, count = looked_ms(past, start, end, step)
        yield Result(what=f"{name}: {count} entries", measured=f"{took_ms:.1f} ms")


def looked_ms(past: Past, start: datetime, end: datetime, step: Step) -> tuple[float, int]:
    """Milliseconds until the answer is a text, and how many entries it has."""

    async def look() -> float:
        begun_s = perf_counter()
        await history(past.database, start, end, step)
        return perf_counter() - begun_s

    async def looks() -> list[float]:
        return [await look() for _ in range(LOOKS)]

    return median(asyncio.run(looks())) * 1000, len(read(past.database, start, end, step))


def _opened(past: Past, first: Callable[[], object]) -> float:
    """Seconds until the recorder stands and all is loaded, after `first`."""

    async def opened() -> float:
        first()
        begun_s = perf_counter()
        recorder, kept = Recorder.open(past.database, history=past.history, clock=TurnedClock(past.end))
        took_s = perf_counter() - begun_s
        assert kept.books
        await recorder.close()
        return took_s

    return asyncio.run(opened())
