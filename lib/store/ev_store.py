"""ev's database: sessions, quarters, what was learned of the cars, the owner's words; what a start of ev goes on from.

In: the standing of ev, and sessions and quarters that ended. Out: the same. It knows no charger, and nothing of what to
do when it is damaged, but for what can be taken over. Of a session `detail` is the whole truth; the other columns are
for looking and sorting, times in UTC seconds.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from lib.core.counting import MOST_W, QuarterWh
from lib.core.quarter import QUARTER
from lib.core.sessions import Session
from lib.store import database, standing
from lib.store.anew import Shelf
from lib.store.database import DamagedError, told, transaction
from lib.store.ev_standing import KINDS, Closed, Ended, Standing, records_of, same, standing_of
from lib.store.records import crc_of, text_of
from lib.store.standing import TABLES, Found, Records, StandingTable, Tip, readable, record_of

SHOWN = 50  # sessions that a start knows
COMES = "the first start of ev_app.py"
LAST_S = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
# a quarter has no sum that tells of damage; and no charger gives in one what the strongest gives in an hour
SOUND = f"start BETWEEN 0 AND {LAST_S} AND start % {QUARTER.seconds} = 0 AND abs(energy_wh) < {MOST_W}"
SOUND_QUARTERS = f"SELECT start, charger, energy_wh FROM quarters WHERE {SOUND}"  # noqa: S608 - the numbers stand above

STEPS: database.Steps = (
    (
        *TABLES,
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
    (
        """
        CREATE TABLE quarters (
            start INTEGER NOT NULL,
            charger TEXT NOT NULL,
            energy_wh REAL NOT NULL,
            PRIMARY KEY (start, charger)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Found):
    """What ev goes on from; last: the sessions that ended last, newest first."""

    standing: Standing = field(default_factory=Standing)
    last: tuple[Session, ...] = ()


class News(NamedTuple):
    """How things stand, and the sessions and quarters that ended since it was last written."""

    standing: Standing
    closed: Closed
    ended: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What can still be read of a damaged file."""

    records: Records = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()
    quarters: tuple[QuarterWh, ...] = ()

    def __str__(self) -> str:
        if not self.records and not self.sessions and not self.quarters:
            return "; nothing of it can be read"
        return (
            f" with what can be read of it: {len(self.sessions)} sessions, {len(self.quarters)} quarters and "
            f"{len(self.records)} records beside them"
        )


class EvStore:
    """An open database. One thread at a time uses it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`connection` is brought to the newest form."""
        self.connection = connection
        self._path = path
        self._table = StandingTable(connection, path, KINDS, same)

    @classmethod
    def open(cls, path: Path) -> "EvStore":
        """Open what is there, and look through it for damage. Raises NewerError, DamagedError, StoreError."""
        return cls(database.open_checked(path, STEPS), path)

    @staticmethod
    def create(path: Path, born: str, salvage: Salvage | None = None) -> None:
        """Make a database beside `path` that holds these; `database.settle` puts it in place. Raises StoreError."""
        rest = salvage or Salvage()

        def fill(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                standing.begin(connection, born, rest.records)
                _save(connection, rest.sessions, rest.quarters)

        database.build(path, STEPS, fill)

    def close(self) -> None:
        """Write the log into the file and let it go."""
        self.connection.close()

    def load(self) -> Kept:
        """What ev goes on from. Raises DamagedError, StoreError."""
        records, tip = self._table.load()
        with told(self._path):
            newest = self.connection.execute("SELECT detail, crc FROM sessions ORDER BY until DESC LIMIT ?", (SHOWN,))
            last = tuple(record_of(self._path, Session, *one) for one in newest)
        return Kept(standing=standing_of(records), last=last, tip=tip)

    def save(self, batch: News) -> Tip:
        """Write what is new, all of it or nothing; the database's new tip. Raises DamagedError, StoreError."""
        closed, ended = batch.closed.values(), batch.ended.values()
        return self._table.save(
            records_of(batch.standing),
            (lambda connection: _save(connection, closed, ended)) if closed or ended else None,
        )


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


def quarters_between(
    path: Path, start: datetime, end: datetime
) -> tuple[Mapping[datetime, Mapping[str, float]], Mapping[str, datetime]]:
    """What each charger gave in the quarters that began from `start` up to `end`, in Wh by quarter and charger.

    A quarter that is not known is left out. And by charger, which was its first quarter of all.
    From ev's database, which may be in use. Raises StoreError.
    """
    with closing(database.open_reading(path, STEPS, comes=COMES)) as connection, told(path):
        found: dict[datetime, dict[str, float]] = {}
        for began, charger, energy_wh in connection.execute(
            f"{SOUND_QUARTERS} AND start >= ? AND start < ? ORDER BY start, charger",
            (start.timestamp(), end.timestamp()),
        ):
            found.setdefault(datetime.fromtimestamp(began, UTC), {})[charger] = energy_wh
        firsts = connection.execute(f"SELECT charger, min(start) FROM ({SOUND_QUARTERS}) GROUP BY charger")  # noqa: S608 - the numbers stand above
        return found, {charger: datetime.fromtimestamp(began, UTC) for charger, began in firsts}


def _salvaged(path: Path) -> Salvage:
    records: Records = {}
    sessions: list[Session] = []
    quarters: list[QuarterWh] = []
    with suppress(sqlite3.Error), database.open_damaged(path) as damaged:
        records = standing.salvaged(damaged, path, KINDS)
        for detail, crc in readable(damaged, "SELECT detail, crc FROM sessions"):
            with suppress(DamagedError):
                sessions.append(record_of(path, Session, detail, crc))
        for began, charger, energy_wh in readable(damaged, SOUND_QUARTERS):
            start = datetime.fromtimestamp(began, UTC)
            quarters.append(QuarterWh(charger=charger, start=start, energy_wh=energy_wh))
    return Salvage(records=records, sessions=tuple(sessions), quarters=tuple(quarters))


def _known(salvage: Salvage) -> Kept:
    newest = sorted(salvage.sessions, key=lambda one: one.until or one.since, reverse=True)
    return Kept(standing=standing_of(salvage.records), last=tuple(newest[:SHOWN]))


SHELF: Final = Shelf(opens=EvStore.open, creates=EvStore.create, salvages=_salvaged, knows=_known)


def _save(connection: sqlite3.Connection, closed: Iterable[Session], ended: Iterable[QuarterWh]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [_row(one) for one in closed]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO quarters VALUES (?, ?, ?)",
        [(round(one.start.timestamp()), one.charger, round(one.energy_wh, 3)) for one in ended],
    )


def _row(one: Session) -> tuple[object, ...]:
    if one.until is None:
        raise ValueError(f"{one.charger}: a session that goes on is none that ended")
    detail = text_of(one)
    times = one.since.timestamp(), one.until.timestamp()
    return one.charger, *times, one.car, one.energy_wh, one.eur, detail, crc_of(detail)
