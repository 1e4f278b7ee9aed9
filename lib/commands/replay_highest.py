"""The highest quarters of a past, each with how it went, what ran and what would have avoided it.

In: the databases of dm and ev, rates. Out: values, the highest first, and what would have kept months at their floor.
Where the seconds are not kept the minutes tell, and where those are gone only the quarter itself.
"""

import heapq
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from lib.commands.replay import AskedError, Span
from lib.core import autopsy
from lib.core.autopsy import Case, Found, Way
from lib.core.books import local_day
from lib.core.capacity import Capacity
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.core.whatif import SAME_W, Past, peak_eur
from lib.settings import Settings
from lib.store import replay as stored
from lib.store.database import StoreError
from lib.store.ev_store import quarters_between

MOST_WAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A month: what would have kept all of it at line_w, which is its floor.

    Attributes:
        meter_w: the peak that the meter tells, where it was in a quarter that nobody watched.
        eur: what it would have saved; None: peaks have no price.

    """

    month: date
    line_w: float
    above: autopsy.Above
    eur: float | None = None
    meter_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """One of the highest quarters.

    Attributes:
        place: from 1 on, among the quarters of its month. goal_w: what the month then would peak at without it.
        watts, step_s: how it went; None where nothing of that is kept.
        cars_wh: by charger. eur_w: what the month costs at a peak of so many watts, by the ways out and as it was.

    """

    quarter: Past
    place: int
    goal_w: float
    watts: tuple[float | None, ...] = ()
    step_s: float = 1.0
    over: stored.Over | None = None
    cars_wh: Mapping[str, float]
    found: Found | None = None
    ways: tuple[Way, ...] = ()
    saved_eur: tuple[float | None, ...] = ()


def highest(home: Settings, span: Span, top: int) -> tuple[list[Peak], list[Whole]]:
    """The highest quarters of the days, the highest first, and their months. Raises AskedError, StoreError."""
    with stored.looked_into(home.database("dm")) as connection:
        # of whole months, since a peak counts against the other quarters of its month
        start = span.start.astimezone(BRUSSELS).replace(day=1)
        past = stored.watched(connection, start, span.end + QUARTER).quarters
        peaks = stored.peaks(connection)
        inside = [one for one in past if span.start <= one.start < span.end and one.peak_w > 0]
        if not inside:
            raise AskedError(f"{span.words}: no quarter of it was watched")
        cars = _cars(home, inside)
        chosen = heapq.nlargest(top, inside, key=lambda one: one.peak_w)
        after = {one.start: one.peak_w for one in past}
        known_w = {month: one.peak_w for month, one in peaks.items()}
        months: dict[date, list[Past]] = {}
        for one in past:
            months.setdefault(_month(one.start), []).append(one)
        wholes = {
            month: _whole(home, month, months[month], known_w)
            for month in sorted({_month(one.start) for one in chosen})
        }
        for several in months.values():
            several.sort(key=lambda quarter: -quarter.peak_w)
        found = []
        for quarter in chosen:
            month = _month(quarter.start)
            place = months[month].index(quarter)
            below_w = months[month][place + 1].peak_w if place + 1 < len(months[month]) else 0.0
            below_w = max(below_w, wholes[month].meter_w or 0.0)
            rules = _rules(home, month)
            watts, step_s = _watts(connection, quarter.start)
            by_charger = cars.get(quarter.start, {})
            cars_wh = sum(by_charger.values()) or (quarter.parts.cars_wh if quarter.parts else None)
            what = autopsy.found(watts, step_s=step_s, cars_wh=cars_wh)
            case = Case(
                average_w=quarter.peak_w,
                below_w=below_w,
                floor_w=wholes[month].line_w,
                after_w=after.get(quarter.start + QUARTER),
                cars_wh=cars_wh,
                battery_wh=quarter.parts.battery_wh if quarter.parts else None,
            )
            ways = autopsy.ways(case, what)[:MOST_WAYS]
            eur = [_saved_eur(rules, known_w, month, quarter.peak_w, way.peak_w) for way in ways]
            found.append(
                Peak(
                    quarter=quarter,
                    place=place + 1,
                    goal_w=max(below_w, case.floor_w),
                    watts=watts,
                    step_s=step_s,
                    over=stored.over(connection, quarter.start),
                    cars_wh=by_charger,
                    found=what,
                    ways=ways,
                    saved_eur=tuple(eur),
                )
            )
    return found, list(wholes.values())


def _rules(home: Settings, month: date) -> Capacity | None:
    """What peaks cost in a month; None: nothing."""
    return home.rules.tariffs.on(month).capacity if home.rules.capacity_tariff else None


def _whole(home: Settings, month: date, quarters: Sequence[Past], known_w: Mapping[date, float]) -> Whole:
    """A month against its floor; quarters: in order of time."""
    rules = _rules(home, month)
    line_w = 0.0 if rules is None else max(rules.floor_w, home.rules.owner_target_w or 0.0)
    peaks_w: list[float | None] = []
    for before, quarter in pairwise([None, *quarters]):
        peaks_w += (
            [None] if before is not None and quarter is not None and quarter.start - before.start > QUARTER else []
        )
        peaks_w.append(quarter.peak_w if quarter else None)
    highest_w = max(one.peak_w for one in quarters)
    meter_w = known_w.get(month, 0.0)
    return Whole(
        month=month,
        line_w=line_w,
        above=autopsy.above(peaks_w, line_w),
        eur=_saved_eur(rules, known_w, month, highest_w, min(highest_w, line_w)),
        meter_w=meter_w if meter_w > highest_w + SAME_W else None,
    )


def _cars(home: Settings, inside: Sequence[Past]) -> Mapping[datetime, Mapping[str, float]]:
    """What each charger gave, by quarter; nothing where ev keeps no database that can be read."""
    path = home.database("ev")
    with suppress(StoreError):
        if path.exists():
            return quarters_between(path, inside[0].start, inside[-1].start + QUARTER)[0]
    return {}


def _watts(connection: sqlite3.Connection, start: datetime) -> tuple[tuple[float | None, ...], float]:
    """How a quarter went, and how far apart two of the values are, in s: seconds, else minutes, else nothing."""
    if (trace := stored.trace(connection, start)) is not None:
        return trace.watts, 1.0
    by_minute = {one.start: float(one.mean_w) for one in stored.minutes(connection, start)}
    if not by_minute:
        return (), 60.0
    return tuple(by_minute.get(start + n * timedelta(minutes=1)) for n in range(15)), 60.0


def _saved_eur(
    rules: Capacity | None, peaks_w: Mapping[date, float], month: date, was_w: float, then_w: float
) -> float | None:
    """What a lower peak of a month saves over all bills that count it."""
    was_eur, then_eur = (peak_eur(rules, peaks_w, month, peak_w) for peak_w in (was_w, then_w))
    return None if was_eur is None or then_eur is None else was_eur - then_eur


def _month(start: datetime) -> date:
    return local_day(start).replace(day=1)
