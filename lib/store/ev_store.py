"""ev's database: sessions, what was learned of the cars, and the owner's words; what a start of ev goes on from.

In: the standing of ev, and sessions that ended. Out: the same. It knows no charger, and nothing of what to do when it
is damaged. `detail` is the whole truth; the other columns are for looking and sorting, times in UTC seconds.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from lib.core.sessions import Session
from lib.store import database
from lib.store.database import DamagedError, told, transaction
from lib.store.ev_standing import KINDS, Closed, Key, Records, Standing, records_of, same, standing_of
from lib.store.records import RecordError, crc_of, parse, text_of

SHOWN = 50  # sessions that a start knows
COMES = "the first start of ev_app.py"

STEPS: database.Steps = (
    (
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
        """
        CREATE TABLE sessions (
            charger TEXT NOT NULL,
            since REAL NOT NULL,
            until REAL NOT NULL,
            car TEXT NOT NULL,
            energy_wh REAL NOT NULL,
            eur REAL,
            detail TEXT NOT NULL,
            crc INTEGER NOT NULL,
            PRIMARY KEY (charger, since)
        ) STRICT
        """,
        "CREATE INDEX sessions_by_end ON sessions (until)",
    ),
)

T = TypeVar("T")
Tip = tuple[str, int]  # when the database was begun, and how often it was written: by this it is known again


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What ev goes on from; last: the sessions that ended last, newest first. notices: how it was found.

    tip: by what the database is known again; None: nothing was written into it yet.
    """

    standing: Standing = field(default_factory=Standing)
    last: tuple[Session, ...] = ()
    notices: tuple[str, ...] = ()
    tip: Tip | None = None


class EvStore:
    """An open database. One thread at a time uses it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`connection` is brought to the newest form."""
        self.connection = connection
        self._path = path
        self._written: dict[Key, object] = {}

    @classmethod
    def open(cls, path: Path) -> "EvStore":
        """Open what is there, and look through it for damage. Raises NewerError, DamagedError, StoreError."""
        connection = database.open_writing(path, STEPS)
        try:
            database.check(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @staticmethod
    def create(path: Path, born: str, records: Records, closed: Iterable[Session]) -> None:
        """Make a database beside `path` that holds these; `database.settle` puts it in place. Raises StoreError."""

        def fill(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                connection.execute("INSERT INTO store VALUES (?, 0)", (born,))
                _save(connection, records, closed)

        database.build(path, STEPS, fill)

    def close(self) -> None:
        """Write the log into the file and let it go."""
        self.connection.close()

    def load(self) -> Kept:
        """What ev goes on from. Raises DamagedError, StoreError."""
        with told(self._path):
            tips = self.connection.execute("SELECT born, commits FROM store").fetchall()
            if len(tips) != 1:
                raise DamagedError(f"{self._path}: is damaged: it does not tell when it was begun")
            found = self.connection.execute("SELECT kind, name, detail, crc FROM standing").fetchall()
            self._written = {
                (kind, name): record_of(self._path, KINDS[kind], detail, crc)
                for kind, name, detail, crc in found
                if kind in KINDS
            }
            newest = self.connection.execute("SELECT detail, crc FROM sessions ORDER BY until DESC LIMIT ?", (SHOWN,))
            last = tuple(record_of(self._path, Session, *one) for one in newest)
        return Kept(standing=standing_of(self._written), last=last, tip=tips[0] if tips[0][1] else None)

    def save(self, standing: Standing, closed: Closed) -> Tip:
        """Write what is new, all of it or nothing; the database's new tip. Raises DamagedError, StoreError."""
        records = records_of(standing)
        changed = {key: one for key, one in records.items() if not same(one, self._written.get(key))}
        gone = [key for key in self._written if key not in records]
        with told(self._path):
            if changed or gone or closed:
                with transaction(self.connection):
                    _save(self.connection, changed, closed.values())
                    self.connection.executemany("DELETE FROM standing WHERE kind = ? AND name = ?", gone)
                    self.connection.execute("UPDATE store SET commits = commits + 1")
            (tip,) = self.connection.execute("SELECT born, commits FROM store").fetchall()
        self._written = {key: changed.get(key, self._written.get(key)) for key in records}
        return cast("Tip", tip)


def sessions_between(path: Path, start: datetime, end: datetime) -> list[Session]:
    """The sessions that ended from `start` up to `end`, in order; from ev's database, which may be in use.

    Raises StoreError.
    """
    with closing(database.open_reading(path, STEPS, comes=COMES)) as connection, told(path):
        found = connection.execute(
            "SELECT detail, crc FROM sessions WHERE until >= ? AND until < ? ORDER BY until",
            (start.timestamp(), end.timestamp()),
        )
        return [record_of(path, Session, *one) for one in found]


def record_of(path: Path, kind: type[T], text: str, crc: int) -> T:
    """A record, if it is as it was written. Raises DamagedError."""
    if crc != crc_of(text):
        raise DamagedError(f"{path}: is damaged: a {kind.__name__.lower()} is not as it was written")
    try:
        return parse(kind, text)
    except RecordError as error:
        raise DamagedError(f"{path}: is damaged: {error}") from error


def _save(connection: sqlite3.Connection, records: Records, closed: Iterable[Session]) -> None:
    texts = [(kind, name, text_of(one)) for (kind, name), one in records.items()]
    connection.executemany(
        "INSERT INTO standing VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, name) DO UPDATE SET detail = excluded.detail, crc = excluded.crc",
        [(*one, crc_of(one[2])) for one in texts],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [_row(one) for one in closed]
    )


def _row(one: Session) -> tuple[object, ...]:
    if one.until is None:
        raise ValueError(f"{one.charger}: a session that goes on is none that ended")
    detail = text_of(one)
    times = one.since.timestamp(), one.until.timestamp()
    return one.charger, *times, one.car, one.energy_wh, one.eur, detail, crc_of(detail)
