"""How soon another plan is in force after something happened, and what planning takes: the demo as processes.

dm.py on a terminal, the simulated house, ev_app.py and bs_app.py without one. The owner sets the charger to something
else; that is the event.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from websockets.asyncio.client import ClientConnection

from lib.messages import parse_message
from lib.messages.plan import Plan
from tests.bench.program import Home, memory_mb, on_terminal, own_home, without_terminal
from tests.bench.result import Result, at_most
from tests.programs.program import listening

TITLE = "Replan"
GOAL_S, GOAL_DM_MB, GOAL_CHILD_MB = 2.0, 90.0, 100.0
PAUSE_S, PATIENCE_S = 5.0, 60.0  # events that come closer together share a plan
LOOK_S = 0.005
HOW = (
    "The demo as processes: dm.py with its dashboard on a terminal of 240×60, the simulated house, ev_app.py and "
    "bs_app.py; a car with its trips, a battery, a roof. The owner's order to a charger over ev's websocket → the plan "
    "that was made for it at a client of ev. Memory by /proc, of the solver's child the most of all that were seen."
)


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
    yield at_most("dm with its dashboard, the most it took", seen.dm_mb, GOAL_DM_MB, "{:.0f} MB")
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
                told_s = loop.time()
                await client.send(f"mode garage {'auto' if number % 2 else 'off'}")
                plan = await _plan(client, lambda plan: "mode changed" in plan.because)
                after_s.append(loop.time() - told_s)
                solve_s.append(plan.solve_s)
            return Seen(tuple(after_s), tuple(solve_s), memory_mb(dm.pid, "VmHWM"), most.mb)
        finally:
            child.cancel()
            await asyncio.wait({child})


@dataclass(slots=True)
class Most:
    """The most that a process held, in MB."""

    mb: float = 0.0


async def _watch(parent: int, most: Most) -> None:
    """Until cancelled: what the children of a process hold."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    while True:
        for pid in map(int, children.read_text().split()):  # noqa: ASYNC240 - the kernel answers from memory
            with contextlib.suppress(OSError, ValueError):  # it has just ended
                most.mb = max(most.mb, memory_mb(pid, "VmHWM"))
        await asyncio.sleep(LOOK_S)


async def _plan(client: ClientConnection, holds: Callable[[Plan], bool]) -> Plan:
    """The first plan for which it holds. Raises TimeoutError when none comes."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame = await client.recv()
            if isinstance(frame, str) and frame.endswith('"type":"plan"}'):
                plan = parse_message(frame)
                if isinstance(plan, Plan) and holds(plan):
                    return plan


def _house(home: Home) -> tuple[str, ...]:
    """The simulated house of the demo."""
    ports = ("p1", "line", "nrgkick", "calendar", "cars", "victron", "fronius")
    words = [word for place, name in enumerate(ports) for word in (f"--{name}-port", str(home.ports + 3 + place))]
    return "-m", "lib.sim", "--start", "2026-11-20T17:20", *words
