"""Time limits that hold while a task that was cancelled tidies up. Debian 12's Python 3.11.2 needs this, 3.11.3 not.

There the limit of a cleanup ends it with a CancelledError in place of a TimeoutError: whoever hands a battery back that
hangs would not hear that it hangs, and could neither try again nor say so. Source: CPython's changes of 3.11.3, 102780.
"""

import asyncio
from asyncio import timeouts
from types import TracebackType
from typing import Self


class Timeout(asyncio.Timeout):  # type: ignore[misc]  # it is final, since nobody should need this
    """As in later Pythons: what was cancelled before it began is none of its own."""

    async def __aenter__(self) -> Self:
        """Begin."""
        await super().__aenter__()
        self._before = _cancels()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises TimeoutError where the limit is over."""
        await super().__aexit__(kind, error, trace)
        if self.expired() and kind is asyncio.CancelledError and _cancels() <= self._before:
            raise TimeoutError from error


def mend() -> None:
    """Have `asyncio.timeout` make these from now on."""
    timeouts.Timeout = Timeout  # type: ignore[misc]


def _cancels() -> int:
    """How often the task that runs was told to end."""
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()
