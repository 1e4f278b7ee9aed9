"""The agenda over its calendars, in virtual time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from lib.calendars import CalendarError, agenda
from lib.calendars.agenda import Agenda, distinct
from lib.clock import MeterClock
from lib.core.agenda import AgendaEvent, Listed, Unlisted
from lib.core.trip import Entry
from tests.meters.virtual import LoopClock, in_virtual_time

MINUTE, HOUR = 60.0, 3600.0
SEA = Entry(key="k", title="Sea", start=datetime(2025, 1, 16), end=datetime(2025, 1, 17))

T = TypeVar("T")
Answer = Callable[[float], tuple[Entry, ...]]


class Shelf:
    """A calendar that says what a test wants, at a second of the story; it remembers when it was asked."""

    def __init__(self, answer: Answer, name: str = "shelf", *, slow_s: float = 0.0) -> None:
        self.name = name
        self.asked_s: list[float] = []
        self.spans: list[tuple[datetime, datetime]] = []
        self.closed = False
        self._answer = answer
        self._slow_s = slow_s

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """See Calendar."""
        now_s = asyncio.get_running_loop().time()
        self.asked_s.append(now_s)
        self.spans.append((start, end))
        await asyncio.sleep(self._slow_s)
        return self._answer(now_s)

    async def close(self) -> None:
        """See Calendar."""
        self.closed = True


class Paper(Shelf):
    """One that lies on the disk, and is written at some seconds."""

    def __init__(self, answer: Answer, *, written_s: Sequence[float]) -> None:
        super().__init__(answer, "paper")
        self._written_s = written_s

    async def changed(self) -> bool:
        """See OnDisk."""
        now_s = asyncio.get_running_loop().time()
        return any(self.asked_s[-1] < at <= now_s for at in self._written_s)


def good(_: float) -> tuple[Entry, ...]:
    """A calendar with one event."""
    return (SEA,)


def away(_: float) -> tuple[Entry, ...]:
    """A calendar that cannot be read."""
    raise CalendarError("it is away; look at its cable")


def told(*calendars: Shelf, until_s: float, chance: float = 0.5) -> list[AgendaEvent]:
    """What an agenda of these says in so many seconds."""

    async def story() -> list[AgendaEvent]:
        heard: list[AgendaEvent] = []
        one = Agenda(calendars, heard.append, LoopClock(), chance=lambda: chance)
        running = asyncio.create_task(one.run())
        await asyncio.sleep(until_s)
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})
        await one.close()
        return heard

    return in_virtual_time(story())


def test_a_good_calendar_is_asked_every_ten_minutes() -> None:
    """At once, and then for all of the next seven days and the hour that has just passed."""
    shelf = Shelf(good)
    heard = told(shelf, until_s=35 * MINUTE)
    assert [0.0, 600.0, 1200.0, 1800.0] == shelf.asked_s
    assert [Listed(calendar="shelf", entries=(SEA,), at_s=at) for at in shelf.asked_s] == heard
    now = datetime.fromisoformat("2025-01-15T11:00:00+00:00")
    assert (now - timedelta(hours=1), now + timedelta(days=7)) == shelf.spans[0]
    assert shelf.closed


def test_a_time_that_is_put_right_is_asked_for_at_once() -> None:
    """As by the meter, minutes after a start: what was asked for were the days of another week."""
    shelf, clock = Shelf(good), LoopClock()

    async def story() -> None:
        meter = MeterClock(lambda: clock.now() if clock.monotonic() >= 95 else clock.now() - timedelta(days=8), clock)
        running = asyncio.create_task(Agenda([shelf], lambda _: None, meter, chance=lambda: 0.5).run())
        await asyncio.sleep(15 * MINUTE)
        running.cancel()
        await asyncio.wait({running})

    in_virtual_time(story())
    assert [0.0, 100.0, 700.0] == shelf.asked_s
    week = timedelta(days=8, seconds=100)
    assert [week] == [later[0] - first[0] for first, later in [shelf.spans[:2]]]


class Hanging(Paper):
    """One on a share that hangs from some second on, whatever is asked of it."""

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """See Calendar."""
        return await self._waited(super().entries(start, end))

    async def changed(self) -> bool:
        """See OnDisk."""
        return await self._waited(super().changed())

    async def _waited(self, asked: Coroutine[Any, Any, T]) -> T:
        found = await asked
        if asyncio.get_running_loop().time() >= self._written_s[0]:
            await asyncio.Event().wait()
        return found


def test_a_share_that_hangs_between_two_questions_is_told() -> None:
    """To look whether the file is another one never comes to an end then."""
    heard = told(Hanging(good, written_s=[100.0]), until_s=15 * MINUTE)
    assert ["Listed", "Unlisted"] == [type(one).__name__ for one in heard][:2]


def test_houses_do_not_ask_in_step() -> None:
    """A tenth more or less, by chance."""
    for chance, second_s in ((0.0, 540.0), (1.0, 660.0)):
        shelf = Shelf(good)
        told(shelf, until_s=700, chance=chance)
        assert second_s == shelf.asked_s[1]


def test_a_failure_is_tried_again_with_growing_pauses(caplog: pytest.LogCaptureFixture) -> None:
    """After 1, 2, 5 and then every 15 minutes, said each time and logged once; a good answer begins anew."""

    def gone_for_an_hour(now_s: float) -> tuple[Entry, ...]:
        return away(now_s) if now_s < HOUR else good(now_s)

    shelf = Shelf(gone_for_an_hour)
    with caplog.at_level(logging.INFO, agenda.__name__):
        heard = told(shelf, until_s=90 * MINUTE)
    assert [0, 1, 3, 8, 23, 38, 53, 68, 78, 88] == [at / MINUTE for at in shelf.asked_s]
    assert [
        Unlisted(calendar="shelf", why="it is away; look at its cable", at_s=at) for at in shelf.asked_s[:7]
    ] == heard[:7]
    assert all(isinstance(one, Listed) for one in heard[7:])
    assert [
        "calendar shelf: it is away; look at its cable",
        "calendar shelf answers again",
    ] == [record.message for record in caplog.records]


def test_a_slow_calendar_keeps_no_other_waiting() -> None:
    """Each has its own pace, and one that never answers is given up."""
    slow, quick = Shelf(good, "slow", slow_s=2 * HOUR), Shelf(good, "quick")
    heard = told(slow, quick, until_s=11 * MINUTE)
    assert 2 == sum(isinstance(one, Listed) for one in heard)
    assert "it does not answer within 35 s" in [one.why for one in heard if isinstance(one, Unlisted)]
    assert [0.0, 600.0] == quick.asked_s


def test_a_calendar_that_trips_us_up_spoils_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a foreign text does to what reads it: the others are read on, and the log says once where it was."""

    def broken(_: float) -> tuple[Entry, ...]:
        raise RuntimeError("what nobody thought of")

    odd, shelf = Shelf(broken, "odd"), Shelf(good)
    heard = told(odd, shelf, until_s=11 * MINUTE)
    assert [0.0, 600.0] == shelf.asked_s
    assert 2 == sum(isinstance(one, Listed) for one in heard)
    assert [0, 1, 3, 8] == [at / MINUTE for at in odd.asked_s]
    assert {"it cannot be read (RuntimeError): the log says where"} == {
        one.why for one in heard if isinstance(one, Unlisted)
    }
    assert 1 == sum(record.exc_info is not None for record in caplog.records)


def test_a_file_is_read_as_soon_as_it_changes() -> None:
    """Within ten seconds, also while it rests after a failure."""
    paper = Paper(good, written_s=(125.0,))
    told(paper, until_s=5 * MINUTE)
    assert [0.0, 130.0] == paper.asked_s
    broken = Paper(away, written_s=(25.0,))
    told(broken, until_s=1.4 * MINUTE)
    assert [0.0, 30.0] == broken.asked_s


def test_two_calendars_of_one_name_are_told_apart() -> None:
    """Secret addresses of one host have nothing else that may be shown."""
    assert ["a", "b", "a (2)", "a (3)", "b (2)"] == distinct(["a", "b", "a", "a", "b"])
    heard = told(Shelf(good), Shelf(away), until_s=1)
    assert [("shelf", Listed), ("shelf (2)", Unlisted)] == [(one.calendar, type(one)) for one in heard]


def test_no_calendar_is_no_trouble() -> None:
    """A house without one has an agenda that says nothing."""

    async def story() -> None:
        async with asyncio.timeout(1):
            await Agenda((), lambda _: None, LoopClock()).run()

    in_virtual_time(story())
