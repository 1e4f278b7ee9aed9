"""SunSpec inverters, played by a box with their models and their timer."""

from collections.abc import AsyncIterator

import pytest

from lib.core.sun import LIMIT_S
from lib.inverters import RefusedError, UnreachableError
from lib.inverters.sunspec import SunSpec
from lib.sim.kostal_box import UNIT, open_kostal_box
from lib.sim.modbus_box import Trouble
from lib.sim.sunspec_inverter_box import ENABLED, LIMIT, TIMER, SunSpecInverterBox, open_sunspec_inverter_box
from tests.waiting import eventually

from .roofs import ToyPanels, a_clock, answered


class Bench:
    """A box, its panels and our driver."""

    def __init__(self, box: SunSpecInverterBox, panels: ToyPanels) -> None:
        self.box, self.panels = box, panels
        self.inverter = SunSpec(box.where, clock=a_clock())

    @property
    def writes(self) -> list[tuple[int, int]]:
        """What model 123 was told: offset and word."""
        start = self.box.models[123]
        return [(at - start, word) for _, at, words in self.box.writes for word in words]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An inverter of 5 kW on three phases whose panels give 3 kW."""
    panels = ToyPanels()
    bench = Bench(await open_sunspec_inverter_box(panels), panels)
    yield bench
    await bench.inverter.close()
    await bench.box.close()
    bench.box.unplug()


@pytest.mark.parametrize("model", [101, 102, 103, 111, 112, 113])
@pytest.mark.parametrize("base", [40_000, 50_000, 0])
async def test_each_model_at_each_place_is_found(model: int, base: int) -> None:
    """Whole numbers with their scale, or floats."""
    box = await open_sunspec_inverter_box(ToyPanels(), model=model, base=base)
    box.counted.wh = 1_000_000.0
    inverter = SunSpec(box.where, clock=a_clock())
    try:
        reading = await inverter.read()
        assert (100.0, 3_000.0, 5_000.0) == (reading.read_s, reading.power_w, reading.most_w)
        assert (None, True, False, "") == (reading.limit_w, reading.able, reading.asleep, reading.fault)
        assert reading.energy_wh == pytest.approx(1_000_000.0, abs=1)
    finally:
        await inverter.close()
        await box.close()


async def test_the_models_are_looked_for_once(bench: Bench) -> None:
    """A reading is one question for each of its two models."""
    await bench.inverter.read()
    asked = bench.box.asked
    await bench.inverter.read()
    assert 2 == bench.box.asked - asked


async def test_models_that_moved_are_found_anew(bench: Bench) -> None:
    """After an update of its firmware; until then nothing is made up."""
    await bench.inverter.read()
    port = bench.box.port
    await bench.box.close()
    other = SunSpecInverterBox(bench.panels, model=113)
    await other.listen(port)
    try:
        with pytest.raises(UnreachableError):
            await bench.inverter.read()
        assert 3_000.0 == (await answered(bench.inverter)).power_w
    finally:
        await other.close()


async def test_no_number_is_no_0(bench: Bench) -> None:
    """0x8000 is unknown, unless the inverter itself says that it sleeps."""
    bench.box.sleeps = True
    reading = await bench.inverter.read()
    assert (0.0, True) == (reading.power_w, reading.asleep)
    bench.box.sleeps, bench.box.mute = False, True
    reading = await bench.inverter.read()
    assert (None, False) == (reading.power_w, reading.asleep)


async def test_what_it_draws_by_night_is_no_sun(bench: Bench) -> None:
    """Never less than nothing."""
    bench.panels.sun_w = -20.0
    assert 0.0 == (await bench.inverter.read()).power_w


async def test_a_fault_is_told(bench: Bench) -> None:
    """With the maker's own number for it."""
    bench.box.faulty = True
    assert "the inverter is in fault (its own state 306)" == (await bench.inverter.read()).fault


@pytest.mark.parametrize("battery_w", [-1_200.0, 0.0, 1_200.0])
async def test_the_battery_behind_it_is_not_the_sun(battery_w: float) -> None:
    """Strings three and four of model 160 are what it takes and gives."""
    box = await open_sunspec_inverter_box(ToyPanels(), has_battery=True)
    box.battery_w = battery_w
    inverter = SunSpec(box.where, clock=a_clock())
    try:
        assert 3_000.0 == (await inverter.read()).power_w
    finally:
        await inverter.close()
        await box.close()


async def test_held_back_it_gives_less_until_it_is_let_go(bench: Bench) -> None:
    """Timer, limit and switch in this order, rounded down to what it takes; and the switch alone to let go."""
    await bench.inverter.hold(1_234.56)
    assert [(TIMER, round(LIMIT_S)), (LIMIT, 2_469), (ENABLED, 1)] == bench.writes
    reading = await bench.inverter.read()
    assert reading.limit_w == pytest.approx(1_234.5)
    assert 1_230.0 == reading.power_w
    bench.box.writes.clear()
    await bench.inverter.hold(None)
    assert [(ENABLED, 0)] == bench.writes
    assert (None, 3_000.0) == ((reading := await bench.inverter.read()).limit_w, reading.power_w)


@pytest.mark.parametrize(("limit_w", "word"), [(0.0, 0), (5_000.0, 10_000), (9_000.0, 10_000)])
async def test_a_limit_is_cut_to_what_it_can_be(bench: Bench, limit_w: float, word: int) -> None:
    """From nothing to its size; held back to its size it is not held back."""
    await bench.inverter.hold(limit_w)
    assert (LIMIT, word) in bench.writes
    assert (0.0 if not word else None) == (await bench.inverter.read()).limit_w


async def test_its_own_timer_lets_it_go_when_we_fall_silent(bench: Bench) -> None:
    """A minute after our last word; a repeated word begins that minute anew."""
    bench.box.speed = 200.0
    await bench.inverter.hold(1_000.0)
    assert 1_000.0 == bench.panels.power_w
    await eventually(lambda: bench.box.expired == 1)
    assert 3_000.0 == bench.panels.power_w
    assert (await bench.inverter.read()).limit_w is None


@pytest.mark.parametrize("timer_s", [0, 3_600])
async def test_without_a_timer_that_works_it_is_not_held_back(bench: Bench, timer_s: int) -> None:
    """It would stay so when we die; nothing but the timer was written."""
    bench.box.timer_s = timer_s
    with pytest.raises(RefusedError, match=f"its timer stays at {timer_s} s"):
        await bench.inverter.hold(1_000.0)
    assert [TIMER] == [offset for offset, _ in bench.writes]
    assert 3_000.0 == bench.panels.power_w


async def test_one_that_marks_its_timer_as_missing_is_not_able(bench: Bench) -> None:
    """Nothing is written to it."""
    bench.box.has_timer = False
    assert not (await bench.inverter.read()).able
    with pytest.raises(RefusedError, match="no SunSpec model 123 with a timer"):
        await bench.inverter.hold(1_000.0)
    assert [] == bench.writes


async def test_one_without_controls_is_not_able() -> None:
    """To let go of it is no harm."""
    box = await open_sunspec_inverter_box(ToyPanels(), has_control=False)
    inverter = SunSpec(box.where, clock=a_clock())
    try:
        assert not (await inverter.read()).able
        await inverter.hold(None)
        with pytest.raises(RefusedError, match="no SunSpec model 123"):
            await inverter.hold(1_000.0)
        assert [] == box.writes
    finally:
        await inverter.close()
        await box.close()


async def test_a_refusal_says_where_it_is_allowed(bench: Bench) -> None:
    """In its web interface."""
    bench.box.allowed = False
    with pytest.raises(RefusedError, match=r"is control over Modbus allowed in its web interface\?"):
        await bench.inverter.hold(1_000.0)
    assert 3_000.0 == bench.panels.power_w


async def test_one_that_takes_a_word_and_does_nothing_is_noticed(bench: Bench) -> None:
    """What it shows afterwards counts, not that it did not refuse."""
    await bench.inverter.hold(2_000.0)
    bench.box.deaf = True
    with pytest.raises(RefusedError, match="does not show it"):
        await bench.inverter.hold(1_000.0)


async def test_what_another_program_left_is_seen_and_let_go(bench: Bench) -> None:
    """Also before the first reading."""
    bench.box.leave(limit_w=500.0, timer_s=0)
    assert 500.0 == (await bench.inverter.read()).limit_w
    await bench.inverter.hold(None)
    assert 3_000.0 == bench.panels.power_w


async def test_nothing_of_sunspec_is_said_in_a_sentence() -> None:
    """Another device, which has other registers."""
    box = await open_kostal_box(ToyPanels())
    inverter = SunSpec(box.where, unit=UNIT, clock=a_clock())
    try:
        with pytest.raises(UnreachableError, match="has no SunSpec models: is it a SunSpec inverter"):
            await inverter.read()
    finally:
        await inverter.close()
        await box.close()


async def test_a_meter_is_no_inverter() -> None:
    """It keeps to SunSpec and has no model of an inverter."""
    box = await open_sunspec_inverter_box(ToyPanels(), model=0)
    inverter = SunSpec(box.where, clock=a_clock())
    try:
        with pytest.raises(UnreachableError, match="has no model of an inverter: is unit 1 it"):
            await inverter.read()
    finally:
        await inverter.close()
        await box.close()


async def test_one_that_hangs_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within five seconds, and asked again."""
    await bench.inverter.read()
    monkeypatch.setattr("lib.inverters.sunspec.ANSWER_S", 0.2)
    bench.box.trouble = Trouble.HANG
    for asking in (bench.inverter.read, lambda: bench.inverter.hold(1_000.0)):
        with pytest.raises(UnreachableError, match=r"does not answer within 0\.2 s"):
            await asking()
    bench.box.trouble = Trouble.WELL
    assert 3_000.0 == (await bench.inverter.read()).power_w


async def test_one_that_sleeps_is_unreachable_and_wakes(bench: Bench) -> None:
    """At night nobody listens at its port."""
    await bench.inverter.read()
    port = bench.box.port
    await bench.box.close()
    for _ in range(2):
        with pytest.raises(UnreachableError):
            await bench.inverter.read()
    await bench.box.listen(port)
    assert 3_000.0 == (await answered(bench.inverter)).power_w
