"""An event loop in which waiting takes no time, for tests of long waits; it has no use for sockets and threads."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class _Hasty(selectors.SelectSelector):
    """Does not wait for files: the time that it should wait has passed at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            message = "the test waits for something that never comes"
            raise RuntimeError(message)
        self.passed_s += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time goes from one timer to the next."""

    def __init__(self) -> None:
        self._hasty = _Hasty()
        super().__init__(self._hasty)

    def time(self) -> float:
        """Seconds since it began."""
        return self._hasty.passed_s


class LoopClock:
    """A clock that goes with the running loop."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime(2025, 1, 15, 11, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds of the loop."""
        return asyncio.get_running_loop().time()


def in_virtual_time(story: Coroutine[Any, Any, T]) -> T:
    """What `story` returns, without anybody waiting for it."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)
