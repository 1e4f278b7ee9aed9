"""Telegrams reach readers over real sockets and pseudo-terminals; who does not read is dropped."""

import asyncio
import contextlib
import os
import socket
import threading

import pytest
import serial

from lib.sim.plugs import PtyPlug, TcpPlug, open_tcp
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.sim.stream import whole
from tests.waiting import LIMIT_S, eventually


async def test_every_client_gets_every_telegram(house: World) -> None:
    """Two clients on one port get the same whole telegrams, from a "/" on."""
    plug = await open_tcp(0)
    one, two = [await asyncio.open_connection("127.0.0.1", plug.port) for _ in range(2)]
    await eventually(lambda: plug.readers == "2 readers")
    told = telegram(house.show())
    for _ in range(5):
        plug.send(told)
    for reader, _ in (one, two):
        async with asyncio.timeout(LIMIT_S):
            assert 5 * told == await reader.readexactly(5 * len(told))
    one[1].close()
    await eventually(lambda: plug.readers == "1 reader")
    two[1].close()
    await plug.close()


async def test_a_client_that_does_not_read_is_dropped_and_others_go_on(house: World) -> None:
    """Its backlog stays under its limit, it is hung up on, and the client beside it misses nothing."""
    plug = await open_tcp(0)
    deaf = socket.create_connection(("127.0.0.1", plug.port), timeout=LIMIT_S)
    reader, writer = await asyncio.open_connection("127.0.0.1", plug.port)
    await eventually(lambda: plug.readers == "2 readers")
    told = 20 * telegram(house.show())
    sent = received = 0
    async with asyncio.timeout(LIMIT_S):
        while not plug.dropped:
            plug.send(told)
            sent += len(told)
            received += len(await reader.readexactly(len(told)))
            assert all(line.get_write_buffer_size() <= 64 * 1024 + 5 * len(told) for line in plug._lines)
    assert (1, sent) == (plug.dropped, received)
    plug.send(told)
    assert told == await reader.readexactly(len(told))
    assert plug.readers == "1 reader, 1 dropped"
    deaf.close()
    writer.close()
    await plug.close()


async def test_what_a_client_says_is_not_listened_to(house: World) -> None:
    """A P1 port is receive-only."""
    plug = await open_tcp(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", plug.port)
    writer.write(b"GET / HTTP/1.1\r\n" * 1000)
    await writer.drain()
    await eventually(lambda: plug.readers == "1 reader")
    plug.send(told := telegram(house.show()))
    async with asyncio.timeout(LIMIT_S):
        assert told == await reader.readexactly(len(told))
    writer.close()
    await plug.close()


async def test_closing_hangs_up() -> None:
    """A reader sees the end, and the port is free again."""
    plug = await open_tcp(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", plug.port)
    await eventually(lambda: plug.readers == "1 reader")
    await plug.close()
    async with asyncio.timeout(LIMIT_S):
        with contextlib.suppress(ConnectionResetError):  # an abort is seen as one or the other
            assert await reader.read() == b""
    writer.close()
    again = await open_tcp(plug.port)
    await again.close()


async def test_a_taken_port_is_an_oserror() -> None:
    """The program makes a sentence of it."""
    plug = await open_tcp(0)
    with pytest.raises(OSError, match="in use"):
        await open_tcp(plug.port)
    await plug.close()


class SerialProgram:
    """A program that reads `size` bytes from a serial device, in a thread as such programs do."""

    def __init__(self, where: str, size: int) -> None:
        self.got = b""
        self.is_open = threading.Event()
        self._where, self._size = where, size
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        with serial.Serial(self._where, 115_200, timeout=LIMIT_S) as port:
            self.is_open.set()
            self.got = port.read(self._size)

    def has_ended(self) -> bool:
        """Whether it read all it wanted, or gave up."""
        return not self._thread.is_alive()


async def test_a_serial_program_reads_whole_telegrams_from_the_pty(house: World) -> None:
    """Through pyserial, all bytes of a batch far larger than the device holds arrive unchanged."""
    plug, told = PtyPlug(), telegram(house.show())
    program = SerialProgram(plug.where, 150 * len(told))
    await eventually(program.is_open.is_set)
    plug.send(150 * told)
    await eventually(program.has_ended)
    assert 150 * told == program.got
    await plug.close()


async def test_a_pty_nobody_reads_keeps_nothing_old(house: World) -> None:
    """After ten minutes of telegrams without a reader, memory is flat and one who opens it gets what is told now."""
    plug, told = PtyPlug(), telegram(house.show())
    for _ in range(600):
        plug.send(told)
    assert len(plug._waiting) <= 64 * 1024 + 5 * len(told)
    await plug.close()


async def test_a_reader_that_comes_late_finds_fresh_telegrams(house: World) -> None:
    """What lay unread for more than two seconds is gone when the next telegram is told."""
    plug, old = PtyPlug(), b"/OLD" * 20_000
    plug.send(old)
    plug._read_at -= 60  # a minute without a reader
    device = os.open(plug.where, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    told = telegram(house.show())
    stream = b""

    def fresh() -> bool:
        nonlocal stream
        plug._read_at -= 60
        plug.send(told)
        try:
            stream = os.read(device, 65_536)
        except BlockingIOError:
            return False
        return b"OLD" not in stream and whole(stream) != []

    await eventually(fresh)
    os.close(device)
    await plug.close()


async def test_plug_types() -> None:
    """Addresses are what `serial_port` takes."""
    tcp: TcpPlug = await open_tcp(0)
    pty = PtyPlug()
    assert tcp.where == f"socket://127.0.0.1:{tcp.port}"
    assert pty.where.startswith("/dev/pts/")
    await tcp.close()
    await pty.close()
    await pty.close()  # a second time is harmless
