"""What a battery must hold for the month's peak, as the last days of the house tell it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core import insured
from lib.core.insured import DAYS, KEPT_DAYS, LEAST_DAYS, NOBODY, Day, Insured, keep_wh, place_of
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.routine import QUARTERS
from tests.conftest import local

TARGET_W, CHARGE_W, DISCHARGE_W, WAY = 2_500.0, 3_000.0, 3_000.0, 0.95
CALM: Day = (400.0,) * QUARTERS


def a_day(*over: tuple[int, int, float], calm_w: float = 400.0) -> Day:
    """A calm one, with so much from one quarter until another."""
    found = [calm_w] * QUARTERS
    for start, end, power_w in over:
        found[start:end] = [power_w] * (end - start)
    return tuple(found)


def kept_wh(days: Sequence[Day], **said: float) -> float:
    """What must be stored at any time."""
    usual = {"target_w": TARGET_W, "charge_w": CHARGE_W, "discharge_w": DISCHARGE_W, "way": WAY}
    found = keep_wh(Insured(days=tuple(days)), **(usual | said))
    assert found is not None
    return found


def lasts(days: Sequence[Day], number: int, place: int, wh: float) -> bool:
    """Whether so much at the start of that quarter brings the house under its target to where the past ends."""
    for own_w in [*days[number][place:], *(w for day in days[number + 1 :] for w in day)]:
        over_w = own_w - TARGET_W
        if over_w > 0:
            wh -= min(over_w, DISCHARGE_W) / 4 / WAY
            if wh < -1e-6:
                return False
        else:
            wh += min(-over_w, CHARGE_W) / 4 * WAY
    return True


powers = st.sampled_from([0.0, 400.0, 1_500.0, 3_000.0, 4_500.0, 8_000.0])
spells = st.tuples(st.integers(0, 95), st.integers(1, 12), powers).map(lambda one: (one[0], one[0] + one[1], one[2]))
days = st.lists(
    st.lists(spells, max_size=3).map(lambda over: a_day(*((a, min(b, QUARTERS), w) for a, b, w in over))),
    min_size=LEAST_DAYS,
    max_size=DAYS,
)


@settings(max_examples=25)
@given(days)
def test_what_is_kept_would_have_lasted_on_each_day(past: list[Day]) -> None:
    """From any quarter of a day: it brings the house under its target through that day and those after it."""
    kept = kept_wh(past)
    assert all(lasts(past, number, place, kept) for number in range(len(past)) for place in range(0, QUARTERS, 8))


@settings(max_examples=25)
@given(days, st.integers(0, 5_000))
def test_a_higher_target_never_needs_more(past: list[Day], more_w: int) -> None:
    """Nor does a battery that charges faster."""
    kept = kept_wh(past)
    assert kept_wh(past, target_w=TARGET_W + more_w) <= kept
    assert kept_wh(past, charge_w=CHARGE_W + more_w) <= kept + 1e-6


def test_before_a_week_is_over_nobody_knows() -> None:
    """Then the time of day tells."""
    said = {"target_w": TARGET_W, "charge_w": CHARGE_W, "discharge_w": DISCHARGE_W, "way": WAY}
    assert keep_wh(Insured(days=(CALM,) * (LEAST_DAYS - 1)), **said) is None
    assert keep_wh(Insured(days=(CALM,) * LEAST_DAYS), **said) == 0.0


def test_an_oven_each_evening() -> None:
    """4.5 kW from 18:00 until 19:00, 2 kWh above the target: at any time, for tomorrow it may be on at noon."""
    assert 4 * 500.0 / WAY == pytest.approx(kept_wh([a_day((72, 76, 4_500.0))] * LEAST_DAYS))


def test_a_bad_day_is_insured_until_it_is_long_over() -> None:
    """Five weeks later nothing is kept for it any more."""
    bad = a_day((72, 76, 4_500.0))
    assert kept_wh([bad] + [CALM] * (KEPT_DAYS - 1)) > 0.0
    assert kept_wh([bad] + [CALM] * KEPT_DAYS) == 0.0


def test_what_cannot_be_refilled_between_is_kept_for_both() -> None:
    """4.5 kW at 18:00 and at 20:00 an hour each, between them next to nothing is left: twice 2 kWh."""
    evening = a_day((72, 76, 4_500.0), (76, 80, TARGET_W), (80, 84, 4_500.0))
    assert 8 * 500.0 / WAY == pytest.approx(kept_wh([evening] * LEAST_DAYS))


def learned(start: str, powers_w: Sequence[float], found: Insured = NOBODY) -> Insured:
    """One quarter after the other."""
    at = local(start)
    for number, power_w in enumerate(powers_w):
        found = insured.after(found, Parts(start=at + number * QUARTER, load_wh=power_w / 4))
    return found


def test_a_day_is_kept_when_the_next_begins() -> None:
    """House less sun, by the quarter of the local day; what the battery gave counts as drawn."""
    found = learned("2026-11-20 00:00", [*[100.0] * 95, 900.0, 300.0])
    assert ((*[100.0] * 95, 900.0),) == found.days
    assert (date(2026, 11, 21), (300.0,)) == (found.day, found.today)
    parts = Parts(start=local("2026-11-20 12:00"), load_wh=500.0, sun_wh=200.0, battery_wh=-100.0)
    assert 1_200.0 == insured.after(NOBODY, parts).today[-1]


def test_an_hour_that_nobody_watched_counts_as_the_quarter_before_it() -> None:
    """Amid a day and at its end; at its begin as the one after it."""
    found = learned("2026-11-20 00:45", [200.0] * 10)
    found = insured.after(found, Parts(start=local("2026-11-20 04:15"), load_wh=125.0))
    found = learned("2026-11-20 04:30", [500.0] * 74, found)
    found = insured.after(found, Parts(start=local("2026-11-21 00:00"), load_wh=25.0))
    assert ((*[200.0] * 17, *[500.0] * 79),) == found.days
    assert (100.0,) == found.today


def test_hours_that_nobody_watched_count_as_on_the_day_before() -> None:
    """Amid a day, at its begin and its end: an oven that was on when somebody looked last was not on all evening."""
    found = learned("2026-11-20 00:00", [float(n) for n in range(QUARTERS)])
    found = learned("2026-11-21 01:15", [4_500.0], found)
    found = learned("2026-11-21 03:00", [4_500.0], found)
    found = insured.after(found, Parts(start=local("2026-11-22 00:00"), load_wh=25.0))
    assert (*range(5), 4_500.0, *range(6, 12), 4_500.0, *range(13, QUARTERS)) == found.days[-1]


def test_a_day_with_hours_that_nobody_watched_and_none_before_it_is_left_out() -> None:
    """What nobody knows is neither nothing nor what was drawn last."""
    found = learned("2026-11-20 12:00", [300.0] * 48)
    found = learned("2026-11-21 00:00", [400.0] * (QUARTERS + 1), found)
    assert ((400.0,) * QUARTERS,) == found.days


def test_one_evening_that_nobody_watched_keeps_the_battery_in_use() -> None:
    """All fell silent amid cooking, until the next morning: no more is kept than for the days that were watched."""
    usual = a_day((72, 74, 4_500.0))
    found = learned("2026-11-02 00:00", [*usual * 9, *usual[:73]])
    found = learned("2026-11-12 00:00", [*usual, 400.0], found)
    assert kept_wh(found.days) == pytest.approx(kept_wh([usual] * 11))


def test_days_of_92_and_100_quarters_have_96() -> None:
    """The hour that spring leaves out counts as the quarter before it; of the one that autumn repeats the first."""
    spring = learned("2026-03-29 00:00", [float(n) for n in range(93)])
    assert (*range(8), *[7] * 4, *range(8, 92)) == spring.days[0]
    autumn = learned("2026-10-25 00:00", [float(n) for n in range(101)])
    assert (*range(12), *range(16, 100)) == autumn.days[0]


def test_no_more_days_are_kept_than_count() -> None:
    """The oldest goes."""
    found = Insured(days=(CALM,))
    for number in range(DAYS + 5):
        start = local("2026-06-01 12:00") + number * timedelta(days=1)
        found = insured.after(found, Parts(start=start, load_wh=float(number)))
    assert DAYS == len(found.days)
    assert 4.0 * (DAYS + 3) == found.days[-1][QUARTERS // 2]


def test_the_quarter_of_a_local_day() -> None:
    """18:40 by the wall clock, in winter and in summer."""
    assert [74, 74] == [place_of(local(f"2026-{month}-20 18:40")) for month in ("11", "07")]
