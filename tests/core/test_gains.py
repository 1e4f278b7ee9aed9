"""What the battery brought: sums that are exact between two calls, days that turn, quarters with and without it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.cost import PriceSlot
from lib.core.gains import Booked, Gains, after, opened
from tests.conftest import NOON, local

SECOND = timedelta(seconds=1)
DEAR = PriceSlot(NOON, NOON + timedelta(hours=1), 0.40, 0.10)
CHEAP = PriceSlot(NOON + timedelta(hours=1), NOON + timedelta(hours=2), 0.20, -0.05)


def lived(
    booked: Booked,
    start: datetime,
    seconds: int,
    *,
    grid_w: float,
    battery_w: float,
    slot: PriceSlot | None = DEAR,
    every: int = 5,
    stored_wh: float | None = None,
) -> Booked:
    """So many seconds of the same, told every few of them, both ends included."""
    for second in range(0, seconds + 1, every):
        at = start + second * SECOND
        booked = after(booked, at, grid_w=grid_w, battery_w=battery_w, stored_wh=stored_wh, slot=slot)
    return booked


def today(booked: Booked) -> Gains:
    """What is booked of the day."""
    return booked.today


def begun() -> Booked:
    """Nothing yet, on the day of NOON."""
    return opened(NOON.date())


def test_what_the_battery_gives_is_not_drawn() -> None:
    """Half an hour of 2 kW in place of the grid at 40 ct: 40 ct saved, 1 kWh given."""
    found = today(lived(begun(), NOON, 1_800, grid_w=500, battery_w=-2_000))
    assert (1_000, 0) == pytest.approx((found.discharged_wh, found.charged_wh))
    assert (0.1, 0.5, 0.4) == pytest.approx((found.with_eur, found.without_eur, found.saved_eur))


def test_stored_sun_is_sun_not_sold() -> None:
    """1 kWh that would have earned 10 ct costs that."""
    assert -0.1 == pytest.approx(today(lived(begun(), NOON, 1_800, grid_w=0, battery_w=2_000)).saved_eur)


def test_each_price_slot_prices_its_own_part() -> None:
    """A flow over the full hour, told last three seconds before it: both prices by their seconds."""
    at = CHEAP.start - 3 * SECOND
    booked = after(begun(), at, grid_w=3_600, battery_w=0, stored_wh=None, slot=DEAR)
    booked = after(booked, at + 10 * SECOND, grid_w=0, battery_w=0, stored_wh=None, slot=CHEAP)
    assert (3 * 0.4 + 7 * 0.2) / 1000 == pytest.approx(today(booked).with_eur)


def test_what_has_no_price_is_said_and_not_priced() -> None:
    """Neither side of the comparison counts it."""
    found = today(lived(begun(), NOON, 1_800, grid_w=-1_000, battery_w=500, slot=None))
    assert (500, 0, 0) == pytest.approx((found.unpriced_wh, found.with_eur, found.without_eur))
    one_sided = PriceSlot(DEAR.start, DEAR.end, 0.40, None)
    found = today(lived(begun(), NOON, 1_800, grid_w=1_000, battery_w=1_500, slot=one_sided))
    assert (500, 0) == pytest.approx((found.unpriced_wh, found.saved_eur))


def test_a_gap_books_nothing() -> None:
    """21 seconds of silence: nobody knows what flowed in them, and the quarter counts for no peak."""
    booked = after(begun(), NOON, grid_w=5_000, battery_w=0, stored_wh=None, slot=DEAR)
    booked = after(booked, NOON + 21 * SECOND, grid_w=5_000, battery_w=0, stored_wh=None, slot=DEAR)
    assert Gains(since=NOON.date()) == today(booked)
    booked = lived(booked, NOON + 25 * SECOND, 900, grid_w=5_000, battery_w=0)
    assert today(booked).peak_w is None


def test_a_clock_that_goes_back_books_nothing_twice() -> None:
    """By a few seconds, as meters do."""
    booked = lived(begun(), NOON, 60, grid_w=3_600, battery_w=0)
    booked = after(booked, NOON + 50 * SECOND, grid_w=3_600, battery_w=0, stored_wh=None, slot=DEAR)
    assert 0.4 * 0.06 == pytest.approx(today(booked).with_eur)


def test_a_whole_quarter_counts_with_and_without_the_battery() -> None:
    """4 kW of the house, of which the battery gives 1.5; injection takes nothing off."""
    booked = lived(begun(), NOON, 600, grid_w=2_500, battery_w=-1_500)
    booked = lived(booked, NOON + 605 * SECOND, 300, grid_w=-900, battery_w=0)
    assert 2_500 * 605 / 900 == pytest.approx(today(booked).peak_w)
    assert 4_000 * 605 / 900 == pytest.approx(today(booked).without_w)
    assert (today(booked).peak_w, today(booked).without_w) == (booked.month.peak_w, booked.month.without_w)


def test_a_quarter_begun_in_its_middle_counts_for_no_peak() -> None:
    """The next one does."""
    booked = lived(begun(), NOON + 60 * SECOND, 840, grid_w=5_000, battery_w=0)
    assert today(booked).peak_w is None
    booked = lived(booked, NOON + 900 * SECOND, 900, grid_w=3_000, battery_w=0)
    assert 3_000 == pytest.approx(today(booked).peak_w)


def test_a_day_turns_at_local_midnight_and_a_month_with_its_last() -> None:
    """The last quarter of November is November's; the battery's level is handed on."""
    midnight = local("2026-12-01 00:00")
    booked = opened(date(2026, 11, 30))
    booked = lived(booked, midnight - 900 * SECOND, 895, grid_w=3_600, battery_w=100, slot=None, stored_wh=4_000)
    before = booked.month
    booked = after(booked, midnight + 5 * SECOND, grid_w=0, battery_w=0, stored_wh=4_025, slot=None)
    assert (date(2026, 12, 1), date(2026, 12, 1)) == (booked.today.since, booked.month.since)
    assert (4_025, 4_025) == (booked.today.start_wh, booked.today.end_wh)
    assert 5.0 == pytest.approx(booked.today.unpriced_wh)
    assert booked.today.peak_w is None
    assert (4_000, 4_000) == (before.start_wh, before.end_wh)


def test_losses_are_what_neither_came_out_nor_is_in_it() -> None:
    """1 kWh in, of which 950 Wh are there."""
    booked = lived(begun(), NOON, 1_800, grid_w=2_000, battery_w=2_000, stored_wh=4_000)
    booked = after(booked, NOON + 1_805 * SECOND, grid_w=0, battery_w=0, stored_wh=4_950, slot=DEAR)
    found = today(booked)
    assert found.losses_wh == pytest.approx(2_000 * 1_805 / 3_600 - 950)
    assert Gains(since=NOON.date()).losses_wh is None


@pytest.mark.parametrize("unseen_s", [21, 5])
def test_what_came_in_while_nobody_looked_is_no_gain_and_no_loss(unseen_s: int) -> None:
    """For a while nobody ran, or the battery did not say how full it is: it has 2 kWh more since."""
    booked = lived(begun(), NOON, 1_800, grid_w=2_000, battery_w=2_000, stored_wh=4_000)
    booked = lived(booked, NOON + 1_805 * SECOND, 0, grid_w=0, battery_w=0, stored_wh=4_950)
    if unseen_s == 5:
        booked = lived(booked, NOON + 1_810 * SECOND, 0, grid_w=0, battery_w=0, stored_wh=None)
    at = NOON + (1_810 + unseen_s) * SECOND
    booked = lived(booked, at, 0, grid_w=0, battery_w=0, stored_wh=6_950)
    for found in (booked.today, booked.month):
        assert 6_950 == found.end_wh
        assert found.losses_wh == pytest.approx(2_000 * 1_805 / 3_600 - 950)


@given(
    flows=st.lists(st.tuples(st.integers(1, 20), st.integers(-6_000, 6_000), st.integers(-5_000, 5_000)), min_size=2)
)
@settings(deadline=None)
def test_sums_are_exact_however_often_they_are_told(flows: list[tuple[int, int, int]]) -> None:
    """Told each second or only when something changes: the same sums."""
    seldom = often = begun()
    at = NOON
    for seconds, grid_w, battery_w in flows:
        seldom = after(seldom, at, grid_w=grid_w, battery_w=battery_w, stored_wh=None, slot=DEAR)
        for second in range(seconds):
            told = at + second * SECOND
            often = after(often, told, grid_w=grid_w, battery_w=battery_w, stored_wh=None, slot=DEAR)
        at += seconds * SECOND
    seldom = after(seldom, at, grid_w=0, battery_w=0, stored_wh=None, slot=DEAR)
    often = after(often, at, grid_w=0, battery_w=0, stored_wh=None, slot=DEAR)
    for name in ("charged_wh", "discharged_wh", "with_eur", "without_eur"):
        assert getattr(seldom.today, name) == pytest.approx(getattr(often.today, name), abs=1e-9)
    assert seldom.today.peak_w == pytest.approx(often.today.peak_w)
    expected = sum(seconds * max(0, battery_w) for seconds, _, battery_w in flows) / 3_600
    assert expected == pytest.approx(seldom.today.charged_wh)
