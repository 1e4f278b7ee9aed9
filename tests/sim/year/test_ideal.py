"""With all of it known and one plan for all of it, a period costs what the limit costs, within half a per cent.

What the limit does is played back through the plant, and so is one plan of our own over the whole period. The plant is
as perfect as the limit supposes: any power at once, and a house that draws evenly in each quarter.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from lib.core.arbitrage import Store
from lib.core.outcome import cars_w
from lib.core.plan import Want
from lib.core.power import PHASE_V
from lib.core.problem import Peak, Problem, Schedule, Span
from lib.sim.year.conditions import Conditions, Perfect
from lib.sim.year.contract import Contract, contract
from lib.sim.year.home import Home
from lib.sim.year.limit import WEAR_EUR_KWH, Goal, limit
from lib.sim.year.live import Frame, lived
from lib.sim.year.perfect import course_of
from lib.sim.year.score import Score, score
from lib.sim.year.seen import Known, Orders, Seen, Setup
from lib.sim.year.stays import stays_of
from lib.sim.year.synthetic import made
from lib.solver import solved
from tests.waiting import LIMIT_S

ALL = Conditions(perfect=frozenset(Perfect))
NEAR = 0.005
QUARTER_S = 900
Quarter = tuple[float, float]  # W of car and battery


def a_home(name: str, *, days: int, skip: int) -> Home:
    """Some days of a synthetic home."""
    return made(name, days=skip + days).first(days, skip=skip)


def played(home: Home, rates: Contract, powers: Callable[[Seen], Quarter], *, battery: bool) -> Score:
    """What a period costs in which each quarter has these powers."""

    class Player:
        def __init__(self, setup: Setup, known: Known) -> None:
            """Nothing more is known than what is played."""

        def step(self, seen: Seen) -> Orders:
            car_w, store_w = powers(seen)
            phases = home.car.phases if home.car else 1
            return Orders(car_w / PHASE_V / phases, phases, store_w)

    frame = Frame(battery=battery, step_s=QUARTER_S, conditions=ALL)
    prices = rates.prices(home)
    course = lived(home, Player, contract=rates, prices=prices, frame=frame)
    return score(course, home=home, contract=rates, prices=prices, battery=battery, strategy="played")


def least(home: Home, rates: Contract, *, battery: bool, goal: Goal = Goal.TRIPS) -> tuple[Score, Sequence[Quarter]]:
    """What the limit costs, and by quarter what car and battery hold at its end."""
    course = course_of(limit(home, rates, battery=battery, goal=goal), home)
    prices = rates.prices(home)
    scored = score(course, home=home, contract=rates, prices=prices, battery=battery, strategy="limit")
    return scored, list(zip(course["level_wh"], course["stored_wh"], strict=True))


@pytest.mark.parametrize(
    ("name", "tariff", "battery"),
    [("S1", "dynamic", True), ("S2", "daynight", True), ("S3", "dynamic", False), ("S3", "daynight", True)],
)
def test_the_limit_can_be_lived(name: str, tariff: str, battery: bool) -> None:
    """Three weeks over the end of a month: what the limit holds quarter by quarter the plant can hold, at that cost."""
    home, rates = a_home(name, days=21, skip=80), contract(tariff)
    best, held = least(home, rates, battery=battery)
    way = home.battery.way

    def powers(seen: Seen) -> Quarter:
        level_wh, stored_wh = held[seen.quarter]
        car_w = max(0.0, 4 * (level_wh - seen.level_wh)) if seen.level_wh is not None else 0.0
        gain_wh = stored_wh - (seen.stored_wh or 0.0)
        return car_w, 4 * gain_wh * (1 / way if gain_wh > 0 else way)

    real = played(home, rates, powers, battery=battery)
    assert best.bill_eur == pytest.approx(real.bill_eur, rel=NEAR)
    assert best.mean_peak_kw == pytest.approx(real.mean_peak_kw, abs=0.02)
    assert 0 == best.missed_trips == real.missed_trips


@pytest.mark.parametrize(("tariff", "battery"), [("dynamic", False), ("dynamic", True), ("daynight", True)])
def test_one_plan_for_all_of_it_costs_what_the_limit_costs(tariff: str, battery: bool) -> None:
    """Four days with every trip: our planner, told the truth and left any power, finds the same bill."""
    home, rates = a_home("S3", days=4, skip=87), contract(tariff)
    home = replace(home, battery=replace(home.battery, start_wh=0.0))  # so what is left at the end is worth nothing
    best, _ = least(home, rates, battery=battery, goal=Goal.FULL)
    problem = the_problem(home, rates, battery=battery)
    schedule = solved(problem, limit_s=LIMIT_S)
    watts = cars_w(problem, schedule.blocks)

    def powers(seen: Seen) -> Quarter:
        return watts[seen.quarter], stored_w(schedule, seen.quarter)

    real = played(home, rates, powers, battery=battery)
    assert len(problem.wants) > 3
    assert best.bill_eur == pytest.approx(real.bill_eur, rel=NEAR)
    assert best.mean_peak_kw == pytest.approx(real.mean_peak_kw, abs=0.02)


def stored_w(schedule: Schedule, quarter: int) -> float:
    """What the plan lets the battery draw."""
    return schedule.store_w[quarter] if quarter < len(schedule.store_w) else 0.0


def the_problem(home: Home, rates: Contract, *, battery: bool) -> Problem:
    """A period as one problem: all that will be is known, and the car is full at each departure."""
    prices = rates.prices(home)
    months = list(dict.fromkeys(home.months))
    spans = tuple(
        Span(
            start=home.at(n),
            end=home.at(n + 1),
            import_eur_kwh=prices.import_eur_kwh[n],
            export_eur_kwh=prices.export_eur_kwh[n],
            load_w=home.load_wh[n] * 4,
            sun_w=home.sun_w[n],
            peak=months.index(home.months[n]),
        )
        for n in range(home.quarters)
    )
    car, spec = home.car, home.battery
    assert car is not None
    store = Store(
        energy_wh=spec.start_wh,
        least_wh=0.0,
        most_wh=spec.capacity_wh,
        charge_w=spec.power_w,
        discharge_w=spec.power_w,
        efficiency=spec.way**2,
        wear_eur_kwh=WEAR_EUR_KWH,
        sells=True,
    )
    kw_eur = rates.eur_kw_year * rates.year_part(home.quarters) / len(months)
    return Problem(
        at=home.start,
        spans=spans,
        peaks=tuple(Peak(paid_w=rates.floor_w, eur_kw=kw_eur) for _ in months),
        wants=tuple(
            Want(
                car=car.name,
                trip=str(stay.first),
                energy_wh=stay.booked_wh,
                since=home.at(stay.first),
                until=home.at(stay.until),
                full_w=car.charger_w,
                least_w=1e-3,
                starts=stay.quarters,
            )
            for stay in stays_of(home)
            if stay.booked_wh > 0 and stay.quarters
        ),
        store=store if battery else None,
    )
