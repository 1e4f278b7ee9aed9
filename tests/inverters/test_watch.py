"""How an inverter is kept read and held back, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from lib.clock import MeterClock
from lib.core.sun import (
    ASLEEP_OLD_S,
    LIMIT_S,
    InverterEvent,
    InverterHeld,
    InverterMissed,
    InverterReading,
    InverterTold,
    Roof,
    after,
)
from lib.inverters import InverterError, RefusedError, UnreachableError
from lib.inverters.watch import ASLEEP_S, EVERY_S, LONGEST_S, STEP_W, Watch
from tests.conftest import local
from tests.meters.virtual import in_virtual_time

DAY, EVENING, NIGHT = local("2026-06-21 12:00"), local("2026-06-21 21:25"), local("2026-06-22 01:00")


class StoryClock:
    """The loop's seconds, from an instant on."""

    def __init__(self, start: datetime) -> None:
        self.start = start

    def now(self) -> datetime:
        """The instant."""
        return self.start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds of the loop."""
        return asyncio.get_running_loop().time()


class Toy:
    """An inverter that answers at once, or fails as long as the test wants."""

    polite_s = 0.0

    def __init__(self) -> None:
        self.power_w: float | None = 3_000.0
        self.limit_w: float | None = None
        self.able = True
        self.takes_s = 0.0
        self.error: InverterError | None = None  # of reading
        self.refusal: InverterError | None = None  # of holding back
        self.asked_s: list[float] = []
        self.held: list[tuple[float, float | None]] = []
        self.busy = self.overlaps = 0
        self.is_closed = False

    async def read(self) -> InverterReading:
        """What it says now."""
        now_s = asyncio.get_running_loop().time()
        self.asked_s.append(now_s)
        await self._work()
        if self.error:
            raise self.error
        return InverterReading(
            read_s=now_s, power_w=self.power_w, energy_wh=7.0, most_w=5_000.0, limit_w=self.limit_w, able=self.able
        )

    async def hold(self, limit_w: float | None) -> None:
        """Do as it is told."""
        self.held.append((asyncio.get_running_loop().time(), limit_w))
        await self._work()
        if self.refusal:
            raise self.refusal
        self.limit_w = limit_w

    async def close(self) -> None:
        """Nothing more is asked."""
        self.is_closed = True

    async def _work(self) -> None:
        self.overlaps += self.busy
        self.busy += 1
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self.busy -= 1


class Story:
    """An inverter and its watch; made within virtual time."""

    def __init__(self, start: datetime, *, may_hold: bool = True) -> None:
        self.clock = StoryClock(start)
        self.toy = Toy()
        self.heard: list[InverterEvent] = []
        self.roof = Roof(names=("east",), may_hold=frozenset({"east"} if may_hold else ()))
        self.watch = Watch("east", self.toy, self._hear, may_hold=may_hold, clock=self.clock)
        self.running = asyncio.create_task(self.watch.run())

    def _hear(self, event: InverterEvent) -> None:
        self.heard.append(event)
        self.roof = after(self.roof, event)

    async def go(self, seconds: float) -> list[float]:
        """Let time pass; when it was read meanwhile."""
        before = len(self.toy.asked_s)
        await asyncio.sleep(seconds)
        assert not self.running.done()
        return self.toy.asked_s[before:]

    @property
    def sun_w(self) -> float | None:
        """What the roof gives."""
        return self.roof.power_w(self.clock.monotonic())

    async def end(self) -> None:
        """Stop."""
        self.running.cancel()
        await asyncio.wait({self.running})


def told(steps: Callable[[Story], Awaitable[None]], *, start: datetime = DAY, may_hold: bool = True) -> None:
    """Tell a story, in no time."""

    async def run() -> None:
        story = Story(start, may_hold=may_hold)
        try:
            await steps(story)
        finally:
            await story.end()
        assert 0 == story.toy.overlaps
        assert story.toy.is_closed

    in_virtual_time(run())


def test_by_day_it_is_read_every_two_seconds() -> None:
    """And told each time."""

    async def steps(story: Story) -> None:
        assert [0.0, 2.0, 4.0, 6.0, 8.0] == await story.go(9)
        assert 5 == len(story.heard)
        assert 3_000.0 == story.sun_w

    told(steps)


def test_one_that_wants_more_time_is_given_it() -> None:
    """A Fronius asks for five seconds."""

    async def steps(story: Story) -> None:
        await story.end()
        story.toy.polite_s = 5.0
        story.running = asyncio.create_task(
            Watch("east", story.toy, story.heard.append, may_hold=False, clock=story.clock).run()
        )
        assert [0.0, 5.0, 10.0] == [round(at_s, 3) for at_s in await story.go(11)]

    told(steps)


def test_by_day_a_silent_one_becomes_unknown_and_is_asked_ever_more_seldom() -> None:
    """Never 0 W; each silence is told with its reason, and an answer ends it."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.toy.error = UnreachableError("no answer")
        asked_s = await story.go(600)
        pauses_s = [later - before for before, later in pairwise(asked_s)]
        assert [2.0, 4.0, 8.0, 16.0, 32.0, LONGEST_S, LONGEST_S] == pauses_s[:7]
        assert isinstance(story.heard[-1], InverterMissed)
        assert (None, {"east": "no answer"}) == (story.sun_w, story.roof.troubles)
        story.toy.error = None
        await story.go(LONGEST_S)
        assert (3_000.0, {}) == (story.sun_w, story.roof.troubles)
        assert EVERY_S == story.toy.asked_s[-1] - story.toy.asked_s[-2]

    told(steps)


def test_one_lost_answer_leaves_the_sun_known() -> None:
    """For half a minute."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.toy.error = UnreachableError("no answer")
        await story.go(2)
        assert 3_000.0 == story.sun_w

    told(steps)


@pytest.mark.parametrize("power_w", [3_000.0, None])
def test_by_night_silence_is_sleep(power_w: float | None) -> None:
    """It gives 0 W, as does one that answers without a number; it is asked once a minute."""

    async def steps(story: Story) -> None:
        story.toy.power_w = power_w
        story.toy.error = UnreachableError("no answer") if power_w else None
        assert [ASLEEP_S * minute for minute in range(10)] == await story.go(10 * ASLEEP_S - 1)
        assert (0.0, {}) == (story.sun_w, story.roof.troubles)
        assert all(isinstance(one, InverterTold) and one.reading.asleep for one in story.heard)
        assert ASLEEP_S < ASLEEP_OLD_S

    told(steps, start=NIGHT)


def test_it_is_day_by_the_meters_clock() -> None:
    """A machine whose clock is half a day off takes no silence at noon for sleep."""

    async def steps(story: Story) -> None:
        story.watch = Watch("east", story.toy, story._hear, may_hold=False, clock=MeterClock(lambda: DAY, story.clock))
        story.running.cancel()
        story.running = asyncio.create_task(story.watch.run())
        story.toy.error = UnreachableError("no answer")
        await story.go(60)
        assert ["east"] == list(story.roof.troubles)
        assert story.sun_w is None

    told(steps, start=NIGHT)


def test_in_the_evening_it_sleeps_after_it_faded() -> None:
    """What it gave in all stays known; a wrong setting is no sleep."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.toy.error = UnreachableError("no answer")
        await story.go(10)
        assert story.roof.troubles
        story.toy.error, story.toy.power_w = None, 20.0
        await story.go(20)
        story.toy.error = UnreachableError("no answer")
        await story.go(60)
        assert (0.0, 7.0) == (story.sun_w, story.roof.readings["east"].energy_wh)
        story.toy.error = InverterError("the API is off")
        await story.go(60)
        assert {"east": "the API is off"} == story.roof.troubles

    told(steps, start=EVENING)


def test_held_back_it_is_told_again_until_the_order_lapses() -> None:
    """At a third of its timer, and let go at the very second."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.watch.limit(1_000.0)
        await story.go(LIMIT_S + 5)
        assert [(1.0, 1_000.0), (21.0, 1_000.0), (41.0, 1_000.0), (61.0, None)] == story.toy.held
        assert InverterHeld(inverter="east", limit_w=None) in story.heard

    told(steps)


def test_who_repeats_his_order_holds_it_back_for_as_long_as_he_does() -> None:
    """The same again is written no sooner; a change is, at most every two seconds, and letting go at once."""

    async def steps(story: Story) -> None:
        await story.go(1)
        for second in range(99):
            story.watch.limit(1_000.0 + STEP_W / 2 * (second % 2))
            await story.go(1)
        assert [1.0, 21.0, 41.0, 61.0, 81.0] == [at_s for at_s, _ in story.toy.held]
        story.toy.held.clear()
        for second in range(9):
            story.watch.limit(1_000.0 + 100 * second)
            await story.go(1)
        gaps_s = [later[0] - before[0] for before, later in pairwise(story.toy.held)]
        assert min(gaps_s) >= 2.0
        story.watch.limit(None)
        at_s = story.clock.monotonic()
        await story.go(1)
        assert (at_s, None) == story.toy.held[-1]

    told(steps)


def test_one_that_nobody_holds_back_is_told_nothing() -> None:
    """Neither at the start nor at the end."""

    async def steps(story: Story) -> None:
        await story.go(100)
        await story.end()
        assert [] == story.toy.held

    told(steps)


def test_what_the_last_run_left_is_let_go_at_the_start() -> None:
    """It may have died with an order that its inverter still keeps."""

    async def steps(story: Story) -> None:
        story.toy.limit_w = 500.0
        await story.go(10)
        assert [None] == [limit_w for _, limit_w in story.toy.held]

    told(steps)


def test_one_whose_owner_does_not_allow_it_is_left_alone() -> None:
    """Whatever is asked, and whoever holds it back."""

    async def steps(story: Story) -> None:
        story.toy.limit_w = 500.0
        await story.go(1)
        story.watch.limit(1_000.0)
        await story.go(100)
        await story.end()
        assert [] == story.toy.held

    told(steps, may_hold=False)


def test_at_its_end_it_is_let_go() -> None:
    """Also when it was just being told."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.watch.limit(1_000.0)
        story.toy.takes_s = 1.0
        await story.go(0.5)
        await story.end()
        assert [1_000.0, None] == [limit_w for _, limit_w in story.toy.held]

    told(steps)


def test_a_refusal_is_told_and_tried_again_ever_more_seldom() -> None:
    """It is read all the while."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.toy.refusal = RefusedError("it says no")
        for _ in range(20):
            story.watch.limit(1_000.0)
            assert len(await story.go(10)) >= 4
        assert [1.0, 5.0, 13.0, 29.0, 61.0, 121.0, 181.0] == [at_s for at_s, _ in story.toy.held]
        assert {"east": "it says no"} == story.roof.balks
        story.toy.refusal = None
        story.watch.limit(1_000.0)
        await story.go(LONGEST_S)
        assert {} == story.roof.balks

    told(steps)


def test_one_that_refuses_and_is_free_is_left_alone_when_the_order_lapses() -> None:
    """What it shows tells that there is nothing to let go; the refusal is then no trouble any more."""

    async def steps(story: Story) -> None:
        await story.go(1)
        story.toy.refusal = RefusedError("it says no")
        story.watch.limit(1_000.0)
        await story.go(LIMIT_S - 1)
        assert {"east": "it says no"} == story.roof.balks
        await story.go(10)
        told = len(story.toy.held)
        await story.go(600)
        await story.end()
        assert (told, {}) == (len(story.toy.held), story.roof.balks)

    told(steps)


def test_a_slow_one_is_read_though_its_limit_changes_all_the_time() -> None:
    """Neither waits for the other for ever."""

    async def steps(story: Story) -> None:
        story.toy.takes_s = 4.0
        await story.go(5)
        for second in range(100):
            story.watch.limit(1_000.0 + 100 * second)
            await story.go(1)
        assert len(story.toy.asked_s) >= 10
        assert len(story.toy.held) >= 10

    told(steps)


def test_one_that_sleeps_is_not_held_back() -> None:
    """There is nothing to hold; it is when it wakes, if somebody still wants it."""

    async def steps(story: Story) -> None:
        story.toy.error = UnreachableError("no answer")
        for _ in range(12):
            story.watch.limit(1_000.0)
            await story.go(10)
        assert [] == story.toy.held
        story.toy.error = None
        for _ in range(7):
            story.watch.limit(1_000.0)
            await story.go(10)
        assert 1_000.0 == story.toy.limit_w

    told(steps, start=NIGHT)
