"""From the last byte of a telegram with another load to the battery's setpoint at its box, through dm and bs.

Both run as processes without a screen, with all their polls; the box is in this one. Beside them, in turn, the same way
without a program on it: tests/bench/wire.py.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from statistics import median
from typing import TypeVar

from lib.clock import WallClock
from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import ModbusBox
from lib.sim.sunspec_box import SunSpecBox, open_sunspec_box
from tests.bench.program import Home, bare, bs, dm, own_home, say
from tests.bench.result import Result, at_most, percentile
from tests.bench.yard import Yard
from tests.programs.program import ROOT, P1Server

Box = TypeVar("Box", bound=ModbusBox)

TITLE = "Watts"
GOAL_MS = 60.0
LEAST_W, STEP_W = 5_000, 400
PAUSE_S, SLOW_S = 0.25, 0.5
WARM, PATIENCE = 15, 60
SEED = 3
HOW = (
    "dm.py and bs_app.py --headless with a SunSpec battery that shaves a peak of 2.5 kW and is read every two seconds; "
    f"a telegram each second over TCP in the pieces of a cable: {STEP_W} W or more go on with one and off with the "
    "next. A delay: last byte of it → the setpoint that follows arrives at the box. Sockets alone: TCP → a websocket "
    "frame → a register written at a box of its own, through two bare processes in the same seconds."
)
CONFIG = """
serial_port = "none: the bench says where"
batteries = {{"home": {{"make": "sunspec", "address": {address!r}, "capacity_kwh": 60, "phases": 3, "charge_kw": 8,
                       "discharge_kw": 8}}}}
"""


class Plain(ModbusBox):
    """One register that takes anything."""

    def __init__(self) -> None:
        super().__init__(unit=1, spans={0: 1})

    def words(self) -> dict[int, list[int]]:
        """What it shows."""
        return {0: [0]}

    def take(self, at: int, words: object) -> None:
        """All is well."""


@dataclass(slots=True)
class Seen:
    """What came of the telegrams: delays_s of setpoints; bare_s: of sockets alone; quiet: telegrams without one."""

    delays_s: list[float] = field(default_factory=list)
    bare_s: list[float] = field(default_factory=list)
    quiet: int = 0
    asked: int = 0
    busy: int = 0


def results(*, quick: bool) -> Iterator[Result]:
    """With a box that answers at once, and with a slow one."""
    prompt, slow = asyncio.run(seen(30 if quick else 240, 20 if quick else 60))
    yield _result("another load in a telegram → the battery's setpoint at its box, p99", prompt, GOAL_MS)
    yield _result(f"the same at a box that takes {SLOW_S:g} s for each answer, p99", slow, None)


def _result(what: str, one: Seen, goal_ms: float | None) -> Result:
    p99_ms, bare_ms = percentile(one.delays_s, 99) * 1000, percentile(one.bare_s, 99) * 1000
    about = (
        f"median {median(one.delays_s) * 1000:.1f} ms, longest {max(one.delays_s) * 1000:.1f} ms of "
        f"{len(one.delays_s)}; sockets alone p99 {bare_ms:.1f} ms ({p99_ms / bare_ms:.1f} ×), median "
        f"{median(one.bare_s) * 1000:.1f} ms; {one.quiet} telegrams without a setpoint; the box was asked {one.asked} "
        f"times, {one.busy} of them while it had not answered yet"
    )
    if goal_ms is None:
        return Result(what=what, measured=f"{p99_ms:.1f} ms", beside=about)
    return at_most(what, p99_ms, goal_ms, "{:.1f} ms", about)


async def seen(prompt: int, slow: int) -> tuple[Seen, Seen]:
    """So many setpoints at a box that answers at once, and at a slow one. Raises TimeoutError when they do not come."""
    start = WallClock().now().replace(microsecond=0)
    battery = a_battery(start)
    yard = Yard(start, batteries=[battery])
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        box = await opened.enter_async_context(closing(await open_sunspec_box(battery)))
        plain = Plain()
        await plain.listen()
        await opened.enter_async_context(closing(plain))
        furnish(home, box)
        bare_meter = await opened.enter_async_context(P1Server())
        p1_port = bare_meter.source.rpartition(":")[2]
        port = await opened.enter_async_context(bare("door", p1_port))
        await opened.enter_async_context(bare("porter", port, str(plain.port)))
        house = await opened.enter_async_context(dm(screen=False, home=home))
        await opened.enter_async_context(bs(home, screen=False))
        watch = _Watch(yard, house.meter, bare_meter, box, plain)
        await watch.until(WARM)
        at_once = await watch.until(prompt)
        box.delay_s = SLOW_S
        return at_once, await watch.until(slow)


def a_battery(start: datetime) -> HomeBattery:
    """One that lasts for the bench, and obeys at once."""
    return HomeBattery(
        start=start,
        name="home",
        capacity_wh=60_000,
        soc_pct=90.0,
        charge_w=8_000,
        discharge_w=8_000,
        phases=3,
        wired="123",
    )


def furnish(home: Home, box: SunSpecBox) -> None:
    """A home with that battery."""
    config = (ROOT / "config.py").read_text("utf-8") + CONFIG.format(address=box.where)
    (home.folder / "config.py").write_text(config, "utf-8")


class _Watch:
    """Lets the seconds pass, and looks when the box is told."""

    def __init__(self, yard: Yard, meter: P1Server, bare_meter: P1Server, box: SunSpecBox, plain: Plain) -> None:
        self._yard, self._meter, self._bare, self._box, self._plain = yard, meter, bare_meter, box, plain
        self._random = Random(SEED)
        yard.base_w = LEAST_W

    async def until(self, count: int) -> Seen:
        """Until so many setpoints were seen. Raises TimeoutError when none comes for long."""
        found, loop, box = Seen(), asyncio.get_running_loop(), self._box
        asked, busy, quiet = box.asked, box.overlaps, 0
        next_s = loop.time()
        while len(found.delays_s) < count:
            self._turn()
            telegram, told = self._yard.second(), len(box.writes)
            sent_s = await say(self._meter, telegram)
            await asyncio.sleep(PAUSE_S)
            bare_s = await say(self._bare, telegram)
            next_s += 1
            await asyncio.sleep(next_s - loop.time())
            found.bare_s += [at_s - bare_s for at_s, _, _ in self._plain.writes if at_s >= bare_s]
            first_s = next((at_s for at_s, _, _ in box.writes[told:] if at_s >= sent_s), None)
            if first_s is None:
                found.quiet, quiet = found.quiet + 1, quiet + 1
            else:
                found.delays_s.append(first_s - sent_s)
                quiet = 0
            if quiet > PATIENCE:
                raise TimeoutError(f"no setpoint in {PATIENCE} s")
        found.asked, found.busy = box.asked - asked, box.overlaps - busy
        return found

    def _turn(self) -> None:
        """Something goes on, and off again in the next second.

        What goes on right after an order, and no further than that, may be the battery itself on its way: that is
        believed when it was read, and is no delay of a telegram.
        """
        yard, step_w = self._yard, self._random.randint(STEP_W, 3 * STEP_W)
        yard.base_w = LEAST_W if yard.base_w > LEAST_W else LEAST_W + step_w


@contextlib.asynccontextmanager
async def closing(box: Box) -> AsyncIterator[Box]:
    """A box that is closed at the end."""
    try:
        yield box
    finally:
        await box.close()
