"""One source of bytes, kept alive across its troubles.

In: a source. Out: its bytes, and about once a second without bytes a `Silence` that says since when and why; so
whoever iterates is never held up longer. It knows no telegrams: its owner says `good()` for each, and a line that
brings none is opened again.
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lib.clock import Clock, WallClock
from lib.meters import Meter, MeterError, QuietError, SourceError, open_meter, shown

TICK_S = 1.1  # a little longer than the period of a healthy meter, which so has no silences
QUIET_S = 3.0  # a meter talks each second; so long a pause is worth a word
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
DOUBLINGS = 6  # from the first to the longest
LOOK_S = 0.5  # so often a cable that is gone is looked for
CLOSING_S = 3.0
SAY_AGAIN_S = 60.0  # a loose plug is worth a line a minute in the log

WAITING = "connected, waiting for the next telegram"
NEVER_SPOKE = "connected, but the port says nothing: is the P1 port opened by the grid operator?"
SILENT = "connected, but nothing comes any more: is the cable still in the meter?"
NOISE = "bytes come, but no whole telegram: is this the P1 port, and is the cable or box made for it?"
PAUSE = "the recording pauses"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No bytes now. since_s: seconds since the last one, or since the start; why: in the owner's words."""

    since_s: float
    why: str


class Opener(Protocol):
    """What opens a source: `open_meter`, by `functools.partial` with its secrets, or a test's own."""

    def __call__(self, source: str, *, speed: float | None = None) -> Awaitable[Meter]:
        """Raises MeterError."""


class Line:
    """`async for piece in line`: bytes or Silence, until the recording is over or the line is closed.

    A source that fails is opened again after 1, 2, 4 … 60 s; the first good telegram starts that anew. One that is
    open but has no good telegram for `patience_s` (half-open TCP, noise, a port that is not opened) is opened again
    at once, and is then given that pause where it is longer than `patience_s`: so somebody always listens. A
    recording is played once. Iterating raises SourceError when the source can never work.
    """

    def __init__(
        self,
        source: str,
        *,
        speed: float | None = None,
        clock: Clock | None = None,
        patience_s: float = 15.0,
        opener: Opener = open_meter,
    ) -> None:
        self.source = shown(source)
        self._source = source
        self._speed = speed
        self._clock = clock or WallClock()
        self._patience_s = patience_s
        self._opener = opener
        self._meter: Meter | None = None
        self._work: asyncio.Task[bytes | None] | None = None  # opening or reading
        self._over = False
        self._failures = 0  # in a row, without a good telegram
        self._heard_s = self._clock.monotonic()  # when the last byte came; the start before the first
        self._heard = False
        self._patient_from_s: float | None = None  # opening or last good telegram; None while no live meter is open
        self._trouble = f"opening {self.source}"
        self._quiet_why = ""  # what the source itself says of its silence; "" when it knows no better
        self._said = ""  # the trouble that was last logged
        self._said_s = 0.0
        self._in_trouble = True  # until a good telegram

    def good(self) -> None:
        """A whole telegram came: the line works."""
        if self._patient_from_s is not None:
            self._patient_from_s = self._clock.monotonic()
        self._failures = 0
        if self._in_trouble:
            self._in_trouble = False
            log.info("telegrams come from %s", self.source)

    async def __aiter__(self) -> AsyncIterator[bytes | Silence]:
        """Bytes as they come, or a Silence a second. Leaving the loop closes the source."""
        self._heard_s = self._clock.monotonic()
        loop = asyncio.get_running_loop()
        tick_s = loop.time() + TICK_S
        try:
            while not self._over:
                heard = await self._step(tick_s - loop.time())
                if heard is not None:
                    yield heard
                    tick_s = loop.time() + TICK_S
        finally:
            await self.close()

    async def close(self) -> None:
        """End the iteration and give the source back, within a few seconds; more than once is harmless."""
        self._over = True
        await self._let_go(self._work)

    async def _step(self, tick_s: float) -> bytes | Silence | None:
        """What comes within `tick_s`; None when that was nothing to speak of, or the end."""
        patience_s = self._patience_left_s()
        if patience_s <= 0:
            return self._fail(self._quiet() or NOISE, pause_s=0.0)
        if self._work is None:
            self._work = asyncio.create_task(self._meter.read() if self._meter else self._open(None))
        work = self._work
        done, _ = await asyncio.wait({work}, timeout=max(0.0, min(tick_s, patience_s)))
        if self._over:
            return None
        if not done:
            return self._silence() if tick_s <= patience_s else None
        self._work = None
        try:
            piece = work.result()
        except SourceError:
            raise
        except QuietError as quiet:
            self._quiet_why = str(quiet)
            return None
        except MeterError as error:
            self._quiet_why = ""
            return self._fail(str(error), pause_s=self._pause_s(self._failures + 1))
        if piece == b"":
            log.info("the recording %s is over", self.source)
            self._over = True
        if piece:
            self._heard_s = self._clock.monotonic()
            self._heard = True
            self._quiet_why = ""
        return piece or None

    def _patience_left_s(self) -> float:
        """Seconds in which a telegram must come from the open meter."""
        if self._patient_from_s is None:
            return math.inf
        patience_s = max(self._patience_s, self._pause_s(self._failures))
        return self._patient_from_s + patience_s - self._clock.monotonic()

    def _fail(self, why: str, *, pause_s: float) -> Silence | None:
        """Start opening again after `pause_s`; a Silence at once when `why` is news."""
        self._failures += 1
        self._patient_from_s = None
        if self._work:
            self._work.cancel()
        self._work = asyncio.create_task(self._open(self._work, pause_s=pause_s, was_there=self._is_there()))
        self._say(why)
        is_news, self._trouble = why != self._trouble, why
        return self._silence() if is_news else None

    async def _open(
        self, reading: asyncio.Task[bytes | None] | None, *, pause_s: float = 0.0, was_there: bool = True
    ) -> None:
        await self._let_go(reading)
        await self._pause(pause_s, was_there=was_there)
        self._meter = await self._opener(self._source, speed=self._speed)
        if self._meter.live:
            self._patient_from_s = self._clock.monotonic()

    async def _pause(self, pause_s: float, *, was_there: bool) -> None:
        """Wait for `pause_s`, or until a cable that was gone is back."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + pause_s
        while (left_s := until_s - loop.time()) > 0:
            if not was_there and self._is_there():
                self._failures = 0
                return
            await asyncio.sleep(min(left_s, LOOK_S))

    async def _let_go(self, work: asyncio.Task[bytes | None] | None) -> None:
        """End `work` and close the meter, each within its time."""
        if work:
            work.cancel()
            await asyncio.wait({work}, timeout=CLOSING_S)
            if work.done() and not work.cancelled():
                work.exception()  # it lost its race with us; nobody needs it any more
        meter, self._meter = self._meter, None
        if meter:
            try:
                async with asyncio.timeout(CLOSING_S):
                    await meter.close()
            except TimeoutError:
                log.warning("%s does not close; it is left to itself", self.source)

    def _pause_s(self, failures: int) -> float:
        """Seconds after so many failures: 0, 1, 2, 4 … 60."""
        if not failures:
            return 0.0
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures - 1, DOUBLINGS))

    def _is_there(self) -> bool:
        """Whether the device exists; what is no path never does."""
        return "://" not in self._source and Path(self._source).exists()

    def _silence(self) -> Silence:
        if self._patient_from_s is not None:
            self._trouble = self._quiet() or WAITING
        elif self._meter and not self._meter.live:
            self._trouble = PAUSE
        return Silence(since_s=self._clock.monotonic() - self._heard_s, why=self._trouble)

    def _quiet(self) -> str:
        """Why an open line brings no bytes; "" when some came just now."""
        if self._clock.monotonic() - self._heard_s < QUIET_S:
            return ""
        return self._quiet_why or (SILENT if self._heard else NEVER_SPOKE)

    def _say(self, trouble: str) -> None:
        """Log a change of state, and the same trouble soon after a recovery not a second time."""
        now_s = self._clock.monotonic()
        is_old = trouble == self._said and (self._in_trouble or now_s - self._said_s < SAY_AGAIN_S)
        if is_old:
            return
        self._in_trouble = True
        self._said, self._said_s = trouble, now_s
        log.warning("%s: %s", self.source, trouble)
