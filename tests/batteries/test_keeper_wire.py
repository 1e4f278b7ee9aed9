"""A keeper before boxes that speak over real sockets: how soon a setpoint is there, and what becomes of troubles."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lib.batteries import open_battery
from lib.batteries.keeper import Keeper
from lib.batteries.pace import Pace
from lib.clock import WallClock
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
from lib.sim.marstek_box import WATCHDOG_S, MarstekBox, open_marstek_box
from lib.sim.modbus_box import Trouble
from lib.sim.sessy_box import PASSWORD, USER, SessyBox, open_sessy_box
from tests.sim.builders import NOON, eventually

SOON_S = 0.06  # on a machine that does other things, too
BUSY = Pace(read_s=0.03, first_s=0.05, longest_s=0.2, missed_s=2.0)
RULES = BatteryRules(name="cellar", capacity_wh=5_120)
Box = MarstekBox | SessyBox


def of(power_w: float) -> Setpoint:
    """Take so much, or give it below zero."""
    return Setpoint(power_w=power_w, grid_w=0.0)


class Wired:
    """A box, a keeper that is busy with it, and what is heard."""

    def __init__(self, box: Box, make: str) -> None:
        self.box = box
        self.heard: list[BatteryEvent] = []
        battery = (
            open_battery(make, box.where, rules=RULES, user=USER, password=PASSWORD, clock=WallClock())
            if (make == "sessy")
            else open_battery(make, box.where, rules=RULES, clock=WallClock())
        )
        battery.polite_s = 0.0  # type: ignore[misc]  # as busy as it can be
        self.keeper = Keeper("cellar", battery, self.heard.append, clock=WallClock(), pace=BUSY)
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

    async def end(self) -> None:
        """End the keeper."""
        self.task.cancel()
        await asyncio.wait({self.task})
        assert self.task.cancelled()
        await self.keeper.close()


@pytest.fixture(params=["marstek", "sessy"])
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    """A box of each make, half full."""
    has_watchdog = request.param == "marstek"
    battery = HomeBattery(
        start=NOON,
        name="cellar",
        capacity_wh=5_120,
        charge_w=2_200,
        discharge_w=2_200,
        watchdog_s=WATCHDOG_S if has_watchdog else None,
    )
    box: Box = await open_marstek_box(battery) if has_watchdog else await open_sessy_box(battery)
    wired = Wired(box, request.param)
    yield wired
    if not wired.task.done():
        await wired.end()
    await box.close()


async def test_a_setpoint_is_there_at_once_while_reads_run(wired: Wired) -> None:
    """Whatever is on the wire just then."""
    await wired.tell(of(100))
    late_s = []
    for at in range(60):
        await asyncio.sleep(at / 1000)
        late_s.append(await wired.told_s(of(200 + at)))
        await wired.tell(of(200 + at))
    assert sorted(late_s)[-2] < SOON_S
    assert 0 == wired.box.overlaps
    assert wired.count(BatteryTold) > 3


async def test_a_setpoint_does_not_queue_behind_a_read_that_hangs(wired: Wired) -> None:
    """The read is hung up on, and its place is taken."""
    await wired.tell(of(100))
    wired.box.delay_s = 1.0
    asked = wired.box.asked
    await eventually(lambda: wired.box.asked > asked)  # a read waits for its answer
    assert await wired.told_s(of(200)) < SOON_S + BUSY.patience_s
    wired.box.delay_s = 0.0


async def test_a_box_that_is_gone_for_a_while_is_told_again(wired: Wired) -> None:
    """It is heard of; nobody meddled."""
    await wired.tell(of(700))
    port = wired.box.port
    await wired.box.close()
    await eventually(lambda: wired.count(BatteryMissed) > 0)
    if isinstance(wired.box, MarstekBox):
        wired.box.drop()
    else:
        wired.box.by_hand("POWER_STRATEGY_NOM")
    assert 0 == wired.box.battery.power_w
    await wired.box.listen(port)
    await eventually(lambda: wired.box.battery.power_w == 700)
    assert 0 == wired.count(BatteryMeddled)


async def test_a_refusal_is_heard_of_and_mended(wired: Wired) -> None:
    """By the next try."""
    await wired.tell(of(700))
    if isinstance(wired.box, MarstekBox):
        wired.box.trouble = Trouble.REFUSE
    else:
        wired.box.by_hand("POWER_STRATEGY_API")
        wired.box.trouble = type(wired.box.trouble).REFUSE
    wired.keeper.want(of(800))
    await eventually(lambda: wired.count(BatteryBalked) > 1)
    assert 700 == wired.box.battery.power_w
    wired.box.trouble = type(wired.box.trouble).WELL
    await eventually(lambda: wired.box.battery.power_w == 800)


async def test_the_end_hands_it_back(wired: Wired) -> None:
    """And what a dead run left is handed back at the start."""
    await wired.tell(of(700))
    assert wired.box.battery.is_told
    await wired.end()
    assert not wired.box.battery.is_told
    wired.box.battery.told(-900)
    if isinstance(wired.box, SessyBox):
        wired.box.by_hand("POWER_STRATEGY_API")
        wired.box.battery.told(-900)
    again = Wired(wired.box, "marstek" if isinstance(wired.box, MarstekBox) else "sessy")
    await eventually(lambda: not wired.box.battery.is_told)
    assert [] == [event for event in again.heard if isinstance(event, BatteryTook) and event.setpoint]
    await again.end()


async def test_a_watchdog_does_not_end_while_it_is_cared_for(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here 0.9 s, and an hour of the battery goes by."""
    if isinstance(wired.box, SessyBox):
        pytest.skip("a Sessy has no watchdog")
    battery = wired.box.battery
    battery.watchdog_s = 90.0
    monkeypatch.setattr("lib.batteries.keeper.LEASE_S", 30.0)
    wired.keeper._battery._watchdog_s = 0.75  # type: ignore[attr-defined]  # a hundred times as fast
    await wired.tell(of(100))
    wired.keeper._battery._watchdog_s = 0.75  # type: ignore[attr-defined]
    for _ in range(100):
        await asyncio.sleep(0.02)
        battery.step(2.0)
        assert battery.is_told
    assert 0 == battery.expired
