"""A point before a box that speaks over real sockets: how soon a cut is there, and that no two calls meet."""

import asyncio
from collections.abc import AsyncIterator
from statistics import median

import pytest
from aiohttp import web

from lib.chargers.nrgkick import NRGkick
from lib.chargers.point import Pace, Point
from lib.core.charger import Balked, ChargerEvent, ChargerRules, Missed, Order, Plug, Told, Took
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.http_box import Trouble
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.sim.builders import NOON
from tests.waiting import eventually

STEP_S = 0.02
SOON_S = 0.1  # mostly, on a machine that does other things, too
SLOW_S = 4.0  # soon enough to be an answer
BUSY = Pace(plugged_s=0.03, empty_s=0.03, look_s=0.03, raise_s=0.05, patience_s=0.05, first_s=0.05)


def go(current_a: float) -> Order:
    """Charge with so much."""
    return Order(current_a=current_a, go=True)


class Wired:
    """A box whose time goes fast, a point that is busy with it, and what is heard."""

    def __init__(self, box: NrgkickBox) -> None:
        self.box = box
        self.heard: list[ChargerEvent] = []
        charger = NRGkick(box.where, rules=ChargerRules(name="garage"))
        self.point = Point("garage", charger, self.heard.append, pace=BUSY)
        self.tasks = [asyncio.create_task(self.point.run()), asyncio.create_task(self._pass_time())]

    async def _pass_time(self) -> None:
        """A second of the box in each step."""
        while True:
            await asyncio.sleep(STEP_S)
            self.box.point.step(1.0)

    def is_told(self, order: Order) -> bool:
        """Whether it took the order."""
        return any(isinstance(event, Took) and event.order == order for event in self.heard)

    async def tell(self, order: Order) -> None:
        """Want it until it is taken."""
        self.point.want(order)
        await eventually(lambda: self.is_told(order))

    async def cut_s(self, order: Order) -> float:
        """Want a cut; how long until it is at the box."""
        before, wanted_s = len(self.box.writes), asyncio.get_running_loop().time()
        self.point.want(order)
        await eventually(lambda: len(self.box.writes) > before)
        return self.box.writes[-1][0] - wanted_s

    async def end(self) -> None:
        """End the point."""
        self.box.trouble, self.box.delay_s = Trouble.WELL, 0.0
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        for task in self.tasks:
            assert task.cancelled()
        await self.point.close(restore=True)


@pytest.fixture
async def wired() -> AsyncIterator[Wired]:
    """A box that is set to 16 A and paused, with a car on its cable."""
    settings = ChargeSettings(current_a=16.0, paused=True)
    wired = Wired(await open_nrgkick_box(ChargePoint(start=NOON, car=Car(soc_pct=40), settings=settings)))
    yield wired
    if not wired.tasks[0].done():
        await wired.end()
    await wired.box.close()


async def test_a_cut_is_there_at_once_while_polls_run(wired: Wired) -> None:
    """Whatever is on the wire just then."""
    late_s = []
    for at in range(40):
        await wired.tell(go(16.0 - at % 2 / 10))
        await asyncio.sleep(at / 1000)
        late_s.append(await wired.cut_s(go(6.0 + at / 10)))
        wired.heard.clear()
    assert median(late_s) < SOON_S
    assert 0 == wired.box.overlaps


async def test_a_cut_does_not_queue_behind_a_read_that_is_slow(wired: Wired) -> None:
    """The read is hung up on, and its place is taken."""
    await wired.tell(go(16))
    wired.box.delay_s = SLOW_S
    asked = wired.box.asked
    await eventually(lambda: wired.box.asked > asked)  # a read waits for its answer
    assert await wired.cut_s(go(8)) < SLOW_S / 2
    assert 0 == wired.box.overlaps


async def test_a_cut_does_not_queue_behind_an_order_that_hangs(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken or not: the cut comes after it, and holds."""
    await wired.tell(go(6))
    arrive = wired.box.arrive

    def fall_mute(question: web.Request, at_s: float) -> None:
        arrive(question, at_s)
        wired.box.trouble = Trouble.MUTE if wired.box.written(question) else Trouble.WELL

    monkeypatch.setattr(wired.box, "arrive", fall_mute)
    wired.point.want(go(16))
    await eventually(lambda: wired.box.point.told.current_a == 16)
    monkeypatch.undo()
    wired.box.trouble = Trouble.WELL
    assert await wired.cut_s(go(8)) < SLOW_S / 2
    await eventually(lambda: wired.is_told(go(8)))
    assert [go(16)] == [event.order for event in wired.heard if isinstance(event, Balked)]
    assert 8.0 == wired.box.point.told.current_a
    assert 0 == wired.box.overlaps


async def test_from_plugging_in_to_driving_off(wired: Wired) -> None:
    """A car charges as it is told; then the owner has his settings back."""
    await wired.tell(go(10))
    await eventually(lambda: wired.box.point.power_w == 6900)
    await wired.tell(Order(current_a=6.0, go=False))
    await eventually(lambda: wired.box.point.power_w == 0)
    wired.box.point.unplug()
    await eventually(lambda: isinstance(last := wired.heard[-1], Told) and last.reading.plug is Plug.EMPTY)
    wired.box.point.step(10)
    await wired.end()
    assert (16.0, True) == (wired.box.point.told.current_a, wired.box.point.told.paused)


async def test_a_box_that_reboots_is_told_again(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back with the settings it began with."""
    monkeypatch.setattr("lib.chargers.nrgkick_wire.ANSWER_S", 0.3)
    await wired.tell(go(10))
    wired.box.point.reboot(for_s=30.0)
    await eventually(lambda: any(isinstance(event, Missed) for event in wired.heard))
    await eventually(lambda: wired.box.point.told.current_a == 10.0 and not wired.box.point.told.paused)
    await eventually(lambda: wired.box.point.power_w == 6900)


async def test_an_owners_hand_in_the_app_is_heard_of(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the warning in a reading and an event of its own; with time for what we wrote to show."""
    monkeypatch.setattr("lib.chargers.holding.SHOWS_S", 0.3)
    monkeypatch.setattr("lib.chargers.nrgkick.SOONER_S", 0.1)
    await wired.tell(go(10))
    await eventually(lambda: wired.box.point.power_w == 6900)
    await asyncio.sleep(0.4)
    wired.box.point.tell(current_a=7.0)
    await eventually(lambda: any("set to 7 A by its owner" in getattr(event, "what", "") for event in wired.heard))
