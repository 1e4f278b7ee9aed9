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

from lib.core.habits import LEARNED, TALLIED_DAYS, Note
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.store.database import open_reading
from lib.store.queries import understood
from lib.store.records import RecordError, parse
from lib.store.schema import STEPS, instant, seconds

MOST_WH = 1_000_000.0  # no house draws that in a quarter: the file is damaged there
MOST_W = 4 * MOST_WH
AHEAD = timedelta(days=1)
COLUMNS = "start, load_wh, sun_wh, cars_wh, battery_wh, held"
SOUND = " AND ".join(f"abs({name}) < {MOST_WH}" for name in ("load_wh", "coalesce(sun_wh, 0)", "cars_wh", "battery_wh"))


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
    """The quarters that begin in [start, end), without those that are none."""
    found = connection.execute(
        f"SELECT {COLUMNS} FROM parts WHERE start >= ? AND start < ? AND {SOUND} ORDER BY start",  # noqa: S608 - the names stand above
        (seconds(start), seconds(end)),
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


def lately(connection: sqlite3.Connection, end: datetime) -> tuple[tuple[Parts, ...], tuple[Note, ...], int]:
    """The quarters up to `end` that a start learns from, what had been foreseen of them, and how many are damaged.

    What stands far ahead was dated by a clock that was wrong. Of notes too old to be tallied only the sun's forecast
    for their own quarter is read: the roof learns from that.
    """
    since, tallied = end - LEARNED, end - timedelta(days=TALLIED_DAYS + 2)
    told = [  # row by row: all of them as texts would be the most that a start holds
        _note(*row)
        for row in connection.execute(
            "SELECT made, told_w, iif(made >= :tallied, load_w, '[]'), iif(made >= :tallied, sun_w, '[]')"
            " FROM notes WHERE made >= :since AND made < :until ORDER BY made",
            {"since": seconds(since), "tallied": seconds(tallied), "until": seconds(end + AHEAD)},
        )
    ]
    notes = tuple(note for note in told if note is not None)
    found = tuple(between(connection, since, end + AHEAD))
    (count,) = connection.execute(
        "SELECT count(*) FROM parts WHERE start >= ? AND start < ?", (seconds(since), seconds(end + AHEAD))
    ).fetchone()
    return found, notes, count - len(found) + len(told) - len(notes)


def _note(made: int, told_w: float | None, load_w: str, sun_w: str) -> Note | None:
    """A note by its columns; None where they are none."""
    try:
        loads_w, suns_w = parse(tuple[float, ...], load_w), parse(tuple[float, ...], sun_w)
    except RecordError:
        return None
    is_sound = all(abs(watts) < MOST_W for watts in (told_w or 0.0, *loads_w, *suns_w))
    if not is_sound or len(loads_w) != len(suns_w):
        return None
    return Note(made=instant(made), told_w=told_w, load_w=loads_w, sun_w=suns_w)


def of_rows(connection: sqlite3.Connection, before: datetime) -> tuple[Parts, ...]:
    """Quarters that the books alone know, from before there were parts: what came from the grid, less what went there.

    They are the house's own only where there is nothing else. before: the first that has parts. Only those that were
    watched whole.
    """
    found = connection.execute(
        "SELECT quarter, sum(import_wh), sum(export_wh) FROM rows WHERE open = 0 AND since >= ? AND since < ?"
        " GROUP BY quarter HAVING min(since) = quarter AND max(until) = quarter + ? AND max(gap) = 0"
        " AND max(estimated) = 0 ORDER BY quarter",
        (seconds(before - LEARNED), seconds(before), int(QUARTER / timedelta(seconds=1))),
    )
    return tuple(Parts(start=instant(start), load_wh=import_wh - export_wh) for start, import_wh, export_wh in found)
