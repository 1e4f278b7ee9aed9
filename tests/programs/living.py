"""Lives, one after another, in a process of their own (tests/programs/lives.py): begun, ended by a signal, over.

In: a `Life`. Out: a `Living`, as long as its block lasts.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from tests.programs.lives import Life
from tests.programs.program import ROOT
from tests.waiting import LIMIT_S


class Lives:
    """The process that lives the lives."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator["Lives"]:
        """Started, and ended with the block."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *("-m", "tests.programs.lives"), cwd=ROOT, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
        )  # fmt: skip
        try:
            yield cls(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the one that lives, too: the session is theirs
            await process.communicate()

    @contextlib.asynccontextmanager
    async def lived(self, life: Life) -> AsyncIterator["Living"]:
        """A life that is over when the block ends: what lives then is killed."""
        await self._say(json.dumps(asdict(life)))
        living = Living(int(await self._hear()), asyncio.create_task(self._hear()))
        try:
            yield living
        finally:
            living.send(signal.SIGKILL)
            code = int(await living.over)
            await self._say("")
        # by SIGTERM, before it listens to that; a bug of the program's own would be another
        assert code in {0, -signal.SIGKILL, -signal.SIGTERM}

    async def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def _hear(self) -> str:
        assert self._process.stdout
        async with asyncio.timeout(LIMIT_S):
            return (await self._process.stdout.readline()).decode().strip()


@dataclass(frozen=True, slots=True)
class Living:
    """A process that lives; its id stays its own until the block of `lived` is left."""

    pid: int
    over: asyncio.Task[str]

    def send(self, number: signal.Signals) -> None:
        """Send a signal; the dead take no notice."""
        os.kill(self.pid, number)

    async def end_within(self, seconds: float) -> bool:
        """Whether it ended by itself in this time."""
        done, _ = await asyncio.wait({self.over}, timeout=seconds)
        return bool(done)
