"""When a car is asked: at plug-in, each 15 min while it charges, each hour otherwise, and 12 h and 2 h before a trip.

In: a source, and hints of what goes on. Out: what the source said or why it did not, each time it was asked. It knows
no charger; who was plugged in where is for others to find out. A failure doubles the wait, and nothing goes below what
the source allows.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from lib.cars import CarError, CarSetupError, CarSource, Tells
from lib.clock import Clock
from lib.core.car import CarMissed, CarTold

CHARGING_S, USUAL_S = 900.0, 3600.0
PLUG_IN_S, PLUG_IN_EVERY_S = 600.0, 60.0  # so long and so often one looks which car it was that was plugged in
LONGEST_S = 6 * 3600.0
MOST_DOUBLINGS = 10
BEFORE_TRIP = (timedelta(hours=12), timedelta(hours=2))
LIMIT_S = 35.0  # a source has 30 s of its own
FIRST_S = 60.0  # who is asked sparingly is left alone by a program that restarts again and again
STRETCH_S = 60.0  # the longest sleep: by then a clock that was set is noticed


class Poll:
    """One car and its source, for as long as `run` is awaited. hear: is given each answer; it neither waits nor raises.

    A source that tells by itself (`Tells`) is read whenever it does.
    """

    def __init__(self, car: str, source: CarSource, hear: Callable[[CarTold | CarMissed], None], clock: Clock) -> None:
        self._car = car
        self._source = source
        self._hear = hear
        self._clock = clock
        now_s = clock.monotonic()
        self._not_before_s = now_s + (FIRST_S if source.sparing else 0.0)
        self._told_s = now_s  # when it last told something, or was begun with
        self._asked_s: float | None = None
        self._failures = 0  # in a row
        self._wanted = True
        self._plugged = False
        self._look_until_s = now_s  # until then one looks each minute whether it was this car
        self._charging = False
        self._trip: datetime | None = None
        self._hint = asyncio.Event()

    def plugged(self, is_plugged: bool) -> None:  # noqa: FBT001 - a hint reads best as a word and a yes
        """The car was plugged in or unplugged here, as far as anybody knows."""
        if is_plugged != self._plugged:
            self._plugged = is_plugged
            self._hint.set()
            if is_plugged:
                self.look()

    def look(self) -> None:
        """Some car was plugged in here just now: see for ten minutes whether it is this one."""
        self._look_until_s = self._clock.monotonic() + PLUG_IN_S
        self._wanted = True
        self._hint.set()

    def charging(self, is_charging: bool) -> None:  # noqa: FBT001 - as above
        """The car charges here, or no longer."""
        if is_charging != self._charging:
            self._charging = is_charging
            self._hint.set()

    def trip_at(self, at: datetime | None) -> None:
        """When the car next departs; None: no trip is known."""
        if at != self._trip:
            self._trip = at
            self._hint.set()

    @property
    def due_s(self) -> float | None:
        """When it is asked next, in seconds of the clock; None: not before a hint comes."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        wishes_s = [self._not_before_s] if self._wanted else []
        wishes_s += [now_s + max(0.0, (mark - now).total_seconds()) for mark in self._marks(now, now_s)]
        every_s = self._every_s(now, now_s)
        if every_s is not None and self._asked_s is not None:
            wishes_s.append(self._asked_s + every_s)
        if not wishes_s:
            return None
        floor_s = self._not_before_s if self._asked_s is None else self._asked_s + self._source.floor_s
        return max(min(wishes_s), floor_s, self._not_before_s)

    async def run(self) -> None:
        """Until cancelled. No fault of a source ends it."""
        async with asyncio.TaskGroup() as tasks:
            if isinstance(self._source, Tells):
                tasks.create_task(self._listen(self._source))
            while True:
                due_s = self.due_s
                pause_s = STRETCH_S if due_s is None else due_s - self._clock.monotonic()
                if pause_s <= 0:
                    await self._ask()
                    continue
                self._hint.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(STRETCH_S, pause_s)):
                        await self._hint.wait()

    async def _listen(self, source: Tells) -> None:
        while True:
            await source.news()
            self._wanted = True
            self._hint.set()

    async def _ask(self) -> None:
        """Ask once, and tell what came of it."""
        self._wanted = False
        self._asked_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(LIMIT_S):
                reading = await self._source.read()
        except TimeoutError:
            self._missed(CarError(f"the source does not answer within {LIMIT_S:.0f} s"))
        except CarError as error:
            self._missed(error)
        else:
            self._failures = 0
            self._told_s = self._clock.monotonic()
            self._hear(CarTold(car=self._car, reading=reading))

    def _missed(self, error: CarError) -> None:
        now_s = self._clock.monotonic()
        self._failures = MOST_DOUBLINGS if isinstance(error, CarSetupError) else self._failures + 1
        self._not_before_s = max(self._not_before_s, now_s + (error.again_s or 0.0))
        self._hear(CarMissed(car=self._car, why=str(error), since_s=now_s - self._told_s))

    def _every_s(self, now: datetime, now_s: float) -> float | None:
        """Seconds from one question to the next as things are; None: it is left alone."""
        is_near = self._trip is not None and now < self._trip <= now + max(BEFORE_TRIP)
        if self._charging:
            every_s = CHARGING_S
        elif self._plugged or not self._source.sparing or (self._failures and is_near):
            every_s = USUAL_S
        else:
            return None
        if self._failures:
            doubled_s = max(every_s, self._source.floor_s) * 2.0 ** min(self._failures, MOST_DOUBLINGS)
            return min(LONGEST_S, doubled_s)
        is_looking = now_s < self._look_until_s and not self._source.sparing
        return PLUG_IN_EVERY_S if is_looking else every_s

    def _marks(self, now: datetime, now_s: float) -> list[datetime]:
        """The instants before the next trip at which it is yet to be asked."""
        if self._trip is None or self._trip <= now:
            return []
        marks = [self._trip - before for before in BEFORE_TRIP]
        if self._asked_s is None:
            return marks
        asked_at = now - timedelta(seconds=now_s - self._asked_s)  # by the clock as it is now: it may have been set
        return [mark for mark in marks if asked_at < mark]
