"""A GX before Venus 3.50: its only setpoint goes to flash, so it is written rarely."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lib.batteries import RefusedError
from lib.sim.victron_box import OWN_GRID_W, VictronBox, open_victron_box

from .register_bench import Bench, a_battery, power

OWN = 2700


@pytest.fixture
async def bench() -> AsyncIterator[Bench[VictronBox]]:
    """An old GX in a house that draws 2 kW."""
    cell = a_battery()
    box = await open_victron_box(cell, grid_w=lambda: 2_000.0 + cell.power_w, is_new=False)
    cell.look(2_000.0)
    bench = Bench("victron", box, cell)
    yield bench
    await bench.close()


async def test_it_is_found_out(bench: Bench[VictronBox]) -> None:
    """By the register that it does not have."""
    await bench.battery.read()
    assert bench.battery.stored
    assert -1_500.0 == await bench.battery.order(power(-1_500, grid_w=500))
    assert ([(OWN, (500,))], -1_500) == (bench.writes, bench.cell.power_w)


async def test_its_owner_may_say_so(bench: Bench[VictronBox]) -> None:
    """Then the other register is not asked for."""
    battery = bench.driver(register=2700)
    await battery.order(power(-2_100, grid_w=-100))
    assert [(OWN, (0x10000 - 100,))] == bench.writes


async def test_small_changes_are_none(bench: Bench[VictronBox]) -> None:
    """The power that it then comes to is what it takes."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(60)
    assert -1_500.0 == await bench.battery.order(power(-1_460, grid_w=540))
    assert -1_300.0 == await bench.battery.order(power(-1_260, grid_w=540))
    assert 1 == bench.box.flash
    reading = await bench.battery.read()
    assert (-1_300.0, True) == (reading.set_w, reading.ours)
    await bench.battery.order(power(-1_400, grid_w=600))
    assert 2 == bench.box.flash


async def test_more_waits_and_less_does_not(bench: Bench[VictronBox]) -> None:
    """What protects the month's peak goes out at once."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(1)
    with pytest.raises(RefusedError, match="stores each setpoint in flash: the next one goes in 29 s"):
        await bench.battery.order(power(0, grid_w=2_000))
    await bench.battery.order(power(-2_000, grid_w=0))
    assert [(OWN, (500,)), (OWN, (0,))] == bench.writes
    bench.turn(30)
    await bench.battery.order(power(0, grid_w=2_000))
    assert (OWN, (2_000,)) == bench.writes[-1]


async def test_a_day_has_twenty_writes(bench: Bench[VictronBox]) -> None:
    """Then it is left to itself, until the first of them is a day old."""
    for count in range(20):
        await bench.battery.order(power(0, grid_w=1_000 + 100 * count))
        bench.turn(600)
    with pytest.raises(RefusedError, match="its 20 writes of a day are used up: it is left to its own mode"):
        await bench.battery.order(power(0, grid_w=4_000))
    assert (OWN_GRID_W, 21, False) == (bench.box.own_w, bench.box.flash, bench.cell.is_told)
    with pytest.raises(RefusedError, match="used up"):
        await bench.battery.order(power(0, grid_w=5_000))
    assert 21 == bench.box.flash
    bench.turn(86_400 - 20 * 600)
    await bench.battery.order(power(0, grid_w=4_000))
    assert 4_000 == bench.box.own_w


async def test_it_gets_its_own_setpoint_back_once(bench: Bench[VictronBox]) -> None:
    """What stands there already is not written."""
    await bench.battery.release()
    assert [] == bench.writes
    await bench.battery.order(power(-1_500, grid_w=500))
    await bench.battery.release()
    await bench.battery.release()
    assert [(OWN, (500,)), (OWN, (OWN_GRID_W,))] == bench.writes


async def test_what_its_owner_chose_comes_back(bench: Bench[VictronBox]) -> None:
    """As it was found, where that is not far from nothing."""
    bench.box.own_w = 30
    await bench.battery.release()
    await bench.battery.order(power(-1_500, grid_w=500))
    await bench.battery.release()
    assert [(OWN, (500,)), (OWN, (30,))] == bench.writes


async def test_what_a_dead_run_left_does_not_come_back(bench: Bench[VictronBox]) -> None:
    """Nobody wants to draw 3 kW for ever: it is handed back to what the maker set."""
    await bench.battery.order(power(1_000, grid_w=3_000))
    await bench.driver().release()
    assert (OWN_GRID_W, False) == (bench.box.own_w, bench.cell.is_told)


async def test_its_own_setpoint_is_an_option(bench: Bench[VictronBox]) -> None:
    """For who had another one."""
    await bench.driver(own_grid_w=-300).release()
    assert [(OWN, (0x10000 - 300,))] == bench.writes


async def test_a_lost_line_costs_no_write(bench: Bench[VictronBox]) -> None:
    """What is in flash stays there."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(60)
    bench.box.hang_up()
    await asyncio.sleep(0.05)
    await bench.battery.order(power(-1_500, grid_w=500))
    assert 1 == bench.box.flash
