"""The spread rule, rule by rule."""

from lib.sim.rivals.cable import IDLE
from lib.sim.rivals.spread import Spread
from lib.sim.year.home import CarSpec
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import ONE_PHASE, THREE_PHASES, a_bench, a_home, journey, looks_ahead, run


def first(*, departs_h: float, missing_wh: float, car: CarSpec = ONE_PHASE) -> Orders:
    """What is ordered when a car comes home at midnight."""
    return a_bench(Spread, a_home(journey(departs_h=departs_h), car=car)).at(0, level_wh=60_000 - missing_wh)


def test_what_is_missing_is_spread_over_the_stay() -> None:
    """20 kWh in 8 hours are 2.5 kW, 11 A rounded up."""
    assert Orders(11.0, 1) == first(departs_h=8, missing_wh=20_000.0)


def test_a_long_stay_counts_fourteen_hours() -> None:
    """28 kWh in two days are 2 kW, 9 A."""
    assert Orders(9.0, 1) == first(departs_h=48, missing_wh=28_000.0)


def test_it_takes_the_least_current_at_least_and_the_full_one_at_most() -> None:
    """A little goes with 6 A, too much with all there is."""
    assert (6.0, 32.0) == (
        first(departs_h=8, missing_wh=100.0).current_a,
        first(departs_h=2, missing_wh=60_000.0).current_a,
    )


def test_three_phases_are_used_where_one_is_too_little() -> None:
    """3 kW go on one phase, 4 kW on three with their least current."""
    assert (Orders(14.0, 1), Orders(6.0, 3)) == (
        first(departs_h=10, missing_wh=30_000.0, car=THREE_PHASES),
        first(departs_h=10, missing_wh=40_000.0, car=THREE_PHASES),
    )


def test_the_current_stays_until_the_car_is_full() -> None:
    """What is laid out when it comes home is not changed."""
    bench = a_bench(Spread, a_home(journey(departs_h=8)))
    orders = [bench.at(0, level_wh=40_000.0), bench.at(4, level_wh=59_000.0), bench.at(7, level_wh=60_000.0)]
    assert [Orders(11.0, 1), Orders(11.0, 1), IDLE] == orders


def test_the_car_is_full_for_each_trip() -> None:
    """Rounded up, it is in time."""
    home = a_home(journey(departs_h=8, kwh=20), journey(departs_h=32, kwh=20))
    assert [60_000, 60_000] == [round(departure.level_wh) for departure in run(Spread, home).departures]


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert not looks_ahead(Spread)
