"""From the last byte of a telegram that shows a cloud or an oven to the ampere request at the box, through dm and ev.

Both run as processes without a screen, with all their polls; the boxes are in this one. Beside them, in turn, the same
way without a program on it: tests/bench/wire.py.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from statistics import median

from lib.clock import WallClock
from lib.core.modes import Mode
from lib.core.power import PHASE_V
from lib.sim.nrgkick_box import NrgkickBox
from tests.bench.program import bare, dm, ev, ordered, own_home, say
from tests.bench.result import Result, at_most, percentile
from tests.bench.yard import CONNECTION_A, Yard, a_point, box_before, furnished
from tests.programs.program import P1Server

TITLE = "Amperes"
GOAL_MS = 60.0
SUN_W, BASE_W = 13_000, 500
STEP_W = 300  # by so much each telegram of an edge is worse than the one before
EDGE_S = 36
FULL_A, CALM_S = 15.0, 12.0  # an edge begins so long after the car has come to so much
PAUSE_S = 0.25
SLOW_S = 0.5
PATIENCE_S = 600.0
HOW = (
    "dm.py and ev_app.py --headless with an NRGkick box (lag and ramp 0), a calendar, a car's cloud and the polls of "
    "every day; a telegram each second over TCP in the pieces of a cable. In turn a cloud comes up before the sun that "
    "the car charges from, and the house draws more until the connection is short for a car below its reserve: "
    f"{STEP_W} W with each telegram. A delay: last byte of such a telegram → request for fewer amperes at the box. "
    "Sockets alone: TCP → a websocket frame of that length → GET at a box of its own, through two bare processes in "
    "the same seconds."
)


@dataclass(slots=True)
class Seen:
    """What came of the telegrams that showed less room.

    Attributes:
        delays_s: of each request for less; bare_s: of the sockets alone.
        clouds, loads: how many of them by what they showed; quiet: how many led to no request, where the car may still
            have been following the one before.
        asked: questions at the box meanwhile; busy: how many came while another one was not answered yet.

    """

    delays_s: list[float] = field(default_factory=list)
    bare_s: list[float] = field(default_factory=list)
    clouds: int = 0
    loads: int = 0
    quiet: int = 0
    asked: int = 0
    busy: int = 0


def results(*, quick: bool) -> Iterator[Result]:
    """With a box that answers at once, and with a slow one."""
    prompt, slow = asyncio.run(seen(30 if quick else 210, 30 if quick else 100))
    yield _result("a cloud or a load in a telegram → request for fewer amperes at the box, p99", prompt)
    yield _result(f"the same at a box that takes {SLOW_S:g} s for each answer, p99", slow)


def _result(what: str, one: Seen) -> Result:
    p99_ms, bare_ms = percentile(one.delays_s, 99) * 1000, percentile(one.bare_s, 99) * 1000
    return at_most(
        what,
        p99_ms,
        GOAL_MS,
        "{:.1f} ms",
        f"median {median(one.delays_s) * 1000:.1f} ms, longest {max(one.delays_s) * 1000:.1f} ms of "
        f"{len(one.delays_s)}; sockets alone p99 {bare_ms:.1f} ms ({p99_ms / bare_ms:.1f} ×), median "
        f"{median(one.bare_s) * 1000:.1f} ms ({median(one.delays_s) / median(one.bare_s):.1f} ×); {one.clouds} "
        f"telegrams of clouds and {one.loads} of loads, {one.quiet} of them without a request; the box was asked "
        f"{one.asked} times, {one.busy} of them while it had not answered yet",
    )


async def seen(prompt: int, slow: int) -> tuple[Seen, Seen]:
    """So many requests to a box that answers at once, and to a slow one. Raises TimeoutError when they do not come."""
    start = WallClock().now().replace(microsecond=0)
    yard = Yard(start, [a_point("garage", 12.0, start)])
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        [box] = await opened.enter_async_context(furnished(home, yard, mode=Mode.PV_ONLY))
        bare_box = await opened.enter_async_context(box_before(a_point("bare", 50.0, start)))
        bare = await opened.enter_async_context(P1Server())
        await opened.enter_async_context(_wire(bare, bare_box))
        house = await opened.enter_async_context(dm(screen=False, home=home))
        cars = await opened.enter_async_context(ev(home, screen=False))
        watch = _Watch(_Weather(yard, cars.port), house.meter, bare, box, bare_box)
        at_once = await watch.until(prompt)
        box.delay_s = SLOW_S
        return at_once, await watch.until(slow)


class _Weather:
    """What flows in each second: calm, until the car charges with all it takes; then an edge of worse and worse."""

    def __init__(self, yard: Yard, port: int) -> None:
        self.yard = yard
        self.is_cloud = False  # the kind of the edge
        self._port = port
        self._calm_since = yard.at
        self._edge = 0

    async def next(self) -> bool:
        """Set the next second; whether it is worse than the one before."""
        yard, point = self.yard, self.yard.points[0]
        if self._edge == 0:
            yard.base_w, yard.sun_w = BASE_W, SUN_W
            if point.told.paused or point.told.current_a < FULL_A:
                self._calm_since = yard.at
            if (yard.at - self._calm_since).total_seconds() < CALM_S:
                return False
            await self._begin()
        self._edge = (self._edge + 1) % EDGE_S
        if self.is_cloud:
            yard.sun_w = max(0, yard.sun_w - STEP_W)
        else:
            yard.base_w += STEP_W
        return True

    async def _begin(self) -> None:
        """Another edge: what there is now is just enough."""
        yard = self.yard
        self.is_cloud = not self.is_cloud
        mode = Mode.PV_ONLY if self.is_cloud else Mode.AUTO
        await ordered(self._port, {"type": "set_mode", "charger": yard.points[0].name, "mode": mode})
        if self.is_cloud:
            yard.sun_w = BASE_W + yard.cars_w
        else:
            yard.base_w = round(3 * PHASE_V * CONNECTION_A) + yard.sun_w - yard.cars_w


class _Watch:
    """Lets the seconds pass, and looks when the box is told."""

    def __init__(
        self, weather: _Weather, meter: P1Server, bare: P1Server, box: NrgkickBox, bare_box: NrgkickBox
    ) -> None:
        self._weather, self._meter, self._bare = weather, meter, bare
        self._box, self._bare_box = box, bare_box

    async def until(self, count: int) -> Seen:
        """Until so many requests for less were seen. Raises TimeoutError when one does not come for long."""
        found, loop, box = Seen(), asyncio.get_running_loop(), self._box
        asked, busy = box.asked, box.overlaps
        next_s = last_s = loop.time()
        while len(found.delays_s) < count:
            is_worse = await self._weather.next()
            telegram, before_a = self._weather.yard.second(), _offered_a(box)
            sent_s = await say(self._meter, telegram)
            await asyncio.sleep(PAUSE_S)
            bare_s = await say(self._bare, telegram)
            next_s += 1
            await asyncio.sleep(next_s - loop.time())
            found.bare_s += [at_s - bare_s for at_s, _ in self._bare_box.writes if at_s >= bare_s]
            if is_worse:
                less_s = _less_s(box, sent_s, before_a)
                found.clouds += self._weather.is_cloud
                found.loads += not self._weather.is_cloud
                if less_s is None:
                    found.quiet += 1
                else:
                    found.delays_s.append(less_s - sent_s)
                    last_s = less_s
            if loop.time() - last_s > PATIENCE_S:
                raise TimeoutError(f"no request for fewer amperes in {PATIENCE_S:g} s")
        found.asked, found.busy = box.asked - asked, box.overlaps - busy
        return found


def _offered_a(box: NrgkickBox) -> float:
    told = box.point.told
    return 0.0 if told.paused else told.current_a


def _less_s(box: NrgkickBox, since_s: float, before_a: float) -> float | None:
    """When a box was first told less than it had since then; None: it was not."""
    current_a, is_paused = before_a, before_a == 0
    for at_s, told in box.writes:
        if at_s >= since_s:
            current_a = float(told.get("current_set") or current_a)
            is_paused = bool(told.get("charge_pause", is_paused))
            if (0.0 if is_paused else current_a) < before_a:
                return at_s
    return None


@contextlib.asynccontextmanager
async def _wire(meter: P1Server, box: NrgkickBox) -> AsyncIterator[None]:
    """The two bare processes, when both are ready."""
    p1_port = meter.source.rpartition(":")[2]
    async with bare("door", p1_port) as port, bare("courier", port, box.url):
        yield
