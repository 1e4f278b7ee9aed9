"""What may count as a price, and what makes a day whole."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.books import local_day
from lib.prices import AnswerError
from lib.prices.day import HOUR, QUARTER, bounds, checked, laid_out, price, shortened, whole
from tests.prices.days import THURSDAY, WEDNESDAY, a_day, hours, slots

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(("day", "quarters"), [(SPRING, 92), (WEDNESDAY, 96), (AUTUMN, 100)])
def test_a_day_has_92_96_or_100_quarters(day: date, quarters: int) -> None:
    """The clock changes move the end of the day, and whole() with it."""
    start, end = bounds(day)
    assert quarters == (end - start) // QUARTER
    assert day == local_day(start) == local_day(end - QUARTER)
    assert whole(day, a_day(day))
    assert whole(day, hours(day))
    assert not whole(day, a_day(day, of=quarters - 1))


@given(st.integers(0, 95), st.integers(0, 95))
def test_a_hole_anywhere_is_not_whole(first: int, last: int) -> None:
    """Whatever quarters are missing: the day is not whole; hours can fill them."""
    rest = tuple(
        slot for place, slot in enumerate(a_day(WEDNESDAY)) if not min(first, last) <= place <= max(first, last)
    )
    assert not whole(WEDNESDAY, rest)
    assert whole(WEDNESDAY, rest + hours(WEDNESDAY))


def test_a_single_zero_is_a_price_and_a_day_of_zeros_is_none() -> None:
    """Services have served zeros for a day that was not published; one quarter of 0.0 is everyday sun."""
    one = slots(WEDNESDAY, [0.0, *[20.0] * 95])
    assert one == checked("x", WEDNESDAY, one)
    assert () == checked("x", WEDNESDAY, slots(WEDNESDAY, [0.0] * 96))
    assert () == checked("x", WEDNESDAY, slots(WEDNESDAY, [0.0] * 40))


@pytest.mark.parametrize("value", [math.nan, math.inf, -1000.01, 6000.01, 10**400, True, "12.5", [1]])
def test_what_is_no_price_is_refused(value: object) -> None:
    """The auction's own limits are far inside; text, truth and lists are no numbers."""
    with pytest.raises(AnswerError, match=r"^x: .+"):
        price("x", value)


@pytest.mark.parametrize("value", [-1000, 6000.0, 0, -0.0, 83.5])
def test_a_price_may_be_negative_zero_or_high(value: float) -> None:
    """Up to the widest limits the number is taken as it is."""
    assert value == price("x", value)


def test_full_hours_are_hours_and_a_lone_point_is_a_quarter() -> None:
    """A start does not say how long it lasts: nothing is claimed that the answer does not show."""
    start, _ = bounds(WEDNESDAY)
    assert [HOUR] * 2 == [
        slot.end - slot.start for slot in laid_out("x", WEDNESDAY, [(start, 1.0), (start + HOUR, 2.0)])
    ]
    assert [QUARTER] == [slot.end - slot.start for slot in laid_out("x", WEDNESDAY, [(start, 1.0)])]
    mixed = [(start, 1.0), (start + HOUR, 2.0), (start + HOUR + QUARTER, 3.0)]
    assert [QUARTER] * 3 == [slot.end - slot.start for slot in laid_out("x", WEDNESDAY, mixed)]


def test_holes_stay_holes() -> None:
    """None is no price; the step is still seen from all the points."""
    start, _ = bounds(WEDNESDAY)
    assert slots(WEDNESDAY, [1.0, None, 3.0]) == laid_out(
        "x", WEDNESDAY, [(start, 1.0), (start + QUARTER, None), (start + 2 * QUARTER, 3.0)]
    )


def test_other_days_are_left_out_and_alone_refused() -> None:
    """An answer may hold more than was asked for; one that holds only something else is wrong."""
    both = a_day(WEDNESDAY) + a_day(THURSDAY)
    assert a_day(THURSDAY) == checked("x", THURSDAY, both)
    with pytest.raises(AnswerError, match="asked for 2025-01-16 and answered with 2025-01-15"):
        checked("x", THURSDAY, a_day(WEDNESDAY))
    with pytest.raises(AnswerError, match="asked for 2025-01-16 and answered with 2025-01-15"):
        laid_out("x", THURSDAY, [(slot.start, slot.value) for slot in a_day(WEDNESDAY)])


def test_doubles_and_crooked_times_are_refused() -> None:
    """Two prices for one quarter, or a quarter that is none: nobody can tell which of the rest is right."""
    start, _ = bounds(WEDNESDAY)
    with pytest.raises(AnswerError, match="has two prices"):
        laid_out("x", WEDNESDAY, [(start, 1.0), (start, 1.0)])
    with pytest.raises(AnswerError, match="has two prices"):
        checked("x", WEDNESDAY, a_day(WEDNESDAY, of=4) + hours(WEDNESDAY))
    with pytest.raises(AnswerError, match="is no quarter of an hour"):
        laid_out("x", WEDNESDAY, [(start + timedelta(minutes=5), 1.0)])


@given(st.text(), st.binary())
def test_what_strangers_say_fits_a_sentence(text: str, raw: bytes) -> None:
    """One printable line of at most 120 characters."""
    for said in (text, raw):
        line = shortened(said)
        assert len(line) <= 120
        assert line.isprintable()
