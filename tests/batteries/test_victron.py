"""A Victron GX in mode 2: told what shall flow at the meter, in a register that lives in memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from pymodbus.constants import ExcCodes

from lib.batteries import ANSWER_S, RefusedError, UnreachableError, register_battery
from lib.batteries.victron import SOC
from lib.core.battery import BatteryRules
from lib.modbus import link
from lib.sim.modbus_box import Trouble
from lib.sim.victron_box import VictronBox, open_victron_box
from tests.waiting import LIMIT_S

from .register_bench import Bench, a_battery, power

GRID = 2716


@pytest.fixture
async def bench() -> AsyncIterator[Bench[VictronBox]]:
    """A GX of today with half a battery, in a house that draws 2 kW."""
    cell = a_battery()
    box = await open_victron_box(cell, grid_w=lambda: 2_000.0 + cell.power_w)
    cell.look(2_000.0)
    bench = Bench("victron", box, cell)
    yield bench
    await bench.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a second instead of three."""
    monkeypatch.setattr(link, "ANSWER_S", 0.3)


async def test_what_it_says_is_read(bench: Bench[VictronBox]) -> None:
    """By itself it keeps the grid near zero; nobody told it to, so that is not ours."""
    reading = await bench.battery.read()
    assert (50.0, -2_000.0) == (reading.soc_pct, reading.power_w)
    assert (None, None, None, False) == (reading.charge_w, reading.discharge_w, reading.set_w, reading.ours)
    assert ("", "") == (reading.fault, reading.warning)
    assert (None, False, True) == (bench.battery.watchdog_s, bench.battery.stored, bench.battery.by_grid)


class OddBox(VictronBox):
    """It says that it is 700 % full."""

    def words(self) -> Mapping[int, Sequence[int]]:
        """All else is as it should be."""
        return {**super().words(), SOC.at: [700]}


async def test_what_no_battery_can_hold_is_not_known() -> None:
    """Neither full nor empty: nothing is promised of energy that cannot be there."""
    box = OddBox(a_battery())
    await box.listen()
    bench = Bench("victron", box, a_battery())
    assert (await bench.battery.read()).soc_pct is None
    await bench.close()


async def test_a_setpoint_is_a_power_at_the_meter(bench: Bench[VictronBox]) -> None:
    """32 bits in one write; the battery finds its power by its own meter."""
    assert -1_500.0 == await bench.battery.order(power(-1_500, grid_w=500))
    assert [(GRID, (0, 500))] == bench.writes
    assert -1_500 == bench.cell.power_w
    bench.turn(3)
    reading = await bench.battery.read()
    assert (-1_500.0, -1_500.0, True, "") == (reading.power_w, reading.set_w, reading.ours, reading.warning)


async def test_an_order_costs_one_question_and_none_when_nothing_changes(bench: Bench[VictronBox]) -> None:
    """The way from a telegram to the battery has nothing else on it."""
    await bench.battery.order(power(-1_500, grid_w=500))
    asked = bench.box.asked
    assert -1_400.0 == await bench.battery.order(power(-1_400, grid_w=500))
    bench.turn(3_600)
    await bench.battery.order(power(-1_500, grid_w=500))
    assert asked == bench.box.asked
    await bench.battery.order(power(-1_500, grid_w=501))
    assert asked + 1 == bench.box.asked
    assert (GRID, (0, 501)) == bench.writes[-1]


async def test_nothing_at_the_meter_is_written_as_one_watt(bench: Bench[VictronBox]) -> None:
    """A zero would hand it back."""
    await bench.battery.order(power(-2_000, grid_w=0))
    assert [(GRID, (0, 1))] == bench.writes
    assert bench.cell.is_told


async def test_what_is_fed_in_is_below_zero(bench: Bench[VictronBox]) -> None:
    """With all its bits."""
    await bench.battery.order(power(-4_000, grid_w=-2_000))
    assert [(GRID, (0xFFFF, 0x10000 - 2_000))] == bench.writes
    assert -4_000 == bench.cell.power_w


async def test_it_is_handed_back_with_a_zero(bench: Bench[VictronBox]) -> None:
    """Also where it never was ours: an earlier run may have died."""
    await bench.battery.release()
    await bench.battery.order(power(1_000, grid_w=3_000))
    assert 1_000 == bench.cell.power_w
    await bench.battery.release()
    assert [(GRID, (0, 0)), (GRID, (0, 3_000)), (GRID, (0, 0))] == bench.writes
    assert (False, -2_000) == (bench.cell.is_told, bench.cell.power_w)
    reading = await bench.battery.read()
    assert (None, False, "") == (reading.set_w, reading.ours, reading.warning)
    await bench.battery.order(power(1_000, grid_w=3_000))
    assert (GRID, (0, 3_000)) == bench.writes[-1]


async def test_more_than_its_owner_allows_is_left_to_the_grid(bench: Bench[VictronBox]) -> None:
    """What it does not take the meter sees."""
    assert 4_000.0 == await bench.battery.order(power(6_000, grid_w=8_000))
    assert -4_000.0 == await bench.battery.order(power(-5_500, grid_w=-3_500))
    assert [(GRID, (0, 6_000)), (GRID, (0xFFFF, 0x10000 - 2_000))] == bench.writes


async def test_its_own_limits_count_too(bench: Bench[VictronBox]) -> None:
    """Amperes at its voltage, and watts; they protect it and are left alone."""
    bench.box.most_charge_a, bench.box.most_discharge_w = 50, 1_800
    reading = await bench.battery.read()
    assert (2_600.0, 1_800.0) == (reading.charge_w, reading.discharge_w)
    assert 2_600.0 == await bench.battery.order(power(3_000, grid_w=5_000))
    assert -1_800.0 == await bench.battery.order(power(-3_000, grid_w=-1_000))
    assert [(GRID, (0, 4_600)), (GRID, (0, 200))] == bench.writes


async def test_limits_are_looked_at_now_and_then(bench: Bench[VictronBox]) -> None:
    """Each minute, not at each look."""
    await bench.battery.read()
    bench.box.most_discharge_w = 1_800
    bench.turn(5)
    asked = bench.box.asked
    assert (await bench.battery.read()).discharge_w is None
    assert asked + 2 == bench.box.asked
    bench.turn(60)
    assert 1_800.0 == (await bench.battery.read()).discharge_w


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("dynamic_ess", 1, "Dynamic ESS steers it: switch that off in the VRM portal"),
        ("mode", 3, "its ESS is in the mode External control: on the GX choose Optimized"),
    ],
)
async def test_what_its_owner_has_to_set_otherwise_is_said(
    bench: Bench[VictronBox], key: str, value: int, says: str
) -> None:
    """It is told nothing until then."""
    setattr(bench.box, key, value)
    assert says in (await bench.battery.read()).warning
    with pytest.raises(RefusedError, match=says):
        await bench.battery.order(power(0, grid_w=2_000))
    assert [] == bench.writes
    setattr(bench.box, key, 0 if key == "dynamic_ess" else 1)
    assert "" == (await bench.battery.read()).warning
    await bench.battery.order(power(0, grid_w=2_000))
    assert [(GRID, (0, 2_000))] == bench.writes


async def test_what_begins_to_steer_it_finds_it_handed_back(bench: Bench[VictronBox]) -> None:
    """It is noticed within a minute, and what it was told before does not stay."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.box.dynamic_ess = 1
    bench.turn(61)
    await bench.battery.read()
    for _ in range(2):
        with pytest.raises(RefusedError, match="Dynamic ESS"):
            await bench.battery.order(power(-1_500, grid_w=600))
    assert [(GRID, (0, 500)), (GRID, (0, 0))] == bench.writes


async def test_a_first_order_looks_before_it_tells(bench: Bench[VictronBox]) -> None:
    """Nobody may have read it before."""
    bench.box.dynamic_ess = 2
    with pytest.raises(RefusedError, match="Dynamic ESS"):
        await bench.battery.order(power(0, grid_w=2_000))


async def test_one_that_keeps_itself_charged_is_only_odd(bench: Bench[VictronBox]) -> None:
    """It may still be told to charge."""
    bench.box.kept = 9
    assert "keep batteries charged" in (await bench.battery.read()).warning
    assert 1_000.0 == await bench.battery.order(power(1_000, grid_w=3_000))


async def test_another_hand_is_noticed(bench: Bench[VictronBox]) -> None:
    """A second master is named by what it wrote; told again it does as it is told."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(3)
    bench.box.take(GRID, [0, 1_700])
    reading = await bench.battery.read()
    assert (None, False) == (reading.set_w, reading.ours)
    assert "register 2716 says 1700 instead of 500: another program steers it" == reading.warning
    await bench.battery.order(power(-1_500, grid_w=500))
    assert 500 == bench.box.fleeting_w
    bench.turn(3)
    assert (await bench.battery.read()).ours


async def test_one_that_somebody_handed_back_is_noticed(bench: Bench[VictronBox]) -> None:
    """A zero is what it holds in its own mode."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(3)
    bench.box.take(GRID, [0, 0])
    reading = await bench.battery.read()
    assert (False, "it is back in its own mode: its watchdog ended, or somebody else handed it back") == (
        reading.ours,
        reading.warning,
    )


async def test_a_restart_is_no_meddling(bench: Bench[VictronBox]) -> None:
    """What was in its memory is gone, and it is told again."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.turn(3)
    bench.box.restart()
    await asyncio.sleep(0.05)
    reading = await bench.battery.read()
    assert (False, "it is back in its own mode: it was restarted") == (reading.ours, reading.warning)
    await bench.battery.order(power(-1_500, grid_w=500))
    assert 500 == bench.box.fleeting_w


async def test_a_refused_write_is_said_with_what_to_look_at(bench: Bench[VictronBox]) -> None:
    """And nobody knows then what it holds."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.box.trouble, bench.box.refusal = Trouble.REFUSE, ExcCodes.ILLEGAL_FUNCTION
    says = r"refuses 0, 600 in register 2716: it does not do that \(code 1\); is it writable\?"
    with pytest.raises(RefusedError, match=says):
        await bench.battery.order(power(-1_400, grid_w=600))
    assert (await bench.battery.read()).ours is None
    bench.box.trouble = Trouble.WELL
    await bench.battery.order(power(-1_400, grid_w=600))
    assert 600 == bench.box.fleeting_w


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.MUTE, Trouble.GONE])
async def test_a_silent_one_is_told_again(bench: Bench[VictronBox], quick: None, trouble: Trouble) -> None:
    """Whether it had taken it or not, the same setpoint is written anew."""
    await bench.battery.order(power(-1_500, grid_w=500))
    bench.box.trouble = trouble
    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(UnreachableError):
            await bench.battery.read()
        with pytest.raises(UnreachableError):
            await bench.battery.order(power(-1_400, grid_w=600))
    bench.box.trouble = Trouble.WELL
    wrote = len(bench.writes)
    await bench.battery.order(power(-1_400, grid_w=600))
    assert [(GRID, (0, 600))] == bench.wrote(wrote)
    assert 600 == bench.box.fleeting_w


async def test_a_call_ends_within_its_time(bench: Bench[VictronBox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer comes in time, but all of them together do not."""
    monkeypatch.setattr(register_battery, "ANSWER_S", ANSWER_S / 3)
    bench.box.delay_s = 0.5
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(UnreachableError, match=r"did not answer within 1\.5 s"):
        await bench.battery.read()
    assert asyncio.get_running_loop().time() - began_s < 5
    assert 0 == bench.box.overlaps


async def test_it_is_found_again(bench: Bench[VictronBox]) -> None:
    """A GX that was away is connected to when it is back; what it is told then is written, whatever it held."""
    await bench.battery.order(power(-1_500, grid_w=500))
    port = bench.box.port
    await bench.box.close()
    await asyncio.sleep(0.05)
    with pytest.raises(UnreachableError, match=r"takes no connection.*on the GX: Settings, Integrations"):
        await bench.battery.read()
    await bench.box.listen(port)
    wrote = len(bench.writes)
    await bench.battery.order(power(-1_500, grid_w=500))
    assert [(GRID, (0, 500))] == bench.wrote(wrote)


async def test_calls_wait_for_one_another(bench: Bench[VictronBox]) -> None:
    """It never sees two questions at once."""
    bench.box.delay_s = 0.01
    await asyncio.gather(
        bench.battery.read(),
        bench.battery.order(power(-1_500, grid_w=500)),
        bench.battery.read(),
        bench.battery.order(power(-1_500, grid_w=600)),
        bench.battery.release(),
    )
    assert (0, 1) == (bench.box.overlaps, bench.box.visitors)


async def test_a_wrong_unit_is_told(bench: Bench[VictronBox]) -> None:
    """Its number is an option."""
    with pytest.raises(RefusedError, match="the device of that unit number does not answer it"):
        await bench.driver(unit=225).read()


async def test_a_smaller_battery_is_told_less(bench: Bench[VictronBox]) -> None:
    """Plugged into a socket it may give 800 W."""
    small = bench.driver(BatteryRules(name="balcony", capacity_wh=2_000, charge_w=800, discharge_w=800))
    assert -800.0 == await small.order(power(-2_000, grid_w=0))
    assert [(GRID, (0, 1_200))] == bench.writes
