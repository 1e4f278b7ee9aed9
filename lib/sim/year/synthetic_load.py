"""What an invented household draws, quarter by quarter: what never rests, lamps, and what people do by their habits.

In: a household, a seed, who is away when. Out: Wh by quarter. Each day has dice of its own, so a longer stretch begins
like a shorter one. Powers and times are those of ordinary appliances. Knows no car, no roof and no price.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, exp
from random import Random
from typing import NamedTuple

from lib.core.bands import is_holiday, midnight
from lib.core.books import local_day
from lib.core.quarter import QUARTER
from lib.sim.year.synthetic_sky import Weather, season_of

DAY = timedelta(days=1)
DUSK_DEG = 3.0
WARM_C = 16.0  # outdoors: from there on nobody heats
WAKES, SLEEPS = 6.6, 23.2  # by local hours
MOST_STIR = 8.0  # so many times what small things usually draw, on the busiest evenings
ENOUGH_W = 2_000.0  # while the house draws so much, nobody starts another thing
DAY_QUARTERS, CLOCK_CHANGE_H = 96, 3

Rows = tuple[tuple[float, float], ...]  # W for so many minutes, one after the other
KETTLE: Rows = ((2000, 3.5),)
MICROWAVE: Rows = ((1300, 4),)
HOB: Rows = ((2900, 6), (1150, 18))
FEAST: Rows = ((3300, 10), (1900, 30))
OVEN: Rows = ((2500, 10), (1150, 35))
DISHES: Rows = ((60, 8), (2050, 13), (70, 35), (2050, 10), (20, 20))
WASH: Rows = ((2100, 15), (230, 50), (480, 6))
WASH_AND_DRY: Rows = (*WASH, (5, 20), (2350, 45), (900, 15))
DRY: Rows = ((2300, 50), (900, 15))
SCREENS: Rows = ((190, 170),)
DESK: Rows = ((130, 210),)
IRON: Rows = ((1350, 30),)
BATHROOM: Rows = ((1700, 20),)
HOT_WATER: Rows = ((2100, 55),)
SAUNA: Rows = ((2700, 40), (1500, 50))


class Habit(NamedTuple):
    """Something that people do about `hour`, by chance on a workday and on a free day; colder: more in winter."""

    rows: Rows
    hour: float
    spread_h: float
    workday: float
    free: float
    colder: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What stands in a house and when it is used.

    Attributes:
        rest_w: draws always; cold_w: of fridge and freezer while one runs; lamps_w: of a dark evening; warm_w: of pumps
            and fans on a cold day; people_w: of all the small things while somebody is awake.

    """

    rest_w: float
    cold_w: float
    lamps_w: float
    warm_w: float
    people_w: float
    habits: tuple[Habit, ...]


def load_wh(household: Household, seed: str, start: datetime, weather: Weather, away: Container[date]) -> list[float]:
    """By quarter, in whole Wh. away: the local days on which nobody is at home."""
    quarters = len(weather.sun)
    load_w = [0.0] * quarters
    day = local_day(start)
    first = 0
    while first < quarters:
        count = (midnight(day + DAY) - midnight(day)) // QUARTER
        dice = Random(f"{seed} {day}")
        _rest(household, dice, load_w, weather, first, count, at_home=day not in away)
        if day not in away:
            _live(household, dice, load_w, first, count, day)
        first += count
        day += DAY
    return [float(round(w / 4)) for w in load_w]


def _rest(
    household: Household,
    dice: Random,
    load_w: list[float],
    weather: Weather,
    first: int,
    count: int,
    *,
    at_home: bool,
) -> None:
    """What nobody switches, and lamps and pumps."""
    phase, turn = dice.random() * 5, 4 + dice.random()
    stir = dice.gauss(0, 1)
    for n in range(first, min(first + count, len(load_w))):
        hour = (n - first) / 4
        stir = 0.96 * stir + 0.28 * dice.gauss(0, 1)
        watts = household.rest_w * (1 + 0.05 * stir)
        watts += household.cold_w * ((n + phase) % turn < 0.45 * turn)
        watts += household.warm_w * min(1.0, max(0.0, (WARM_C - weather.outdoors_c[n]) / 14))
        if at_home and WAKES <= hour < SLEEPS:
            watts += household.people_w * min(MOST_STIR, exp(1.2 * stir))
            if weather.sun[n][0] < DUSK_DEG:
                watts += household.lamps_w * max(0.2, 1 + 0.4 * stir)
        load_w[n] += watts


def _live(household: Household, dice: Random, load_w: list[float], first: int, count: int, day: date) -> None:
    """What people do on a day."""
    is_free = day.weekday() > 4 or is_holiday(day)
    cold = cos(season_of(midnight(day)))
    busy = exp(dice.gauss(0, 0.22))
    for habit in household.habits:
        chance = (habit.free if is_free else habit.workday) * (1 + habit.colder * cold) * busy
        for _ in range(int(chance) + (dice.random() < chance % 1)):
            hour = habit.hour + (0.8 if is_free and habit.hour < 10 else 0.0) + dice.gauss(0, habit.spread_h)
            minute = 60 * min(23.9, max(0.0, hour))
            if hour >= CLOCK_CHANGE_H:
                minute += 15 * (count - DAY_QUARTERS)
            _run(load_w, 15 * first + minute, habit.rows, more=dice.uniform(0.85, 1.1), longer=dice.uniform(0.75, 1.4))


def _run(load_w: list[float], minute: float, rows: Rows, *, more: float, longer: float) -> None:
    """An appliance runs from a minute on, or later, when less runs."""
    while minute < 15 * len(load_w) and load_w[int(minute // 15)] > ENOUGH_W:
        minute += 30
    for power_w, minutes in rows:
        until = minute + minutes * longer
        while minute < until:
            n = int(minute // 15)
            end = min(until, 15.0 * (n + 1))
            if n < len(load_w):
                load_w[n] += power_w * more * (end - minute) / 15
            minute = end
