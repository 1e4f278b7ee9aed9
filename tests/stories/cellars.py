"""Homes with a battery that stories begin with."""

from datetime import datetime, timedelta
from typing import Any

from lib.core.carport import ChargingRules
from lib.core.cost import PriceSlot
from lib.core.surplus import Priority
from lib.sim.battery import HomeBattery
from lib.sim.car import Car
from tests.conftest import local
from tests.stories.homes import a_car, a_charger, a_point
from tests.stories.homestead import Homestead

WINTER = local("2026-11-20 17:00")  # a Friday, when 40 % are kept for the peak
NIGHT = local("2026-11-20 23:00")  # 15 %
SUMMER = local("2026-06-17 12:00")  # a Wednesday
HOUR = timedelta(hours=1)


def a_battery(start: datetime, *, name: str = "cellar", **more: Any) -> HomeBattery:
    """10 kWh and 5 kW on L1, half full, by default."""
    return HomeBattery(start=start, name=name, **more)


def a_cellar(start: datetime, *batteries: HomeBattery, soc_pct: float = 50.0, **more: Any) -> Homestead:
    """A house with a battery, and without a car."""
    return Homestead(start, batteries=batteries or [a_battery(start, soc_pct=soc_pct)], **more)


def with_a_car(
    start: datetime,
    *batteries: HomeBattery,
    soc_pct: float = 50.0,
    car_pct: float = 40.0,
    first: Priority = Priority.AUTO,
    **more: Any,
) -> Homestead:
    """A house with a battery, and a car of 77 kWh on one phase, whose owner has typed how full it is."""
    car = Car(phases=1)
    car.set_soc(car_pct)
    rules = ChargingRules(chargers={"garage": a_charger()}, cars={"car_1": a_car()}, priority=first)
    batteries = batteries or (a_battery(start, soc_pct=soc_pct),)
    home = Homestead(start, a_point(start, car), batteries=batteries, rules=rules, **more)
    home.type_soc(car_pct)
    return home


def prices(start: datetime, *hours: tuple[float, float | None]) -> tuple[PriceSlot, ...]:
    """Hour by hour from `start` on: what a kWh costs, and what it earns."""
    return tuple(
        PriceSlot(start + n * HOUR, start + (n + 1) * HOUR, buys, sells) for n, (buys, sells) in enumerate(hours)
    )
