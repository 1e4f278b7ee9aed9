"""The dashboard at 240×60: what one drawing costs, and what dm with it costs beside an empty Textual app.

A drawing starts at the messages of one telegram and ends when the last byte for the terminal is made: pure renders,
the dashboard's comparing and placing, Textual's composing and encoding.
"""

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median

from textual.drivers.headless_driver import HeadlessDriver

from lib.core import metering as core
from lib.core.events import Event
from lib.core.house import House, Rules
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.slots import Series
from lib.core.stamp import BRUSSELS
from lib.messages import Message
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.panels.foot import render_foot
from lib.panels.layout import Panels, Place, arranged, places
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.themes import SKINS
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.bench.program import COLUMNS, ROWS, cpu_s, dm, memory_mb, on_terminal, say
from tests.bench.result import Result, at_most, percentile
from tests.bench.stream import MORNING, second_by_second
from tests.programs.market import prices_of
from tests.programs.reckoning import DYNAMIC

TITLE = "Screen"
HOW = (
    "The dashboard on a terminal of 240×60. Drawing: from the messages of a telegram to the bytes for the terminal, in "
    "this process, processor time. Running: dm.py on a pseudo-terminal with a telegram each second in the pieces of a "
    "cable, beside an empty Textual app on another in the same seconds; processor time from /proc."
)
EMPTY = "from textual.app import App; App().run()"
WARM_S = 5.0  # starting is not running
SETTLED_S = 0.3  # many frames of Textual: then nothing waits any more
DAYS = 4
HEAD_ROWS, FRAME, PADDING = 3, 2, 4


@dataclass(frozen=True, slots=True)
class Running:
    """Processor seconds of both in the same time, the most memory each held, and the bytes that dm drew."""

    seconds: float
    dm_s: float
    empty_s: float
    dm_mb: float
    empty_mb: float
    drawn: int


def results(*, quick: bool) -> Iterator[Result]:
    """Drawing, processor time, memory."""
    told = list(islice(tellings(), 30 if quick else 120))
    rendered_ms = [second * 1000 for second in rendering_s(told)]
    drawn = asyncio.run(drawings(told))
    yield at_most(
        "drawing all panels at 240×60",
        median(drawn.cpu_ms),
        20,
        "{:.1f} ms",
        f"p99 {percentile(drawn.cpu_ms, 99):.1f} ms; the pure renders alone {median(rendered_ms):.1f} ms "
        f"({median(rendered_ms) / median(drawn.cpu_ms) * 100:.0f} %); "
        f"{drawn.bytes / len(told) / 1000:.1f} kB a drawing",
    )
    seen = asyncio.run(running(30 if quick else 600))
    yield at_most(
        f"dm with dashboard, {seen.seconds:.0f} s at 1 Hz",
        seen.dm_s / seen.seconds * 100,
        5,
        "{:.1f} % of a core",
        f"{seen.dm_s:.2f} s of processor, the empty Textual app {seen.empty_s:.2f} s beside it; "
        f"{seen.drawn / seen.seconds / 1000:.1f} kB drawn a second",
    )
    yield at_most(
        "dm with dashboard, most memory", seen.dm_mb, 90, "{:.1f} MB", f"the empty Textual app {seen.empty_mb:.1f} MB"
    )


def tellings() -> Iterator[Sequence[Message]]:
    """What dm says at each telegram of a 1 Hz stream, after some days that were heard by the minute; dynamic prices."""
    rules = Rules(tariffs=parse_rates(DYNAMIC), connection_w=17_250)
    world = World(seed=7, start=MORNING - timedelta(days=DAYS))
    framer, parser, happened = Framer(), Parser(), deque[Event](maxlen=50)
    today = MORNING.astimezone(BRUSSELS).date()
    slots = [slot for at in range(-DAYS, 2) for slot in prices_of(today + timedelta(days=at))]
    house = core.after(House(), core.Published(index=Series(tuple(slots))), rules)
    while True:
        (heard,) = framer.feed(telegram(world.show()))
        at = world.at
        house = core.after(house, core.Heard(reading=parser.parse(heard), received=at), rules)
        happened.extendleft(house.events)
        if at >= MORNING:
            rest = (say_rates(house, rules, now=at), say_events(happened)) if at == MORNING else ()
            yield (
                say_house(house, rules, boot="bench", seq=1, now=at),
                say_usage(house, rules),
                say_bill(house, rules),
                say_telegram(heard, at),
                *rest,
            )
        world.step(1 if at >= MORNING else 60)


def rendering_s(told: Sequence[Sequence[Message]]) -> list[float]:
    """Seconds for the text of head, all panels and foot, for each of `told`."""
    panels, look = dm_panels(), Look(colours=SKINS[0].palette)
    rooms = _rooms(panels)
    newest: dict[type, Message] = {}
    seconds = []
    for words in told:
        newest |= {type(word): word for word in words}
        seen = Seen(title="dm", words=dict(newest), heard_s=0.0)
        start = time.perf_counter()
        panels.header(seen, look, Room(COLUMNS - 2, ROWS // 5))
        for panel in panels.panels:
            panel.render(seen, look, rooms[panel.name])
        render_foot([panel.tab or panel.title for panel in panels.panels], 0, look, COLUMNS)
        seconds.append(time.perf_counter() - start)
    return seconds


def _rooms(panels: Panels) -> dict[str, Room]:
    body = Place(0, 0, COLUMNS, ROWS - HEAD_ROWS - 1)
    found = places(
        arranged(panels.arrangements, body.width, body.height), body, {panel.name for panel in panels.panels}
    )
    return {
        panel.name: Room(found[panel.name].width - PADDING, found[panel.name].height - FRAME, panel.scrolls)
        for panel in panels.panels
    }


class Paper(HeadlessDriver):
    """A terminal of 240×60 that counts what is written on it. To Textual it is a real one, so everything is encoded."""

    written = 0

    @property
    def is_headless(self) -> bool:
        """Not for Textual."""
        return False

    def write(self, data: str) -> None:
        """Count."""
        self.written += len(data.encode())


@dataclass(frozen=True, slots=True)
class Drawings:
    """Processor milliseconds of each drawing, and the bytes of all of them."""

    cpu_ms: tuple[float, ...]
    bytes: int


async def drawings(told: Sequence[Sequence[Message]]) -> Drawings:
    """Let the dashboard draw each of `told`."""
    app = Dashboard("dm", dm_panels())
    app.driver_class = Paper
    work = asyncio.create_task(app.run_async(size=(COLUMNS, ROWS)))
    try:
        async with asyncio.timeout(10):
            while not app.is_running or app.size.width != COLUMNS:  # noqa: ASYNC110 - Textual has no event for it
                await asyncio.sleep(0.05)
        paper = app._driver
        assert isinstance(paper, Paper)
        for words in told[:3]:
            await _shown(app, words)
        before = paper.written
        cpu_ms = tuple([await _shown(app, words) for words in told])
        return Drawings(cpu_ms, paper.written - before)
    finally:
        app.exit()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def _shown(app: Dashboard, words: Sequence[Message]) -> float:
    """Processor milliseconds until `words` stand on the screen."""
    start = time.process_time()
    for word in words:
        app.show(word)
    await asyncio.sleep(SETTLED_S)
    return (time.process_time() - start) * 1000


async def running(seconds: float) -> Running:
    """The meter program with its dashboard and a telegram each second, and an empty app beside it."""
    loop = asyncio.get_running_loop()
    stream = second_by_second()
    async with dm(screen=True) as ours, on_terminal("-c", EMPTY, environ=dict(os.environ)) as empty:
        assert ours.screen
        start_s = loop.time()
        next_s = start_s
        begun: tuple[float, float, int] | None = None
        while loop.time() < start_s + WARM_S + seconds:
            await say(ours.meter, next(stream))
            if begun is None and loop.time() >= start_s + WARM_S:
                begun = cpu_s(ours.pid), cpu_s(empty.pid), ours.screen.drawn
            next_s += 1.0
            await asyncio.sleep(next_s - loop.time())
        assert begun
        assert ours.screen.drawn > begun[2]
        return Running(
            seconds=seconds,
            dm_s=cpu_s(ours.pid) - begun[0],
            empty_s=cpu_s(empty.pid) - begun[1],
            dm_mb=memory_mb(ours.pid, "VmHWM"),
            empty_mb=memory_mb(empty.pid, "VmHWM"),
            drawn=ours.screen.drawn - begun[2],
        )
