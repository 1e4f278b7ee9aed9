"""The disk as a recorder sees it: one thread waits for it, and after a failure it is left alone for a while.

In: work, and what came of it. Out: its result, and a sentence while nothing can be written. Knows no database.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from lib.clock import Clock

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 600.0
T = TypeVar("T")
log = logging.getLogger(__name__)


class Disk:
    """The thread that writes the file at `path`; trouble: why nothing is written just now, None while all is well."""

    def __init__(self, path: Path, clock: Clock, trouble: str | None = None) -> None:
        """The thread starts with its first work."""
        self.trouble = trouble
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "store")
        self._pause_s = FIRST_PAUSE_S
        self._again_s = 0.0

    @property
    def rests(self) -> bool:
        """Whether the pause after a failure is not over yet."""
        return self._clock.monotonic() < self._again_s

    async def work(self, work: Callable[[], T]) -> T:
        """What `work` gives in the thread, after what was asked of it before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def failed(self, why: str) -> None:
        """It could not be written: a longer pause each time."""
        self._tell(why)
        self._again_s = self._clock.monotonic() + self._pause_s - 1  # the caller's minute is not exact
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def wrote(self, trouble: str | None = None) -> None:
        """It was written; trouble: what else could not be."""
        self._pause_s, self._again_s = FIRST_PAUSE_S, 0.0
        self._tell(trouble)

    def close(self) -> None:
        """No more work."""
        self._thread.shutdown(wait=False)

    def _tell(self, trouble: str | None) -> None:
        """Log what is new."""
        if trouble is None and self.trouble is not None:
            log.info("%s: is written again", self._path)
        elif trouble != self.trouble:
            log.warning("%s; the program goes on and tries again", trouble)
        self.trouble = trouble


def file_at(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`, so that another one is known; None: none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
