"""Times in words, by Brussels time."""

from datetime import date, timedelta

from lib.panels.dates import clock_s, day_name, lasting, lately, month_name, near, roughly
from tests.panels.story import brussels

NOON = brussels("2026-11-20 12:00")


def test_times_are_local() -> None:
    """The owner reads the clock on the wall, in winter and in summer."""
    assert ("12:00:00", "12:00:00") == (clock_s(NOON), clock_s(brussels("2026-07-01 12:00")))


def test_names_do_not_depend_on_the_locale() -> None:
    """English weekday and month, with the day of the month."""
    assert ("Fri 20 Nov", "Nov 2026") == (day_name(date(2026, 11, 20)), month_name(date(2026, 11, 1)))


def test_a_near_time_says_no_more_than_it_must() -> None:
    """The hour today, the weekday within a week, else the date."""
    later = [near(NOON + timedelta(days=days), NOON) for days in (0, 3, 7, -1)]
    assert ["12:00", "Mon 12:00", "Fri 27 Nov 12:00", "Thu 19 Nov 12:00"] == later


def test_durations_grow_coarser() -> None:
    """Seconds matter in a minute, minutes in an hour, hours in a day."""
    said = [lasting(seconds) for seconds in (-1, 12.9, 200, 7500, 273_600)]
    assert ["0 s", "12 s", "3 min 20 s", "2 h 05 min", "3 d 4 h"] == said


def test_an_age_is_said_at_a_glance() -> None:
    """One figure and a unit; what is no number says so."""
    said = [roughly(seconds) for seconds in (-1, 12.9, 119, 7500, 273_600, float("nan"), float("inf"))]
    assert ["0 s", "12 s", "1 min", "2 h", "3 d", "?", "?"] == said


def test_a_time_that_was_lately_says_no_more_than_it_must() -> None:
    """The hour today, the weekday within a week, else the date."""
    before = [lately(NOON - timedelta(days=days), NOON) for days in (0, 1, 6, 7)]
    assert ["12:00", "Thu 12:00", "Sat 12:00", "Fri 13 Nov 12:00"] == before
