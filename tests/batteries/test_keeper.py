"""What becomes of setpoints between who wants them and a battery: stories in virtual time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from lib.batteries import RefusedError, UnreachableError
from lib.batteries.keeper import LEASE_S, Keeper
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryTold,
    BatteryTook,
    Setpoint,
)
from tests.meters.virtual import LoopClock, in_virtual_time

from .toy import ToyBattery


def of(power_w: float, grid_w: float = 0.0) -> Setpoint:
    """Take so much, or give it below zero."""
    return Setpoint(power_w=power_w, grid_w=grid_w)


class Day:
    """A keeper with a toy battery, and what is heard of it."""

    def __init__(self, battery: ToyBattery | None = None) -> None:
        self.battery = battery or ToyBattery()
        self.heard: list[BatteryEvent] = []
        self.keeper = Keeper("cellar", self.battery, self.heard.append, clock=LoopClock())
        self.task: asyncio.Task[None] | None = None

    async def pass_by(self, seconds: float) -> None:
        """Let time pass; the first time starts the keeper."""
        self.task = self.task or asyncio.create_task(self.keeper.run())
        await asyncio.sleep(seconds)
        if self.task.done():
            await self.task

    async def renew(self, setpoint: Setpoint | None, seconds: int) -> None:
        """Want the same each second, as bs does."""
        for _ in range(seconds):
            self.keeper.want(setpoint)
            await self.pass_by(1)

    async def end(self) -> None:
        """End it."""
        if self.task:
            self.task.cancel()
            await asyncio.wait({self.task})

    def events(self, kind: type) -> list[Any]:
        """What was heard of one kind."""
        return [event for event in self.heard if isinstance(event, kind)]

    @property
    def told(self) -> list[tuple[float, float | None]]:
        """What the battery was told, when, in W; None: it was handed back."""
        return [(round(at_s, 2), None if one is None else one.power_w) for at_s, one in self.battery.told]


def play(story: Callable[[Day], Coroutine[Any, Any, None]], battery: ToyBattery | None = None) -> Day:
    """A day as the story goes."""

    async def whole() -> Day:
        day = Day(battery)
        try:
            await story(day)
        finally:
            await day.end()
        assert 0 == day.battery.overlaps
        return day

    return in_virtual_time(whole())


def test_it_is_handed_back_at_the_start_then_read_each_2_s() -> None:
    """The last run may have died; nobody wants anything, and nothing more is written."""

    async def story(day: Day) -> None:
        await day.pass_by(7)

    day = play(story)
    assert [(0.0, None)] == day.told
    assert [0.0, 2.0, 4.0, 6.0] == [pytest.approx(at_s, abs=0.1) for at_s in day.battery.asked_s]
    assert [event.reading.read_s for event in day.events(BatteryTold)] == day.battery.asked_s
    assert [None] == [event.setpoint for event in day.events(BatteryTook)]


@pytest.mark.parametrize(("polite_s", "reads"), [(0.0, 28), (1.0, 14), (5.0, 5)])
def test_one_that_is_told_something_else_each_second_is_read_all_the_same(polite_s: float, reads: int) -> None:
    """A hob that cycles: nobody would know how full it is, however calmly its maker wants it asked."""

    async def story(day: Day) -> None:
        for second in range(60):
            day.keeper.want(of(100.0 * second))
            await day.pass_by(1)

    day = play(story, ToyBattery(polite_s=polite_s))
    assert len(day.events(BatteryTold)) >= reads
    assert len(day.told) > 50


def test_what_is_wanted_before_the_start_comes_after_the_hand_back() -> None:
    """At once after it."""

    async def story(day: Day) -> None:
        day.keeper.want(of(2_000))
        await day.pass_by(1)

    assert [(0.0, None), (0.01, 2_000)] == play(story).told[:2]


def test_a_setpoint_goes_out_at_once_and_is_not_written_again() -> None:
    """However often the same is wanted; the setpoint that it took, clamped, is heard of."""

    async def story(day: Day) -> None:
        await day.pass_by(0.5)
        await day.renew(of(-7_000), 120)
        assert -5_000 == day.battery.set_w

    day = play(story)
    assert [(0.0, None), (0.5, -7_000), (120.5, None)] == day.told
    took = day.events(BatteryTook)[1]
    assert (of(-7_000), -5_000, 0.5) == (took.setpoint, took.power_w, took.sent_s)
    assert [] == day.events(BatteryMeddled)


def test_only_the_half_that_is_written_counts() -> None:
    """A battery that is told its power is not told again when the grid's half changes, and the other way round."""

    async def story(day: Day) -> None:
        await day.pass_by(0.5)
        for second in range(10):
            day.keeper.want(of(1_000, grid_w=500.0 + second))
            await day.pass_by(1)

    assert 3 == len(play(story).told)  # hand back, setpoint, hand back
    assert 12 == len(play(story, ToyBattery(by_grid=True)).told)


def test_it_is_told_again_at_a_third_of_its_watchdog() -> None:
    """And no oftener."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 80)

    assert [1.0, 31.0, 61.0] == [at_s for at_s, power_w in play(story, ToyBattery(watchdog_s=90)).told if power_w]


def test_a_setpoint_is_a_lease(caplog: pytest.LogCaptureFixture) -> None:
    """Not wanted again for 30 s it is handed back, which is said once; wanted anew it goes out at once."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.keeper.want(of(1_000))
        await day.pass_by(10)
        day.keeper.want(of(1_000))
        await day.pass_by(60)
        day.keeper.want(of(1_000))
        await day.pass_by(1)

    day = play(story)
    lapses_s = 11 + LEASE_S
    assert [(0.0, None), (1.0, 1_000), (lapses_s, None), (71.0, 1_000), (72.0, None)] == day.told
    assert 1 == sum("handed back" in record.message for record in caplog.records)


def test_nobody_wants_it_any_more() -> None:
    """Wanting None hands it back at once, once."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.keeper.want(of(1_000))
        await day.pass_by(1.5)
        await day.renew(None, 40)

    assert [(0.0, None), (1.0, 1_000), (2.5, None)] == play(story).told


def test_the_newest_setpoint_is_the_one_that_goes_out() -> None:
    """Those in between are forgotten, never queued, while one is on its way."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.answers_s = 1.0
        for at in range(1, 8):
            day.keeper.want(of(100 * at))
            await day.pass_by(0.1)
        await day.pass_by(3)

    assert [(1.0, 100), (2.0, 700)] == play(story).told[1:3]


def test_a_setpoint_takes_the_place_of_a_read_that_does_not_answer() -> None:
    """It waits for it no longer than some hundredths of a second; a read that is about to end is let end."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.answers_s = 0.04
        await day.pass_by(1.02)  # a read is on its way since 0.02 s
        day.keeper.want(of(500))
        await day.pass_by(1)
        assert 0 == day.battery.cut_off
        day.battery.answers_s = 3.0
        await day.pass_by(1.5)
        day.keeper.want(of(600))
        await day.pass_by(0.1)
        assert 1 == day.battery.cut_off

    told = [one for one in play(story).told if one[1]]
    assert [500, 600] == [power_w for _, power_w in told]
    assert pytest.approx([2.04, 4.52], abs=0.02) == [at_s for at_s, _ in told]


def test_a_battery_that_is_always_slow_is_still_read() -> None:
    """However often another setpoint is wanted: after two reads that were hung up on one is let finish."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.answers_s = 0.8
        for at in range(60):
            day.keeper.want(of(100 + at))
            await day.pass_by(1)

    day = play(story)
    assert len(day.events(BatteryTold)) >= 8
    assert len(day.events(BatteryTook)) >= 30


def test_three_misses_in_a_row_are_a_silence(caplog: pytest.LogCaptureFixture) -> None:
    """Heard of from the third on, tried less and less often, logged once and once when it is over."""
    caplog.set_level(logging.INFO)

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.trouble = UnreachableError("no answer from it")
        await day.pass_by(61)
        day.battery.trouble = None
        await day.pass_by(20)

    day = play(story)
    missed = day.events(BatteryMissed)
    assert [3, 4, 5, 6, 7] == [event.count for event in missed][:5]
    assert {2.0} == {round(event.since_s) for event in missed}
    pauses_s = [
        round(later - sooner) for sooner, later in zip(day.battery.asked_s, day.battery.asked_s[1:], strict=False)
    ]
    assert [1, 2, 4, 8, 15, 15] == pauses_s[1:7]
    assert ["no answer from it"] == [
        record.message.removeprefix("cellar: ") for record in caplog.records if "no answer" in record.message
    ]
    assert 1 == sum("answers again" in record.message for record in caplog.records)
    assert isinstance(day.heard[-2], BatteryTold)


def test_two_misses_are_none() -> None:
    """Nobody hears of them."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.trouble = UnreachableError("no answer")
        await day.pass_by(2.5)
        day.battery.trouble = None
        await day.pass_by(10)

    assert [] == play(story).events(BatteryMissed)


def test_ten_seconds_without_an_answer_are_a_silence() -> None:
    """Two reads that hang are enough."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.hangs, day.battery.trouble = True, UnreachableError("no answer")
        await day.pass_by(14)

    assert 2 == play(story).events(BatteryMissed)[0].count


def test_after_a_silence_it_is_told_again_at_once() -> None:
    """It may have been switched off and on: nobody meddled."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 20)
        day.battery.trouble = UnreachableError("no answer")
        await day.renew(of(1_000), 30)
        told = len(day.told)
        day.battery.trouble, day.battery.set_w = None, None
        await day.renew(of(1_000), 20)
        assert 1_000 == day.battery.set_w
        assert told + 1 == len(day.told)

    assert [] == play(story).events(BatteryMeddled)


def test_a_silent_battery_is_told_nothing_but_is_handed_back() -> None:
    """A setpoint waits until it answers; a hand-back is tried again and again."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 5)
        day.battery.trouble = UnreachableError("no answer")
        await day.renew(of(1_000), 10)
        told = len(day.told)
        await day.renew(of(2_000), 20)
        assert told == len(day.told)
        await day.renew(None, 60)
        assert len(day.told) > told + 2
        day.battery.trouble = None
        await day.renew(None, 17)
        assert day.battery.set_w is None

    assert isinstance(play(story).heard[-1], BatteryTold)


def test_a_refusal_is_heard_of_and_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    """After 1, 2, 4, 8 s, whatever is wanted meanwhile; the same words are logged once."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.refusal = RefusedError("it is busy")
        for at in range(20):
            day.keeper.want(of(1_000 + at))
            await day.pass_by(1)
        day.battery.refusal = None
        await day.renew(of(900), 20)
        assert 900 == day.battery.set_w

    day = play(story)
    tried_s = [round(at_s) for at_s, power_w in day.told if power_w and power_w >= 1_000]
    assert [1, 2, 4, 8, 16] == tried_s
    assert [True] * 5 == [event.answered for event in day.events(BatteryBalked)]
    assert 1 == sum("it is busy" in record.message for record in caplog.records)
    assert [] == day.events(BatteryMissed)


def test_an_order_without_an_answer_may_have_been_taken() -> None:
    """It is told again, and what nobody knows is nobody's meddling."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.trouble = UnreachableError("no answer")
        day.keeper.want(of(1_000))
        await day.pass_by(0.5)
        day.battery.trouble = None
        await day.renew(of(1_000), 20)
        assert 1_000 == day.battery.set_w

    day = play(story)
    assert [(of(1_000), False)] == [(event.setpoint, event.answered) for event in day.events(BatteryBalked)]
    assert [] == day.events(BatteryMeddled)


def test_who_else_steers_it_is_left_to_it() -> None:
    """Another setpoint is read back: that is heard of, and nothing is written for ten minutes, whatever is wanted."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 20)
        day.battery.set_w = -2_000
        await day.renew(of(1_500), 9)  # what was told just now may not show yet
        told = len(day.told)
        day.battery.set_w = -2_000
        await day.renew(of(1_500), 300)
        await day.renew(None, 200)
        assert told == len(day.told)
        assert -2_000 == day.battery.set_w
        await day.renew(of(700), 200)
        assert 700 == day.battery.set_w

    day = play(story)
    assert ["it was set to -2000 W by somebody else; it had been told 1500 W"] == [
        event.what for event in day.events(BatteryMeddled)
    ]
    ours = [event.reading.ours for event in day.events(BatteryTold)]
    assert 290 <= ours.count(False) <= 310  # 2 s each
    assert True is ours[-1]


def test_its_owner_takes_it_back_sooner() -> None:
    """With a word of his."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 20)
        day.battery.set_w = None  # its owner, or his app, took it out of our hands
        await day.renew(of(1_000), 30)
        assert day.battery.set_w is None
        day.keeper.take_back()
        await day.renew(of(1_000), 1)
        assert 1_000 == day.battery.set_w

    assert 1 == len(play(story).events(BatteryMeddled))


def test_control_that_was_taken_away_is_not_handed_back() -> None:
    """It is not ours to hand back."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 20)
        day.battery.set_w = None
        await day.renew(of(1_000), 20)
        await day.end()
        await day.keeper.close()

    assert [(0.0, None), (1.0, 1_000)] == play(story).told


def test_control_that_it_drops_by_itself_is_taken_again_once_a_minute() -> None:
    """The second time within a minute somebody else is to blame."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.renew(of(1_000), 20)
        day.battery.set_w = None
        await day.renew(of(1_000), 20)
        assert 1_000 == day.battery.set_w
        assert [] == day.events(BatteryMeddled)
        day.battery.set_w = None
        await day.renew(of(1_000), 20)
        assert day.battery.set_w is None

    assert 1 == len(play(story, ToyBattery(retake_s=60)).events(BatteryMeddled))


def test_flash_is_written_rarely() -> None:
    """Not for less than 50 W, and not within 30 s; nothing at all is exact, and it is handed back at once."""

    async def story(day: Day) -> None:
        await day.pass_by(60)
        for at in range(100):
            day.keeper.want(of(1_000 + at))
            await day.pass_by(1)
        await day.renew(of(40), 40)
        await day.renew(of(0), 40)
        await day.renew(None, 2)

    day = play(story, ToyBattery(stored=True))
    assert [(60.0, 1_000), (110.0, 1_050), (160.0, 40), (200.0, 0), (240.0, None)] == day.told[1:6]


def test_what_draws_less_does_not_wait_for_the_flash() -> None:
    """Where room under the peak is taken back, half a minute more would be drawn from the grid without it."""

    async def story(day: Day) -> None:
        await day.pass_by(60)
        await day.renew(of(3_000), 5)
        await day.renew(of(500), 5)
        await day.renew(of(3_000), 40)

    day = play(story, ToyBattery(stored=True))
    assert [(60.0, 3_000), (65.0, 500), (95.0, 3_000)] == day.told[1:4]


def test_the_end_of_the_run_hands_it_back() -> None:
    """Once, also where `close` comes after it; and then it is let go."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.keeper.want(of(1_000))
        await day.pass_by(1)
        await day.end()
        assert day.battery.set_w is None
        await day.keeper.close()

    day = play(story)
    assert [(0.0, None), (1.0, 1_000), (2.0, None)] == day.told
    assert day.battery.closed


def test_an_end_in_the_middle_of_an_order_hands_it_back() -> None:
    """Nobody knows whether it was taken."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.battery.answers_s = 2.0
        day.keeper.want(of(1_000))
        await day.pass_by(1)
        await day.end()

    assert [1_000, None] == [power_w for _, power_w in play(story).told[1:]]


def test_what_is_wanted_while_it_ends_is_not_told_any_more() -> None:
    """Whoever hears that the hand-back was refused wants the same as before: it is handed back again all the same."""

    async def story(day: Day) -> None:
        def hear(event: BatteryEvent) -> None:
            day.heard.append(event)
            day.keeper.want(of(-2_000))
            if isinstance(event, BatteryBalked):
                day.battery.refusal = None

        day.keeper = Keeper("cellar", day.battery, hear, clock=LoopClock())
        await day.pass_by(5)
        day.battery.refusal = RefusedError("it is busy")
        await day.end()
        assert day.battery.set_w is None

    assert [None, -2_000, None, None] == [power_w for _, power_w in play(story).told]


def test_the_end_waits_for_nobody_longer_than_10_s(caplog: pytest.LogCaptureFixture) -> None:
    """A battery that hangs is left as it is, which is said."""

    async def story(day: Day) -> None:
        loop = asyncio.get_running_loop()
        await day.pass_by(1)
        day.keeper.want(of(1_000))
        await day.pass_by(0.5)
        day.battery.hangs, day.battery.trouble = True, UnreachableError("no answer")
        ends_s = loop.time()
        await day.end()
        await day.keeper.close()
        assert loop.time() - ends_s <= 10.1

    play(story)
    assert 1 == sum("could not be handed back" in record.message for record in caplog.records)


def test_one_that_never_began_is_let_go_without_a_word() -> None:
    """As when the program ends while it starts."""

    async def story(day: Day) -> None:
        await day.keeper.close()

    day = play(story)
    assert [] == day.told
    assert day.battery.closed


def test_our_own_bug_ends_the_run_and_hands_the_battery_back() -> None:
    """Loudly."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.keeper.want(of(1_000))
        await day.pass_by(0.5)

        def fail(event: BatteryEvent) -> None:
            raise RuntimeError(f"a bug: {event}")

        day.keeper._hear = fail  # whoever hears is to blame
        with pytest.raises(RuntimeError, match="a bug"):
            await day.pass_by(3)
        assert None is day.battery.told[-1][1]

    play(story)
