"""Charging from the sun: the recorded numbers of pv-control, and the laws that hold for our own profile too."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.modes import Mode, Phases
from lib.core.power import PHASE_V
from lib.core.surplus import (
    PV_CONTROL,
    Priority,
    Profile,
    Wish,
    delayed,
    own_profile,
    priority,
    surplus_w,
    thresholds,
    wanted_phases,
    wish,
)
from tests.conftest import folders

Case = dict[str, Any]
FILES = [json.loads((folder / "vectors" / "pvcontrol.json").read_text("utf-8")) for folder in folders()]
PHASES = {"AUTO": Phases.AUTO, "CHARGE_1P": Phases.ONE, "CHARGE_3P": Phases.THREE}
NAMES = {"volt": "phase_v", "imin": "least_a", "imax": "most_a", "soc_thr": "car_pct"}
FINE = own_profile(step_a=0.1)
WHOLE = own_profile(step_a=1.0)
watts = st.floats(-12_000, 30_000)
some = st.sampled_from([FINE, WHOLE, PV_CONTROL, own_profile(step_a=0.1, most_a=32.0)])
of_the_sun = st.sampled_from([Mode.PV_ONLY, Mode.PV_ALL])
of_a_line = st.sampled_from([1, 3])


def cases(family: str) -> list[Any]:
    """The cases of a family, of all files."""
    found = [case for file in FILES for case in file[family]]
    return [pytest.param(case, id=str(number)) for number, case in enumerate(found)]


def profile_of(config: Case) -> Profile:
    """pv-control's profile with the changes of a case."""
    return replace(PV_CONTROL, **{NAMES.get(key, key): value for key, value in config.items()})


@pytest.mark.parametrize("case", cases("thresholds"))
def test_the_limits_follow_from_the_profile(case: Case) -> None:
    """Each limit in W, for pv-control's numbers and changed ones."""
    found = thresholds(profile_of(case["config"]))
    assert case["expect"] == {
        "pv_only_start_w": found.only_start_w,
        "pv_only_1to3_w": found.only_up_w,
        "pv_only_3to1_below_w": found.only_down_w,
        "pv_all_start_w": found.all_start_w,
        "pv_all_stop_below_w": found.all_stop_w,
        "pv_all_1to3_w": found.all_up_w,
        "pv_all_3to1_below_w": found.all_down_w,
    }


@pytest.mark.parametrize("case", cases("desired_phases"))
def test_a_mode_and_the_sun_choose_the_phases(case: Case) -> None:
    """The owner's word first, then the mode, then what is left over."""
    assert case["expect_phases"] == wanted_phases(
        Mode[case["mode"]],
        PHASES[case["phase_mode"]],
        phases=case["phases_now"],
        available_w=case["available_w"],
        profile=PV_CONTROL,
        automatic=case["auto_phase"],
    )


@pytest.mark.parametrize("case", cases("priority"))
def test_the_battery_comes_first_until_it_is_full_enough(case: Case) -> None:
    """With one limit and no second one, as pv-control has it, whatever was before."""
    profile = replace(PV_CONTROL, car_pct=case["threshold"], battery_pct=case["threshold"])
    for before in (Priority.CAR, Priority.HOME_BATTERY):
        found = priority(Priority[case["desired"]], case["battery_soc"], before=before, profile=profile)
        assert Priority[case["expect"]] is found


@pytest.mark.parametrize("case", cases("available_power"))
def test_what_is_left_for_the_car(case: Case) -> None:
    """The surplus, and what one phase makes of it; the recorded battery counts + out of it, ours + into it."""
    first = priority(
        Priority[case["desired_priority"]], case["battery_soc"], before=Priority.HOME_BATTERY, profile=PV_CONTROL
    )
    spare_w = surplus_w(case["charger_w"], case["grid_w"], -case["batt_w"], first)
    assert case["expect_available_w"] == spare_w
    runs = case["charger_w"] > 0
    found = wish(Mode.PV_ONLY, spare_w, phases=1, runs=runs, profile=PV_CONTROL)
    commands = [["amps", found.current_a]] + [["allow", found.go]] * (found.go is not runs)
    assert case["expect_pv_only_1p_commands"] == commands


@pytest.mark.parametrize("case", cases("setpoint"))
def test_a_surplus_becomes_amperes(case: Case) -> None:
    """Amperes and whether to charge, before any delay."""
    found = wish(
        Mode[case["mode"]],
        case["available_w"],
        phases=case["phases"],
        runs=case["charging_allowed_now"],
        profile=profile_of(case.get("config", {})),
    )
    assert (case["expect_amps"], case["expect_wants_charging"]) == (found.current_a, found.go)


@given(mode=of_the_sun, spare_w=watts, phases=of_a_line, runs=st.booleans(), profile=some)
def test_amperes_are_what_the_charger_takes(
    mode: Mode, spare_w: float, phases: int, runs: bool, profile: Profile
) -> None:
    """Always in its step and from its least to its most, also while it pauses."""
    found = wish(mode, spare_w, phases=phases, runs=runs, profile=profile)
    assert profile.least_a <= found.current_a <= profile.most_a
    steps = found.current_a / profile.step_a
    assert round(steps) == pytest.approx(steps, abs=1e-6)


@given(spare_w=watts, phases=of_a_line, runs=st.booleans(), profile=some)
def test_pv_only_takes_nothing_from_the_grid(spare_w: float, phases: int, runs: bool, profile: Profile) -> None:
    """But for the rounding, a tenth of a step."""
    found = wish(Mode.PV_ONLY, spare_w, phases=phases, runs=runs, profile=profile)
    if found.go:
        assert (found.current_a - profile.round_a) * phases * PHASE_V <= spare_w + 0.01


@given(spare_w=watts, phases=of_a_line, runs=st.booleans(), profile=some)
def test_pv_all_leaves_nothing_to_the_grid(spare_w: float, phases: int, runs: bool, profile: Profile) -> None:
    """When it charges below its most, it takes all the surplus but the rounding; and never less than PV_ONLY."""
    found = wish(Mode.PV_ALL, spare_w, phases=phases, runs=runs, profile=profile)
    only = wish(Mode.PV_ONLY, spare_w, phases=phases, runs=runs, profile=profile)
    if found.go and found.current_a < profile.most_a:
        assert (found.current_a + profile.round_a) * phases * PHASE_V >= spare_w - 0.01
    assert found.go >= only.go
    assert found.current_a >= only.current_a


@given(mode=of_the_sun, spare_w=watts, phases=of_a_line, profile=some)
def test_what_starts_goes_on(mode: Mode, spare_w: float, phases: int, profile: Profile) -> None:
    """A surplus that starts a charger also keeps it, so nothing wavers at one power."""
    starts, goes_on = (wish(mode, spare_w, phases=phases, runs=runs, profile=profile).go for runs in (False, True))
    assert goes_on >= starts


@given(mode=of_the_sun, spare_w=watts, profile=some)
def test_three_phases_that_are_wanted_are_kept(mode: Mode, spare_w: float, profile: Profile) -> None:
    """The power that switches up does not switch down."""
    one, three = (
        wanted_phases(mode, Phases.AUTO, phases=phases, available_w=spare_w, profile=profile) for phases in (1, 3)
    )
    assert three >= one


def test_our_charger_takes_tenths() -> None:
    """2000 W are 8.7 A on one phase with steps of 0.1 A, where whole amperes leave 160 W."""
    fine, whole = (
        wish(Mode.PV_ONLY, 2000.0, phases=1, runs=True, profile=own_profile(step_a=step_a)) for step_a in (0.1, 1.0)
    )
    assert (Wish(current_a=8.7, go=True), Wish(current_a=8.0, go=True)) == (fine, whole)


def test_no_phase_is_no_charging() -> None:
    """A charger that says 0 phases is told to pause, and nothing is divided by them."""
    assert Wish(current_a=6.0, go=False) == wish(Mode.PV_ALL, 9000.0, phases=0, runs=True, profile=FINE)


def test_the_priority_does_not_waver() -> None:
    """At 50 % it goes to the car, at 45 % still, below it back; an unknown battery changes nothing."""
    served = [Priority.HOME_BATTERY]
    for soc_pct in (49.9, 50.0, 45.0, None, 44.9, None, 49.9):
        served.append(priority(Priority.AUTO, soc_pct, before=served[-1], profile=FINE))
    battery, car = Priority.HOME_BATTERY, Priority.CAR
    assert [battery, battery, car, car, car, battery, battery, battery] == served


def test_a_battery_that_empties_feeds_no_car() -> None:
    """What it gives is never surplus, whoever is served first."""
    assert {1500.0} == {surplus_w(2300.0, 0.0, -800.0, first) for first in (Priority.CAR, Priority.HOME_BATTERY)}


def test_a_start_waits_a_minute_and_a_stop_two() -> None:
    """The first change comes at once; then a cloud of 90 s stops nothing, and one that stays does after 120 s."""
    left_s, runs = delayed(0.0, wants=True, runs=False, elapsed_s=5.0, profile=FINE)
    changes = [(0, runs)]
    for second in range(5, 700, 5):
        wants = not (60 <= second < 150 or 300 <= second < 500)
        left_s, now = delayed(left_s, wants=wants, runs=runs, elapsed_s=5.0, profile=FINE)
        if now is not runs:
            changes.append((second, now))
        runs = now
    assert [(0, True), (300 + 115, False), (500 + 55, True)] == changes


def test_a_wish_that_breaks_off_waits_anew() -> None:
    """Only what is wanted without a break happens: a minute of sun in pieces of 30 s starts nothing."""
    left_s, runs = FINE.start_s, False
    for second in range(0, 600, 10):
        left_s, runs = delayed(left_s, wants=second // 30 % 2 == 0, runs=runs, elapsed_s=10.0, profile=FINE)
        assert not runs
