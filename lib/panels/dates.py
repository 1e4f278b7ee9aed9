"""Instants and durations in words, by Brussels time. Does not depend on the locale; asks no clock."""

from datetime import date, datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
QUARTER = timedelta(minutes=15)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_day(at: datetime) -> date:
    """The local day of an instant."""
    return at.astimezone(BRUSSELS).date()


def clock(at: datetime) -> str:
    """Hours and minutes: `14:02`."""
    return f"{at.astimezone(BRUSSELS):%H:%M}"


def clock_s(at: datetime) -> str:
    """With seconds: `14:02:31`."""
    return f"{at.astimezone(BRUSSELS):%H:%M:%S}"


def weekday(day: date) -> str:
    """`Fri 20`."""
    return f"{DAYS[day.weekday()]} {day.day}"


def day_name(day: date) -> str:
    """`Fri 20 Nov`."""
    return f"{weekday(day)} {MONTHS[day.month - 1]}"


def month_name(day: date) -> str:
    """`Nov 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def near(at: datetime, seen_from: datetime, *, seconds: bool = False) -> str:
    """`22:00` on the same local day (`seconds`: `22:00:00`), else `Mon 07:00` within a week, else with the date."""
    day, here = local_day(at), local_day(seen_from)
    if day == here:
        return clock_s(at) if seconds else clock(at)
    return f"{DAYS[day.weekday()] if 0 < (day - here).days < 7 else day_name(day)} {clock(at)}"


def lately(at: datetime, seen_from: datetime) -> str:
    """`09:12` on the same local day, `Thu 18:40` within a week before, else with the date."""
    day, here = local_day(at), local_day(seen_from)
    if day == here:
        return clock(at)
    return f"{DAYS[day.weekday()] if 0 < (here - day).days < 7 else day_name(day)} {clock(at)}"


def roughly(seconds: float) -> str:
    """`12 s`, `4 min`, `3 h`, `2 d`: how old something is, at a glance; "?" for what is no number."""
    if not isfinite(seconds):
        return "?"
    whole = max(0, int(seconds))
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if whole >= length:
            return f"{whole // length} {unit}"
    return f"{whole} s"


def lasting(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    whole = max(0, int(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 1:
        return f"{whole} s"
    if hours < 1:
        return f"{minutes} min {whole % 60:02d} s"
    if days < 1:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{days} d {hours % 24} h"
