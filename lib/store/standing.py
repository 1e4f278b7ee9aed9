"""How things stand with a program: records by kind and name in a table, of which only those that changed are written.

In: records of the core's types. Out: the same. It knows no program, and nothing of what to do when they are damaged.
`detail` is the whole truth, `crc` its sum.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from lib.store.database import DamagedError, told, transaction
from lib.store.records import RecordError, crc_of, parse, text_of

T = TypeVar("T")
Key = tuple[str, str]  # kind and name
Records = Mapping[Key, object]
Tip = tuple[str, int]  # when the database was begun, and how often it was written: by this it is known again

TABLES: Final = (
    "CREATE TABLE store (born TEXT NOT NULL, commits INTEGER NOT NULL) STRICT",
    """
    CREATE TABLE standing (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        detail TEXT NOT NULL,
        crc INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a start finds; notices: how. tip: by what the database is known again, None: nothing was written into it."""

    notices: tuple[str, ...] = ()
    tip: Tip | None = None


def records_of(standing: object, single: Mapping[str, type], named: Mapping[str, type]) -> dict[Key, object]:
    """What stands, by kind and name; single: kinds of which there is one, whose name is ""."""
    found: dict[Key, object] = {(kind, ""): getattr(standing, kind) for kind in single}
    for kind in named:
        found |= {(kind, name): one for name, one in getattr(standing, kind).items()}
    return found


def fields_of(records: Records, single: Mapping[str, type], named: Mapping[str, type]) -> dict[str, Any]:
    """The records by kind, those of a named kind by their name, as the fields of what stands."""
    found: dict[str, Any] = {kind: {} for kind in named}
    for (kind, name), one in records.items():
        if kind in single:
            found[kind] = one
        else:
            found[kind][name] = one
    return found


class StandingTable:
    """The table in an open database, and what was written there last."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        kinds: Mapping[str, type],
        same: Callable[[object, object], bool],
    ) -> None:
        """kinds: the type of each kind's records; same: whether one need not be written over the other."""
        self._connection, self._path = connection, path
        self._kinds, self._same = kinds, same
        self._written: dict[Key, object] = {}

    def load(self) -> tuple[Records, Tip | None]:
        """What stands there. Raises DamagedError, StoreError."""
        with told(self._path):
            tips = self._connection.execute("SELECT born, commits FROM store").fetchall()
            if len(tips) != 1:
                raise DamagedError(f"{self._path}: is damaged: it does not tell when it was begun")
            found = self._connection.execute("SELECT kind, name, detail, crc FROM standing").fetchall()
            self._written = {
                (kind, name): record_of(self._path, self._kinds[kind], detail, crc)
                for kind, name, detail, crc in found
                if kind in self._kinds
            }
        born, commits = tips[0]
        return self._written, (born, commits) if commits else None

    def save(self, records: Records, also: Callable[[sqlite3.Connection], None] | None = None) -> Tip:
        """Write what is new, all of it or nothing, and `also` in the same breath; the tip then. Raises StoreError."""
        changed = {key: one for key, one in records.items() if not self._same(one, self._written.get(key))}
        gone = [key for key in self._written if key not in records]
        with told(self._path):
            if changed or gone or also:
                with transaction(self._connection):
                    write(self._connection, changed)
                    self._connection.executemany("DELETE FROM standing WHERE kind = ? AND name = ?", gone)
                    if also:
                        also(self._connection)
                    self._connection.execute("UPDATE store SET commits = commits + 1")
            ((born, commits),) = self._connection.execute("SELECT born, commits FROM store").fetchall()
        self._written = {key: changed.get(key, self._written.get(key)) for key in records}
        return born, commits


def begin(connection: sqlite3.Connection, born: str, records: Records) -> None:
    """Fill the tables of a new database."""
    connection.execute("INSERT INTO store VALUES (?, 0)", (born,))
    write(connection, records)


def write(connection: sqlite3.Connection, records: Records) -> None:
    """Put records into the table, over those of the same kind and name."""
    texts = [(kind, name, text_of(one)) for (kind, name), one in records.items()]
    connection.executemany(
        "INSERT INTO standing VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, name) DO UPDATE SET detail = excluded.detail, crc = excluded.crc",
        [(*one, crc_of(one[2])) for one in texts],
    )


def salvaged(damaged: sqlite3.Connection, path: Path, kinds: Mapping[str, type]) -> dict[Key, object]:
    """The records that can still be read of a damaged file."""
    found: dict[Key, object] = {}
    for kind, name, detail, crc in readable(damaged, "SELECT kind, name, detail, crc FROM standing"):
        if kind in kinds:
            with suppress(DamagedError):
                found[kind, name] = record_of(path, kinds[kind], detail, crc)
    return found


def readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows until the file cannot be read further; the tables are strict, so what a row holds is of its type."""
    with suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)


def record_of(path: Path, kind: type[T], text: str, crc: int) -> T:
    """A record, if it is as it was written. Raises DamagedError."""
    if crc != crc_of(text):
        raise DamagedError(f"{path}: is damaged: a {kind.__name__.lower()} is not as it was written")
    try:
        return parse(kind, text)
    except RecordError as error:
        raise DamagedError(f"{path}: is damaged: {error}") from error
