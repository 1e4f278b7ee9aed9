"""A home battery: setpoints, its own mode, watchdog, limits; exact whatever the steps."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.battery import HomeBattery, OwnMode
from tests.sim.builders import NOON

HALF_WAY = 0.9**0.5  # what is left of a kWh on each way


def a_battery(**said: object) -> HomeBattery:
    """Half full, 10 kWh, 5 kW both ways, unless said otherwise."""
    return HomeBattery(**{"start": NOON, "name": "cellar"} | said)  # type: ignore[arg-type]  # any of its keywords


def test_a_setpoint_holds_at_once_and_is_clamped() -> None:
    """+ goes into it; what it takes of a setpoint is what it answers."""
    battery = a_battery(charge_w=3_000, discharge_w=2_000)
    assert (1_500.0, 1_500) == (battery.told(1_500), battery.power_w)
    assert (3_000.0, 3_000) == (battery.told(9_000), battery.power_w)
    assert (-2_000.0, -2_000) == (battery.told(-9_000), battery.power_w)
    assert (0.0, 0) == (battery.told(None), battery.power_w)


def test_half_of_the_loss_falls_on_each_way() -> None:
    """An hour in and an hour out: what comes out is the efficiency times what went in."""
    battery = a_battery(soc_pct=0, efficiency=0.81)
    battery.told(1_000)
    battery.step(3_600)
    assert pytest.approx([1_000, 9.0]) == [battery.charged_wh, battery.soc_pct]
    battery.told(-1_000)
    battery.step(3_600)
    assert pytest.approx([810, 0, 0], abs=0.01) == [battery.discharged_wh, battery.soc_pct, battery.power_w]


def test_full_it_takes_nothing_and_empty_it_gives_nothing() -> None:
    """To the microsecond; the other way it goes on."""
    battery = a_battery(soc_pct=99)
    battery.told(5_000)
    battery.step(3_600)
    assert (100.0, 0, 0, 5_000) == (battery.soc_pct, battery.power_w, battery.takes_w, battery.gives_w)
    assert 100 / HALF_WAY == pytest.approx(battery.charged_wh, abs=1e-4)
    battery.told(-5_000)
    battery.step(3 * 3_600)
    assert (0.0, 0, 5_000, 0) == (battery.soc_pct, battery.power_w, battery.takes_w, battery.gives_w)
    assert 10_000 * HALF_WAY == pytest.approx(battery.discharged_wh, abs=0.01)


def test_its_own_mode_keeps_the_meter_near_zero_both_ways() -> None:
    """As far as it can; the meter's power has its own in it."""
    battery = a_battery()
    for rest_w, does_w in ((800, -800), (-3_000, 3_000), (9_000, -5_000), (0, 0)):
        battery.look(rest_w + battery.power_w)
        assert does_w == battery.power_w
        battery.look(rest_w + battery.power_w)
        assert does_w == battery.power_w
    battery.look(600)
    battery.own = OwnMode.IDLE
    assert 0 == battery.power_w


def test_it_can_be_told_what_flows_through_the_meter() -> None:
    """It keeps that by itself when the house draws more, until it is told anew or let go."""
    battery = a_battery(own=OwnMode.IDLE)
    battery.look(1_000)
    assert (-800.0, True) == (battery.told_grid(200), battery.is_told)
    battery.look(3_000 + battery.power_w)
    assert -2_800 == battery.power_w
    battery.told_grid(None)
    assert (0, False) == (battery.power_w, battery.is_told)


def test_its_watchdog_hands_it_back_to_its_own_mode() -> None:
    """So long after the last word; the same word again keeps it."""
    battery = a_battery(watchdog_s=60)
    battery.look(700)
    battery.told(2_000)
    battery.step(59)
    battery.told(2_000)
    battery.step(59.9)
    assert (2_000, 0) == (battery.power_w, battery.expired)
    battery.step(0.2)
    assert (-700, 1, False) == (battery.power_w, battery.expired, battery.is_told)


def test_a_watchdog_may_start_anew_by_a_word_of_its_own() -> None:
    """Other setpoints leave the one that runs, then."""
    battery = a_battery(watchdog_s=60)
    battery.told(2_000)
    battery.step(30)
    battery.told(1_000, anew=False)
    battery.step(30)
    assert (0, 1) == (battery.power_w, battery.expired)
    battery.told(1_000, anew=False)
    battery.step(50)
    battery.refresh()
    battery.step(50)
    assert (1_000, 1) == (battery.power_w, battery.expired)


def test_without_a_watchdog_the_last_word_holds_for_ever() -> None:
    """That is why it must be handed back."""
    battery = a_battery(capacity_wh=100_000)
    battery.told(-100)
    battery.step(24 * 3_600)
    assert -100 == battery.power_w


def test_a_slow_battery_goes_there_in_steps() -> None:
    """Two seconds from nothing to all it can, a fifth of a second each; and back the same way."""
    battery = a_battery(ramp_s=2)
    battery.told(5_000)
    seen = []
    for _ in range(12):
        seen.append(battery.power_w)
        battery.step(0.2)
    assert [500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000, 5_000, 5_000] == seen
    battery.told(-5_000)
    battery.step(1.8)
    assert 0 == battery.power_w
    battery.step(2)
    assert -5_000 == battery.power_w


def test_nearly_full_or_cold_it_takes_less() -> None:
    """By whole per cents, down to a tenth; cold it also gives less."""
    battery = a_battery(taper_pct=90, soc_pct=89.5)
    battery.told(5_000)
    battery.step(3 * 3_600)
    assert (100.0, 0) == (battery.soc_pct, battery.power_w)
    seen = {}
    for pct in (50, 90, 95, 99):
        battery.set_soc(pct)
        seen[pct] = battery.takes_w
    assert {50: 5_000, 90: 5_000, 95: 2_750, 99: 950} == seen
    battery.warmth = 0.2
    assert (190, 1_000) == (battery.takes_w, battery.gives_w)
    assert 190 == battery.power_w


def test_three_phases_share_it_and_one_carries_it_alone() -> None:
    """To the watt; the wires decide which of the meter's phases that is."""
    battery = a_battery(phases=3, wired="231", charge_w=10_000)
    battery.told(-1_000)
    assert ((-334, -332, -334), -1_000) == (battery.flow_w, sum(battery.flow_w))
    single = a_battery(wired="2")
    single.told(1_000)
    assert (0, 1_000, 0) == single.flow_w
    for said in (
        {"phases": 3, "wired": "1"},
        {"phases": 2, "wired": "12"},
        {"wired": "4"},
        {"phases": 3, "wired": "112"},
    ):
        with pytest.raises(ValueError, match="none of a battery"):
            a_battery(**said)


def test_what_no_battery_can_be_is_refused() -> None:
    """With a word about it."""
    for said in ({"efficiency": 0.0}, {"efficiency": 1.1}, {"capacity_wh": 0}, {"watchdog_s": 0}):
        with pytest.raises(ValueError, match="cellar: efficiency"):
            a_battery(**said)
    with pytest.raises(ValueError, match="take 0 to 100"):
        a_battery(soc_pct=101)
    with pytest.raises(ValueError, match="turn time back"):
        a_battery().step(-1)


def test_a_world_hears_of_each_change_and_moves_it() -> None:
    """What changes nothing is not heard of."""
    battery, heard = a_battery(), []
    battery.heard_by(lambda: heard.append(battery.power_w))
    battery.told(1_000)
    battery.told(1_000)
    battery.look(1_000)
    battery.told(-500)
    assert [1_000, -500] == heard
    with pytest.raises(ValueError, match="step the world"):
        battery.step(1)


Act = Callable[[HomeBattery], object]
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.integers(-6_000, 6_000).map(lambda power_w: lambda battery: battery.told(power_w)),
    st.integers(-6_000, 6_000).map(lambda grid_w: lambda battery: battery.told_grid(grid_w)),
    st.integers(-9_000, 9_000).map(lambda rest_w: lambda battery: battery.look(rest_w + battery.power_w)),
    st.just(lambda battery: battery.told(None)),
    st.floats(0.1, 1).map(lambda warmth: lambda battery: setattr(battery, "warmth", warmth)),
)
HOURS = st.lists(st.tuples(ACTS, st.integers(1, 7_200_000)), min_size=1, max_size=8)  # acts, and ms after each
KINDS = st.fixed_dictionaries(
    {
        "soc_pct": st.floats(0, 100),
        "efficiency": st.floats(0.5, 1),
        "ramp_s": st.sampled_from([0.0, 1.0, 1.7]),
        "taper_pct": st.sampled_from([80, 97, 100]),
        "watchdog_s": st.sampled_from([None, 60.0, 1_000.0]),
        "capacity_wh": st.sampled_from([1_000, 10_000]),
    }
)


@settings(max_examples=60)
@given(said=KINDS, hours=HOURS, cut=st.lists(st.integers(1, 999), max_size=6))
def test_any_steps_give_the_same_battery(said: dict[str, object], hours: list[tuple[Act, int]], cut: list[int]) -> None:
    """One step, or the same time in several: state, counters and the power at the end are the same."""
    whole, parts = a_battery(**said), a_battery(**said)
    for act, lasts_ms in hours:
        act(whole)
        act(parts)
        whole.step(lasts_ms / 1000)
        marks = [0, *sorted(lasts_ms * part // 1000 for part in cut), lasts_ms]
        for before, after in pairwise(marks):
            parts.step((after - before) / 1000)
        assert (whole.at, whole.power_w, whole.flow_w) == (parts.at, parts.power_w, parts.flow_w)
        assert (whole.soc_pct, whole.stored_wh) == (parts.soc_pct, parts.stored_wh)
        assert (whole.charged_wh, whole.discharged_wh) == (parts.charged_wh, parts.discharged_wh)
        assert (whole.is_told, whole.expired, whole.until_us) == (parts.is_told, parts.expired, parts.until_us)


@settings(max_examples=60)
@given(said=KINDS, hours=HOURS)
def test_no_energy_is_lost_or_made(said: dict[str, object], hours: list[tuple[Act, int]]) -> None:
    """What went in is what came out, what is held more, and the losses; the counters are what flowed."""
    battery = a_battery(**said)
    began_wh, into_wh, out_wh = battery.stored_wh, 0.0, 0.0
    for act, lasts_ms in hours:
        act(battery)
        end = battery.at + timedelta(milliseconds=lasts_ms)
        while battery.at < end:
            left_us = (end - battery.at) // timedelta(microseconds=1)
            now_us = (battery.at - NOON) // timedelta(microseconds=1)
            for_us = min(left_us, battery.until_us - (now_us + NOON_US))
            power_w = battery.power_w
            battery.step(for_us / 1e6)
            into_wh += max(0, power_w) * for_us / 3.6e9
            out_wh += max(0, -power_w) * for_us / 3.6e9
            assert -battery.discharge_w <= battery.power_w <= battery.charge_w
            assert -1e-3 <= battery.stored_wh <= battery.capacity_wh + 1e-3
    assert pytest.approx(into_wh, abs=1e-6) == battery.charged_wh
    assert pytest.approx(out_wh, abs=1e-6) == battery.discharged_wh
    gained_wh = battery.stored_wh - began_wh
    assert pytest.approx(into_wh, abs=1e-5) == out_wh + gained_wh + battery.losses_wh


NOON_US = round(NOON.timestamp() * 1e6)
