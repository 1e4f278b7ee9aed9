"""J8, rule by rule."""

import pytest

from lib.sim.rivals.cable import held
from lib.sim.rivals.j8 import J8
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, Bench, a_bench, a_home, journey, looks_ahead

MINUTE = 1 / 60


def bench(*, battery: bool = False, step_s: int = 60) -> Bench:
    """A house of 400 W with a car that has time."""
    return a_bench(J8, a_home(journey(departs_h=60)), battery=battery, step_s=step_s)


def minutes(j8: Bench, first: int, until: int, **shows: float) -> list[float]:
    """The currents minute by minute."""
    return [j8.at(minute * MINUTE, **shows).current_a for minute in range(first, until)]


def test_the_flat_current_is_what_the_target_leaves() -> None:
    """2350 W less 400 W are 8 A; it begins at the least current and rises by two amperes."""
    assert [6.0, 8.0, 8.0] == minutes(bench(), 0, 3)


def test_it_rises_by_two_amperes_a_minute() -> None:
    """Sun of 2 kW more are 17 A; the plant is asked each half minute here."""
    j8 = bench(step_s=30)
    found = [j8.at(second / 3600, sun_w=2_000.0).current_a for second in range(0, 360, 30)]
    assert [6.0, 6.0, 8.0, 8.0, 10.0, 10.0, 12.0, 12.0, 14.0, 14.0, 16.0, 16.0] == found


def test_it_rises_only_when_the_lowest_of_90_seconds_agrees() -> None:
    """A minute of cloud keeps it down for one more."""
    j8 = bench()
    assert [6.0, 8.0] == minutes(j8, 0, 2)
    assert [6.0] == minutes(j8, 2, 3, load_w=950.0)
    assert [6.0, 8.0] == minutes(j8, 3, 5, load_w=400.0)


def test_it_falls_at_once() -> None:
    """As far as it must, and below the least current to nothing."""
    j8 = bench()
    minutes(j8, 0, 3)
    assert [0.0] == minutes(j8, 3, 4, load_w=1_100.0)


def test_what_is_left_over_is_not_caught_up() -> None:
    """A quarter in which nothing was used yet is charged no faster towards its end."""
    j8 = bench()
    assert 8.0 == max(minutes(j8, 0, 15, used_wh=0.0))


def test_the_ceiling_falls_within_a_quarter_and_is_lifted_after_it() -> None:
    """400 Wh in five minutes leave 1.1 kW; that nothing is used afterwards lifts nothing."""
    j8 = bench()
    minutes(j8, 0, 5)
    assert [0.0] * 10 == minutes(j8, 5, 15, used_wh=430.0)
    assert [0.0, 6.0, 8.0] == minutes(j8, 15, 18, used_wh=0.0)


def test_the_ceiling_is_lifted_three_seconds_after_the_quarter() -> None:
    """At steps of a second it still holds in the first three."""
    j8 = bench(step_s=1)
    j8.at(0)
    j8.at(890 / 3600, used_wh=587.0, load_w=0.0)
    found = [j8.at(second / 3600, used_wh=0.0).current_a for second in range(900, 1100, 1)]
    assert 3 + 90 == found.index(6.0)


def test_nothing_rises_in_the_last_four_minutes() -> None:
    """Neither from a pause."""
    j8 = bench()
    assert [0.0] * 11 == minutes(j8, 0, 11, load_w=1_100.0)
    assert [0.0] * 4 == minutes(j8, 11, 15, load_w=400.0)
    assert [6.0] == minutes(j8, 15, 16)


def test_far_above_the_target_six_amperes_are_the_most() -> None:
    """800 W over it for ten seconds; sun that hides the house does not count."""
    j8 = bench()
    minutes(j8, 0, 5)
    assert [6.0] == [j8.at(5 * MINUTE, grid_w=3_200.0, car_w=2_800.0).current_a]


def test_the_target_follows_the_month() -> None:
    """4400 W less 150 W less the house are 16 A."""
    j8 = bench()
    assert 16.0 == [j8.at(0.25 * quarter, peak_w=4_400.0).current_a for quarter in range(7)][-1]


def test_a_deadline_comes_before_the_target() -> None:
    """30 kWh for the trip and 12 kWh to be left: 12 kWh in four hours, with 15 % more, are 3450 W and 15 A."""
    j8 = a_bench(J8, a_home(journey(departs_h=4, kwh=30)))
    assert Orders(15.0, 1) == j8.at(0)


def test_a_deadline_below_the_least_current_waits() -> None:
    """A house at its target leaves nothing."""
    j8 = a_bench(J8, a_home(journey(departs_h=12, kwh=30)))
    assert Orders(0.0, 1) == j8.at(0, load_w=2_350.0)


def test_what_the_trip_does_not_take_is_no_deadline() -> None:
    """A car half full for a trip of 10 kWh."""
    j8 = a_bench(J8, a_home(journey(departs_h=1)))
    assert Orders(0.0, 1) == j8.at(0, load_w=2_350.0)


def test_a_deadline_may_take_three_phases() -> None:
    """12 kWh in 2.25 hours with 15 % more are 6133 W: 9 A, however much the sun leaves for one phase."""
    j8 = a_bench(J8, a_home(journey(departs_h=2.25, kwh=30), car=THREE_PHASES))
    assert Orders(9.0, 3) == j8.at(0)
    late = [j8.at(minute * MINUTE, sun_w=4_000.0, level_wh=31_000.0) for minute in range(1, 9)]
    assert {Orders(9.0, 3)} == set(late)


@pytest.mark.parametrize(("stored_wh", "amps"), [(5_000.0, 12.0), (1_075.0, 9.0), (1_000.0, 8.0)])
def test_the_battery_helps_with_what_it_can_give_to_the_end_of_the_quarter(stored_wh: float, amps: float) -> None:
    """At most 1 kW; 10 % are kept: 75 Wh are 300 W for a whole quarter."""
    j8 = bench(battery=True)
    assert amps == [j8.at(0.25 * quarter, stored_wh=stored_wh).current_a for quarter in range(5)][-1]


def test_the_last_part_of_the_battery_is_not_for_the_car() -> None:
    """It takes what the sun leaves; else it is in its own mode."""
    kept, own = (bench(battery=True).at(0, stored_wh=stored_wh) for stored_wh in (1_000.0, 1_100.0))
    assert (held(kept.current_a, 1), None) == (kept, own.store_w)


def test_without_a_car_the_battery_is_left_alone() -> None:
    """In its own mode."""
    assert Orders() == bench(battery=True).at(0, plugged=False)


def test_what_is_to_come_changes_nothing() -> None:
    """Not before it is there."""
    assert not looks_ahead(J8, car=THREE_PHASES)
