"""One source, asked politely: within a time limit, left alone for a while after a failure, each trouble logged once.

In: a source. Out: its days, or its troubles. It decides no day; `lib.prices.watch` does.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import date

from lib.clock import Clock
from lib.core.slots import Slot
from lib.prices import AnswerError, PriceError, PriceSource

LIMIT_S = 20.0
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 1800.0
DOUBLINGS = 20
JITTER = 0.1
MOST_SAID = 16

log = logging.getLogger(__name__)


def pause_s(failures: int, *, longest_s: float, chance: float) -> float:
    """Seconds after so many failures: 60, 120, 240 … `longest_s`, up to a tenth more or less. chance: 0 up to 1."""
    doubled_s = FIRST_PAUSE_S * 2.0 ** min(failures - 1, DOUBLINGS)
    return min(longest_s, doubled_s) * (1 + JITTER * (2 * chance - 1))


class Polite:
    """`source`, with a memory of its troubles. chance: gives numbers from 0 up to 1."""

    def __init__(self, source: PriceSource, *, clock: Clock, chance: Callable[[], float]) -> None:
        self.name = source.name
        self._source = source
        self._clock = clock
        self._chance = chance
        self._failures = 0  # in a row
        self._until_s = clock.monotonic()
        self._is_told = False  # whether the source itself said how long to wait
        self._trouble = ""
        self._said: set[str] = set()  # failures that the log has, since it last answered
        self._complaints: dict[date, str] = {}  # what was last wrong with the answer for a day

    @property
    def rests_until_s(self) -> float:
        """It is not asked before then, in seconds of the clock."""
        return self._until_s

    @property
    def trouble(self) -> str:
        """Why it rests; "" since it last answered."""
        return self._trouble

    def wake(self) -> None:
        """Forget a rest, but for one that the source asked for."""
        if not self._is_told:
            self._until_s = self._clock.monotonic()
            self._failures = 0

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource. After a PriceError that is no AnswerError it rests."""
        try:
            async with asyncio.timeout(LIMIT_S):
                slots = await self._source.fetch(day)
        except TimeoutError:
            raise self._failed(PriceError(f"{self.name} does not answer within {LIMIT_S:.0f} s")) from None
        except AnswerError as error:
            self._answered()
            self._complain(day, str(error))
            raise
        except PriceError as error:
            raise self._failed(error) from error.__cause__
        self._answered()
        self._complaints.pop(day, None)
        return slots

    def _failed(self, error: PriceError) -> PriceError:
        """Rest; the first time of each trouble is worth a line."""
        self._failures += 1
        self._trouble = str(error)
        told_s = error.again_s
        own_s = pause_s(self._failures, longest_s=LONGEST_PAUSE_S, chance=self._chance())
        self._is_told = told_s is not None
        self._until_s = self._clock.monotonic() + max(own_s, told_s or 0.0)
        if str(error) not in self._said and len(self._said) < MOST_SAID:
            self._said.add(str(error))
            log.warning("prices: %s", error)
        return error

    def _answered(self) -> None:
        if self._said:
            log.info("prices: %s answers again", self.name)
        self._said.clear()
        self._failures, self._is_told, self._trouble = 0, False, ""

    def _complain(self, day: date, why: str) -> None:
        if self._complaints.get(day) == why:
            return
        log.warning("prices: %s", why)
        self._complaints.pop(day, None)
        self._complaints[day] = why
        if len(self._complaints) > MOST_SAID:
            del self._complaints[next(iter(self._complaints))]
