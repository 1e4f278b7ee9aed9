"""How things stand with bs: what of it outlives a start, as records by kind and name. It knows no file.

In: the owner's words, what the battery brought, what is usual, how full each battery is. Out: records, and back again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.core.gains import Booked
from lib.core.modes import StorageMode
from lib.core.usual import Usual
from lib.store import standing as records
from lib.store.standing import Key, Records

NOTED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the owner lets his batteries do; set_mode, set_reserve_pct: what his settings said then.

    So a word counts until the settings say something new.
    """

    mode: StorageMode
    set_mode: StorageMode
    reserve_pct: float | None = None
    set_reserve_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How full a battery was when it was last read."""

    soc_pct: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand; booked: of the running day and month; load, sun: usual by the hour; levels: by battery.

    None: nothing was known of it yet.
    """

    intent: Intent | None = None
    booked: Booked | None = None
    load: Usual = field(default_factory=Usual)
    sun: Usual = field(default_factory=Usual)
    levels: Mapping[str, Level] = field(default_factory=dict)


SINGLE: Mapping[str, type] = {"intent": Intent, "booked": Booked, "load": Usual, "sun": Usual}  # their name is ""
NAMED: Mapping[str, type] = {"levels": Level}
KINDS: Mapping[str, type] = {**SINGLE, **NAMED}


def records_of(standing: Standing) -> dict[Key, object]:
    """What stands, by kind and name."""
    found = records.records_of(standing, SINGLE, NAMED)
    return {key: one for key, one in found.items() if one is not None}


def standing_of(found: Records) -> Standing:
    """How things stand by their records."""
    return Standing(**records.fields_of(found, SINGLE, NAMED))


def same(one: object, written: object) -> bool:
    """Whether a record need not be written again, because nothing of it is new but that somebody looked once more."""
    match one, written:
        case Booked(), Booked():
            return one == replace(written, at=one.at)
        case Usual(), Usual():  # of the hour that runs only the means of those before are worth a write
            return (one.hour, one.by_hour) == (written.hour, written.by_hour)
        case Level(), Level():
            return round(one.soc_pct) == round(written.soc_pct) and abs(one.at - written.at) < NOTED
    return one is written or one == written
