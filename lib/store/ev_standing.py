"""How things stand with ev: what of it outlives a start, as records by kind and name. It knows no file.

In: intents, open sessions, states of charge and what else a start goes on from. Out: records, and back again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lib.core.modes import Mode, Phases
from lib.core.plugged import Plugged
from lib.core.sessions import Session
from lib.core.soc import Soc
from lib.core.trip import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the owner wants of a charger; boost_until: fast until then."""

    mode: Mode
    wish: Phases = Phases.AUTO
    boost_until: datetime | None = None


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

    plugged: which car hangs where, the owner's word for it among that.
    """

    intents: Mapping[str, Intent] = field(default_factory=dict)
    plugged: Plugged = field(default_factory=Plugged)
    socs: Mapping[str, Soc] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    switches: Mapping[str, Switches] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


Key = tuple[str, str]  # kind and name
Records = Mapping[Key, object]
Closed = Mapping[tuple[str, datetime], Session]  # by charger and begin

PLUGGED: Key = ("plugged", "")
KINDS: Mapping[str, type] = {
    PLUGGED[0]: Plugged,
    "intents": Intent,
    "socs": Soc,
    "sessions": Session,
    "switches": Switches,
    "calendars": Calendar,
}


def records_of(standing: Standing) -> dict[Key, object]:
    """What stands, by kind and name."""
    found: dict[Key, object] = {PLUGGED: standing.plugged}
    for kind in KINDS:
        if kind != PLUGGED[0]:
            found |= {(kind, name): one for name, one in getattr(standing, kind).items()}
    return found


def standing_of(records: Records) -> Standing:
    """How things stand by their records."""
    named: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for (kind, name), one in records.items():
        named[kind][name] = one
    return Standing(plugged=named.pop(PLUGGED[0]).get(PLUGGED[1], Plugged()), **named)


def same(one: object, written: object) -> bool:
    """Whether a record need not be written again: also not when only somebody looked at a session."""
    if isinstance(one, Session) and isinstance(written, Session):
        return one == replace(written, seen=one.seen, split_at=one.split_at)
    return one is written or one == written
