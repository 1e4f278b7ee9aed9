"""A Kostal, played by a box that speaks Modbus as it does."""

from collections.abc import AsyncIterator

import pytest

from lib.inverters import RefusedError, UnreachableError
from lib.inverters.kostal import Kostal
from lib.sim.kostal_box import KostalBox, open_kostal_box
from lib.sim.modbus_box import Trouble

from .roofs import ToyPanels, a_clock, answered


@pytest.fixture
async def box() -> AsyncIterator[KostalBox]:
    """A box whose panels give 3 kW, with a battery that does nothing."""
    box = await open_kostal_box(ToyPanels())
    yield box
    await box.close()


@pytest.fixture
async def inverter(box: KostalBox) -> AsyncIterator[Kostal]:
    """Our driver."""
    inverter = Kostal(box.where, clock=a_clock())
    yield inverter
    await inverter.close()


@pytest.mark.parametrize("high_first", [False, True])
async def test_both_orders_of_words_are_understood(box: KostalBox, inverter: Kostal, high_first: bool) -> None:
    """Register 5 tells which; it is delivered with the low word first."""
    box.high_first = high_first
    box.counted.wh = 500_000.0
    reading = await inverter.read()
    assert (100.0, 3_000.0, False, False) == (reading.read_s, reading.power_w, reading.able, reading.asleep)
    assert reading.energy_wh == pytest.approx(500_000.0, abs=1)


async def test_an_order_that_its_owner_changes_is_asked_for_after_a_new_connection(
    box: KostalBox, inverter: Kostal
) -> None:
    """The inverter hangs up when its settings change."""
    await inverter.read()
    port = box.port
    await box.close()
    box.high_first = True
    await box.listen(port)
    assert 3_000.0 == (await answered(inverter)).power_w


@pytest.mark.parametrize(("battery_w", "sun_w"), [(1_500, 3_000.0), (-1_500, 3_000.0)])
async def test_the_battery_behind_it_is_not_the_sun(
    box: KostalBox, inverter: Kostal, battery_w: int, sun_w: float
) -> None:
    """What comes out at the grid's side is the sun and the battery together."""
    box.battery_w = battery_w
    assert sun_w == (await inverter.read()).power_w


async def test_one_without_a_battery_is_asked_for_it_once() -> None:
    """A Piko IQ has no such register; its other numbers count."""
    box = await open_kostal_box(ToyPanels(2_000.0), has_battery=False)
    inverter = Kostal(box.where, clock=a_clock())
    try:
        assert [2_000.0, 2_000.0] == [(await inverter.read()).power_w for _ in range(2)]
        assert 5 == box.asked  # order, power, yield; power, yield
    finally:
        await inverter.close()
        await box.close()


async def test_what_it_does_not_know_is_not_0(box: KostalBox, inverter: Kostal) -> None:
    """It then says not-a-number."""
    box.knows_power = False
    assert (await inverter.read()).power_w is None


async def test_another_box_is_told_from_a_kostal(box: KostalBox, inverter: Kostal) -> None:
    """By the word order, which is 0 or 1."""
    box.order = 7
    with pytest.raises(UnreachableError, match="is it a Kostal"):
        await inverter.read()


async def test_a_no_is_weather(box: KostalBox, inverter: Kostal) -> None:
    """It may be starting; the next question is answered."""
    box.trouble = Trouble.BUSY
    with pytest.raises(UnreachableError, match="busy"):
        await inverter.read()
    box.trouble = Trouble.WELL
    assert 3_000.0 == (await inverter.read()).power_w


async def test_one_that_hangs_is_given_up(box: KostalBox, inverter: Kostal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within five seconds, and it is asked again."""
    monkeypatch.setattr("lib.inverters.kostal.ANSWER_S", 0.2)
    box.trouble = Trouble.HANG
    with pytest.raises(UnreachableError, match=r"does not answer within 0\.2 s"):
        await inverter.read()
    box.trouble = Trouble.WELL
    assert 3_000.0 == (await inverter.read()).power_w


async def test_one_that_sleeps_is_unreachable_and_wakes(box: KostalBox, inverter: Kostal) -> None:
    """At night nobody listens at its port."""
    await inverter.read()
    port = box.port
    await box.close()
    for _ in range(2):
        with pytest.raises(UnreachableError):
            await inverter.read()
    await box.listen(port)
    assert 3_000.0 == (await answered(inverter)).power_w


async def test_it_holds_nothing_back(inverter: Kostal) -> None:
    """To let go of nothing is no harm."""
    await inverter.hold(None)
    with pytest.raises(RefusedError, match='set make to "sunspec"'):
        await inverter.hold(1_000.0)
