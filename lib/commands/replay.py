"""`python -m lib.sim replay`: what the stored past would have cost with a battery, other prices, other charging.

And with --peaks why its highest quarters were so high. It reads the databases that the programs write, and writes none.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from lib import settings
from lib.commands import SLIP, dates
from lib.commands.printing import printed
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.store import replay as stored
from lib.store.database import StoreError

CARS = ("naive", "planned", "as-was")
MOST_DAYS = 400


class AskedError(Exception):
    """What was asked for cannot be answered; one sentence for the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Local days, both with it; at most what is stored."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Midnight of the first day."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """Midnight after the last day."""
        return midnight(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        """A month by its name, with its days where it is not whole; else the days."""
        if (self.first.year, self.first.month) != (self.last.year, self.last.month):
            return f"{self.first} to {self.last}"
        whole = self.first.day == 1 and (self.last + timedelta(days=1)).day == 1
        days = f"{self.first.day}" if self.first == self.last else f"{self.first.day} to {self.last.day}"
        return f"{self.first:%B %Y}" if whole else f"{self.first:%B %Y} ({days})"


def parser() -> argparse.ArgumentParser:
    """The options of a replay."""
    options = argparse.ArgumentParser(
        prog="python -m lib.sim replay",
        description="What the stored past would have cost with something else; --peaks: why its peaks were so high.",
    )
    options.add_argument("--month", type=dates.month, help="of the past, such as 2026-10 (default the last whole one)")
    options.add_argument(
        "--from", dest="first", type=dates.day, metavar="DAY", help="the first day, such as 2026-10-05"
    )
    options.add_argument("--to", dest="last", type=dates.day, metavar="DAY", help="the last day")
    options.add_argument("--battery", type=_size, metavar="KWH", help="with a battery of so many usable kWh; 0: none")
    options.add_argument("--battery-kw", type=_power, metavar="KW", default=5.0, help="what it gives and takes (5)")
    options.add_argument("--efficiency", type=_percent, metavar="PCT", default=90.0, help="of a round trip (90)")
    options.add_argument("--wear", type=_money, metavar="EUR", default=0.05, help="what a kWh given wears it (0.05)")
    options.add_argument(
        "--limit", action="store_true", help="also what a battery could have saved had it known the days ahead"
    )
    options.add_argument(
        "--contract",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="with other prices: dynamic, a name in docs/rates, or a file like rates.json; may be given again",
    )
    options.add_argument("--prices", metavar="FILE", help="day-ahead prices that are not stored: a CSV start,eur_mwh")
    options.add_argument("--cars", choices=CARS, help="as they charged, at once when plugged in, or planned")
    options.add_argument("--peaks", action="store_true", help="the highest quarters, and what would have avoided them")
    options.add_argument("--top", type=_count, default=5, metavar="N", help="with --peaks: so many quarters (5)")
    options.add_argument("--json", action="store_true", help="for a program")
    options.add_argument("--demo", action="store_true", help="of the simulated house")
    return options


def run(arguments: Sequence[str], out: TextIO | None = None) -> int:
    """Answer what is asked on the command line; the exit code."""
    asked = parser().parse_args(arguments)
    out = out or sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")  # a terminal without a sign for the euro
    try:
        home = settings.load(os.environ, demo=asked.demo)
        span = span_of(home.database("dm"), asked)
        if asked.peaks:
            from lib.commands.replay_peaks import answer
        else:
            from lib.commands.replay_table import answer
        return printed(answer(home, span, asked), out, who="replay", what="the answer")
    except (AskedError, StoreError, settings.SettingsError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return SLIP


def span_of(database: Path, asked: argparse.Namespace) -> Span:
    """The days that are asked for, as far as they are stored. Raises AskedError, StoreError."""
    if asked.month and (asked.first or asked.last):
        raise AskedError("--month and --from or --to: one or the other")
    with stored.looked_into(database) as connection:
        known = stored.reach(connection)
    if known is None:
        raise AskedError(f"{database}: nothing was counted yet")
    oldest, newest = local_day(known[0]), local_day(known[1] - timedelta(seconds=1))
    if asked.month or not (asked.first or asked.last):
        first = asked.month or _last_whole(oldest, newest)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    else:
        first, last = asked.first or oldest, asked.last or newest
    if last < first:
        raise AskedError(f"--to {last} is before --from {first}")
    if last < oldest or newest < first:
        what = f"{asked.month:%B %Y}" if asked.month else f"{first} to {last}"
        raise AskedError(f"{what}: nothing of it is stored; there is {oldest} to {newest}")
    span = Span(first=max(first, oldest), last=min(last, newest))
    if (span.last - span.first).days >= MOST_DAYS:
        raise AskedError(f"that are more than {MOST_DAYS} days: ask for less with --from and --to")
    return span


def _last_whole(oldest: date, newest: date) -> date:
    """The last month that is over and stored to its end; the running one where there is no other."""
    running = (newest + timedelta(days=1)).replace(day=1)
    before = (running - timedelta(days=1)).replace(day=1)
    return before if oldest < running else newest.replace(day=1)


def _number(text: str, least: float, most: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is no {what}: take {least:g} to {most:g}")
    return value


def _size(text: str) -> float:
    return _number(text, 0, 1000, "size in kWh")


def _power(text: str) -> float:
    return _number(text, 0.1, 100, "power in kW")


def _percent(text: str) -> float:
    return _number(text, 30, 100, "efficiency in %")


def _money(text: str) -> float:
    return _number(text, 0, 10, "price in euro")


def _count(text: str) -> int:
    return int(_number(text, 1, 100, "number of quarters"))
