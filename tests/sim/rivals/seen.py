"""A home of some days made by hand, what shows there at an instant, and what a strategy decides; nothing is read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import pi, sin
from random import Random
from typing import Any

from lib.core.quarter import QUARTER_S
from lib.sim.year.conditions import CLEAN, Conditions
from lib.sim.year.contract import contract
from lib.sim.year.course import Course
from lib.sim.year.home import CarSpec, Home, Journey
from lib.sim.year.live import STEP_S, Frame, lived
from lib.sim.year.seen import Known, Maker, Orders, Seen, Setup, Strategy

MONDAY = datetime(2024, 1, 7, 23, 0, tzinfo=UTC)  # midnight in Brussels, winter time
HOUR = timedelta(hours=1)
DAY_QUARTERS = 96
ONE_PHASE = CarSpec(name="one", capacity_wh=60_000.0, charger_w=7_400.0)
THREE_PHASES = CarSpec(name="three", capacity_wh=60_000.0, charger_w=11_000.0, phases=3)


def journey(*, departs_h: float, hours: float = 8.0, kwh: float = 10.0, start: datetime = MONDAY) -> Journey:
    """A trip that begins so many hours after the start."""
    departs = start + departs_h * HOUR
    return Journey(departs=departs, returns=departs + hours * HOUR, energy_wh=kwh * 1000)


def a_home(
    *journeys: Journey,
    days: int = 3,
    start: datetime = MONDAY,
    load_w: float = 400.0,
    sun_w: float = 0.0,
    index: float = 80.0,
    car: CarSpec | None = ONE_PHASE,
) -> Home:
    """Days on which nothing changes but that the car comes and goes."""
    quarters = days * DAY_QUARTERS
    return Home(
        name="home",
        start=start,
        load_wh=[load_w / 4] * quarters,
        sun_w=[sun_w] * quarters,
        sun_foreseen_w=[sun_w] * quarters,
        index=[index] * quarters,
        journeys=journeys,
        car=car,
    )


def lively(*, days: int = 4, seed: int = 1, car: CarSpec = ONE_PHASE, from_quarter: int = 0) -> Home:
    """Days in April with sun, spikes, prices that move and a trip each day.

    from_quarter: house and roof are other ones from there on, prices and forecasts from two days later.
    """
    start, quarters = datetime(2024, 4, 7, 22, 0, tzinfo=UTC), days * DAY_QUARTERS
    chances = [Random(f"{seed} {n}") if n >= from_quarter else Random(f"1 {n}") for n in range(quarters)]
    days_on = [sin(2 * pi * (n - 24) / DAY_QUARTERS) for n in range(quarters)]
    # prices of a day are out the day before, forecasts reach two days ahead: they change later
    late = [chance if n >= from_quarter + 2 * DAY_QUARTERS else Random(f"1 {n}") for n, chance in enumerate(chances)]
    return Home(
        name="lively",
        start=start,
        load_wh=[100 + 60 * chance.random() + 600 * (chance.random() < 0.06) for chance in chances],
        sun_w=[max(0.0, 5_000 * high) * chance.random() for high, chance in zip(days_on, chances, strict=True)],
        sun_foreseen_w=[
            max(0.0, 2_500 * high) * (0.8 + 0.4 * c.random()) for high, c in zip(days_on, late, strict=True)
        ],
        index=[70 - 50 * high + 30 * chance.random() for high, chance in zip(days_on, late, strict=True)],
        journeys=tuple(
            journey(departs_h=7 + 24 * day, hours=9, kwh=9 + 2 * (day % 3), start=start) for day in range(days)
        ),
        car=car,
    )


def a_setup(home: Home, *, tariff: str = "daynight", battery: bool = False, step_s: int = 60) -> Setup:
    """The setup of a home."""
    return Setup(
        car=home.car,
        battery=home.battery if battery else None,
        contract=contract(tariff),
        has_sun=home.has_sun,
        step_s=step_s,
    )


@dataclass
class Bench:
    """A strategy on its own: the test says what shows, hour by hour, and sees what is ordered."""

    home: Home
    strategy: Strategy
    known: Known
    seen: Seen

    def at(self, hours: float, **shows: Any) -> Orders:
        """What is ordered so many hours after the start, when this shows; what is not said shows as it did."""
        seen = self.seen
        seen.second = round(hours * 3600)
        seen.at = self.home.start + timedelta(seconds=seen.second)
        quarter = seen.second // int(QUARTER_S)
        if quarter != self.known.now:
            self.known.advance(quarter)
        seen.quarter = quarter
        seen.left_s = QUARTER_S - seen.second % QUARTER_S
        for name, value in shows.items():
            setattr(seen, name, value)
        if "grid_w" not in shows:
            seen.grid_w = seen.load_w - seen.sun_w + seen.car_w + seen.store_w
        return self.strategy.step(seen)


def a_bench(maker: Maker, home: Home, *, tariff: str = "daynight", battery: bool = False, step_s: int = 60) -> Bench:
    """A strategy at a home at its start: a plugged car half full, 400 W in the house, a battery half full."""
    rates = contract(tariff)
    known = Known(home, rates, rates.prices(home))
    seen = Seen(home.start)
    seen.plugged, seen.load_w, seen.grid_w = home.car is not None, 400.0, 400.0
    seen.level_wh = home.car.capacity_wh / 2 if home.car else None
    seen.stored_wh = home.battery.start_wh if battery else None
    setup = a_setup(home, tariff=tariff, battery=battery, step_s=step_s)
    return Bench(home=home, strategy=maker(setup, known), known=known, seen=seen)


def run(
    maker: Maker,
    home: Home,
    *,
    tariff: str = "dynamic",
    battery: bool = False,
    step_s: int = STEP_S,
    conditions: Conditions = CLEAN,
) -> Course:
    """A home's days with the plant."""
    rates = contract(tariff)
    frame = Frame(battery=battery, step_s=step_s, conditions=conditions)
    return lived(home, maker, contract=rates, prices=rates.prices(home), frame=frame)


class _Noted:
    """A strategy whose orders are written down."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy, self.orders = strategy, list[tuple[int, Orders]]()

    def step(self, seen: Seen) -> Orders:
        orders = self.strategy.step(seen)
        self.orders.append((seen.second, orders))
        return orders


def decisions(
    maker: Maker, home: Home, *, quarters: int, tariff: str = "dynamic", battery: bool = True
) -> list[Orders]:
    """What is ordered in the first quarters of a home's days."""
    kept: list[_Noted] = []

    def noted(setup: Setup, known: Known) -> Strategy:
        kept.append(_Noted(maker(setup, known)))
        return kept[0]

    run(noted, home, tariff=tariff, battery=battery)
    return [orders for second, orders in kept[0].orders if second < quarters * QUARTER_S]


def looks_ahead(maker: Maker, *, tariff: str = "dynamic", battery: bool = True, car: CarSpec = ONE_PHASE) -> bool:
    """Whether other days from a quarter on change a decision before it."""
    quarter = DAY_QUARTERS + 37
    one, other = (lively(seed=seed, car=car, from_quarter=quarter) for seed in (1, 2))
    assert one.load_wh[:quarter] == other.load_wh[:quarter]
    assert one.load_wh != other.load_wh
    first, second = (decisions(maker, home, quarters=quarter, tariff=tariff, battery=battery) for home in (one, other))
    return first != second
