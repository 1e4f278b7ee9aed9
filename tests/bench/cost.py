"""What a program costs that shows its dashboard while a house goes on around it; beside it an empty Textual app."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.program import Program, cpu_s, memory_mb, on_terminal, say
from tests.bench.screen import EMPTY
from tests.bench.yard import Yard
from tests.programs.program import P1Server

WARM_S = 20.0  # starting is not running


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of both in the same time, the most memory each held, the bytes that the program drew."""

    seconds: float
    own_s: float
    empty_s: float
    most_mb: float
    empty_mb: float
    drawn: int

    @property
    def busy_pct(self) -> float:
        """Of a core."""
        return self.own_s / self.seconds * 100

    @property
    def about(self) -> str:
        """The same beside the empty app."""
        return (
            f"{self.own_s:.2f} s of processor, the empty Textual app {self.empty_s:.2f} s beside it; "
            f"{self.drawn / self.seconds / 1000:.1f} kB drawn a second"
        )


async def measured(
    program: Program, meter: P1Server, yard: Yard, wave: Callable[[float], None], *, seconds: float
) -> Cost:
    """So many seconds of a program with its screen; wave: what flows in the yard at a second from the start."""
    loop, screen = asyncio.get_running_loop(), program.screen
    assert screen
    async with on_terminal("-c", EMPTY, environ=dict(os.environ)) as empty:
        start_s = next_s = loop.time()
        begun: tuple[float, float, int] | None = None
        while loop.time() < start_s + WARM_S + seconds:
            wave(next_s - start_s)
            await say(meter, yard.second())
            if begun is None and loop.time() >= start_s + WARM_S:
                begun = cpu_s(program.pid), cpu_s(empty.pid), screen.drawn
            next_s += 1.0
            await asyncio.sleep(next_s - loop.time())
        assert begun
        assert screen.drawn > begun[2]
        return Cost(
            seconds=seconds,
            own_s=cpu_s(program.pid) - begun[0],
            empty_s=cpu_s(empty.pid) - begun[1],
            most_mb=memory_mb(program.pid, "VmHWM"),
            empty_mb=memory_mb(empty.pid, "VmHWM"),
            drawn=screen.drawn - begun[2],
        )
