"""A house whose meter counts by the clock: the same instant shows the same counters, whatever ran in between."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.clock import TurnedClock
from lib.core.booking import after
from lib.core.books import Books, Closed, Prices
from lib.core.counters import Counters
from lib.core.house import House
from lib.core.metering import Heard
from lib.core.metering import after as house_after
from lib.core.quarter import QUARTER, start_of
from lib.store import database
from lib.store.batch import Batch
from lib.store.database import open_reading
from lib.store.recorder import Recorder
from lib.store.schema import STEPS
from lib.store.store import Kept
from tests.conftest import NOON, RULES, SIMPLE, a_reading

FREE = Prices(tariffs=SIMPLE)
ZERO = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def imported_wh(at: datetime) -> dict[str, int]:
    """What the registers show: 360 W by day, 180 W by night."""
    seconds = int((at - ZERO).total_seconds())
    return {"1": 1_000_000 + seconds // 10, "2": 2_000_000 + seconds // 20}


def counted(at: datetime) -> Counters:
    """All counters at an instant."""
    seconds = int((at - ZERO).total_seconds())
    return Counters(
        at=at,
        serial="1TST0000000001",
        import_wh=imported_wh(at),
        export_wh={"1": seconds // 100, "2": 0},
        gas_l={"7A": 10_000 + seconds // 60},
        water_l={"8B": 500 + seconds // 300},
        gas_at=at,
        water_at=at,
    )


def steps(
    start: datetime, end: datetime, *, step: timedelta = timedelta(minutes=1), books: Books | None = None
) -> Iterator[Books]:
    """The books from `start` up to `end`, after each step; a quarter that ends counts 540 W."""
    at = start
    while at < end:
        closed = None
        if books is not None and start_of(books.last.at) < start_of(at) and at - books.last.at <= QUARTER:
            closed = Closed(start=start_of(books.last.at), average_w=540)
        books = after(books, counted(at), FREE, closed)
        yield books
        at += step


def batch_of(books: Books, batch: Batch | None = None) -> Batch:
    """What a step leaves to be saved, on top of what waits."""
    batch = batch or Batch()
    batch.put(rows=books.changes.rows, days=books.changes.days, months=books.changes.months)
    batch.open = books.open
    batch.today = replace(books.today, counters=books.last)
    return batch


def heard(house: House, at: datetime, grid_w: float = 360.0, **said: Any) -> House:
    """The house after a telegram of this meter."""
    now = imported_wh(at)
    reading = a_reading(at, grid_w=grid_w, import_1_wh=now["1"], import_2_wh=now["2"], **said)
    return house_after(house, Heard(reading=reading, received=at), RULES)


def recorder_in(home: Path, at: datetime = NOON) -> tuple[Recorder, Kept, TurnedClock]:
    """A recorder on the database of a home, and the clock it goes by."""
    clock = TurnedClock(at)
    recorder, kept = Recorder.open(home / "data" / "dm.db", history=home / "history", clock=clock)
    return recorder, kept, clock


async def lived(home: Path, start: datetime, end: datetime, *, step: timedelta = timedelta(minutes=5)) -> Books:
    """Let the program run in a home from `start` up to `end`, from what it kept; the books as it left them."""
    recorder, kept, _ = recorder_in(home, start)
    found = kept.books
    for found in steps(start, end, step=step, books=kept.books):
        recorder.take(House(books=found))
        if found.changes.rows:
            await recorder.commit()
    await recorder.close()
    assert recorder.trouble is None
    assert found is not None
    return found


def counted_wh(path: Path) -> int:
    """What all rows hold of what was taken, the running one among them."""
    return int(str(query(path, "SELECT total(import_wh) FROM rows")[0][0]).removesuffix(".0"))


def query(path: Path, text: str) -> list[tuple[object, ...]]:
    """What another program sees."""
    with closing(open_reading(path, STEPS)) as connection:
        return connection.execute(text).fetchall()


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """A database that can be read and not written, and no place for temporary files: as on a Pi's one card, full.

    Root or not: who holds it open keeps it for themselves.
    """
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(path, isolation_level=None)) as other:
        patch.setattr(database, "BUSY_S", 0.01)
        patch.setattr(tempfile, "tempdir", str(path / "no folder"))
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        yield
