"""The books: what was used by day, week, month and year, from what the counters gained. Knows no price and no store."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from lib.core.counters import Amounts, Counters, gained, kept
from lib.core.stamp import BRUSSELS

DAYS_KEPT = 4
WATCHED = timedelta(minutes=5)  # the energy of a longer pause over midnight is no single day's
SET_BACK = timedelta(days=1)  # a clock set back further had shown days that never were


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was used from the local day `start` on.

    Attributes:
        since: from when it was counted; later than the start where nobody watched that.
        cut: a pause ran over its end, so its last energy is not in it.

    """

    start: date
    since: datetime
    amounts: Amounts = field(default_factory=Amounts)
    cut: bool = False

    @property
    def complete(self) -> bool:
        """Whether it was counted from its first minute to its last, or to now."""
        return not self.cut and self.since <= midnight(self.start) + WATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPeak:
    """The highest quarter of a day: its average in W and its start."""

    day: date
    peak_w: float
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The days, newest first, the running week, month and year, and the days' highest quarters."""

    last: Counters
    days: tuple[Period, ...]
    week: Period
    month: Period
    year: Period
    peaks: tuple[DayPeak, ...] = ()


def midnight(day: date) -> datetime:
    """The instant, UTC, at which a local day begins."""
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def after(books: Books | None, now: Counters, closed: DayPeak | None = None) -> Books:
    """The books as a telegram leaves them; closed: the quarter that just ended.

    Energy drawn during a pause counts in every period that began before the pause; a day that began in it starts late.
    A clock set back to the day before goes on in the day it had come to.
    """
    day = now.at.astimezone(BRUSSELS).date()
    week, month, year = day - timedelta(days=day.weekday()), day.replace(day=1), day.replace(month=1, day=1)
    if books is None:
        none_yet = gained(now, now)
        opened = [Period(start=start, since=now.at, amounts=none_yet) for start in (day, week, month, year)]
        return Books(last=now, days=(opened[0],), week=opened[1], month=opened[2], year=opened[3])
    new = gained(books.last, now)
    watched = abs(now.at - books.last.at) <= WATCHED

    def booked(period: Period, start: date) -> Period:
        if start > period.start or period.start - day > SET_BACK:
            period = Period(start=start, since=midnight(start) if watched else now.at)
        if not watched and period.since == now.at:
            return period
        return replace(period, amounts=period.amounts.plus(new))

    newest = next((one for one in books.days if one.start - day <= SET_BACK), books.days[0])
    today = booked(newest, day)
    before = [one for one in books.days if one.start < today.start]
    if before and not watched and today.start > newest.start:
        before[0] = replace(before[0], cut=True)
    return Books(
        last=kept(books.last, now),
        days=(today, *before)[:DAYS_KEPT],
        week=booked(books.week, week),
        month=booked(books.month, month),
        year=booked(books.year, year),
        peaks=books.peaks if closed is None else _highest((closed, *books.peaks)),
    )


def _highest(peaks: Iterable[DayPeak]) -> tuple[DayPeak, ...]:
    """The highest quarter of each day, newest day first."""
    by_day: dict[date, DayPeak] = {}
    for one in peaks:
        if one.day not in by_day or one.peak_w > by_day[one.day].peak_w:
            by_day[one.day] = one
    return tuple(sorted(by_day.values(), key=lambda one: one.day, reverse=True))[:DAYS_KEPT]
