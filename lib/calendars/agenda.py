"""Keeps the calendars read: each every ten minutes, a file as soon as it changes, one in trouble with growing pauses.

In: calendars and the time, by which they are asked for the coming days, and anew where that is put right. Out:
`Listed` and `Unlisted`, each time one was asked. The last good list is kept by whoever hears them. It knows no trip and
no car.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from lib.calendars import Calendar, CalendarError, OnDisk
from lib.clock import Clock
from lib.core.agenda import AgendaEvent, Listed, Unlisted
from lib.patience import Leap

POLL_S = 600.0
PAUSES_S = (60.0, 120.0, 300.0, 900.0)  # after the first, second … failure in a row
JITTER = 0.1  # not all houses, and not all calendars of one, ask in the same second
LOOK_S = 10.0
LIMIT_S = 35.0  # a calendar that has not answered by then breaks its own promise
AHEAD = timedelta(days=7)
BACK = timedelta(hours=1)  # what has just begun still matters, and clocks differ
MOST_SAID = 16

log = logging.getLogger(__name__)


class Agenda:
    """Asks `calendars` for as long as `run` is awaited, and lets them go with `close`.

    hear: is given what each brought; it neither waits nor raises. poll_s: from one good answer to the next question,
    300 to 900. chance: gives numbers from 0 up to 1.
    """

    def __init__(
        self,
        calendars: Sequence[Calendar],
        hear: Callable[[AgendaEvent], None],
        clock: Clock,
        *,
        poll_s: float = POLL_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._calendars = dict(zip(distinct(calendar.name for calendar in calendars), calendars, strict=True))
        self._hear = hear
        self._clock = clock
        self._poll_s = poll_s
        self._chance = chance

    @property
    def names(self) -> tuple[str, ...]:
        """The calendars, as `hear` is told of them; no two are called the same."""
        return tuple(self._calendars)

    async def run(self) -> None:
        """Until cancelled. No fault of a calendar ends it, or keeps another one waiting."""
        async with asyncio.TaskGroup() as group:
            for name, calendar in self._calendars.items():
                group.create_task(self._keep(name, calendar), name=f"calendar {name}")

    async def close(self) -> None:
        """Let the calendars go."""
        await asyncio.gather(*(calendar.close() for calendar in self._calendars.values()))

    async def _keep(self, name: str, calendar: Calendar) -> None:
        """Ask one calendar again and again."""
        failures = 0
        said: set[str] = set()  # troubles that the log has, since it last answered
        leap = Leap(self._clock)
        while True:
            leap.moved_s()  # from here on: it is asked for the days that follow now
            found = await self._ask(name, calendar, said)
            if isinstance(found, Listed):
                if said:
                    log.info("calendar %s answers again", name)
                failures = 0
                said.clear()
                pause_s = self._poll_s
            else:
                if found.why not in said and len(said) < MOST_SAID:
                    said.add(found.why)
                    log.warning("calendar %s: %s", name, found.why)
                pause_s = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                failures += 1
            self._hear(found)
            await self._rest(calendar, leap, pause_s * (1 + JITTER * (2 * self._chance() - 1)))

    async def _ask(self, name: str, calendar: Calendar, said: Collection[str]) -> AgendaEvent:
        """What one calendar brings now; said: the troubles that the log has."""
        now = self._clock.now()
        try:
            async with asyncio.timeout(LIMIT_S):
                entries = await calendar.entries(now - BACK, now + AHEAD)
        except CalendarError as error:
            return Unlisted(calendar=name, why=str(error), at_s=self._clock.monotonic())
        except TimeoutError:
            why = f"it does not answer within {LIMIT_S:.0f} s"
            return Unlisted(calendar=name, why=why, at_s=self._clock.monotonic())
        except Exception as error:  # a foreign text may trip up what reads it: that is no reason to lose the others
            why = f"it cannot be read ({type(error).__name__}): the log says where"
            if why not in said:
                log.exception("calendar %s cannot be read, which is a bug of ours", name)
            return Unlisted(calendar=name, why=why, at_s=self._clock.monotonic())
        return Listed(calendar=name, entries=entries, at_s=self._clock.monotonic())

    async def _rest(self, calendar: Calendar, leap: Leap, seconds: float) -> None:
        """Wait so long, or until a file is another one, or the time, by which it was asked for other days."""
        end_s = self._clock.monotonic() + seconds
        while (left_s := end_s - self._clock.monotonic()) > 0:
            await asyncio.sleep(min(LOOK_S, left_s))
            if leap.moved_s():
                return
            if not isinstance(calendar, OnDisk):
                continue
            with suppress(TimeoutError):  # it hangs: when it is asked for its entries it says so
                async with asyncio.timeout(LIMIT_S):
                    if await calendar.changed():
                        return


def distinct(names: Iterable[str]) -> list[str]:
    """The names, of which a second one that is the same gets a number: two calendars of one host differ in secrets."""
    found: list[str] = []
    for name in names:
        count, free = 1, name
        while free in found:
            count += 1
            free = f"{name} ({count})"
        found.append(free)
    return found
