"""A day of a simulated house, told to the core second by second; nobody sleeps."""

from datetime import datetime, timedelta

from lib.core.books import Books, periods
from lib.core.house import House, Rules, prices, target_w
from lib.core.metering import Heard, Silent, after
from lib.core.p1 import Framer
from lib.core.reading import Parser
from lib.core.tariff import Tariffs
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.conftest import SIMPLE


class Day:
    """The world and the meter app on one line, from `start` on."""

    def __init__(
        self, start: datetime, *, seed: int = 1, capacity_tariff: bool = True, tariffs: Tariffs = SIMPLE
    ) -> None:
        self.world = World(seed=seed, start=start)
        self.rules = Rules(tariffs=tariffs, connection_w=17_250, capacity_tariff=capacity_tariff)
        self.house = House()
        self.host = start  # the machine's clock
        self.cable = True
        self.seen: list[House] = []
        self._silent_s = 0.0
        self._framer = Framer()
        self._parser = Parser()

    def run(self, *, seconds: float = 0, minutes: float = 0, step_s: int = 1) -> House:
        """Let time pass, a telegram each `step_s` seconds while the cable is in; every state is kept in `seen`."""
        for _ in range(int((seconds + 60 * minutes) / step_s)):
            self.world.step(step_s)
            self.host += timedelta(seconds=step_s)
            if self.cable:
                self.hear(telegram(self.world.show()))
            else:
                self._silent_s += step_s
                silent = Silent(for_s=self._silent_s, why="the cable is out", now=self.host)
                self.house = after(self.house, silent, self.rules)
            self.seen.append(self.house)
        return self.house

    def hear(self, data: bytes) -> House:
        """Bytes on the line."""
        for one in self._framer.feed(data):
            self._silent_s = 0.0
            self.house = after(self.house, Heard(reading=self._parser.parse(one), received=self.host), self.rules)
        return self.house

    @property
    def year_wh(self) -> int:
        """What the books of the year hold of energy taken."""
        year = periods(self._books, prices(self.house, self.rules))[3]
        return sum(year.tally.amounts.import_wh.values())

    @property
    def counted_wh(self) -> int:
        """What the registers of energy taken stand at."""
        return sum(self._books.last.import_wh.values())

    @property
    def _books(self) -> Books:
        assert self.house.books
        return self.house.books

    @property
    def target_w(self) -> float:
        """What the running quarter may count."""
        return target_w(self.house, self.rules)
