"""A keeper before boxes that speak over real sockets: how soon a setpoint is there, and what becomes of troubles."""

import asyncio
from collections.abc import AsyncIterator
from statistics import median

import pytest

from lib.batteries import Battery
from lib.batteries.keeper import Keeper
from lib.batteries.marstek import open_marstek
from lib.batteries.pace import Pace
from lib.batteries.sessy import Sessy
from lib.clock import Clock, WallClock
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryRules,
    BatteryTold,
    BatteryTook,
    Setpoint,
)
from lib.sim.battery import HomeBattery
from lib.sim.http_box import Trouble as HttpTrouble
from lib.sim.marstek_box import CONTROL, TAKE, WATCHDOG_S, MarstekBox, open_marstek_box
from lib.sim.modbus_box import Trouble
from lib.sim.sessy_box import PASSWORD, USER, SessyBox, open_sessy_box
from tests.sim.builders import NOON
from tests.waiting import eventually

SOON_S = 0.1  # mostly, on a machine that does other things, too
SLOW_S = 4.0  # soon enough to be an answer
BUSY = Pace(read_s=0.03, first_s=0.05, longest_s=0.2, missed_s=2.0)
RULES = BatteryRules(name="cellar", capacity_wh=5_120)
Box = MarstekBox | SessyBox


def of(power_w: float) -> Setpoint:
    """Take so much, or give it below zero."""
    return Setpoint(power_w=power_w, grid_w=0.0)


class HastyClock(WallClock):
    """A clock on which a second takes a fiftieth of one."""

    def monotonic(self) -> float:
        """Seconds that go by in haste."""
        return 50 * super().monotonic()


class Wired:
    """A box, a keeper that is busy with it, and what is heard."""

    def __init__(self, box: Box, *, clock: Clock | None = None) -> None:
        self.box = box
        self.heard: list[BatteryEvent] = []
        clock = clock or WallClock()
        is_marstek = isinstance(box, MarstekBox)
        self.battery: Battery = (
            open_marstek(box.where, rules=RULES, clock=clock)
            if is_marstek
            else Sessy(box.where, rules=RULES, user=USER, password=PASSWORD, clock=clock)
        )
        self.keeper = Keeper("cellar", self.battery, self.heard.append, clock=clock, pace=BUSY)
        self.task = asyncio.create_task(self.keeper.run())

    def count(self, kind: type) -> int:
        """How many events of a kind were heard."""
        return sum(isinstance(event, kind) for event in self.heard)

    def is_told(self, setpoint: Setpoint) -> bool:
        """Whether it took the setpoint."""
        return any(isinstance(event, BatteryTook) and event.setpoint == setpoint for event in self.heard)

    async def tell(self, setpoint: Setpoint) -> None:
        """Want it until it is taken."""
        self.keeper.want(setpoint)
        await eventually(lambda: self.is_told(setpoint))

    async def told_s(self, setpoint: Setpoint) -> float:
        """Want another setpoint; how long until it is at the box."""
        before, wanted_s = len(self.box.writes), asyncio.get_running_loop().time()
        self.keeper.want(setpoint)
        await eventually(lambda: len(self.box.writes) > before)
        return self.box.writes[before][0] - wanted_s

    def refuse(self, refuses: bool) -> None:
        """The box refuses every order, or takes them again."""
        if isinstance(self.box, MarstekBox):
            self.box.trouble = Trouble.REFUSE if refuses else Trouble.WELL
        else:
            self.box.trouble = HttpTrouble.REFUSE if refuses else HttpTrouble.WELL

    def restart(self) -> None:
        """The box has forgotten who steered it."""
        if isinstance(self.box, MarstekBox):
            self.box.drop()
        else:
            self.box.by_hand("POWER_STRATEGY_NOM")

    def steer(self) -> None:
        """The box does as an earlier run told it."""
        if isinstance(self.box, MarstekBox):
            self.box.by_hand(power_w=-900)
        else:
            self.box.by_hand("POWER_STRATEGY_API")

    async def end(self) -> None:
        """End the keeper."""
        self.task.cancel()
        await asyncio.wait({self.task})
        assert self.task.cancelled()
        await self.keeper.close()


def a_battery(watchdog_s: float | None = None) -> HomeBattery:
    """Half full."""
    return HomeBattery(
        start=NOON, name="cellar", capacity_wh=5_120, charge_w=2_200, discharge_w=2_200, watchdog_s=watchdog_s
    )


@pytest.fixture
def no_manners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both makes may be asked without a pause."""
    monkeypatch.setattr("lib.batteries.marstek.POLITE_S", 0.0)
    monkeypatch.setattr("lib.batteries.sessy.Sessy.polite_s", 0.0)


@pytest.fixture(params=["marstek", "sessy"])
async def wired(request: pytest.FixtureRequest, no_manners: None) -> AsyncIterator[Wired]:
    """A box of each make."""
    is_marstek = request.param == "marstek"
    box: Box = await open_marstek_box(a_battery(WATCHDOG_S)) if is_marstek else await open_sessy_box(a_battery())
    wired = Wired(box)
    yield wired
    if not wired.task.done():
        await wired.end()
    await box.close()


@pytest.fixture
async def hasty(no_manners: None) -> AsyncIterator[Wired]:
    """A Venus and its keeper, for whom time goes fifty times as fast."""
    box = await open_marstek_box(a_battery(WATCHDOG_S))
    hasty = Wired(box, clock=HastyClock())
    yield hasty
    await hasty.end()
    await box.close()


async def test_a_setpoint_is_there_at_once_while_reads_run(wired: Wired) -> None:
    """Whatever is on the wire just then."""
    await wired.tell(of(100))
    late_s = []
    for at in range(60):
        await asyncio.sleep(at / 1000)
        late_s.append(await wired.told_s(of(200 + at)))
        await wired.tell(of(200 + at))
    assert median(late_s) < SOON_S
    assert 0 == wired.box.overlaps
    assert wired.count(BatteryTold) > 3


async def test_a_setpoint_does_not_queue_behind_a_read_that_hangs(wired: Wired) -> None:
    """The read is hung up on, and its place is taken."""
    await wired.tell(of(100))
    wired.box.delay_s = SLOW_S
    asked = wired.box.asked
    await eventually(lambda: wired.box.asked > asked)  # a read waits for its answer
    assert await wired.told_s(of(200)) < SLOW_S / 2
    wired.box.delay_s = 0.0


async def test_a_box_that_is_gone_for_a_while_is_told_again(wired: Wired) -> None:
    """It is heard of; nobody meddled."""
    await wired.tell(of(700))
    port = wired.box.port
    await wired.box.close()
    await eventually(lambda: wired.count(BatteryMissed) > 0)
    wired.restart()
    assert 0 == wired.box.battery.power_w
    await wired.box.listen(port)
    await eventually(lambda: wired.box.battery.power_w == 700)
    assert 0 == wired.count(BatteryMeddled)


async def test_a_refusal_is_heard_of_and_mended(wired: Wired) -> None:
    """By the next try."""
    await wired.tell(of(700))
    wired.refuse(True)
    wired.keeper.want(of(800))
    await eventually(lambda: wired.count(BatteryBalked) > 1)
    assert 700 == wired.box.battery.power_w
    wired.refuse(False)
    await eventually(lambda: wired.box.battery.power_w == 800)


async def test_the_end_hands_it_back(wired: Wired) -> None:
    """And what a dead run left is handed back at the start."""
    await wired.tell(of(700))
    assert wired.box.battery.is_told
    await wired.end()
    assert not wired.box.battery.is_told
    wired.steer()
    assert wired.box.battery.is_told
    again = Wired(wired.box)
    await eventually(lambda: not wired.box.battery.is_told)
    assert [] == [event for event in again.heard if isinstance(event, BatteryTook) and event.setpoint]
    await again.end()


async def test_a_watchdog_does_not_end_while_it_is_cared_for(hasty: Wired) -> None:
    """Told anew in time, some three minutes long; the words in between are the keep-alive."""
    await hasty.tell(of(100))
    battery, ends_s = hasty.box.battery, asyncio.get_running_loop().time() + 4
    while asyncio.get_running_loop().time() < ends_s:
        before_s = asyncio.get_running_loop().time()
        hasty.keeper.want(of(100))
        await asyncio.sleep(0.02)
        battery.step(50 * (asyncio.get_running_loop().time() - before_s))
        assert battery.is_told
    assert 0 == battery.expired
    takes = [words for _, at, words in hasty.box.writes if (at, words) == (CONTROL, (TAKE,))]
    assert 6 <= len(takes) <= 10


async def test_a_venus_that_drops_control_is_taken_again_once_and_then_left(hasty: Wired) -> None:
    """It is heard of; so short after that nobody is blamed, the second time somebody is."""
    await hasty.tell(of(100))
    assert isinstance(hasty.box, MarstekBox)
    hasty.box.drop()

    def meddled() -> bool:
        hasty.keeper.want(of(100))  # as bs does all the time
        return hasty.count(BatteryMeddled) > 0

    def retaken() -> bool:
        return not meddled() and hasty.box.battery.is_told

    await eventually(retaken)
    hasty.box.drops = True
    hasty.box.drop()
    await eventually(meddled)
    writes = len(hasty.box.writes)
    for _ in range(20):
        assert meddled()
        await asyncio.sleep(0.02)
    assert writes == len(hasty.box.writes)
