"""evcc's rule of the sun: its timers, and its phases."""

import pytest

from lib.core.charger import LEAST_A
from lib.sim.rivals.evcc_pv import Phases, SunRule


def told(rule: SunRule, second: float, spare_w: float, *, on: bool, keeps: bool = False, gain_w: float = 0.0) -> float:
    """What the rule says of a car on one phase that runs at the least current, or is off."""
    site_w = 1_380.0 - spare_w if on else -spare_w
    return rule.current_a(second, spare_w=spare_w, site_w=site_w, phases=1, on=on, keeps=keeps, gain_w=gain_w)


def test_it_begins_after_a_minute_of_sun_at_six_amperes() -> None:
    """Then it follows what is spare."""
    rule = SunRule()
    assert [0.0, 0.0, LEAST_A] == [told(rule, second, 2_000, on=False) for second in (0, 30, 60)]
    assert pytest.approx(2_000 / 230) == told(rule, 90, 2_000, on=True)


def test_a_cloud_in_that_minute_begins_it_anew() -> None:
    """The sun must last."""
    rule = SunRule()
    suns = {0: 2_000, 30: 0, 60: 2_000, 90: 2_000, 120: 2_000}
    found = [told(rule, second, spare_w, on=False) for second, spare_w in suns.items()]
    assert [0.0, 0.0, 0.0, 0.0, LEAST_A] == found


def test_it_ends_after_three_minutes_without_enough() -> None:
    """Until then it keeps to six amperes."""
    rule = SunRule()
    found = [told(rule, second, 500, on=True) for second in (0, 60, 120, 150, 180)]
    assert [LEAST_A] * 4 + [0.0] == found


def test_a_ray_in_those_three_minutes_begins_them_anew() -> None:
    """Only what lasts ends it."""
    rule = SunRule()
    suns = {0: 500, 120: 3_000, 180: 500, 300: 500, 350: 500}
    assert 0.0 not in [told(rule, second, spare_w, on=True) for second, spare_w in suns.items()]


def test_after_full_power_it_ends_at_once() -> None:
    """The sun's delay is for clouds, not for the end of a plan."""
    rule = SunRule()
    rule.elapse()
    assert 0.0 == told(rule, 0, 500, on=True)


def test_what_is_to_be_kept_on_never_goes_below_six_amperes() -> None:
    """Min+pv, or a battery that is full enough; what is spare above it is taken."""
    rule = SunRule()
    assert [LEAST_A, LEAST_A] == [told(rule, 0, 0, on=on, keeps=True) for on in (False, True)]
    assert pytest.approx(10.0) == told(rule, 30, 2_300, on=True, keeps=True)


def test_a_switch_to_one_phase_that_will_mend_it_keeps_it_on() -> None:
    """What one phase will save counts as if it were there."""
    rule = SunRule()
    assert LEAST_A == [told(rule, second, 500, on=True, gain_w=2_760) for second in (0, 180, 360)][-1]


def decided(phases: Phases, second: float, spare_w: float, *, charging: bool = True, room_w: float = 11_000.0) -> int:
    """On how many phases it goes on, while power is drawn."""
    return phases.decide(second, spare_w=spare_w, room_w=room_w, wants_less=True, charging=charging)


def test_three_phases_become_one_after_three_minutes() -> None:
    """Below 4140 W, and while power is drawn or the car is off."""
    phases = Phases(3, 16)
    assert [3, 3, 3, 1] == [decided(phases, second, 4_000) for second in (0, 60, 120, 180)]


def test_three_phases_stay_while_enough_is_spare() -> None:
    """4140 W are six amperes on each."""
    phases = Phases(3, 16)
    assert [3, 3] == [decided(phases, second, 4_140) for second in (0, 180)]
    assert 0.0 == phases.gain_w


def test_a_switch_that_is_waited_for_says_what_it_saves() -> None:
    """Two phases at six amperes."""
    phases = Phases(3, 16)
    decided(phases, 0, 4_000)
    assert 2_760.0 == phases.gain_w


def test_a_car_that_rests_is_switched_to_one_phase_at_once() -> None:
    """Nothing flows that would have to be calmed."""
    assert 1 == decided(Phases(3, 16), 0, 2_000, charging=False)


def test_one_phase_becomes_three_after_a_minute_and_has_settled_by_then() -> None:
    """Above what one phase carries and what three need; for a minute after a switch nothing is switched."""
    phases = Phases(3, 16)
    decided(phases, 0, 2_000, charging=False)
    found = [decided(phases, second, 5_000) for second in (30, 60, 90, 120)]
    assert [1, 1, 1, 3] == found


def test_a_circuit_without_room_switches_to_one_phase() -> None:
    """Whatever is spare."""
    phases = Phases(3, 16)
    assert [3, 1] == [decided(phases, second, 9_000, room_w=3_000) for second in (0, 180)]
    assert [1, 1] == [decided(phases, second, 9_000, room_w=3_000) for second in (300, 400)]


def test_a_car_on_one_phase_is_left_there() -> None:
    """There is nothing to switch."""
    phases = Phases(1, 32)
    assert [1, 1] == [decided(phases, second, 9_000) for second in (0, 600)]
