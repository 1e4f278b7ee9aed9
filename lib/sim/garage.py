"""The cars, charge points and the battery of the simulated house that the program shows.

In: which makes stand on the wall, when the house begins, the family's calendar. Out: charge points with their cars, a
battery. Knows no port.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from lib.sim.battery import HomeBattery
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.charger_box import ChargerBox
from lib.sim.goe_box import GoeBox
from lib.sim.nrgkick_box import NrgkickBox
from lib.sim.openevse_box import OpenEvseBox
from lib.sim.outings import Outing, journeys

# Paused at 6 A: before anybody tells it what to do, a charger shall not make the month's peak.
FIRST_SETTINGS = ChargeSettings(current_a=6.0, paused=True)
_CARS = (  # a large one of 11 kW, a smaller one that takes whole amperes, a plug-in hybrid; then again
    partial(Car, capacity_wh=77_000, soc_pct=45.0),
    partial(Car, capacity_wh=52_000, soc_pct=62.0, one_phase_a=32.0, step_a=1.0),
    partial(Car, capacity_wh=12_000, soc_pct=30.0, phases=1, step_a=1.0),
)


class Make(StrEnum):
    """The makes of charger that can hang on its wall."""

    NRGKICK = "nrgkick"
    GOE = "goe"
    OPENEVSE = "openevse"


def charge_points(count: int, start: datetime, outings: Sequence[Outing]) -> list[ChargePoint]:
    """So many charge points of 3×16 A, each with its car plugged in; a car leaves when the calendar says so."""
    cars = [_CARS[at % len(_CARS)](name=f"car_{at + 1}") for at in range(count)]
    return [
        ChargePoint(
            start=start,
            name=f"charger {at}",
            settings=FIRST_SETTINGS,
            car=car,
            journeys=journeys(outings, start, car.name),
        )
        for at, car in enumerate(cars, 1)
    ]


def home_battery(start: datetime) -> HomeBattery:
    """10 kWh, half full, behind 5 kW on the first phase; it takes its time, and fills up gently."""
    return HomeBattery(start=start, name="battery", capacity_wh=10_000, soc_pct=50.0, ramp_s=3.0, taper_pct=95)


def box_before(point: ChargePoint, make: Make) -> ChargerBox:
    """The box of a make before a charge point; it does not listen yet."""
    boxes: dict[Make, Callable[[ChargePoint], ChargerBox]] = {
        Make.NRGKICK: NrgkickBox,
        Make.GOE: GoeBox,
        Make.OPENEVSE: OpenEvseBox,
    }
    return boxes[make](point)
