"""Rows of months whose mean was told late: priced in the database where more of them wait than a start holds.

In: an open store, what was loaded of it, and the tariffs. Out: what is kept then. A yearly bill tells twelve means at
once, of 35 000 quarters; some of them are in memory at a time. It knows no disk.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from lib.core.bands import midnight
from lib.core.booking import repriced
from lib.core.books import Day, Prices, Row
from lib.core.formula import Formula
from lib.core.slots import Series
from lib.core.tariff import Tariffs
from lib.store.batch import Batch
from lib.store.database import transaction
from lib.store.queries import understood
from lib.store.saving import save
from lib.store.schema import seconds
from lib.store.store import Kept, Store, prices_between

PRICED_AT_ONCE = 3_000  # rows: a month of quarters
log = logging.getLogger(__name__)


def priced_late(store: Store, kept: Kept, tariffs: Tariffs) -> Kept:
    """What is kept once the rows before those that `kept` holds have the price of their month, where that is told.

    It takes seconds for each month, once; all of it is written, or nothing. Raises DamagedError, StoreError.
    """
    books = kept.books
    if books is None or not books.pending:
        return kept
    before, count = books.pending[0].number, 0
    with understood(store.path), transaction(store.connection):
        for month in sorted(told_months(tariffs)):
            following = (month + timedelta(days=32)).replace(day=1)
            start, end = midnight(month), midnight(following)
            for rows in _waiting(store, start, end, before):
                index = Series(tuple(prices_between(store.connection, start, end)))
                days = tuple(_days(store, month, following))
                books = repriced(replace(books, days=days, pending=rows), Prices(tariffs=tariffs, index=index))
                if books.changes.rows:
                    batch = Batch(open=books.open, today=replace(books.today, counters=books.last))
                    batch.put(rows=books.changes.rows, days=books.changes.days)
                    save(store.connection, batch)
                    count += len(books.changes.rows)
        if not count:
            return kept
        kept = replace(store.load(), notices=kept.notices)
    log.info("%s: %d older quarters have the price of their month now", store.path, count)
    return kept


def told_months(tariffs: Tariffs) -> set[date]:
    """The months whose mean some price goes by."""
    lines = (line for version in tariffs.versions for line in (*version.imported, *version.exported))
    prices = (price for line in lines for price in line.prices.values())
    return {month for price in prices if isinstance(price, Formula) for month in price.months}


def _waiting(store: Store, start: datetime, end: datetime, before: int) -> Iterator[tuple[Row, ...]]:
    """The rows of a time that wait for a better price, of those before a number: some at a time, the newest first.

    By the index of those that wait: mostly there are none, and by time all rows of each month would be read.
    """
    while True:
        rows = store.records(
            Row,
            "SELECT detail, crc FROM rows INDEXED BY rows_waiting WHERE open = 0 AND (eur IS NULL OR provisional = 1)"
            " AND number < ? AND since >= ? AND since < ? ORDER BY number DESC LIMIT ?",
            before,
            seconds(start),
            seconds(end),
            PRICED_AT_ONCE,
        )
        if not rows:
            return
        yield tuple(reversed(rows))
        before = rows[-1].number


def _days(store: Store, first: date, end: date) -> list[Day]:
    """The days of a time that are over, newest first."""
    return store.records(
        Day,
        "SELECT detail, crc FROM days WHERE open = 0 AND day >= ? AND day < ? ORDER BY day DESC",
        first.isoformat(),
        end.isoformat(),
    )
