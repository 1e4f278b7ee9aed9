"""A calendar entry → the trips it holds. Knows no calendar service."""

from dataclasses import dataclass
from datetime import date, datetime

from lib.core.car import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a calendar, as its service tells it, a repeated one once for each time.

    Attributes:
        key: calendar, event and, of a repeated one, its original start: the same as long as it is the same event.
        start, end: UTC; of an all-day one the local days, the last one excluded.
        declined: the owner said no; kind: what the service calls it, such as "birthday".

    """

    key: str
    title: str
    description: str = ""
    start: datetime | date
    end: datetime | date
    cancelled: bool = False
    declined: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A car is needed.

    Attributes:
        key: the entry's, with the car: a moved event moves its trip.
        title: of the event, without its tags.
        ready: when the car must be charged; departs, returns: UTC.
        ask: what it wants; the car's default where the event says nothing.

    """

    key: str
    car: str
    title: str
    ready: datetime
    departs: datetime
    returns: datetime
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """All that calendars hold: trips in order of departure, and what the owner should know about the events."""

    trips: tuple[Trip, ...] = ()
    notes: tuple[str, ...] = ()
