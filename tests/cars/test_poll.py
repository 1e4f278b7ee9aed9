"""When a car is asked, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from lib.cars import CarError, CarSetupError
from lib.cars.poll import Poll
from lib.clock import MeterClock
from lib.core.car import CarMissed, CarReading, CarTold
from tests.meters.virtual import LoopClock, in_virtual_time

MINUTE, HOUR = 60.0, 3600.0
READING = CarReading(source="it", soc_pct=50.0)


class Source:
    """A source that answers at once, or fails as long as the test wants."""

    def __init__(self, *, floor_s: float = MINUTE, sparing: bool = False) -> None:
        self.floor_s = floor_s
        self.sparing = sparing
        self.error: CarError | None = None
        self.asked_s: list[float] = []

    async def read(self) -> CarReading:
        """What it says now."""
        self.asked_s.append(asyncio.get_running_loop().time())
        if self.error:
            raise self.error
        return READING

    async def close(self) -> None:
        """Nothing is held."""


class Telling(Source):
    """One that tells when there is something new."""

    def __init__(self, *, floor_s: float = MINUTE) -> None:
        super().__init__(floor_s=floor_s)
        self.bell = asyncio.Event()

    async def news(self) -> None:
        """Wait for the bell."""
        await self.bell.wait()
        self.bell.clear()


class Story:
    """A car with its source; made within virtual time."""

    def __init__(self, source: Source | None = None) -> None:
        self.clock = LoopClock()
        self.source = source or Source()
        self.heard: list[CarTold | CarMissed] = []
        self.poll = Poll("car_1", self.source, self.heard.append, self.clock)
        self.running = asyncio.create_task(self.poll.run())

    async def go(self, seconds: float) -> list[float]:
        """Let time pass; when the source was asked meanwhile, in minutes of the story."""
        before = len(self.source.asked_s)
        await asyncio.sleep(seconds)
        assert not self.running.done()
        return [round(at / MINUTE, 3) for at in self.source.asked_s[before:]]

    async def end(self) -> None:
        """Stop polling."""
        self.running.cancel()
        await asyncio.wait({self.running})
        assert self.running.cancelled()

    def trip_in(self, hours: float) -> datetime:
        """An instant so far ahead."""
        return self.clock.now() + timedelta(hours=hours)


def told(steps: Callable[[Story], Awaitable[None]], source: Callable[[], Source] = Source) -> None:
    """Tell a story, in no time."""

    async def run() -> None:
        story = Story(source())
        try:
            await steps(story)
        finally:
            await story.end()

    in_virtual_time(run())


def test_a_car_is_asked_each_hour_and_each_quarter_while_it_charges() -> None:
    """At the start, then by what goes on."""

    async def steps(story: Story) -> None:
        assert [0, 60, 120] == await story.go(2.5 * HOUR)
        story.poll.charging(True)
        assert [150, 165, 180, 195] == await story.go(HOUR - 1)
        story.poll.charging(False)
        assert [255, 315] == await story.go(2.5 * HOUR)
        assert [CarTold(car="car_1", reading=READING)] * 9 == story.heard

    told(steps)


def test_after_a_plug_in_one_looks_each_minute_which_car_it_was() -> None:
    """At once, for ten minutes; unplugging asks nothing."""

    async def steps(story: Story) -> None:
        await story.go(30 * MINUTE)
        story.poll.plugged(True)
        assert [30 + minute for minute in range(10)] == await story.go(20 * MINUTE)
        story.poll.plugged(True)
        assert [99] == await story.go(60 * MINUTE)
        story.poll.plugged(False)
        assert [] == await story.go(10 * MINUTE)

    told(steps)


def test_a_plug_in_of_whom_nobody_knows_is_looked_at_by_every_car() -> None:
    """The plug that turns on tells which car it was; a source whose calls are counted is asked once."""

    async def steps(story: Story) -> None:
        await story.go(30 * MINUTE)
        story.poll.look()
        assert [30 + minute for minute in range(10)] == await story.go(20 * MINUTE)

    async def sparing_steps(story: Story) -> None:
        await story.go(120 * MINUTE)
        story.poll.look()
        assert [120] == await story.go(24 * HOUR)

    told(steps)
    told(sparing_steps, lambda: Source(sparing=True))


def test_the_floor_of_a_source_holds_whatever_happens() -> None:
    """Also against hints that come in a hurry."""

    async def steps(story: Story) -> None:
        asked: list[float] = []
        for _ in range(60):
            story.poll.plugged(True)
            story.poll.charging(True)
            story.poll.trip_at(story.trip_in(2))
            asked += await story.go(MINUTE)
            story.poll.plugged(False)
            story.poll.charging(False)
            story.poll.trip_at(None)
        assert [0, 20, 40] == asked

    told(steps, lambda: Source(floor_s=20 * MINUTE))


def test_a_sparing_source_is_left_alone_without_plug_and_trip() -> None:
    """Its calls are counted: when plugged in each 90 min, once at the start, and not by a program that keeps dying."""

    async def steps(story: Story) -> None:
        assert [1] == await story.go(10 * HOUR)
        story.poll.plugged(True)
        assert [600, 690, 780] == await story.go(4 * HOUR)
        story.poll.charging(True)
        assert [870] == await story.go(HOUR)
        story.poll.plugged(False)
        story.poll.charging(False)
        assert [] == await story.go(24 * HOUR)

    told(steps, lambda: Source(floor_s=90 * MINUTE, sparing=True))


def test_a_trip_is_looked_ahead_to_twice() -> None:
    """12 h and 2 h before; after it nothing more."""

    async def steps(story: Story) -> None:
        await story.go(HOUR)
        story.poll.trip_at(story.trip_in(20))
        assert [(1 + 8) * 60, (1 + 18) * 60] == await story.go(30 * HOUR)

    told(steps, lambda: Source(floor_s=90 * MINUTE, sparing=True))


def test_a_clock_that_is_put_back_loses_no_look_ahead() -> None:
    """The last question was not later than the instants before the trip, only by the clock of then."""

    async def story() -> list[float]:
        source, right = Source(floor_s=90 * MINUTE, sparing=True), LoopClock()
        ahead = timedelta(days=2)
        clock = MeterClock(lambda: right.now() + (ahead if right.monotonic() < 2 * HOUR else timedelta(0)), right)
        poll = Poll("car_1", source, lambda _: None, clock)
        running = asyncio.create_task(poll.run())
        await asyncio.sleep(3 * HOUR)
        poll.trip_at(right.now() + timedelta(hours=20))
        await asyncio.sleep(30 * HOUR)
        running.cancel()
        await asyncio.wait({running})
        return [at / HOUR for at in source.asked_s[1:]]

    assert [3 + 8, 3 + 18] == in_virtual_time(story())


def test_a_sudden_trip_is_asked_for_at_once() -> None:
    """Once, though both instants have passed; not when it was asked since."""

    async def steps(story: Story) -> None:
        await story.go(4 * HOUR)
        story.poll.trip_at(story.trip_in(1.5))
        assert [240] == await story.go(HOUR)
        story.poll.trip_at(story.trip_in(0.9))  # it was moved
        assert [] == await story.go(30 * MINUTE)
        story.poll.trip_at(story.trip_in(2.5))
        assert [360] == await story.go(HOUR)
        story.poll.trip_at(None)
        assert [] == await story.go(HOUR)

    told(steps, lambda: Source(floor_s=MINUTE, sparing=True))


def test_each_failure_doubles_the_wait_up_to_six_hours() -> None:
    """The owner hears each time for how long nothing came; the first answer ends it."""

    async def steps(story: Story) -> None:
        await story.go(30 * MINUTE)
        story.source.error = CarError("it sleeps")
        assert [60, 180, 420, 780, 1140] == await story.go(22 * HOUR)
        assert CarMissed(car="car_1", why="it sleeps", since_s=19 * HOUR) == story.heard[-1]
        story.source.error = None
        assert [1500, 1560, 1620] == await story.go(5 * HOUR)

    told(steps)


def test_failures_while_it_charges_double_the_quarter() -> None:
    """A plug-in or a trip's instant asks once all the same."""

    async def steps(story: Story) -> None:
        story.source.error = CarError("busy")
        story.poll.charging(True)
        assert [0, 30, 90, 210] == await story.go(220 * MINUTE)
        story.poll.plugged(True)
        assert [220] == await story.go(30 * MINUTE)

    told(steps)


def test_a_source_that_is_set_up_wrong_is_asked_seldom() -> None:
    """Each six hours: a token may have been mended."""

    async def steps(story: Story) -> None:
        story.source.error = CarSetupError("the token is refused")
        assert [0, 360, 720] == await story.go(13 * HOUR)

    told(steps)


def test_a_source_that_says_when_again_is_not_asked_before() -> None:
    """Not even for a plug-in."""

    async def steps(story: Story) -> None:
        story.source.error = CarError("too often", again_s=3 * HOUR)
        await story.go(MINUTE)
        story.source.error = None
        story.poll.plugged(True)
        story.poll.trip_at(story.trip_in(2))
        assert [180] == await story.go(3.5 * HOUR)

    told(steps)


def test_a_sparing_source_that_fails_before_a_trip_is_tried_again() -> None:
    """Until the trip is there; else it would be left alone."""

    async def steps(story: Story) -> None:
        await story.go(HOUR)
        story.source.error = CarError("it sleeps")
        story.poll.trip_at(story.trip_in(13))
        assert [120, 300, 660, 750] == await story.go(24 * HOUR)

    told(steps, lambda: Source(floor_s=90 * MINUTE, sparing=True))


def test_a_source_that_hangs_is_given_up() -> None:
    """It has a time limit of its own; this is the one behind it."""

    class Hanging(Source):
        async def read(self) -> CarReading:
            await asyncio.sleep(10 * HOUR)
            return READING

    async def steps(story: Story) -> None:
        await story.go(MINUTE)
        assert [CarMissed(car="car_1", why="the source does not answer within 35 s", since_s=35.0)] == story.heard

    told(steps, Hanging)


def test_a_source_that_tells_is_read_when_it_does() -> None:
    """But not oftener than it allows."""

    async def steps(story: Story) -> None:
        assert isinstance(story.source, Telling)
        assert [0] == await story.go(10 * MINUTE)
        story.source.bell.set()
        assert [10] == await story.go(30.0)
        story.source.bell.set()
        assert [11] == await story.go(10 * MINUTE)

    told(steps, Telling)


def test_a_bug_in_a_source_is_not_hidden() -> None:
    """It ends the program, which is started again."""

    class Broken(Source):
        async def read(self) -> CarReading:
            raise ZeroDivisionError

    async def run() -> None:
        await Poll("car_1", Broken(), print, LoopClock()).run()

    with pytest.raises(ExceptionGroup):
        in_virtual_time(run())
