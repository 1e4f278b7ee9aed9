"""Opening ev's database whatever was found: a damaged one is set aside, and one is begun with what can still be read.

In: a path and a clock. Out: an open store with what it holds, or one sentence why there is none. Each record has a sum
of its own, so the others of a damaged file are worth taking over.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lib.clock import Clock
from lib.core.sessions import Session
from lib.store import database
from lib.store.database import DamagedError, NewerError, copied, told
from lib.store.ev_standing import KINDS, Key, standing_of
from lib.store.ev_store import SHOWN, EvStore, Kept, record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A store, what it held, and whether its file was begun just now."""

    store: EvStore
    kept: Kept
    begun: bool = False


def open_store(path: Path, clock: Clock) -> Opened:
    """Open the database at `path`; where there is none, or a damaged one, begin one. Raises NewerError, StoreError."""
    database.settle(path)
    with told(path):
        is_there = path.exists()
    if not is_there:
        EvStore.create(path, clock.now().isoformat(), {}, ())
        database.settle(path)
        return replace(_opened(path), begun=True)
    try:
        return _opened(path)
    except DamagedError as error:
        why = str(error)
    found = _salvaged(path)
    EvStore.create(path, clock.now().isoformat(), found.records, found.sessions)  # whole before the old one goes
    aside = database.set_aside(path, clock.now())
    database.settle(path)
    opened = _opened(path)
    notice = f"{why}; it is kept as {aside}, and a new one was begun{found}"
    return replace(opened, kept=replace(opened.kept, notices=(notice,)), begun=True)


def look(path: Path) -> Kept:
    """What the database holds when it cannot be written, as on a read-only disk. Raises NewerError, StoreError."""
    with copied(path) as copy:
        try:
            with closing(EvStore.open(copy)) as store:
                return store.load()
        except NewerError as error:
            raise NewerError(str(error).replace(str(copy), str(path))) from None
        except DamagedError as error:
            notice = f"{str(error).replace(str(copy), str(path))}; a new one is begun once the disk can be written"
            found = _salvaged(copy)
    newest = sorted(found.sessions, key=lambda one: one.until or one.since, reverse=True)
    return Kept(standing=standing_of(found.records), last=tuple(newest[:SHOWN]), notices=(notice,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Salvage:
    """What can still be read of a damaged file."""

    records: dict[Key, object]
    sessions: list[Session]

    def __str__(self) -> str:
        if not self.records and not self.sessions:
            return "; nothing of it can be read"
        return (
            f" with what can be read of it: {len(self.sessions)} sessions and {len(self.records)} records beside them"
        )


def _opened(path: Path) -> Opened:
    store = EvStore.open(path)
    try:
        return Opened(store=store, kept=store.load())
    except BaseException:
        store.close()
        raise


def _salvaged(path: Path) -> _Salvage:
    found = _Salvage(records={}, sessions=[])
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as damaged:
        for kind, name, detail, crc in _readable(damaged, "SELECT kind, name, detail, crc FROM standing"):
            if kind in KINDS:
                with suppress(DamagedError):
                    found.records[kind, name] = record_of(path, KINDS[kind], detail, crc)
        for detail, crc in _readable(damaged, "SELECT detail, crc FROM sessions"):
            with suppress(DamagedError):
                found.sessions.append(record_of(path, Session, detail, crc))
    return found


def _readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows until the file cannot be read further; the tables are strict, so what a row holds is of its type."""
    with suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)
