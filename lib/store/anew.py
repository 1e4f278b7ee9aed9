"""Opening a program's database whatever was found: a damaged one is set aside, and one is begun with what can be read.

In: a path, a clock, and how the program's database is made and read. Out: an open store with what it holds, or one
sentence why there is none. It knows no table.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Generic, Protocol, TypeVar

from lib.clock import Clock
from lib.store import database
from lib.store.database import DamagedError, NewerError, copied, told
from lib.store.standing import Found, Tip

Kept = TypeVar("Kept", bound=Found)
Kept_co = TypeVar("Kept_co", bound=Found, covariant=True)
Batch = TypeVar("Batch")
Batch_contra = TypeVar("Batch_contra", contravariant=True)
Rest = TypeVar("Rest")


class Store(Protocol[Kept_co, Batch_contra]):
    """An open database. One thread at a time uses it."""

    @property
    def connection(self) -> Connection:
        """To the file."""

    def load(self) -> Kept_co:
        """What a start goes on from. Raises DamagedError, StoreError."""

    def save(self, batch: Batch_contra) -> Tip:
        """Write what is new, all of it or nothing; the database's new tip. Raises DamagedError, StoreError."""

    def close(self) -> None:
        """Write the log into the file and let it go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Generic[Kept, Batch, Rest]):
    """How a program's database is made and read.

    Attributes:
        opens: what is there, looked through for damage. Raises NewerError, DamagedError, StoreError.
        creates: makes one beside the path, whole, by when it was born and what it holds. Raises StoreError.
        salvages: what can still be read of a damaged file; as text it is the end of a sentence.
        knows: what a start goes on from when that is all there is.

    """

    opens: Callable[[Path], Store[Kept, Batch]]
    creates: Callable[[Path, str, Rest | None], None]
    salvages: Callable[[Path], Rest]
    knows: Callable[[Rest], Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[Kept, Batch]):
    """A store, what it held, and whether its file was begun just now."""

    store: Store[Kept, Batch]
    kept: Kept
    begun: bool = False


def open_store(path: Path, clock: Clock, shelf: Shelf[Kept, Batch, Rest]) -> Opened[Kept, Batch]:
    """Open the database at `path`; where there is none, or a damaged one, begin one. Raises NewerError, StoreError."""
    database.settle(path)
    with told(path):
        is_there = path.exists()
    if not is_there:
        shelf.creates(path, clock.now().isoformat(), None)
        database.settle(path)
        return replace(_opened(path, shelf), begun=True)
    try:
        return _opened(path, shelf)
    except DamagedError as error:
        why = str(error)
    rest = shelf.salvages(path)
    shelf.creates(path, clock.now().isoformat(), rest)  # whole before the old one goes
    aside = database.set_aside(path, clock.now())
    database.settle(path)
    opened = _opened(path, shelf)
    notice = f"{why}; it is kept as {aside}, and a new one was begun{rest}"
    return replace(opened, kept=replace(opened.kept, notices=(notice,)), begun=True)


def look(path: Path, shelf: Shelf[Kept, Batch, Rest]) -> Kept:
    """What the database holds when it cannot be written, as on a read-only disk. Raises NewerError, StoreError."""
    with copied(path) as copy:
        try:
            with closing(shelf.opens(copy)) as store:
                return store.load()
        except NewerError as error:
            raise NewerError(str(error).replace(str(copy), str(path))) from None
        except DamagedError as error:
            notice = f"{str(error).replace(str(copy), str(path))}; a new one is begun once the disk can be written"
            return replace(shelf.knows(shelf.salvages(copy)), notices=(notice,))


def _opened(path: Path, shelf: Shelf[Kept, Batch, Rest]) -> Opened[Kept, Batch]:
    store = shelf.opens(path)
    try:
        return Opened(store=store, kept=store.load())
    except BaseException:
        store.close()
        raise
