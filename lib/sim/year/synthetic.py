"""Homes that are made up, so that every number can be made again from a clone: nothing of them was ever measured.

In: a name, a seed, a stretch of days. Out: a home. The same on every machine and Python; a longer stretch begins like a
shorter one. Homes of one seed live under one sky and in one market, each with people of its own:
S1 a family of four, a roof to the south, a car that commutes; S2 a smaller house without a roof, a car for weekends
and some weekdays; S3 a bigger house, roofs to east and west, a three-phase car in daily use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import MappingProxyType

from lib.core.bands import midnight
from lib.core.quarter import QUARTER
from lib.core.slope import Slope
from lib.sim.year.home import CarSpec, Home
from lib.sim.year.synthetic_load import (
    BATHROOM,
    DESK,
    DISHES,
    DRY,
    FEAST,
    HOB,
    HOT_WATER,
    IRON,
    KETTLE,
    MICROWAVE,
    OVEN,
    SAUNA,
    SCREENS,
    WASH,
    WASH_AND_DRY,
    Habit,
    Household,
    load_wh,
)
from lib.sim.year.synthetic_market import prices
from lib.sim.year.synthetic_sky import Weather, weather
from lib.sim.year.synthetic_trips import Absence, Driver, Way, journeys

SYNTHETIC = ("S1", "S2", "S3")
START, DAYS = date(2025, 1, 1), 365
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwelling:
    """All that makes a home. outings: its absences of a year, by the month they begin in and their days at most."""

    household: Household
    slopes: tuple[Slope, ...]
    car: CarSpec
    driver: Driver
    outings: tuple[tuple[int, int], ...]


DWELLINGS: Mapping[str, Dwelling] = MappingProxyType(
    {
        "S1": Dwelling(
            household=Household(
                rest_w=95,
                cold_w=85,
                lamps_w=95,
                warm_w=85,
                people_w=85,
                habits=(
                    Habit(KETTLE, 6.9, 0.3, 1.8, 1.5),
                    Habit(BATHROOM, 6.9, 0.4, 0.3, 0.3, colder=1.0),
                    Habit(MICROWAVE, 12.4, 0.4, 0.5, 0.6),
                    Habit(HOB, 12.2, 0.4, 0.2, 0.6),
                    Habit(HOB, 18.2, 0.5, 0.85, 0.75),
                    Habit(OVEN, 17.9, 0.6, 0.35, 0.55),
                    Habit(FEAST, 12.0, 0.6, 0.0, 0.22),
                    Habit(FEAST, 18.6, 0.6, 0.07, 0.07),
                    Habit(DISHES, 20.0, 0.8, 0.7, 0.8),
                    Habit(WASH, 19.0, 1.2, 0.25, 0.3),
                    Habit(WASH_AND_DRY, 10.2, 1.8, 0.22, 0.8, colder=0.5),
                    Habit(SCREENS, 19.4, 0.7, 1.0, 1.3),
                    Habit(DESK, 14.5, 1.5, 0.7, 0.5),
                    Habit(IRON, 10.5, 2.0, 0.2, 0.5),
                    Habit(KETTLE, 20.5, 1.2, 0.9, 1.2),
                ),
            ),
            slopes=(Slope(name="south", kwp=5.0, tilt_deg=35, facing_deg=180),),
            car=CarSpec(name="commuter", capacity_wh=60_000, charger_w=7_400),
            driver=Driver(
                ways=(
                    Way(8.4, 0.7, 9.5, 1.5, 33.0, 0.18, 0.015, 0.09),
                    Way(7.4, 0.25, 10.4, 0.7, 8.6, 0.30, 0.90, 0.05),
                    Way(10.0, 0.9, 2.2, 0.9, 5.5, 0.50, 0.05, 0.62),
                    Way(14.6, 1.2, 3.2, 1.0, 8.0, 0.50, 0.08, 0.58),
                    Way(19.6, 0.5, 2.2, 0.6, 4.8, 0.45, 0.26, 0.20),
                )
            ),
            outings=((2, 4), (7, 11), (10, 3)),
        ),
        "S2": Dwelling(
            household=Household(
                rest_w=100,
                cold_w=75,
                lamps_w=70,
                warm_w=45,
                people_w=70,
                habits=(
                    Habit(KETTLE, 7.8, 0.5, 1.2, 1.3),
                    Habit(MICROWAVE, 12.6, 0.5, 0.4, 0.5),
                    Habit(HOB, 12.4, 0.6, 0.45, 0.4),
                    Habit(HOB, 18.7, 0.7, 0.75, 0.7),
                    Habit(OVEN, 18.4, 0.7, 0.25, 0.4),
                    Habit(FEAST, 18.2, 0.8, 0.10, 0.22),
                    Habit(DISHES, 21.0, 1.2, 0.4, 0.45),
                    Habit(WASH, 9.6, 1.2, 0.25, 0.4),
                    Habit(WASH_AND_DRY, 11.0, 2.0, 0.10, 0.22, colder=0.4),
                    Habit(SCREENS, 19.8, 0.8, 1.2, 1.2),
                    Habit(DESK, 9.5, 0.8, 1.3, 0.4),
                    Habit(DESK, 13.8, 0.8, 1.1, 0.4),
                    Habit(HOT_WATER, 0.9, 0.5, 0.5, 0.5),
                    Habit(KETTLE, 16.0, 2.5, 1.0, 1.0),
                ),
            ),
            slopes=(),
            car=CarSpec(name="weekend", capacity_wh=60_000, charger_w=7_400),
            driver=Driver(
                ways=(
                    Way(9.3, 0.8, 31.0, 4.0, 24.0, 0.30, 0.01, 0.16),
                    Way(9.6, 0.9, 8.5, 2.0, 33.0, 0.20, 0.01, 0.07),
                    Way(8.6, 0.7, 9.0, 1.8, 13.0, 0.45, 0.31, 0.05),
                    Way(11.0, 1.2, 4.5, 1.8, 11.0, 0.50, 0.06, 0.60),
                    Way(18.4, 0.8, 3.0, 0.8, 6.0, 0.40, 0.12, 0.22),
                )
            ),
            outings=((4, 5), (8, 15), (11, 4)),
        ),
        "S3": Dwelling(
            household=Household(
                rest_w=135,
                cold_w=120,
                lamps_w=170,
                warm_w=240,
                people_w=80,
                habits=(
                    Habit(KETTLE, 7.2, 0.4, 2.2, 1.8),
                    Habit(BATHROOM, 7.1, 0.5, 0.5, 0.5, colder=1.0),
                    Habit(MICROWAVE, 12.3, 0.4, 0.7, 0.7),
                    Habit(HOB, 12.2, 0.5, 0.4, 0.6),
                    Habit(HOB, 18.6, 0.6, 0.95, 0.85),
                    Habit(OVEN, 18.3, 0.7, 0.40, 0.55),
                    Habit(FEAST, 12.2, 0.7, 0.0, 0.20),
                    Habit(DISHES, 13.5, 0.8, 0.3, 0.5),
                    Habit(DISHES, 21.0, 0.9, 0.75, 0.8),
                    Habit(WASH, 10.2, 1.5, 0.35, 0.6),
                    Habit(DRY, 13.5, 2.0, 0.22, 0.4, colder=0.5),
                    Habit(WASH_AND_DRY, 16.5, 2.0, 0.22, 0.4, colder=0.5),
                    Habit(SCREENS, 19.6, 0.9, 1.5, 1.5),
                    Habit(DESK, 10.0, 1.5, 1.1, 0.8),
                    Habit(IRON, 15.0, 2.5, 0.3, 0.4),
                    Habit(SAUNA, 20.5, 0.7, 0.03, 0.15, colder=1.0),
                    Habit(HOT_WATER, 22.0, 1.0, 0.35, 0.35),
                ),
            ),
            slopes=(
                Slope(name="east", kwp=4.0, tilt_deg=30, facing_deg=90),
                Slope(name="west", kwp=4.0, tilt_deg=30, facing_deg=270),
            ),
            car=CarSpec(name="daily", capacity_wh=60_000, charger_w=11_000, phases=3),
            driver=Driver(
                ways=(
                    Way(9.0, 0.8, 9.5, 1.5, 32.0, 0.18, 0.02, 0.08),
                    Way(8.5, 0.4, 4.5, 2.5, 7.5, 0.45, 0.55, 0.10),
                    Way(10.8, 0.9, 2.4, 1.0, 6.5, 0.55, 0.10, 0.45),
                    Way(14.9, 1.0, 2.6, 1.2, 8.5, 0.55, 0.40, 0.46),
                    Way(18.6, 0.8, 2.4, 0.9, 6.0, 0.45, 0.14, 0.16),
                )
            ),
            outings=((3, 4), (7, 15), (12, 8)),
        ),
    }
)


def made(name: str, *, seed: int = 1, start: date = START, days: int = DAYS) -> Home:
    """A home over so many local days. Raises ValueError with the names there are."""
    if name not in DWELLINGS:
        raise ValueError(f"{name!r} is no home that is built in: take {', '.join(SYNTHETIC)}")
    dwelling = DWELLINGS[name]
    begin, end = midnight(start), midnight(start + days * DAY)
    over = weather(seed, begin, (end - begin) // QUARTER)
    absences = _absences(dwelling, f"{seed} {name}", start, days)
    away = {one.first + n * DAY for one in absences for n in range(1, (one.last - one.first).days)}
    return Home(
        name=name,
        start=begin,
        load_wh=load_wh(dwelling.household, f"{seed} {name}", begin, over, away),
        sun_w=_roof_w(dwelling.slopes, over, over.flat_w_m2),
        sun_foreseen_w=_roof_w(dwelling.slopes, over, over.foreseen_w_m2),
        index=prices(seed, begin, over),
        journeys=journeys(dwelling.driver, dwelling.car, f"{seed} {name}", start, days, absences),
        car=dwelling.car,
    )


def _absences(dwelling: Dwelling, seed: str, start: date, days: int) -> list[Absence]:
    """Those of each year that a period touches, but for one that began before it."""
    found: list[Absence] = []
    for year in range(start.year, (start + days * DAY).year + 1):
        dice = Random(f"{seed} absences {year}")
        for month, most in dwelling.outings:
            first = date(year, month, 1 + int(14 * dice.random()))
            found.append(Absence(first, first + (most - 1 - int(2 * dice.random())) * DAY))
    return [one for one in found if one.first >= start]


def _roof_w(slopes: tuple[Slope, ...], over: Weather, flat_w_m2: list[float]) -> list[float]:
    """What the panels make of so much light."""
    found: list[float] = []
    for sun, flat, outdoors_c in zip(over.sun, flat_w_m2, over.outdoors_c, strict=True):
        made_w = sum(slope.power_w(slope.sunlight_w_m2(flat, sun), outdoors_c) for slope in slopes) if flat else 0.0
        found.append(round(made_w, 1))
    return found
