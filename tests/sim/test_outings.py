"""The family's calendar is read by others' parsers, and the car makes the journeys that stand in it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # it has none

from lib.sim.brussels import ZONE
from lib.sim.outings import Outing, calendar_text, family_week, journeys

DAY = timedelta(days=1)


@pytest.mark.parametrize("day", range(7))
def test_the_car_really_drives_what_the_calendar_says(day: int) -> None:
    """Whatever weekday it is today, over four weeks and a clock change: same departures, no two at once."""
    start = datetime(2026, 10, 5 + day, 14, tzinfo=UTC)
    week = family_week(start)
    calendar = icalendar.Calendar.from_ical(calendar_text(week, start))
    events = recurring_ical_events.of(calendar).between(start, start + 28 * DAY)
    said = []
    for event in events:
        if "@car_1@" in event["SUMMARY"]:
            begins = event["DTSTART"].dt
            if not isinstance(begins, datetime):
                begins = datetime.combine(begins, time(7), ZONE)
            said.append(begins.astimezone(UTC))
    made = list(islice(journeys(week, start), len(said)))
    assert sorted(said) == [journey.departs for journey in made]
    assert len(said) > 20
    assert all(before.returns < after.departs for before, after in pairwise(made))


def test_tomorrow_the_car_goes_to_antwerp() -> None:
    """At 07:30 local time, 180 km."""
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    calendar = icalendar.Calendar.from_ical(calendar_text(family_week(start), start))
    first = min(
        recurring_ical_events.of(calendar).between(start, start + 2 * DAY),
        key=lambda event: str(event["DTSTART"].dt),
    )
    assert ("@car_1@ Antwerpen 180 km", datetime(2026, 11, 21, 7, 30, tzinfo=ZONE)) == (
        first["SUMMARY"],
        first["DTSTART"].dt,
    )


def test_signs_in_a_text_come_through() -> None:
    """Commas, semicolons, backslashes and line ends, as others read them."""
    text = "Luik, heen; \\ en\nterug"
    outing = Outing(title=text, description=text, day=date(2026, 11, 21))
    written = calendar_text([outing], datetime(2026, 11, 20, tzinfo=UTC))
    event: Any = icalendar.Calendar.from_ical(written).walk("VEVENT")[0]
    assert (text, text, date(2026, 11, 22)) == (event["SUMMARY"], event["DESCRIPTION"], event["DTEND"].dt)


def test_journeys_of_a_calendar_without_repeats_end() -> None:
    """One outing a year ahead is still found; of another car there is none."""
    outing = Outing(title="Alpen", day=date(2027, 7, 1), car="car_1", energy_wh=60_000)
    start = datetime(2026, 11, 20, tzinfo=UTC)
    assert [datetime(2027, 7, 1, 5, tzinfo=UTC)] == [journey.departs for journey in journeys([outing], start)]
    assert [] == list(journeys([outing], start, "car_2"))
