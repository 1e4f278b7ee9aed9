"""How high a house peaks by itself, and so what of a month's peak is as good as paid."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import summits
from lib.core.parts import Parts
from lib.core.problem import Peak
from lib.core.quarter import QUARTER
from lib.core.summits import DAYS, LEAST_DAYS, NOTHING_KNOWN, Summits, tiers
from tests.conftest import local

FIRST = date(2026, 10, 1)
PAID_W, KW_EUR = 2_500.0, 4.8
watts = st.lists(st.integers(0, 9_000).map(float), min_size=LEAST_DAYS + 1, max_size=DAYS)


def known(peaks_w: Sequence[float]) -> Summits:
    """One day after the other; the last of them is not over."""
    return Summits(days=tuple((FIRST + timedelta(days=n), w) for n, w in enumerate(peaks_w)))


def a_peak(peaks_w: Sequence[float], *, days_left: float) -> Peak:
    """Of a month with so many days left."""
    found = tiers(known(peaks_w), paid_w=PAID_W, eur_kw=KW_EUR, days_left=days_left)
    return Peak(paid_w=PAID_W, eur_kw=KW_EUR, tiers=found)


def part(text: str, load_wh: float, sun_wh: float | None = None, battery_wh: float = 0.0) -> Parts:
    """A quarter."""
    return Parts(start=local(text), load_wh=load_wh, sun_wh=sun_wh, battery_wh=battery_wh)


def test_each_day_has_the_highest_quarter_of_its_house() -> None:
    """Less sun and less what the battery gave; what the battery took is not the house's. Days are those of Brussels."""
    found = NOTHING_KNOWN
    for one in (
        part("2026-11-20 00:00", 500.0),
        part("2026-11-20 12:00", 1_000.0, 300.0, 400.0),
        part("2026-11-20 18:00", 900.0, 0.0, -300.0),
        part("2026-11-20 23:45", 100.0),
        part("2026-11-21 00:00", 150.0),
    ):
        found = summits.after(found, one)
    assert ((date(2026, 11, 20), 2_800.0), (date(2026, 11, 21), 600.0)) == found.days


def test_no_more_days_are_kept_than_a_season_lasts() -> None:
    """The oldest goes."""
    found, start = NOTHING_KNOWN, local("2026-06-01 12:00")
    for n in range(DAYS + 5):
        found = summits.after(found, Parts(start=start + n * 96 * QUARTER, load_wh=100.0 + n))
    assert DAYS == len(found.days)
    assert (400.0 + 4 * (DAYS + 4)) == found.days[-1][1]


def test_before_a_week_is_over_nobody_knows() -> None:
    """Nor where a peak costs nothing, nor when no day is left."""
    week = [4_000.0] * LEAST_DAYS
    assert () == a_peak(week, days_left=20).tiers
    assert a_peak([*week, 0.0], days_left=20).tiers
    assert () == a_peak([*week, 0.0], days_left=0).tiers
    assert () == tiers(known([*week, 0.0]), paid_w=PAID_W, eur_kw=0.0, days_left=20)


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
