"""dm's database: the books, what was seen, what happened and the prices; loaded at the start, saved once a minute.

In: a batch. Out: all that the program goes on from. It knows no meter, and nothing of what to do when it is damaged.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from lib.core import books
from lib.core.bands import midnight
from lib.core.books import DAYS_KEPT, PENDING_KEPT, Books, Day, Month, Row, local_day
from lib.core.events import Event, Kind
from lib.core.habits import LEARNED, Note
from lib.core.parts import Parts
from lib.core.peaks import MonthPeak
from lib.core.saved import DAYS_KEPT as SAVED_KEPT
from lib.core.saved import Day as SavedDay
from lib.core.slots import Series, Slot
from lib.store import database, parts
from lib.store.batch import Batch
from lib.store.database import DamagedError, told, transaction
from lib.store.queries import understood
from lib.store.records import RecordError, crc_of, parse
from lib.store.saving import save
from lib.store.schema import LONGEST_SLOT_S, STEPS, instant, seconds

INDEX_KEPT = timedelta(days=45)
EVENTS_SHOWN = 100
MINUTES_KEPT = timedelta(weeks=5)
EVENTS_KEPT = timedelta(days=400)
PARTS_KEPT = timedelta(days=400)
PEAKS_KEPT = 13
TIDIED_AT_ONCE = 2_000

T = TypeVar("T")
Tip = tuple[int, datetime]  # the number of the open row, and when the counters of its day were read


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the program goes on from.

    Attributes:
        books: None when nothing was ever counted.
        peaks: the month peaks, newest first, the running month's among them.
        index: day-ahead prices in €/MWh: of the last 45 days, ahead, and of days with rows that wait for one.
        events: the last ones, newest first.
        accepted: the newest month peak that the owner accepted.
        parts: the last quarters by house, sun, cars and battery; notes: what had been foreseen of them. rows: quarters
            before those, of which only the grid's energy is known.
        saved: the last days with what they cost and would have cost, newest first.
        notices: what the owner should know about how it was found.

    """

    books: Books | None = None
    peaks: tuple[MonthPeak, ...] = ()
    index: Series = field(default_factory=Series)
    events: tuple[Event, ...] = ()
    accepted: MonthPeak | None = None
    parts: tuple[Parts, ...] = ()
    notes: tuple[Note, ...] = ()
    rows: tuple[Parts, ...] = ()
    saved: tuple[SavedDay, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def tip(self) -> Tip | None:
        """By what one knows again that a database is the one that was loaded."""
        return (self.books.open.number, self.books.last.at) if self.books else None


class Store:
    """An open database. One thread at a time uses it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`connection` is brought to the newest form."""
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open what is there, and look through it for damage. Raises NewerError, DamagedError, StoreError."""
        connection = database.open_writing(path, STEPS)
        try:
            database.check(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @staticmethod
    def create(path: Path, born: str, batches: Iterable[Batch] = ()) -> None:
        """Make a database beside `path` that holds `batches`; `database.settle` puts it in place. Raises StoreError."""

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO store VALUES (?)", (born,))
            for batch in batches:
                with transaction(connection):
                    save(connection, batch)

        database.build(path, STEPS, fill)

    @classmethod
    def in_memory(cls, batches: Iterable[Batch] = ()) -> "Store":
        """A store that lives as long as it is open."""
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for step in STEPS:
            for statement in step:
                connection.execute(statement)
        store = cls(connection, Path(":memory:"))
        for batch in batches:
            store.save(batch)
        return store

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def connection(self) -> sqlite3.Connection:
        """For who writes the history of days from it."""
        return self._connection

    def close(self) -> None:
        """Write the log into the file and let it go."""
        self._connection.close()

    def save(self, batch: Batch) -> None:
        """Write a batch: all of it or nothing. Raises DamagedError, StoreError."""
        with told(self._path), transaction(self._connection):
            save(self._connection, batch)

    def load(self) -> Kept:
        """What the program goes on from. Raises DamagedError, StoreError."""
        with understood(self._path):
            running = self._running()
            months = self.records(Month, "SELECT detail, crc FROM months ORDER BY month DESC")
            peaks = tuple(self._peaks())
            events = tuple(self._events(running[0].counters.at if running else None))
            accepted = self._accepted()
            saved, lost = self._saved(running[0].day if running else date.max)
            if running is None:
                return Kept(
                    peaks=peaks,
                    events=events,
                    accepted=accepted,
                    saved=saved,
                    index=self._index(None, ()),
                    notices=self._left_out(lost),
                )
            today, row = running
            quarters, notes, damaged = parts.lately(self._connection, today.counters.at)
            rows = parts.of_rows(self._connection, quarters[0].start if quarters else today.counters.at)
            before = self.records(
                Day, "SELECT detail, crc FROM days WHERE open = 0 ORDER BY day DESC LIMIT ?", DAYS_KEPT
            )
            waiting = self.records(
                Row,
                "SELECT detail, crc FROM rows WHERE open = 0 AND (eur IS NULL OR provisional = 1)"
                " ORDER BY number DESC LIMIT ?",
                PENDING_KEPT,
            )
            (count,) = self._connection.execute("SELECT max(number) FROM rows").fetchone()
            kept = books.opened((today, *before), months, open_row=row, pending=reversed(waiting), count=count)
            index = self._index(today, waiting)
            return Kept(
                books=kept,
                peaks=peaks,
                index=index,
                events=events,
                accepted=accepted,
                parts=quarters,
                notes=notes,
                rows=rows,
                saved=saved,
                notices=self._left_out(lost + damaged),
            )

    def _saved(self, until: date) -> tuple[tuple[SavedDay, ...], int]:
        """The last days up to `until` with what they cost and would have cost, and how many more are damaged."""
        found = self._connection.execute(
            "SELECT detail, crc FROM saved WHERE day <= ? ORDER BY day DESC LIMIT ?", (until.isoformat(), SAVED_KEPT)
        ).fetchall()
        days = []
        for text, crc in found:
            with suppress(DamagedError):
                days.append(self._record(SavedDay, text, crc))
        return tuple(days), len(found) - len(days)

    def _left_out(self, count: int) -> tuple[str, ...]:
        """What to tell of records that the program can do without."""
        return (f"{self._path}: records of what was foreseen or saved are damaged and left out: {count}",) * (count > 0)

    def _accepted(self) -> MonthPeak | None:
        """The newest; an older one is of a month that is over."""
        found = self._connection.execute("SELECT month, peak_w FROM accepted ORDER BY month DESC LIMIT 1").fetchone()
        return MonthPeak(date.fromisoformat(found[0]), found[1]) if found and found[1] > 0 else None

    def records(self, kind: type[T], query: str, *values: int | str) -> list[T]:
        """What a query of `detail, crc` finds. Raises DamagedError, and the errors of SQLite."""
        return [self._record(kind, *found) for found in self._connection.execute(query, values)]

    def rows(self, day: date) -> list[Row]:
        """The rows of a local day that are over, in order. Raises DamagedError, and the errors of SQLite."""
        return self.records(
            Row,
            "SELECT detail, crc FROM rows WHERE open = 0 AND since >= ? AND since < ? ORDER BY since, number",
            seconds(midnight(day)),
            seconds(midnight(day + timedelta(days=1))),
        )

    def tidy(self, now: datetime) -> None:
        """Let go what is older than it is kept, some of it at a time. Raises StoreError.

        now: the machine's time. It goes by the newest minute, but for one that stands far ahead: a wrong clock dated
        that, and all else would be old. Where the machine's own clock lags, less goes.
        """
        with told(self._path), transaction(self._connection):
            (newest,) = self._connection.execute(
                "SELECT max(minute) FROM minutes WHERE minute < ?", (seconds(now + parts.AHEAD),)
            ).fetchone()
            if newest is None:
                return
            for table, column, kept in (
                ("minutes", "minute", MINUTES_KEPT),
                ("events", "at", EVENTS_KEPT),
                ("parts", "start", PARTS_KEPT),
                ("notes", "made", LEARNED),
            ):
                before = newest - int(kept.total_seconds())
                found = self._connection.execute(
                    f"SELECT {column} FROM {table} WHERE {column} < ? ORDER BY {column} LIMIT 1 OFFSET ?",  # noqa: S608 - both names stand above
                    (before, TIDIED_AT_ONCE),
                ).fetchone()
                self._connection.execute(
                    f"DELETE FROM {table} WHERE {column} < ?",  # noqa: S608 - both names stand above
                    (found[0] if found else before,),
                )

    def _running(self) -> tuple[Day, Row] | None:
        """The running day and row, of which there is one each, or neither where nothing was counted."""
        days = self.records(Day, "SELECT detail, crc FROM days WHERE open = 1")
        rows = self.records(Row, "SELECT detail, crc FROM rows WHERE open = 1")
        if len(days) == len(rows) == 1:
            return days[0], rows[0]
        (counted,) = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM rows) OR EXISTS (SELECT 1 FROM days)"
        ).fetchone()
        if counted or days or rows:
            raise DamagedError(f"{self._path}: is damaged: it holds {len(days)} running days and {len(rows)} open rows")
        return None

    def _record(self, kind: type[T], text: str, crc: int) -> T:
        if crc != crc_of(text):
            raise DamagedError(f"{self._path}: is damaged: a {kind.__name__.lower()} is not as it was written")
        try:
            return parse(kind, text)
        except RecordError as error:
            raise DamagedError(f"{self._path}: is damaged: {error}") from error

    def _peaks(self) -> Iterator[MonthPeak]:
        found = self._connection.execute(
            "SELECT month, peak_w, at FROM peaks ORDER BY month DESC LIMIT ?", (PEAKS_KEPT,)
        )
        for month, peak_w, at in found:
            yield MonthPeak(date.fromisoformat(month), peak_w, None if at is None else instant(at))

    def _events(self, read: datetime | None) -> Iterator[Event]:
        """The last ones, without those dated far ahead of when the counters were read: a clock was wrong there."""
        found = self._connection.execute("SELECT at, kind, text FROM events ORDER BY at DESC LIMIT ?", (EVENTS_SHOWN,))
        return (event for event in events_of(found) if read is None or event.at < read + parts.AHEAD)

    def _index(self, today: Day | None, waiting: Sequence[Row]) -> Series:
        """The prices from some weeks back, and of the days before that on which rows wait for one."""
        newest = today.counters.at if today else None
        if newest is None:
            (last,) = self._connection.execute("SELECT max(start) FROM prices").fetchone()
            newest = instant(last or 0)
        since = newest - INDEX_KEPT
        slots: list[Slot] = []
        for day in sorted({local_day(row.since) for row in waiting if row.since < since}):
            slots += prices_between(self._connection, midnight(day), min(since, midnight(day + timedelta(days=1))))
        slots += prices_between(self._connection, since, datetime.max.replace(tzinfo=UTC))
        return Series(tuple(sorted(set(slots), key=lambda slot: slot.start)))


def prices_between(connection: sqlite3.Connection, start: datetime, end: datetime) -> list[Slot]:
    """The prices, in €/MWh, that hold at any instant from `start` up to `end`; none is longer than a day."""
    found = connection.execute(
        "SELECT start, until, eur_mwh FROM prices WHERE start > ? AND start < ? AND until > ? ORDER BY start",
        (seconds(start) - LONGEST_SLOT_S, seconds(end), seconds(start)),
    )
    return [Slot(instant(since), instant(until), eur_mwh) for since, until, eur_mwh in found]


def events_of(found: Iterable[tuple[int, str, str]]) -> Iterator[Event]:
    """Events by their columns; a kind that this version does not know is left out."""
    for at, kind, text in found:
        if kind in set(Kind):
            yield Event(at=instant(at), kind=Kind(kind), text=text)
