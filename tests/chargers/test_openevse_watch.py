"""An OpenEVSE's own watchdog: whoever steers it dies, and the box is at its safe current within the lease."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from lib.chargers.openevse import OpenEvse
from lib.chargers.openevse_watch import WATCH_S
from lib.chargers.point import Pace, Point
from lib.core.charger import ChargerEvent, ChargerRules, Meddled, Missed, Order, Plug, Told, Took
from lib.sim.http_box import Trouble
from lib.sim.openevse_box import CONFIG
from lib.sim.openevse_words import Firmware
from tests.waiting import eventually

from .openevse_bench import GO_10, GO_16, PAUSE, RULES, Bench, a_bench

LEASE_S = 30.0
WATCHED = (Firmware.V2, Firmware.V5)
STEP_S = 0.01  # of ours, in each of which a second of the box passes
# A point reckons by the box's clock here, and waits by that of the loop.
QUICK = Pace(plugged_s=0.05, empty_s=0.05, look_s=0.05, raise_s=0.05, first_s=0.05, looks_s=0.5)


@pytest.fixture(params=Firmware, ids=lambda firmware: firmware.name)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """One of each age."""
    bench = await a_bench(request.param)
    yield bench
    await bench.close()


def only(*ages: Firmware) -> pytest.MarkDecorator:
    """The bench with these alone."""
    return pytest.mark.parametrize("bench", ages, indirect=True, ids=lambda firmware: firmware.name)


def shaper(bench: Bench) -> tuple[object, object]:
    """Whether its load shaper is on, and how patient it is."""
    return bench.box.settings[CONFIG[0]], bench.box.settings[CONFIG[1]]


def safe(bench: Bench) -> tuple[float, int]:
    """Amperes that the car may draw at most, and watts that it does, once it has fallen."""
    return (0.0, 0) if bench.box.firmware is Firmware.V5 else (6.0, 4140)


@only(*WATCHED)
async def test_whoever_steers_dies_and_it_falls_within_the_lease(bench: Bench) -> None:
    """A younger one pauses, an old one falls to 6 A; not a second before its time."""
    await bench.charger.order(GO_16)
    await bench.steer(60)
    assert 11_040 == bench.point.power_w
    bench.turn(WATCH_S - 1)
    assert (16.0, False) == bench.told
    bench.turn(LEASE_S - WATCH_S + 1)
    allowed_a, drawn_w = safe(bench)
    assert allowed_a == (0.0 if bench.told[1] else bench.told[0])
    bench.turn(30)
    assert drawn_w == bench.point.power_w


@only(*WATCHED)
async def test_it_comes_back_with_an_order_and_not_before(bench: Bench) -> None:
    """A new run looks, and is told it is left to itself; what it orders holds, less than before."""
    await bench.charger.order(GO_16)
    await bench.steer(20)
    bench.turn(60)
    fallen, owner = bench.told, bench.charger.owner
    charger = bench.start(owner)
    for _ in range(3):
        assert (None, fallen) == ((await charger.read()).paused, bench.told)
        bench.turn(5)
    await charger.order(GO_10)
    await bench.steer(60)
    assert (10.0, False, 6900) == (*bench.told, bench.point.power_w)
    assert (await charger.read()).warning == ""


@only(*WATCHED)
@pytest.mark.parametrize("every_s", [2, 5, 20])
async def test_reads_alone_keep_it_awake(bench: Bench, every_s: int) -> None:
    """Each 2 s after an order, each 5 s with a car, each 20 s without."""
    await bench.charger.order(GO_10)
    for _ in range(200 // every_s):
        bench.turn(every_s)
        await bench.charger.read()
        assert (10.0, False) == bench.told


@only(*WATCHED)
async def test_one_that_fell_says_so_once_and_is_as_it_was_told(bench: Bench) -> None:
    """It starved although we live, as when its WiFi was gone: nobody takes that for its owner's hand."""
    await bench.charger.order(GO_10)
    await bench.steer(20)
    bench.point.step(40)  # its time alone
    reading = await bench.charger.read()
    assert (False, 10.0, True) == (reading.paused, reading.set_a, "its watchdog had lowered it" in reading.warning)
    await bench.steer(15)
    reading = await bench.charger.read()
    assert (False, 10.0, "") == (reading.paused, reading.set_a, reading.warning)
    assert (10.0, False) == bench.told


@only(*WATCHED)
async def test_a_clean_exit_leaves_the_watchdog_as_it_was(bench: Bench) -> None:
    """As its owner had set it, though he does not use it."""
    bench.box.settings[CONFIG[1]] = 90
    bench.box.controller.heartbeat = (100, 8)
    await bench.charger.order(GO_10)
    await bench.steer(700)
    await bench.charger.close(restore=True)
    expected = (False, 90) if bench.box.firmware is Firmware.V5 else (100, 8)
    assert expected == (shaper(bench) if bench.box.firmware is Firmware.V5 else bench.box.controller.heartbeat)
    assert (16.0, False) == bench.told


@only(*WATCHED)
async def test_after_a_killed_run_it_is_as_makers_leave_it(bench: Bench) -> None:
    """How patient it was nobody knows any more; that it was ours shows in our own number."""
    await bench.charger.order(GO_10)
    charger = bench.start(bench.charger.owner)
    await charger.read()
    await charger.close(restore=True)
    heartbeat = (0, 0) if bench.box.firmware is Firmware.V2 else (5, 6)
    assert ((False, 120), heartbeat) == (shaper(bench), bench.box.controller.heartbeat)
    assert (16.0, False) == bench.told


@only(Firmware.V5)
async def test_a_shaper_that_its_owner_uses_is_left_alone(bench: Bench) -> None:
    """It is said that nothing watches us."""
    bench.box.settings |= {CONFIG[0]: True, CONFIG[1]: 60}
    bench.box.shaped = True
    await bench.charger.order(GO_10)
    assert "it has no watchdog: its owner uses the load shaper" in (await bench.charger.read()).warning
    await bench.charger.close(restore=True)
    assert (True, 60) == shaper(bench)


@only(Firmware.V5)
@pytest.mark.parametrize("kind", [{"mqtt_live_pwr": "house/power"}, {"loadsharing_enabled": True}])
async def test_a_shaper_that_others_may_feed_watches_nobody(bench: Bench, kind: dict[str, object]) -> None:
    """It would hear of the house when we are dead."""
    bench.box.settings |= kind
    await bench.charger.order(GO_10)
    assert "its owner uses the load shaper" in (await bench.charger.read()).warning
    assert (False, 120) == shaper(bench)


@only(Firmware.V5)
async def test_a_shaper_that_is_switched_off_is_said_and_set_again_in_time(bench: Bench) -> None:
    """Not at once: its owner may have had a reason."""
    await bench.charger.order(GO_10)
    await bench.steer(20)
    bench.box.settings[CONFIG[0]] = False
    await bench.steer(10)
    assert "was switched off" in (await bench.charger.read()).warning
    assert (False, WATCH_S) == shaper(bench)
    await bench.steer(600)
    assert ((True, WATCH_S), "") == (shaper(bench), (await bench.charger.read()).warning)


@only(Firmware.V5)
async def test_after_its_restart_it_waits_until_it_is_fed(bench: Bench) -> None:
    """Its settings outlive that: nobody there, no current."""
    await bench.charger.order(GO_10)
    await bench.steer(20)
    bench.box.reboot(for_s=10.0)
    bench.turn(15)
    assert bench.told[1]
    await bench.charger.read()
    assert (10.0, False) == bench.told


@only(Firmware.EARLY, Firmware.V4)
async def test_firmware_without_one_says_so(bench: Bench) -> None:
    """Its module feeds the controller's heartbeat itself, whether we live or not."""
    await bench.charger.order(GO_10)
    await bench.steer(20)
    assert "version 5 brings one" in (await bench.charger.read()).warning
    bench.turn(600)
    assert (10.0, False, (5, 6)) == (*bench.told, bench.box.controller.heartbeat)


@only(Firmware.V2)
async def test_a_heartbeat_cannot_pause(bench: Bench) -> None:
    """No current lies between none and 6 A; and an old controller has no heartbeat at all."""
    three_phases = ChargerRules(name="garage")
    charger = bench.start(rules=three_phases)
    await charger.order(GO_10)
    assert "its watchdog falls to 6 A, not to 0" in (await charger.read()).warning
    bench.turn(30)
    assert (6.0, False) == bench.told
    bench.box.controller.supervises = False
    charger = bench.start()
    await charger.order(GO_10)
    assert "it has no watchdog: its controller is too old" in (await charger.read()).warning


@only(*WATCHED)
async def test_one_that_refuses_its_watchdog_is_steered_all_the_same(bench: Bench) -> None:
    """And says so, until it takes it."""
    await bench.charger.order(GO_10)
    await bench.steer(20)
    bench.box.settings[CONFIG[0]] = False
    bench.box.controller.obey("$SY 0 0")
    bench.box.trouble = Trouble.REFUSE
    await bench.steer(600)
    reading = await bench.charger.read()
    assert ("its watchdog cannot be set" in reading.warning, reading.set_a) == (True, 10.0)
    bench.box.trouble = Trouble.WELL
    await bench.steer(600)
    assert "" == (await bench.charger.read()).warning


class Wired:
    """A box whose time goes fast, points that steer it and die, and what they hear."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.heard: list[ChargerEvent] = []
        self.point: Point | None = None
        self.tasks: list[asyncio.Task[None]] = [asyncio.create_task(self._pass_time())]

    async def _pass_time(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self.bench.turn(1.0)

    def begin(self, order: Order) -> None:
        """A run that steers."""
        charger: OpenEvse = self.bench.start(self.bench.charger.owner, rules=RULES)
        self.point = Point("garage", charger, self.heard.append, clock=self.bench.clock, pace=QUICK)
        self.point.want(order)
        self.tasks.append(asyncio.create_task(self.point.run()))

    async def kill(self) -> None:
        """In the middle of whatever it does."""
        self.tasks[-1].cancel()
        await asyncio.wait(self.tasks[-1:])

    async def box_seconds(self, seconds: float) -> None:
        """Wait for so many of the box."""
        until_s = self.bench.clock.monotonic() + seconds
        await eventually(lambda: self.bench.clock.monotonic() >= until_s)


@pytest.fixture(params=WATCHED, ids=lambda firmware: firmware.name)
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    """One of each that can watch."""
    wired = Wired(await a_bench(request.param))
    yield wired
    for task in wired.tasks:
        task.cancel()
    await asyncio.wait(wired.tasks)
    await wired.bench.close()


async def test_a_point_dies_and_another_one_takes_over(wired: Wired) -> None:
    """Over real sockets, with nobody in its owner's place."""
    bench = wired.bench
    wired.begin(GO_16)
    await eventually(lambda: bench.point.power_w == 11_040)
    await wired.box_seconds(60)
    assert (16.0, False) == bench.told
    await wired.kill()
    await wired.box_seconds(LEASE_S)
    allowed_a, drawn_w = safe(bench)
    assert allowed_a == (0.0 if bench.told[1] else bench.told[0])
    await eventually(lambda: bench.point.power_w == drawn_w)
    wired.heard.clear()
    wired.begin(GO_10)
    await eventually(lambda: bench.point.power_w == 6_900)
    await wired.box_seconds(60)
    assert not [event for event in wired.heard if isinstance(event, Meddled | Missed)]
    assert (10.0, False) == bench.told
    assert 0 == bench.box.overlaps


async def test_a_car_comes_and_goes_and_nobody_meddles(wired: Wired) -> None:
    """A pause outlives the plug; then the owner has his box back."""
    bench = wired.bench
    wired.begin(PAUSE)
    await eventually(lambda: any(isinstance(event, Took) for event in wired.heard))
    bench.point.unplug()
    await eventually(lambda: isinstance(last := wired.heard[-1], Told) and last.reading.plug is Plug.EMPTY)
    await wired.box_seconds(40)
    bench.point.plug_in()
    await wired.box_seconds(40)
    assert (6.0, True, 0) == (*bench.told, bench.point.power_w)
    assert not [event for event in wired.heard if isinstance(event, Meddled)]
    await wired.kill()
    assert wired.point
    await wired.point.close(restore=True)
    assert (16.0, False) == bench.told


@only(*WATCHED)
async def test_a_program_that_is_killed_leaves_it_to_its_watchdog(bench: Bench) -> None:
    """No exit of its own, no last word: the kernel ends it. The box's time goes faster than ours."""

    async def pass_time() -> None:
        while True:
            await asyncio.sleep(0.05)
            bench.point.step(0.8)

    time = asyncio.create_task(pass_time())
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chargers.openevse_child", bench.box.where
    )
    try:
        await eventually(lambda: bench.point.power_w == 11_040)
        began = bench.point.at
        await eventually(lambda: (bench.point.at - began).total_seconds() > 1.5 * LEASE_S)
        assert (16.0, False) == bench.told
    finally:
        program.kill()
        await program.wait()
    died = bench.point.at
    allowed_a, drawn_w = safe(bench)
    await eventually(lambda: allowed_a == (0.0 if bench.told[1] else bench.told[0]))
    assert (bench.point.at - died).total_seconds() <= LEASE_S
    await eventually(lambda: bench.point.power_w == drawn_w)
    time.cancel()
    await asyncio.wait([time])
