"""Homes whose dm plans, that stories begin with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lib.core.carport import ChargingRules
from lib.core.modes import Mode
from lib.core.outcome import Outcome
from lib.sim.battery import HomeBattery
from lib.sim.car import Car
from tests.conftest import local
from tests.stories.cellars import a_battery, prices
from tests.stories.homes import a_car, a_charger, a_point, a_trip
from tests.stories.planned import Planned

LATE = local("2026-11-20 22:00")  # a Friday
MORNING = local("2026-11-21 06:30")
SELLS_EUR = 0.03
NIGHT_EUR = (0.30, 0.26, 0.22, 0.20, 0.17, 0.18, 0.19, 0.24, 0.30)  # from 22:00 on
DAY_EUR = 0.34


def a_planned(
    start: datetime = LATE,
    *batteries: HomeBattery,
    car_pct: float = 40.0,
    goal_pct: float | None = 52.0,
    ready: datetime = MORNING,
    store_pct: float | None = 50.0,
    mode: Mode = Mode.AUTO,
    eur: Iterable[float] = NIGHT_EUR,
    **more: Any,
) -> Planned:
    """A house with a car of 77 kWh on one phase that shall have `goal_pct`, a battery of 10 kWh, and a month of 4 kW.

    eur: what a kWh costs hour by hour from the start on, and DAY_EUR after that; store_pct: None: without a battery.
    """
    car = Car(phases=1)
    car.set_soc(car_pct)
    rules = ChargingRules(chargers={"garage": a_charger(mode=mode)}, cars={"car_1": a_car()})
    slots = prices(start, *[(each, SELLS_EUR) for each in (*eur, *[DAY_EUR] * 40)][:48])
    found = batteries or (() if store_pct is None else (a_battery(start, soc_pct=store_pct),))
    home = Planned(
        start,
        a_point(start, car),
        batteries=found,
        **{"rules": rules, "prices": slots, "peak_w": 4_000.0, **more},
    )
    home.type_soc(car_pct)
    if goal_pct is not None:
        home.list_trips(a_trip(f"@car_1@ Gent {goal_pct:g} %", ready))
    return home


def real_pct(home: Planned, name: str = "garage") -> float:
    """How full the car on a charge point really is."""
    car = home.points[name].home
    assert car
    return car.soc_pct


def left_eur(home: Planned, outcome: Outcome | None = None) -> float:
    """What was spent, less what the battery holds, as the first plan values that."""
    problem = home.plans[0][1].problem if home.plans else None
    worth_eur_kwh = problem.end_eur_kwh if problem else DAY_EUR * 0.8
    held_kwh = sum(one.capacity_wh * one.soc_pct / 100 for one in home.batteries.values()) / 1000
    return home.spent_eur - held_kwh * worth_eur_kwh
