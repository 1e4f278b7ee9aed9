"""How soon another plan is in force after something happened, and what planning takes: the demo as processes.

dm.py on a terminal, the simulated house, ev_app.py and bs_app.py without one. The owner sets the charger to something
else; that is the event.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect
from statistics import median

from websockets.asyncio.client import ClientConnection

from lib.core.habits import LEARNED, Note
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.messages import parse_message
from lib.messages.plan import Plan
from lib.store.parts import save
from tests.bench.past import TWICE_A_QUARTER, lived
from tests.bench.program import Home, memory_mb, on_terminal, ordered, own_home, without_terminal
from tests.bench.result import Result, at_most
from tests.programs.program import ROOT, listening

TITLE = "Replan"
GOAL_S, GOAL_DM_MB, GOAL_CHILD_MB = 2.0, 90.0, 100.0
PAUSE_S, PATIENCE_S = 5.0, 60.0  # events that come closer together share a plan
LOOK_S = 0.005
QUIET_S = 0.05  # states come once a second or so, and those that waited at once
HOW = (
    "The demo as processes: dm.py with its dashboard on a terminal of 240×60, the simulated house, ev_app.py and "
    "bs_app.py; a car with its trips, a battery, a roof. The owner's order to a charger over ev's websocket → the plan "
    "that was made for it at a client of ev. Memory by /proc, of the solver's child the most of all that were seen. dm "
    "is also measured as it is at home: with a config.py, the same simulated devices at their addresses, and a past of "
    "60 days from which it learns at its start; there nobody is asked for a forecast or a price. Nobody asks REST, "
    "which is made when it is first asked."
)
START = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)  # of the simulated house
HOME_S = 20.0  # after its first plan
CONFIG = """
serial_port = "socket://127.0.0.1:{p1}"
chargers = {{"garage": {{"make": "nrgkick", "address": "127.0.0.1:{nrgkick}", "current_a": 16, "car": "car_1"}}}}
cars = {{"car_1": {{"capacity_kwh": 77}}}}
batteries = {{"home": {{"make": "victron", "address": "127.0.0.1:{victron}", "capacity_kwh": 10, "wired": "1"}}}}
inverters = {{"roof": {{"make": "fronius", "address": "127.0.0.1:{fronius}"}}}}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds of each event; solve_s: that the child itself took; memory in MB."""

    after_s: tuple[float, ...]
    solve_s: tuple[float, ...]
    dm_mb: float
    child_mb: float


def results(*, quick: bool) -> Iterator[Result]:
    """The delays, the memory."""
    seen = asyncio.run(replanned(4 if quick else 40))
    yield at_most(
        "the owner's order → its plan is followed by ev, the longest",
        max(seen.after_s),
        GOAL_S,
        "{:.2f} s",
        f"median of {len(seen.after_s)} {median(seen.after_s):.2f} s, of which model and solver "
        f"{median(seen.solve_s) * 1000:.0f} ms; the rest is the start of the child",
    )
    demo_mb = f"{seen.dm_mb:.0f} MB"
    beside = "it plays the service of the sun's forecast as well"
    yield Result(what="dm --demo with its dashboard, the most it took", measured=demo_mb, beside=beside)
    yield at_most("dm at home with its dashboard, the most it took", asyncio.run(at_home()), GOAL_DM_MB, "{:.0f} MB")
    yield at_most("the child of the solver, the most it took", seen.child_mb, GOAL_CHILD_MB, "{:.0f} MB")


async def replanned(events: int) -> Seen:
    """Let so many events happen. Raises TimeoutError when one has no plan."""
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        await opened.enter_async_context(without_terminal(*_house(home), environ=home.environ))
        dm = await opened.enter_async_context(on_terminal("dm.py", "--demo", environ=home.environ))
        for program in ("ev_app.py", "bs_app.py"):
            await opened.enter_async_context(without_terminal(program, "--demo", "--headless", environ=home.environ))
        loop, most = asyncio.get_running_loop(), Most()
        child = asyncio.create_task(_watch(dm.pid, most))
        client = await opened.enter_async_context(listening(home.ports + 1))
        try:
            await _plan(client, lambda plan: plan.by == "solver" and bool(plan.blocks))
            after_s, solve_s = [], []
            for number in range(events):
                await asyncio.sleep(PAUSE_S)
                await _caught_up(client)
                told_s = loop.time()
                mode = "auto" if number % 2 else "off"
                await ordered(home.ports + 1, {"type": "set_mode", "charger": "garage", "mode": mode})
                plan = await _plan(client, lambda plan: "mode changed" in plan.because)
                after_s.append(loop.time() - told_s)
                solve_s.append(plan.solve_s)
            return Seen(tuple(after_s), tuple(solve_s), memory_mb(dm.pid, "VmHWM"), most.mb)
        finally:
            child.cancel()
            await asyncio.wait({child})


async def at_home() -> float:
    """The most that dm took in a home of its own with 60 days behind it, in MB. Raises TimeoutError without a plan."""
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        await _learned(home.folder)
        config = (ROOT / "config.py").read_text("utf-8") + CONFIG.format(**_ports(home))
        (home.folder / "config.py").write_text(config, "utf-8")
        await opened.enter_async_context(without_terminal(*_house(home), environ=home.environ))
        dm = await opened.enter_async_context(on_terminal("dm.py", environ=home.environ))
        for program in ("ev_app.py", "bs_app.py"):
            await opened.enter_async_context(without_terminal(program, "--headless", environ=home.environ))
        client = await opened.enter_async_context(listening(home.ports))
        await _plan(client, lambda plan: plan.by == "solver")
        await asyncio.sleep(HOME_S)
        return memory_mb(dm.pid, "VmHWM")


async def _learned(home: Path) -> None:
    """60 days in the books of a home with their prices, its quarters, and what had been foreseen of them."""
    past = await lived(home, START - LEARNED, START, paces_s=TWICE_A_QUARTER, commit_s=86_400)
    starts = [START - LEARNED + place * QUARTER for place in range(LEARNED // QUARTER)]
    quarters = [Parts(start=start, load_wh=100.0 + place % 96, sun_wh=50.5) for place, start in enumerate(starts)]
    notes = [
        Note(made=start, load_w=(400.5, 401.5, 402.5), sun_w=(200.5, 201.5, 202.5), told_w=203.5) for start in starts
    ]
    with contextlib.closing(connect(past.database)) as database, database:
        save(database, quarters, notes)


@dataclass(slots=True)
class Most:
    """The most that a process held, in MB."""

    mb: float = 0.0


async def _watch(parent: int, most: Most) -> None:
    """Until cancelled: what the solvers among the children of a process hold; a fork is still its parent's twin."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    while True:
        for pid in map(int, children.read_text().split()):  # noqa: ASYNC240 - the kernel answers from memory
            with contextlib.suppress(OSError, ValueError):  # it has just ended
                if b"lib.solver" in Path(f"/proc/{pid}/cmdline").read_bytes():  # noqa: ASYNC240 - as above
                    most.mb = max(most.mb, memory_mb(pid, "VmHWM"))
        await asyncio.sleep(LOOK_S)


async def _caught_up(client: ClientConnection) -> None:
    """Hear what was said until now: the plan of one event may be told again, and is none of the next."""
    with contextlib.suppress(TimeoutError):
        while True:
            async with asyncio.timeout(QUIET_S):
                await client.recv()


async def _plan(client: ClientConnection, holds: Callable[[Plan], bool]) -> Plan:
    """The first plan for which it holds. Raises TimeoutError when none comes."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame = await client.recv()
            if isinstance(frame, str) and frame.endswith('"type":"plan"}'):
                plan = parse_message(frame)
                if isinstance(plan, Plan) and holds(plan):
                    return plan


def _ports(home: Home) -> dict[str, int]:
    """Where the simulated house has its devices."""
    names = ("p1", "line", "nrgkick", "calendar", "cars", "victron", "fronius")
    return {name: home.ports + 3 + place for place, name in enumerate(names)}


def _house(home: Home) -> tuple[str, ...]:
    """The simulated house of the demo."""
    words = [word for name, port in _ports(home).items() for word in (f"--{name}-port", str(port))]
    return "-m", "lib.sim", "--start", "2026-11-20T17:20", *words
