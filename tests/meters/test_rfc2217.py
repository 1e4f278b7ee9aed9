"""A serial port behind an RFC 2217 server: pyserial's own server side, on a real socket."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
import serial
from serial.rfc2217 import PortManager

from lib.meters import MeterError, open_meter
from tests.waiting import LIMIT_S

from .telegrams import a_telegram

# pyserial 3.5 names its thread the way Python calls old since 3.10.
pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")


class Server:
    """One port for one client after another; it speaks RFC 2217 in a thread of its own."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"
        self.port = serial.serial_for_url("loop://", baudrate=9600)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def write(self, piece: bytes) -> None:
        """Send; PortManager negotiates through this."""
        assert self._client
        self._client.sendall(piece)

    def say(self, piece: bytes) -> None:
        """What the meter behind the port sends: 0xFF counts twice on this line."""
        self.write(piece.replace(b"\xff", b"\xff\xff"))

    def hang_up(self) -> None:
        """Lose the client."""
        assert self._client
        self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop serving."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)
        assert not self._thread.is_alive()
        self.port.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listening socket was closed
            while True:
                self._client, _ = self._listening.accept()
                with self._client as client, suppress(OSError):
                    manager = PortManager(cast("Any", self.port), cast("Any", self))  # the stubs ask for too much
                    while received := client.recv(1024):
                        list(manager.filter(received))


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with a port."""
    server = Server()
    yield server
    server.close()


async def test_the_port_behind_the_server_is_set_up_and_read(server: Server) -> None:
    """It gets 115200 baud, 8N1; all byte values arrive; a server that hangs up is a lost line."""
    everything = bytes(range(256)) + a_telegram()
    async with asyncio.timeout(LIMIT_S):
        meter = await open_meter(server.url)
        assert (server.url.removeprefix("rfc2217://"), True) == (meter.name, meter.live)
        set_up = ("baudrate", 115200), ("bytesize", 8), ("parity", "N"), ("stopbits", 1)
        assert dict(set_up) == {name: getattr(server.port, name) for name, _ in set_up}
        server.say(everything)
        read = b""
        while len(read) < len(everything):
            read += await meter.read()
        assert everything == read
        server.hang_up()
        with pytest.raises(MeterError, match="closed the connection"):
            await meter.read()
        await meter.close()


async def test_nobody_at_the_address_is_said() -> None:
    """The same sentence as for any other box."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(MeterError, match=f"{where} refuses the connection"):
            await open_meter(f"rfc2217://{where}")


async def test_a_box_that_speaks_raw_bytes_is_recognised() -> None:
    """Who wrote rfc2217 where socket was meant reads so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(a_telegram())
        await reader.read()
        writer.close()

    box = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with box, asyncio.timeout(LIMIT_S):
        where = f"127.0.0.1:{box.sockets[0].getsockname()[1]}"
        with pytest.raises(MeterError, match=f"try socket://{where}"):
            await open_meter(f"rfc2217://{where}?timeout=0.2")


async def test_an_opening_that_is_given_up_does_not_hold_the_program() -> None:
    """A server that says nothing keeps pyserial busy for seconds; whoever cancels does not wait for it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    box = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with box:
        opening = asyncio.create_task(open_meter(f"rfc2217://127.0.0.1:{box.sockets[0].getsockname()[1]}?timeout=0.2"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await opening
        for thread in [one for one in threading.enumerate() if one.name.startswith("meter ")]:
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()
