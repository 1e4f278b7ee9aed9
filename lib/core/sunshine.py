"""What a roof makes: by a forecast, corrected by what became of earlier ones; without one, what it usually makes.

In: quarters with what was made, and what a forecast had said. Out: watts at any quarter ahead with their standard
deviation. By the hour of the day, since trees and chimneys cast their shadow at an hour, and by how bright it should
be. Hours are those of UTC, for the sun keeps no summer time. Knows no cloud, and no source of a forecast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from math import exp, sqrt

from lib.core.daylight import height_deg
from lib.core.quarter import QUARTER

QUARTERS, HOURS, LEVELS = 96, 24, 3
HOUR_QUARTERS = QUARTERS // HOURS
HALF_DAYS = 8.0  # what is so old counts half
BEST_FALLS = 0.98  # a day: the brightest quarter of last month is not to be had any more in autumn
SUPPOSED_H = 1.0  # so many hours of full sun count for a forecast that is right
OVERALL_H, HOURLY = 4.0, 3.0  # so many hours of the mean one count in an hour; and of the hour in each of its levels
LEAST, MOST = 0.3, 2.0  # no forecast is corrected by more
ODD = 3.0  # what was made beside a forecast counts as so many times that at the most
LATELY_FADES, LATELY_MEANS, LATELY = 10.0, 2.0, 0.9  # of the last hour's brightness, in quarters
USUAL_FADES = 24.0  # where only history tells, a dull hour tells more of the day
DULL, BRIGHT = 0.2, 2.0
FAINT = 0.1  # of the brightest quarter: under that an hour tells nothing
OFF, OFF_DAYS = 0.4, 0.5  # before it is known, a forecast is off by so much of itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunshine:
    """What was learned, up to `until`.

    Attributes:
        told_w, made_w: sums by hour and level, where a forecast had been; what is older counts less, as of `day`.
        usual_w, weights: the mean of what was made, by quarter of the day. best_w: the most, lately.
        squares, counts: of how far off it was, by hour, first by forecasts and then by history.
        bright_w, base_w: what was made lately, and what should have been; told: by a forecast, else by history.

    """

    told_w: tuple[float, ...] = (0.0,) * (HOURS * LEVELS)
    made_w: tuple[float, ...] = (0.0,) * (HOURS * LEVELS)
    usual_w: tuple[float, ...] = (0.0,) * QUARTERS
    weights: tuple[float, ...] = (0.0,) * QUARTERS
    best_w: tuple[float, ...] = (0.0,) * QUARTERS
    squares: tuple[float, ...] = (0.0,) * (2 * HOURS)
    counts: tuple[float, ...] = (0.0,) * (2 * HOURS)
    bright_w: float = 0.0
    base_w: float = 0.0
    told: bool = False
    day: date | None = None
    until: datetime | None = None


def after(sunshine: Sunshine, start: datetime, made_w: float, told_w: float | None, *, held: bool = False) -> Sunshine:
    """With what was made in the quarter from `start`; told_w: what a forecast had said, None: nothing.

    held: the roof could have made more, so that nothing is learned.
    """
    sunshine = _on(sunshine, start.date())
    is_told = told_w is not None
    bright_w, base_w = _faded(sunshine, start, told=is_told)
    sunshine = replace(sunshine, bright_w=bright_w, base_w=base_w, told=is_told, until=start + QUARTER)
    if held or is_dark(start):
        return sunshine
    quarter = start.hour * 4 + start.minute // 15
    foreseen_w = told_w * _ratio(sunshine)(quarter, told_w) if told_w is not None else sunshine.usual_w[quarter]
    by_hour = start.hour + (HOURS if told_w is None else 0)
    known = told_w is not None or sunshine.weights[quarter] > 0
    off_w = made_w - foreseen_w
    part = 1 - exp(-1 / LATELY_MEANS)
    weights = sunshine.weights[quarter] + 1
    usual_w = sunshine.usual_w[quarter]
    learned = replace(
        sunshine,
        usual_w=_with(sunshine.usual_w, quarter, usual_w + (made_w - usual_w) / weights),
        weights=_with(sunshine.weights, quarter, weights),
        best_w=_with(sunshine.best_w, quarter, max(sunshine.best_w[quarter], made_w)),
        bright_w=bright_w + part * (made_w - bright_w) if known else bright_w,
        base_w=base_w + part * (foreseen_w - base_w) if known else base_w,
    )
    if known:
        count = sunshine.counts[by_hour] + 0.25
        square = sunshine.squares[by_hour]
        learned = replace(
            learned,
            squares=_with(sunshine.squares, by_hour, square + (off_w * off_w - square) * 0.25 / count),
            counts=_with(sunshine.counts, by_hour, count),
        )
    if not told_w:
        return learned
    place = start.hour * LEVELS + _level(sunshine, quarter, told_w)
    return replace(
        learned,
        told_w=_with(sunshine.told_w, place, sunshine.told_w[place] + told_w),
        made_w=_with(sunshine.made_w, place, sunshine.made_w[place] + min(made_w, ODD * told_w)),
    )


def ahead(sunshine: Sunshine, starts: Sequence[datetime], told_w: Sequence[float | None]) -> list[tuple[float, float]]:
    """What is made in the quarters from these starts, in order of time, and by how much it mostly differs, in W.

    told_w: what a forecast says of each; None: nothing, so that what the roof usually makes stands for it.
    """
    if not starts:
        return []
    ratio, brights = _ratio(sunshine), [_brightness(sunshine, starts[0], told=kind) for kind in (False, True)]
    passed = 0.0 if sunshine.until is None else max(0.0, (starts[0] - sunshine.until) / QUARTER)
    found: list[tuple[float, float]] = []
    darks = _darks([*starts, starts[-1] + QUARTER])
    for place, (start, told) in enumerate(zip(starts, told_w, strict=True)):
        if darks[place] and darks[place + 1]:
            found.append((0.0, 0.0))
            continue
        quarter = start.hour * 4 + start.minute // 15
        base_w = sunshine.usual_w[quarter] if told is None else max(0.0, told) * ratio(quarter, told)
        fades = exp(-(passed + place) / (USUAL_FADES if told is None else LATELY_FADES))
        sun_w = base_w * (1 + (brights[told is not None] - 1) * LATELY * fades)
        by_hour = start.hour + (HOURS if told is None else 0)
        count = sunshine.counts[by_hour]
        square = (sunshine.squares[by_hour] * count + (OFF * base_w) ** 2 * OFF_DAYS) / (count + OFF_DAYS)
        found.append((sun_w, sqrt(square)))
    return found


def is_dark(start: datetime) -> bool:
    """Whether the sun is under the horizon in the whole quarter from `start`."""
    return is_dark_at(start) and is_dark_at(start + QUARTER)


@lru_cache(maxsize=256)
def is_dark_at(at: datetime) -> bool:
    """Whether it is under the horizon."""
    return height_deg(at) < 0


def _darks(edges: Sequence[datetime]) -> list[bool]:
    """Whether it is dark at each of these times; where it is so at both ends of an hour, so it is in between."""
    whole = edges[::HOUR_QUARTERS]
    marks = [is_dark_at(edge) for edge in whole]
    found: list[bool] = []
    for number, (edge, dark) in enumerate(zip(whole, marks, strict=True)):
        rest = edges[number * HOUR_QUARTERS + 1 : (number + 1) * HOUR_QUARTERS]
        goes_on = marks[number + 1 : number + 2] == [dark] and whole[number + 1] - edge <= HOUR_QUARTERS * QUARTER
        found += [dark, *([dark] * len(rest) if goes_on else map(is_dark_at, rest))]
    return found


def _on(sunshine: Sunshine, day: date) -> Sunshine:
    """On a day, on which all that was learned before counts less."""
    if sunshine.day == day:
        return sunshine
    passed = 0 if sunshine.day is None else max(0, (day - sunshine.day).days)
    left, falls = 0.5 ** (passed / HALF_DAYS), BEST_FALLS**passed
    return replace(
        sunshine,
        told_w=tuple(watts * left for watts in sunshine.told_w),
        made_w=tuple(watts * left for watts in sunshine.made_w),
        weights=tuple(weight * left for weight in sunshine.weights),
        counts=tuple(count * left for count in sunshine.counts),
        best_w=tuple(watts * falls for watts in sunshine.best_w),
        day=day,
    )


def _faded(sunshine: Sunshine, start: datetime, *, told: bool) -> tuple[float, float]:
    """What was made lately and should have been, as far as it still tells of `start`.

    told: by a forecast. How bright it was beside history says nothing of how right a forecast is, nor the other way.
    """
    if sunshine.until is None or sunshine.told is not told:
        return 0.0, 0.0
    left = exp(-max(0.0, (start - sunshine.until) / QUARTER) / LATELY_MEANS)
    return sunshine.bright_w * left, sunshine.base_w * left


def _brightness(sunshine: Sunshine, start: datetime, *, told: bool) -> float:
    """How the last hour was to what it should have been; 1 where it tells nothing. told: by a forecast."""
    bright_w, base_w = _faded(sunshine, start, told=told)
    faint_w = FAINT * max(sunshine.best_w)
    return min(max(DULL, (bright_w + faint_w) / (base_w + faint_w)), BRIGHT) if faint_w else 1.0


def _ratio(sunshine: Sunshine) -> Callable[[int, float], float]:
    """By what a forecast is multiplied, by the quarter of the day and what it says in W.

    What little is known of an hour leans on all hours, and what little of a level on its hour.
    """
    told_w, made_w = sunshine.told_w, sunshine.made_w
    supposed_w = SUPPOSED_H * 4 * max(sunshine.best_w)
    all_told_w = sum(told_w)
    overall = (sum(made_w) + supposed_w) / (all_told_w + supposed_w) if all_told_w else 1.0
    lean_w = OVERALL_H * all_told_w / HOURS

    def ratio(quarter: int, watts: float) -> float:
        first = quarter // 4 * LEVELS
        level = first + _level(sunshine, quarter, watts)
        hour_w = sum(told_w[first : first + LEVELS])
        hourly = (sum(made_w[first : first + LEVELS]) + lean_w * overall) / (hour_w + lean_w) if lean_w else overall
        own_w = HOURLY * hour_w / LEVELS
        best = (made_w[level] + own_w * hourly) / (told_w[level] + own_w) if own_w else hourly
        return min(max(LEAST, best), MOST)

    return ratio


def _level(sunshine: Sunshine, quarter: int, watts: float) -> int:
    """Dull, fair or bright, beside the brightest that this quarter was lately."""
    best_w = sunshine.best_w[quarter]
    return min(LEVELS - 1, int(LEVELS * max(0.0, watts) / best_w)) if best_w else LEVELS - 1


def _with(values: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    return (*values[:place], value, *values[place + 1 :])
