"""A calendar in iCal format: its text → entries. It knows neither files nor the web.

Repeated events are told one by one, with what was excluded, moved or cancelled; a time without zone is Belgian. Source:
RFC 5545, by icalendar and recurring-ical-events, which alone know it here.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]  # it ships no types

from lib.calendars import CalendarError
from lib.calendars.order import in_order, instant
from lib.calendars.vevents import relevant
from lib.core.trip import Entry

DAY = timedelta(days=1)
LARGEST = 5_000_000  # bytes
TOO_LARGE = f"it is larger than {LARGEST // 1_000_000} MB: make a calendar of its own for the trips"
ZONE = "X-WR-TIMEZONE"
MOST_SAID = 20
NO_ZONES = {"UTC", "ETC/UTC", "GMT", "ETC/GMT"}  # what a program writes that knows of no zone

log = logging.getLogger(__name__)


class Ics:
    """Reads one calendar again and again. place: stands first in the keys of its entries."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._said: set[str] = set()  # the events that the log has

    def parse(self, body: bytes, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """The events in `body` that touch the time from `start` to `end`, in order of time.

        An event that cannot be understood is left out and logged once. Raises CalendarError when `body` is no calendar
        at all. Takes a second for some megabytes, so it is called in a thread.
        """
        text = relevant(body, start, end)
        try:
            calendars = icalendar.Calendar.from_ical(text, multiple=True)
        except Exception as error:  # whatever a foreign text does to the library, it is no calendar
            raise CalendarError(f"the calendar cannot be understood: {error}") from error
        found = {
            entry.key: entry
            for calendar in calendars
            for series in _series(calendar)
            for entry in self._entries(series, start, end)
        }
        return in_order(found.values(), start, end)

    def _entries(self, series: Any, start: datetime, end: datetime) -> list[Entry]:
        """What one UID's events say of the time from `start` to `end`, a day more or less."""
        events = series.subcomponents
        is_repeated = any({"RRULE", "RDATE", "RECURRENCE-ID"} & event.keys() for event in events)
        try:
            times = recurring_ical_events.of(series).between(start - DAY, end + DAY)
            return [_entry(event, self._place, is_repeated=is_repeated) for event in times]
        except Exception as error:  # noqa: BLE001 - whatever a foreign event does to the library, it is one less
            self._complain(_first(events[0], "SUMMARY"), error)
            return []

    def _complain(self, title: str, error: Exception) -> None:
        if title not in self._said and len(self._said) < MOST_SAID:
            self._said.add(title)
            log.warning("the event %r cannot be understood and is left out: %r", title, error)


def _series(calendar: Any) -> Iterator[Any]:
    """Each UID's events as a calendar of its own: what is wrong with one of them spoils no other."""
    zone = str(calendar.get(ZONE, "")).strip()
    found: dict[str, Any] = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", ""))  # the library drops a line that it cannot read
        series = found.setdefault(uid, icalendar.Calendar())
        series.add_component(event)
    for series in found.values():
        if zone.upper() not in NO_ZONES and _is_zone(zone):
            series[ZONE] = zone
        yield series


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _entry(event: Any, place: str, *, is_repeated: bool) -> Entry:
    starts, ends = _utc(event["DTSTART"].dt), _utc(event["DTEND"].dt)
    key = f"{place}/{_first(event, 'UID')}"
    if is_repeated:
        origin = event["RECURRENCE-ID"]
        moved_with_all_after = "RANGE" in origin.params
        key += f"/{(starts if moved_with_all_after else _utc(origin.dt)).isoformat()}"
    if not isinstance(starts, datetime):
        ends = max(ends, starts + DAY)
    return Entry(
        key=key,
        title=_first(event, "SUMMARY"),
        description=_first(event, "DESCRIPTION"),
        start=starts,
        end=ends,
        cancelled=_first(event, "STATUS").upper() == "CANCELLED",
    )


def _utc(at: date) -> date:
    """A time in UTC; a day stays one."""
    return instant(at) if isinstance(at, datetime) else at


def _first(event: Any, name: str) -> str:
    """A text of an event, which may be there twice or not at all."""
    said = event.get(name, "")
    return str(said[0] if isinstance(said, list) else said)
