"""The loop of dm: bytes → core → memory → tell. It knows no socket, no disk and no screen."""

import asyncio
import logging
from collections.abc import Callable
from datetime import date

from lib.clock import Clock
from lib.commands.memory import Memory
from lib.commands.teller import Teller
from lib.core import metering as core
from lib.core.books import local_day
from lib.core.house import House, Rules
from lib.core.p1 import Framer, cause_of_silence
from lib.core.reading import Parser
from lib.core.slots import Series
from lib.meters.line import NOISE, TICK_S, Line, Silence

log = logging.getLogger("dm")


class Meter:
    """Who has the state of the house, and makes the next one of it; `see` is shown each."""

    def __init__(self, line: Line, rules: Rules, memory: Memory, teller: Teller, clock: Clock) -> None:
        self.house = memory.house
        self._line, self._rules, self._memory, self._teller, self._clock = line, rules, memory, teller, clock
        self._framer, self._parser = Framer(), Parser()
        self._last_s = self._said_s = clock.monotonic()  # of a good telegram, of a word; at first the start
        self.see: Callable[[House], None] = lambda _: None

    async def run(self) -> None:
        """Until a recording is over; then its last word stands. Raises MeterError when the source can never work."""
        self.publish(self.house.index)  # what waits may have its price in the rates by now
        async for piece in self._line:
            telegrams = self._framer.feed(piece) if isinstance(piece, bytes) else []
            if telegrams:
                self._hear(telegrams)
            elif isinstance(piece, Silence):
                self._miss(cause_of_silence(self._framer.rest) or piece.why)
            elif self._clock.monotonic() - self._said_s >= TICK_S:  # a cable brings a telegram in ten pieces
                self._miss(cause_of_silence(self._framer.rest) or NOISE)
            await asyncio.sleep(0)  # a fast recording leaves the others their turn
        last = self._framer.finish()
        if last:
            self._hear(last)
        self._miss("the recording is over", ended=True)

    def publish(self, index: Series) -> None:
        """The day-ahead price is known further than before."""
        self.take(core.Published(index=index))
        self._tell()

    def unpriced(self) -> set[date]:
        """The days with energy that waits for its price."""
        return {local_day(row.since) for row in self.house.books.pending} if self.house.books else set()

    def _hear(self, telegrams: list[bytes]) -> None:
        """Take each telegram; the newest is what is said, so a fast recording floods nobody."""
        now = self._clock.now()
        for telegram in telegrams:
            self._line.good()
            reading, now_s = self._parser.parse(telegram), self._clock.monotonic()
            self.take(core.Heard(reading=reading, received=now, rejected=self._framer.rejected, now_s=now_s))
        self._last_s = self._clock.monotonic()
        self._tell(telegrams[-1])

    def _miss(self, why: str, *, ended: bool = False) -> None:
        """No telegram came: the house is said once a second all the same, with since when and why."""
        for_s = self._clock.monotonic() - self._last_s
        silent = core.Silent(for_s=for_s, why=why, now=self._clock.now(), rejected=self._framer.rejected, ended=ended)
        self.take(silent)
        self._tell()

    def _tell(self, telegram: bytes | None = None) -> None:
        self._said_s = self._clock.monotonic()
        self._teller.tell(self.house, telegram)

    def take(self, event: core.Happening) -> None:
        """Go on to what `event` makes of the house; what is new for the owner is logged once."""
        house = core.after(self.house, event, self._rules)
        for key, text in house.notices.items():
            if self.house.notices.get(key) != text:
                log.warning(text)
        if house.link.state is not self.house.link.state:
            log.info("meter %s%s", house.link.state, f": {house.link.why}" if house.link.why else "")
        for happened in house.events:
            log.info(happened.text)
        self.house = house
        self._memory.take(house)
        self.see(house)
        if house.events:
            self._teller.tell_events(house.events)
