"""Opening the database whatever was found: a damaged one is set aside and made anew from the history folder.

In: a path, a folder and a clock. Out: an open store with what it holds, or one sentence why there is none. A database
that is not there is begun anew, and the history is left alone: to delete it is to start fresh.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

from lib.clock import Clock
from lib.core.bands import midnight
from lib.core.books import PENDING_KEPT, Books, Day, Row, Tally, local_day, tally_of
from lib.core.charges import less
from lib.core.stamp import BRUSSELS
from lib.store.batch import Batch
from lib.store.database import DamagedError, NewerError, copied, set_aside, settle, told
from lib.store.history import HistoryFolder
from lib.store.queries import understood
from lib.store.store import Kept, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A store, what it held, and whether it was made anew because it was damaged."""

    store: Store
    kept: Kept
    rebuilt: bool = False


def open_store(path: Path, history: HistoryFolder, clock: Clock) -> Opened:
    """Open the database at `path`, which is made where it is not there. Raises NewerError, StoreError."""
    settle(path)
    with told(path):
        is_there = path.exists()
    if not is_there:
        Store.create(path, clock.now().isoformat())
        settle(path)
    try:
        return _opened(path)
    except DamagedError as error:
        why = str(error)
    told_of = _rebuild(path, history, clock)
    opened = _opened(path)
    notices = (f"{why}; {told_of[0]}", *told_of[1:], *opened.kept.notices)
    return replace(opened, kept=replace(opened.kept, notices=notices), rebuilt=True)


def added_up(store: Store, books: Books, newer: Mapping[int, Row]) -> dict[int, Row]:
    """The rows by which the days of a running program are the sum of theirs again, in a store made from the history.

    newer: those that are written besides what waits in `books`. A row that the history holds at an estimate, and that
    waits no more, stays at it; what its day lacks then, of energy and of euro, is one gap. Raises DamagedError.
    """
    known = {row.number: row for row in books.pending} | dict(newer)
    of_day: dict[date, list[Row]] = {}
    for row in known.values():
        of_day.setdefault(local_day(row.since), []).append(row)
    oldest = books.pending[0].number if len(books.pending) == PENDING_KEPT else 0  # more may wait before it
    found: dict[int, Row] = {}
    with understood(store.path):
        (number,) = store.connection.execute("SELECT min(0, coalesce(min(number), 0)) FROM rows").fetchone()
        for day in (books.today, *books.days):
            kept = [row for row in store.rows(day.day) if row.number not in known]
            waits = day.whole.unpriced_wh or day.whole.provisional_wh
            for row in kept:
                if row.waits and not (waits and row.number < oldest):
                    found[row.number] = replace(row, charges=row.charges or {}, provisional=False)
            if gap := _lacking(day, kept, of_day.get(day.day, [])):
                number -= 1  # one that no row of the program has or will have
                found[number] = replace(gap, number=number)
    return found


def _lacking(day: Day, kept: list[Row], newer: list[Row]) -> Row | None:
    """What a day holds and its rows do not, from where the history ends."""
    held = reduce(Tally.plus, map(tally_of, (*kept, *newer)), Tally())
    amounts, charges = day.whole.amounts.less(held.amounts), less(day.whole.charges, held.charges)
    charges = {item: charge for item, charge in charges.items() if any(round(part, 6) for part in charge)}
    if not amounts.any and not charges:
        return None
    since = max((row.until for row in kept), default=day.since)
    if local_day(since) != day.day:
        since = day.since
    until = min(max(since, day.counters.at), midnight(day.day + timedelta(days=1)))
    return Row(
        number=0, since=since, until=until, amounts=amounts, used=day.used, gap=True, estimated=True, charges=charges
    )


def _opened(path: Path) -> Opened:
    store = Store.open(path)
    try:
        return Opened(store=store, kept=store.load())
    except BaseException:
        store.close()
        raise


def look(path: Path, history: HistoryFolder, clock: Clock) -> Kept:
    """What the database holds when it cannot be written, as on a read-only or full disk. Raises NewerError, StoreError.

    It is read from a copy elsewhere.
    """
    with copied(path) as copy:
        try:
            with closing(Store.open(copy)) as store:
                return store.load()
        except DamagedError as error:
            why = str(error).replace(str(copy), str(path))
            restored = Restored(history, clock, born_of(copy))
        except NewerError as error:
            raise NewerError(str(error).replace(str(copy), str(path))) from None
    with closing(Store.in_memory(restored.batches())) as store:
        return replace(store.load(), notices=(f"{why}; it is rebuilt once the disk can be written", *restored.notices))


def _rebuild(path: Path, history: HistoryFolder, clock: Clock) -> list[str]:
    """A new database in the place of the damaged one, which is set aside; what to tell.

    The new one is whole before the old one goes, so a crash on the way loses nothing.
    """
    restored = Restored(history, clock, born_of(path))
    Store.create(path, restored.born, restored.batches())
    aside = set_aside(path, clock.now())
    settle(path)
    made = f"it is kept as {aside}, and a new one was "
    made += (
        f"made from the history of {restored.days} days; what was used since {restored.until} counts as a gap"
        if restored.days
        else "begun: there is no history to make it from"
    )
    return [made, *restored.notices]


def born_of(path: Path) -> str | None:
    """When the store in a damaged file was begun, where that can still be read."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as damaged:
        found = damaged.execute("SELECT born FROM store").fetchone()
        return str(found[0]) if found else None
    return None


class Restored:
    """What the history folder still knows of the store that was written from last."""

    def __init__(self, history: HistoryFolder, clock: Clock, born: str | None) -> None:
        """Nothing is read yet but which days there are. born: of the store, where it still tells."""
        self._history = history
        self._dates = history.dates()
        self.notices = [f"history/{name}: is damaged and left out" for name in history.unreadable()]
        self.born = born or self._newest_born() or clock.now().isoformat()
        self.days = 0
        self.until = ""

    def batches(self) -> Iterator[Batch]:
        """One day after the other, and at last the running one. Fills `days`, `until` and `notices` meanwhile."""
        newest: Day | None = None
        number = 0
        running = Batch()
        for day in self._dates:
            try:
                file = self._history.read(day)
            except (OSError, ValueError) as error:
                self.notices.append(f"history/{day:%m-%d}.json: is damaged and left out: {error}")
                continue
            if file.born != self.born:  # of a database that was deleted since
                continue
            self.days += 1
            newest = file.day
            batch = file.batch
            number = max(number, *batch.rows, 0)
            running = Batch(open=batch.open, today=batch.today)
            batch.open = batch.today = None
            yield batch
        if newest is None:
            return
        if running.open is None:
            running = Batch(open=_row_after(newest, number + 1), today=newest)
        assert running.today is not None
        self.until = f"{running.today.counters.at.astimezone(BRUSSELS):%d-%m-%Y %H:%M}"
        yield running

    def _newest_born(self) -> str | None:
        """The store of the newest file that can be read."""
        for day in reversed(self._dates):
            with suppress(OSError, ValueError):
                return self._history.read(day).born
        return None


def _row_after(day: Day, number: int) -> Row:
    """An empty row where the last known day ended."""
    at = day.counters.at
    return Row(number=number, since=at, until=at, used=day.used.plus(day.whole.amounts))
