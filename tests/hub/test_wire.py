"""Connections that ask for nothing, and more of them than a process has files for."""

import asyncio
import contextlib

import pytest

from lib.hub.server import Hub

from .builders import a_house, get, listening, open_hub, recv

PATIENCE_S = 5.0


async def ended(reader: asyncio.StreamReader) -> None:
    """Wait until the other end is gone, without a word."""
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionResetError):
            assert b"" == await reader.read()


async def answers(hub: Hub) -> bool:
    """Whether a request is answered."""
    try:
        return (await get(hub, "/"))[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("said", [b"", b"GET /ws HTTP/1.1\r\nHost: pi\r\n"])
async def test_who_asks_for_nothing_is_cut_off(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a request is none. Websockets and requests are not counted by this clock."""
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 0.2)
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        writer.write(said)
        await ended(reader)
        writer.transport.abort()
        hub.say(a_house())
        assert "house" in await recv(ws)
        assert 200 == (await get(hub, "/"))[0]


async def test_too_many_connections_leave_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes beyond the limit is cut off at once; those that are there go on, and a place becomes free again."""
    monkeypatch.setattr("lib.hub.wire.MOST_CONNECTIONS", 2)
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        _, idle = await asyncio.open_connection("127.0.0.1", hub.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        await ended(reader)
        writer.transport.abort()
        hub.say(a_house())
        assert "house" in await recv(ws)
        idle.transport.abort()
        async with asyncio.timeout(PATIENCE_S):
            while not await answers(hub):
                pass
