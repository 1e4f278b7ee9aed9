"""The README's rules, in their order."""

import pytest

from lib.sim.rivals.cable import held
from lib.sim.rivals.readme import GIVES, Readme
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, a_bench, a_home, journey, lively, looks_ahead, run

LATER = journey(departs_h=60)
NIGHT_H, DAY_H = 1, 12
FULL, NONE = Orders(32.0, 1), Orders(0.0, 1)


def test_a_nearly_empty_car_charges_at_once() -> None:
    """Below 20 %, by day, whatever the peak."""
    bench = a_bench(Readme, a_home(LATER))
    assert [FULL, NONE] == [bench.at(DAY_H, level_wh=level_wh) for level_wh in (11_999.0, 12_000.0)]


def test_a_level_that_nobody_tells_is_not_empty() -> None:
    """The first rule needs a level."""
    assert NONE == a_bench(Readme, a_home(LATER)).at(DAY_H, level_wh=None)


def test_a_trip_overrides_rate_and_peak() -> None:
    """7.36 kWh before 18:00 begin at 17:00, less a step."""
    bench = a_bench(Readme, a_home(journey(departs_h=18)))
    bench.at(9, level_wh=60_000 - 7_360.0)
    assert [NONE, FULL, FULL] == [bench.at(hour, load_w=4_000.0) for hour in (16.9, 17, 17.5)]


def test_by_day_only_the_surplus_is_charged() -> None:
    """House first: 3 kW less 400 W are 11 A; below 6 A nothing."""
    bench = a_bench(Readme, a_home(LATER, sun_w=1.0))
    assert [Orders(11.0, 1), NONE] == [bench.at(DAY_H, sun_w=sun_w) for sun_w in (3_000.0, 1_700.0)]


def test_at_night_it_charges_up_to_the_months_peak() -> None:
    """2.5 kW at least count as paid; below 6 A nothing."""
    bench = a_bench(Readme, a_home(LATER))
    assert Orders(9.0, 1) == bench.at(NIGHT_H)
    assert Orders(20.0, 1) == bench.at(NIGHT_H, peak_w=5_000.0)
    assert NONE == bench.at(NIGHT_H, peak_w=0.0, load_w=1_200.0)


def test_three_phases_at_night_where_they_fit() -> None:
    """Else one."""
    bench = a_bench(Readme, a_home(LATER, car=THREE_PHASES))
    assert [Orders(9.0, 1), Orders(6.0, 3)] == [bench.at(NIGHT_H, peak_w=peak_w) for peak_w in (2_500.0, 4_600.0)]


@pytest.mark.parametrize(
    ("hour", "shows", "orders"),
    [
        pytest.param(DAY_H, {}, NONE, id="by day it covers the house and stores surplus"),
        pytest.param(DAY_H, {"sun_w": 3_000.0}, held(11.0, 1), id="what the car leaves over is stored"),
        pytest.param(DAY_H, {"load_w": 4_000.0}, Orders(0.0, 1, GIVES, 2_500.0), id="it takes the peak off"),
        pytest.param(NIGHT_H, {}, Orders(9.0, 1, GIVES, 2_070.0, 2_500.0), id="it covers the house, not the car"),
        pytest.param(DAY_H, {"level_wh": 9_000.0}, FULL, id="it helps an empty car"),
    ],
)
def test_the_battery_of_a_home_with_a_roof(hour: float, shows: dict[str, float], orders: Orders) -> None:
    """Half full, the car too."""
    bench = a_bench(Readme, a_home(LATER, sun_w=1.0), battery=True)
    assert orders == bench.at(hour, **shows)


def test_without_a_roof_the_battery_is_filled_at_night() -> None:
    """Under the peak, after the car; by day it gives."""
    bench = a_bench(Readme, a_home(LATER), battery=True)
    assert Orders(9.0, 1, 1_200.0, shave_w=2_500.0) == bench.at(NIGHT_H)
    assert Orders(0.0, 1, 1_200.0, shave_w=2_500.0) == bench.at(NIGHT_H, level_wh=60_000.0)
    assert NONE == bench.at(DAY_H)


def test_trips_are_met() -> None:
    """With the plant, in sun and at night."""
    levels_wh = [departure.level_wh for departure in run(Readme, lively(), battery=True).departures]
    assert [60_000.0] * 4 == pytest.approx(levels_wh, rel=0.005)


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(Readme, battery=battery) for battery in (False, True)]
