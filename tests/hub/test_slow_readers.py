"""Clients that do not read delay nobody and cost no memory."""

import asyncio
import base64
import os
import socket
import time
from pathlib import Path

import pytest

from lib.hub.server import Hub
from lib.messages import House, parse_message
from tests.waiting import LIMIT_S, eventually

from .builders import a_house, a_narrow_socket, listening, open_hub, recv

STUCK = 10
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n"
)


def a_stuck_client(hub: Hub, request: str = HANDSHAKE) -> socket.socket:
    """A client that asks and then never reads a byte."""
    sock = a_narrow_socket(hub)
    sock.sendall(request.format(base64.b64encode(os.urandom(16)).decode()).encode())
    return sock


async def type_into(sock: socket.socket) -> None:
    """Bytes for at most a second."""
    for _ in range(100):
        sock.send(b"x")
        await asyncio.sleep(0.01)


def a_large_house(seq: int) -> House:
    """A state of 20 kB."""
    return a_house(seq=seq, notices={"message": "x" * 20_000})


def memory_mb() -> float:
    """What this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def test_ten_that_never_read_delay_nobody_and_are_dropped() -> None:
    """Each frame reaches the others at once, memory stays flat, and the stuck ones are gone after the limit."""
    async with open_hub(send_s=0.5) as hub, listening(hub) as ws:
        stuck = [a_stuck_client(hub) for _ in range(STUCK)]
        await eventually(lambda: hub.listeners == STUCK + 1)
        await recv(ws)
        before_mb, longest_s = memory_mb(), 0.0
        for seq in range(300):
            start_s = time.monotonic()
            hub.say(a_large_house(seq))
            heard = parse_message(await recv(ws))
            longest_s = max(longest_s, time.monotonic() - start_s)
            assert isinstance(heard, House)
            assert seq == heard.seq
        assert longest_s < 0.5
        assert memory_mb() - before_mb < 20  # queued, it would be 60
        await eventually(lambda: hub.listeners == 1)
        for sock in stuck:
            with pytest.raises(ConnectionError):  # cut off, not left to linger until it reads
                await type_into(sock)
            sock.close()


async def test_one_that_reads_slowly_gets_the_newest_state() -> None:
    """What it has missed is not sent after it."""
    async with open_hub() as hub, listening(hub, max_queue=1) as ws:
        await recv(ws)
        last = 2000
        for seq in range(last + 1):
            hub.say(a_large_house(seq))
            await asyncio.sleep(0)
        seen = [-1]
        while seen[-1] < last:
            heard = parse_message(await recv(ws))
            assert isinstance(heard, House)
            seen.append(heard.seq)
        assert sorted(seen) == seen
        assert len(seen) < last / 2


async def test_a_client_that_breaks_the_protocol_is_cut_off_without_noise(caplog: pytest.LogCaptureFixture) -> None:
    """Not every client is one; what it does wrong is no error of ours, and the others go on."""
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        writer.write(HANDSHAKE.format(base64.b64encode(os.urandom(16)).decode()).encode())
        async with asyncio.timeout(LIMIT_S):
            await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\xff\xff no frame at all")
        for seq in range(1000):
            hub.say(a_house(seq=seq))
            await asyncio.sleep(0)
        await eventually(lambda: hub.listeners == 1)
        hub.say(a_house(seq=1000))
        while parse_message(await recv(ws)) != a_house(seq=1000):
            pass
        writer.transport.abort()
    assert [] == caplog.records


async def test_close_is_quick_with_clients_that_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that listen, and those that asked for a page of a megabyte."""
    monkeypatch.setattr("lib.hub.server.END_S", 200)
    async with open_hub(send_s=60) as hub:
        page = "GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: {}\r\n\r\n"
        stuck = [a_stuck_client(hub) for _ in range(STUCK)] + [a_stuck_client(hub, page)]
        await eventually(lambda: hub.listeners == STUCK)
        for seq in range(30):
            hub.say(a_large_house(seq))
            await asyncio.sleep(0.01)
        start_s = time.monotonic()
        await hub.close()
        assert time.monotonic() - start_s < LIMIT_S / 2
        assert 0 == hub.listeners
        for sock in stuck:
            sock.close()
