"""A year of the simulated house at speed, through core and recorder: how long it takes, and what it leaves."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.past import DAY, EACH_MINUTE, EACH_SECOND, Past, lived, size_mb
from tests.bench.result import Result
from tests.conftest import local

TITLE = "Year"
HOW = (
    "The simulated house at speed through framer, parser, core and recorder, on real files, with dynamic prices, "
    "blocks, capacity tariff, gas and water; time of this one process, without that of the simulated house. A day with "
    "a telegram each second and a commit a minute, as it is lived; a year with a telegram each minute and a commit "
    "each quarter."
)
START = local("2026-01-01 00:00")


def results(*, quick: bool) -> Iterator[Result]:
    """A day at 1 Hz, a year by the minute."""
    hours = 2 if quick else 24
    day = _lived(START, START + DAY / 24 * hours, EACH_SECOND, commit_s=60)
    yield Result(
        what=f"{hours} hours at 1 Hz, with {hours * 60} commits",
        measured=f"real time × {day[0].speed:.0f}",
        beside=_told(day[0]),
    )
    end = local("2026-02-01 00:00") if quick else local("2027-01-01 00:00")
    past, database_mb, history_mb = _lived(START, end, EACH_MINUTE, commit_s=900)
    days = (end - START).days
    yield Result(
        what=f"{days} days by the minute",
        measured=f"{past.ours_s / days * 1000:.0f} ms a day: real time × {past.speed:.0f}",
        beside=f"{past.ours_s:.0f} s in all; {_told(past)}",
    )
    yield Result(
        what=f"database of {days} days, and the history folder",
        measured=f"{database_mb:.1f} MB and {history_mb:.1f} MB",
        beside="quarters, days, months, events, prices, and a minute trace of five weeks",
    )


def _lived(start: datetime, end: datetime, paces_s: tuple[int, ...], *, commit_s: int) -> tuple[Past, float, float]:
    with TemporaryDirectory(prefix="dm-bench-") as home:
        past = asyncio.run(lived(Path(home), start, end, paces_s=paces_s, commit_s=commit_s))
        return past, size_mb(past.database), size_mb(past.history)


def _told(past: Past) -> str:
    each_us = [1e6 * one / past.telegrams for one in (past.parsing_s, past.core_s, past.store_s)]
    return (
        f"a telegram {each_us[0]:.0f} µs to parse, {each_us[1]:.0f} µs in the core, {each_us[2]:.0f} µs to keep; "
        f"the simulated house beside it {past.world_s:.0f} s"
    )
