"""Keeps the prices known: today's, tomorrow's once they are published, and those of past days that are asked for.

In: sources in order of trust, what is known already, and the time. Out: all prices known, each time they are more,
and a `PriceState` for the owner. It knows no tariff and no database, and nothing waits for it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from lib.clock import Clock
from lib.core.bands import WEEKDAYS
from lib.core.books import local_day
from lib.core.slots import Series, Slot
from lib.core.stamp import BRUSSELS
from lib.patience import LONGEST_PAUSE_S, Leap, pause_s
from lib.prices import AnswerError, PriceError, PriceSource
from lib.prices.day import bounds, whole
from lib.prices.polite import Polite

PUBLISHED = time(12, 45)  # in Brussels; often it is 12:57, at times hours later
SPREAD_S = 60.0  # not all houses ask in the same second
LONGEST_PAST_S = 12 * 3600.0  # a past day that nobody has is not urgent
STRETCH_S = 120.0  # the longest sleep: by then a clock that was set, or a machine that slept, is noticed
SHORTEST_S = 1.0
PAST_AT_ONCE, PAST_EVERY_S = 3, 60.0  # a month without internet is no reason to hammer anybody

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceState:
    """How it stands with the prices.

    Attributes:
        since: since when `why` is so.
        why: one sentence for the owner.
        until: prices are known without a hole from now until then; None: the price of now is not known.
        whole: today is known and, once it should be published, tomorrow.

    """

    since: datetime
    why: str
    until: datetime | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A day that is not whole: how often sources answered without it, when it is due again, and what is in the way.

    trouble: the sentences of the sources; "" while none was asked, and when it is just not published.
    """

    due_s: float
    tries: int = 0
    was_asked: bool = False
    trouble: str = ""


class Watch:
    """Asks the sources for what is missing, for as long as `run` is awaited.

    needed: the past days that want prices; called about once a minute, so it is quick. keep: is given what a source
    newly said, to store it. hear: is given all that is known, whenever that is more. None of the three waits or
    raises. chance: gives numbers from 0 up to 1, so that houses do not ask in step.
    """

    def __init__(
        self,
        sources: Sequence[PriceSource],
        *,
        clock: Clock,
        known: Series,
        needed: Callable[[], Collection[date]],
        keep: Callable[[str, tuple[Slot, ...]], None],
        hear: Callable[[Series], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sources = [Polite(source, clock=clock, chance=chance) for source in sources]
        self._clock = clock
        self._known = known
        self._needed = needed
        self._keep = keep
        self._hear = hear
        self._chance = chance
        self._spread = timedelta(seconds=SPREAD_S * chance())
        self._missing: dict[date, Missing] = {}
        self._past_from_s = clock.monotonic()
        self._leap = Leap(clock)
        self._state = PriceState(since=clock.now(), why="not asked yet")
        self._tell()

    @property
    def state(self) -> PriceState:
        """How it stands, as of the last look some minutes ago at most."""
        return self._state

    @property
    def known(self) -> Series:
        """All prices known, in EUR/MWh."""
        return self._known

    async def run(self) -> None:
        """Until cancelled. No fault of a source ends it."""
        while True:
            self._notice()
            for day in self._due():
                await self._ask(day)
                self._tell()
            self._tell()
            await asyncio.sleep(self._pause_s())

    def _notice(self) -> None:
        """When the clock was set or the machine slept, everything is due: back-offs of another time mean nothing."""
        moved_s = self._leap.moved_s()
        if moved_s:
            log.info("prices: the clock went %+.0f s at once; what is missing is asked for now", moved_s)
            self._missing.clear()
            for source in self._sources:
                source.wake()

    def _due(self) -> list[date]:
        """The days to ask for now: today, tomorrow, then some of the past."""
        now_s = self._clock.monotonic()
        soon, past = self._lacking()
        self._missing = {day: self._missing.get(day) or Missing(due_s=now_s) for day in (*soon, *past)}
        due = [day for day in soon if self._missing[day].due_s <= now_s]
        if now_s < self._past_from_s:
            return due
        old = [day for day in past if self._missing[day].due_s <= now_s][:PAST_AT_ONCE]
        if old:
            self._past_from_s = now_s + PAST_EVERY_S
        return due + old

    def _lacking(self) -> tuple[list[date], list[date]]:
        """The days that are not whole: of today and tomorrow, and of the past, the newest first."""
        soon = self._soon()
        past = sorted({day for day in self._needed() if day < soon[0]}, reverse=True)
        return [day for day in soon if not self._is_whole(day)], [day for day in past if not self._is_whole(day)]

    def _soon(self) -> list[date]:
        """Today, and tomorrow once it should be published."""
        now = self._clock.now()
        today = local_day(now)
        tomorrow = [today + timedelta(days=1)] if self._publication(today) <= now else []
        return [today, *tomorrow]

    def _publication(self, day: date) -> datetime:
        """When, on `day`, the day after is asked for."""
        return datetime.combine(day, PUBLISHED, BRUSSELS) + self._spread

    def _is_whole(self, day: date) -> bool:
        return whole(day, self._known.between(*bounds(day)))

    async def _ask(self, day: date) -> None:
        """Ask for one day, source after source, until it is whole."""
        now_s = self._clock.monotonic()
        if all(source.rests_until_s > now_s for source in self._sources):
            return
        said, is_answered, is_clean = Series(), False, False
        troubles: list[str] = []
        for source in self._sources:
            if source.rests_until_s > now_s:
                troubles.append(source.trouble)
                continue
            try:
                slots = await source.fetch(day)
            except PriceError as error:
                is_answered = is_answered or isinstance(error, AnswerError)
                troubles.append(str(error))
                continue
            is_answered = is_clean = True
            said, news = Series(slots).joined(said.slots), said  # a source before this one is trusted more
            self._take(source.name, day, tuple(slot for slot in said.slots if slot not in news.slots))
            if self._is_whole(day):
                break
        missing = replace(self._missing[day], was_asked=True, trouble="" if is_clean else "; ".join(troubles))
        if is_answered:  # where no source answers, their own rests say when to ask again
            tries = missing.tries + 1
            longest_s = LONGEST_PAST_S if day < local_day(self._clock.now()) else LONGEST_PAUSE_S
            wait_s = pause_s(tries, longest_s=longest_s, chance=self._chance())
            missing = replace(missing, tries=tries, due_s=self._clock.monotonic() + wait_s)
        self._missing[day] = missing

    def _take(self, name: str, day: date, slots: tuple[Slot, ...]) -> None:
        """Know, keep and tell what a source said; nothing happens when it is not new."""
        known = self._known.joined(slots)
        if known == self._known:
            return
        self._known = known
        if self._is_whole(day):
            log.info("prices: %s is known from %s", day, name)
        self._keep(name, slots)
        self._hear(self._known)

    def _pause_s(self) -> float:
        """Until something can be asked or a day begins, but not for long."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        today = local_day(now)
        awake_s = min((source.rests_until_s for source in self._sources), default=now_s + STRETCH_S)
        times_s = [
            max(missing.due_s, awake_s, self._past_from_s if day < today else now_s) - now_s
            for day, missing in self._missing.items()
            if not self._is_whole(day)
        ]
        times_s += [(at - now).total_seconds() for at in (self._publication(today), bounds(today)[1]) if now < at]
        return max(SHORTEST_S, min(STRETCH_S, *times_s))

    def _tell(self) -> None:
        """Bring the state up to date; the log has the troubles already."""
        now = self._clock.now()
        lacking = [day for day in self._soon() if not self._is_whole(day)]
        until = self._until(now)
        why, is_said = self._why(lacking, until)
        since = self._state.since if why == self._state.why else now
        if why != self._state.why and not is_said:
            log.info("prices: %s", why)
        self._state = PriceState(since=since, why=why, until=until, whole=not lacking)

    def _why(self, lacking: list[date], until: datetime | None) -> tuple[str, bool]:
        """The sentence for the owner, and whether a source's own words are in it."""
        if not lacking:
            return f"prices known until {_local(until)}" if until else "prices known", False
        day = lacking[0]
        missing = self._missing.get(day)
        if missing is None or not missing.was_asked:
            resting = "; ".join(source.trouble for source in self._sources if source.trouble)
            return resting or ("not asked yet" if self._sources else "no source is set"), bool(resting)
        if missing.trouble:
            return missing.trouble, True
        name = "today" if day == local_day(self._clock.now()) else "tomorrow"
        is_part = bool(self._known.between(*bounds(day)))
        return f"{name} is published in part" if is_part else f"{name} is not published yet", False

    def _until(self, now: datetime) -> datetime | None:
        """The end of what is known from `now` on without a hole."""
        until = None
        slot = self._known.at(now)
        while slot:
            until = slot.end
            slot = self._known.at(until)
        return until


def _local(at: datetime) -> str:
    there = at.astimezone(BRUSSELS)
    return f"{WEEKDAYS[there.weekday()]} {there:%H:%M}"
