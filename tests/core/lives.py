"""A house and its roof as they live, quarter by quarter, and a forecast of its sun."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from math import exp, pi, sin
from random import Random

from lib.core.daylight import height_deg
from lib.core.habits import Habits, Note, after
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.slots import Series, Slot
from lib.core.stamp import BRUSSELS
from tests.conftest import local

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = local("2026-03-02 00:00")
OFF_W = 80.0
Load = Callable[[datetime], float]


def usual_w(at: datetime) -> float:
    """A house that wakes at seven, cooks at six, and stays at home on Sundays and holidays."""
    there = at.astimezone(BRUSSELS)
    hour = there.hour + there.minute / 60
    home = 600.0 * (9 <= hour < 18) if there.weekday() == 6 or there.date() == date(2026, 4, 6) else 0.0
    return 250.0 + 500.0 * exp(-(((hour - 7.5) / 0.8) ** 2)) + 1200.0 * exp(-(((hour - 18.5) / 1.2) ** 2)) + home


def noisy_w(at: datetime) -> float:
    """The same as it comes: each quarter another."""
    return usual_w(at) + Random(at.isoformat()).gauss(0.0, OFF_W)


def clear_w(at: datetime) -> float:
    """What a roof of 5 kWp makes under a clear sky."""
    return max(0.0, 5000.0 * sin(max(0.0, height_deg(at + QUARTER / 2)) * pi / 180))


def made_w(at: datetime) -> float:
    """Each day has its own cloud, which thins and thickens a little."""
    day, hour = Random(at.date().isoformat()), Random(f"{at:%Y-%m-%d %H}")
    return clear_w(at) * day.uniform(0.15, 1.0) * hour.uniform(0.85, 1.15)


def quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    """The starts of all quarters in [start, end)."""
    while start < end:
        yield start
        start += QUARTER


def lived(start: datetime, end: datetime, load: Load = noisy_w, sun: Load | None = None) -> Iterator[Parts]:
    """The quarters of a house."""
    for at in quarters(start, end):
        yield Parts(start=at, load_wh=load(at) / 4, sun_wh=None if sun is None else sun(at) / 4)


def forecast(start: datetime, end: datetime, sun: Load) -> Series:
    """What somebody foresees of the sun, by the hour."""
    hours = (start + place * HOUR for place in range((end - start) // HOUR))
    return Series(tuple(Slot(at, at + HOUR, sum(sun(at + place * QUARTER) for place in range(4)) / 4) for at in hours))


def with_forecast(start: datetime, days: int, told: Load, habits: Habits) -> Habits:
    """The roof went on for some days, while a forecast told of each."""
    series = forecast(start, start + (days + 1) * DAY, told)
    for parts in lived(start, start + days * DAY, sun=made_w):
        slot = series.at(parts.start)
        habits = after(habits, Note(made=parts.start, told_w=slot.value if slot else None))
        habits = after(habits, parts)
    return habits
