"""EMHASS, rule by rule: sunk peaks, what 1 kW costs, forecasts, windows, and steps that nothing corrects."""

from dataclasses import replace
from functools import partial

import pytest

from lib.sim.rivals.emhass import Emhass, Options, needed_wh, told
from lib.sim.rivals.emhass_day import Day, Load, first_step
from lib.sim.year.conditions import FAULTS
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import ONE_PHASE, THREE_PHASES, a_bench, a_home, journey, lively, run

HOURS = 8
DAY = Day(  # two quarters, the first a little cheaper
    net_kw=[0.5, 0.5],
    sun_kw=[0.0, 0.0],
    import_eur_kwh=[0.20, 0.30],
    export_eur_kwh=[0.05, 0.05],
    paid_kw=2.5,
    kw_eur=5.0,
    car_kw=7.4,
)
STORE = replace(DAY, level_kwh=2.0, low_kwh=0.0, high_kwh=4.0, store_kw=4.0, way=1.0)


@pytest.mark.parametrize(
    ("paid_kw", "car_kw"),
    [(2.5, 2.0), (4.5, 4.0), (9.0, 4.0)],
    ids=["under what is paid", "as far as it is paid", "no more than it needs"],
)
def test_a_sunk_peak_is_free(paid_kw: float, car_kw: float) -> None:
    """1 kWh goes into the cheap quarter as far as that is under the month's peak; above, the rest waits."""
    day = replace(DAY, paid_kw=paid_kw, loads=[Load(0, 2, 1_000.0)])
    assert car_kw == pytest.approx(first_step(day)[0])


@pytest.mark.parametrize(("kw_eur", "car_kw"), [(5.0, 2.0), (0.02, 4.0)], ids=["dear", "cheap"])
def test_what_a_kw_costs_counts_above_what_is_paid(kw_eur: float, car_kw: float) -> None:
    """2 kW more save 5 cents here: that is worth it only where a kW costs less."""
    day = replace(DAY, kw_eur=kw_eur, loads=[Load(0, 2, 1_000.0)])
    assert car_kw == pytest.approx(first_step(day)[0])


def test_a_peak_that_the_house_makes_is_free_for_all_steps() -> None:
    """The highest step is priced once: what the house will draw later the car may draw now."""
    day = replace(DAY, net_kw=[0.5, 6.0], loads=[Load(0, 1, 1_000.0)])
    assert pytest.approx(4.0) == first_step(day)[0]


def test_a_load_waits_for_its_window_and_for_the_cheaper_quarter() -> None:
    """Before its window it gets nothing; in it the cheaper quarter comes first."""
    dearer_now = replace(DAY, import_eur_kwh=[0.3, 0.2])
    assert 0.0 == first_step(replace(DAY, loads=[Load(1, 2, 500.0)]))[0]
    assert pytest.approx(2.0) == first_step(replace(DAY, loads=[Load(0, 2, 500.0)]))[0]
    assert pytest.approx(0.0) == first_step(replace(dearer_now, loads=[Load(0, 2, 500.0)]))[0]


def test_what_cannot_be_served_is_served_as_far_as_it_goes() -> None:
    """A load that asks for more than the charger gives until then is no reason to do nothing."""
    assert pytest.approx(7.4) == first_step(replace(DAY, loads=[Load(0, 1, 9_000.0)]))[0]


def test_the_battery_is_not_emptied_into_the_grid() -> None:
    """However much that would earn, it gives what the house draws."""
    dear = replace(STORE, export_eur_kwh=[0.19, 0.05], import_eur_kwh=[0.20, 0.01])
    assert pytest.approx(-0.5) == first_step(dear)[1]


def test_the_battery_keeps_between_its_bounds_and_pays_its_losses() -> None:
    """It takes no more than there is room for, at the wall, and stores nothing for a gain below the losses."""
    empty = replace(STORE, net_kw=[0.5, 4.0], level_kwh=0.0, high_kwh=0.19, way=0.95, paid_kw=9.0)
    cheap, slight = (replace(empty, import_eur_kwh=[eur, 0.30]) for eur in (0.05, 0.29))
    assert pytest.approx(0.8) == first_step(cheap)[1]
    assert pytest.approx(0.0) == first_step(slight)[1]


@pytest.mark.parametrize(
    ("car_w", "orders"),
    [
        (0.0, Orders(0.0, 1)),
        (600.0, Orders(0.0, 1)),
        (800.0, Orders(6.0, 1)),
        (2_000.0, Orders(9.0, 1)),
        (3_700.0, Orders(16.0, 1)),
        (4_000.0, Orders(6.0, 3)),
        (11_040.0, Orders(16.0, 3)),
    ],
)
def test_a_charger_is_told_what_comes_nearest(car_w: float, orders: Orders) -> None:
    """Nothing or whole amperes from 6 on, on one phase where three are too much."""
    assert orders == told(THREE_PHASES, car_w, None)


def test_a_trip_needs_what_the_next_one_cannot_get_any_more() -> None:
    """After a stay of an hour the second trip finds no more than that brings; 20 % are left after each."""
    first, second = journey(departs_h=8, hours=2, kwh=10), journey(departs_h=11, hours=8, kwh=20)
    late = replace(second, departs=second.departs + (second.departs - first.departs))
    assert [10_000 + 32_000 - 7_360, 32_000] == pytest.approx(needed_wh([first, second], ONE_PHASE))
    assert [22_000, 32_000] == pytest.approx(needed_wh([first, late], ONE_PHASE))


def test_a_step_is_held_whatever_shows_in_it() -> None:
    """A house that suddenly draws 9 kW changes nothing before the quarter is over."""
    bench = a_bench(Emhass, a_home(journey(departs_h=HOURS, kwh=30)), battery=True)
    first = bench.at(0)
    assert first == bench.at(0.1, load_w=9_000.0)
    assert first == bench.at(0.24, load_w=9_000.0, stored_wh=0.0)


def test_the_month_peak_so_far_is_what_the_car_may_draw_where_it_is_told() -> None:
    """In the cheapest quarter it fills what is paid above the 300 W that are foreseen: 2.5 kW, or 6 kW."""
    home = a_home(journey(departs_h=3, kwh=23))
    home = replace(home, index=[float(n) for n in range(home.quarters)])
    told_ = partial(Emhass, options=Options(sunk=True))
    for maker, peak_w, amps in ((Emhass, 6_000.0, 10.0), (told_, 0.0, 10.0), (told_, 6_000.0, 25.0)):
        assert amps == a_bench(maker, home, tariff="dynamic").at(0, peak_w=peak_w).current_a


def test_a_trip_beyond_the_day_is_not_thought_of() -> None:
    """What departs in 25 hours is no load yet; what departs in 23 is, however far the cheap hours are."""
    for hours, runs in ((25, False), (23, True)):
        bench = a_bench(Emhass, a_home(journey(departs_h=hours, kwh=200)))
        assert runs is (bench.at(0).current_a > 0)


def test_the_load_is_foreseen_as_the_mean_of_the_days_before() -> None:
    """Two days with 400 W, then 1.2 kW: the third day is foreseen with 400 W, the first step half of what showed."""
    home = a_home(days=4)
    quarters = 96
    home = replace(home, load_wh=[100.0] * 2 * quarters + [300.0] * 2 * quarters)
    bench = a_bench(Emhass, home)
    assert isinstance(bench.strategy, Emhass)
    for quarter in range(2 * quarters + 2):
        bench.at(quarter / 4)
    foreseen = bench.strategy.load_kw(range(2 * quarters + 1, 2 * quarters + 4))
    assert [0.8, 0.4, 0.4] == pytest.approx(foreseen)


def test_prices_that_are_not_out_are_those_of_the_day_before() -> None:
    """At ten in the morning of the second day the market's evening is known, the next night is yesterday's."""
    quarters = 96
    home = replace(a_home(days=3), index=[float(n) for n in range(3 * quarters)])
    bench = a_bench(Emhass, home, tariff="dynamic")
    bench.at(24 + 10)
    assert isinstance(bench.strategy, Emhass)
    steps = range(2 * quarters - 1, 2 * quarters + 2)
    prices = bench.strategy.prices(steps)[0]
    known = [bench.known.import_eur_kwh(n) for n in (2 * quarters - 1, quarters, quarters + 1)]
    assert known == prices


def test_trips_are_met_and_the_battery_keeps_its_bounds() -> None:
    """Two days with sun and spikes: each car leaves with what its trip takes and 20 % more; SoC 30 to 90 %."""
    home = lively(days=2)
    course = run(Emhass, home, battery=True)
    assert 2 == len(course.departures)
    assert all(level_wh > energy_wh + 12_000 - 300 for _, level_wh, energy_wh in course.departures)
    assert min(course["stored_wh"]) > 2_900
    assert max(course["stored_wh"]) < 9_100


def test_where_nobody_tells_how_full_the_car_is_it_keeps_books() -> None:
    """It orders the same in a stay as with a level that is told, since trips take what the calendar says."""
    home = a_home(journey(departs_h=8, kwh=30), journey(departs_h=30, kwh=50))
    told_, untold = a_bench(Emhass, home), a_bench(Emhass, home)
    for bench, level_wh in ((told_, 60_000.0), (untold, None)):
        bench.at(0, level_wh=level_wh)
        bench.at(8, plugged=False, level_wh=None)
    back = {"plugged": True, "since_s": 16 * 3600, "taken_wh": 0.0}
    assert told_.at(16, level_wh=30_000.0, **back) == untold.at(16, **back)
    assert told_.at(20, level_wh=35_000.0, taken_wh=5_000.0) == untold.at(20, taken_wh=5_000.0)
    assert untold.at(26, taken_wh=6_000.0).current_a > 0


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_day_with_a_fault_is_lived(fault: str) -> None:
    """Prices that come late, a car that leaves early or is not read: it goes on with what it knows."""
    home = lively(days=1, car=THREE_PHASES)
    assert 96 == run(Emhass, home, battery=True, conditions=FAULTS[fault]).quarters
