"""The limit is the least possible, by hand and beside another program of the same thing; and it is possible."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib.core.quarter import QUARTER
from lib.sim.year.bill import bill
from lib.sim.year.contract import Contract, Prices, contract
from lib.sim.year.flows import Flows, net_wh
from lib.sim.year.home import BatterySpec, CarSpec, Home, Journey
from lib.sim.year.limit import Goal, limit
from lib.sim.year.live import Frame
from lib.sim.year.perfect import course_of, foreseen
from lib.sim.year.runs import Run, outcome
from lib.sim.year.simple_rules import at_once, followed
from lib.sim.year.stays import lacks_of, stays_of
from lib.sim.year.strategies import LIMIT
from lib.sim.year.synthetic import made
from lib.solver.errors import UnsolvedError
from lib.solver.highs import Solver
from lib.solver.program import Program

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
CAR = CarSpec(name="car", capacity_wh=60_000.0, charger_w=7_400.0)
FREE = replace(contract("daynight"), eur_kw_year=0.0)
NEAR_WH = 0.5


def a_home(quarters: int, *journeys: tuple[int, int, float], load_wh: float = 100.0, car: CarSpec | None = CAR) -> Home:
    """A house without a roof that draws evenly; journeys: from which quarter to which, and kWh."""
    none = [0.0] * quarters
    return Home(
        name="by hand",
        start=MIDNIGHT,
        load_wh=[load_wh] * quarters,
        sun_w=none,
        sun_foreseen_w=none,
        index=none,
        journeys=tuple(
            Journey(departs=MIDNIGHT + one * QUARTER, returns=MIDNIGHT + two * QUARTER, energy_wh=kwh * 1000)
            for one, two, kwh in journeys
        ),
        car=car,
    )


def cents(*prices: float) -> Prices:
    """By quarter; what is injected earns nothing."""
    return Prices(tuple(price / 100 for price in prices), (0.0,) * len(prices))


def rounded(energies_wh: Sequence[float]) -> list[int]:
    """In whole Wh."""
    return [round(energy_wh) for energy_wh in energies_wh]


def total_eur(flows: Flows, home: Home, over: Contract) -> float:
    """The bill."""
    return bill(flows.import_wh, flows.export_wh, home, over, over.prices(home)).total_eur


def test_a_car_charges_in_its_cheapest_quarters() -> None:
    """3.7 kWh are two quarters of 7.4 kW: the two cheap ones of the stay."""
    home = a_home(10, (0, 2, 3.7))
    flows = limit(home, FREE, battery=False, prices=cents(9, 9, 30, 30, 5, 30, 30, 6, 30, 30))
    assert [0, 0, 0, 0, 1850, 0, 0, 1850, 0, 0] == rounded(flows.car_wh)
    assert [100 + energy for energy in rounded(flows.car_wh)] == rounded(flows.import_wh)


def test_a_peak_that_costs_more_than_cheap_hours_save_is_not_made() -> None:
    """Where power is dear, the cheap quarters are filled up to the floor of 2.5 kW, and what is left goes elsewhere."""
    flows = limit(a_home(10, (0, 2, 3.7)), contract("daynight"), battery=False, prices=cents(*([9] * 5 + [8] * 5)))
    assert max(flows.import_wh) * 4 < 2_500.1
    assert [525] * 5 == rounded(flows.car_wh)[5:]
    assert 3_700 == round(sum(flows.car_wh))


def test_a_battery_moves_what_pays_for_its_losses_and_ends_as_it_began() -> None:
    """From a quarter at 1 ct to one at 40 ct: as much as the house needs there, and what is lost on both ways."""
    home = replace(a_home(4, car=None), battery=BatterySpec(start_wh=0.0))
    flows = limit(home, FREE, battery=True, prices=cents(1, 40, 40, 1))
    assert [0, 100, 100, 0] == rounded(flows.discharged_wh)
    assert [round(200 / 0.95**2), 0, 0, 0] == rounded(flows.charged_wh)
    assert [round(200 / 0.95), round(100 / 0.95), 0, 0] == rounded(flows.stored_wh)


def test_a_trip_that_no_power_meets_gets_all_that_there_is() -> None:
    """Back from 50 kWh for four quarters, then 40 more: full power all the time, and what is short is not paid for."""
    home = a_home(40, (0, 8, 50.0), (12, 20, 40.0))
    flows = limit(home, contract("dynamic"), battery=False)
    assert [1850] * 4 == rounded(flows.car_wh[8:12])
    stays = stays_of(home)
    assert [0, 42_600, 23_000] == rounded([lack.leaves_wh for lack in lacks_of(home, stays)])
    assert [0, 0, 22_600] == rounded([lack.outside_wh for lack in lacks_of(home, stays)])
    assert [1850] * 20 == rounded(flows.car_wh[20:])


def test_a_car_that_is_away_at_the_end_left_full() -> None:
    """Its last journey goes past the end of the period: what it takes is booked after that."""
    flows = limit(a_home(20, (0, 2, 9.0), (16, 90, 10.0)), contract("dynamic"), battery=False)
    assert 9_000 == round(sum(flows.car_wh))
    assert [0] * 4 == rounded(flows.car_wh[16:])


def test_the_car_holds_what_its_trip_takes_and_a_fifth_more() -> None:
    """With prices that rise all day only what the next trip needs is charged before it."""
    home = a_home(80, (0, 2, 30.0), (40, 42, 20.0))
    flows = limit(home, FREE, battery=False, prices=cents(*[50] * 42, *[10] * 38))
    assert 2_000 == round(sum(flows.car_wh[:40]))  # 12 of 60 kWh are left, then, of 32 that it left with
    full = limit(home, FREE, battery=False, goal=Goal.FULL, prices=cents(*[50] * 42, *[10] * 38))
    assert 30_000 == round(sum(full.car_wh[:40]))


def test_below_a_fifth_a_car_may_have_to_charge_at_once() -> None:
    """Back with 5 of 60 kWh: as the tables have it, it charges until it holds 12; by its trips, when it is cheap."""
    home = a_home(60, (0, 2, 55.0))
    prices = cents(*[50] * 8, *[10] * 52)
    by_trips = limit(home, FREE, battery=False, prices=prices)
    left = limit(home, FREE, battery=False, goal=Goal.LEFT, prices=prices)
    assert 0 == round(sum(by_trips.car_wh[:8]))
    assert [1850, 1850, 1850, 1450] == rounded(left.car_wh[2:6])


def test_somebody_who_knew_all_misses_no_trip() -> None:
    """Nor leaves with a kWh less than it takes, as by the tables, though a kWh would cost less than 60 ct."""
    home, over = a_home(80, (0, 2, 40.0), (40, 42, 30.0)), contract("dynamic")
    prices = cents(*[50] * 42, *[10] * 38)
    course = foreseen(home, over, prices, battery=False)
    assert 30_000 + 12_000 == pytest.approx(course.departures[-1].level_wh, abs=NEAR_WH)
    left = course_of(limit(home, over, battery=False, goal=Goal.LEFT, prices=prices), home)
    assert left.departures[-1].level_wh < 41_000


@pytest.mark.parametrize(("name", "tariff"), [("S1", "dynamic"), ("S3", "daynight")])
def test_another_program_of_the_same_thing_finds_the_same_cost(name: str, tariff: str) -> None:
    """Quarter by quarter, a column for all that flows and is held, solved to a corner: the same to two millionths."""
    home, over = made(name, days=40).first(4, skip=29), contract(tariff)  # some days of two months
    flows = limit(home, over, battery=True)
    assert pytest.approx(_plainly_eur(home, over), rel=2e-6) == total_eur(flows, home, over) + 0.005 / 1000 * sum(
        flows.discharged_wh
    )


def test_what_flows_is_possible() -> None:
    """Car, charger and battery keep to what they can, and nothing comes from nowhere."""
    home = made("S3", days=7)
    flows, battery = limit(home, contract("dynamic"), battery=True), home.battery
    assert home.car
    plugged = {quarter for stay in stays_of(home) for quarter in range(stay.first, stay.until)}
    assert {0.0} >= {energy for quarter, energy in enumerate(flows.car_wh) if quarter not in plugged}
    assert max(flows.car_wh) <= home.car.charger_w / 4 + NEAR_WH
    held = battery.start_wh
    for quarter, net in enumerate(net_wh(home)):
        ins, outs = flows.charged_wh[quarter], flows.discharged_wh[quarter]
        held += ins * battery.way - outs / battery.way
        assert pytest.approx(held, abs=NEAR_WH) == flows.stored_wh[quarter]
        assert -NEAR_WH <= held <= battery.capacity_wh + NEAR_WH
        grid = flows.import_wh[quarter] - flows.export_wh[quarter]
        assert pytest.approx(net + flows.car_wh[quarter] + ins - outs) == grid
    assert pytest.approx(battery.start_wh, abs=NEAR_WH) == held


def test_a_home_without_car_and_roof_is_only_billed() -> None:
    """There is nothing to decide."""
    home = a_home(8, car=None)
    flows = limit(home, contract("dynamic"), battery=False)
    assert [100.0] * 8 == list(flows.import_wh)


def test_at_once_is_what_naive_charging_does() -> None:
    """Only the battery is left to decide."""
    home = made("S1", days=3)
    flows = limit(home, contract("dynamic"), battery=True, goal=Goal.AT_ONCE)
    assert list(followed(home, at_once).car_wh) == list(flows.car_wh)


def test_whoever_watches_sees_that_a_limit_is_over() -> None:
    """It is one long piece: nothing is told of it meanwhile, and all at its end."""
    home = a_home(8, (4, 6, 2.0))
    told: list[int] = []
    run = Run(home=home, tariff="dynamic", strategy=LIMIT, frame=Frame(battery=False))
    assert outcome(run, tell=told.append)
    assert [0, home.quarters] == told


def test_a_limit_that_is_not_found_in_time_says_so() -> None:
    """Better than a run that nobody knows the end of."""
    with pytest.raises(UnsolvedError, match="Time limit"):
        limit(made("S1", days=3), contract("dynamic"), battery=True, limit_s=0.0)


def _plainly_eur(home: Home, over: Contract) -> float:
    """The least cost with wear: import and export, what the car misses and what the battery holds by quarter."""
    assert home.car
    prices, car, battery, program = over.prices(home), home.car, home.battery, Program()
    part = over.year_part(home.quarters)
    months = dict.fromkeys(home.months)
    peaks = {
        month: program.column(over.floor_w / 4, cost=over.eur_kw_year * part / len(months) * 4 / 1000)
        for month in months
    }
    trips = [(home.quarter(trip.departs), home.quarter(trip.returns), trip.energy_wh) for trip in home.journeys]
    backs = {back: energy for _, back, energy in trips}
    leaves = {gone: energy for gone, _, energy in trips}
    last = max([*leaves, 0] if any(back >= home.quarters for _, back, _ in trips) else [home.quarters])
    held: list[int] = []
    missing: list[int] = []
    for quarter in range(home.quarters):
        is_away = any(gone <= quarter < back for gone, back, _ in trips)
        drawn = program.column(cost=prices.import_eur_kwh[quarter] / 1000)
        given = program.column(cost=-prices.export_eur_kwh[quarter] / 1000)
        cars = program.column(0.0, 0.0 if is_away else car.charger_w / 4)
        ins, outs = (
            program.column(0.0, battery.power_w / 4),
            program.column(0.0, battery.power_w / 4, cost=0.005 / 1000),
        )
        held.append(program.column(0.0, battery.capacity_wh))
        most = car.capacity_wh
        if quarter + 1 in leaves:
            most -= car.left_wh + leaves[quarter + 1]
        missing.append(program.column(0.0, 0.0 if quarter + 1 == last else most))
        net = home.load_wh[quarter] - home.sun_w[quarter] / 4
        flows = [(drawn, 1.0), (given, -1.0), (cars, -1.0), (ins, -1.0), (outs, 1.0)]
        program.row("meter", flows, low=net, high=net)
        program.row("peak", [(peaks[home.months[quarter]], 1.0), (drawn, -1.0)], low=0.0)
        store = [(held[-1], 1.0), (ins, -battery.way), (outs, 1 / battery.way)]
        lacks = [(missing[-1], 1.0), (cars, 1.0)]
        booked, begun = backs.get(quarter, 0.0), 0.0 if quarter else battery.start_wh
        program.row("store", [*store, *([(held[-2], -1.0)] if quarter else [])], low=begun, high=begun)
        program.row("car", [*lacks, *([(missing[-2], -1.0)] if quarter else [])], low=booked, high=booked)
    program.lows[held[-1]] = program.highs[held[-1]] = battery.start_wh
    return program.cost(Solver(program, limit_s=60.0).solve().values) + over.fees_eur_year * part
