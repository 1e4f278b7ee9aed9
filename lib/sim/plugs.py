"""Where the telegrams of the toy house leave it: a TCP port on this machine or a pseudo-terminal.

In: bytes to send, now. Out: the same bytes to everyone who reads. Neither waits for a reader nor keeps what a reader
leaves lying: who does not read is dropped. Knows no house and no telegram.
"""

import asyncio
import contextlib
import fcntl
import os
import socket
import termios
import tty
from typing import Protocol

HOST = "127.0.0.1"
_BACKLOG = 64 * 1024  # bytes waiting for one reader, beside four times what is sent at once
_MOST_READERS = 64
_PATIENCE_S = 2.0


class Plug(Protocol):
    """Something telegrams can be sent through."""

    @property
    def where(self) -> str:
        """The address to put into `serial_port`."""

    @property
    def readers(self) -> str:
        """Who is reading, in words."""

    def send(self, data: bytes) -> None:
        """Hand `data` to all readers; never waits."""

    async def close(self) -> None:
        """Let go of the port and of all readers."""


class TcpPlug:
    """Telegrams for any number of TCP clients; made with `open_tcp`."""

    def __init__(self) -> None:
        self._lines: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.dropped = 0

    @property
    def where(self) -> str:
        """The address of the port, as pyserial writes it."""
        return f"socket://{HOST}:{self.port}"

    @property
    def readers(self) -> str:
        """How many clients are connected, and how many were dropped."""
        dropped = f", {self.dropped} dropped" if self.dropped else ""
        return f"{len(self._lines)} reader{'' if len(self._lines) == 1 else 's'}{dropped}"

    async def listen(self, port: int) -> None:
        """Open the port; 0 takes a free one. Raises OSError when it is in use."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Reader(self._lines), HOST, port)
        self.port = self._server.sockets[0].getsockname()[1]

    def send(self, data: bytes) -> None:
        """Hand `data` to all clients; one that left too much lying is dropped."""
        for line in list(self._lines):
            if line.get_write_buffer_size() > _BACKLOG + 4 * len(data):
                self._lines.discard(line)
                self.dropped += 1
                line.abort()
            else:
                line.write(data)

    async def close(self) -> None:
        """Close the port and hang up."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.abort()
        if self._server is not None:
            async with asyncio.timeout(5):
                await self._server.wait_closed()


class _Reader(asyncio.Protocol):
    """One TCP client; what it says is not listened to, as on a real P1 port."""

    def __init__(self, lines: set[asyncio.Transport]) -> None:
        self._lines = lines
        self._line: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if len(self._lines) >= _MOST_READERS:
            transport.abort()
            return
        plain = transport.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BACKLOG)
        self._line = transport
        self._lines.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._line is not None:
            self._lines.discard(self._line)


class PtyPlug:
    """Telegrams on a pseudo-terminal, which a program opens like a serial device. Needs a running loop.

    What nobody reads for two seconds is thrown away, so a program that opens it gets telegrams of now.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._near, self._far = os.openpty()
        tty.setraw(self._far)  # no echo, and no line end changed on its way
        os.set_blocking(self._near, False)
        os.set_blocking(self._far, False)
        self._where = os.ttyname(self._far)
        self._waiting = bytearray()
        self._read_at = self._loop.time()
        self._closed = False

    @property
    def where(self) -> str:
        """The name of the device."""
        return self._where

    @property
    def readers(self) -> str:
        """A pseudo-terminal does not tell who reads."""
        return "pty"

    def send(self, data: bytes) -> None:
        """Hand `data` to the program that reads, if any."""
        if not self._waiting and not _unread(self._far):
            self._read_at = self._loop.time()
        elif self._loop.time() - self._read_at > _PATIENCE_S or len(self._waiting) > _BACKLOG + 4 * len(data):
            self._waiting.clear()
            _throw_away(self._far)
        self._waiting += data
        self._push()

    async def close(self) -> None:
        """Let go of the device; a program that reads sees it vanish."""
        if not self._closed:
            self._closed = True
            self._loop.remove_writer(self._near)
            os.close(self._near)
            os.close(self._far)

    def _push(self) -> None:
        with contextlib.suppress(BlockingIOError):
            del self._waiting[: os.write(self._near, self._waiting)]
        if self._waiting:
            self._loop.add_writer(self._near, self._push)
        else:
            self._loop.remove_writer(self._near)


def _unread(device: int) -> bool:
    """Whether bytes lie in the device that nobody has read."""
    return fcntl.ioctl(device, termios.FIONREAD, b"\0\0\0\0") != b"\0\0\0\0"


def _throw_away(device: int) -> None:
    """Read what nobody else reads."""
    with contextlib.suppress(BlockingIOError):
        while os.read(device, 65_536):
            pass


async def open_tcp(port: int) -> TcpPlug:
    """A plug on TCP port `port` of this machine. Raises OSError when the port is in use."""
    plug = TcpPlug()
    await plug.listen(port)
    return plug
