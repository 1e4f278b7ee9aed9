"""Keeps what ev must not forget: takes how things stand without waiting, and writes in a thread of its own.

In: how things stand, and sessions that ended. Out: the database, and a sentence while it cannot be written. Once a
minute; an owner's word, what he had set his charger to, a plug and the end of a session at once. A disk that fails
stops nothing: what waits is written when it can be again.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from lib.clock import Clock
from lib.core.sessions import Session
from lib.core.soc import TYPED
from lib.store.database import NewerError, StoreError
from lib.store.disk import FIRST_PAUSE_S, Disk, file_at
from lib.store.ev_rescue import look, open_store
from lib.store.ev_standing import Closed, Standing
from lib.store.ev_store import EvStore, Kept, Tip

COMMIT_S = 60.0
MOST_CLOSED = 2_000  # sessions that wait for a disk: years of one charger
log = logging.getLogger(__name__)


class EvRecorder:
    """The memory of ev."""

    def __init__(self, writer: "EvWriter", trouble: str | None = None, found: Standing | None = None) -> None:
        """`writer` does the work in the thread; found: what the database holds."""
        self._writer = writer
        self._disk = Disk(writer.path, writer.clock, trouble)
        self._standing: Standing | None = None
        self._saved = found
        self._closed: dict[tuple[str, datetime], Session] = {}
        self._urgent = asyncio.Event()
        self._one = asyncio.Lock()

    @classmethod
    def open(cls, path: Path, clock: Clock) -> tuple["EvRecorder", Kept]:
        """The recorder on the database at `path`, and what was kept there. It may take seconds; ask it before the loop.

        Raises NewerError: the file is of a newer program. Whatever else is in the way is the recorder's `trouble`, and
        it goes on trying.
        """
        store, trouble = None, None
        try:
            opened = open_store(path, clock)
            store, kept = opened.store, opened.kept
        except StoreError as error:
            if isinstance(error, NewerError):
                raise
            trouble = str(error)
            log.warning("%s; the program goes on and tries again", trouble)
            kept = _looked(path)
        for notice in kept.notices:
            log.warning(notice)
        return cls(EvWriter(path, clock, store, kept.tip), trouble, kept.standing), kept

    @property
    def trouble(self) -> str | None:
        """Why nothing is written just now, for the owner; None while all is well."""
        return self._disk.trouble

    @property
    def saved(self) -> Standing:
        """How things stand by the database."""
        return self._saved or Standing()

    def take(self, standing: Standing, closed: Iterable[Session] = ()) -> None:
        """Take how things stand now, and the sessions that ended since it was last called. Never waits."""
        before, self._standing = self._standing, standing
        for session in closed:
            self._closed[session.charger, session.since] = session
            self._urgent.set()
        while len(self._closed) > MOST_CLOSED:
            del self._closed[next(iter(self._closed))]
        if before is not None and before is not standing and _is_order(before, standing):
            self._urgent.set()

    async def run(self, *, commit_s: float = COMMIT_S) -> None:
        """Write until cancelled: every `commit_s`, and at once what is urgent."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._urgent.wait(), commit_s)
            self._urgent.clear()
            try:
                await self.commit()
            except Exception:  # a fault of the store never stops a charger
                log.exception("the store failed; it tries again")
                await asyncio.sleep(FIRST_PAUSE_S)

    async def commit(self, *, at_once: bool = False) -> None:
        """Write what is new. After a failure it does nothing until the pause is over, unless `at_once`."""
        if not at_once and self._disk.rests:
            return
        async with self._one:
            standing, closed = self._standing, dict(self._closed)
            if standing is None or (standing is self._saved and not closed):
                return
            try:
                await self._disk.work(lambda: self._writer.write(standing, closed))
            except StoreError as error:
                self._disk.failed(str(error))
            else:
                self._saved = standing
                for key, session in closed.items():
                    if self._closed.get(key) is session:
                        del self._closed[key]
                self._disk.wrote()

    async def close(self) -> None:
        """Write all that waits, and let the database go."""
        try:
            await self.commit(at_once=True)
            await self._disk.work(self._writer.close)
        finally:
            self._disk.close()


class EvWriter:
    """The part of the recorder that waits for the disk: it lives in the thread."""

    def __init__(self, path: Path, clock: Clock, store: EvStore | None, tip: Tip | None) -> None:
        """tip: of what was found at the start."""
        self.path = path
        self.clock = clock
        self._store = store
        self._tip = tip
        self._file = file_at(path)

    def write(self, standing: Standing, closed: Closed) -> None:
        """Save what is new. Raises StoreError."""
        if self._file is not None and (found := file_at(self.path)) != self._file:
            if found is None:
                raise StoreError(f"{self.path}: was removed; start the program again to begin anew")
            self.close()  # a disk that went and came back looks like another one: what it holds decides
        try:
            self._tip = self._opened().save(standing, closed)
        except StoreError:
            self.close()  # opened anew it is looked at again
            raise

    def close(self) -> None:
        """Let the database go."""
        if self._store:
            self._store.close()
            self._store = None

    def _opened(self) -> EvStore:
        """The store, opened again where it had to be closed; nothing is written over what was not read at the start."""
        if self._store:
            return self._store
        opened = open_store(self.path, self.clock)
        for notice in opened.kept.notices:
            log.warning(notice)
        if not opened.begun and opened.kept.tip != self._tip:
            opened.store.close()
            raise StoreError(
                f"{self.path}: holds what was not read at the start; start the program again to go on with it"
            )
        self._store, self._file = opened.store, file_at(self.path)
        return self._store


def _is_order(before: Standing, now: Standing) -> bool:
    """Whether the owner said something, a plug moved, or it is known what a charger's owner had."""
    if before.owners != now.owners:  # the next order may pause it
        return True
    if before.intents != now.intents or before.plugged.cables != now.plugged.cables:
        return True
    return any(
        soc.source == TYPED and soc is not (was := before.socs.get(name)) and (was is None or was.anchor != soc.anchor)
        for name, soc in now.socs.items()
    )


def _looked(path: Path) -> Kept:
    """What can be read where nothing can be written. Raises NewerError."""
    if file_at(path) is None:
        return Kept()
    try:
        return look(path)
    except StoreError as error:
        if isinstance(error, NewerError):
            raise
        return Kept(notices=(f"{error}; nothing that was kept is known until the program starts again",))
