"""The weather of one seed over a country: sunlight, what was foreseen of it the day before, wind and warmth.

In: a seed, an instant and a number of quarters. Out: lists by quarter. A longer stretch begins like a shorter one.
Knows no roof and no market.
"""

from datetime import datetime, timedelta
from math import cos, exp, pi, radians, sin
from random import Random
from typing import NamedTuple

from lib.core.daylight import position_deg
from lib.core.quarter import QUARTER

HOUR = timedelta(hours=1)
QUARTERS_H, HOURS_D = 4, 24
COLDEST_DAY = 20  # of the year
DULL, BRIGHT = 0.10, 1.02  # the part of a clear sky's light under thick clouds, and between white ones
STEEP = 1.9  # so fast it clears when the air does


class Weather(NamedTuple):
    """By quarter: where the sun stands in degrees, light on flat ground in W/m², wind from 0 to 1, °C."""

    sun: list[tuple[float, float]]
    flat_w_m2: list[float]
    foreseen_w_m2: list[float]
    wind: list[float]
    outdoors_c: list[float]


def weather(seed: int, start: datetime, quarters: int) -> Weather:
    """The same for each home of a seed, as for one country."""
    hours = quarters // QUARTERS_H + 2
    days = hours // HOURS_D + 3
    fronts, errors = _chain(seed, "fronts", days, 0.25), _chain(seed, "error of the day", days, 0.1)
    showers, foreseen = _chain(seed, "showers", hours, 0.8), _chain(seed, "showers foreseen", hours, 0.8)
    gusts, spells = _chain(seed, "wind", hours, 0.985), _chain(seed, "warmth", hours, 0.99)
    found = Weather([], [], [], [], [])
    air: list[float] = []  # how clear it is, by hour, and what was foreseen of it
    told: list[float] = []
    for hour in range(hours):
        season = cos(season_of(start + hour * HOUR))
        noon = cos(2 * pi * (hour % HOURS_D - 15) / HOURS_D)
        air.append(0.23 + _glided(fronts, hour / HOURS_D) - 0.28 * season + 0.36 * showers[hour])
        told.append(air[-1] + 0.38 * _glided(errors, hour / HOURS_D) + 0.38 * foreseen[hour])
        found.wind.extend([1 / (1 + exp(0.9 - 0.35 * season - 1.25 * gusts[hour]))] * QUARTERS_H)
        found.outdoors_c.extend([10.8 - 7.5 * season + 3.0 * noon + 3.0 * spells[hour]] * QUARTERS_H)
    clouds, guessed = Random(f"{seed} clouds"), Random(f"{seed} clouds foreseen")
    for quarter in range(quarters):
        sun = position_deg(start + quarter * QUARTER)
        one, two = clouds.random(), guessed.random()
        clear = _clear_w_m2(sun[0])
        found.sun.append(sun)
        found.flat_w_m2.append(clear and clear * _through(_glided(air, quarter / QUARTERS_H), one))
        found.foreseen_w_m2.append(clear and clear * _through(_glided(told, quarter / QUARTERS_H), two))
    return found._replace(wind=found.wind[:quarters], outdoors_c=found.outdoors_c[:quarters])


def season_of(at: datetime) -> float:
    """The angle of the year: 0 on the coldest days, π in the warmest."""
    return 2 * pi * (at.toordinal() - COLDEST_DAY) / 365.2425


def _through(air: float, cloud: float) -> float:
    """The part of light that comes through; single clouds matter most in broken skies."""
    open_part = 1 / (1 + exp(-STEEP * air))
    broken = 4 * open_part * (1 - open_part)
    return max(DULL, DULL + (BRIGHT - DULL) * open_part + 0.16 * broken * (cloud - 0.5))


def _clear_w_m2(height_deg: float) -> float:
    """On flat ground under a clear sky. Source: Haurwitz, 1945."""
    up = sin(radians(height_deg))
    return 1098 * up * exp(-0.057 / up) if up > 0.01 else 0.0


def _chain(seed: int, name: str, count: int, kept: float) -> list[float]:
    """Numbers about 0 with spread 1, each keeping a part of the one before."""
    dice = Random(f"{seed} {name}")
    fresh = (1 - kept * kept) ** 0.5
    found = [dice.gauss(0, 1)]
    while len(found) < count:
        found.append(kept * found[-1] + fresh * dice.gauss(0, 1))
    return found


def _glided(values: list[float], place: float) -> float:
    """A value between two, without a kink."""
    left = int(place)
    part = place - left
    part *= part * (3 - 2 * part)
    return values[left] * (1 - part) + values[left + 1] * part
