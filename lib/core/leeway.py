"""What a car may still lack before it must be ready: what the house left it under the peak on the worst of its days.

In: quarters that are over, a stretch of time, what a quarter may count. Out: energy. Knows no plan and no price.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, chain

from lib.core.insured import KEPT_DAYS, LEAST_DAYS, Day, Insured, place_of
from lib.core.quarter import QUARTER
from lib.core.routine import QUARTERS

SHIFTS = range(-4, 5)  # quarters: who cooks at noon may do so an hour earlier or later


def left_wh(insured: Insured, since: datetime, until: datetime, *, target_w: float, full_w: float) -> float | None:
    """The least that was left for cars between two times of the day; None while too little is known.

    target_w: what a quarter may count; full_w: what the cars can draw.
    """
    if len(insured.days) < LEAST_DAYS:
        return None
    days = insured.days[-KEPT_DAYS:]
    return _least_wh(days, round(target_w / 50) * 50.0, full_w, place_of(since), max(0, (until - since) // QUARTER))


@lru_cache(maxsize=512)
def _least_wh(days: tuple[Day, ...], target_w: float, full_w: float, first: int, quarters: int) -> float:
    """Of so many quarters from one of the day on, on each day and a little earlier or later."""
    sums = _sums(days, target_w, full_w)
    starts = (first + QUARTERS * day + shift for day in range(len(days)) for shift in SHIFTS)
    return min(
        (sums[start + quarters] - sums[start] for start in starts if 0 <= start < len(sums) - quarters), default=0.0
    )


@lru_cache(maxsize=8)
def _sums(days: Sequence[Day], target_w: float, full_w: float) -> tuple[float, ...]:
    """What was left for cars from the first quarter until each one."""
    quarters_w = chain.from_iterable(days)
    return (0.0, *accumulate(max(0.0, min(full_w, target_w - own_w)) / 4 for own_w in quarters_w))
