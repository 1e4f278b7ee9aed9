"""Ctrl-C and SIGTERM as a question that can be asked: whether somebody wants an end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopping:
    """by: the signal that came, if any."""

    def __init__(self) -> None:
        self.by: signal.Signals | None = None

    def __call__(self) -> bool:
        """Whether an end is wanted."""
        return self.by is not None

    def hear(self, number: int, frame: FrameType | None) -> None:
        """A signal comes."""
        self.by = signal.Signals(number)

    @property
    def code(self) -> int:
        """The exit code, as shells have it."""
        return 128 + self.by if self.by else 0


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Signals are heard as long as it is open."""
    stop = Stopping()
    before = {name: signal.signal(name, stop.hear) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
