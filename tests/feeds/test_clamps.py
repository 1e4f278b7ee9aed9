"""Clamps and phases."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.feeds import FeedError, FeedSetupError
from lib.feeds.clamps import MOST, WIRED, Wiring, measured, signed_a

AMPS = st.floats(-400, 400)


@given(wired=st.sampled_from(sorted(WIRED)), clamps=st.lists(AMPS, min_size=3, max_size=3))
def test_each_clamp_is_found_on_its_phase(wired: str, clamps: list[float]) -> None:
    """What flows on a phase is what its clamp measures, and nobody knows where there is none."""
    amps = Wiring(wired).amps(clamps[: len(wired)])
    for phase in "123":
        assert amps[int(phase) - 1] == (clamps[wired.index(phase)] if phase in wired else None)


@pytest.mark.parametrize(("wired", "count"), [("12", 3), ("123", 1), ("1", 3), ("1", 2), ("", 2)])
def test_clamps_that_do_not_fit_are_a_slip(wired: str, count: int) -> None:
    """Nothing is guessed."""
    with pytest.raises(FeedSetupError, match='"wired"'):
        Wiring(wired).amps([1.0] * count)


def test_between_two_phases_both_carry_it() -> None:
    """As in a house without a neutral."""
    assert (None, 7.0, 7.0) == Wiring("23").amps([7.0])


@given(value=st.none() | st.booleans() | st.text(max_size=5) | st.floats() | st.integers() | st.lists(st.none()))
def test_what_is_measured_is_a_finite_number_or_a_sentence(value: Any) -> None:
    """And 0 only where 0 was said."""
    try:
        number = measured("it", "this", value)
    except FeedError as error:
        assert str(error).startswith("it says ")  # noqa: PT017 - whether it is raised depends on the value
        return
    assert math.isfinite(number)
    assert abs(number) <= MOST
    assert number != 0 or float(value) == 0


@given(current_a=AMPS, power_w=st.floats(-90_000, 90_000))
def test_a_current_has_the_sign_of_its_power(current_a: float, power_w: float) -> None:
    """What is drawn counts whole; what is fed in no more than its amperes, and no more than its watts."""
    flow_a = signed_a(current_a, power_w)
    if power_w >= 0:
        assert abs(current_a) == flow_a
    else:
        assert -abs(current_a) <= flow_a <= 0
        assert flow_a >= power_w / 230
