"""A web server on loopback that answers as a test says, and remembers the questions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.waiting import LIMIT_S

HOST = "127.0.0.1"

Say = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Stranger:
    """What it was asked, and where it is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Scheme and host."""
        return f"http://{HOST}:{self.port}"


def http(status: int, body: bytes = b"", **headers: str) -> Say:
    """A whole answer with that status and body; Retry_After="7" becomes a header."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join([*lines, "", ""]).encode() + body)


def raw(answer: bytes) -> Say:
    """These bytes, and the end."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return say


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Takes the question and says nothing until the other end leaves."""
    await reader.read()


@asynccontextmanager
async def stranger(*says: Say) -> AsyncIterator[Stranger]:
    """A server that gives these answers one after the other, the last for ever."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            question = await reader.readuntil(b"\r\n\r\n")
            it.asked.append(question.split(b" ")[1].decode())
            await says[min(len(it.asked), len(says)) - 1](reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, HOST, 0)
    it = Stranger(server.sockets[0].getsockname()[1])
    try:
        yield it
    finally:
        server.close()
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*talks)
