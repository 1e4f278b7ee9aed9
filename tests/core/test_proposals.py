"""The most modest wish decides, everybody above it fences, and there is always a number."""

import json
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.proposals import LIFE_S, Default, Device, Proposal, live, put, refused, report, resolve
from tests.conftest import folders

CHARGER = Device(high_w=11_040, band_high_w=4_140)
BATTERY = Device(low_w=-5_000, high_w=5_000, band_low_w=-200, band_high_w=200, default=Default.ZERO)
ONE_PHASE = Device(high_w=7_360, band_high_w=1_380)
FILES = [
    json.loads(path.read_text("utf-8"))
    for folder in folders()
    if (path := folder / "vectors" / "matryoshka.json").is_file()
]
SEQUENCES = [pytest.param(one, id=one["id"]) for file in FILES for one in file["sequences"]]


def want(
    priority: int,
    wish_w: float | None = None,
    *,
    low_w: float | None = None,
    high_w: float | None = None,
    source: str = "",
    at_s: float = 0.0,
) -> Proposal:
    """What somebody of this priority wants; their name is that number where it does not matter."""
    source = source or str(priority)
    return Proposal(source=source, priority=priority, at_s=at_s, wish_w=wish_w, low_w=low_w, high_w=high_w)


def after_all(*proposals: Proposal, device: Device = CHARGER) -> tuple[Proposal, ...]:
    """What is live when these were put one after the other and the wrong ones refused."""
    kept: tuple[Proposal, ...] = ()
    for one in proposals:
        kept = kept if refused(one, device) else put(kept, one)
    return kept


def said(device: Device, said_bounds: dict[str, Any] | None, default: str) -> Device:
    """The device after it said its bounds; one that has not said any may be of any kind."""
    bounds = said_bounds or {}
    low_w, high_w = bounds.get("inclusion") or (-inf, None)
    band_low_w, band_high_w = bounds.get("exclusion") or (0.0, 0.0)
    return replace(
        device, low_w=low_w, high_w=high_w, band_low_w=band_low_w, band_high_w=band_high_w, default=Default(default)
    )


def proposed(step: dict[str, Any]) -> Proposal:
    """What somebody proposes in a step of the recordings."""
    low_w, high_w = step["bounds"]
    return Proposal(
        source=step["source"],
        priority=step["priority"],
        at_s=step["t"],
        wish_w=step["power"],
        low_w=low_w,
        high_w=high_w,
    )


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_the_recorded_sequences_give_what_is_recommended(sequence: dict[str, Any]) -> None:
    """Target, what each priority is told, and by whom it is limited, after every step."""
    device, kept = said(Device(), sequence["system_bounds"], sequence["default_power"]), tuple[Proposal, ...]()
    for step in sequence["steps"]:
        match step["op"]:
            case "bounds":
                device = said(device, step, sequence["default_power"])
            case "drop_old":
                kept = live(kept, step["t"])
            case "propose":
                one = proposed(step)
                kept = kept if refused(one, device) else put(kept, one)
        expected = step["recommended"]
        assert expected["target"] == resolve(device, kept).target_w
        for priority, bounds in expected["report_bounds"].items():
            told = report(device, kept, int(priority))
            assert expected["target"] == told.target_w
            assert (bounds or [None, None]) == [told.low_w, told.high_w]
            assert (expected["set_by"][priority] or ["", ""]) == [told.low_by, told.high_by]


@pytest.mark.parametrize(
    ("target_w", "proposals"),
    [
        pytest.param(11_040, [], id="nobody wants anything: all it can"),
        pytest.param(0, [want(50, 2_070)], id="nearest that runs, a tie goes to rest"),
        pytest.param(4_140, [want(50, 2_071)], id="nearest that runs"),
        pytest.param(7_360, [want(5_000, high_w=7_360), want(50, 9_000)], id="a fence"),
        pytest.param(7_360, [want(5_000, high_w=7_360)], id="a fence without any wish"),
        pytest.param(0, [want(5_000, high_w=3_000), want(50, 9_000)], id="below the minimum is a pause"),
        pytest.param(0, [want(1_000, low_w=100, high_w=3_000), want(50, 9_000)], id="a fence within the dead band"),
        pytest.param(6_900, [want(100, low_w=6_900), want(50, 0)], id="the schedule fences the surplus"),
        pytest.param(
            0, [want(1_000, low_w=0, high_w=0), want(100, low_w=6_900), want(50, 5_000)], id="the user's pause"
        ),
        pytest.param(5_000, [want(1_000, 11_040), want(50, 5_000)], id="a wish alone does not hold"),
        pytest.param(11_040, [want(1_000, 11_040, low_w=11_040, high_w=11_040), want(50, 5_000)], id="forced"),
        pytest.param(6_000, [want(100, 9_000, low_w=0, high_w=6_000)], id="own bounds hold the own wish"),
        pytest.param(
            8_000,
            [want(500, low_w=8_000, high_w=9_000), want(100, high_w=6_000), want(50, 10_000)],
            id="what misses the fences collapses to the nearest edge",
        ),
        pytest.param(4_140, [want(100, low_w=3_000), want(50, 0)], id="a lower side settles at the minimum"),
        pytest.param(9_000, [want(100, 9_000), want(50, high_w=6_000)], id="lower bounds do not bind a higher wish"),
        pytest.param(7_000, [want(100, low_w=9_000, high_w=5_000), want(50, 7_000)], id="crossed bounds are refused"),
    ],
)
def test_the_examples_of_a_charger(target_w: float, proposals: list[Proposal]) -> None:
    """Three phases at 6 to 16 A."""
    assert target_w == resolve(CHARGER, after_all(*proposals)).target_w


def test_a_battery_can_rest_within_its_dead_band() -> None:
    """0 W is reachable, whoever wishes 60 W; a fence at -150 W does not make it charge."""
    assert resolve(BATTERY, [want(50, 60)]).target_w == 0
    assert resolve(BATTERY, [want(500, low_w=-150), want(50, -3_000)]).target_w == 0


@pytest.mark.parametrize(
    ("target_w", "proposals"),
    [
        (5_000, [want(4_000, high_w=8_000), want(100, low_w=4_500), want(50, 5_000)]),
        (4_500, [want(4_000, high_w=8_000), want(100, low_w=4_500), want(50, 0)]),
        (3_700, [want(4_000, high_w=3_700), want(105, low_w=7_360), want(50, 0)]),
        (0, [want(1_000, low_w=0, high_w=0), want(120, low_w=4_000), want(50, 0)]),
    ],
)
def test_the_examples_of_a_strategy(target_w: float, proposals: list[Proposal]) -> None:
    """Budget, plan, reserve, the owner's OFF and the sun, on one phase."""
    assert target_w == resolve(ONE_PHASE, proposals).target_w


def test_who_decides_is_named() -> None:
    """The plan raises above the sun, the budget holds the reserve, OFF pauses, and a wish that is met is its own."""
    sun, plan, reserve = want(50, 0.0), want(100, low_w=4_500), want(105, low_w=7_360)
    budget, off = want(4_000, high_w=5_000), want(1_000, low_w=0, high_w=0)
    by_plan = resolve(ONE_PHASE, [sun, plan, budget])
    assert (sun, plan, None, plan) == (by_plan.decided, by_plan.raised_by, by_plan.held_by, by_plan.because)
    held = resolve(ONE_PHASE, [sun, reserve, budget])
    assert (reserve, budget, reserve) == (held.raised_by, held.held_by, held.because)
    paused = resolve(ONE_PHASE, [sun, plan, off])
    assert (None, off, off) == (paused.raised_by, paused.held_by, paused.because)
    much_sun = replace(sun, wish_w=6_000)
    capped = resolve(ONE_PHASE, [much_sun, plan, budget])
    assert (None, budget, much_sun) == (capped.raised_by, capped.held_by, capped.because)
    full = want(1_000, low_w=7_360, high_w=7_360)
    assert (full, budget) == ((most := resolve(ONE_PHASE, [full, budget])).because, most.held_by)
    assert resolve(ONE_PHASE, []).because is None


def test_a_source_has_one_live_proposal() -> None:
    """A newer one takes its place, one without any value withdraws it, and after a minute it is gone."""
    kept = put(put((), want(50, 2_000, source="sun")), want(50, 3_000, source="sun", at_s=20))
    assert (3_000,) == tuple(one.wish_w for one in kept)
    assert 2 == len(put(kept, want(60, 1_500, source="sun")))
    assert kept == live(kept, 20 + LIFE_S)
    assert live(kept, 20 + LIFE_S + 0.1) == ()
    assert put(kept, want(50, source="sun")) == ()


def test_the_later_name_stands_above() -> None:
    """Of two of the same priority the alphabetically earlier one decides."""
    assert 5_000 == resolve(CHARGER, [want(50, 9_000, source="b"), want(50, 5_000, source="a")]).target_w


@pytest.mark.parametrize(
    ("one", "device", "words"),
    [
        (want(50, nan, source="sun"), CHARGER, "finite"),
        (want(50, high_w=inf, source="sun"), CHARGER, "finite"),
        (want(50, low_w=2.0, high_w=1.0, source="sun"), CHARGER, "above the upper one"),
        (want(50, -1.0, source="sun"), CHARGER, "-1 W asks to discharge"),
        (want(50, high_w=-5.0, source="sun"), CHARGER, "-5 W asks to discharge"),
        (want(50, -1.0, source="sun"), BATTERY, ""),
        (want(50, 3_000.0, low_w=-50.0, source="sun"), CHARGER, ""),
    ],
)
def test_a_wrong_proposal_is_refused_with_a_sentence(one: Proposal, device: Device, words: str) -> None:
    """It names the source and what is wrong; a lower bound below 0 harms nobody."""
    assert words in refused(one, device)
    assert bool(words) == refused(one, device).startswith("sun: ")


def test_a_report_names_the_next_powers_that_run() -> None:
    """Between them there is nothing; outside the fences there is nothing either."""
    told = report(CHARGER, [want(5_000, high_w=7_360, source="fuse")], 50)
    assert (7_360, 0.0, 7_360.0, "system", "fuse") == (
        told.target_w,
        told.low_w,
        told.high_w,
        told.low_by,
        told.high_by,
    )
    assert told.around(3_000) == (0.0, 4_140)
    assert told.around(5_000) == (5_000, 5_000)
    assert told.around(9_000) == (7_360, None)
    assert report(Device(), [], 50).around(3_000) == (None, None)


POWERS = st.integers(-12, 12).map(lambda number: number * 500.0) | st.integers(-300, 300).map(float)
BOUNDS = st.tuples(st.none() | POWERS, st.none() | POWERS).filter(
    lambda pair: pair[0] is None or pair[1] is None or pair[0] <= pair[1]
)
DEVICES = st.sampled_from([CHARGER, BATTERY, ONE_PHASE, replace(CHARGER, band_low_w=100), Device(high_w=4_000)])


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Device, list[Proposal]]:
    """A device and what up to six sources want of it, none refused."""
    device = draw(DEVICES)
    rows = draw(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab"), st.none() | POWERS, BOUNDS), max_size=6))
    kept: tuple[Proposal, ...] = ()
    for priority, source, wish_w, (low_w, high_w) in rows:
        one = want(priority, wish_w, low_w=low_w, high_w=high_w, source=source)
        kept = kept if refused(one, device) else put(kept, one)
    return device, list(kept)


def runs(device: Device, power_w: float) -> bool:
    """Whether the device can run at a power, or rests."""
    within = device.high_w is not None and device.low_w <= power_w <= device.high_w
    return within and (power_w == 0 or not device.band_low_w < power_w < device.band_high_w)


@given(stack=stacks(), order=st.randoms(use_true_random=False))
def test_the_target_can_run_and_no_order_matters(
    stack: tuple[Device, list[Proposal]],
    order: Any,
) -> None:
    """Within the device's bounds and the fences of who decided, whatever came first."""
    device, proposals = stack
    done = resolve(device, proposals)
    assert runs(device, done.target_w)
    assert done.low_w is not None
    assert done.high_w is not None
    assert done.low_w <= done.target_w <= done.high_w
    shuffled = list(proposals)
    order.shuffle(shuffled)
    assert done == resolve(device, shuffled)


@given(stack=stacks(), power_w=POWERS)
def test_a_fence_on_top_holds(stack: tuple[Device, list[Proposal]], power_w: float) -> None:
    """Who stands above all can force any power that runs; when they withdraw, all is as before."""
    device, proposals = stack
    top = want(9, low_w=power_w, high_w=power_w, source="top")
    fenced = put(proposals, top)
    if runs(device, power_w):
        assert power_w == resolve(device, fenced).target_w
    assert resolve(device, proposals) == resolve(device, put(fenced, replace(top, low_w=None, high_w=None)))


@given(stack=stacks(), priority=st.integers(0, 5))
def test_what_a_source_is_told_depends_on_those_above(stack: tuple[Device, list[Proposal]], priority: int) -> None:
    """Those below and beside it change nothing of its fences."""
    device, proposals = stack
    told = report(device, proposals, priority)
    above = report(device, [one for one in proposals if one.priority > priority], priority)
    assert above == replace(told, target_w=above.target_w)


@given(stack=stacks(), tighter_w=st.integers(0, 6).map(lambda number: number * 500.0))
def test_a_tighter_upper_bound_never_raises(stack: tuple[Device, list[Proposal]], tighter_w: float) -> None:
    """Whoever lowers their upper fence gets no more."""
    device, proposals = stack
    before_w = resolve(device, proposals).target_w
    for one in proposals:
        if one.high_w is not None and one.high_w - tighter_w >= (-inf if one.low_w is None else one.low_w):
            lower = replace(one, high_w=one.high_w - tighter_w)
            if not refused(lower, device):
                assert before_w >= resolve(device, put(proposals, lower)).target_w
