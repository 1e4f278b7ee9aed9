"""From the last byte of a telegram to the `House` frame in a websocket client's hands, with the dashboard running.

Two dm.py as processes: one draws its dashboard on a terminal of 240×60, one runs without a screen. They hear telegrams
over TCP in turn.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from statistics import median

from tests.bench.program import Dm, clock_of, dm, note, say
from tests.bench.result import Result, at_most, percentile
from tests.bench.stream import second_by_second
from tests.programs.program import listening

TITLE = "Latency"
HOW = (
    "dm.py with its dashboard on a pseudo-terminal of 240×60, two telegrams a second over TCP in the pieces of a "
    "cable, at uneven moments; one websocket client. Beside it, in turn, a dm.py without a screen."
)
PERIOD_S = 0.5
WARM = 10  # telegrams before it counts
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from a telegram's last byte to the frame, one for each telegram; bytes that the screen drew."""

    screen_s: tuple[float, ...]
    headless_s: tuple[float, ...]
    drawn: int


def results(*, quick: bool) -> Iterator[Result]:
    """The 99th of a hundred delays."""
    found = asyncio.run(delays(40 if quick else 300))
    p99_ms = percentile(found.screen_s, 99) * 1000
    headless_ms = percentile(found.headless_s, 99) * 1000
    yield at_most(
        "last byte of a telegram → frame at a client, dashboard running, p99",
        p99_ms,
        20,
        "{:.1f} ms",
        f"median {median(found.screen_s) * 1000:.1f} ms, longest {max(found.screen_s) * 1000:.1f} ms of "
        f"{len(found.screen_s)}; without a screen p99 {headless_ms:.1f} ms ({p99_ms / headless_ms:.1f} ×), "
        f"median {median(found.headless_s) * 1000:.1f} ms; the dashboard drew {found.drawn / 1000:.0f} kB",
    )


async def delays(telegrams: int) -> Delays:
    """Send so many telegrams to each dm. Raises TimeoutError when one of them does not come through."""
    async with dm(screen=True) as screen, dm(screen=False) as headless:
        assert screen.screen
        both = {True: screen, False: headless}
        sent_s: dict[bool, dict[str, float]] = {True: {}, False: {}}
        heard_s: dict[bool, dict[str, float]] = {True: {}, False: {}}
        dice, loop = Random(7), asyncio.get_running_loop()
        next_s = loop.time()
        async with _noting(screen, heard_s[True]), _noting(headless, heard_s[False]):
            for at, telegram in enumerate(islice(second_by_second(), 2 * (telegrams + WARM))):
                shown = at % 2 == 0
                clock = clock_of(telegram)
                next_s += PERIOD_S / 2
                sent_s[shown][clock] = await say(both[shown].meter, telegram)
                await asyncio.sleep(next_s + dice.uniform(-0.05, 0.05) - loop.time())
            async with asyncio.timeout(PATIENCE_S):
                while any(sent_s[one].keys() - heard_s[one].keys() for one in both):  # noqa: ASYNC110 - it is the other task that fills them
                    await asyncio.sleep(0.05)
        drawn = screen.screen.drawn
    screen_s, headless_s = (
        tuple(heard_s[one][clock] - sent_s[one][clock] for clock in list(sent_s[one])[WARM:]) for one in both
    )
    return Delays(screen_s, headless_s, drawn)


@contextlib.asynccontextmanager
async def _noting(house: Dm, heard_s: dict[str, float]) -> AsyncIterator[None]:
    async with listening(house.port) as client:
        work = asyncio.create_task(note(client, heard_s))
        try:
            yield
        finally:
            work.cancel()
