"""A day-ahead market of one seed: prices of each hour in €/MWh, from what people need and what sun and wind give.

In: the weather and a seed. Out: prices by quarter, the same within an hour. Knows no home and no contract.
Prices follow what thermal plants must still make: dear where they are short, below nothing where none is needed.
"""

from datetime import datetime
from math import cos, exp
from random import Random

from lib.core.bands import is_holiday
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.sim.year.synthetic_sky import QUARTERS_H, Weather, season_of

SATURDAY, SUNDAY = 5, 6
DEAREST, CHEAPEST = 560.0, -140.0
# what is needed in each local hour, against the day's mean
HOURS = (-28, -34, -38, -40, -39, -32, -16, 8, 16, 14, 10, 8, 6, 2, 0, 2, 8, 20, 32, 34, 24, 12, 0, -14)
SUN, WIND = 134.0, 118.0  # at 800 W/m² and in a storm
WEEKEND = {SATURDAY: -14.0, SUNDAY: -24.0}


def prices(seed: int, start: datetime, weather: Weather) -> list[float]:
    """By quarter, from a whole hour on."""
    dice = Random(f"{seed} market")
    found: list[float] = []
    fuel = dice.gauss(0, 1)
    for quarter in range(0, len(weather.wind), QUARTERS_H):
        at = start + quarter * QUARTER
        fuel = 0.998 * fuel + 0.063 * dice.gauss(0, 1)
        light = sum(weather.flat_w_m2[quarter : quarter + QUARTERS_H]) / QUARTERS_H
        short = _needed(at) - SUN * light / 800 - WIND * (weather.wind[quarter] - 0.32)
        price = _price(short) + 9 * fuel + dice.gauss(0, 3)
        found += [round(min(DEAREST, max(CHEAPEST, price)), 2)] * QUARTERS_H
    return found[: len(weather.wind)]


def _needed(at: datetime) -> float:
    there = at.astimezone(BRUSSELS)
    day = there.date()
    free = WEEKEND[SUNDAY] if is_holiday(day) else WEEKEND.get(day.weekday(), 0.0)
    holidays = -6.0 if (day.month, day.day) >= (12, 24) or day.month in {7, 8} else 0.0
    return 0.80 * HOURS[there.hour] + free + holidays + 13 * cos(season_of(at))


def _price(short: float) -> float:
    """What the last plant asks."""
    price = 102 + 0.92 * short
    if short > 41:
        price += 10 * (exp((short - 41) / 8.6) - 1)
    if price < 12:
        price = 12 - 0.55 * (12 - price)
    return price
