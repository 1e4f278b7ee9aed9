"""How much of the battery is kept for the month's peak, by the time of day and the season. Knows no battery.

One quarter sets a whole month, and what is above the target cannot be foreseen: an oven, a kettle, a car that must go.
"""

from collections.abc import Container
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from lib.core.stamp import BRUSSELS

ELSE_PCT = 25.0
MORNING = timedelta(hours=3)


class Row(NamedTuple):
    """In these months and local hours so much is kept."""

    months: Container[int]
    hours: Container[int]
    pct: float


WINTER, YEAR = (10, 11, 12, 1, 2, 3), range(1, 13)
TABLE: Final = (  # the first row that holds
    Row(WINTER, range(16, 20), 40.0),  # cooking, heat pump and the cars that come home
    Row(YEAR, (*range(21, 24), *range(6)), 15.0),  # asleep; what is refilled is cheap then
)


def reserve_pct(at: datetime, *, owner_pct: float | None = None) -> float:
    """The state of charge below which the battery gives for nothing else, in %; what the owner set wins."""
    if owner_pct is not None:
        return owner_pct
    there = at.astimezone(BRUSSELS)
    found = (row.pct for row in TABLE if there.month in row.months and there.hour in row.hours)
    return next(found, ELSE_PCT)


def planned_pct(at: datetime, *, owner_pct: float | None = None) -> float:
    """What plans keep of it: what holds now, but never what is kept for cooking alone, as of the night to come.

    Nor is it more all at once in the morning: a car that the battery helped all night would go above the peak.
    """
    if owner_pct is not None:
        return owner_pct
    return min(reserve_pct(at), reserve_pct(at - MORNING), ELSE_PCT)
