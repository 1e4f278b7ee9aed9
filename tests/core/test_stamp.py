"""The meter's time: the letter fixes the instant, and what is no time is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.stamp import BRUSSELS, Stamp, parse_stamp


def utc(text: str) -> datetime:
    """An instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(at=st.datetimes(datetime(2001, 1, 2), datetime(2069, 12, 31)), letter=st.sampled_from("SW"))
def test_the_letter_alone_fixes_the_instant(at: datetime, letter: str) -> None:
    """S is two hours before UTC and W is one, whatever the calendar says."""
    at = at.replace(microsecond=0)
    raw = at.strftime("%y%m%d%H%M%S") + letter
    instant = at.replace(tzinfo=UTC) - timedelta(hours=2 if letter == "S" else 1)
    assert Stamp(raw, instant) == parse_stamp(raw)
    assert instant == parse_stamp(raw).known


@given(at=st.datetimes(datetime(2001, 1, 2), datetime(2037, 12, 31), timezones=st.just(UTC)))
def test_a_stamp_without_letter_is_brussels_time(at: datetime) -> None:
    """By order of arrival also in the hour that autumn repeats: a clock that runs is read as it runs."""
    at = at.replace(microsecond=0)
    raw = at.astimezone(BRUSSELS).strftime("%y%m%d%H%M%S")
    assert Stamp(raw, at) == parse_stamp(raw, last=at - timedelta(seconds=1))


def test_every_second_of_the_autumn_night_is_told_apart_without_letter() -> None:
    """From 01:30 to 03:30, two hours and a repeated one, each step is the step of the clock."""
    for step_s in (1, 10, 900, 1800):
        at, last = utc("2025-10-25 23:30:00"), None
        while at <= utc("2025-10-26 02:30:00"):
            shown = parse_stamp(at.astimezone(BRUSSELS).strftime("%y%m%d%H%M%S"), last=last)
            assert at == shown.at
            at, last = at + timedelta(seconds=step_s), shown.at


def test_a_clock_set_back_in_the_repeated_hour_is_no_second_hour() -> None:
    """Some seconds back are a correction, in the first pass and in the second."""
    first, second = utc("2025-10-26 00:30:00"), utc("2025-10-26 01:30:00")
    assert parse_stamp("251026022955", last=first).at == first - timedelta(seconds=5)
    assert parse_stamp("251026022955", last=second).at == second - timedelta(seconds=5)
    assert parse_stamp("251026022955", last=utc("2026-01-01")).at == first - timedelta(seconds=5)


@pytest.mark.parametrize(
    "text",
    [
        "632525252525W", "632525252525S", "35255255255255255S", "000000000000W", "", "240708200756s", "240708200756X",
        "07E8080E04071E28", "240230120000W", "240101240000W", "24010112000W", "2401011200000W", " 240101120000W",
        "２４0101120000W", "240101120000W ", "-40101120000W",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    """Fields of 0xFF, raw hexadecimal, a lower-case letter, a 30th of February: kept as text, never taken for now."""
    assert Stamp(text, None) == parse_stamp(text)
    assert parse_stamp(text).known is None


@pytest.mark.parametrize(("text", "at"), [("000101000000W", "1999-12-31 23:00:00"), ("700101010000W", "1970-01-01")])
def test_the_markers_of_never_are_no_known_time(text: str, at: str) -> None:
    """Meters print 2000 or 1970 for "no stamp"; the text stays what it is."""
    assert utc(at) == parse_stamp(text).at
    assert parse_stamp(text).known is None


@given(text=st.text(max_size=20))
def test_no_text_raises(text: str) -> None:
    """Whatever a cell holds."""
    assert text == parse_stamp(text).raw
