"""A TCP port on this machine that takes typed lines and answers each with one line.

In: what to do with a line. Out: answers. Knows no house. A client that sends an endless line or does not take its
answers is hung up on.
"""

import asyncio
import contextlib
from collections.abc import Callable

HOST = "127.0.0.1"
_LONGEST = 1024
_MOST_CLIENTS = 16
_PATIENCE_S = 5.0


class LineServer:
    """Answers lines with `obey`; made with `open_line_server`."""

    def __init__(self, obey: Callable[[str], str]) -> None:
        self._obey = obey
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def listen(self, port: int) -> None:
        """Open the port; 0 takes a free one. Raises OSError when it is in use."""
        self._server = await asyncio.start_server(self._talk, HOST, port, limit=_LONGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Close the port and hang up."""
        if self._server is not None:
            self._server.close()
        for writer in self._talks.values():
            writer.transport.abort()  # its task sees the end and ends
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.gather(*self._talks)
            if self._server is not None:
                await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks[task] = writer
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):  # it left or stopped listening: nothing is lost
                if len(self._talks) > _MOST_CLIENTS:
                    await self._refuse(reader, writer)
                else:
                    await self._answer(reader, writer)
        finally:
            del self._talks[task]
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as end:
                line = end.partial  # the last line may lack its end
            except asyncio.LimitOverrunError:
                await _say(writer, f"A line of more than {_LONGEST} characters is not for this house.")
                return
            if not line:
                return
            await _say(writer, self._obey(line.decode("utf-8", errors="replace")))

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            await reader.read(_LONGEST)  # hanging up on unread words would destroy the answer on its way
        await _say(writer, f"{_MOST_CLIENTS} others are talking to this house already; try again later.")


async def _say(writer: asyncio.StreamWriter, answer: str) -> None:
    writer.write(f"{answer}\n".encode())
    async with asyncio.timeout(_PATIENCE_S):
        await writer.drain()


async def open_line_server(obey: Callable[[str], str], port: int) -> LineServer:
    """A line server on TCP port `port` of this machine. Raises OSError when the port is in use."""
    server = LineServer(obey)
    await server.listen(port)
    return server
