"""What bs costs that shows its dashboard, while its battery follows a house whose sun comes and goes."""

import asyncio
import contextlib
from collections.abc import Iterator
from functools import partial
from math import sin

from lib.clock import WallClock
from lib.sim.sunspec_box import open_sunspec_box
from tests.bench.cost import Cost, measured
from tests.bench.program import bs, dm, own_home
from tests.bench.result import Result, at_most
from tests.bench.watts import a_battery, closing, furnish
from tests.bench.yard import Yard

TITLE = "Battery"
SUN_W, BASE_W, CLOUDS_S = 8_000, 4_000, 40.0
HOW = (
    "bs_app.py with its dashboard on a pseudo-terminal of 240×60, a dm.py without a screen that hears a telegram each "
    "second in the pieces of a cable, and a SunSpec battery that follows a sun that comes and goes; beside it an empty "
    "Textual app on another terminal in the same seconds. Processor time from /proc, memory at most."
)


def results(*, quick: bool) -> Iterator[Result]:
    """Processor time and memory."""
    cost, orders = asyncio.run(running(60 if quick else 600))
    yield at_most(
        f"bs with dashboard, {cost.seconds:.0f} s at 1 Hz",
        cost.busy_pct,
        5,
        "{:.1f} % of a core",
        f"{cost.about}; {orders} registers written",
    )
    yield at_most(
        "bs with dashboard, most memory",
        cost.most_mb,
        90,
        "{:.1f} MB",
        f"the empty Textual app {cost.empty_mb:.1f} MB",
    )


async def running(seconds: float) -> tuple[Cost, int]:
    """Bs with its dashboard: its cost, and how many registers were written at its battery's box."""
    start = WallClock().now().replace(microsecond=0)
    battery = a_battery(start)
    yard = Yard(start, batteries=[battery])
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        box = await opened.enter_async_context(closing(await open_sunspec_box(battery)))
        furnish(home, box)
        house = await opened.enter_async_context(dm(screen=False, home=home))
        store = await opened.enter_async_context(bs(home, screen=True))
        cost = await measured(store, house.meter, yard, partial(_flows, yard), seconds=seconds)
        return cost, len(box.writes)


def _flows(yard: Yard, second_s: float) -> None:
    yard.base_w, yard.sun_w = BASE_W, round(SUN_W * (0.5 + 0.5 * sin(second_s / CLOUDS_S)))
