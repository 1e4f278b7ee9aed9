"""The box that speaks P1: moves the world along the loop's clock and sends a telegram for each of its seconds.

In: a world, a cable, a plug and a speed. Out: bytes through the plug, in step with the clock.
Does not know the time of day; the world has its own.
"""

import asyncio

from lib.sim.cable import Cable
from lib.sim.plugs import Plug
from lib.sim.telegram import telegram
from lib.sim.world import World

_BATCH_S = 0.05  # real time between two batches when the world is faster than the clock
_LONGEST_BATCH = 500  # telegrams; a batch of these takes about 60 ms to make
_LATE_S = 5.0


class P1Box:
    """Runs `world` at `speed` simulated seconds per second and prints its telegrams through `plug`."""

    def __init__(self, world: World, cable: Cable, plug: Plug, *, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"a speed of {speed} goes nowhere: take 1 for real time, 60 for a minute a second")
        self._world = world
        self._cable = cable
        self._plug = plug
        self._speed = speed

    async def run(self) -> None:
        """Send telegrams until cancelled: one at once, then one for each simulated second, without drift."""
        loop = asyncio.get_running_loop()
        self._plug.send(self._cable.carry(telegram(self._world.show())))
        start, sent = loop.time(), 0
        while True:
            await asyncio.sleep(max(0.0, start + (sent + 1) / self._speed - loop.time(), self._pause_s()))
            due = int((loop.time() - start) * self._speed)
            now = min(due, sent + _LONGEST_BATCH)
            self._plug.send(b"".join(self._next() for _ in range(now - sent)))
            sent = now
            if (due - sent) / self._speed > _LATE_S:  # the machine slept or is too slow: go on from here
                start, sent = loop.time(), 0

    def _pause_s(self) -> float:
        """At 20 or more telegrams a second several go out together."""
        return _BATCH_S if self._speed * _BATCH_S > 1 else 0.0

    def _next(self) -> bytes:
        self._world.step(1)
        return self._cable.carry(telegram(self._world.show()))
