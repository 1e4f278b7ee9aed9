"""A charger behind a phase relay: the relay moves only while nothing flows, whatever happens."""

import asyncio
import random
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]  # it has no types

from lib.chargers import RefusedError, UnreachableError
from lib.chargers.goe_v1 import GoeV1
from lib.chargers.point import Point
from lib.chargers.relay import Relayed, open_relay
from lib.core.charger import Accepted, Balked, ChargerEvent, ChargerReading, ChargerRules, Order, Plug
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.goe_box import OldGoeBox, open_goe_box
from tests.meters.virtual import LoopClock, in_virtual_time
from tests.sim.builders import NOON
from tests.waiting import eventually

from .lasting_pin import level
from .recorded import vectors
from .test_relay import child
from .toy import ToyCharger

ROWS = [row for said in vectors("goe_v1_status") for row in said["rows"]]
STEP_S = 0.02


class Drawing(ToyCharger):
    """A charger whose car draws, and goes on for `slow_s` after a pause. resets: when it was started anew."""

    def __init__(self) -> None:
        super().__init__()
        self.polite_s = 0.0
        self.slow_s = 4.0
        self.resets: list[float] = []
        self.paused_s = -100.0

    async def read(self) -> ChargerReading:
        """With what flows."""
        reading = await super().read()
        flows = not self.paused or reading.read_s - self.paused_s < self.slow_s
        plug = Plug.CHARGING if flows else Plug.CONNECTED
        return replace(reading, plug=plug, phases_a=(self.current_a * flows, 0.0, 0.0), phases=None)

    async def order(self, order: Order) -> Accepted:
        """Remember since when it pauses."""
        if not order.go and not self.paused:
            self.paused_s = asyncio.get_running_loop().time()
        return replace(await super().order(order), phases=None)

    async def reset(self) -> None:
        """Start anew."""
        self.resets.append(asyncio.get_running_loop().time())


class Day:
    """A point with such a charger behind a relay. moved: when the relay did, and whether current flowed."""

    def __init__(self) -> None:
        self.charger = Drawing()
        factory = MockFactory()
        factory.pin("GPIO26").drive_high()  # the coil has no current: one phase
        self.relay = open_relay("garage", {}, factory=factory)
        self.moved: list[tuple[float, int, bool]] = []
        switch = self.relay.switch

        def see(phases: int) -> None:
            now_s = asyncio.get_running_loop().time()
            flows = not self.charger.paused or now_s - self.charger.paused_s < self.charger.slow_s
            self.moved.append((now_s, phases, flows))
            switch(phases)

        self.relay.switch = see  # type: ignore[method-assign]  # to see when it moves
        self.relayed = Relayed(self.charger, self.relay, name="garage", clock=LoopClock())
        self.heard: list[ChargerEvent] = []
        self.point = Point("garage", self.relayed, self.heard.append, clock=LoopClock())

    async def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)


def play(story: Callable[[Day], Coroutine[Any, Any, None]]) -> Day:
    """A day as the story goes."""

    async def whole() -> Day:
        day = Day()
        task = asyncio.create_task(day.point.run())
        await story(day)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert not [one for one in day.moved if one[2]]
        return day

    return in_virtual_time(whole())


def go(current_a: float, phases: int) -> Order:
    """Charge with so much on so many phases."""
    return Order(current_a=current_a, go=True, phases=phases)


def test_pause_wait_move_start_anew_go() -> None:
    """In this order, and the relay only when nothing flows."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(20)
        day.point.want(go(10, 3))
        await day.pass_by(60)

    day = play(story)
    assert [3] == [phases for _, phases, _ in day.moved]
    assert [True, False, False, True] == [order.go for _, order in day.charger.told]  # the wait is asked for again
    (moved_s, *_), (reset_s,) = day.moved[0], day.charger.resets
    assert day.charger.paused_s + day.charger.slow_s < moved_s
    assert 2.0 == pytest.approx(reset_s - moved_s)
    assert (3, False) == (day.relay.phases, day.charger.paused)


def test_while_it_switches_nobody_knows_its_phases() -> None:
    """Before and after, those of the relay."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(20)
        day.point.want(go(10, 3))
        await day.pass_by(60)

    readings = [event.reading for event in play(story).heard if hasattr(event, "reading")]
    phases = [reading.phases for reading in readings]
    assert (1, 3, True) == (phases[0], phases[-1], None in phases)


def test_a_car_that_does_not_stop_keeps_its_phases() -> None:
    """The relay stays, and that is told."""

    async def story(day: Day) -> None:
        day.charger.slow_s = 10_000.0
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(20)
        day.point.want(go(10, 3))
        await day.pass_by(300)

    day = play(story)
    assert ([], 1) == (day.moved, day.relay.phases)
    assert "still draws" in [event.why for event in day.heard if isinstance(event, Balked)][-1]


def test_after_a_read_that_failed_it_does_not_move() -> None:
    """Only what was just said counts."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(20)
        day.point.want(go(10, 3))
        await day.pass_by(1)
        day.charger.trouble = UnreachableError("no answer")
        await day.pass_by(60)
        assert [] == day.moved
        day.charger.trouble = None
        await day.pass_by(90)

    assert 3 == play(story).relay.phases


def test_an_order_that_is_taken_back_leaves_the_relay() -> None:
    """The phases that it has are wanted again before it moved."""

    async def story(day: Day) -> None:
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(20)
        day.point.want(go(10, 3))
        await day.pass_by(1)
        day.point.want(go(10, 1))
        await day.pass_by(30)

    day = play(story)
    assert ([], False) == (day.moved, day.charger.paused)


async def test_a_relay_elsewhere_refuses_other_phases() -> None:
    """With the reason; all else goes on."""
    charger = Drawing()
    relayed = Relayed(charger, open_relay("garage", {"host": "pi1"}, host="pi2"), name="garage")
    with pytest.raises(RefusedError, match="it hangs on pi1, and this is pi2"):
        await relayed.order(go(10, 3))
    assert (await relayed.order(Order(current_a=9.0, go=True))).go
    await relayed.close(restore=True)
    assert charger.closed


class Fixed(ToyCharger):
    """A charger that answers as it is told to."""

    answer: ChargerReading

    async def read(self) -> ChargerReading:
        """That."""
        return self.answer


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_relay_and_charger_that_disagree_are_warned_of(row: dict[str, Any]) -> None:
    """As the recorded cases have it: the charger counts other phases than the relay gives it, or none."""
    box = OldGoeBox(ChargePoint(start=NOON))
    box._state = lambda: row["status"]  # type: ignore[method-assign]  # it says what was recorded
    await box.listen()
    goe = GoeV1(box.where, rules=ChargerRules(name="garage"))
    relay = open_relay("garage", {"enabled": row["relay_phases"] is not None}, factory=MockFactory())
    if row["relay_phases"]:
        relay.switch(row["relay_phases"])
    reading = await Relayed(goe, relay, name="garage").read()
    assert (row["expect"]["wb_error"] == 100) is bool(reading.warning)
    await goe.close(restore=False)
    await box.close()


@pytest.fixture
async def box() -> AsyncIterator[OldGoeBox]:
    """A go-e of API v1 with a car that charges, on one phase."""
    settings = ChargeSettings(current_a=10.0)
    box = await open_goe_box(ChargePoint(start=NOON, car=Car(soc_pct=20), settings=settings), old=True)
    assert isinstance(box, OldGoeBox)
    box.relay_phases = 1
    yield box
    await box.close()


async def wired(box: OldGoeBox, line: Path) -> None:
    """The wire from the relay to the charger, and a second of it in each step."""
    while True:
        await asyncio.sleep(STEP_S)
        phases = 1 if level(line) else 3
        if phases != box.relay_phases:
            box.relay_phases = phases
        box.point.step(1.0)


async def test_killed_at_any_instant_it_never_switches_under_load(box: OldGoeBox, tmp_path: Path) -> None:
    """The program is killed in the midst of it, again and again: no phase is ever cut while current flows on it."""
    line = tmp_path / "line"
    wiring = asyncio.create_task(wired(box, line))
    chance = random.Random(7)
    done = threading.Event()

    def live(phases: int, for_s: float) -> None:
        with child(line, "point", box.where) as program:
            tell(program, phases, for_s)

    def tell(program: subprocess.Popen[str], phases: int, for_s: float) -> None:
        assert program.stdin
        assert program.stdout
        program.stdout.readline()
        program.stdin.write(f"{phases}\n")
        program.stdin.flush()
        done.wait(for_s)

    for at in range(8):
        await asyncio.to_thread(live, 3 if at % 2 == 0 else 1, chance.uniform(0.0, 0.8))
    ending = asyncio.create_task(asyncio.to_thread(live, 3, 20.0))
    await eventually(lambda: box.relay_phases == 3 and box.point.power_w == 6900)
    done.set()
    await ending
    assert not wiring.done()
    wiring.cancel()
    assert 0 == box.point.cut_under_load
