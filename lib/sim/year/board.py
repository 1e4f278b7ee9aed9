"""Numbers in a file that several processes look at: how far each run is, and whether all shall stop.

In: how many runs. Each writes its own number, one process alone says that all shall stop; so nothing is locked.
"""

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAITS = -1
_EACH = 8


class Board:
    """A view of the file; WAITS stands for a run that has not begun, else the number of its quarters that are over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._numbers = memoryview(self._map).cast("q")

    def close(self) -> None:
        """Look no more."""
        self._numbers.release()
        self._map.close()

    def tell(self, run: int, quarters: int) -> None:
        """So many quarters of a run are over."""
        self._numbers[run + 1] = quarters

    @property
    def quarters(self) -> list[int]:
        """By run."""
        return self._numbers[1:].tolist()

    @property
    def is_stopped(self) -> bool:
        """Whether all shall stop."""
        return self._numbers[0] != 0

    def stop(self) -> None:
        """All shall stop."""
        self._numbers[0] = 1


@contextmanager
def pinned(runs: int) -> Iterator[Board]:
    """A board for so many runs, taken away in the end."""
    handle, name = tempfile.mkstemp(prefix="dm-year-")
    path = Path(name)
    try:
        os.truncate(handle, _EACH * (runs + 1))
        os.close(handle)
        board = Board(path)
        for run in range(runs):
            board.tell(run, WAITS)
        try:
            yield board
        finally:
            board.close()
    finally:
        path.unlink(missing_ok=True)
