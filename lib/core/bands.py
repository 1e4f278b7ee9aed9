"""Local times of day → the band of a price (Day and Night; PIC, MEDIUM, ECO), and when it changes. Knows no price.

Times are those of the wall clock in Brussels, half-open; a row that runs past midnight belongs to the day it begins on.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from lib.core.stamp import BRUSSELS

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SUNDAY = 6
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)})
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
CLOCK_CHANGES = time(1, tzinfo=UTC)  # in the whole union at the same instant, directive 2000/84/EC
LEAP_YEAR = [date(2024, 1, 1) + n * DAY for n in range(366)]
LOOK_AHEAD = 370  # a season comes back within a year


class Piece(NamedTuple):
    """A stretch of time, UTC, in one band; "" where there is but one price."""

    band: str
    start: datetime
    end: datetime


class Stay(NamedTuple):
    """A stretch of a local day in one band, in minutes of the wall clock."""

    start: int
    end: int
    band: str


class Kind(NamedTuple):
    """All of a local day that decides its bands: its weekday (0 Monday), and which rows are in season."""

    weekday: int
    in_season: tuple[bool, ...]


Pair = tuple[Kind, Kind]  # a day, and the day before, whose last rows may run into it


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """One row: `band` from minute `start` of a day up to minute `end`, which lies past 1440 where it wraps.

    days: on which it begins, 0 is Monday; season: (month, day) of its first and of its last day.
    """

    band: str
    start: int = 0
    end: int = DAY_MINUTES
    days: frozenset[int] = frozenset(range(7))
    season: tuple[tuple[int, int], tuple[int, int]] | None = None

    def is_in_season(self, day: date) -> bool:
        """Whether a day lies in the season, which may run over New Year."""
        if self.season is None:
            return True
        (first, last), this = self.season, (day.month, day.day)
        return first <= this <= last if first <= last else first <= this or this <= last


@dataclass(frozen=True, kw_only=True)
class Bands:
    """A band table; `rest` is the band of the time that no row holds.

    free_holidays: federal holidays have the hours of a Sunday.
    """

    names: tuple[str, ...]
    rows: tuple[Hours, ...]
    rest: str | None = None
    free_holidays: bool = False

    def fault(self) -> str | None:
        """A time that more than one row holds, or none; None for a table that can be used."""
        for pair, when in self._pairs.items():
            stays = self._held(*pair)
            for one, other in pairwise(stays):
                if other.start < one.end:
                    names = sorted({one.band, other.band}, key=self.names.index)
                    both = f"both {' and '.join(names)}" if len(names) == 2 else f"{one.band} twice"
                    return f"{self._wall_clock(pair, when, other.start)} is in {both}"
            hole = next((stay for stay in _filled(stays, self.rest) if not stay.band), None)
            if hole is not None:
                return f"{self._wall_clock(pair, when, hole.start)} is in no band"
        return None

    def at(self, instant: datetime) -> str:
        """The band at an instant, by the wall clock."""
        local = instant.astimezone(BRUSSELS)
        return _stay(self._plan(local.date()), local.hour * 60 + local.minute).band

    def between(self, start: datetime, end: datetime) -> tuple[Piece, ...]:
        """The bands from `start` to `end`, one after the other; of an instant, where both are the same, its own."""
        if start >= end:
            return (Piece(self.at(start), start, end),)
        pieces: list[Piece] = []
        for band, begin, until in self._from(start):
            if begin >= end:
                break
            if until > start:
                if pieces and pieces[-1].band == band:
                    pieces[-1] = pieces[-1]._replace(end=min(end, until))
                else:
                    pieces.append(Piece(band, max(start, begin), min(end, until)))
        return tuple(pieces)

    def next_change(self, instant: datetime) -> tuple[datetime, str] | None:
        """When the clock brings another band, UTC, and which; None where it never does."""
        now, horizon = self.at(instant), instant + LOOK_AHEAD * DAY
        if len(self.names) > 1:
            for band, begin, _ in self._from(instant):
                if begin >= horizon:
                    break
                if begin > instant and band != now:
                    return begin, band
        return None

    @cached_property
    def _pairs(self) -> Mapping[Pair, date]:
        """Every kind of day after every kind of day that the calendar knows, with a date at which it may come."""
        weekdays = [((day - 1) % 7, day) for day in range(7)]
        if self.free_holidays:
            weekdays += [pair for day in range(7) for pair in ((day, SUNDAY), (SUNDAY, day))]
        seasons = [tuple(row.is_in_season(day) for row in self.rows) for day in LEAP_YEAR]
        turns = {(seasons[n - 1], seasons[n]): day for n, day in reversed(list(enumerate(LEAP_YEAR)))}
        turns |= {(seasons[58], seasons[60]): LEAP_YEAR[60]}  # from 28 February to 1 March
        return {
            (Kind(one, before), Kind(other, after)): when
            for (before, after), when in turns.items()
            for one, other in weekdays
        }

    @cached_property
    def _plans(self) -> Mapping[Pair, tuple[Stay, ...]]:
        return {pair: _filled(self._held(*pair), self.rest) for pair in self._pairs}

    def _held(self, before: Kind, day: Kind) -> tuple[Stay, ...]:
        """What the rows hold of a day, in order of time: those of the day, and what runs over from the day before."""
        stays = [
            Stay(row.start, min(row.end, DAY_MINUTES), row.band)
            for row, in_season in zip(self.rows, day.in_season, strict=True)
            if in_season and day.weekday in row.days
        ]
        stays += [
            Stay(0, row.end - DAY_MINUTES, row.band)
            for row, in_season in zip(self.rows, before.in_season, strict=True)
            if in_season and before.weekday in row.days and row.end > DAY_MINUTES
        ]
        return tuple(sorted(stays))

    def _plan(self, day: date) -> tuple[Stay, ...]:
        """The whole local day by bands."""
        return self._plans[self._kind(day - DAY), self._kind(day)]

    def _kind(self, day: date) -> Kind:
        weekday = SUNDAY if self.free_holidays and is_holiday(day) else day.weekday()
        return Kind(weekday, tuple(row.is_in_season(day) for row in self.rows))

    def _wall_clock(self, pair: Pair, when: date, minute: int) -> str:
        """A time in words, with the date where there are seasons."""
        season = f" around {when:%m-%d}" if any(row.season for row in self.rows) else ""
        return f"{WEEKDAYS[pair[1].weekday]} {minute // 60:02}:{minute % 60:02}{season}"

    def _from(self, start: datetime) -> Iterator[Piece]:
        """The bands from the local day of `start` on, without end; neighbours may be of the same band."""
        day = start.astimezone(BRUSSELS).date()
        while True:
            plan = self._plan(day)
            for begin, end, minute in _stretches(day):
                last = minute + (end - begin) // timedelta(minutes=1)
                for stay in plan:
                    if stay.end > minute and stay.start < last:
                        yield Piece(
                            stay.band,
                            begin + timedelta(minutes=max(stay.start, minute) - minute),
                            begin + timedelta(minutes=min(stay.end, last) - minute),
                        )
            day += DAY


def midnight(day: date) -> datetime:
    """The instant, UTC, at which a local day begins."""
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def is_holiday(day: date) -> bool:
    """Whether a day is one of the ten federal holidays."""
    return (day.month, day.day) in FIXED_HOLIDAYS or (day - easter(day.year)).days in AFTER_EASTER


@lru_cache(maxsize=16)
def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the anonymous computus (Meeus, Jones, Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, odd_centuries = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - shift + 15) % 30
    weekday = (32 + 2 * odd_centuries + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _stretches(day: date) -> tuple[tuple[datetime, datetime, int], ...]:
    """A local day as one stretch of even wall clock, or two where the clock changes: (start, end, its first minute)."""
    start, end = midnight(day), midnight(day + DAY)
    if end - start == DAY:
        return ((start, end, 0),)
    change = datetime.combine(day, CLOCK_CHANGES)
    local = change.astimezone(BRUSSELS)
    return ((start, change, 0), (change, end, local.hour * 60 + local.minute))


def _stay(plan: tuple[Stay, ...], minute: int) -> Stay:
    return plan[bisect_right(plan, minute, key=lambda stay: stay.start) - 1]


def _filled(stays: tuple[Stay, ...], rest: str | None) -> tuple[Stay, ...]:
    """A whole day: what is not held goes to the rest, or to the band "" that no table has."""
    filled: list[Stay] = []
    reached = 0
    for stay in (*stays, Stay(DAY_MINUTES, DAY_MINUTES, "")):
        if stay.start > reached:
            filled.append(Stay(reached, stay.start, rest or ""))
        if stay.end > stay.start:
            filled.append(stay)
        reached = max(reached, stay.end)
    return tuple(filled)
