"""Panels under the test's own sun, and a clock."""

import asyncio

from lib.clock import TurnedClock
from lib.core.sun import InverterReading
from lib.inverters import Inverter, UnreachableError
from tests.sim.builders import NOON
from tests.waiting import LIMIT_S


class ToyPanels:
    """Panels that give what the sun lets them and what they are held back to."""

    def __init__(self, sun_w: float = 3_000.0) -> None:
        self.sun_w = sun_w
        self.held_w: float | None = None

    @property
    def power_w(self) -> float:
        """What they give."""
        return self.sun_w if self.held_w is None else min(self.sun_w, self.held_w)

    def hold(self, limit_w: float | None) -> None:
        """Give no more than so much."""
        self.held_w = limit_w


def a_clock(seconds: float = 100.0) -> TurnedClock:
    """A clock so long after its start, at noon in June."""
    clock = TurnedClock(NOON)
    clock.turn(seconds)
    return clock


async def answered(inverter: Inverter) -> InverterReading:
    """Its next answer; what is asked while it starts may be lost."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            try:
                return await inverter.read()
            except UnreachableError:
                await asyncio.sleep(0.01)
