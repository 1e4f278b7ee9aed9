"""What a battery must hold for the month's peak, learned from what the house drew: an insurance that says its sum.

In: quarters that are over. Out: what would have lasted on all of the last days, at whatever time, to keep each
quarter under a target, with what can be refilled under it. Knows no plan and no price.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain

from lib.core.books import local_day
from lib.core.parts import Parts
from lib.core.routine import QUARTERS, quarter_of
from lib.core.stamp import BRUSSELS

DAYS = 60  # a season changes
KEPT_DAYS = 35
LEAST_DAYS = 7
HOUR = 4  # quarters: so many that nobody watched are as the one beside them

Day = tuple[float, ...]  # W by quarter of the local day
Watched = tuple[float | None, ...]  # the same; None: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    """What house less sun drew on the last whole days, in order of time; today: so far, by the quarter of the day."""

    days: tuple[Day, ...] = ()
    day: date | None = None
    today: Watched = ()


NOBODY = Insured()


def after(insured: Insured, parts: Parts) -> Insured:
    """With a quarter that is over.

    An hour that nobody watched counts as the quarter before it, more as on the day before: what was cooked when
    somebody looked last was not cooked all evening. Without a day before, such a day is left out.
    """
    own_w = 4 * (parts.load_wh - (parts.sun_wh or 0.0))
    day, place = local_day(parts.start), place_of(parts.start)
    days, today = insured.days, insured.today
    if insured.day is not None and day != insured.day:
        days, today = _with(days, _until(today, QUARTERS, own_w)), ()
    if place < len(today):  # the hour that autumn repeats
        return insured
    return Insured(days=days, day=day, today=(*_until(today, place, own_w), own_w))


def _until(today: Watched, until: int, next_w: float) -> Watched:
    """With the quarters that nobody watched; next_w: of the one after them, for those at the begin of a day."""
    missing = until - len(today)
    beside_w = today[-1] if today else next_w
    return (*today, *((beside_w if missing <= HOUR else None,) * missing))


def _with(days: tuple[Day, ...], today: Watched) -> tuple[Day, ...]:
    """With a day that is over, where all of it is known or there is one before."""
    before = days[-1] if days else today
    day = tuple(then_w if own_w is None else own_w for own_w, then_w in zip(today, before, strict=True))
    known = tuple(own_w for own_w in day if own_w is not None)
    return (*days[-(DAYS - 1) :], known) if len(known) == QUARTERS else days


@lru_cache(maxsize=1024)
def place_of(at: datetime) -> int:
    """Which quarter of the local day holds an instant, from 0 to 95."""
    return quarter_of(at.astimezone(BRUSSELS))


def keep_wh(insured: Insured, *, target_w: float, charge_w: float, discharge_w: float, way: float) -> float | None:
    """What must be stored at any time; None while too little is known.

    An oven has no hour: what was kept only where the last weeks needed it lacked where the next one did. way: what is
    kept on each way in and out.
    """
    if len(insured.days) < LEAST_DAYS:
        return None
    return _keep_wh(insured.days[-KEPT_DAYS:], round(target_w / 50) * 50.0, charge_w, discharge_w, way)


@lru_cache(maxsize=8)
def _keep_wh(days: tuple[Day, ...], target_w: float, charge_w: float, discharge_w: float, way: float) -> float:
    return needs_wh(tuple(chain.from_iterable(days)), target_w, charge_w, discharge_w, way)


def needs_wh(quarters_w: Day, target_w: float, charge_w: float, discharge_w: float, way: float) -> float:
    """The most that must be stored at any time of these quarters, in order of time, to keep them under a target.

    Backwards: before each it must hold what that takes, and what those after it need.
    """
    wh = most_wh = 0.0
    for own_w in reversed(quarters_w):
        over_w = own_w - target_w
        if over_w > 0:
            wh += min(over_w, discharge_w) / 4 / way
            most_wh = max(most_wh, wh)
        elif wh > 0:
            wh = max(0.0, wh - min(-over_w, charge_w) / 4 * way)
    return most_wh
