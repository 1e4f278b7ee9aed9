"""500 websocket clients at 1 Hz, ten of them not reading: what the others wait, and what the server holds in memory.

dm.py without a screen, telegrams over TCP; those who read are in a second process, those who do not in this one.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median

from tests.bench.program import Dm, clock_of, cpu_s, dm, memory_mb, say
from tests.bench.result import Result, at_most, percentile
from tests.bench.stream import second_by_second
from tests.bench.stuck import Stuck
from tests.programs.program import ROOT, listening

TITLE = "Clients"
READERS, STUCK = 490, 10
HOW = (
    f"dm.py --headless, a telegram each second over TCP in the pieces of a cable, {READERS} clients in a second "
    f"process that read and {STUCK} that never do (4 kB of receive buffer, back again as soon as they are dropped). "
    "Delay: last byte of the telegram → frame in the client's hands, with the time that the reading process takes for "
    "all of them."
)
SETTLED_S = 10  # from here on memory must stay
FLAT_MB = 2.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was seen in so many seconds.

    Attributes:
        delays_s: one for each telegram and reader; missed: of those, how many never came.
        memory_mb: of the server, second by second, from `SETTLED_S` on.
        frame_bytes: the House, the Telegram and the Usage frame.

    """

    seconds: int
    delays_s: tuple[float, ...]
    missed: int
    dropped: int
    memory_mb: tuple[float, ...]
    cpu_s: float
    frame_bytes: tuple[int, ...]


def results(*, quick: bool) -> Iterator[Result]:
    """The 99th of a hundred delays, and the growth of the server."""
    seen = asyncio.run(crowd(25 if quick else 180))
    yield at_most(
        f"{READERS + STUCK} clients, {STUCK} of them not reading: delay of the others, p99",
        percentile(seen.delays_s, 99) * 1000,
        250,
        "{:.0f} ms",
        f"median {median(seen.delays_s) * 1000:.0f} ms, longest {max(seen.delays_s) * 1000:.0f} ms of "
        f"{len(seen.delays_s)}, {seen.missed} missing; {seen.dropped} times one that did not read was dropped; "
        f"frames of {' + '.join(map(str, seen.frame_bytes))} bytes (house, usage, telegram); the server took "
        f"{seen.cpu_s / seen.seconds * 100:.0f} % of a core",
    )
    yield at_most(
        f"memory of the server: growth from {SETTLED_S} s to {seen.seconds} s",
        seen.memory_mb[-1] - seen.memory_mb[0],
        FLAT_MB,
        "{:.1f} MB",
        f"{seen.memory_mb[0]:.1f} MB at {SETTLED_S} s, {seen.memory_mb[-1]:.1f} MB at the end, "
        f"{max(seen.memory_mb):.1f} MB at most",
    )


async def crowd(seconds: int) -> Crowd:
    """Let them all listen to so many telegrams, one each second. Raises TimeoutError when they cannot."""
    loop = asyncio.get_running_loop()
    sent_s: dict[str, float] = {}
    held_mb: list[float] = []
    async with dm(screen=False) as server, _readers(server.port) as readers:
        with Stuck(server.port, STUCK) as stuck:
            start_s, begun_s = loop.time(), cpu_s(server.pid)
            for at, telegram in enumerate(islice(second_by_second(), seconds)):
                await asyncio.sleep(start_s + at - loop.time())
                sent_s[clock_of(telegram)] = await say(server.meter, telegram)
                stuck.come_back()
                if at >= SETTLED_S:
                    held_mb.append(memory_mb(server.pid))
            await asyncio.sleep(1)
            spent_s = cpu_s(server.pid) - begun_s
            sizes = await _frame_bytes(server)
            heard_s = await _heard(readers)
            dropped = stuck.dropped
    delays_s = [one - sent_s[clock] for clock, times in heard_s.items() if clock in sent_s for one in times]
    return Crowd(
        seconds=seconds,
        delays_s=tuple(delays_s),
        missed=READERS * seconds - len(delays_s),
        dropped=dropped,
        memory_mb=tuple(held_mb),
        cpu_s=spent_s,
        frame_bytes=sizes,
    )


@contextlib.asynccontextmanager
async def _readers(port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The second process, when all its clients listen."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.crowd", str(port), str(READERS)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=1 << 26,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(60):
            ready = await process.stdout.readline()
        if ready != b"ready\n":
            raise RuntimeError("the clients could not all connect; what they said stands above")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _heard(readers: asyncio.subprocess.Process) -> dict[str, list[float]]:
    """Tell them that it is over; when each `House` came to each of them."""
    async with asyncio.timeout(60):
        said, _ = await readers.communicate(b"")
    heard_s: dict[str, list[float]] = json.loads(said)
    return heard_s


async def _frame_bytes(server: Dm) -> tuple[int, ...]:
    async with listening(server.port) as client:
        sizes: dict[str, int] = {}
        async with asyncio.timeout(10):
            while not {"house", "usage", "telegram"} <= sizes.keys():
                frame = str(await client.recv())
                sizes[json.loads(frame)["type"]] = len(frame.encode())
    return sizes["house"], sizes["usage"], sizes["telegram"]
