"""A charger's counter, again and again → what it gave in each clock quarter: all of it, or nothing that is told.

A quarter is known when the counter was looked at about its start and its end; what happened between two looks within
it, such as a start of the program, does not matter. Knows no device, no disk and no screen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core.quarter import QUARTER, start_of
from lib.core.states import replace

WATCHED = timedelta(minutes=3)  # between two looks at the counter; what came in a longer time has no known origin
ROUNDED_WH = 1.0
MOST_W = 100_000.0  # no charger of a house gives more: a counter that ran faster is another one
LATE_WH = 2_000.0  # some counters are told minutes late, and then all at once
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A charger's counter in the quarter that runs.

    Attributes:
        start: of the quarter. total_wh: the counter, as it was looked at last, at `seen`.
        energy_wh: of the quarter so far; None: some of it is not known.

    """

    start: datetime
    seen: datetime
    total_wh: float
    energy_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterWh:
    """What a charger gave in the quarter that begins at `start`."""

    charger: str
    start: datetime
    energy_wh: float


def goes_on(before_wh: float, total_wh: float, passed: timedelta) -> bool:
    """Whether a charger's counter that showed `before_wh` may show `total_wh` so much later; else it is another one.

    One that starts anew, or that reads 0 for a moment, would else book its whole life to the car that hangs there.
    """
    most_wh = LATE_WH + MOST_W * (max(timedelta(0), passed) / HOUR)
    return -ROUNDED_WH <= total_wh - before_wh <= most_wh


def began(total_wh: float, at: datetime) -> Count:
    """A counter that is looked at for the first time; of the quarter that runs only the rest will be known."""
    start = start_of(at)
    return Count(start=start, seen=at, total_wh=total_wh, energy_wh=0.0 if at == start else None)


def after(count: Count, total_wh: float, at: datetime) -> tuple[Count, float | None]:
    """The count with what the counter shows now, and what its quarter came to, if that is over and known.

    A clock that was set back by a little stands still; by more, the quarter is not known. What flowed across the end of
    a quarter in a few minutes is parted by time; in more only where it was nothing, for nobody knows when it flowed.
    """
    if at < count.seen - WATCHED or not goes_on(count.total_wh, total_wh, at - count.seen):
        return began(total_wh, at), None
    at, total_wh = max(at, count.seen), max(total_wh, count.total_wh)
    gained_wh, start = total_wh - count.total_wh, start_of(at)
    if start == count.start:
        energy_wh = None if count.energy_wh is None else count.energy_wh + gained_wh
        return replace(count, seen=at, total_wh=total_wh, energy_wh=energy_wh), None
    passed = at - count.seen
    if passed > WATCHED and gained_wh > ROUNDED_WH:
        return began(total_wh, at), None
    before_wh = gained_wh * ((count.start + QUARTER - count.seen) / passed)
    ended_wh = None if count.energy_wh is None else count.energy_wh + before_wh
    return Count(start=start, seen=at, total_wh=total_wh, energy_wh=gained_wh - before_wh), ended_wh
