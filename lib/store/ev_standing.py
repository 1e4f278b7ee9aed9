"""How things stand with ev: what of it outlives a start, as records by kind and name. It knows no file.

In: intents, open sessions, states of charge and what else a start goes on from. Out: records, and back again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.core.charger import Found
from lib.core.counting import Count, QuarterWh
from lib.core.modes import Mode, Phases
from lib.core.plugged import Plugged
from lib.core.sessions import Session
from lib.core.soc import Soc
from lib.core.trip import Entry, Trip
from lib.core.usual import Usual
from lib.store import standing as records
from lib.store.standing import Key, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the owner wants of a charger; boost_until: fast until then.

    was_a, told_a: in MANUAL, what it was set to by hand, and told instead for a full circuit; None: it is as it was.
    """

    mode: Mode
    wish: Phases = Phases.AUTO
    boost_until: datetime | None = None
    was_a: float | None = None
    told_a: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The last good list of a calendar, and when it came."""

    entries: tuple[Entry, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """When a charger switched phases lately: there is a most for an hour and a day."""

    at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand: intents, open sessions and switches by charger, states of charge by car, calendars by name.

    away: by car, the trip that it left for;
    counts: by charger, what its quarter came to so far;
    owners: what chargers were set to when we came, by charger, until that is given back;
    plugged: which car hangs where, the owner's word for it among that; usual: what the house draws at an hour.
    """

    intents: Mapping[str, Intent] = field(default_factory=dict)
    plugged: Plugged = field(default_factory=Plugged)
    usual: Usual = field(default_factory=Usual)
    socs: Mapping[str, Soc] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    switches: Mapping[str, Switches] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    owners: Mapping[str, Found] = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)
    away: Mapping[str, Trip] = field(default_factory=dict)


Closed = Mapping[tuple[str, datetime], Session]  # by charger and begin
Ended = Mapping[tuple[str, datetime], QuarterWh]  # the same

SINGLE: Mapping[str, type] = {"plugged": Plugged, "usual": Usual}  # their name is ""
NAMED: Mapping[str, type] = {
    "intents": Intent,
    "socs": Soc,
    "sessions": Session,
    "switches": Switches,
    "calendars": Calendar,
    "owners": Found,
    "counts": Count,
    "away": Trip,
}
KINDS: Mapping[str, type] = {**SINGLE, **NAMED}
NOTED = timedelta(minutes=1)


def records_of(standing: Standing) -> dict[Key, object]:
    """What stands, by kind and name."""
    return records.records_of(standing, SINGLE, NAMED)


def standing_of(found: Records) -> Standing:
    """How things stand by their records."""
    return Standing(**records.fields_of(found, SINGLE, NAMED))


def same(one: object, written: object) -> bool:
    """Whether a record need not be written again, because nothing of it is new but that somebody looked once more."""
    match one, written:
        case Session(), Session():
            return one == replace(written, seen=one.seen, split_at=one.split_at)
        case Count(), Count():
            return one == replace(written, seen=one.seen)
        case Calendar(), Calendar():  # its time is reckoned from our seconds, and differs by a hair each time
            return one.entries == written.entries and abs(one.at - written.at) < NOTED
        case Switches(), Switches():
            return len(one.at) == len(written.at) and all(
                abs(now - was) < NOTED for now, was in zip(one.at, written.at, strict=True)
            )
        case Usual(), Usual():  # of the hour that runs only the means of those before are worth a write
            return (one.hour, one.by_hour) == (written.hour, written.by_hour)
    return one is written or one == written
