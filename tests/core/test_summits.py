"""How high a house peaks by itself, and so what of a month's peak is as good as paid."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.arbitrage import Store
from lib.core.insured import DAYS, Insured
from lib.core.problem import Peak
from lib.core.routine import QUARTERS
from lib.core.summits import HELD, LEAST_DAYS, NEAR_W, heights_w, tiers

PAID_W, KW_EUR = 2_500.0, 4.8
BATTERY = Store(energy_wh=0.0, least_wh=500.0, most_wh=8_500.0, charge_w=3_000.0, discharge_w=3_000.0, efficiency=1.0)
watts = st.lists(st.integers(0, 9_000).map(float), min_size=LEAST_DAYS, max_size=DAYS)


def a_peak(peaks_w: Sequence[float], *, days_left: float) -> Peak:
    """Of a month with so many days left, after days with these peaks."""
    return Peak(paid_w=PAID_W, eur_kw=KW_EUR, tiers=tiers(peaks_w, paid_w=PAID_W, eur_kw=KW_EUR, days_left=days_left))


def height_w(over: int, power_w: float, store: Store | None = BATTERY, calm_w: float = 400.0) -> float:
    """Of a calm day with so much for so many quarters from 18:00 on."""
    day = [calm_w] * QUARTERS
    day[72 : 72 + over] = [power_w] * over
    [found] = heights_w(Insured(days=(tuple(day),)), store)
    return found


def test_without_a_battery_a_day_is_as_high_as_its_highest_quarter() -> None:
    """House less sun."""
    assert 6_000.0 == height_w(1, 6_000.0, None)
    assert () == heights_w(Insured(), None)


def test_with_one_a_day_is_as_high_as_it_cannot_help() -> None:
    """Half of it is there: 4 kWh for four hours of 3 kW leave 2 kW; of a spike it takes no more than it can give."""
    assert HELD * 8_000 == 4_000
    assert pytest.approx(2_000.0, abs=NEAR_W) == height_w(16, 3_000.0)
    assert pytest.approx(6_000.0, abs=NEAR_W) == height_w(1, 9_000.0)


def test_a_plan_that_let_a_quarter_go_higher_does_not_feed_on_itself() -> None:
    """What the battery gave counts for nothing, nor what it did not: only what it can."""
    assert height_w(4, 4_500.0) < PAID_W < height_w(4, 4_500.0, None)
    weak = replace(BATTERY, discharge_w=1_000.0)
    assert pytest.approx(3_500.0, abs=NEAR_W) == height_w(4, 4_500.0, weak)


def test_before_a_week_is_over_nobody_knows() -> None:
    """Nor where a peak costs nothing, nor when no day is left."""
    week = [4_000.0] * LEAST_DAYS
    assert () == a_peak(week[1:], days_left=20).tiers
    assert a_peak(week, days_left=20).tiers
    assert () == a_peak(week, days_left=0).tiers
    assert () == tiers(week, paid_w=PAID_W, eur_kw=0.0, days_left=20)


def test_what_every_day_passes_is_as_good_as_paid() -> None:
    """4 kW each day: whatever day is left, up to there a kW costs a twentieth; above it the whole price."""
    peak = a_peak([4_000.0] * 20, days_left=1)
    assert pytest.approx(1.5 * KW_EUR / 20) == peak.eur(4_000.0)
    assert pytest.approx(1.5 * KW_EUR / 20 + KW_EUR) == peak.eur(5_000.0)


def test_what_no_day_has_reached_costs_all_of_it() -> None:
    """On no day above 2 kW: nothing above what is paid is cheap."""
    assert () == a_peak([2_000.0] * 30, days_left=25).tiers


def test_a_level_is_cheap_as_far_as_a_later_day_will_likely_pass_it() -> None:
    """One day in four peaks at 4 kW: with thirty days left one of them surely does, on the last day likely none."""
    month = [4_000.0 if n % 4 == 0 else 1_000.0 for n in range(40)]
    assert a_peak(month, days_left=30).eur(4_000.0) < 0.1 * 1.5 * KW_EUR
    assert a_peak(month, days_left=1).eur(4_000.0) > 0.7 * 1.5 * KW_EUR


@given(peaks_w=watts, days_left=st.floats(0.01, 31))
def test_prices_rise_level_by_level_and_stay_below_the_whole_one(peaks_w: list[float], days_left: float) -> None:
    """From above what is paid; so that a program needs no choice, and nothing costs more than without."""
    peak = a_peak(peaks_w, days_left=days_left)
    levels = [PAID_W, *(one.up_w for one in peak.steps)]
    prices = [one.eur_kw for one in peak.steps]
    assert sorted(set(levels)) == levels
    assert sorted(set(prices)) == prices
    assert (inf, KW_EUR) == peak.steps[-1]
    assert max(levels[:-1]) <= max([PAID_W, *peaks_w])


@given(peaks_w=watts, days=st.lists(st.floats(0.1, 31), min_size=2, max_size=2).map(sorted), w=st.floats(0, 9_000))
def test_the_more_days_are_left_the_less_a_level_costs(peaks_w: list[float], days: list[float], w: float) -> None:
    """More of them may pass it, within the 50 W that levels lie apart at the least."""
    soon, late = (a_peak(peaks_w, days_left=left).eur(w) for left in days)
    assert late <= soon + 4 * 0.05 * KW_EUR
