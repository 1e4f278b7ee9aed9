"""JL, rule by rule."""

import pytest

from lib.sim.rivals.jl import JL
from tests.sim.rivals.seen import THREE_PHASES, Bench, a_bench, a_home, looks_ahead

MINUTE = 1 / 60


def bench(*, battery: bool = False, step_s: int = 60) -> Bench:
    """A house of 400 W with a car."""
    return a_bench(JL, a_home(), battery=battery, step_s=step_s)


@pytest.mark.parametrize(("peak_w", "amps"), [(0.0, 7.0), (4_400.0, 14.0)])
def test_the_car_gets_85_per_cent_of_what_is_left(peak_w: float, amps: float) -> None:
    """Of the month's peak, at least 2.5 kW, less the house."""
    assert amps == bench().at(0, peak_w=peak_w).current_a


def test_what_a_quarter_has_left_over_is_caught_up_towards_its_end() -> None:
    """In the last minute of an unused quarter 37.5 kW are left: the charger's most."""
    assert 32.0 == bench().at(14 * MINUTE).current_a


def test_a_large_drop_comes_at_once() -> None:
    """From 7 A, three amperes and more: off."""
    jl = bench()
    jl.at(0)
    assert 0.0 == jl.at(MINUTE, load_w=1_300.0, car_w=1_610.0).current_a


def test_a_small_drop_comes_after_a_minute() -> None:
    """From 9 A to 7 A, when it lasts."""
    jl = bench(step_s=10)
    jl.at(0, load_w=0.0)
    found = [
        jl.at(second / 3600, load_w=400.0, car_w=2_070.0, used_wh=2_500 / 3600 * second).current_a
        for second in range(10, 90, 10)
    ]
    assert [9.0] * 6 + [7.0] * 2 == found


def test_what_is_no_breach_drops_nothing() -> None:
    """Up to 85 % of the limit, and in the last minute."""
    jl = bench()
    jl.at(0, load_w=0.0)
    assert 9.0 == jl.at(0.1, used_wh=600.0, grid_w=2_120.0, car_w=2_070.0).current_a
    assert 9.0 == jl.at(14 * MINUTE, used_wh=700.0, grid_w=4_000.0).current_a
    assert 0.0 == jl.at(15 * MINUTE, used_wh=0.0, load_w=1_500.0).current_a


@pytest.mark.parametrize(("stored_wh", "amps"), [(2_400.0, 0.0), (2_500.0, 14.0)])
def test_what_the_battery_charges_is_shared_from_a_quarter_on(stored_wh: float, amps: float) -> None:
    """Sun of 2 kW that all goes into it; below 25 % it keeps that."""
    jl = bench(battery=True)
    assert amps == jl.at(0, load_w=600.0, sun_w=2_000.0, store_w=3_000.0, stored_wh=stored_wh).current_a


def test_a_car_that_is_away_gets_nothing() -> None:
    """And begins anew."""
    jl = bench()
    assert [7.0, 0.0, 7.0] == [
        jl.at(hour, plugged=plugged).current_a for hour, plugged in ((0, True), (1, False), (2, True))
    ]


def test_what_is_to_come_changes_nothing() -> None:
    """Not before it is there."""
    assert not looks_ahead(JL, car=THREE_PHASES)
