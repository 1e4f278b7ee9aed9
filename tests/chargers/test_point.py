"""What becomes of orders between who wants them and a charger: stories in virtual time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from lib.chargers import DeniedError, RefusedError, UnreachableError
from lib.chargers.point import OVERTAKEN, Pace, Point
from lib.core.charger import Balked, ChargerEvent, Meddled, Missed, Order, Plug, Told, Took
from tests.meters.virtual import LoopClock, in_virtual_time

from .toy import ToyCharger

PAUSE = Order(current_a=6.0, go=False)


def go(current_a: float, phases: int | None = None) -> Order:
    """Charge with so much."""
    return Order(current_a=current_a, go=True, phases=phases)


class Day:
    """A point with a toy charger, and what is heard of it."""

    def __init__(self, charger: ToyCharger | None = None) -> None:
        self.charger = charger or ToyCharger()
        self.heard: list[ChargerEvent] = []
        self.point = Point("garage", self.charger, self.heard.append, clock=LoopClock())
        self.task: asyncio.Task[None] | None = None

    async def pass_by(self, seconds: float) -> None:
        """Let time pass; the first time starts the point."""
        self.task = self.task or asyncio.create_task(self.point.run())
        await asyncio.sleep(seconds)
        if self.task.done():
            await self.task

    async def end(self) -> None:
        """End it."""
        if self.task:
            self.task.cancel()
            await asyncio.wait({self.task})

    def events(self, kind: type) -> list[Any]:
        """What was heard of one kind."""
        return [event for event in self.heard if isinstance(event, kind)]

    @property
    def told(self) -> list[Order]:
        """What the charger was told."""
        return [order for _, order in self.charger.told]


def play(story: Callable[[Day], Coroutine[Any, Any, None]], charger: ToyCharger | None = None) -> Day:
    """A day as the story goes."""

    async def whole() -> Day:
        day = Day(charger)
        try:
            await story(day)
        finally:
            await day.end()
        assert 0 == day.charger.overlaps
        return day

    return in_virtual_time(whole())


def test_it_reads_oftener_while_a_car_is_there() -> None:
    """Each 5 s with a car, each 20 s without."""

    async def story(day: Day) -> None:
        await day.pass_by(20.5)
        assert 5 == len(day.charger.asked_s)
        day.charger.plug = Plug.EMPTY
        await day.pass_by(100)

    day = play(story)
    assert [0, 5, 10, 15, 20, 25, 45, 65, 85, 105] == [pytest.approx(at_s, abs=0.5) for at_s in day.charger.asked_s]
    assert [event.reading.read_s for event in day.events(Told)] == day.charger.asked_s


def test_after_an_order_it_looks_each_2_s() -> None:
    """For 15 s; then as before."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(30)

    day = play(story)
    assert 1 == len(day.told)
    after_s = [at_s - 1 for at_s in day.charger.asked_s[1:]]
    assert [2, 4, 6, 8, 10, 12, 14, 16, 21, 26] == [pytest.approx(at_s, abs=0.5) for at_s in after_s]


def test_a_cut_goes_out_at_once_and_more_waits_its_turn() -> None:
    """More than before goes out 5 s after the order before it."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(1)
        day.point.want(go(12))
        await day.pass_by(0.5)
        day.point.want(go(8))
        await day.pass_by(0.5)
        day.point.want(go(9))
        await day.pass_by(1)
        day.point.want(PAUSE)
        await day.pass_by(20)

    day = play(story)
    assert [(1.0, 10), (2.5, 8), (4.0, 6)] == [(at_s, order.current_a) for at_s, order in day.charger.told]


def test_the_newest_order_is_the_one_that_goes_out() -> None:
    """Those in between are forgotten, never queued."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        for tenths in range(20):
            await day.pass_by(0.1)
            day.point.want(go(11 + tenths / 10))
        await day.pass_by(20)

    day = play(story)
    assert [(1.0, 10), (6.0, 12.9)] == [(at_s, order.current_a) for at_s, order in day.charger.told]


def test_what_holds_already_is_not_told() -> None:
    """Neither what it was set to before, nor what is wanted again and again."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(Order(current_a=16.0, go=False))
        await day.pass_by(30)
        for _ in range(20):
            day.point.want(go(10))
            await day.pass_by(5)

    assert [go(10)] == play(story).told


def test_a_cut_takes_the_place_of_a_read_that_hangs() -> None:
    """It is hung up on, and the cut goes out in the same instant."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(16))
        await day.pass_by(1.5)
        day.charger.answers_s = 3.0
        await day.pass_by(1)  # it is read since half a second
        day.point.want(go(8))
        await day.pass_by(0.1)
        assert 1 == day.charger.cut_off

    day = play(story)
    assert [(1.0, 16), (3.5, 8)] == [(at_s, order.current_a) for at_s, order in day.charger.told]
    assert [] == day.events(Missed)


def test_an_order_for_more_waits_for_a_read_that_hangs() -> None:
    """Nobody is hung up on for it."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(8))
        await day.pass_by(7.5)
        day.charger.answers_s = 1.0
        await day.pass_by(1)
        day.point.want(go(16))
        await day.pass_by(10)

    day = play(story)
    assert 0 == day.charger.cut_off
    assert [8, 16] == [order.current_a for order in day.told]


def test_a_cut_takes_the_place_of_an_order_that_hangs() -> None:
    """It may have been taken or not: that is said, and the cut comes after it."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.charger.answers_s = 4.0
        day.point.want(go(14))
        await day.pass_by(1)
        day.charger.answers_s = 0.05
        day.point.want(go(8))
        await day.pass_by(10)

    day = play(story)
    assert [14, 8] == [order.current_a for order in day.told]
    assert pytest.approx(2.3) == day.charger.told[-1][0]
    assert [(go(14), OVERTAKEN, False)] == [(one.order, one.why, one.answered) for one in day.events(Balked)]
    assert [go(8)] == [took.order for took in day.events(Took)]


def test_an_order_that_answers_soon_is_waited_for() -> None:
    """A cut then goes out after it."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.charger.answers_s = 0.2
        day.point.want(go(14))
        await day.pass_by(0.1)
        day.point.want(go(8))
        await day.pass_by(10)

    day = play(story)
    assert 0 == day.charger.cut_off
    assert [14, 8] == [order.current_a for order in day.told]
    assert pytest.approx(1.2) == day.charger.told[-1][0]


def test_a_refused_order_is_tried_again_ever_later() -> None:
    """After 1, 2, 4 … 30 s, and at once when another one is wanted."""

    async def story(day: Day) -> None:
        day.point._pace = Pace(raise_s=0.0)
        await day.pass_by(1)
        day.point.want(go(6))
        await day.pass_by(1)
        day.charger.trouble = RefusedError("not now")
        day.charger.read = a_read_of(day.charger)  # type: ignore[method-assign]  # only orders are refused
        day.point.want(go(14))
        await day.pass_by(100)
        day.point.want(go(15))
        await day.pass_by(1)

    day = play(story)
    tries_s = [at_s - 2 for at_s, order in day.charger.told if order == go(14)]
    assert [0, 1, 3, 7, 15, 31, 61, 91] == [pytest.approx(at_s, abs=0.6) for at_s in tries_s]
    assert go(15) == day.told[-1]
    assert {("not now", True)} == {(one.why, one.answered) for one in day.events(Balked)}


def a_read_of(charger: ToyCharger) -> Callable[[], Coroutine[Any, Any, Any]]:
    """A read that has no trouble, whatever orders have."""
    whole = ToyCharger.read

    async def read() -> Any:
        trouble, charger.trouble = charger.trouble, None
        try:
            return await whole(charger)
        finally:
            charger.trouble = trouble

    return read


def test_a_refused_cut_is_tried_again_each_second() -> None:
    """And, when that does not help, each 5 s."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(14))
        await day.pass_by(1)
        day.charger.trouble = RefusedError("not now")
        day.charger.read = a_read_of(day.charger)  # type: ignore[method-assign]  # only orders are refused
        day.point.want(go(8))
        await day.pass_by(30)

    tries_s = [at_s - 2 for at_s, order in play(story).charger.told if order == go(8)]
    assert [0, 1, 2, 3, 4, 5, 7, 11, 16, 21] == [pytest.approx(at_s, abs=1.0) for at_s in tries_s[:10]]


def test_a_cut_without_an_answer_is_tried_again() -> None:
    """Until somebody says that it holds; then once is enough."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(14))
        await day.pass_by(1)
        day.charger.trouble = UnreachableError("no answer")
        day.charger.hangs = True
        day.point.want(go(8))
        await day.pass_by(20)
        day.charger.hangs, day.charger.trouble = False, None
        await day.pass_by(20)

    day = play(story)
    assert {go(8)} == set(day.told[1:])
    assert 3 <= len(day.told[1:]) <= 5
    assert [False] * (len(day.told) - 2) == [one.answered for one in day.events(Balked)]
    assert go(8) == day.events(Took)[-1].order
    assert (8.0, False) == (day.charger.current_a, day.charger.paused)


@pytest.mark.parametrize("hangs", [True, False])
def test_a_charger_that_answers_no_order_is_silent(hangs: bool) -> None:
    """Cuts that are tried again and again hide it no longer than one of them; it answers again when it is read."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(14))
        await day.pass_by(1)
        day.charger.trouble, day.charger.hangs = UnreachableError("no answer"), hangs
        for current_a in (8, 7, 6):
            day.point.want(go(current_a))
            await day.pass_by(8)
            assert {2.0} == {missed.since_s for missed in day.events(Missed)}
        day.charger.trouble, day.charger.hangs = None, False
        await day.pass_by(40)

    day = play(story)
    assert isinstance(day.heard[-1], Told)
    assert go(6) == day.events(Took)[-1].order


def test_a_charger_that_is_silent_is_asked_ever_later() -> None:
    """After 1, 2, 4 … 30 s; it is told since when, and that it answers again."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.charger.trouble = UnreachableError("no answer")
        await day.pass_by(100)
        assert {5.0} == {missed.since_s for missed in day.events(Missed)}
        day.charger.trouble = None
        await day.pass_by(40)

    day = play(story)
    asked_s = [at_s - 5 for at_s in day.charger.asked_s[1:]]
    assert [0, 1, 3, 7, 15, 31, 61, 91, 121] == [pytest.approx(at_s, abs=1.0) for at_s in asked_s[:9]]
    assert isinstance(day.heard[-1], Told)


def test_a_silent_charger_is_not_told_to_draw_more() -> None:
    """That waits until it answers."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(8))
        await day.pass_by(10)
        day.charger.trouble = UnreachableError("no answer")
        await day.pass_by(30)
        day.point.want(go(16))
        await day.pass_by(30)
        assert [go(8)] == day.told
        day.charger.trouble = None
        await day.pass_by(60)

    assert [go(8), go(16)] == play(story).told


def test_a_locked_charger_is_left_alone_and_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password is not hammered at, whatever is wanted."""

    async def story(day: Day) -> None:
        day.charger.trouble = DeniedError("wants a user and password")
        await day.pass_by(1)
        for tenths in range(20):
            day.point.want(go(16 - tenths / 10))
            await day.pass_by(10)
        assert 1 == len(day.charger.asked_s) + len(day.told)
        await day.pass_by(400)
        day.charger.trouble = None
        await day.pass_by(400)

    day = play(story)
    assert 1 == caplog.text.count("wants a user and password")
    assert (14.1, False) == (day.charger.current_a, day.charger.paused)


def test_one_that_is_read_and_lets_nobody_write_is_not_hammered_at() -> None:
    """Each order of ours may be a wrong password to it; as it takes one again, all is as before."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(14))
        await day.pass_by(20)
        day.charger.trouble = DeniedError("wants a user and password")
        day.charger.read = a_read_of(day.charger)  # type: ignore[method-assign]  # only orders are refused
        for tenths in range(60):
            day.point.want(go(12 - tenths / 10))
            await day.pass_by(10)
        assert [go(14), go(12), go(9)] == day.told
        day.charger.trouble = None
        await day.pass_by(400)
        day.point.want(go(8))
        await day.pass_by(20)

    day = play(story)
    assert (go(6.1), go(8)) == tuple(took.order for took in day.events(Took))[1:]
    assert [] == day.events(Missed)


def test_its_owner_may_set_it_and_is_heard_once() -> None:
    """It is told upwards, set back once, and after that left to him for this plug-in."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(20)
        day.charger.by_hand(current_a=7.0)
        await day.pass_by(30)
        assert [1, go(10)] == [len(day.events(Meddled)), day.told[-1]]
        day.charger.by_hand(current_a=7.0)
        await day.pass_by(100)

    day = play(story)
    what = "it was set to 7 A by its owner, or by a mode of its own; it had been told 10 A"
    assert [(what, False), (what, True)] == [(one.what, one.left) for one in day.events(Meddled)]
    assert [go(10), go(10)] == day.told
    assert 7.0 == day.charger.current_a


def test_what_is_left_to_its_owner_is_still_cut() -> None:
    """And with the next plug-in all is as before."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        for _ in range(3):
            await day.pass_by(20)
            day.charger.by_hand(current_a=7.0)
        await day.pass_by(20)
        day.point.want(go(6))
        await day.pass_by(20)
        day.point.want(go(12))
        await day.pass_by(20)
        assert 6.0 == day.charger.current_a
        day.charger.plug = Plug.EMPTY
        await day.pass_by(30)
        day.charger.plug, day.charger.plugins = Plug.CONNECTED, 2
        await day.pass_by(30)

    assert 12.0 == play(story).charger.current_a


def test_hands_off_makes_peace_with_its_owner() -> None:
    """What is wanted after that is told again."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        for _ in range(2):
            await day.pass_by(20)
            day.charger.by_hand(current_a=7.0)
        await day.pass_by(20)
        day.point.want(None)
        await day.pass_by(20)
        day.point.want(go(12))
        await day.pass_by(20)

    assert 12.0 == play(story).charger.current_a


def test_a_pause_by_its_owner_is_noticed() -> None:
    """Also one that he lifts."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(20)
        day.charger.by_hand(paused=True)
        await day.pass_by(30)
        day.point.want(PAUSE)
        await day.pass_by(20)
        day.charger.by_hand(paused=False)
        await day.pass_by(20)

    said = [one.what.split(" by ")[0] for one in play(story).events(Meddled)]
    assert ["it was paused", "it was let go on"] == said


def test_a_pause_by_its_owner_is_his_while_the_sun_regulates() -> None:
    """Amperes that are told all the time hide it no longer than ten seconds: set back once, then left to him."""

    async def story(day: Day) -> None:
        async def regulate(seconds: int) -> None:
            for at in range(seconds // 3):
                day.point.want(go(10 - at % 5 / 10))
                await day.pass_by(3)

        await day.pass_by(1)
        await regulate(30)
        for left in (False, True):
            day.charger.by_hand(paused=True)
            await regulate(30)
            assert [left, left] == [day.charger.paused, day.events(Meddled)[-1].left]

    day = play(story)
    what = "it was paused by its owner, or by a mode of its own; it had been told otherwise"
    assert [what, what] == [one.what for one in day.events(Meddled)]


def test_no_oscillation_whatever_its_own_modes_do() -> None:
    """A mode of its own that sets it back each time is fought once, not for ever."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(12))
        for _ in range(100):
            await day.pass_by(7)
            day.charger.by_hand(current_a=8.0)

    assert 2 == len(play(story).told)


def test_a_pause_that_is_forgotten_at_a_plugin_is_no_meddling() -> None:
    """It is set again at once."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(PAUSE)
        await day.pass_by(20)
        day.charger.plugins += 1
        day.charger.by_hand(paused=False)
        await day.pass_by(10)

    day = play(story)
    assert [PAUSE, PAUSE] == day.told
    assert [] == day.events(Meddled)


def test_settings_after_a_reboot_are_no_meddling() -> None:
    """It was silent meanwhile: they are told again."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(20)
        day.charger.trouble = UnreachableError("no answer")
        await day.pass_by(20)
        day.charger.by_hand(current_a=16.0)
        day.charger.trouble = None
        await day.pass_by(40)

    day = play(story)
    assert [go(10), go(10)] == day.told
    assert [] == day.events(Meddled)


def test_hands_off_changes_nothing_and_goes_on_reading() -> None:
    """And what its owner does then is his."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10))
        await day.pass_by(20)
        day.point.want(None)
        day.charger.by_hand(current_a=13.0)
        await day.pass_by(60)

    day = play(story)
    assert ([go(10)], [], 13.0) == (day.told, day.events(Meddled), day.events(Told)[-1].reading.set_a)


def test_a_charger_that_takes_less_is_not_told_again_and_again() -> None:
    """The most that it takes is what holds; another order is told."""
    charger = ToyCharger()
    charger.most_a = 10.0

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(16))
        await day.pass_by(60)
        day.point.want(go(8))
        await day.pass_by(30)
        day.point.want(go(16))
        await day.pass_by(30)

    assert [go(16), go(8), go(16)] == play(story, charger).told


def test_phases_are_told_and_believed() -> None:
    """An order with other phases than it has is told once."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10, phases=3))
        await day.pass_by(10)
        day.point.want(go(10, phases=1))
        await day.pass_by(100)

    day = play(story)
    assert [go(10, phases=3), go(10, phases=1)] == day.told


def test_a_polite_charger_has_its_rest() -> None:
    """So many seconds lie between two calls; only a cut does not wait."""
    charger = ToyCharger()
    charger.polite_s = 5.0

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(PAUSE)
        await day.pass_by(7)
        for at in range(20):
            day.point.want(go(7 + at / 10))
            await day.pass_by(3)

    day = play(story, charger)
    calls_s = sorted([*day.charger.asked_s, *(at_s for at_s, _ in day.charger.told)])
    assert all(later - sooner >= 5.0 for sooner, later in pairwise(calls_s) if sooner > 1)


def test_it_lets_go_as_it_is_told() -> None:
    """With the settings given back, or not."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        await day.end()
        await day.point.close(restore=True)

    assert play(story).charger.closed


def test_a_charger_that_does_not_let_go_is_left(caplog: pytest.LogCaptureFixture) -> None:
    """After 10 s, so that a program can end."""
    charger = ToyCharger()

    async def never(*, restore: bool) -> None:
        await asyncio.sleep(3600)

    charger.close = never  # type: ignore[method-assign]  # it hangs

    async def story(day: Day) -> None:
        await day.point.close(restore=True)
        assert 10.0 == asyncio.get_running_loop().time()

    play(story, charger)
    assert "garage: it does not let go within 10 s; it is left as it is" in caplog.text


def test_our_own_bug_ends_it_loudly() -> None:
    """It is no trouble of the charger's, and is not taken for one."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.charger.trouble = KeyError("ours")  # type: ignore[assignment]  # what no charger raises
        await day.pass_by(30)

    with pytest.raises(KeyError, match="ours"):
        play(story)


def test_each_trouble_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """And that it is over."""
    caplog.set_level(logging.INFO)

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.charger.trouble = UnreachableError("no answer from 192.0.2.1")
        await day.pass_by(60)
        day.charger.trouble = None
        await day.pass_by(60)

    play(story)
    assert [1, 1] == [caplog.text.count(said) for said in ("garage: no answer from 192.0.2.1", "garage: answers again")]


def test_an_order_may_be_wanted_while_an_event_is_heard() -> None:
    """Who hears may want: the next order follows from what is read."""

    async def story(day: Day) -> None:
        day.point._hear = lambda event: day.point.want(go(9)) if isinstance(event, Told) else None
        await day.pass_by(1)

    assert [go(9)] == play(story).told
