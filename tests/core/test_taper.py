"""How a battery fills: at what it is offered, and above its knee at what it accepts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.taper import Taper

CAR = Taper(906)  # 77 kWh, 0.85 from the wall
PCT = st.floats(0, 100)
POWER_W = st.floats(1_000, 22_000)


@pytest.mark.parametrize(("power_w", "knee_pct"), [(11_000, 90), (7_400, 93), (3_700, 97)])
def test_the_taper_matters_near_the_top_only(power_w: float, knee_pct: float) -> None:
    """At 11 kW from 90 % on, at 7.4 kW from 93 %, at 3.7 kW from 97 %."""
    assert CAR.hours(20, knee_pct - 1, power_w) == pytest.approx((knee_pct - 21) * 906 / power_w)
    assert CAR.hours(20, knee_pct + 1, power_w) > (knee_pct - 19) * 906 / power_w


def test_the_last_per_cents_take_long() -> None:
    """From 90 to 100 % at 11 kW more than twice as long as at full power all the way, and never less than at 1 kW."""
    assert CAR.hours(90, 100, 11_000) == pytest.approx(2.2, abs=0.1)
    assert CAR.hours(90, 100, 11_000) > 2 * 9_060 / 11_000
    assert CAR.hours(99, 100, 11_000) < 906 / 1_000


def test_nothing_charges_nothing() -> None:
    """Without power it stays where it is, for ever."""
    assert (50, 50, float("inf")) == (
        CAR.after_pct(50, 3, 0),
        CAR.before_pct(50, 3, 0),
        CAR.hours(50, 51, 0),
    )


@given(low=PCT, hours=st.floats(0, 10), power_w=POWER_W)
def test_time_runs_both_ways(low: float, hours: float, power_w: float) -> None:
    """So many hours ago it stood where so many hours later bring it back."""
    after = CAR.after_pct(low, hours, power_w)
    assert low <= after <= 100
    if after == 100:
        return  # it may have been full for long
    assert CAR.before_pct(after, hours, power_w) == pytest.approx(low, abs=1e-6)
    assert CAR.hours(low, after, power_w) == pytest.approx(hours, abs=1e-6)


@given(low=PCT, high=PCT, hours=st.floats(0.1, 30), full_w=POWER_W)
def test_the_even_power_just_suffices(low: float, high: float, hours: float, full_w: float) -> None:
    """Kept all the time it is ready in time, with a hundredth less it is not; where nothing suffices it is full."""
    low, high = sorted((low, high))
    even_w = CAR.even_w(low, high, hours, full_w)
    assert 0 <= even_w <= full_w
    if CAR.hours(low, high, full_w) > hours:
        assert even_w == pytest.approx(full_w)
    elif even_w > 1:
        assert CAR.hours(low, high, even_w) <= hours * 1.0001
        assert CAR.hours(low, high, even_w * 0.99) > hours
