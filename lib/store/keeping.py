"""Keeps what a program must not forget: takes it without waiting, and writes it in a thread of its own.

In: what waits to be written. Out: the database, and a sentence while it cannot be written. Once a minute; at once what
is urgent. A disk that fails stops nothing: what waits is written when it can be again. It knows no program.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from lib.clock import Clock
from lib.store.anew import Batch, Kept, Shelf, Store, look, open_store
from lib.store.database import NewerError, StoreError
from lib.store.disk import FIRST_PAUSE_S, Disk, file_at
from lib.store.standing import Tip

COMMIT_S = 60.0
Rest = TypeVar("Rest")
log = logging.getLogger(__name__)


class Writer(Generic[Kept, Batch]):
    """The part that waits for the disk: it lives in the thread."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        shelf: Shelf[Kept, Batch, Any],
        store: Store[Kept, Batch] | None,
        tip: Tip | None,
    ) -> None:
        """tip: of what was found at the start."""
        self.path = path
        self.clock = clock
        self._shelf = shelf
        self._store = store
        self._tip = tip
        self._file = file_at(path)

    def write(self, batch: Batch) -> None:
        """Save what is new. Raises StoreError."""
        if self._file is not None and (found := file_at(self.path)) != self._file:
            if found is None:
                raise StoreError(f"{self.path}: was removed; start the program again to begin anew")
            self.close()  # a disk that went and came back looks like another one: what it holds decides
        try:
            self._tip = self._opened().save(batch)
        except StoreError:
            self.close()  # opened anew it is looked at again
            raise

    def close(self) -> None:
        """Let the database go."""
        if self._store:
            self._store.close()
            self._store = None

    def _opened(self) -> Store[Kept, Batch]:
        """The store, opened again where it had to be closed; nothing is written over what was not read at the start."""
        if self._store:
            return self._store
        opened = open_store(self.path, self.clock, self._shelf)
        for notice in opened.kept.notices:
            log.warning(notice)
        if not opened.begun and opened.kept.tip != self._tip:
            opened.store.close()
            raise StoreError(
                f"{self.path}: holds what was not read at the start; start the program again to go on with it"
            )
        self._store, self._file = opened.store, file_at(self.path)
        return self._store


class Keeping(ABC, Generic[Kept, Batch]):
    """The memory of a program; what waits, and what became of it, is its own to know."""

    def __init__(self, writer: Writer[Kept, Batch], trouble: str | None = None) -> None:
        """`writer` does the work in the thread."""
        self._writer = writer
        self._disk = Disk(writer.path, writer.clock, trouble)
        self._urgent = asyncio.Event()
        self._one = asyncio.Lock()

    @abstractmethod
    def _waiting(self) -> Batch | None:
        """What waits to be written; None: nothing."""

    @abstractmethod
    def _wrote(self, batch: Batch) -> None:
        """That is on the disk now."""

    @property
    def trouble(self) -> str | None:
        """Why nothing is written just now, for the owner; None while all is well."""
        return self._disk.trouble

    async def run(self, *, commit_s: float = COMMIT_S) -> None:
        """Write until cancelled: every `commit_s`, and at once what is urgent."""
        while True:
            await due(self._urgent, commit_s)
            try:
                await self.commit()
            except Exception:  # a fault of the store never stops a device
                log.exception("the store failed; it tries again")
                await asyncio.sleep(FIRST_PAUSE_S)

    async def commit(self, *, at_once: bool = False) -> None:
        """Write what is new. After a failure it does nothing until the pause is over, unless `at_once`."""
        if not at_once and self._disk.rests:
            return
        async with self._one:
            batch = self._waiting()
            if batch is None:
                return
            try:
                await self._disk.work(lambda: self._writer.write(batch))
            except StoreError as error:
                self._disk.failed(str(error))
            else:
                self._wrote(batch)
                self._disk.wrote()

    async def close(self) -> None:
        """Write all that waits, and let the database go."""
        try:
            await self.commit(at_once=True)
            await self._disk.work(self._writer.close)
        finally:
            self._disk.close()


async def due(urgent: asyncio.Event, commit_s: float) -> None:
    """Wait until it is time to write: after `commit_s`, or at once when something is urgent."""
    with suppress(TimeoutError):
        async with asyncio.timeout(commit_s):
            await urgent.wait()
    urgent.clear()


def found(
    path: Path, clock: Clock, shelf: Shelf[Kept, Batch, Rest], nothing: Kept
) -> tuple[Writer[Kept, Batch], str | None, Kept]:
    """What writes the database at `path`, why it cannot do so yet, and what was kept there. It may take seconds.

    nothing: what a first start finds. Raises NewerError: the file is of a newer program.
    """
    store, trouble = None, None
    try:
        opened = open_store(path, clock, shelf)
        store, kept = opened.store, opened.kept
    except StoreError as error:
        if isinstance(error, NewerError):
            raise
        trouble = str(error)
        log.warning("%s; the program goes on and tries again", trouble)
        kept = _looked(path, shelf, nothing)
    for notice in kept.notices:
        log.warning(notice)
    return Writer(path, clock, shelf, store, kept.tip), trouble, kept


def _looked(path: Path, shelf: Shelf[Kept, Batch, Rest], nothing: Kept) -> Kept:
    """What can be read where nothing can be written. Raises NewerError."""
    if file_at(path) is None:
        return nothing
    try:
        return look(path, shelf)
    except StoreError as error:
        if isinstance(error, NewerError):
            raise
        notice = f"{error}; nothing that was kept is known until the program starts again"
        return replace(nothing, notices=(notice,))
