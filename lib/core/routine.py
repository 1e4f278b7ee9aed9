"""What a house usually draws: a mean for each quarter of three kinds of day, that follows, and how far it is off.

In: what it drew, quarter by quarter. Out: watts at any quarter ahead with their standard deviation. A holiday is like a
Sunday. Recent weeks count more; what kinds of day have in common is shared, and so are neighbouring quarters. What was
drawn above or below all that fades: an evening's surplus says little of the night, for which it is measured by how far
each quarter mostly is off; what lasts shows in quarters that are mostly alike, so those count most. Knows no weather.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from math import exp, sqrt
from operator import mul

from lib.core.bands import SUNDAY, is_holiday
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS

QUARTERS = 96
KINDS = 3  # weekday, Saturday, Sunday and holiday
HALF_DAYS = (8.0, 16.0, 16.0)  # what is so old counts half, by the kind of day: Saturdays are few
OFF_HALF_DAYS = 10.0
OTHERS, OTHERS_MOST = 0.3, 2.0  # a day of another kind counts so much, and all of them together at the most
NEAR = ((-2, 0.3), (-1, 0.6), (0, 1.0), (1, 0.6), (2, 0.3))  # neighbouring quarters, and how much of them counts
UNKNOWN = 0.25  # what is known of all quarters counts in one of them as so much of a day
SUPPOSED_W, SUPPOSED_QUARTERS = 400.0, 12  # before much is known, a house is supposed to be like that
SUPPOSED_OFF = 0.75  # its standard deviation, as a part of its mean
LATELY, LATELY_FADES, LATELY_MEANS = 0.7, 6.0, 1.5  # of the last hours' surplus, in quarters
LASTS_FADES, LASTS_MEANS, LASTS_W = 200.0, 48.0, 400.0  # of the last day's, and how much that is supposed to be
NOW, NOW_FADES = 0.5, 1.0  # of what one minute shows in the rest of its quarter, and in the next ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """What was learned, up to `until`.

    Attributes:
        means_w, weights: by kind of day and quarter, one kind after the other; the weights are days that count fully,
            as of the local `day`. days: with anything learned in them.
        squares, counts: of how far each quarter of the day was off, and by how many days that is known.
        lasts_w, lasts_known: how much more than usual was drawn in the last day, a mean by how well each quarter
            tells that, and the sum of this, in 1/W².
        lately: how much more than that in the last hours, in standard deviations.

    """

    means_w: tuple[float, ...] = (0.0,) * (KINDS * QUARTERS)
    weights: tuple[float, ...] = (0.0,) * (KINDS * QUARTERS)
    squares: tuple[float, ...] = (0.0,) * QUARTERS
    counts: tuple[float, ...] = (0.0,) * QUARTERS
    lasts_w: float = 0.0
    lasts_known: float = 0.0
    lately: float = 0.0
    day: date | None = None
    days: int = 0
    until: datetime | None = None


def after(routine: Routine, start: datetime, load_w: float) -> Routine:
    """With what was drawn in the quarter from `start`, of which the quarters before were learned already."""
    local = start.astimezone(BRUSSELS)
    routine = _on(routine, local.date())
    kind, quarter = kind_of(local.date()), quarter_of(local)
    mean = mean_w(routine)
    more_w = load_w - _mixed(routine, mean)(kind, quarter)
    lately, lasts_w = _faded(routine, start)
    off_w = more_w - lasts_w
    mostly_w = _mostly_off_w(routine, mean)(quarter)
    known, tells = routine.lasts_known * exp(-(_passed(routine, start) + 1) / LASTS_MEANS), 1 / mostly_w**2
    means, weights = list(routine.means_w), list(routine.weights)
    squares, counts = list(routine.squares), list(routine.counts)
    for step, part in NEAR:
        near = (quarter + step) % QUARTERS
        _learn(means, weights, kind * QUARTERS + near, load_w, part)
        _learn(squares, counts, near, off_w * off_w, part)
    return replace(
        routine,
        means_w=tuple(means),
        weights=tuple(weights),
        squares=tuple(squares),
        counts=tuple(counts),
        lasts_w=(routine.lasts_w * known + more_w * tells) / (known + tells),
        lasts_known=known + tells,
        lately=lately + (1 - exp(-1 / LATELY_MEANS)) * (off_w / mostly_w - lately),
        until=start + QUARTER,
    )


def ahead(routine: Routine, starts: tuple[datetime, ...], now_w: float | None) -> list[tuple[float, float]]:
    """What is drawn in the quarters from these starts, in order of time, and by how much it mostly differs, in W.

    now_w: what is drawn at this instant, in the first of them. A house that never gave back does not do it now.
    """
    if not starts:
        return []
    mean = mean_w(routine)
    usual_w, mostly_off_w, least_w = _mixed(routine, mean), _mostly_off_w(routine, mean), min(0.0, *routine.means_w)
    lately, lasts_w = _faded(routine, starts[0])
    found: list[tuple[float, float]] = []
    now_more_w = 0.0
    kind = hour = 0
    for place, (start, (of_lately, of_lasts, of_now)) in enumerate(zip(starts, _fades(len(starts)), strict=True)):
        if not place or not start.minute:  # the wall clock's quarters are those of UTC
            local = start.astimezone(BRUSSELS)
            kind, hour = kind_of(local.date()), local.hour
        quarter = hour * 4 + start.minute // 15
        mostly_w = mostly_off_w(quarter)
        load_w = usual_w(kind, quarter) + lately * mostly_w * LATELY * of_lately + lasts_w * of_lasts
        if place == 0 and now_w is not None:
            now_more_w = now_w - load_w
        load_w += now_more_w * NOW * of_now
        found.append((max(least_w, load_w), mostly_w))
    return found


@lru_cache(maxsize=4)
def _fades(count: int) -> tuple[tuple[float, float, float], ...]:
    """What is left of the last hours' surplus, of what lasts and of this minute's after so many quarters."""
    return tuple(
        (exp(-place / LATELY_FADES), exp(-place / LASTS_FADES), exp(-place / NOW_FADES)) for place in range(count)
    )


def mean_w(routine: Routine) -> float:
    """What is drawn in a quarter of which nothing is known: the mean of what is.

    A house that nobody knows yet counts a little in it: one oven tells nothing of the whole night.
    """
    whole = sum(part for _, part in NEAR)
    known = sum(routine.weights) / whole
    total: float = sum(map(mul, routine.means_w, routine.weights)) / whole
    return (total + SUPPOSED_W * SUPPOSED_QUARTERS) / (known + SUPPOSED_QUARTERS)


def kind_of(day: date) -> int:
    """0 for a weekday, 1 for a Saturday, 2 for a Sunday or a federal holiday."""
    if day.weekday() == SUNDAY or is_holiday(day):
        return 2
    return 1 if day.weekday() == SUNDAY - 1 else 0


def quarter_of(local: datetime) -> int:
    """Which quarter of the wall clock's day it is."""
    return local.hour * 4 + local.minute // 15


def _on(routine: Routine, day: date) -> Routine:
    """On a local day, on which all that was learned before counts less."""
    if routine.day == day:
        return routine
    passed = 0 if routine.day is None else max(0, (day - routine.day).days)
    left = [0.5 ** (passed / half) for half in HALF_DAYS for _ in range(QUARTERS)]
    off_left = 0.5 ** (passed / OFF_HALF_DAYS)
    return replace(
        routine,
        weights=tuple(map(mul, routine.weights, left)),
        counts=tuple(count * off_left for count in routine.counts),
        day=day,
        days=routine.days + 1,
    )


def _faded(routine: Routine, start: datetime) -> tuple[float, float]:
    """What is left of the surplus of the last hours, and of what lasts, in the quarter from `start`."""
    passed = _passed(routine, start)
    known = routine.lasts_known * exp(-passed / LASTS_MEANS)
    lasts_w = routine.lasts_w * known / (known + 1 / LASTS_W**2)
    return routine.lately * exp(-passed / LATELY_FADES), lasts_w * exp(-passed / LASTS_FADES)


def _passed(routine: Routine, start: datetime) -> float:
    """How many quarters nobody learned before `start`."""
    return 0.0 if routine.until is None else max(0.0, (start - routine.until) / QUARTER)


def _mostly_off_w(routine: Routine, mean: float) -> Callable[[int], float]:
    """By how much each quarter of the day is mostly off, as a standard deviation in W; more than 0."""
    supposed = (SUPPOSED_OFF * max(mean, SUPPOSED_W / 2)) ** 2
    squares, counts = routine.squares, routine.counts

    def mostly_off_w(quarter: int) -> float:
        count = counts[quarter]
        return sqrt((squares[quarter] * count + supposed * UNKNOWN) / (count + UNKNOWN))

    return mostly_off_w


def _mixed(routine: Routine, mean: float) -> Callable[[int, int], float]:
    """Watts by kind of day and quarter: what the kinds have in common counts beside their own."""
    means_w, weights = routine.means_w, routine.weights

    def usual_w(kind: int, quarter: int) -> float:
        total = known = 0.0
        for place in range(quarter, KINDS * QUARTERS, QUARTERS):
            total += means_w[place] * weights[place]
            known += weights[place]
        own = weights[kind * QUARTERS + quarter]
        own_total, others = means_w[kind * QUARTERS + quarter] * own, known - own
        part = min(OTHERS, OTHERS_MOST / others) if others > 0 else 0.0
        return (own_total + (total - own_total) * part + mean * UNKNOWN) / (own + others * part + UNKNOWN)

    return usual_w


def _learn(means: list[float], weights: list[float], place: int, value: float, part: float) -> None:
    weights[place] += part
    means[place] += (value - means[place]) * part / weights[place]
