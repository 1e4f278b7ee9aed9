"""Entries in order of time. All-day events and times without zone are Belgian."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from lib.core.stamp import BRUSSELS
from lib.core.trip import Entry


def in_order(entries: Iterable[Entry], start: datetime, end: datetime) -> tuple[Entry, ...]:
    """Those of `entries` that touch the time from `start` to `end`, by their start."""
    touching = [
        entry
        for entry in entries
        if instant(entry.start) < end and max(instant(entry.start) + timedelta.resolution, instant(entry.end)) > start
    ]
    return tuple(sorted(touching, key=lambda entry: (instant(entry.start), entry.key)))


def instant(at: date) -> datetime:
    """A time, or the first instant of a local day, in UTC; a time without zone that is there twice is the first."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), BRUSSELS)
    return (at if at.tzinfo else at.replace(tzinfo=BRUSSELS)).astimezone(UTC)
