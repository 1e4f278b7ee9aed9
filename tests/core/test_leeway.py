"""What a car may still lack before it must be ready, as the last days of the house tell it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.insured import KEPT_DAYS, LEAST_DAYS, Day, Insured, place_of
from lib.core.leeway import SHIFTS, left_wh
from lib.core.quarter import QUARTER
from lib.core.routine import QUARTERS
from tests.conftest import local

HOUR = timedelta(hours=1)
TARGET_W, FULL_W = 2_500.0, 7_000.0
CALM: Day = (500.0,) * QUARTERS
SEVEN = local("2026-11-20 07:00")


def left(*days: Day, hours: float = 2.0, full_w: float = FULL_W) -> float | None:
    """What was left from seven o'clock on."""
    return left_wh(Insured(days=days), SEVEN, SEVEN + hours * HOUR, target_w=TARGET_W, full_w=full_w)


def cooks(first: int, quarters: int, power_w: float = 2_000.0) -> Day:
    """A calm day on which the house draws so much from one quarter of the day on."""
    day = list(CALM)
    day[first : first + quarters] = [power_w] * quarters
    return tuple(day)


def test_a_calm_house_leaves_all_that_is_paid() -> None:
    """2 kW for two hours; a car that draws less takes less."""
    assert 4_000 == left(*[CALM] * LEAST_DAYS)
    assert 2_800 == left(*[CALM] * LEAST_DAYS, full_w=1_400.0)
    assert 0 == left(*[CALM] * LEAST_DAYS, hours=0)


@pytest.mark.parametrize(
    ("first", "expected_wh"), [(20, 4_000), (21, 3_625), (24, 2_500), (36, 2_500), (39, 3_625), (40, 4_000)]
)
def test_the_worst_day_counts_also_an_hour_earlier_or_later(first: int, expected_wh: float) -> None:
    """Once 2 kW for an hour, of which 0.5 kWh were left in place of 2; what was farther away tells nothing."""
    assert expected_wh == left(*[CALM] * LEAST_DAYS, cooks(first, 4), *[CALM] * LEAST_DAYS)


def test_a_house_above_what_is_paid_leaves_nothing_and_takes_nothing_back() -> None:
    """What it draws above that is the battery's, whatever a car does."""
    assert 2_000 == left(*[CALM] * LEAST_DAYS, cooks(28, 4, 9_000.0))


def test_what_is_long_ago_is_forgotten_and_a_week_must_be_known() -> None:
    """35 days tell."""
    assert 4_000 == left(cooks(28, 4), *[CALM] * KEPT_DAYS)
    assert left(*[CALM] * (LEAST_DAYS - 1)) is None


powers = st.sampled_from([0.0, -3_000.0, 500.0, 1_900.0, 6_000.0])
days = st.lists(st.lists(powers, min_size=24, max_size=24), min_size=LEAST_DAYS, max_size=LEAST_DAYS + 2).map(
    lambda found: tuple(tuple(power_w for power_w in day for _ in range(4)) for day in found)
)


@settings(max_examples=40)
@given(days, st.integers(0, 95), st.integers(0, 48))
def test_no_day_left_less_and_one_left_just_that(found: tuple[Day, ...], first: int, quarters: int) -> None:
    """At that time of the day or an hour around; it is never below nothing, and more time never leaves less."""
    since = local("2026-11-20 00:00") + first * QUARTER
    assert first == place_of(since)

    def told(count: int) -> float:
        known = left_wh(Insured(days=found), since, since + count * QUARTER, target_w=TARGET_W, full_w=FULL_W)
        assert known is not None
        return known

    flat = [min(FULL_W, max(0.0, TARGET_W - own_w)) / 4 for day in found for own_w in day]
    starts = [day * QUARTERS + first + shift for day in range(len(found)) for shift in SHIFTS]
    whole = [sum(flat[one : one + quarters]) for one in starts if 0 <= one <= len(flat) - quarters]
    assert pytest.approx(min(whole)) == told(quarters)
    assert 0 <= told(quarters) <= told(quarters + 1) + 1e-6
