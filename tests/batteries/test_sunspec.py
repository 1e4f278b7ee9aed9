"""A battery of SunSpec's model 124: two rates, a mode that switches them on, and a timer that ends all of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import pytest

from lib.batteries import BatterySetupError, RefusedError, UnreachableError
from lib.core.battery import BatteryRules
from lib.modbus import link
from lib.sim.modbus_box import Trouble
from lib.sim.sunspec_box import GRID, MODE, OUT, TIMER, SunSpecBox, open_sunspec_box

from .register_bench import Bench, a_battery, power


@pytest.fixture
async def bench() -> AsyncIterator[Bench[SunSpecBox]]:
    """A GEN24 with half a battery of 5 kW both ways, in a house that draws 2 kW."""
    cell = a_battery()
    box = await open_sunspec_box(cell)
    cell.look(2_000.0)
    bench = Bench("sunspec", box, cell)
    yield bench
    await bench.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a second instead of three."""
    monkeypatch.setattr(link, "ANSWER_S", 0.3)


def points(bench: Bench[SunSpecBox], since: int = 0) -> list[tuple[int, tuple[int, ...]]]:
    """What was written, by its offset in model 124."""
    at = bench.box.models[124]
    return [(address - at, words) for address, words in bench.wrote(since)]


def below(raw: int) -> int:
    """A word below zero."""
    return 0x10000 - raw


async def test_what_it_says_is_read(bench: Bench[SunSpecBox]) -> None:
    """Its power from the two strings that are its battery."""
    reading = await bench.battery.read()
    assert (50.0, -2_000.0) == (reading.soc_pct, reading.power_w)
    assert (5_000.0, 5_000.0, False, "") == (reading.charge_w, reading.discharge_w, reading.ours, reading.warning)
    assert "29301000001" == reading.serial
    assert (60.0, False, False) == (bench.battery.watchdog_s, bench.battery.stored, bench.battery.by_grid)


async def test_charging_is_a_least_power_that_goes_in(bench: Bench[SunSpecBox]) -> None:
    """The timer first, the rates then, and the mode last: it switches on only what is right already."""
    assert 3_000.0 == await bench.battery.order(power(3_000))
    assert [(TIMER, (60,)), (GRID, (1,)), (OUT, (below(6_000), 10_000)), (MODE, (2,))] == points(bench)
    assert 3_000 == bench.cell.power_w
    bench.turn(3)
    reading = await bench.battery.read()
    assert (3_000.0, 3_000.0, True, "") == (reading.power_w, reading.set_w, reading.ours, reading.warning)


async def test_discharging_is_a_least_power_that_comes_out(bench: Bench[SunSpecBox]) -> None:
    """By the other rate, and the other bit."""
    assert -2_500.0 == await bench.battery.order(power(-2_500))
    assert [(TIMER, (60,)), (OUT, (10_000, below(5_000))), (MODE, (1,))] == points(bench)
    assert -2_500 == bench.cell.power_w


async def test_rest_is_both_rules_at_nothing(bench: Bench[SunSpecBox]) -> None:
    """So it neither takes the sun nor gives to the house."""
    assert 0.0 == await bench.battery.order(power(0))
    assert [(TIMER, (60,)), (OUT, (0, 0)), (MODE, (3,))] == points(bench)
    assert 0 == bench.cell.power_w


async def test_another_power_is_one_write_and_the_same_none(bench: Bench[SunSpecBox]) -> None:
    """Only the rate differs."""
    await bench.battery.order(power(3_000))
    asked = bench.box.asked
    await bench.battery.order(power(3_000))
    assert asked == bench.box.asked
    await bench.battery.order(power(2_000))
    assert asked + 1 == bench.box.asked
    assert (OUT, (below(4_000),)) == points(bench)[-1]
    assert 2_000 == bench.cell.power_w


@pytest.mark.parametrize("way", [(3_000.0, -2_000.0, 0.0), (0.0, 1_000.0, -1_000.0), (-1_000.0, 0.0, 2_000.0)])
async def test_it_turns_round(bench: Bench[SunSpecBox], way: Sequence[float]) -> None:
    """From any of the three to any other."""
    for power_w in way:
        await bench.battery.order(power(power_w))
        assert power_w == bench.cell.power_w


async def test_it_is_handed_back_with_the_mode_last(bench: Bench[SunSpecBox]) -> None:
    """Both rates at 100 %, and what allows it to charge from the grid as it was found."""
    await bench.battery.order(power(3_000))
    wrote = len(bench.writes)
    await bench.battery.release()
    assert [(OUT, (10_000, 10_000)), (GRID, (0,)), (MODE, (0,))] == points(bench, wrote)
    assert (False, -2_000) == (bench.cell.is_told, bench.cell.power_w)
    reading = await bench.battery.read()
    assert (None, False, "") == (reading.set_w, reading.ours, reading.warning)


async def test_without_a_word_it_goes_back_by_itself(bench: Bench[SunSpecBox]) -> None:
    """That is noticed, and the next order tells it all anew."""
    await bench.battery.order(power(3_000))
    bench.turn(59)
    assert 3_000 == bench.cell.power_w
    bench.turn(2)
    assert (1, -2_000) == (bench.cell.expired, bench.cell.power_w)
    reading = await bench.battery.read()
    assert (None, False) == (reading.set_w, reading.ours)
    assert "it is back in its own mode: its watchdog ended, or somebody else handed it back" == reading.warning
    await bench.battery.order(power(3_000))
    assert 3_000 == bench.cell.power_w


async def test_told_again_at_a_third_of_its_time_it_goes_on(bench: Bench[SunSpecBox]) -> None:
    """All of it is written then; in between nothing is."""
    for second in range(600):
        if second % 20 == 0:
            await bench.battery.order(power(3_000))
        bench.turn(1)
    assert (0, 3_000) == (bench.cell.expired, bench.cell.power_w)
    assert 30 * 4 == len(bench.writes)


async def test_told_each_second_it_is_refreshed_no_oftener(bench: Bench[SunSpecBox]) -> None:
    """A little before a third of its time is over."""
    for _ in range(600):
        await bench.battery.order(power(3_000))
        bench.turn(1)
    assert (0, 3_000) == (bench.cell.expired, bench.cell.power_w)
    assert len(bench.writes) <= 34 * 4


async def test_a_power_that_moves_each_second_is_refreshed_too(bench: Bench[SunSpecBox]) -> None:
    """A write of one rate may or may not start its timer anew, so it does not count."""
    for second in range(120):
        await bench.battery.order(power(-1_000 - second))
        bench.turn(1)
    timers = [words for offset, words in points(bench) if offset == TIMER]
    assert (0, 7) == (bench.cell.expired, len(timers))


async def test_its_timer_is_an_option(bench: Bench[SunSpecBox]) -> None:
    """From 60 to 120 s."""
    battery = bench.driver(watchdog_s=120)
    await battery.order(power(3_000))
    assert (120.0, (TIMER, (120,))) == (battery.watchdog_s, points(bench)[0])


async def test_a_timer_that_does_not_hold_is_said(bench: Bench[SunSpecBox]) -> None:
    """Then it has no watchdog, and whoever steers it has to know."""
    bench.box.timer_works = False
    await bench.battery.order(power(3_000))
    bench.turn(3)
    reading = await bench.battery.read()
    assert (True, None) == (reading.ours, bench.battery.watchdog_s)
    assert "it has no watchdog" in reading.warning
    bench.box.timer_works = True
    bench.clock.turn(60)
    battery = bench.driver()
    await battery.order(power(2_000))
    assert "" == (await battery.read()).warning


@pytest.mark.parametrize("base", [40_000, 50_000, 0])
async def test_it_is_found_wherever_its_models_begin(base: int) -> None:
    """By the scan of SunSpec, whatever stands before it."""
    cell = a_battery()
    bench = Bench("sunspec", await open_sunspec_box(cell, base=base, models=(1, 103, 124, 160)), cell)
    await bench.battery.order(power(1_000))
    assert 1_000 == cell.power_w
    assert 50.0 == (await bench.battery.read()).soc_pct
    await bench.close()


@pytest.mark.parametrize(("scale", "step_w"), [(0, 50.0), (-1, 5.0), (-2, 0.5)])
async def test_a_rate_is_in_its_own_steps(scale: int, step_w: float) -> None:
    """It is told no more than it shall do, and what it takes is said."""
    cell = a_battery()
    bench = Bench("sunspec", await open_sunspec_box(cell, rate_scale=scale), cell)
    for power_w in (1_049.0, -1_049.0, 49.0, -0.4):
        took_w = await bench.battery.order(power(power_w))
        assert int(abs(power_w) / step_w) * step_w == abs(took_w)
        assert round(took_w) == cell.power_w
    await bench.close()


async def test_a_battery_that_says_nothing_of_its_power_is_not_guessed_at() -> None:
    """Without model 160, or with one whose strings are all panels."""
    for models, maker in (((1, 103, 124), "Fronius"), ((1, 103, 124), "Acme")):
        cell = a_battery()
        bench = Bench("sunspec", await open_sunspec_box(cell, models=models, maker=maker), cell)
        reading = await bench.battery.read()
        assert (None, 50.0, None) == (reading.power_w, reading.soc_pct, reading.charged_wh)
        await bench.close()


async def test_a_bank_tells_its_power_too() -> None:
    """Model 802 counts discharge as +."""
    cell = a_battery()
    bench = Bench("sunspec", await open_sunspec_box(cell, models=(1, 103, 124, 802), maker="Acme"), cell)
    await bench.battery.order(power(-1_200))
    assert -1_200.0 == (await bench.battery.read()).power_w
    await bench.close()


async def test_its_counters_are_read_where_it_has_them(bench: Bench[SunSpecBox]) -> None:
    """Zero means that it does not count."""
    assert None is (await bench.battery.read()).charged_wh
    await bench.battery.order(power(4_000))
    bench.turn(55)
    await bench.battery.order(power(-4_000))
    bench.turn(55)
    reading = await bench.driver().read()
    assert (61.0, 61.0) == (reading.charged_wh, reading.discharged_wh)


async def test_an_inverter_without_storage_is_the_owners_slip() -> None:
    """It will never be one."""
    cell = a_battery()
    bench = Bench("sunspec", await open_sunspec_box(cell, models=(1, 103)), cell)
    with pytest.raises(BatterySetupError, match=r"has no storage that can be told anything .SunSpec's model 124"):
        await bench.battery.read()
    await bench.close()


async def test_one_that_is_not_allowed_says_where_to_allow_it(bench: Bench[SunSpecBox]) -> None:
    """It may be read all the same."""
    bench.box.allowed = False
    with pytest.raises(RefusedError, match=r"refuses 60 in register .*; switch on inverter control via Modbus"):
        await bench.battery.order(power(3_000))
    assert 50.0 == (await bench.battery.read()).soc_pct
    bench.box.allowed = True
    assert 3_000.0 == await bench.battery.order(power(3_000))


async def test_a_second_hand_is_noticed(bench: Bench[SunSpecBox]) -> None:
    """Another program holds it: it is named by what it wrote."""
    await bench.battery.order(power(3_000))
    bench.turn(3)
    bench.box.take(bench.box.models[124] + OUT, [0, 10_000])
    reading = await bench.battery.read()
    assert reading.ours is False
    assert f"register {bench.box.models[124] + OUT} says 0 instead of 3000: another program steers it" == (
        reading.warning
    )
    await bench.battery.order(power(3_000))
    assert 3_000 == bench.cell.power_w


async def test_a_timer_that_another_program_left_is_set_again(bench: Bench[SunSpecBox]) -> None:
    """It would let go far too late."""
    await bench.battery.order(power(3_000))
    bench.turn(3)
    bench.box.take(bench.box.models[124] + TIMER, [3_600])
    await bench.battery.read()
    await bench.battery.order(power(3_000))
    assert 60 == bench.box.points[TIMER]


async def test_a_restart_is_no_meddling(bench: Bench[SunSpecBox]) -> None:
    """It follows nobody then, and is told anew."""
    await bench.battery.order(power(3_000))
    bench.turn(3)
    bench.box.restart()
    await asyncio.sleep(0.05)
    assert "it is back in its own mode: it was restarted" == (await bench.battery.read()).warning
    await bench.battery.order(power(3_000))
    assert 3_000 == bench.cell.power_w


@pytest.mark.parametrize("first", ["read", "order", "release"])
async def test_models_that_moved_are_looked_for_anew(bench: Bench[SunSpecBox], first: str) -> None:
    """Its owner chose floats for its inverter model, which are longer: what is behind moves, and is never missed."""
    await bench.battery.order(power(3_000))
    port = bench.box.port
    await bench.box.close()
    bench.box = await open_sunspec_box(bench.cell, port, models=(1, 113, 160, 124))
    battery = bench.battery
    asks: dict[str, Callable[[], Awaitable[object]]] = {
        "read": battery.read,
        "order": partial(battery.order, power(1_000)),
        "release": battery.release,
    }
    with pytest.raises(UnreachableError, match="has moved its registers: does it start anew"):
        await asks[first]()
    assert [] == bench.writes
    reading = await bench.battery.read()
    assert (50.0, None) == (reading.soc_pct, reading.ours)
    assert 1_000.0 == await bench.battery.order(power(1_000))
    assert [(TIMER, (60,)), (GRID, (1,)), (OUT, (below(2_000), 10_000)), (MODE, (2,))] == points(bench)
    assert 1_000 == bench.cell.power_w


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.MUTE, Trouble.GONE])
async def test_a_silent_one_is_told_all_anew(bench: Bench[SunSpecBox], quick: None, trouble: Trouble) -> None:
    """Nobody knows how far it came."""
    await bench.battery.order(power(3_000))
    bench.box.trouble = trouble
    with pytest.raises(UnreachableError):
        await bench.battery.order(power(2_000))
    bench.box.trouble = Trouble.WELL
    wrote = len(bench.writes)
    await bench.battery.order(power(-1_000))
    assert 3 == len(bench.wrote(wrote))
    assert -1_000 == bench.cell.power_w


async def test_calls_wait_for_one_another(bench: Bench[SunSpecBox]) -> None:
    """It never sees two questions at once."""
    bench.box.delay_s = 0.01
    await asyncio.gather(bench.battery.read(), bench.battery.order(power(3_000)), bench.battery.release())
    assert (0, 1) == (bench.box.overlaps, bench.box.visitors)


async def test_no_more_than_its_owner_allows(bench: Bench[SunSpecBox]) -> None:
    """Nor than it can."""
    assert (4_000.0, -4_000.0) == (await bench.battery.order(power(9_000)), await bench.battery.order(power(-9_000)))
    wide = bench.driver(BatteryRules(name="cellar", capacity_wh=10_000, charge_w=10_000, discharge_w=10_000, phases=3))
    assert (5_000.0, -5_000.0) == (await wide.order(power(9_000)), await wide.order(power(-9_000)))


async def test_one_that_hangs_between_two_writes_is_not_half_told_for_long(
    bench: Bench[SunSpecBox], quick: None
) -> None:
    """The mode still says the old direction; the timer ends that, too."""
    await bench.battery.order(power(3_000))
    bench.turn(1)
    bench.box.trouble = Trouble.HANG
    with pytest.raises(UnreachableError):
        await bench.battery.order(power(-3_000))
    bench.turn(60)
    assert not bench.cell.is_told
