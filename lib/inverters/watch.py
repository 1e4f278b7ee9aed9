"""One inverter, kept read and held back as it should be: one call at a time, seldom while it sleeps or is silent.

In: an inverter, and to what it shall be held back until when. Out: what it said, that it sleeps, or why it does not
answer; and whether it holds back. It lets go when an order lapses, at its end, and at its start: the last run may have
died. It knows no other inverter and nothing of prices.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from lib.clock import Clock
from lib.core.sun import LIMIT_S, InverterEvent, InverterHeld, InverterMissed, InverterReading, InverterTold, sleeps
from lib.inverters import Inverter, InverterError, UnreachableError

EVERY_S: Final = 2.0
ASLEEP_S: Final = 60.0
LONGEST_S: Final = 60.0  # between two tries of a silent one
MOST_DOUBLINGS: Final = 6
AGAIN_S: Final = LIMIT_S / 3  # a limit is told again before its timer ends it
CHANGE_S: Final = 2.0  # between two limits; to let go cannot wait
STEP_W: Final = 25.0  # a limit that differs by less is the same
LEAVE_S: Final = 5.0

log = logging.getLogger(__name__)


class Watch:
    """One inverter, for as long as `run` is awaited. hear: is given each event; it neither waits nor raises.

    may_hold: its owner lets us hold it back; else it is only read. every_s: from one reading to the next. clock: by
    whose time it is day or night.
    """

    def __init__(
        self,
        name: str,
        inverter: Inverter,
        hear: Callable[[InverterEvent], None],
        *,
        may_hold: bool,
        clock: Clock,
        every_s: float = EVERY_S,
    ) -> None:
        self._name, self._inverter, self._hear, self._clock = name, inverter, hear, clock
        self._may_hold = may_hold
        self._every_s = max(every_s, inverter.polite_s)
        self._last: InverterReading | None = None
        self._misses = 0  # in a row
        self._read_s = -LONGEST_S  # when it is read next
        self._limit_w: float | None = None
        self._until_s = 0.0
        self._told_w: float | None = None  # what it was told last
        self._is_free = not may_hold  # it is known to be let go
        self._told_s = -LONGEST_S
        self._balks = 0  # in a row
        self._news = asyncio.Event()

    def limit(self, limit_w: float | None, *, for_s: float = LIMIT_S) -> None:
        """Hold it back to so much for so long, unless told again by then; None: let it go."""
        self._limit_w = None if limit_w is None else max(0.0, limit_w)
        self._until_s = self._clock.monotonic() + for_s
        self._news.set()

    async def run(self) -> None:
        """Until cancelled; then it is let go, as far as it answers, and the connection too."""
        self._read_s = self._clock.monotonic()
        try:
            while True:
                due_s = min(self._read_s, self._hold_due_s())
                pause_s = due_s - self._clock.monotonic()
                if pause_s > 0:
                    self._news.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause_s):
                            await self._news.wait()
                elif self._hold_due_s() <= self._read_s:  # what is longer due, so neither waits for ever
                    await self._hold()
                else:
                    await self._read()
        finally:
            await self._leave()

    def _wanted_w(self) -> float | None:
        """What it shall be held back to now; an order that has lapsed is none."""
        return self._limit_w if self._clock.monotonic() < self._until_s else None

    def _hold_due_s(self) -> float:
        """When it is told something next; infinite while nothing is to be told."""
        never_s = float("inf")
        if not self._may_hold or self._last is None or self._last.asleep or not self._last.able:
            return never_s
        again_s = self._told_s + min(LONGEST_S, CHANGE_S * 2.0 ** min(self._balks, MOST_DOUBLINGS))
        wanted_w = self._wanted_w()
        if wanted_w is None:
            return never_s if self._is_free else again_s if self._balks else self._clock.monotonic()
        if self._balks or self._told_w is None or abs(wanted_w - self._told_w) >= STEP_W:
            return again_s
        return min(self._told_s + AGAIN_S, self._until_s)

    async def _hold(self) -> None:
        wanted_w = self._wanted_w()
        self._told_s = self._clock.monotonic()
        self._is_free = False  # until it is known to be let go
        try:
            await self._inverter.hold(wanted_w)
        except InverterError as error:
            self._balks += 1
            if self._balks == 1:
                log.warning("%s: %s", self._name, error)
            self._hear(InverterHeld(inverter=self._name, limit_w=wanted_w, why=str(error)))
            return
        if (wanted_w is None) != (self._told_w is None):
            log.info("%s: %s", self._name, "let go" if wanted_w is None else f"held back to {wanted_w:.0f} W")
        self._balks, self._told_w, self._is_free = 0, wanted_w, wanted_w is None
        self._hear(InverterHeld(inverter=self._name, limit_w=wanted_w))

    async def _read(self) -> None:
        asked_s = self._clock.monotonic()
        try:
            reading = await self._inverter.read()
        except InverterError as error:
            if isinstance(error, UnreachableError) and sleeps(self._last, self._clock.now()):
                self._sleeping(asked_s)
            else:
                self._missed(error)
            return
        if reading.power_w is None and sleeps(self._last, self._clock.now()):
            self._sleeping(asked_s)
            return
        if self._misses:
            log.info("%s answers again", self._name)
        if not self._is_free and reading.limit_w is None and self._wanted_w() is None:
            self._freed()  # nothing was left behind, or its timer was faster than we
        self._misses = 0
        self._last = reading
        self._read_s = asked_s + (ASLEEP_S if reading.asleep else self._every_s)
        self._hear(InverterTold(inverter=self._name, reading=reading))

    def _freed(self) -> None:
        self._is_free, self._told_w = True, None
        if self._balks:
            self._balks = 0
            self._hear(InverterHeld(inverter=self._name, limit_w=None))

    def _sleeping(self, asked_s: float) -> None:
        last = self._last
        self._misses = 0
        self._last = InverterReading(
            read_s=asked_s,
            power_w=0.0,
            energy_wh=last.energy_wh if last else None,
            most_w=last.most_w if last else None,
            able=last.able if last else False,
            asleep=True,
        )
        self._read_s = asked_s + ASLEEP_S
        self._hear(InverterTold(inverter=self._name, reading=self._last))

    def _missed(self, error: InverterError) -> None:
        self._misses += 1
        if self._misses == 1:
            log.warning("%s: %s", self._name, error)
        pause_s = self._every_s * 2.0 ** min(self._misses - 1, MOST_DOUBLINGS)
        self._read_s = self._clock.monotonic() + min(LONGEST_S, pause_s)
        self._hear(InverterMissed(inverter=self._name, why=str(error)))

    async def _leave(self) -> None:
        """Let it go if it may still be held back; its timer does so where it does not answer."""
        try:
            if not self._is_free and self._last is not None:
                async with asyncio.timeout(LEAVE_S):
                    await self._inverter.hold(None)
        except (InverterError, TimeoutError) as error:
            log.warning("%s: it may be held back for another minute: %s", self._name, error)
        finally:
            await self._inverter.close()
