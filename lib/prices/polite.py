"""One source, asked politely: within a time limit, left alone for a while after a failure, each trouble logged once.

In: a source. Out: its days, or its troubles. It decides no day; `lib.prices.watch` does.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import date

from lib.clock import Clock
from lib.core.slots import Slot
from lib.patience import MOST_SAID, Patience
from lib.prices import AnswerError, PriceError, PriceSource

LIMIT_S = 20.0

log = logging.getLogger(__name__)


class Polite:
    """`source`, with a memory of its troubles. chance: gives numbers from 0 up to 1."""

    def __init__(self, source: PriceSource, *, clock: Clock, chance: Callable[[], float]) -> None:
        self.name = source.name
        self._source = source
        self._patience = Patience(source.name, "prices", log=log, clock=clock, chance=chance)
        self._complaints: dict[date, str] = {}  # what was last wrong with the answer for a day

    @property
    def rests_until_s(self) -> float:
        """It is not asked before then, in seconds of the clock."""
        return self._patience.rests_until_s

    @property
    def trouble(self) -> str:
        """Why it rests; "" since it last answered."""
        return self._patience.trouble

    def wake(self) -> None:
        """Forget a rest, but for one that the source asked for."""
        self._patience.wake()

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource. After a PriceError that is no AnswerError it rests."""
        try:
            async with asyncio.timeout(LIMIT_S):
                slots = await self._source.fetch(day)
        except TimeoutError:
            late = PriceError(f"{self.name} does not answer within {LIMIT_S:.0f} s")
            self._patience.failed(str(late), again_s=None)
            raise late from None
        except AnswerError as error:
            self._patience.answered()
            self._complain(day, str(error))
            raise
        except PriceError as error:
            self._patience.failed(str(error), again_s=error.again_s)
            raise
        self._patience.answered()
        self._complaints.pop(day, None)
        return slots

    def _complain(self, day: date, why: str) -> None:
        if self._complaints.get(day) == why:
            return
        log.warning("prices: %s", why)
        self._complaints.pop(day, None)
        self._complaints[day] = why
        if len(self._complaints) > MOST_SAID:
            del self._complaints[next(iter(self._complaints))]
