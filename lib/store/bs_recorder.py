"""Keeps what bs must not forget. An owner's word is written at once, all else once a minute."""

from pathlib import Path

from lib.clock import Clock
from lib.store.bs_standing import Standing
from lib.store.bs_store import SHELF, Kept
from lib.store.keeping import Keeping, Writer, found


class BsRecorder(Keeping[Kept, Standing]):
    """The memory of bs."""

    def __init__(
        self, writer: Writer[Kept, Standing], trouble: str | None = None, saved: Standing | None = None
    ) -> None:
        """`writer` does the work in the thread; saved: what the database holds."""
        super().__init__(writer, trouble)
        self._standing: Standing | None = None
        self._saved = saved

    @classmethod
    def open(cls, path: Path, clock: Clock) -> tuple["BsRecorder", Kept]:
        """The recorder on the database at `path`, and what was kept there. It may take seconds; ask it before the loop.

        Raises NewerError: the file is of a newer program. Whatever else is in the way is the recorder's `trouble`, and
        it goes on trying.
        """
        writer, trouble, kept = found(path, clock, SHELF, Kept())
        return cls(writer, trouble, kept.standing), kept

    def take(self, standing: Standing) -> None:
        """Take how things stand now. Never waits."""
        before, self._standing = self._standing, standing
        if before is not None and before.intent != standing.intent:
            self._urgent.set()

    def _waiting(self) -> Standing | None:
        return None if self._standing is self._saved else self._standing

    def _wrote(self, batch: Standing) -> None:
        self._saved = batch
