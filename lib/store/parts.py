"""Quarters by house, sun, cars and battery, and what had been foreseen of them: their tables in dm's database.

In: an open database. Out: what it holds of them, in order of time. It knows no file, and the transaction is its
caller's.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from lib.core.habits import LEARNED, Note
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.store.database import open_reading
from lib.store.queries import understood
from lib.store.schema import STEPS, instant, seconds

MOST_WH = 1_000_000.0  # no house draws that in a quarter: the file is damaged there
COLUMNS = "start, load_wh, sun_wh, cars_wh, battery_wh, held"


def save(connection: sqlite3.Connection, parts: Iterable[Parts], notes: Iterable[Note]) -> None:
    """Write them; a quarter that is there already is written anew, a note stands as it was made first."""
    connection.executemany(
        "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)",
        [(seconds(one.start), one.load_wh, one.sun_wh, one.cars_wh, one.battery_wh, one.held) for one in parts],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)",
        [(seconds(one.made), one.told_w, json.dumps(one.load_w), json.dumps(one.sun_w)) for one in notes],
    )


def between(connection: sqlite3.Connection, start: datetime, end: datetime) -> Iterator[Parts]:
    """The quarters that begin in [start, end)."""
    found = connection.execute(
        f"SELECT {COLUMNS} FROM parts WHERE start >= ? AND start < ? AND abs(load_wh) < ? ORDER BY start",  # noqa: S608 - the names stand above
        (seconds(start), seconds(end), MOST_WH),
    )
    for start_s, load_wh, sun_wh, cars_wh, battery_wh, held in found:
        yield Parts(
            start=instant(start_s),
            load_wh=load_wh,
            sun_wh=sun_wh,
            cars_wh=cars_wh,
            battery_wh=battery_wh,
            held=bool(held),
        )


def read(path: Path, start: datetime, end: datetime) -> list[Parts]:
    """The same of a database that its program may be writing to. Raises StoreError."""
    with closing(open_reading(path, STEPS)) as connection, understood(path):
        return list(between(connection, start, end))


def lately(connection: sqlite3.Connection) -> tuple[tuple[Parts, ...], tuple[Note, ...]]:
    """The quarters that a start learns from, and what had been foreseen of them."""
    (newest,) = connection.execute("SELECT max(start) FROM parts").fetchone()
    if newest is None:
        return (), ()
    end = instant(newest) + QUARTER
    since = end - LEARNED
    found = connection.execute(
        "SELECT made, told_w, load_w, sun_w FROM notes WHERE made >= ? AND made < ? ORDER BY made",
        (seconds(since), seconds(end + QUARTER)),
    )
    notes = tuple(
        Note(made=instant(made), told_w=told_w, load_w=tuple(json.loads(load_w)), sun_w=tuple(json.loads(sun_w)))
        for made, told_w, load_w, sun_w in found
    )
    return tuple(between(connection, since, end)), notes


def of_rows(connection: sqlite3.Connection, before: datetime | None) -> tuple[Parts, ...]:
    """Quarters that the books alone know, from before there were parts: what came from the grid, less what went there.

    They are the house's own only where there is nothing else. before: the first that has parts; None: there is none.
    Only those that were watched whole.
    """
    if before is None:
        (newest,) = connection.execute("SELECT max(until) FROM rows").fetchone()
        if newest is None:
            return ()
        before = instant(newest)
    found = connection.execute(
        "SELECT quarter, sum(import_wh), sum(export_wh) FROM rows WHERE open = 0 AND since >= ? AND since < ?"
        " GROUP BY quarter HAVING min(since) = quarter AND max(until) = quarter + ? AND max(gap) = 0"
        " AND max(estimated) = 0 ORDER BY quarter",
        (seconds(before - LEARNED), seconds(before), int(QUARTER / timedelta(seconds=1))),
    )
    return tuple(Parts(start=instant(start), load_wh=import_wh - export_wh) for start, import_wh, export_wh in found)
