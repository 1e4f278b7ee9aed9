"""Keeps what ev must not forget: takes how things stand without waiting, and writes in a thread of its own.

In: how things stand, and sessions that ended. Out: the database, and a sentence while it cannot be written. Once a
minute; an owner's word, what he had set his charger to, a plug and the end of a session at once. A disk that fails
stops nothing: what waits is written when it can be again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from lib.clock import Clock
from lib.core.sessions import Session
from lib.core.soc import TYPED
from lib.store.database import NewerError, StoreError
from lib.store.ev_rescue import look, open_store
from lib.store.ev_standing import Closed, Standing
from lib.store.ev_store import EvStore, Kept, Tip

COMMIT_S = 60.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 600.0
MOST_CLOSED = 2_000  # sessions that wait for a disk: years of one charger
T = TypeVar("T")
log = logging.getLogger(__name__)


class EvRecorder:
    """The memory of ev."""

    def __init__(self, writer: "EvWriter", trouble: str | None = None, found: Standing | None = None) -> None:
        """`writer` does the work in the thread; found: what the database holds."""
        self._writer = writer
        self._clock = writer.clock
        self._trouble = trouble
        self._standing: Standing | None = None
        self._saved = found
        self._closed: dict[tuple[str, datetime], Session] = {}
        self._urgent = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "store")
        self._one = asyncio.Lock()
        self._pause_s = FIRST_PAUSE_S
        self._again_s = 0.0

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
        return self._trouble

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
        if not at_once and self._clock.monotonic() < self._again_s:
            return
        async with self._one:
            standing, closed = self._standing, dict(self._closed)
            if standing is None or (standing is self._saved and not closed):
                return
            try:
                await self._in_thread(lambda: self._writer.write(standing, closed))
            except StoreError as error:
                self._tell(str(error))
                self._again_s = self._clock.monotonic() + self._pause_s - 1  # the minute of `run` is not exact
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            else:
                self._saved, self._pause_s, self._again_s = standing, FIRST_PAUSE_S, 0.0
                for key, session in closed.items():
                    if self._closed.get(key) is session:
                        del self._closed[key]
                self._tell(None)

    async def close(self) -> None:
        """Write all that waits, and let the database go."""
        try:
            await self.commit(at_once=True)
            await self._in_thread(self._writer.close)
        finally:
            self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _tell(self, trouble: str | None) -> None:
        """Log what is new about the disk."""
        if trouble is None and self._trouble is not None:
            log.info("%s: is written again", self._writer.path)
        elif trouble != self._trouble:
            log.warning("%s; the program goes on and tries again", trouble)
        self._trouble = trouble


class EvWriter:
    """The part of the recorder that waits for the disk: it lives in the thread."""

    def __init__(self, path: Path, clock: Clock, store: EvStore | None, tip: Tip | None) -> None:
        """tip: of what was found at the start."""
        self.path = path
        self.clock = clock
        self._store = store
        self._tip = tip
        self._file = _file(path)

    def write(self, standing: Standing, closed: Closed) -> None:
        """Save what is new. Raises StoreError."""
        if self._file is not None and (found := _file(self.path)) != self._file:
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
        self._store, self._file = opened.store, _file(self.path)
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


def _file(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _looked(path: Path) -> Kept:
    """What can be read where nothing can be written. Raises NewerError."""
    if _file(path) is None:
        return Kept()
    try:
        return look(path)
    except StoreError as error:
        if isinstance(error, NewerError):
            raise
        return Kept(notices=(f"{error}; nothing that was kept is known until the program starts again",))
