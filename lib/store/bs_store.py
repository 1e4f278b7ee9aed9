"""bs's database: the owner's words, what the battery brought, and what a start of bs goes on from besides.

In: the standing of bs. Out: the same. It knows no battery, and nothing of what to do when it is damaged, but for what
can be taken over.
"""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lib.store import database, standing
from lib.store.anew import Shelf
from lib.store.bs_standing import KINDS, Standing, records_of, same, standing_of
from lib.store.database import transaction
from lib.store.standing import TABLES, Found, Records, StandingTable, Tip

STEPS: database.Steps = (TABLES,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Found):
    """What bs goes on from."""

    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What can still be read of a damaged file."""

    records: Records = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.records:
            return "; nothing of it can be read"
        return f" with what can be read of it: {len(self.records)} records"


class BsStore:
    """An open database. One thread at a time uses it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`connection` is brought to the newest form."""
        self.connection = connection
        self._table = StandingTable(connection, path, KINDS, same)

    @classmethod
    def open(cls, path: Path) -> "BsStore":
        """Open what is there, and look through it for damage. Raises NewerError, DamagedError, StoreError."""
        return cls(database.open_checked(path, STEPS), path)

    @staticmethod
    def create(path: Path, born: str, salvage: Salvage | None = None) -> None:
        """Make a database beside `path` that holds this; `database.settle` puts it in place. Raises StoreError."""

        def fill(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                standing.begin(connection, born, salvage.records if salvage else {})

        database.build(path, STEPS, fill)

    def close(self) -> None:
        """Write the log into the file and let it go."""
        self.connection.close()

    def load(self) -> Kept:
        """What bs goes on from. Raises DamagedError, StoreError."""
        records, tip = self._table.load()
        return Kept(standing=standing_of(records), tip=tip)

    def save(self, batch: Standing) -> Tip:
        """Write what is new, all of it or nothing; the database's new tip. Raises DamagedError, StoreError."""
        return self._table.save(records_of(batch))


def _salvaged(path: Path) -> Salvage:
    with suppress(sqlite3.Error), database.open_damaged(path) as damaged:
        return Salvage(records=standing.salvaged(damaged, path, KINDS))
    return Salvage()


def _known(salvage: Salvage) -> Kept:
    return Kept(standing=standing_of(salvage.records))


SHELF: Final = Shelf(opens=BsStore.open, creates=BsStore.create, salvages=_salvaged, knows=_known)
