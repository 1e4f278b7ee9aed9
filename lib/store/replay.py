"""What a replay goes by: quarters with their parts, prices, peaks, and how the highest quarters went.

In: dm's database, which dm may be writing to. Out: values of the core, one moment for all that is read. It writes
nothing.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from lib.core.books import Day, Month, local_day
from lib.core.charges import Used
from lib.core.peaks import MonthPeak
from lib.core.quarter import QUARTER
from lib.core.slots import Series, Slot
from lib.core.whatif import Past
from lib.store import parts
from lib.store.database import open_reading
from lib.store.queries import Step, entries, understood
from lib.store.records import parse
from lib.store.schema import LONGEST_SLOT_S, STEPS, instant, seconds
from lib.store.traces import Minute, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A quarter that ended above its target, and why."""

    average_w: float
    target_w: float
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The quarters from a time to another, in order; unwatched_wh: drawn and fed in within gaps, of no known quarter.

    Attributes:
        used: what the local year had counted before the first of them.
        split: how many of them are known in parts.

    """

    quarters: tuple[Past, ...] = ()
    unwatched_wh: int = 0
    used: Used = field(default_factory=Used)
    split: int = 0


@contextmanager
def looked_into(path: Path) -> Iterator[sqlite3.Connection]:
    """The database for looking, as it is at this moment. Raises StoreError."""
    with closing(open_reading(path, STEPS)) as connection, understood(path):
        connection.execute("BEGIN")
        yield connection


def reach(connection: sqlite3.Connection) -> tuple[datetime, datetime] | None:
    """From when to when anything was counted; None: nothing was."""
    first, last = connection.execute("SELECT min(since), max(until) FROM rows").fetchone()
    return None if first is None else (instant(first), instant(last))


def watched(connection: sqlite3.Connection, start: datetime, end: datetime) -> Watched:
    """The quarters that are over. What is known of their parts stands with them."""
    known = {one.start: one for one in parts.between(connection, start, end)}
    found: list[Past] = []
    unwatched_wh = 0
    for entry in entries(connection, start, end, Step.QUARTER):
        if entry.gap:
            unwatched_wh += sum(entry.import_wh.values()) + sum(entry.export_wh.values())
        elif not entry.running:
            found.append(
                Past(
                    start=entry.start,
                    import_wh=entry.import_wh,
                    export_wh=entry.export_wh,
                    average_w=entry.peak_w,
                    parts=known.get(entry.start),
                )
            )
    used = Used()
    if found:
        query = "SELECT detail FROM days WHERE day = ?"
        for (detail,) in connection.execute(query, (local_day(found[0].start).isoformat(),)):
            used = parse(Day, detail).used
    split = sum(one.parts is not None for one in found)
    return Watched(quarters=tuple(found), unwatched_wh=unwatched_wh, used=used, split=split)


def index_between(connection: sqlite3.Connection, start: datetime, end: datetime) -> Series:
    """The day-ahead price in €/MWh, as far as it is stored."""
    found = connection.execute(
        "SELECT start, until, eur_mwh FROM prices WHERE start > ? AND start < ? AND until > ? ORDER BY start",
        (seconds(start) - LONGEST_SLOT_S, seconds(end), seconds(start)),
    )
    return Series(tuple(Slot(instant(since), instant(until), eur_mwh) for since, until, eur_mwh in found))


def peaks(connection: sqlite3.Connection) -> Mapping[date, MonthPeak]:
    """The month peaks that were kept, by the first day of the month."""
    found = connection.execute("SELECT month, peak_w, at FROM peaks ORDER BY month").fetchall()
    months = [(date.fromisoformat(month), peak_w, None if at is None else instant(at)) for month, peak_w, at in found]
    return {month: MonthPeak(month, peak_w, at) for month, peak_w, at in months}


def closed_months(connection: sqlite3.Connection, first: date, last: date) -> dict[date, Month]:
    """The months that are over, from one to another, both with it."""
    query = "SELECT detail FROM months WHERE month BETWEEN ? AND ? ORDER BY month"
    found = [parse(Month, detail) for (detail,) in connection.execute(query, (first.isoformat(), last.isoformat()))]
    return {one.month: one for one in found}


def days_between(connection: sqlite3.Connection, first: date, last: date) -> Iterator[Day]:
    """The days from one to another, both with it, oldest first."""
    query = "SELECT detail FROM days WHERE day BETWEEN ? AND ? ORDER BY day"
    for (detail,) in connection.execute(query, (first.isoformat(), last.isoformat())):
        yield parse(Day, detail)


def trace(connection: sqlite3.Connection, start: datetime) -> Trace | None:
    """The seconds of the quarter that began then; None: they were not kept."""
    query = "SELECT month, peak_w, watts FROM traces WHERE start = ?"
    for month, peak_w, watts in connection.execute(query, (seconds(start),)):
        values = tuple(None if one is None else int(one) for one in json.loads(watts))
        return Trace(month=date.fromisoformat(month), start=start, peak_w=peak_w, watts=values)
    return None


def minutes(connection: sqlite3.Connection, start: datetime) -> tuple[Minute, ...]:
    """The minutes of the quarter that began then, as far as they are still kept."""
    query = "SELECT minute, mean_w, least_w, most_w, quarter_w FROM minutes WHERE minute >= ? AND minute < ?"
    found = connection.execute(f"{query} ORDER BY minute", (seconds(start), seconds(start + QUARTER)))
    return tuple(
        Minute(start=instant(at), mean_w=mean_w, least_w=least_w, most_w=most_w, quarter_w=quarter_w)
        for at, mean_w, least_w, most_w, quarter_w in found
    )


def over(connection: sqlite3.Connection, start: datetime) -> Over | None:
    """Why the quarter that began then ended above its target; None: it did not."""
    query = "SELECT average_w, target_w, cause FROM above WHERE start = ?"
    for average_w, target_w, cause in connection.execute(query, (seconds(start),)):
        return Over(average_w=average_w, target_w=target_w, cause=cause)
    return None
