"""What days cost and would have cost: their table in dm's database. `detail` is the whole truth, the rest for looking.

In: days. Out: rows. It knows no file, and the transaction is its caller's.
"""

import sqlite3
from collections.abc import Iterable

from lib.core.saved import Day
from lib.store.records import crc_of, text_of


def save(connection: sqlite3.Connection, days: Iterable[Day]) -> None:
    """Write them; a day that is there already is written anew."""
    connection.executemany(
        "INSERT OR REPLACE INTO saved VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [_row(day) for day in days]
    )


def _row(day: Day) -> tuple[object, ...]:
    detail = text_of(day)
    return (
        day.day.isoformat(),
        day.eur,
        day.naive_eur,
        day.peak_w,
        day.naive_peak_w,
        day.planned_eur,
        day.quarters,
        day.missing,
        detail,
        crc_of(detail),
    )
