"""The meter: telegrams in, the state of the house out, to the sockets first and then to the screen."""

import argparse
import asyncio
import logging
import os
import sys
from functools import partial
from uuid import uuid4

from lib import messages, settings
from lib.clock import Clock, WallClock
from lib.core import house as core
from lib.core.p1 import Framer, cause_of_silence
from lib.core.reading import Parser
from lib.messages.dm import say_house, say_rates, say_telegram, say_usage
from lib.meters.line import NOISE, TICK_S, Line, Silence

log = logging.getLogger("dm")


class Meter:
    """The loop: await bytes → core → say. It knows no socket and no screen, only someone to say things to."""

    def __init__(
        self, line: Line, rules: core.Rules, say: messages.Say, *, boot: str, clock: Clock, demo: bool = False
    ) -> None:
        """`say` takes each message and never waits; boot: which start of the program this is."""
        self._line = line
        self._rules = rules
        self._say = say
        self._boot = boot
        self._clock = clock
        self._demo = demo
        self._framer = Framer()
        self._parser = Parser()
        self._house = core.House()
        self._seq = 0
        self._usage: messages.Usage | None = None
        self._last_s = clock.monotonic()  # of a good telegram, or the start
        self._said_s = self._last_s

    async def run(self) -> None:
        """Until a recording is over; then its last word stands. Raises MeterError when the source can never work."""
        self._say(say_rates(self._rules))
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

    def _hear(self, telegrams: list[bytes]) -> None:
        """Take each telegram; the newest is what is said, so a fast recording floods nobody."""
        now = self._clock.now()
        for telegram in telegrams:
            self._line.good()
            heard = core.Heard(reading=self._parser.parse(telegram), received=now, rejected=self._framer.rejected)
            self._next(core.after(self._house, heard))
        self._last_s = self._clock.monotonic()
        self._say_house()
        if self._house.books:
            usage = say_usage(self._house.books, self._rules)
            if usage != self._usage:
                self._usage = usage
                self._say(usage)
        self._say(say_telegram(telegrams[-1], now))

    def _miss(self, why: str, *, ended: bool = False) -> None:
        """No telegram came: the house is said once a second all the same, with since when and why."""
        for_s = self._clock.monotonic() - self._last_s
        silent = core.Silent(for_s=for_s, why=why, now=self._clock.now(), rejected=self._framer.rejected, ended=ended)
        self._next(core.after(self._house, silent))
        self._say_house()

    def _next(self, house: core.House) -> None:
        """Go on to `house`; what is new for the owner is logged once."""
        for key, text in house.notices.items():
            if self._house.notices.get(key) != text:
                log.warning(text)
        if house.link.state is not self._house.link.state:
            log.info("meter %s%s", house.link.state, f": {house.link.why}" if house.link.why else "")
        self._house = house

    def _say_house(self) -> None:
        self._seq += 1
        self._said_s = self._clock.monotonic()
        now = self._clock.now()
        self._say(say_house(self._house, self._rules, boot=self._boot, seq=self._seq, now=now, demo=self._demo))


def main() -> int:
    """Run the meter, or one of its commands; the exit code."""
    asked = _arguments().parse_args()
    if asked.decode is not None:
        from lib.commands import decode

        return decode.run(asked.decode, no_crc=asked.no_crc)
    if asked.attach is not None:
        from lib.commands import attach

        return attach.run(asked.attach)
    from lib.commands import SLIP
    from lib.commands.run import run, stand

    try:
        config = settings.load(os.environ, demo=asked.demo, source=asked.source)
    except settings.SettingsError as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    boot = uuid4().hex[:8]

    async def work(say: messages.Say) -> None:
        line = Line(config.source, speed=asked.speed)
        await Meter(line, config.rules, say, boot=boot, clock=WallClock(), demo=config.demo).run()

    words = {}
    if config.sim_lines:
        from lib.commands.sim_word import sim_word

        words["sim"] = sim_word(config.sim_lines)
    screen = None
    if not asked.headless and sys.stdout.isatty() and sys.stdin.isatty():  # keys come from stdin, or nothing does
        from lib.panels.dashboard import Dashboard
        from lib.panels.dm import dm_panels

        screen = partial(Dashboard, "Digital Meter", dm_panels())
    return run("dm", config, partial(stand, "dm", config, work, boot=boot, screen=screen, words=words))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dm.py", description="The meter: reads, forecasts, shows and tells.")
    parser.add_argument("--headless", action="store_true", help="run without a screen")
    parser.add_argument("--demo", action="store_true", help="the simulated house instead of config.py's meter")
    parser.add_argument("--source", metavar="SOURCE", help="telegrams from here: a device, socket://, a file, - …")
    parser.add_argument("--speed", type=float, metavar="N", help="a recording N times as fast; 0: as fast as it goes")
    parser.add_argument("--attach", metavar="URL", help="only the screen, of a dm elsewhere: ws://pi:8080/ws")
    parser.add_argument("--decode", metavar="FILE", help="print the telegrams of a file (- for stdin) as JSON")
    parser.add_argument("--no-crc", action="store_true", help="with --decode: also telegrams that print no CRC")
    return parser


if __name__ == "__main__":
    sys.exit(main())
