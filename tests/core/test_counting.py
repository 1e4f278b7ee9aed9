"""A charger's counter becomes quarters: each is all of what flowed in it, or is not told."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.counting import Count, after, began
from lib.core.quarter import QUARTER, start_of
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)


def counted(looks: list[tuple[datetime, float]]) -> dict[datetime, float]:
    """The quarters that these looks at a counter tell."""
    at, total_wh = looks[0]
    count, told = began(total_wh, at), {}
    for at, total_wh in looks[1:]:
        start = count.start
        count, energy_wh = after(count, total_wh, at)
        if energy_wh is not None:
            assert start not in told
            told[start] = energy_wh
    return told


def steady(start: datetime, minutes: range, *, wh_minute: float = 100.0) -> list[tuple[datetime, float]]:
    """A look at each of these minutes, at a counter that runs evenly."""
    return [(start + minute * MINUTE, 1_000.0 + minute * wh_minute) for minute in minutes]


def test_a_quarter_that_was_watched_is_known() -> None:
    """The first one began before anybody looked."""
    told = counted(steady(NOON, range(7, 61)))
    assert {NOON + QUARTER: 1_500.0, NOON + 2 * QUARTER: 1_500.0, NOON + 3 * QUARTER: 1_500.0} == told


def test_looks_beside_the_end_of_a_quarter_are_parted_by_time() -> None:
    """Two minutes before it and one after."""
    looks = [(NOON, 0.0), (NOON + 13 * MINUTE, 1_300.0), (NOON + 16 * MINUTE, 1_600.0), (NOON + 29 * MINUTE, 2_900.0)]
    assert {NOON: 1_500.0, NOON + QUARTER: 1_500.0} == counted([*looks, (NOON + 31 * MINUTE, 3_100.0)])


def test_nobody_need_look_in_the_midst_of_a_quarter() -> None:
    """The counter goes on while the program is off; only who was there about its ends knows it."""
    looks = steady(NOON, range(3)) + steady(NOON, range(12, 31))
    assert {NOON: 1_500.0, NOON + QUARTER: 1_500.0} == counted(looks)


def test_what_flowed_over_an_end_that_nobody_saw_is_not_told() -> None:
    """Neither in the quarter before nor in the one after; and nothing is told of those between."""
    looks = steady(NOON, range(10)) + steady(NOON, range(50, 76))
    assert {NOON + 4 * QUARTER: 1_500.0} == counted(looks)


def test_where_nothing_flowed_meanwhile_the_quarters_at_its_ends_are_known() -> None:
    """But those in which nobody was there at all are absent, and not 0."""
    looks = [(NOON, 0.0), (NOON + 5 * MINUTE, 500.0), (NOON + 50 * MINUTE, 500.0), (NOON + 61 * MINUTE, 600.0)]
    looks += [(NOON + 62 * MINUTE, 600.0)]
    assert {NOON: 500.0} == counted(looks[:3])
    assert [NOON, NOON + 3 * QUARTER] == list(counted([*looks[:3], (NOON + 59 * MINUTE, 600.0), *looks[3:]]))


def test_another_counter_begins_anew() -> None:
    """One that fell, or that ran faster than any charger: it is of another box."""
    for total_wh in (3.0, 900_000.0):
        looks = [*steady(NOON, range(20)), (NOON + 20 * MINUTE, total_wh), (NOON + 31 * MINUTE, total_wh)]
        assert {NOON: 1_500.0} == counted(looks)


def test_a_counter_that_is_told_in_lumps_counts() -> None:
    """A charger that tells it each quarter of an hour only; a rounding downwards is none."""
    looks = [(NOON, 0.0), (NOON + 5 * MINUTE, 0.0), (NOON + 6 * MINUTE, 2_700.0), (NOON + 7 * MINUTE, 2_699.5)]
    looks += [(NOON + 14 * MINUTE, 2_700.0), (NOON + 15 * MINUTE, 2_700.0)]
    assert {NOON: 2_700.0} == counted(looks)


def test_a_clock_that_is_set_back() -> None:
    """By a little it stands still; by more, nothing is told of the quarter in which that was."""
    looks = steady(NOON, range(16))
    assert {NOON: 1_500.0, NOON + QUARTER: 300.0} == counted(
        [*looks, (NOON + 14 * MINUTE, 2_600.0), (NOON + 17 * MINUTE, 2_800.0), (NOON + 30 * MINUTE, 2_800.0)]
    )
    assert {NOON: 1_500.0} == counted([*looks, (NOON + 3 * MINUTE, 2_600.0), (NOON + 15 * MINUTE, 2_800.0)])


@given(
    gaps=st.lists(st.integers(1, 2_000), min_size=1, max_size=60),
    powers=st.lists(st.sampled_from([0, 0, 1_380, 11_040, 22_080]), min_size=60, max_size=60),
)
def test_each_quarter_that_is_told_is_what_flowed_in_it(gaps: list[int], powers: list[int]) -> None:
    """Whenever somebody looked: power is steady between two looks, which is all that is known; and none twice.

    Over a gap that may hide when it flowed nothing is told at all.
    """
    at, total_wh, flows = NOON, 0.0, list[tuple[datetime, datetime, float]]()
    looks = [(at, total_wh)]
    for gap, power_w in zip(gaps, powers, strict=False):
        before, at = at, at + timedelta(seconds=gap)
        total_wh += power_w * gap / 3600
        flows.append((before, at, power_w))
        looks.append((at, total_wh))
    told = counted(looks)
    for start, energy_wh in told.items():
        end = start + QUARTER
        expected = sum(
            power_w * max(timedelta(0), min(end, until) - max(start, since)).total_seconds() / 3600
            for since, until, power_w in flows
        )
        assert pytest.approx(expected, abs=2.1) == energy_wh  # a Wh is a rounding, at each end
        assert min(at for at, _ in looks) <= start < start_of(looks[-1][0])


def test_a_count_of_a_quarter_that_begins_is_whole() -> None:
    """Not so one that was begun within it."""
    assert Count(start=NOON, seen=NOON, total_wh=5.0, energy_wh=0.0) == began(5.0, NOON)
    assert began(5.0, NOON + MINUTE).energy_wh is None
