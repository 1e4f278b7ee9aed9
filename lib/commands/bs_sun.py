"""To what the sun shall be held back, told to dm, whose inverters they are: again before it lapses, once to let go.

In: watts, or none. Out: orders to dm, and a sentence while they are not carried out.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from lib.hub.client import Peer
from lib.messages import Refused
from lib.messages.orders import LimitSun

AGAIN_S = 20.0  # an order lasts a minute
CHANGE_S = 2.0  # between two orders: the watts follow the house
log = logging.getLogger(__name__)


class SunOrder:
    """Keeps dm told. trouble: why the sun is not held back as it should be; "" while it is, or shall not be."""

    def __init__(
        self, meter: Callable[[], Peer | None], *, again_s: float = AGAIN_S, change_s: float = CHANGE_S
    ) -> None:
        """meter: None where dm has no door."""
        self.trouble = ""
        self._meter = meter
        self._again_s, self._change_s = again_s, change_s
        self._wanted_w: float | None = None
        self._told_w: float | None = None  # what dm took last
        self._news = asyncio.Event()

    def want(self, power_w: float | None) -> None:
        """Hold the sun back to so much from now on; None lets it go. Never waits."""
        if power_w != self._wanted_w:
            self._wanted_w = power_w
            self._news.set()

    async def run(self) -> None:
        """Until cancelled; then dm is not told, and lets go by itself."""
        while True:
            self._news.clear()
            wanted_w = self._wanted_w
            if wanted_w is not None or self._told_w is not None:
                await self._tell(wanted_w)
                await asyncio.sleep(self._change_s)
            elif self.trouble:
                self.trouble = ""
            idle = wanted_w is None and self._told_w is None
            with suppress(TimeoutError):
                async with asyncio.timeout(None if idle else self._again_s):
                    await self._news.wait()

    async def _tell(self, power_w: float | None) -> None:
        meter = self._meter()
        answer = await meter.ask(LimitSun(power_w=power_w)) if meter else Refused(why="dm cannot be reached from here")
        why = f"the sun is not held back: {answer.why}" if isinstance(answer, Refused) else ""
        if not why:
            self._told_w = power_w
        elif power_w is None:
            self._told_w, why = None, ""  # it lapses by itself
        if why and why != self.trouble:
            log.warning(why)
        elif self._told_w is not None and self.trouble:
            log.info("the sun is held back again")
        self.trouble = why
