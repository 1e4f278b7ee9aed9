"""Chargers that dial in and go by a clock that is not ours: they never take more than they are told or is safe."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from lib.core.charger import Order

from .ocpp_bench import GO_16, Bench, a_point, until

GO_7 = Order(current_a=7.0, go=True)
SAFE_A = 6.0
HOURS = timedelta(hours=3)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Nobody has dialled in yet."""
    bench = Bench()
    yield bench
    await bench.close()
    assert [] == [slip for box in bench.boxes for slip in box.slips]


async def plugged_in(bench: Bench) -> None:
    """A car comes, and is told 7 A."""
    bench.box.point.plug_in()
    await until(lambda: bench.charger._connector.status == "Preparing")
    await bench.charger.read()
    await bench.told(GO_7)
    await until(lambda: bench.box.transaction is not None)


async def plugged_in_again(bench: Bench) -> None:
    """Another car comes, and is told 7 A."""
    box = bench.box
    box.point.unplug()
    await until(lambda: box.transaction is None and box._status == "Available")
    await bench.live(5)
    await plugged_in(bench)
    await bench.charger.read()


@pytest.mark.parametrize("step", [HOURS, -HOURS], ids=["forward", "back"])
async def test_a_pi_whose_clock_is_put_right_late_lets_nobody_charge_unlimited(bench: Bench, step: timedelta) -> None:
    """The charger still goes by the time that it was told at its start, and hears the right one minutes later."""
    await bench.open()
    await bench.charging(GO_16)
    bench.clock.set(bench.clock.now() + step)
    await plugged_in_again(bench)
    await until(lambda: bench.box.offer_a == GO_7.current_a)
    before = bench.box.ahead
    for _ in range(70):
        await bench.live(5)
        assert SAFE_A <= bench.box.offer_a <= GO_7.current_a
    await until(lambda: bench.box.ahead != before)
    await until(lambda: bench.box.offer_a == GO_7.current_a)
    bench.turn(31)
    assert SAFE_A == bench.box.offer_a


@pytest.mark.parametrize("off_s", [-600.0, 600.0])
async def test_a_clock_that_is_minutes_off_is_reckoned_with(bench: Bench, off_s: float) -> None:
    """Safe from the plug-in on; told by its own clock as soon as its meter said twice how far that is off."""
    await bench.open(point=a_point(plugged=False), off_s=off_s)
    await bench.live(30)
    await plugged_in(bench)
    for _ in range(12):
        await bench.live(5)
        assert SAFE_A <= bench.box.offer_a <= GO_7.current_a
    reading = await bench.charger.read()
    assert (GO_7.current_a, True) == (bench.box.offer_a, reading.watched)
    assert f"its clock is {off_s:+.0f} s off" in reading.warning
    bench.turn(31)
    assert SAFE_A == bench.box.offer_a


async def test_a_clock_of_another_zone_leaves_it_at_what_is_safe_at_most(bench: Bench) -> None:
    """Nobody can say whether it only writes it so: its orders may not count, what is safe does."""
    await bench.open(point=a_point(plugged=False), off_s=-7200.0)
    await plugged_in(bench)
    for _ in range(12):
        await bench.live(5)
        assert SAFE_A == bench.box.offer_a
