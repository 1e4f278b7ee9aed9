"""The meter: telegrams and claims in, the house and its grants out, to the disk, to the sockets and to the screen."""

import asyncio
import logging
import os
import sys
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

from lib import messages, settings
from lib.clock import Clock, WallClock
from lib.commands import SLIP
from lib.commands.arguments import instead, parser
from lib.commands.dm_orders import claimants, handlers
from lib.commands.market import watched
from lib.commands.memory import Memory, remembered
from lib.commands.sunlight import Sunlight
from lib.commands.teller import Teller
from lib.core import house as core
from lib.core.books import local_day
from lib.core.p1 import Framer, cause_of_silence
from lib.core.reading import Parser
from lib.core.slots import Series
from lib.meters import open_meter
from lib.meters.line import NOISE, TICK_S, Line, Silence
from lib.secrets import SecretsError, load_secrets

log = logging.getLogger("dm")


class Meter:
    """The loop: await bytes → core → remember → tell. It knows no socket, no disk and no screen."""

    def __init__(self, line: Line, rules: core.Rules, memory: Memory, teller: Teller, clock: Clock) -> None:
        self.house = memory.house
        self._line, self._rules, self._memory, self._teller, self._clock = line, rules, memory, teller, clock
        self._framer, self._parser = Framer(), Parser()
        self._last_s = self._said_s = clock.monotonic()  # of a good telegram, of a word; at first the start

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
        if house.events:
            self._teller.tell_events(house.events)


def main() -> int:
    """Run the meter, or one of its commands; the exit code."""
    asked = parser().parse_args()
    try:
        code = instead(asked)
        if code is not None:
            return code
        config = settings.load(os.environ, demo=asked.demo, source=asked.source)
        secrets = load_secrets(config.secrets)
    except (settings.SettingsError, SecretsError) as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    from lib.commands.past import history_of
    from lib.commands.run import run, stand
    from lib.commands.sim_word import sim_words
    from lib.hub.orders import Orders

    boot, clock = uuid4().hex[:8], WallClock()
    sunlight = Sunlight(config, clock)
    meter: Meter | None = None

    async def work(say: messages.Say) -> None:
        nonlocal meter
        line = Line(config.source, speed=asked.speed, opener=partial(open_meter, secrets=secrets.others))
        async with remembered(config, clock) as memory:
            teller = Teller(say, config.rules, memory, boot=boot, clock=clock, demo=config.demo)
            memory.house = replace(memory.house, roof=sunlight.roof)
            meter = here = Meter(line, config.rules, memory, teller, clock)
            market = watched(
                config,
                secrets,
                clock,
                known=meter.house.index,
                needed=meter.unpriced,
                keep=memory.take_prices,
                hear=meter.publish,
            )
            others = claimants(config, secrets, meter, clock)
            async with market as teller.market, others, sunlight.watched(meter.take, lambda: here.house.at):
                await meter.run()

    screen, orders = None, handlers(lambda: meter, config.rules, sunlight.limit)
    if not asked.headless and sys.stdout.isatty() and sys.stdin.isatty():  # keys come from stdin, or nothing does
        from lib.panels.dashboard import Dashboard
        from lib.panels.dm import dm_panels

        screen = partial(Dashboard, "Digital Meter", dm_panels(), orders=Orders("dm", orders).carry_out)
    door = partial(stand, "dm", config, work, boot=boot, words=sim_words(config.sim_lines), orders=orders)
    return run("dm", config, partial(door, screen=screen, history=history_of(config.database("dm"))))


if __name__ == "__main__":
    sys.exit(main())
