"""A keeper before a Victron and a SunSpec battery, over real TCP: handed back at start and at the end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lib.batteries import open_battery
from lib.batteries.keeper import Keeper
from lib.batteries.pace import Pace
from lib.clock import WallClock
from lib.core.battery import BatteryEvent, BatteryMeddled, BatteryMissed, BatteryTold, BatteryTook
from lib.sim.modbus_box import Trouble
from lib.sim.sunspec_box import OUT, SunSpecBox, open_sunspec_box
from lib.sim.victron_box import FLEETING, VictronBox, open_victron_box
from tests.waiting import eventually

from .register_bench import RULES, a_battery, power

BUSY = Pace(read_s=0.03, first_s=0.05, longest_s=0.2, missed_s=0.5, shows_s=0.05)


class Kept:
    """A box, and a keeper that is busy with it."""

    def __init__(self, make: str, box: VictronBox | SunSpecBox) -> None:
        self.box = box
        self.cell = box.battery
        self.heard: list[BatteryEvent] = []
        battery = open_battery(make, box.where, rules=RULES, clock=WallClock())
        self.keeper = Keeper("cellar", battery, self.heard.append, clock=WallClock(), pace=BUSY)
        self.task = asyncio.create_task(self.keeper.run())

    def has(self, kind: type) -> bool:
        """Whether an event of that kind was heard."""
        return any(isinstance(event, kind) for event in self.heard)

    async def end(self) -> None:
        """End the keeper."""
        self.task.cancel()
        await asyncio.wait({self.task})
        await self.keeper.close()


@pytest.fixture(params=["victron", "sunspec"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    """A box of each make, half full, in a house that draws 2 kW."""
    cell = a_battery()
    cell.look(2_000.0)
    cell.told_grid(3_000)  # by a run that died
    is_victron = request.param == "victron"
    box = await open_victron_box(cell) if is_victron else await open_sunspec_box(cell)
    kept = Kept(request.param, box)
    yield kept
    if not kept.task.done():
        await kept.end()
    await box.close()


async def test_what_a_dead_run_left_is_handed_back(kept: Kept) -> None:
    """Before anything is wanted."""
    assert kept.cell.is_told
    await eventually(lambda: not kept.cell.is_told)


async def test_it_does_what_is_wanted_and_gets_its_own_mode_back(kept: Kept) -> None:
    """At the end, however the program ends."""
    kept.keeper.want(power(-1_500, grid_w=500))
    await eventually(lambda: kept.cell.power_w == -1_500)
    await eventually(lambda: any(isinstance(one, BatteryTold) and one.reading.ours for one in kept.heard))
    await kept.end()
    assert (False, -2_000) == (kept.cell.is_told, kept.cell.power_w)


async def test_a_box_that_is_gone_is_told_again(kept: Kept) -> None:
    """It is said to be silent, and found again."""
    kept.keeper.want(power(-1_500, grid_w=500))
    await eventually(lambda: kept.cell.power_w == -1_500)
    port = kept.box.port
    await kept.box.close()
    await eventually(lambda: kept.has(BatteryMissed))
    kept.cell.told(None)
    await kept.box.listen(port)
    kept.keeper.want(power(-1_000, grid_w=1_000))
    await eventually(lambda: kept.cell.power_w == -1_000)


async def test_a_box_that_refuses_is_asked_again(kept: Kept) -> None:
    """Until it takes what is wanted."""
    await eventually(lambda: kept.has(BatteryTook))
    kept.box.trouble = Trouble.REFUSE
    kept.keeper.want(power(-1_500, grid_w=500))
    refused = len(kept.box.writes)
    await eventually(lambda: len(kept.box.writes) > refused + 2)
    kept.box.trouble = Trouble.WELL
    await eventually(lambda: kept.cell.power_w == -1_500)


async def test_a_second_master_is_left_alone(kept: Kept) -> None:
    """Two that steer would pull it to and fro; it is said instead."""
    kept.keeper.want(power(-1_500, grid_w=500))
    await eventually(lambda: kept.cell.power_w == -1_500)
    await asyncio.sleep(2.1)  # a write may be as late as that in what is read back
    at, words = (FLEETING, [0, 700]) if isinstance(kept.box, VictronBox) else (kept.box.models[124] + OUT, [0])
    kept.box.take(at, words)
    await eventually(lambda: kept.has(BatteryMeddled))
    wrote = len(kept.box.writes)
    kept.keeper.want(power(-1_400, grid_w=600))
    await asyncio.sleep(0.3)
    assert wrote == len(kept.box.writes)


async def test_many_setpoints_while_it_is_read_all_arrive(kept: Kept) -> None:
    """Never two questions at once, and the last one holds."""
    for count in range(100):
        kept.keeper.want(power(-1_000 - count, grid_w=1_000 - count))
        await asyncio.sleep(0.003)
    await eventually(lambda: kept.cell.power_w == -1_099)
    assert 0 == kept.box.overlaps
