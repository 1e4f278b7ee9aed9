"""A batch → the tables of dm's database, each thing once. It knows no file, and the transaction is its caller's."""

import json
import sqlite3
from contextlib import closing

from lib.core.books import Day, Month, Row
from lib.core.charges import plus, total_eur
from lib.core.slots import Series, Slot
from lib.store import parts, saved
from lib.store.batch import Batch, Told
from lib.store.records import crc_of, text_of
from lib.store.schema import LONGEST_SLOT_S, instant, seconds


def save(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write all of it. Closed rows come first: the one that was open may be among them."""
    connection.executemany(SAVE_ROW, [_row(row, is_open=False) for row in batch.rows.values()])
    days = [day for day in batch.days.values() if batch.today is None or day.day != batch.today.day]
    connection.executemany(SAVE_DAY, [_day(day, is_open=False) for day in days])
    if batch.open is not None and batch.today is not None:
        _save_running(connection, batch.open, batch.today)
    connection.executemany(SAVE_MONTH, [_month(month) for month in batch.months.values()])
    connection.executemany(
        "INSERT INTO peaks VALUES (?, ?, ?)"
        " ON CONFLICT (month) DO UPDATE SET peak_w = excluded.peak_w, at = excluded.at",
        [(one.month.isoformat(), one.peak_w, one.at and seconds(one.at)) for one in batch.peaks.values()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?, ?)",
        [
            (seconds(one.start), one.mean_w, one.least_w, one.most_w, one.quarter_w)
            for one in sorted(batch.minutes.values(), key=lambda one: one.start)
        ],
    )
    connection.executemany(
        "INSERT INTO traces VALUES (?, ?, ?, ?) ON CONFLICT (month) DO UPDATE"
        " SET start = excluded.start, peak_w = excluded.peak_w, watts = excluded.watts"
        " WHERE excluded.peak_w >= traces.peak_w",
        [
            (one.month.isoformat(), seconds(one.start), one.peak_w, json.dumps(one.watts, separators=(",", ":")))
            for one in batch.traces.values()
        ],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO events VALUES (?, ?, ?)",
        [(seconds(one.at), one.kind, one.text.encode(errors="replace").decode()) for one in batch.events],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO above VALUES (?, ?, ?, ?)",
        [(seconds(one.start), one.average_w, one.target_w, one.cause) for one in batch.above.values()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO accepted VALUES (?, ?)",
        [(month.isoformat(), peak_w) for month, peak_w in batch.accepted.items()],
    )
    parts.save(connection, batch.parts.values(), batch.notes.values())
    saved.save(connection, batch.saved.values())
    for one in batch.prices:
        _save_prices(connection, one)


def _save_running(connection: sqlite3.Connection, row: Row, today: Day) -> None:
    """The row and the day that go on. Each minute touches as few pages as can be: what is indexed is left as it is."""
    number, day = row.number, today.day.isoformat()
    # the row that was open is closed by now, or came to nothing
    connection.execute("DELETE FROM rows WHERE open = 1 AND number <> ?", (number,))
    connection.execute("DELETE FROM rows WHERE number = ? AND open = 0", (number,))
    connection.execute(SAVE_OPEN, _row(row, is_open=True))
    connection.execute("UPDATE days SET open = 0 WHERE open = 1 AND day <> ?", (day,))
    connection.execute(SAVE_TODAY, _day(today, is_open=True))
    connection.execute("UPDATE days SET open = 1 WHERE day = ? AND open = 0", (day,))


SAVE_ROW = """
INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET
    since = excluded.since, until = excluded.until, quarter = excluded.quarter, gap = excluded.gap,
    estimated = excluded.estimated, provisional = excluded.provisional, open = excluded.open,
    average_w = excluded.average_w, import_wh = excluded.import_wh, export_wh = excluded.export_wh,
    gas_l = excluded.gas_l, water_l = excluded.water_l, eur = excluded.eur,
    detail = excluded.detail, crc = excluded.crc
"""
SAVE_OPEN = """
INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET
    until = excluded.until, estimated = excluded.estimated, average_w = excluded.average_w,
    import_wh = excluded.import_wh, export_wh = excluded.export_wh, gas_l = excluded.gas_l, water_l = excluded.water_l,
    detail = excluded.detail, crc = excluded.crc
"""
SAVE_DAY = """
INSERT INTO days (day, open, import_wh, export_wh, gas_l, water_l, eur, unpriced_wh, peak_w, detail, crc)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day) DO UPDATE SET
    open = excluded.open, import_wh = excluded.import_wh, export_wh = excluded.export_wh, gas_l = excluded.gas_l,
    water_l = excluded.water_l, eur = excluded.eur, unpriced_wh = excluded.unpriced_wh, peak_w = excluded.peak_w,
    detail = excluded.detail, crc = excluded.crc
"""
SAVE_TODAY = SAVE_DAY.replace("open = excluded.open, ", "")
SAVE_MONTH = """
INSERT INTO months VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (month) DO UPDATE SET
    peak_w = excluded.peak_w, billed_w = excluded.billed_w, eur = excluded.eur,
    detail = excluded.detail, crc = excluded.crc
"""


def _row(row: Row, *, is_open: bool) -> tuple[object, ...]:
    detail = text_of(row)
    return (
        row.number,
        seconds(row.since),
        seconds(row.until),
        seconds(row.quarter),
        row.gap,
        row.estimated,
        row.provisional,
        is_open,
        row.average_w,
        sum(row.amounts.import_wh.values()),
        sum(row.amounts.export_wh.values()),
        row.amounts.gas_l,
        row.amounts.water_l,
        None if is_open or row.charges is None else total_eur(row.charges),
        detail,
        crc_of(detail),
    )


def _day(day: Day, *, is_open: bool) -> tuple[object, ...]:
    whole, detail = day.whole, text_of(day)
    return (
        day.day.isoformat(),
        is_open,
        sum(whole.amounts.import_wh.values()),
        sum(whole.amounts.export_wh.values()),
        whole.amounts.gas_l,
        whole.amounts.water_l,
        total_eur(plus(whole.charges, day.fees)),
        whole.unpriced_wh,
        day.peak_w,
        detail,
        crc_of(detail),
    )


def _month(month: Month) -> tuple[object, ...]:
    detail = text_of(month)
    return (
        month.month.isoformat(),
        month.peak_w,
        month.billed_w,
        total_eur(month.charges),
        detail,
        crc_of(detail),
    )


def _save_prices(connection: sqlite3.Connection, told_now: Told) -> None:
    """Newer prices win where both say something: slots of an hour are cut by slots of a quarter within them."""
    if not told_now.slots:
        return
    start = min(slot.start for slot in told_now.slots)
    end = max(slot.end for slot in told_now.slots)
    with closing(
        connection.execute(
            "SELECT start, until, eur_mwh, source FROM prices WHERE start > ? AND start < ? AND until > ?",
            (seconds(start) - LONGEST_SLOT_S, seconds(end), seconds(start)),
        )
    ) as found:
        known = [(Slot(instant(since), instant(until), eur_mwh), source) for since, until, eur_mwh, source in found]
    before = Series(tuple(sorted((slot for slot, _ in known), key=lambda slot: slot.start)))
    source_at = {slot.start: source for slot, source in known}
    connection.executemany("DELETE FROM prices WHERE start = ?", [(seconds(slot.start),) for slot in before.slots])
    rows = []
    for slot in before.joined(told_now.slots).slots:
        is_new = slot in told_now.slots
        was = None if is_new else before.at(slot.start)
        source = source_at[was.start] if was else told_now.source
        rows.append((seconds(slot.start), seconds(slot.end), slot.value, source))
    connection.executemany("INSERT OR REPLACE INTO prices VALUES (?, ?, ?, ?)", rows)
