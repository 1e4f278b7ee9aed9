"""The group `bands` of the rates → a table of bands. Knows no price.

A row without `days` counts every day, one without `from` or `to` from or to midnight; a season holds its last day too.
"""

import re
from datetime import date, time

from lib.core.bands import DAY_MINUTES, WEEKDAYS, Bands, Hours
from lib.core.keys import Keys, shown
from lib.core.tariff import RatesError

CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
REST = "rest"


def day_and_night(day_hours: tuple[time, time], *, free_holidays: bool) -> Bands:
    """Day from Monday to Friday between two local times, Night else."""
    starts, ends = (clock.hour * 60 + clock.minute for clock in day_hours)
    weekdays = frozenset(range(5))
    return Bands(
        names=("Day", "Night"),
        rows=(Hours(band="Day", start=starts, end=ends, days=weekdays),),
        rest="Night",
        free_holidays=free_holidays,
    )


def bands_of(keys: Keys, *, free_holidays: bool) -> Bands:
    """A table that holds every time of every day once. Raises RatesError."""
    rows: list[Hours] = []
    rest = None
    for band in keys.group:
        if not band.strip() or band == "formula":
            raise RatesError(f"{keys.path}: {shown(band)} is no name for a band; a name such as Day is")
        if keys.group[band] == REST:
            if rest is not None:
                raise RatesError(f'{keys.where(band)}: is a second "rest" beside {rest}; one band may hold the rest')
            rest = band
            continue
        if not isinstance(keys.group[band], list):
            raise keys.slip(band, 'is no list of hours in brackets [ ], nor "rest"')
        rows += [_hours(band, row) for row in keys.rows(band)]
    bands = Bands(names=tuple(keys.group), rows=tuple(rows), rest=rest, free_holidays=free_holidays)
    fault = bands.fault()
    if fault is not None:
        raise RatesError(f'{keys.path}: {fault}; every time is in one band, and one may be the "rest"')
    return bands


def _hours(band: str, row: Keys) -> Hours:
    row.only("days", "from", "to", "season")
    start = _minute(row, "from", missing="00:00")
    end = DAY_MINUTES if row.group.get("to", "24:00") == "24:00" else _minute(row, "to", missing="24:00")
    return Hours(
        band=band,
        start=start,
        end=end if end > start else end + DAY_MINUTES,
        days=_days(row),
        season=_season(row) if "season" in row else None,
    )


def _minute(row: Keys, key: str, *, missing: str) -> int:
    clock = row.group.get(key, missing)
    found = CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    if found is None:
        raise row.slip(key, "is no time of day; HH:MM from 00:00 to 23:59, such as 07:00")
    return int(found[1]) * 60 + int(found[2])


def _days(row: Keys) -> frozenset[int]:
    """The weekdays of `all`, `Mon-Fri` or `Sat,Sun`; a range may run over the weekend."""
    text = row.group.get("days", "all")
    if text == "all":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(",") if isinstance(text, str) else [""]:
        ends = [WEEKDAYS.index(name) for name in part.strip().split("-") if name in WEEKDAYS]
        if len(ends) != part.count("-") + 1 or len(ends) > 2:
            raise row.slip("days", "names no days; all, or names such as Mon-Fri or Sat,Sun")
        days |= {(ends[0] + n) % 7 for n in range((ends[-1] - ends[0]) % 7 + 1)}
    return frozenset(days)


def _season(row: Keys) -> tuple[tuple[int, int], tuple[int, int]]:
    match row.group["season"]:
        case [str() as first, str() as last]:
            days = [_month_day(first), _month_day(last)]
            if days[0] is not None and days[1] is not None:
                return days[0], days[1]
    raise row.slip("season", 'is no season; ["MM-DD", "MM-DD"], its first and its last day, such as ["04-01", "09-30"]')


def _month_day(text: str) -> tuple[int, int] | None:
    found = MONTH_DAY.fullmatch(text)
    try:
        day = date(2024, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    return None if day is None else (day.month, day.day)
