"""What waits to be sent to one client: one place for each type of state, and its answers in a row.

Nothing here ever waits for the client, and nothing grows with its slowness. Knows no socket.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

MOST_WAITING = 500  # frames of answers, which are lines; a whole telegram has some 60
TOO_FAST = "too many lines at once: some were not answered"


class Listener:
    """States, the newest of each type, until the client types a line; from then on only answers, until `follow`."""

    def __init__(self, frames: Mapping[str, str]) -> None:
        """frames: by type, what the client is told first, in this order."""
        self._states = dict(frames)
        self._answers: deque[str] = deque()
        self._follows = True
        self._cut = False
        self._something = asyncio.Event()

    def offer(self, kind: str, frame: str) -> None:
        """A state was said: it takes the place of one of its type that still waits, and so keeps its turn."""
        if self._follows:
            self._states[kind] = frame
            self._something.set()

    def stop(self) -> None:
        """Only answers from now on."""
        self._follows = False
        self._states.clear()

    def follow(self, frames: Mapping[str, str]) -> None:
        """States again, these first."""
        self._follows = True
        self._states = dict(frames)
        self._something.set()

    def answer(self, frames: Sequence[str]) -> None:
        """An answer, one frame per line, whole or not at all; that one was left out is said once."""
        if len(self._answers) + len(frames) <= MOST_WAITING:
            self._answers.extend(frames)
        elif not self._cut:
            self._cut = True
            self._answers.append(TOO_FAST)
        self._something.set()

    async def next(self) -> str:
        """The frame whose turn it is: answers first, then the state that has waited longest."""
        while not self._answers and not self._states:
            self._something.clear()
            await self._something.wait()
        if self._answers:
            frame = self._answers.popleft()
            self._cut = self._cut and bool(self._answers)
            return frame
        return self._states.pop(next(iter(self._states)))
