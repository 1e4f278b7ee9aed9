"""The newest value of something for whoever reads it, at his own pace: nothing grows with his slowness."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Stream(AsyncIterator[T], Generic[T]):
    """The newest value of something, each once: `async for value in stream`, until the pool is stopped."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._values: list[T] = []  # one at most that was not taken yet
        self._last: list[T] = []
        self._ended = False
        self._something = asyncio.Event()

    def offer(self, value: T) -> None:
        """Another value, if it is one."""
        if self._last != [value]:
            self._values = self._last = [value]
            self._something.set()

    def end(self) -> None:
        """No more of them."""
        self._ended = True
        self._something.set()

    async def __anext__(self) -> T:
        """The newest that was not taken yet."""
        while not self._values:
            if self._ended:
                raise StopAsyncIteration
            self._something.clear()
            await self._something.wait()
        [value], self._values = self._values, []
        return value


class Reading(Stream[T]):
    """A stream that reads its value itself, when it is told that something was said."""

    def __init__(self, read: Callable[[], T]) -> None:
        super().__init__()
        self._read = read

    def feed(self) -> None:
        """Offer what is so now."""
        self.offer(self._read())
