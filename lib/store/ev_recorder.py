"""Keeps what ev must not forget: how things stand, and the sessions and quarters that ended.

An owner's word, what he had set his charger to, a plug and the end of a session are written at once, all else once a
minute.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from lib.clock import Clock
from lib.core.counting import QuarterWh
from lib.core.sessions import Session
from lib.core.soc import TYPED
from lib.store.ev_standing import Standing
from lib.store.ev_store import SHELF, Kept, News
from lib.store.keeping import Keeping, Writer, found

MOST_CLOSED = 2_000  # sessions that wait for a disk: years of one charger
MOST_ENDED = 100_000  # quarters that do: three years of it


class EvRecorder(Keeping[Kept, News]):
    """The memory of ev."""

    def __init__(self, writer: Writer[Kept, News], trouble: str | None = None, saved: Standing | None = None) -> None:
        """`writer` does the work in the thread; saved: what the database holds."""
        super().__init__(writer, trouble)
        self._standing: Standing | None = None
        self._saved = saved
        self._closed: dict[tuple[str, datetime], Session] = {}
        self._ended: dict[tuple[str, datetime], QuarterWh] = {}

    @classmethod
    def open(cls, path: Path, clock: Clock) -> tuple["EvRecorder", Kept]:
        """The recorder on the database at `path`, and what was kept there. It may take seconds; ask it before the loop.

        Raises NewerError: the file is of a newer program. Whatever else is in the way is the recorder's `trouble`, and
        it goes on trying.
        """
        writer, trouble, kept = found(path, clock, SHELF, Kept())
        return cls(writer, trouble, kept.standing), kept

    @property
    def saved(self) -> Standing:
        """How things stand by the database."""
        return self._saved or Standing()

    def take(self, standing: Standing, closed: Iterable[Session] = (), ended: Iterable[QuarterWh] = ()) -> None:
        """Take how things stand now, and the sessions and quarters that ended since it was last called. Never waits."""
        before, self._standing = self._standing, standing
        for session in closed:
            self._closed[session.charger, session.since] = session
            self._urgent.set()
        while len(self._closed) > MOST_CLOSED:
            del self._closed[next(iter(self._closed))]
        self._ended |= {(one.charger, one.start): one for one in ended}
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]
        if before is not None and before is not standing and _is_order(before, standing):
            self._urgent.set()

    def _waiting(self) -> News | None:
        standing = self._standing
        if standing is None or (standing is self._saved and not self._closed and not self._ended):
            return None
        return News(standing, dict(self._closed), dict(self._ended))

    def _wrote(self, batch: News) -> None:
        self._saved = batch.standing
        for key, session in batch.closed.items():
            if self._closed.get(key) is session:
                del self._closed[key]
        for key, quarter in batch.ended.items():
            if self._ended.get(key) is quarter:
                del self._ended[key]


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
