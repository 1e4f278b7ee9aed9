"""One feed, read for as long as it is wanted: one question at a time, more and more seldom while it does not answer.

In: a feed. Out: what it says, or why it says nothing. It knows no make.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from lib.core.gauges import GaugeEvent, Ungauged, Unlimited
from lib.feeds import Feed, FeedError, FeedSetupError

LONGEST_S: Final = 15.0  # between two tries: a fuse waits for it
MOST_AGAIN_S: Final = 600.0
MOST_DOUBLINGS: Final = 8
LEAST_S: Final = 0.05  # a bound, should a feed that speaks by itself not wait for its next word

log = logging.getLogger(__name__)


class Follow:
    """One feed of one circuit, for as long as `run` is awaited. hear: is given each event; it neither waits nor raises.

    lost: what is said while it does not answer.
    """

    def __init__(
        self,
        circuit: str,
        feed: Feed,
        hear: Callable[[GaugeEvent], None],
        *,
        lost: type[Ungauged] | type[Unlimited],
    ) -> None:
        self._circuit, self._feed, self._hear, self._lost = circuit, feed, hear, lost
        self._misses = 0  # in a row

    async def run(self) -> None:
        """Until cancelled; then it is let go."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                begun_s = loop.time()
                pause_s = await self._read()
                await asyncio.sleep(max(LEAST_S, begun_s + pause_s - loop.time()))
        finally:
            await self._feed.close()

    async def _read(self) -> float:
        """Read it once; seconds until it may be read again, from now on."""
        every_s = self._feed.every_s
        try:
            event = await self._feed.read()
        except FeedError as error:
            self._misses += 1
            if self._misses == 1:
                log.warning("%s: %s", self._circuit, error)
            self._hear(self._lost(circuit=self._circuit, why=str(error)))
            doublings = MOST_DOUBLINGS if isinstance(error, FeedSetupError) else min(self._misses - 1, MOST_DOUBLINGS)
            pause_s = min(max(LONGEST_S, every_s), every_s * 2.0**doublings)
            return max(pause_s, min(MOST_AGAIN_S, error.again_s or 0.0))
        if self._misses:
            log.info("%s: it tells again", self._circuit)
        self._misses = 0
        self._hear(event)
        return every_s
