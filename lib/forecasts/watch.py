"""Keeps a forecast of the sun: asks for a new one as often as there is news, and has the last good one meanwhile.

In: sources in order of trust, what was foreseen before, and the time. Out: each new forecast, and what is in the way.
It knows no roof and no plan, and nothing waits for it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence

from lib.clock import Clock
from lib.core.daylight import height_deg
from lib.core.slots import Series
from lib.forecasts import ForecastError, SunForecast, SunSource
from lib.patience import Leap, Patience, jittered_s

LIMIT_S = 60.0  # for all questions of one forecast
BY_NIGHT_S = 7200.0  # the sun of tomorrow is not urgent
OLD_S = 4 * 3600.0  # with a forecast that is older, the owner learns what is in the way
STRETCH_S = 120.0  # the longest sleep: by then a clock that was set, or a machine that slept, is noticed
SHORTEST_S = 1.0

log = logging.getLogger(__name__)


class _Asked:
    """A source, and when it may be asked again."""

    def __init__(self, source: SunSource, *, clock: Clock, chance: Callable[[], float]) -> None:
        self.source = source
        self.patience = Patience(source.name, "sun", log=log, clock=clock, chance=chance)
        self.news_s = clock.monotonic()  # it has none before

    @property
    def due_s(self) -> float:
        """When it may be asked, in seconds of the clock."""
        return max(self.news_s, self.patience.rests_until_s)


class Watch:
    """Asks the sources for as long as `run` is awaited, the first that answers; their order is that of trust.

    known: the last forecast of an earlier run. hear: is given each new one; it does not wait and does not raise.
    chance: gives numbers from 0 up to 1, so that houses do not ask in step.
    """

    def __init__(
        self,
        sources: Sequence[SunSource],
        *,
        clock: Clock,
        known: SunForecast | None = None,
        hear: Callable[[SunForecast], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._asked = [_Asked(source, clock=clock, chance=chance) for source in sources]
        self._clock = clock
        self._hear = hear
        self._chance = chance
        self._leap = Leap(clock)
        self._last = known
        for asked in self._asked:
            if known and known.by == asked.source.name:  # a restart is no reason to ask again
                age_s = max(0.0, (clock.now() - known.made).total_seconds())
                asked.news_s += max(0.0, self._pause_s(asked) - age_s)

    @property
    def last(self) -> SunForecast | None:
        """The newest forecast, however old."""
        return self._last

    @property
    def trouble(self) -> str:
        """Why there is no new forecast, for the owner; "" while all is well."""
        if self._last and (self._clock.now() - self._last.made).total_seconds() < OLD_S:
            return ""
        return "; ".join(asked.patience.trouble for asked in self._asked if asked.patience.trouble)

    async def run(self) -> None:
        """Until cancelled. No fault of a source ends it."""
        if self._last:
            self._hear(self._last)
        while True:
            moved_s = self._leap.moved_s()
            if moved_s:
                log.info("sun: the clock went %+.0f s at once; a forecast is asked for now", moved_s)
            for asked in self._asked if moved_s else ():
                asked.patience.wake()
                asked.news_s = self._clock.monotonic()
            await self._ask()
            await asyncio.sleep(self._sleep_s())

    async def _ask(self) -> None:
        """Ask the sources that are due, until one answers or has no news yet."""
        for asked in self._asked:
            now_s = self._clock.monotonic()
            if asked.patience.rests_until_s > now_s:
                continue
            if asked.news_s > now_s or await self._take(asked):
                return

    async def _take(self, asked: _Asked) -> bool:
        """Whether the source answered with a forecast."""
        made = self._clock.now()
        try:
            async with asyncio.timeout(LIMIT_S):
                slots = await asked.source.fetch(made)
        except TimeoutError:
            asked.patience.failed(f"{asked.source.name} does not answer within {LIMIT_S:.0f} s", again_s=None)
            return False
        except ForecastError as error:
            asked.patience.failed(str(error), again_s=error.again_s)
            return False
        asked.patience.answered()
        asked.news_s = self._clock.monotonic() + jittered_s(self._pause_s(asked), self._chance())
        if self._last is None or self._last.by != asked.source.name:
            log.info("sun: foreseen by %s", asked.source.name)
        self._last = SunForecast(series=Series(slots), by=asked.source.name, made=made)
        self._hear(self._last)
        return True

    def _pause_s(self, asked: _Asked) -> float:
        """After an answer."""
        is_day = height_deg(self._clock.now()) > 0
        return asked.source.every_s if is_day else max(BY_NIGHT_S, asked.source.every_s)

    def _sleep_s(self) -> float:
        """Until a source is due, but not for long."""
        due_s = min((asked.due_s for asked in self._asked), default=STRETCH_S) - self._clock.monotonic()
        return max(SHORTEST_S, min(STRETCH_S, due_s))
