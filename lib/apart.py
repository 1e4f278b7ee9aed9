"""Work that may hang for ever, as on a share that is gone: in a thread of its own, which nobody has to wait for.

In: a function that waits. Out: what it gives. A thread cannot be ended, and those of asyncio's pool are few, and keep
the program from ending. It knows no file and no service.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def begun(work: Callable[[], T], name: str) -> asyncio.Future[T]:
    """`work` in a thread of that name; nobody need wait for its answer, or to its end."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
            result.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    answer = asyncio.wrap_future(result)
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())  # or asyncio would complain
    return answer


class Apart:
    """One work at a time: while one hangs no other is begun, so that it costs one thread however often it is tried."""

    def __init__(self, name: str) -> None:
        """name: of its threads."""
        self._name = name
        self._running: asyncio.Future[Any] | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` gives, after what was asked for before; who waits no longer leaves it to itself."""
        while self._running and not self._running.done():
            await asyncio.wait({self._running})
        self._running = answer = begun(work, self._name)
        await asyncio.wait({answer})
        return answer.result()
