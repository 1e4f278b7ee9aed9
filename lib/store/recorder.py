"""Keeps what happens: takes each state of the house without waiting, and writes in a thread of its own, once a minute.

In: states of the house, and prices. Out: the database and the history folder, and a sentence while they cannot be
written. A disk that is full, read-only, locked or gone stops nothing: what waits is written when it can be again.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from lib.clock import Clock
from lib.core.books import Books, Day, Row
from lib.core.habits import Note
from lib.core.house import House
from lib.core.peaks import Peaks
from lib.core.saved import Saving
from lib.core.slots import Slot
from lib.core.tariff import Tariffs
from lib.store.batch import Batch, Told
from lib.store.database import NewerError, StoreError
from lib.store.disk import Disk, file_at
from lib.store.history import HistoryFolder
from lib.store.keeping import due
from lib.store.late import priced_late
from lib.store.rescue import added_up, look, open_store
from lib.store.store import Kept, Store, Tip
from lib.store.traces import MinuteTrace, QuarterTrace

TIDY_EVERY = 60  # commits
log = logging.getLogger(__name__)


class Recorder:
    """The memory of one program."""

    def __init__(self, writer: "Writer", trouble: str | None = None, saving: Saving | None = None) -> None:
        """`writer` does the work in the thread; saving: what the database holds of it."""
        self._writer = writer
        self._disk = Disk(writer.path, writer.clock, trouble)
        self._house = House()
        self._saved: Books | None = None
        self._saving = saving or Saving()
        self._batch = Batch()
        self._minute = MinuteTrace()
        self._quarter = QuarterTrace()
        self._urgent = asyncio.Event()
        self._one = asyncio.Lock()

    @classmethod
    def open(cls, path: Path, *, history: Path, clock: Clock) -> tuple["Recorder", Kept]:
        """The recorder on the database at `path`, and what was kept there. It may take seconds; ask it before the loop.

        history: the folder of the day files. Raises NewerError: the file is of a newer program. Whatever else is in
        the way is the recorder's `trouble`, and it goes on trying.
        """
        folder = HistoryFolder(history)
        store, trouble = None, None
        try:
            opened = open_store(path, folder, clock)
            store, kept = opened.store, opened.kept
        except StoreError as error:
            if isinstance(error, NewerError):
                raise
            trouble = str(error)
            log.warning("%s; the program goes on and tries again", trouble)
            kept = _looked(path, folder, clock)
        for notice in kept.notices:
            log.warning(notice)
        return cls(Writer(path, folder, clock, store, kept.tip), trouble, Saving(days=kept.saved)), kept

    def priced_late(self, kept: Kept, tariffs: Tariffs) -> Kept:
        """What is kept once months that were told late have priced all their rows; as `open`, ask it before the loop.

        Where that cannot be written it is left to the next start.
        """
        try:
            return self._writer.priced_late(kept, tariffs)
        except StoreError as error:
            log.warning("%s; older quarters stay at their estimate until the next start", error)
            return kept

    @property
    def trouble(self) -> str | None:
        """Why nothing is written just now, for the owner; None while all is well."""
        trouble = self._disk.trouble
        if trouble is None or not self._batch.given_up:
            return trouble
        return f"{trouble}; {self._batch.given_up} quarters of detail are lost, days and counters are not"

    def take(self, house: House) -> None:
        """Take one state; call it with each, for what a step finished stands only in the state it leaves."""
        before, self._house = self._house, house
        if house is before:
            return
        self._batch.put(events=house.events)
        if house.books is not None and house.books is not before.books:
            self._take_books(house.books)
        if house.peaks is not None and house.peaks is not before.peaks:
            self._take_peaks(before.peaks, house.peaks)
        if house.accepted != before.accepted:
            self._take_accepted(before, house)
        if house.above is not None:
            self._batch.add(Batch(above={house.above.start: house.above}))
        if house.parts is not None:
            self._batch.add(Batch(parts={house.parts.start: house.parts}))
        if house.reading is not None and house.reading is not before.reading:
            self._take_reading(before, house)

    def take_prices(self, source: str, slots: tuple[Slot, ...]) -> None:
        """Keep day-ahead prices in €/MWh, which win over older ones."""
        self._batch.add(Batch(prices={Told(source, slots): None}))

    def take_note(self, note: Note) -> None:
        """Keep what an outlook foresaw; of a quarter the first stands."""
        if note.made not in self._batch.notes:
            self._batch.add(Batch(notes={note.made: note}))

    def take_saving(self, saving: Saving) -> None:
        """Keep what days cost and would have cost; call it when a quarter is over."""
        known = {day.day: day for day in self._saving.days}
        self._saving = saving
        self._batch.add(Batch(saved={day.day: day for day in saving.days if known.get(day.day) != day}))

    async def due(self, commit_s: float) -> None:
        """Wait until it is time to write: after `commit_s`, or at once what the owner said."""
        await due(self._urgent, commit_s)

    async def commit(self, *, at_once: bool = False) -> None:
        """Write what waits; call it when it is `due`. After a failure it does nothing until the pause is over.

        at_once: also then, as at the end.
        """
        if not at_once and self._disk.rests:
            return
        async with self._one:
            batch, self._batch = self._batch, Batch()
            books = self._house.books
            if books is not None and books is not self._saved:
                batch.open, batch.today = _running(books)
            try:
                trouble = await self._disk.work(lambda: self._writer.write(batch, books))
            except StoreError as error:
                self._put_back(batch)
                self._disk.failed(str(error))
            except BaseException:  # cancelled, perhaps: to write it twice does no harm
                self._put_back(batch)
                raise
            else:
                self._saved = books
                self._disk.wrote(trouble)

    async def close(self) -> None:
        """Write all that waits, the running minute too, and let the database go."""
        if minute := self._minute.running():
            self._batch.add(Batch(minutes={minute.start: minute}))
        try:
            await self.commit(at_once=True)
            await self._disk.work(self._writer.close)
        finally:
            self._disk.close()

    def _take_books(self, books: Books) -> None:
        done = books.changes
        self._batch.put(rows=done.rows, days=done.days, months=done.months)

    def _take_peaks(self, before: Peaks | None, now: Peaks) -> None:
        if before is not None and now.running == before.running and now.past == before.past:
            return
        for one in now.every:
            self._batch.peaks[one.month] = one

    def _take_accepted(self, before: House, house: House) -> None:
        if before.accepted is not None:
            self._batch.accepted[before.accepted.month] = 0.0
        if house.accepted is not None:
            self._batch.accepted[house.accepted.month] = house.accepted.peak_w
        self._urgent.set()

    def _take_reading(self, before: House, house: House) -> None:
        assert house.reading is not None
        if trace := self._quarter.take(before, house):
            self._batch.add(Batch(traces={trace.month: trace}))
        if house.reading.grid_w is not None and house.at is not None:
            quarter_w = house.quarter.average_w if house.quarter else None
            if minute := self._minute.take(house.at, house.reading.grid_w, quarter_w):
                self._batch.add(Batch(minutes={minute.start: minute}))

    def _put_back(self, batch: Batch) -> None:
        """What was not written waits on, under what came since; the thread may still be reading `batch`."""
        newer, self._batch = self._batch, Batch()
        self._batch.add(batch)
        self._batch.add(newer)


class Writer:
    """The part of the recorder that waits for the disk: it lives in the thread."""

    def __init__(self, path: Path, history: HistoryFolder, clock: Clock, store: Store | None, tip: Tip | None) -> None:
        """tip: what the database ends with, or would if it could be opened."""
        self.path = path
        self.clock = clock
        self._history = history
        self._store = store
        self._tip = tip
        self._file = file_at(path)
        self._commits = 0

    def write(self, batch: Batch, books: Books | None) -> str | None:
        """Save a batch, and the day files that are due; why those cannot be written. Raises StoreError.

        books: all that is known, for a database that had to be made anew.
        """
        if self._file is not None and (found := file_at(self.path)) != self._file:
            if found is None:
                raise StoreError(f"{self.path}: was removed; start the program again to begin anew")
            self.close()  # a disk that went and came back looks like another one: what it holds decides
        try:
            store = self._opened(batch, books)
            store.save(batch)
            if batch.open is not None and batch.today is not None:
                self._tip = batch.open.number, batch.today.counters.at
            self._commits += 1
            if not self._commits % TIDY_EVERY:
                store.tidy(self.clock.now())
            self._history.write_due(store.connection, self.path)
        except StoreError:
            self.close()  # opened anew it is looked at again; what was opened on a read-only disk stays so
            raise
        except OSError as error:
            return f"{error.filename}: cannot be written: {error.strerror}"
        return None

    def priced_late(self, kept: Kept, tariffs: Tariffs) -> Kept:
        """What is kept once all rows have the price of their month. Raises StoreError."""
        if self._store is None:
            return kept
        try:
            return priced_late(self._store, kept, tariffs)
        except StoreError:
            self.close()  # as in `write`
            raise

    def close(self) -> None:
        """Let the database go."""
        if self._store:
            self._store.close()
            self._store = None

    def _opened(self, batch: Batch, books: Books | None) -> Store:
        """The store, opened again where it had to be closed; nothing is written over what was not read at the start."""
        if self._store:
            return self._store
        opened = open_store(self.path, self._history, self.clock)
        for notice in opened.kept.notices:
            log.warning(notice)
        if opened.rebuilt and books is not None:
            whole = Batch(open=batch.open, today=batch.today)
            whole.put(rows=books.pending, days=reversed(books.days), months=books.months)
            whole.rows |= added_up(opened.store, books, batch.rows)
            opened.store.save(whole)
        elif opened.kept.tip != self._tip:
            opened.store.close()
            raise StoreError(
                f"{self.path}: holds what was not read at the start; start the program again to go on with it"
            )
        self._store, self._file = opened.store, file_at(self.path)
        return self._store


def _running(books: Books) -> tuple[Row, Day]:
    """The open row and its day, with the counters that belong to both."""
    return books.open, replace(books.today, counters=books.last)


def _looked(path: Path, history: HistoryFolder, clock: Clock) -> Kept:
    """What can be read where nothing can be written. Raises NewerError."""
    if file_at(path) is None:
        return Kept()
    try:
        return look(path, history, clock)
    except StoreError as error:
        if isinstance(error, NewerError):
            raise
        return Kept(notices=(f"{error}; nothing that was kept is known until the program starts again",))
