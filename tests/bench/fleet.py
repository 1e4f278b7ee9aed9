"""Two hundred chargers over HTTP and one controller: how soon all are told after another load, and what it costs.

dm.py hears a meter, ev_app.py hears dm; both as processes without a screen, the boxes in a third.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from lib.clock import WallClock
from lib.core.site import HOLD_S
from lib.core.tempo import USUAL
from tests.bench.boxes import Boxes, Place, Told, boxes
from tests.bench.hall import BUSY_A, CONNECTION_A, IN_ROW, ON_FLOOR, QUIET_A, Hall, furnish, places
from tests.bench.program import Program, cpu_s, dm, ev, memory_mb, own_home, say
from tests.bench.result import Result, at_most
from tests.programs.program import P1Server

TITLE = "Fleet"
CHARGERS = 200
GOAL_S, GOAL_PCT = 2.0, 50.0
START_S, WARM_S = 120.0, 60.0  # until all charge, at most; then nothing is measured for so long
BUSY_S, QUIET_S = 60, 90  # the machines run so long, and rest so long
LOOK_S = 25  # after another load: what a charger has then is what it was to come to
CALM_S = 25  # before it nothing else changes for so long: who is raised then waits for the next time
MUST_A, NEAR_A = 0.45, 0.25
HOW = (
    f"{CHARGERS} chargers in turn NRGkick and go-e over HTTP, one of three on three phases, a car on each that takes "
    f"all it gets; {CHARGERS // IN_ROW} rows on {CHARGERS // ON_FLOOR} floors on a connection of 3×{CONNECTION_A} A, "
    f"which is short. Machines draw {QUIET_A:g} A on each phase and now and then {BUSY_A:g} A. dm.py and ev_app.py "
    "--headless, a telegram each second over TCP in the pieces of a cable, the boxes in a process of their own. A "
    "delay: last byte of the first telegram with another load → the last of all chargers that must change is told. A "
    f"load that fell counts when it has stayed so for {HOLD_S:g} s, and a charger is raised once in {USUAL.raise_s:g} "
    "s: what is raised is counted from there."
)


@dataclass(slots=True)
class Change:
    """Another load: up or down, when its telegram went, what each charger was told before, and since.

    raised_s: when each was raised last before that; it is raised again only some seconds later.
    """

    is_more: bool
    sent_s: float
    before_a: dict[str, float]
    raised_s: dict[str, float]
    told: list[Told] = field(default_factory=list)

    def delays_s(self) -> list[float]:
        """Of each charger that had to change, to what it came to, or to its first step up.

        From the telegram on, or from when what is lower counts, and it may be raised again.
        """
        delays = []
        for name, before_a in self.before_a.items():
            told = [one for one in self.told if one.name == name]
            by_a = told[-1].current_a - before_a if told else 0.0
            if self.is_more and by_a <= -MUST_A:
                end_a = told[-1].current_a + NEAR_A
                delays.append(next(one.at_s for one in told if one.current_a <= end_a) - self.sent_s)
            elif not self.is_more and by_a >= MUST_A:
                may_s = max(self.sent_s + HOLD_S, self.raised_s.get(name, 0.0) + USUAL.raise_s)
                delays.append(max(0.0, next(one.at_s for one in told if one.current_a > before_a) - may_s))
        return delays


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of each change of load, and what all cost; boxes_pct, dm_pct, ev_pct: of a core."""

    more: list[list[float]]
    less: list[list[float]]
    seconds: float
    ev_pct: float
    dm_pct: float
    boxes_pct: float
    most_mb: float
    asked: int
    orders: int
    warm_s: float


def results(*, quick: bool) -> Iterator[Result]:
    """The delays, the processor, the memory."""
    seen = asyncio.run(running(BUSY_S + QUIET_S if quick else 600))
    yield _delay("more load → the last of the chargers that must have less is told, the slowest time", seen.more)
    yield _delay("less load → the last of the chargers that may have more is told so, the slowest time", seen.less)
    yield at_most(
        f"ev with {CHARGERS} chargers, {seen.seconds:.0f} s at 1 Hz",
        seen.ev_pct,
        GOAL_PCT,
        "{:.1f} % of a core",
        f"dm {seen.dm_pct:.1f} %, the boxes {seen.boxes_pct:.1f} %; {seen.asked / seen.seconds:.0f} requests a second "
        f"at the boxes, {seen.orders / seen.seconds:.1f} of them orders; all charged after {seen.warm_s:.0f} s",
    )
    yield Result(what=f"ev with {CHARGERS} chargers, most memory", measured=f"{seen.most_mb:.0f} MB")


def _delay(what: str, changes: Sequence[Sequence[float]]) -> Result:
    if not changes:
        return Result(what=what, measured="nobody was told anything", goal=f"≤ {GOAL_S:.2f} s", reached=False)
    last_s = [max(one) for one in changes]
    every_s = [delay_s for one in changes for delay_s in one]
    return at_most(
        what,
        max(last_s),
        GOAL_S,
        "{:.2f} s",
        f"median of {len(last_s)} changes {median(last_s):.2f} s; of each charger {median(every_s):.2f} s; "
        f"{median(len(one) for one in changes):.0f} chargers a change",
    )


async def running(seconds: int, count: int = CHARGERS) -> Seen:
    """So many seconds of the hall, once all charge. Raises TimeoutError when they do not."""
    where = places(count)
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        found = await opened.enter_async_context(boxes(where))
        furnish(home, where, found.addresses)
        house = await opened.enter_async_context(dm(screen=False, home=home))
        cars = await opened.enter_async_context(ev(home, screen=False))
        return await _Watch(where, found, house, house.meter, cars).watch(seconds)


class _Watch:
    """Lets the seconds pass, and sees what the boxes are told."""

    def __init__(self, where: Sequence[Place], found: Boxes, house: Program, meter: P1Server, cars: Program) -> None:
        self._boxes, self._house, self._meter, self._cars = found, house, meter, cars
        self._hall = Hall(WallClock().now().replace(microsecond=0))
        self._told_a = {place.name: 0.0 for place in where}
        self._raised_s: dict[str, float] = {}
        self._next_s = asyncio.get_running_loop().time()
        self._change: Change | None = None
        self._orders = 0

    async def watch(self, seconds: int) -> Seen:
        """So many seconds, some time after all have begun to charge."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        while not all(self._told_a.values()):
            await self._second()
            if loop.time() - start_s > START_S:
                still = sum(not current_a for current_a in self._told_a.values())
                raise TimeoutError(f"after {START_S:g} s {still} chargers pause")
        warm_s = loop.time() - start_s
        for _ in range(round(WARM_S)):
            await self._second()
        begun = [cpu_s(pid) for pid in self._pids]
        asked, self._orders, begun_s = self._boxes.asked, 0, loop.time()
        changes: list[Change] = []
        for second in range(seconds):
            since_s = (second + QUIET_S - CALM_S) % (BUSY_S + QUIET_S)  # it begins just before a change
            is_edge, is_busy = since_s in {0, QUIET_S}, since_s >= QUIET_S
            self._hall.base_a = BUSY_A if is_busy else QUIET_A
            stands_s = (since_s + CALM_S) % (BUSY_S + QUIET_S), (since_s + CALM_S - QUIET_S) % (BUSY_S + QUIET_S)
            self._hall.wanders = min(stands_s) >= CALM_S + LOOK_S
            change = await self._second(is_edge=is_edge)
            if change:
                changes.append(change)
        spent_s = loop.time() - begun_s
        ev_pct, dm_pct, boxes_pct = (
            (cpu_s(pid) - before) / spent_s * 100 for pid, before in zip(self._pids, begun, strict=True)
        )
        return Seen(
            more=[delays for one in changes if one.is_more and (delays := one.delays_s())],
            less=[delays for one in changes if not one.is_more and (delays := one.delays_s())],
            seconds=spent_s,
            ev_pct=ev_pct,
            dm_pct=dm_pct,
            boxes_pct=boxes_pct,
            most_mb=memory_mb(self._cars.pid, "VmHWM"),
            asked=self._boxes.asked - asked,
            orders=self._orders,
            warm_s=warm_s,
        )

    @property
    def _pids(self) -> tuple[int, int, int]:
        return self._cars.pid, self._house.pid, self._boxes.pid

    async def _second(self, *, is_edge: bool = False) -> Change | None:
        """One of them; the change that begins with it."""
        loop = asyncio.get_running_loop()
        telegram = self._hall.second(self._boxes.flow_w)
        sent_s = await say(self._meter, telegram)
        before_a = dict(self._told_a) if is_edge else {}
        self._next_s += 1
        await asyncio.sleep(self._next_s - loop.time())
        told = sorted(await self._boxes.pass_second(), key=lambda told: told.at_s)
        self._orders += len(told)
        change = None
        if is_edge:
            change = self._change = Change(self._hall.base_a == BUSY_A, sent_s, before_a, dict(self._raised_s))
        if self._change is not None and loop.time() < self._change.sent_s + LOOK_S:
            self._change.told += [one for one in told if one.at_s >= self._change.sent_s]
        for one in told:
            if one.current_a > self._told_a[one.name]:
                self._raised_s[one.name] = one.at_s
            self._told_a[one.name] = one.current_a
        return change
