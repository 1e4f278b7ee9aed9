"""What house and sun will do in the next two days, as far as anybody can know, with how far off that may be.

In: the quarters that were, a forecast of the sun where there is one, and what happens now. Out: watts by quarter, and
by how much such forecasts were off lately. Knows no plan and no source of a forecast.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core import routine, sunshine
from lib.core.habits import AHEAD_H, Habits, Note
from lib.core.quarter import QUARTER, start_of
from lib.core.slots import Series

HOUR = timedelta(hours=1)
AHEAD = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One quarter ahead.

    Attributes:
        load_w: what the house draws, without sun, cars and battery; load_off_w: by how much it mostly differs, as a
            standard deviation.
        sun_w, sun_off_w: the same of what the roof makes; 0 where there is none.

    """

    start: datetime
    end: datetime
    load_w: float
    load_off_w: float = 0.0
    sun_w: float = 0.0
    sun_off_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """By how much forecasts were off in the last two weeks, as means over quarters; `ahead_h` hours before.

    Attributes:
        load_w, sun_w: without a sign; sun_w of quarters with sun.
        load_more_w, sun_more_w: with it: how much more there was than foreseen.
        quarters: so many are behind it.

    """

    ahead_h: int
    quarters: int = 0
    load_w: float = 0.0
    load_more_w: float = 0.0
    sun_w: float = 0.0
    sun_more_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The quarters from the running one on, without holes; sun_by: who foresaw the sun, such as "open-meteo".

    made: when; days: from how many days of history; sun_made: when the forecast of the sun was fetched.
    """

    made: datetime
    quarters: tuple[Foreseen, ...] = ()
    sun_by: str = "history"
    sun_made: datetime | None = None
    days: int = 0
    off: tuple[Off, ...] = ()


def foreseen(
    habits: Habits,
    at: datetime,
    *,
    now_w: float | None = None,
    sun: Series | None = None,
    sun_by: str = "",
    sun_made: datetime | None = None,
    until: datetime | None = None,
) -> Outlook:
    """House and sun from the running quarter until `until`, 48 h when not said; of the running one what is left of it.

    now_w: what the house draws at this instant, without sun, cars and battery, as its history counts it; None: not
    known. sun: a forecast of what the roof makes, in W, as it came; where it says nothing the roof's history does. Of a
    house whose inverters nobody reads the sun is in its load already, and counts nowhere else.
    """
    first, end = start_of(at), until or at + AHEAD
    starts = tuple(first + place * QUARTER for place in range(-((first - end) // QUARTER)))
    loads = routine.ahead(habits.routine, starts, now_w)
    told = _told(sun if habits.has_sun is not False else None, starts)
    suns = sunshine.ahead(habits.sunshine, starts, told)
    by_history = all(watts is None for watts in told)
    return Outlook(
        made=at,
        quarters=tuple(
            Foreseen(
                start=start, end=start + QUARTER, load_w=load_w, load_off_w=load_off_w, sun_w=sun_w, sun_off_w=sun_off_w
            )
            for start, (load_w, load_off_w), (sun_w, sun_off_w) in zip(starts, loads, suns, strict=True)
        ),
        sun_by="history" if by_history else sun_by,
        sun_made=None if by_history else sun_made,
        days=habits.days,
        off=tuple(_off(habits)),
    )


def noted(outlook: Outlook, sun: Series | None = None) -> Note:
    """What is to be compared with what comes; sun: the forecast that it was made with. Of a quarter one is enough."""
    if not outlook.quarters:
        return Note(made=start_of(outlook.made))
    first = outlook.quarters[0].start
    places = [ahead_h * HOUR // QUARTER for ahead_h in AHEAD_H if ahead_h * HOUR // QUARTER < len(outlook.quarters)]
    return Note(
        made=first,
        load_w=tuple(round(outlook.quarters[place].load_w, 1) for place in places),
        sun_w=tuple(round(outlook.quarters[place].sun_w, 1) for place in places),
        told_w=_told(sun, (first,))[0],
    )


def _told(sun: Series | None, starts: tuple[datetime, ...]) -> list[float | None]:
    """What the forecast says of each quarter; None where it does not say of all of it."""
    if sun is None or not sun.slots:
        return [None] * len(starts)
    told: list[float | None] = []
    for start in starts:
        slot = sun.at(start)
        if slot is None or slot.end >= start + QUARTER:
            told.append(None if slot is None else slot.value)
        else:
            told.append(sun.mean(start, start + QUARTER))
    return told


def _off(habits: Habits) -> Iterator[Off]:
    for ahead_h in AHEAD_H:
        days = [one for one in habits.tallies if one.ahead_h == ahead_h]
        quarters, suns = sum(one.quarters for one in days), sum(one.suns for one in days)
        if quarters:
            yield Off(
                ahead_h=ahead_h,
                quarters=quarters,
                load_w=sum(one.load_w for one in days) / quarters,
                load_more_w=sum(one.load_more_w for one in days) / quarters,
                sun_w=sum(one.sun_w for one in days) / suns if suns else 0.0,
                sun_more_w=sum(one.sun_more_w for one in days) / suns if suns else 0.0,
            )
