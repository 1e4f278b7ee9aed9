"""The quarter: what it counts so far, how it ends, and when it says that it does not know."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import quarter
from lib.core.quarter import Quarter
from tests.conftest import NOON, SECOND


def run(
    seconds: int, *, grid_w: float = 1470.0, from_s: int = 0, demand: bool = True, before: Quarter | None = None
) -> list[Quarter]:
    """A quarter second by second at constant power, with the resolution of a real meter: 1 Wh and 1 W."""
    states: list[Quarter] = []
    drawn_w = max(0.0, grid_w)
    now = before
    for second in range(from_s, from_s + seconds):
        now = quarter.after(
            now,
            at=NOON + second * SECOND,
            grid_w=grid_w,
            gained_wh=int(drawn_w * second / 3600) - int(drawn_w * (second - 1) / 3600),
            demand_w=int(drawn_w * (second % 900) / 3600 * 4) if demand else None,
        )
        states.append(now)
    return states


@pytest.mark.parametrize("from_s", [0, 1, 450, 890])
def test_constant_load_gives_a_calm_forecast(from_s: int) -> None:
    """At a constant 1.470 kW the forecast of each quarter that is drawn whole stays within 0.02 kW, from its start."""
    for state in run(900 - from_s, from_s=from_s):
        assert state.forecast_w == pytest.approx(1470, abs=20)


def test_without_demand_the_quarter_is_unknown_until_the_next() -> None:
    """A meter without 1-0:1.4.0: nobody knows what was drawn before the start, so nothing is said."""
    first, second = run(300, from_s=600, demand=False), run(900, from_s=900, demand=False)
    assert {None} == {state.forecast_w for state in first}
    assert second[0].forecast_w is None, "no telegram was watched across its start"


def test_without_demand_the_next_quarter_is_counted_from_the_registers() -> None:
    """Watched across its start, the quarter is known to the resolution of the registers."""
    states = run(1200, from_s=600, demand=False)
    for state in states[300:]:
        assert state.forecast_w == pytest.approx(1470, abs=20)


def test_a_start_that_fell_into_a_pause_is_unknown() -> None:
    """Two minutes without telegrams around the start: the registers cannot tell what belongs to which quarter."""
    before = run(60, from_s=780, demand=False)[-1]
    later = run(10, from_s=960, demand=False, before=before)[-1]
    assert later.average_w is None
    assert later.forecast_w is None


def test_injecting_undoes_nothing() -> None:
    """While the house injects the forecast is what was drawn already."""
    state = quarter.after(None, at=NOON + 300 * SECOND, grid_w=-4000.0, gained_wh=0, demand_w=684.0)
    assert state.forecast_w == 684.0


def test_the_forecast_of_the_specification() -> None:
    """D + P·s/900: 0.684 kW so far and 1.470 kW for 510 s more end at 1.517 kW."""
    state = quarter.after(None, at=NOON + 390 * SECOND, grid_w=1470.0, gained_wh=None, demand_w=684.0)
    assert state.forecast_w == pytest.approx(1517.0)
    assert state.used_wh == 171.0


def test_commanded_power_counts_at_once_and_the_base_load_calmly() -> None:
    """A car told to take 7 kW is in the forecast with the order; a kettle's flicker is smoothed."""
    calm = run(60)[-1]
    at = calm.at + SECOND
    car = quarter.after(calm, at=at, grid_w=8470.0, gained_wh=None, demand_w=100.0, commanded_w=7000.0)
    kettle = quarter.after(calm, at=at, grid_w=3470.0, gained_wh=None, demand_w=100.0)
    assert car.base_w == pytest.approx(1470)
    assert car.forecast_w == pytest.approx(100 + 8470 * car.left_s / 900)
    assert kettle.base_w is not None
    assert 1470 < kettle.base_w < 1700


def test_no_power_in_the_telegram_is_no_forecast() -> None:
    """A telegram without 1.7.0 and 2.7.0 is not a house that draws nothing."""
    state = quarter.after(None, at=NOON, grid_w=None, gained_wh=0, demand_w=684.0)
    assert state.forecast_w is None
    assert state.average_w == 684.0


def test_a_clock_set_back_counts_nothing_twice() -> None:
    """Five seconds back within the quarter: the same quarter goes on, its curve without a loop."""
    state = run(60)[-1]
    back = quarter.after(state, at=state.at - 5 * SECOND, grid_w=1470.0, gained_wh=0, demand_w=24.0)
    seconds = [second for second, _ in back.curve]
    assert back.start == state.start
    assert sorted(set(seconds)) == seconds


def test_registers_and_demand_are_compared() -> None:
    """The difference between the meter's demand and its registers is there to be reported."""
    state = run(900, from_s=900, before=run(900)[-1])[-1]
    assert state.mismatch_w == pytest.approx(0, abs=9)
    odd = quarter.after(state, at=state.at, grid_w=1470.0, gained_wh=0, demand_w=900.0)
    assert odd.mismatch_w == pytest.approx(1470 - 900, abs=15)


def test_what_may_still_be_drawn_ends_at_the_target() -> None:
    """Drawing the allowed power from now on ends the quarter at its target; beyond the target nothing is allowed."""
    state = run(300)[-1]
    allowed_w = state.allowed_w(2500.0)
    assert allowed_w is not None
    assert quarter.forecast_w(state.average_w or 0.0, allowed_w, state.left_s) == pytest.approx(2500)
    assert state.allowed_w(100.0) == 0.0


@given(st.datetimes(min_value=NOON.replace(year=2020, tzinfo=None), max_value=NOON.replace(year=2040, tzinfo=None)))
def test_each_instant_lies_in_its_quarter(naive: object) -> None:
    """Quarters are half-open, 15 minutes long, and start on the clock's quarters."""
    at = naive.replace(tzinfo=NOON.tzinfo)  # type: ignore[attr-defined]
    start = quarter.start_of(at)
    assert start <= at < start + timedelta(minutes=15)
    assert (start.minute % 15, start.second, start.microsecond) == (0, 0, 0)


@given(st.lists(st.floats(0, 12_000), min_size=2, max_size=60))
def test_the_curve_never_falls_and_stays_short(loads_w: list[float]) -> None:
    """Whatever the house draws, the average so far only rises, and the curve keeps some sixty points."""
    now: Quarter | None = None
    drawn_wh = 0.0
    for second, load_w in enumerate(loads_w):
        at = NOON + second * 15 * SECOND
        demand_w = drawn_wh * 4
        now = quarter.after(now, at=at, grid_w=load_w, gained_wh=None, demand_w=demand_w)
        drawn_wh += load_w * 15 / 3600
    assert now is not None
    averages = [average_w for _, average_w in now.curve]
    assert sorted(averages) == averages
    assert len(averages) <= 60
