"""dm.py as a process of its own, and a meter on TCP that speaks to it."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]


class P1Server:
    """A dongle: passes on what it is told to everybody who listens."""

    def __init__(self) -> None:
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._heard = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._listen, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.close()

    async def _listen(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._heard.set()

    @property
    def source(self) -> str:
        """Its address as config.py has it."""
        assert self._server
        return f"socket://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def say(self, data: bytes) -> None:
        """Send to all who listen; waits until somebody does."""
        async with asyncio.timeout(LIMIT_S):
            await self._heard.wait()
            for writer in self._writers:
                writer.write(data)
                await writer.drain()


def environment(home: Path, ports: int) -> dict[str, str]:
    """What a program sees: this machine's, but for its folder, its secrets and its ports."""
    own = {"DM_HOME": str(home), "HOME": str(home), "DM_PORTS": str(ports), "PYTHONPATH": str(ROOT)}
    return os.environ | own


@contextlib.asynccontextmanager
async def running(
    *arguments: str, environ: dict[str, str], inside: tuple[str, ...] = ()
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python ARGUMENTS` until the block ends; ended then if it still runs. inside: what starts it somewhere else."""
    process = await asyncio.create_subprocess_exec(
        *inside, sys.executable, *arguments, env=environ, cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """The exit code and stderr of a program that ends by itself."""
    async with asyncio.timeout(LIMIT_S):
        _, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, error.decode()


@contextlib.asynccontextmanager
async def listening(
    ports: int, dial: Callable[[int], Awaitable[socket.socket]] | None = None
) -> AsyncIterator[ClientConnection]:
    """A websocket to the program, as soon as its door is open; dial: connects to it from somewhere else."""
    client: ClientConnection | None = None
    url = f"ws://127.0.0.1:{ports}/ws"
    async with asyncio.timeout(LIMIT_S):
        while client is None:
            try:
                sock = await dial(ports) if dial else None
                client = await connect(url, sock=sock, proxy=None, compression=None, close_timeout=1)
            except OSError:
                await asyncio.sleep(0.05)
    async with client:
        yield client


async def next_state(client: ClientConnection, kind: str) -> dict[str, Any]:
    """The next state of a type."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            state: dict[str, Any] = json.loads(await client.recv())
            if state["type"] == kind:
                return state


async def ask(client: ClientConnection, line: str) -> str:
    """The first line of the answer to a typed line; the states that were on their way are passed over."""
    await client.send(line)
    async with asyncio.timeout(LIMIT_S):
        while (answer := str(await client.recv())).startswith("{"):
            pass
    return answer
