"""A simulated house whose meter speaks on a TCP port, some 300 telegrams a second, and remembers what it showed.

In: a start, a seed, seconds from one telegram to the next. Out: telegrams, and the counters a home may have come to.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

from lib.core.bands import midnight
from lib.sim.brussels import ZONE
from lib.sim.plugs import TcpPlug, open_tcp
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.programs.reckoning import Kept, shown

BEAT_S = 0.01
EACH_BEAT = 3  # telegrams


class FastHouse:
    """The simulated house, and a TCP port that says what its meter shows. `shown`: the counters by their instant."""

    def __init__(self, world: World, plug: TcpPlug) -> None:
        self.world = world
        self.source = plug.where
        self.shown: dict[datetime, tuple[int, ...]] = {}
        self._plug = plug

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, *, start: datetime, seed: int) -> AsyncIterator["FastHouse"]:
        """A house whose port is open until the block ends."""
        plug = await open_tcp(0)
        try:
            yield cls(World(seed=seed, start=start), plug)
        finally:
            await plug.close()

    @contextlib.asynccontextmanager
    async def talking(self, pace_s: int) -> AsyncIterator[None]:
        """Meanwhile the house lives `pace_s` from one telegram to the next, some 300 telegrams a second."""
        work = asyncio.create_task(self._talk(pace_s))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait({work})
            if not work.cancelled():
                work.result()

    async def _talk(self, pace_s: int) -> None:
        while True:
            self._plug.send(b"".join(self._next(pace_s) for _ in range(EACH_BEAT)))
            await asyncio.sleep(BEAT_S)

    def bounds(self, kept: Kept) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The counters that a home may have come to: as shown at its instant.

        A database made anew may end at a midnight that nobody saw, where a gap was cut by time: between the last
        telegram that the home heard and the newest of all. What was shown within the gap may have gone unheard.
        """
        assert kept.at
        if kept.at in self.shown:
            return self.shown[kept.at], self.shown[kept.at]
        assert kept.at == midnight(kept.at.astimezone(ZONE).date())
        heard = kept.at
        for row in reversed(kept.rows):
            if row.is_gap and row.until == heard:
                heard = row.since
        return self.shown[heard], self.shown[max(self.shown)]

    def unheard(self, pace_s: int, until: datetime) -> None:
        """Show telegrams until an instant that no program hears."""
        while self.world.at < until:
            self._next(pace_s)

    def _next(self, pace_s: int) -> bytes:
        self.world.step(pace_s)
        display = self.world.show()
        self.shown[display.at] = shown(display)
        return telegram(display)
