"""Where the car of an invented household goes: to work, in the evening, on free days, far now and then, on holiday.

In: the habits of a driver, a seed, local days, who is away when. Out: trips in order of time without overlap, on whole
quarters, each within what is in the car when it charges at once after the trip before. Knows no load and no price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import cos, exp
from random import Random
from typing import NamedTuple

from lib.core.bands import is_holiday, midnight
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.sim.year.home import CarSpec, Journey
from lib.sim.year.synthetic_sky import season_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
COLDER = 0.16  # so much more a trip takes in the coldest days, and less in the warmest
LEAST_WH = 1_200.0
REST = timedelta(hours=1)  # at home between two trips, at least


class Way(NamedTuple):
    """A kind of trip: about when it starts and how long it lasts, by local hours; its energy; its chance by day."""

    hour: float
    spread_h: float
    lasts_h: float
    lasts_spread_h: float
    kwh: float
    kwh_spread: float  # of its logarithm
    workday: float
    free: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """ways: in the order of a day; far_kwh: of the trip to a holiday and back, as far as it is charged at home."""

    ways: tuple[Way, ...]
    far_kwh: float = 32.0


class Absence(NamedTuple):
    """Nobody is at home from `first` to `last`, local days; the car is with them."""

    first: date
    last: date


def journeys(
    driver: Driver, car: CarSpec, seed: str, start: date, days: int, absences: Sequence[Absence]
) -> tuple[Journey, ...]:
    """The trips that depart in a period."""
    road = _Road(car, midnight(start))
    for n in range(days):
        day = start + n * DAY
        dice = Random(f"{seed} trips {day}")
        holiday = next((one for one in absences if one.first <= day <= one.last), None)
        if holiday is None:
            for way in driver.ways:
                _go(road, dice, way, day)
        elif holiday.first == day:
            back = _at(holiday.last, 15 + 4 * dice.random())
            road.go(_at(day, 8 + 3 * dice.random()), back, 1000 * driver.far_kwh * dice.uniform(0.6, 1.2))
    return tuple(road.journeys)


def _go(road: "_Road", dice: Random, way: Way, day: date) -> None:
    """A trip of a day, perhaps. The dice are thrown alike whether or not it is made."""
    chance = way.free if day.weekday() > 4 or is_holiday(day) else way.workday
    throw, late_h, longer_h, more = dice.random(), dice.gauss(0, 1), dice.gauss(0, 1), dice.gauss(0, 1)
    if throw < chance:
        departs = _at(day, min(22.0, max(5.0, way.hour + way.spread_h * late_h)))
        lasts_h = max(0.5, way.lasts_h + way.lasts_spread_h * longer_h)
        energy_wh = 1000 * way.kwh * exp(way.kwh_spread * more)
        cold = 1 + COLDER * cos(season_of(departs))
        road.go(departs, departs + lasts_h * HOUR, energy_wh * cold)


class _Road:
    """The trips so far, and what is missing in the car if it charges at once."""

    def __init__(self, car: CarSpec, at: datetime) -> None:
        self.journeys: list[Journey] = []
        self._car = car
        self._missing_wh = 0.0
        self._home_since = at

    def go(self, departs: datetime, returns: datetime, energy_wh: float) -> None:
        """A trip; it is left out while the car is still away, or where nothing could be driven."""
        departs = self._home_since + (departs - self._home_since) // QUARTER * QUARTER
        returns = departs + -(-(returns - departs) // QUARTER) * QUARTER
        if departs < self._home_since + REST:
            return
        charged_wh = self._car.charger_w * ((departs - self._home_since) / HOUR)
        missing_wh = max(0.0, self._missing_wh - charged_wh)
        most_wh = self._car.capacity_wh - self._car.left_wh - missing_wh
        energy_wh = 10.0 * round(min(max(energy_wh, LEAST_WH), most_wh) / 10)
        if energy_wh < LEAST_WH:
            return
        self.journeys.append(Journey(departs=departs, returns=returns, energy_wh=energy_wh))
        self._missing_wh = missing_wh + energy_wh
        self._home_since = returns


def _at(day: date, hour: float) -> datetime:
    """An instant by the wall clock of a day."""
    minute = int(60 * hour)
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=BRUSSELS).astimezone(UTC)
