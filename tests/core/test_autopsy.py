"""What ran in a quarter, read from its watts: steps are found, noise is none, and each way out is what it says."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.autopsy import Case, Found, Way, above, found, runs, ways
from lib.core.levels import Level, levels

NOISE_W = 12.0


def a_trace(
    *on: tuple[float, int, int], base_w: float = 400.0, noise_w: float = NOISE_W, seed: int = 1
) -> list[float | None]:
    """900 s of a house; on: a device's watts, from and until which second."""
    dice = random.Random(seed)
    watts = [base_w + dice.gauss(0, noise_w) for _ in range(900)]
    for power_w, first, last in on:
        for second in range(max(0, first), min(900, last)):
            watts[second] += power_w
    return list(watts)


def known(watts: Sequence[float | None]) -> Found:
    """What is found in a trace that tells something."""
    what = found(watts)
    assert what is not None
    return what


def names(watts: Sequence[float | None]) -> list[str]:
    """The devices, by energy."""
    return [one.what for one in known(watts).devices]


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.floats(0, 60), st.floats(-5000, 5000))
def test_noise_makes_no_steps(seed: int, noise_w: float, base_w: float) -> None:
    """However loud it is, and however much the sun gives."""
    assert 1 == len(levels(a_trace(base_w=base_w, noise_w=noise_w, seed=seed)))


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from([300.0, 800.0, 2100.0, 3700.0]), st.integers(20, 800), st.integers(30, 400)),
        max_size=5,
    ),
    st.integers(0, 1000),
)
def test_the_steps_explain_the_trace(on: list[tuple[float, int, int]], seed: int) -> None:
    """What is left between trace and levels is the noise; what is left of a quarter hides no device."""
    devices = [(power_w, first, first + lasts) for power_w, first, lasts in on]
    watts = a_trace(*devices, seed=seed)
    steps = levels(watts)
    assert (0.0, 900.0) == (steps[0].start_s, steps[-1].end_s)
    assert all(before.end_s == after.start_s for before, after in pairwise(steps))
    off_ws = sum(
        abs((watts[second] or 0.0) - step.power_w)
        for step in steps
        for second in range(round(step.start_s), round(step.end_s))
    )
    edges_ws = 3 * 4000 * (len(devices) * 2 + 1)  # what switches within three seconds of another is one step
    assert off_ws <= 900 * 3 * NOISE_W + edges_ws


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from([500.0, 1200.0, 2600.0, 5600.0]), st.integers(1, 12)), max_size=3, unique=True)
)
def test_base_and_runs_are_the_levels(on: list[tuple[float, int]]) -> None:
    """Devices of different sizes, at times of their own: at each instant what is on adds up to what is drawn."""
    sizes = dict(on)
    devices = [
        (power_w, 60 * start + 7 * n, 60 * start + 7 * n + 90) for n, (power_w, start) in enumerate(sizes.items())
    ]
    steps = levels(a_trace(*devices))
    every, base_w = runs(steps)
    for step in steps:
        drawn_w = base_w + sum(one.power_w for one in every if one.start_s <= step.start_s < one.end_s)
        assert drawn_w == pytest.approx(step.power_w, abs=400)  # each pair may differ by a fifth of its size


def test_a_kettle_is_known_by_its_minutes() -> None:
    """Two kilowatts for three minutes."""
    (kettle,) = known(a_trace((2000, 300, 480))).devices
    (run,) = kettle.runs
    assert "a kettle" == kettle.what
    assert 2000 == pytest.approx(kettle.power_w, abs=30)
    assert 100 == pytest.approx(kettle.energy_wh, abs=3)
    assert (300, 480) == (run.start_s, run.end_s)


def test_an_oven_switches_on_and_off() -> None:
    """Its thermostat tells it from a kettle; all its runs are one device's."""
    oven = [(2800, first, first + 50) for first in range(40, 900, 130)]
    (device,) = known(a_trace(*oven)).devices
    assert ("a hob or an oven", 7) == (device.what, len(device.runs))
    assert 7 * 50 == pytest.approx(sum(run.lasts_s for run in device.runs), abs=3)


def test_devices_on_top_of_one_another_are_told_apart() -> None:
    """A kettle while the oven cycles, and a car that came."""
    oven = [(2800, first, first + 60) for first in range(50, 900, 120)]
    what = found(a_trace(*oven, (2000, 100, 280), (3680, 400, 900)), cars_wh=3680 * 500 / 3600)
    assert what is not None
    assert ["the car", "a hob or an oven", "a kettle"] == [one.what for one in what.devices]
    assert 400 == pytest.approx(what.base_w, abs=20)
    assert what.devices[0].is_car


def test_what_ran_before_ends_and_what_comes_goes_on() -> None:
    """A run that was not seen to begin stands in the base until it ends; one without an end lasts to the end."""
    what = known(a_trace((1500, 0, 200), (2200, 600, 900)))
    before, after = sorted((device.runs[0] for device in what.devices), key=lambda run: run.start_s)
    assert (False, True, 0, 200) == (before.began, before.ended, before.start_s, before.end_s)
    assert (True, False, 600, 900) == (after.began, after.ended, after.start_s, after.end_s)
    assert 400 == pytest.approx(what.base_w, abs=20)


def test_a_spike_is_no_device() -> None:
    """A motor that starts draws much for a second."""
    watts = a_trace()
    watts[450] = 9000.0
    assert [] == names(watts)


def test_holes_and_silence() -> None:
    """Some seconds may be missing; a trace that is mostly missing tells nothing."""
    watts = a_trace((2000, 300, 480))
    watts[100:160] = [None] * 60
    assert ["a kettle"] == names(watts)
    assert found([None] * 600 + [500.0] * 300) is None
    assert found([]) is None


def test_minutes_show_less_but_something() -> None:
    """What lasts for minutes is a step in them too."""
    what = found([500.0] * 5 + [4200.0] * 10, step_s=60)
    assert what is not None
    assert (Level(0, 300, 500), Level(300, 900, 4200)) == what.levels


def test_a_minute_in_which_something_switched_is_no_device() -> None:
    """On at a quarter of the fourth minute, off in the middle of the seventh: one device, and its energy is right."""
    what = found([500.0] * 3 + [2000.0, 2500.0, 2500.0, 1500.0] + [500.0] * 8, step_s=60)
    assert what is not None
    (device,) = what.devices
    assert (195, 390) == (device.runs[0].start_s, device.runs[0].end_s)
    assert (1500 + 2000 + 2000 + 1000) / 60 == pytest.approx(device.energy_wh)


def a_case(average_w: float, *, below_w: float = 3000.0, after_w: float = 1000.0, cars_wh: float | None = None) -> Case:
    """A quarter of a month with another one below it."""
    return Case(average_w=average_w, below_w=below_w, floor_w=2500.0, after_w=after_w, cars_wh=cars_wh)


def way(found_ways: Sequence[Way], kind: str, what: str = "") -> Way:
    """The way out of that kind."""
    return next(one for one in found_ways if one.kind == kind and what in one.what)


def test_without_the_car_the_next_quarter_counts() -> None:
    """It drew 500 Wh, 2 kW of 4.4: the month then peaks at the quarter below, 3 kW."""
    out = way(ways(a_case(4400, cars_wh=500), None), "without")
    assert (2400, 3000) == (out.average_w, out.peak_w)


def test_what_comes_ten_minutes_later_is_in_the_next_quarter() -> None:
    """2.4 kW from second 500 on are 1067 W of the mean; the next quarter has them then, and may be the peak itself."""
    what = known(a_trace((2400, 500, 900), base_w=3000, noise_w=0))
    moved_w = 2400 * 400 / 900
    for after_w, peak_w in ((1000.0, 3000.0), (2500.0, 2500 + moved_w)):
        out = way(ways(a_case(3000 + moved_w, below_w=2000, after_w=after_w), what), "later")
        assert 3000 == pytest.approx(out.average_w)
        assert peak_w == pytest.approx(out.peak_w)


def test_a_battery_gives_what_stands_above_the_line() -> None:
    """4 kW in the second half over 1 kW in the first: at 3 kW less in that half the quarter ends at 1 kW."""
    what = known(a_trace((3000, 450, 900), base_w=1000, noise_w=0))
    case = Case(average_w=2500.0, below_w=1750.0, floor_w=0.0)
    out = way(ways(case, what), "battery")
    assert 750 / 4 == pytest.approx(out.wh)
    assert 1500 == pytest.approx(out.power_w, rel=0.02)


def test_nothing_avoids_what_costs_nothing() -> None:
    """Another quarter is as high, or it is under the floor."""
    assert () == ways(a_case(3000), None)
    assert () == ways(a_case(2400, below_w=1000), None)


def test_a_row_of_high_quarters_is_one_amount() -> None:
    """Two in a row need both from one battery; one that nobody watched tells nothing, and parts the rows."""
    assert (0, 0.0, 0.0) == above([2000.0, None, 2500.0], 2500.0)
    assert (4, 500.0, 1500.0) == above([3500.0, 3500.0, 2000.0, 4000.0, None, 2600.0], 2500.0)
