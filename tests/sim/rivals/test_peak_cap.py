"""The peak cap with and without battery, rule by rule."""

import pytest

from lib.sim.rivals.cable import IDLE
from lib.sim.rivals.peak_cap import PeakCap
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, a_bench, a_home, journey, lively, looks_ahead, run

LATER = journey(departs_h=48)


def test_the_car_takes_what_fits_under_the_floor_of_the_tariff() -> None:
    """2.5 kW less 400 W are 9 A."""
    assert Orders(9.0, 1) == a_bench(PeakCap, a_home(LATER)).at(0)


def test_the_cap_is_the_months_peak_where_that_is_higher() -> None:
    """5 kW less 400 W are 20 A; what the roof makes comes besides."""
    bench = a_bench(PeakCap, a_home(LATER))
    assert Orders(20.0, 1) == bench.at(0, peak_w=5_000.0)
    assert Orders(28.0, 1) == bench.at(1, sun_w=2_000.0)


def test_it_pauses_where_the_least_current_does_not_fit() -> None:
    """A house of 1.2 kW leaves 1.3 kW."""
    assert IDLE == a_bench(PeakCap, a_home(LATER)).at(0, load_w=1_200.0)


def test_three_phases_where_they_fit_and_one_where_not() -> None:
    """4.1 kW are 16 A on one phase, 4.2 kW 6 A on three."""
    bench = a_bench(PeakCap, a_home(LATER, car=THREE_PHASES))
    orders = [bench.at(0, peak_w=4_500.0), bench.at(1, peak_w=4_600.0)]
    assert [Orders(16.0, 1), Orders(6.0, 3)] == orders


def test_a_deadline_is_kept_above_the_cap() -> None:
    """30 kWh in 6 hours are 5 kW, 22 A."""
    assert Orders(22.0, 1) == a_bench(PeakCap, a_home(journey(departs_h=6))).at(0, load_w=3_000.0)


def test_below_the_least_current_a_deadline_waits() -> None:
    """1.38 kWh need an hour at 6 A, and get it at last."""
    bench = a_bench(PeakCap, a_home(journey(departs_h=6)))
    bench.at(0, load_w=3_000.0, level_wh=60_000 - 1_380.0)
    assert [0.0, 6.0] == [bench.at(hour).current_a for hour in (4.9, 5)]


def test_too_much_in_a_quarter_is_made_up_for_in_its_rest() -> None:
    """400 Wh in 6 minutes leave 225 Wh, 1.5 kW, for the last nine: the car pauses; 300 Wh leave 2.17 kW, 7 A."""
    bench = a_bench(PeakCap, a_home(LATER))
    assert [0.0, 7.0] == [bench.at(0.1, used_wh=used_wh).current_a for used_wh in (400.0, 300.0)]


def test_too_little_in_a_quarter_is_not_caught_up() -> None:
    """Flat is enough."""
    assert Orders(9.0, 1) == a_bench(PeakCap, a_home(LATER)).at(0.2, used_wh=10.0)


FULL = {"level_wh": 60_000.0}


@pytest.mark.parametrize(
    ("shows", "orders"),
    [
        pytest.param({"stored_wh": 5_000.0}, Orders(30.0, 1), id="above 4 kWh it covers all, and gives the car 5 kW"),
        pytest.param({"stored_wh": 4_000.0, "sun_w": 900.0} | FULL, Orders(), id="sun is stored"),
        pytest.param({"stored_wh": 4_000.0} | FULL, Orders(0.0, 1, 0.0, None, 2_500.0), id="what is kept only shaves"),
        pytest.param(
            {"stored_wh": 3_981.0} | FULL, Orders(0.0, 1, 1_200.0, None, 2_500.0), id="it is refilled to 4 kWh"
        ),
        pytest.param({"stored_wh": 3_981.0}, Orders(9.0, 1, 1_200.0, None, 2_500.0), id="under the cap, after the car"),
        pytest.param(
            {"stored_wh": 3_981.0, "peak_w": 3e3} | FULL, Orders(0.0, 1, 1_200.0, None, 3e3), id="that is paid"
        ),
    ],
)
def test_the_battery(shows: dict[str, float], orders: Orders) -> None:
    """Four of its ten kWh are kept for peaks."""
    found = a_bench(PeakCap, a_home(LATER), battery=True).at(0, **shows)
    assert orders == found._replace(store_w=None if found.store_w is None else round(found.store_w, 6))


@pytest.mark.parametrize("battery", [False, True])
def test_a_steady_house_passes_no_cap_but_for_a_deadline(battery: bool) -> None:
    """With the plant: 30 kWh in a long stay draw 2.5 kW at most."""
    home = a_home(journey(departs_h=8, hours=10, kwh=30), days=3)
    course = run(PeakCap, home, battery=battery)
    assert 30_000 == pytest.approx(sum(course["car_wh"]), rel=0.001)
    assert 4 * max(course["import_wh"]) < 2_650


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(PeakCap, battery=battery) for battery in (False, True)]


def test_trips_are_met_on_days_with_sun() -> None:
    """Whatever the cap, each departure finds a full car."""
    levels_wh = [departure.level_wh for departure in run(PeakCap, lively(), battery=True).departures]
    assert [60_000.0] * 4 == pytest.approx(levels_wh, rel=0.002)
