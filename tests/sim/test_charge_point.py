"""A charge point: lag, ramp, phases, pause, limit, faults; exact whatever the steps."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.journeys import Departure, Journey
from tests.sim.builders import NOON

SIX_PAUSED = ChargeSettings(current_a=6.0, paused=True)
HOUR = timedelta(hours=1)


def at_full_power(**said: object) -> ChargePoint:
    """A car that has been charging for a minute, unless said otherwise at 16 A on three phases."""
    point = ChargePoint(start=NOON, **{"car": Car()} | said)  # type: ignore[arg-type]  # any of its keywords
    point.step(60)
    return point


def powers(point: ChargePoint, seconds: int) -> list[int]:
    """What it draws now and after each second."""
    found = [point.power_w]
    for _ in range(seconds):
        point.step(1)
        found.append(point.power_w)
    return found


def test_an_order_shows_after_two_seconds_and_the_car_follows_over_eight() -> None:
    """0 → 16 A: nothing for 2 s, then an eighth a second."""
    point = ChargePoint(start=NOON, car=Car(), settings=SIX_PAUSED)
    point.tell(current_a=16.0, paused=False)
    assert (6.0, 16.0) == (point.settings.current_a, point.told.current_a)
    assert [0, 0, 0, *(1_380 * at for at in range(1, 9)), 11_040] == powers(point, 11)
    assert (16.0, 16.0, True) == (point.settings.current_a, point.offered_a, point.permitted)


def test_a_lower_order_in_the_middle_of_a_ramp_turns_it() -> None:
    """16 → 6 A while the car is still on its way up: no step is higher than the one before it turned."""
    point = ChargePoint(start=NOON, car=Car(), settings=SIX_PAUSED)
    point.tell(current_a=16.0, paused=False)
    point.step(4)
    point.tell(current_a=6.0)
    drawn = powers(point, 12)
    top = drawn.index(max(drawn))
    assert drawn[top:] == sorted(drawn[top:], reverse=True)
    assert 6 * 3 * 230 == drawn[-1]


def test_without_lag_and_ramp_an_order_holds_at_once() -> None:
    """What a bench wants: told, offered and drawn in the same instant, also on other phases."""
    point = ChargePoint(start=NOON, car=Car(), settings=SIX_PAUSED, lag_s=0, ramp_s=0, switch_s=0)
    point.tell(current_a=10.0, paused=False)
    assert (10.0, (10.0, 10.0, 10.0), 6_900) == (point.offered_a, point.phases_a, point.power_w)
    point.tell(phases=1)
    assert ((10.0, 0.0, 0.0), 2_300, 1) == (point.phases_a, point.power_w, point.switches)
    point.tell(paused=True)
    assert (0.0, 0, False) == (point.offered_a, point.power_w, point.is_charging)


def test_other_phases_take_a_pause_open_relays_and_a_wake_up() -> None:
    """Down over 8 s, open for 5 s while the car is woken, up over 8 s on one phase; one interruption."""
    point = at_full_power()
    point.tell(phases=1, current_a=8.0)
    seen = []
    for _ in range(26):
        point.step(1)
        seen.append((point.relays, point.is_waking, point.is_switching))
    assert [(3, False, False), (3, False, True), (0, True, True), (1, False, False)] == list(dict.fromkeys(seen))
    assert (5, 8 * 230, 1, 1) == (
        seen.count((0, True, True)),
        point.power_w,
        point.switches,
        point.interruptions,
    )


def test_phases_are_the_least_of_setting_attachment_supply_and_car() -> None:
    """Each of the four alone decides."""
    for said in ({"settings": ChargeSettings(phases=1)}, {"phases": 1}, {"car": Car(phases=1)}):
        assert (1, 3_680) == (at_full_power(**said).lines, at_full_power(**said).power_w)
    point = at_full_power()
    point.supply_phases = 1
    assert (1, 3_680, 1) == (point.lines, point.power_w, point.cut_under_load)


def test_the_wires_decide_which_phase_of_the_house_carries_it() -> None:
    """Its own L1 on the house's L2; a one-phase car loads that one alone."""
    point = at_full_power(wired="231", car=Car(phases=1))
    assert ((16.0, 0.0, 0.0), (0, 3_680, 0)) == (point.phases_a, point.flow_w)
    assert (0, 0, 3_680) == at_full_power(wired="3", phases=1).flow_w
    assert (3_680, 0, 3_680) == at_full_power(wired="312", car=Car(phases=2)).flow_w
    with pytest.raises(ValueError, match="cannot carry 3 phases"):
        ChargePoint(start=NOON, wired="12")


def test_a_pause_ends_it_and_the_end_of_the_pause_wakes_a_sleeper() -> None:
    """Only the step from pause to go knocks at the car; a lower current does not."""
    car = Car(asleep=True)
    point = ChargePoint(start=NOON, car=car)
    point.tell(current_a=10.0)
    point.step(30)
    assert (True, True, 0) == (car.asleep, point.permitted, point.power_w)
    for paused in (True, False):
        point.tell(paused=paused)
        point.step(30)
    assert (False, 6_900) == (car.asleep, point.power_w)


def test_a_car_falls_asleep_in_a_long_pause() -> None:
    """After an hour without current; then it may charge and does not, until it is woken."""
    point = at_full_power(car=Car(sleeps_after_s=3_600, deaf_to=1))
    point.tell(paused=True)
    point.step(3_600)
    assert point.car
    assert not point.car.asleep
    point.step(60)
    assert point.car.asleep
    point.tell(paused=False)
    point.step(30)
    assert (True, 0) == (point.permitted, point.power_w)
    point.wake_car()
    point.step(30)
    assert 11_040 == point.power_w


def test_a_car_without_patience_sulks_until_it_is_unplugged() -> None:
    """Interrupted three times in one plug-in it takes nothing more."""
    point = at_full_power(car=Car(patience=3))
    for _ in range(3):
        for paused in (True, False):
            point.tell(paused=paused)
            point.step(30)
    assert (3, True, 0) == (point.interruptions, point.permitted, point.power_w)
    point.unplug()
    point.plug_in()
    point.step(30)
    assert (0, 11_040) == (point.interruptions, point.power_w)


def test_a_car_that_ignores_the_pilot_stops_only_when_it_must() -> None:
    """6 A are offered and 16 drawn; a pause still ends it."""
    point = at_full_power(car=Car(ignores_pilot=True))
    point.tell(current_a=6.0)
    point.step(30)
    assert (6.0, 16.0) == (point.offered_a, point.drawn_a)
    point.tell(paused=True)
    point.step(30)
    assert 0 == point.power_w


def test_the_energy_limit_counts_from_the_plug_in() -> None:
    """Reached: it may charge no more; a higher one lets it go on, 0 takes the limit away."""
    point = at_full_power()
    before_wh = point.plugin_wh
    point.tell(limit_wh=1_000)
    point.step(3_600)
    assert (True, False, 0) == (point.is_limited, point.permitted, point.power_w)
    assert 1_000 <= point.plugin_wh < 1_020
    assert 0 < before_wh < 200
    point.tell(limit_wh=0)
    point.step(60)
    assert (False, 11_040) == (point.is_limited, point.power_w)


def test_the_car_ends_the_charge_itself() -> None:
    """At its limit it draws nothing though it may; that is the end and no interruption."""
    point = ChargePoint(start=NOON, car=Car(soc_pct=79, limit_pct=80))
    point.step(3_600)
    assert point.car
    assert (True, True, 0, 0) == (point.permitted, point.ended, point.power_w, point.interruptions)
    assert 80 == pytest.approx(point.car.soc_pct, abs=1e-6)
    point.car.limit_pct = 90
    point.step(30)
    assert (False, 11_040) == (point.ended, point.power_w)


def test_unplugged_and_back_is_a_new_plug_in() -> None:
    """The current stops at once, the total goes on, what belongs to the plug-in begins anew."""
    point = at_full_power()
    total_wh, plugin_wh = point.total_wh, point.plugin_wh
    car = point.unplug()
    assert car
    assert (0, None, False, plugin_wh) == (point.power_w, point.car, point.permitted, point.plugin_wh)
    point.step(60)
    point.plug_in()
    assert (car, 2, 0, total_wh) == (point.car, point.plugins, point.plugin_wh, point.total_wh)
    point.step(60)
    assert point.total_wh > total_wh


def test_a_forgetful_one_loses_pause_and_limit_at_a_plug_in() -> None:
    """As the first generation did; another one keeps them."""
    told = ChargeSettings(current_a=8.0, paused=True, limit_wh=5_000)
    for forgetful, left in ((True, ChargeSettings(current_a=8.0)), (False, told)):
        point = ChargePoint(start=NOON, car=Car(), plugged=False, settings=told, forgetful=forgetful)
        point.plug_in()
        assert left == point.settings


def test_a_fault_stops_it_until_it_is_cleared() -> None:
    """No current from one instant to the next, and a ramp up when it is well again."""
    point = at_full_power()
    point.fail(Fault.RESIDUAL_CURRENT)
    assert (0, False, 1) == (point.power_w, point.permitted, point.interruptions)
    point.fail(None)
    assert 11_040 == powers(point, 8)[-1]


def test_a_reboot_forgets_settings_and_keeps_counters() -> None:
    """Down for 20 s without current; then what it had at first holds again."""
    point = at_full_power(settings=ChargeSettings(current_a=10.0))
    point.tell(current_a=16.0)
    point.step(60)
    total_wh = point.total_wh
    point.tell(current_a=12.0)
    point.reboot(20)
    assert (True, 0) == (point.is_down, point.power_w)
    point.step(19)
    assert point.is_down
    point.step(11)
    assert (False, 10.0, 6_900) == (point.is_down, point.settings.current_a, point.power_w)
    assert point.total_wh >= total_wh


def test_a_car_leaves_and_returns_as_its_journeys_say() -> None:
    """It unplugs itself, drives, and is plugged in again with less; an overlapping journey is left out."""
    journeys = (
        Journey(departs=NOON - HOUR, returns=NOON + HOUR, energy_wh=1),
        Journey(departs=NOON + HOUR, returns=NOON + 5 * HOUR, energy_wh=20_000),
        Journey(departs=NOON + 2 * HOUR, returns=NOON + 3 * HOUR, energy_wh=70_000),
        Journey(departs=NOON + 6 * HOUR, returns=NOON + 7 * HOUR, energy_wh=1_000),
    )
    car = Car(soc_pct=50)
    point = ChargePoint(start=NOON, car=car, settings=SIX_PAUSED, journeys=journeys)
    point.step(2 * 3_600)
    assert (None, journeys[1], [Departure(NOON + HOUR, 50.0)]) == (point.car, point.journey, car.departures)
    point.step(4 * 3_600 - 1)
    assert (car, None, 2) == (point.car, point.journey, point.plugins)
    assert pytest.approx(50 - 20_000 / 770) == car.soc_pct
    point.step(3_600)
    assert journeys[3] == point.journey


def test_a_smaller_attachment_holds_at_once() -> None:
    """A domestic plug of 10 A and one phase, put on while it runs."""
    point = at_full_power()
    point.attach(phases=1, most_a=10.0)
    point.step(60)
    assert (10.0, 2_300) == (point.offered_a, point.power_w)


def test_time_does_not_turn_back() -> None:
    """A negative step is refused."""
    with pytest.raises(ValueError, match="turn time back"):
        ChargePoint(start=NOON).step(-1)


ORDERS = st.one_of(
    st.fixed_dictionaries({"current_a": st.sampled_from([6.0, 7.5, 10.0, 13.0, 16.0])}),
    st.fixed_dictionaries({"paused": st.booleans()}),
    st.fixed_dictionaries({"phases": st.sampled_from([1, 2, 3])}),
    st.fixed_dictionaries({"limit_wh": st.sampled_from([0, 500, 5_000])}),
)
STORIES = st.lists(st.tuples(ORDERS, st.integers(1, 900)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(story=STORIES, soc_pct=st.floats(0, 100))
def test_laws_of_a_charge(story: list[tuple[dict[str, float], int]], soc_pct: float) -> None:
    """Energy is conserved, the total only grows, nothing flows above what was lately offered or without a permit."""
    car = Car(soc_pct=soc_pct)
    point = ChargePoint(start=NOON, car=car, total_wh=0)
    flowed_ws, offers, totals = 0, [16.0] * 11, [0]
    for order, seconds in story:
        point.tell(**order)  # type: ignore[arg-type]  # one of its keywords
        for _ in range(seconds):
            flowed_ws += point.power_w
            point.step(1)
            offers.append(point.offered_a)
            totals.append(point.total_wh)
            assert point.drawn_a <= max(offers[-11:]) + 1e-9
            assert len([current_a for current_a in point.phases_a if current_a]) <= point.relays
    assert all(before <= after for before, after in pairwise(totals))
    changes = 2 + len(story)  # in the middle of a second, each worth at most 3 Wh
    assert abs(flowed_ws / 3_600 - car.drawn_wh) < 4 * changes
    assert pytest.approx(car.drawn_wh) == point.plugin_wh
    assert pytest.approx(soc_pct + car.gained_wh / 770, abs=1e-6) == car.soc_pct


@settings(max_examples=60, deadline=None)
@given(story=STORIES, cuts=st.lists(st.integers(1, 97), min_size=1, max_size=5))
def test_it_is_the_same_whatever_the_steps(story: list[tuple[dict[str, float], int]], cuts: list[int]) -> None:
    """Long steps and short ones end in the same energy, current and battery, to the last watt-microsecond."""
    walked, jumped = (
        ChargePoint(start=NOON, car=Car(soc_pct=88, sleeps_after_s=600, patience=4, limit_pct=95)) for _ in range(2)
    )
    for order, seconds in story:
        walked.tell(**order)  # type: ignore[arg-type]  # one of its keywords
        jumped.tell(**order)  # type: ignore[arg-type]  # one of its keywords
        jumped.step(seconds)
        left, at = seconds, 0
        while left:
            step_s = min(left, cuts[at % len(cuts)])
            walked.step(step_s)
            left, at = left - step_s, at + 1
        assert walked.at == jumped.at
        assert walked.plugin_wh == jumped.plugin_wh
        assert walked.drawn_a == jumped.drawn_a
        assert walked.flow_w == jumped.flow_w
        assert (walked.car and walked.car.soc_pct) == (jumped.car and jumped.car.soc_pct)
