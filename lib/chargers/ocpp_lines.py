"""How many lines there may be at the door of the chargers: anybody on the network may knock there.

In: lines that open, are let in and end. Out: whether one more is taken; one too many is cut off at once. It knows no
charger, only how many are expected.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection

from lib.clock import Clock

MOST_WAITING = 40  # lines that have not yet said who they are: each costs a file, of which a process has 1024
MOST_WAITING_EACH = 10  # of these, from one address: who knocks without end keeps out no charger with another one
LINES_EACH = 2  # of a charger: it dials in again before its old line is known to be dead
BACKLOG = 16  # taken at once by asyncio, before anybody counts them
FULL_S = 600.0  # said so often that this process has no files left
FULL = "socket.accept() out of system resource"  # asyncio's words for it, several times a second


class Lines:
    """The lines of one door. expected: how many chargers there are."""

    def __init__(self, expected: Callable[[], int]) -> None:
        self._expected = expected
        self._all = 0
        self._waiting: Counter[str] = Counter()

    def open(self, address: str) -> bool:
        """One opens; whether there is room for it. Either way it counts until it is gone."""
        fits = (
            self._all < MOST_WAITING + LINES_EACH * self._expected()
            and self._waiting.total() < MOST_WAITING
            and self._waiting[address] < MOST_WAITING_EACH
        )
        self._all += 1
        self._waiting[address] += 1
        return fits

    def let_in(self, address: str) -> None:
        """One has said who it is, and waits no more."""
        self._waiting[address] -= 1
        self._waiting += Counter()  # forgets whom it counts no more

    def gone(self) -> None:
        """One is over."""
        self._all -= 1


class Line(ServerConnection):
    """A line that counts among `lines`."""

    def __init__(self, *known: Any, lines: Lines, **more: Any) -> None:
        super().__init__(*known, **more)
        self._lines = lines
        self._address = ""
        self._waits = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or be cut off."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if peer else ""
        if not self._lines.open(self._address):
            self.transport.abort()

    def let_in(self) -> None:
        """It is a charger of ours."""
        if self._waits:
            self._waits = False
            self._lines.let_in(self._address)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.let_in()
        self._lines.gone()
        super().connection_lost(exc)


class Seldom(logging.Filter):
    """Lets asyncio say now and then that there are no files left for a connection, not at each try."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._again_s = clock.monotonic()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is said."""
        if not str(record.msg).startswith(FULL):
            return True
        is_due = self._clock.monotonic() >= self._again_s
        if is_due:
            self._again_s = self._clock.monotonic() + FULL_S
        return is_due
