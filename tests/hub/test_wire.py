"""Connections that ask for nothing, and more of them than a process has files for."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from lib.hub.gate import Role
from lib.hub.server import Hub
from tests.waiting import LIMIT_S, eventually

from .builders import a_house, a_narrow_socket, get, listening, open_hub, recv, url
from .certificates import a_pair, needs_openssl
from .raw import answer, connected, handshake


async def ended(reader: asyncio.StreamReader) -> None:
    """Wait until the other end is gone, without a word."""
    async with asyncio.timeout(LIMIT_S):
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
        async with asyncio.timeout(LIMIT_S):
            while not await answers(hub):
                pass


async def test_who_may_only_look_leaves_places_for_who_steers(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many listen with that token: ev and bs hear their dm, from this machine and from another one."""
    monkeypatch.setattr("lib.hub.server.MOST_LISTENERS", 5)
    monkeypatch.setattr("lib.hub.server.KEPT_LISTENERS", 2)
    look, steer = "look" * 10, "steer" * 10
    async with open_hub(tokens={Role.VIEW: look, Role.CONTROL: steer}) as hub, contextlib.AsyncExitStack() as opened:
        for _ in range(3):
            await opened.enter_async_context(listening(hub, where=f"{url(hub)}?token={look}"))
        with pytest.raises(InvalidStatus) as refusal:
            await opened.enter_async_context(listening(hub, where=f"{url(hub)}?token={look}"))
        assert (503, b"3 others listen already") == (refusal.value.response.status_code, refusal.value.response.body)
        for where in (url(hub), f"{url(hub)}?token={steer}"):
            assert "hello" in await recv(await opened.enter_async_context(listening(hub, where=where)))


async def test_a_request_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps no connection, neither for the first request nor for the next on the same line."""
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 0.5)
    whole = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with open_hub() as hub:
        for first in (b"", whole):
            async with connected(("127.0.0.1", hub.port)) as (reader, writer):
                writer.write(first)
                if first:
                    async with asyncio.timeout(LIMIT_S):
                        await reader.readuntil(b"\r\n\r\n")
                dripping = asyncio.create_task(drip(writer, whole[:-1]))
                async with asyncio.timeout(LIMIT_S):
                    with contextlib.suppress(ConnectionResetError):
                        await reader.read()
                dripping.cancel()


async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """A byte at a time."""
    for at in range(len(data)):
        writer.write(data[at : at + 1])
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("size", [100, 10_000_000], ids=["waits", "goes on"])
async def test_who_still_sends_what_was_answered_is_cut_off(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that never comes, or never ends."""
    monkeypatch.setattr("lib.hub.wire.LINGER_S", 0.2)
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 0.5)
    monkeypatch.setattr("lib.hub.gate.DISCARD_S", 0.1)
    head = f"POST /openapi.json HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {size}\r\n\r\n"
    for host in ("evil.example", "localhost"):  # refused at once; let in, so its body is waited for
        async with open_hub() as hub, connected(("127.0.0.1", hub.port)) as (reader, writer):
            writer.write(head.replace("evil.example", host).encode())
            dripping = asyncio.create_task(drip(writer, b"x" * 1000))
            async with asyncio.timeout(LIMIT_S):
                with contextlib.suppress(ConnectionResetError):
                    await reader.read()
            dripping.cancel()


async def test_who_does_not_take_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a megabyte that nobody reads takes no place for long."""
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 0.2)
    monkeypatch.setattr("lib.hub.wire.ANSWER_S", 0.3)
    async with open_hub() as hub:
        sock = a_narrow_socket(hub)
        sock.sendall(b"GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await eventually(lambda: len(server_connections(hub)) == 1)
        await eventually(lambda: not server_connections(hub))
        assert [] == left_behind(hub.port)
        sock.close()


def server_connections(hub: Hub) -> set[Any]:
    """The connections a hub has."""
    assert hub._server
    return set(hub._server.server_state.connections)


def left_behind(port: int) -> list[str]:
    """Connections of a port that the system still holds with data, for nobody: FIN_WAIT1, LAST_ACK, CLOSING."""
    found: list[str] = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            _, local, _, state, queues = line.split()[:5]
            if int(local.rpartition(":")[2], 16) == port and state in {"04", "09", "0B"} and queues[:8] != "0" * 8:
                found.append(line)
    return found


async def test_a_stuck_client_that_is_dropped_leaves_nothing_in_the_system() -> None:
    """What waited for it would stay there for minutes, and with it the connection."""
    async with open_hub(send_s=0.3) as hub:
        stuck = [a_narrow_socket(hub) for _ in range(5)]
        for sock in stuck:
            sock.sendall(handshake())
        await eventually(lambda: hub.listeners == len(stuck))
        for seq in range(50):
            hub.say(a_house(seq=seq, notices={"message": "x" * 20_000}))
            await asyncio.sleep(0)
        await eventually(lambda: hub.listeners == 0)
        await eventually(lambda: not server_connections(hub))
        assert [] == left_behind(hub.port)
        for sock in stuck:
            sock.close()


@needs_openssl
async def test_nor_does_one_with_tls(tmp_path: Path) -> None:
    """The same, though what waits is not seen from outside."""
    pair = a_pair(tmp_path)
    async with open_hub(send_s=0.3, tls=(pair.certificate, pair.key)) as hub:
        sock = await asyncio.to_thread(a_stuck_tls_client, hub, ssl.create_default_context(cafile=pair.certificate))
        await eventually(lambda: hub.listeners == 1)
        for seq in range(100):
            hub.say(a_house(seq=seq, notices={"message": "x" * 20_000}))
            await asyncio.sleep(0.002)
        await eventually(lambda: hub.listeners == 0)
        await eventually(lambda: not server_connections(hub))
        assert [] == left_behind(hub.port)
        sock.close()


def a_stuck_tls_client(hub: Hub, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A client that asks and then never reads a byte."""
    plain = a_narrow_socket(hub)
    plain.settimeout(LIMIT_S)
    sock = context.wrap_socket(plain, server_hostname="localhost")
    sock.sendall(handshake())
    return sock


async def test_pings_of_who_takes_no_answers_do_not_pile_up() -> None:
    """Each ping is answered at once, so somebody who only pings would fill the memory."""
    async with open_hub(send_s=60) as hub:
        sock = a_narrow_socket(hub)
        sock.sendall(handshake())
        await eventually(lambda: hub.listeners == 1)
        ping = b"\x89\xfd\0\0\0\0" + b"x" * 125
        sock.settimeout(0)
        with pytest.raises(ConnectionError):
            await repeat(sock, ping * 100)
        await eventually(lambda: hub.listeners == 0)
        sock.close()


async def repeat(sock: socket.socket, data: bytes) -> None:
    """The same again and again."""
    left = b""
    for _ in range(100_000):
        left = left or data
        with contextlib.suppress(BlockingIOError):
            left = left[sock.send(left) :]
        await asyncio.sleep(0)


async def test_a_message_in_pieces_is_bounded_like_a_whole_one() -> None:
    """And pieces without a byte in them take no memory."""
    async with open_hub() as hub, listening(hub) as ws:
        await recv(ws)
        [wire] = server_connections(hub)

        async def pieces() -> AsyncIterator[str]:
            yield "stat"
            for _ in range(1000):
                yield ""
            await eventually(lambda: wire.frames == [b"stat"])
            yield "us"

        await ws.send(pieces())
        assert "the house is not known yet" in await recv(ws)
        with contextlib.suppress(ConnectionClosedError):  # of which it may hear while it sends
            await ws.send("x" * 1000 for _ in range(100))
        with pytest.raises(ConnectionClosedError, match="1009"):
            await recv(ws)


async def test_a_handshake_with_too_much_in_it_is_refused_without_noise(caplog: pytest.LogCaptureFixture) -> None:
    """What the reader of websockets would choke on."""
    async with open_hub() as hub:
        for said in (
            handshake("/ws?" + "x" * 9000),
            handshake(more="X-Long: " + "x" * 9000 + "\r\n"),
            handshake(more="".join(f"X-{number}: x\r\n" for number in range(200))),
        ):
            async with connected(("127.0.0.1", hub.port)) as (reader, writer):
                writer.write(said)
                assert 400 == (await answer(reader)).status
    assert [] == caplog.records


async def test_places_are_kept_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes from elsewhere, in whatever number: our own programs find one another."""
    monkeypatch.setattr("lib.hub.wire.MOST_CONNECTIONS", 4)
    monkeypatch.setattr("lib.hub.wire.is_loopback", lambda address: address == "127.0.0.1")
    async with open_hub() as hub, contextlib.AsyncExitStack() as opened:
        for _ in range(4):
            sock = socket.socket()
            sock.bind(("127.0.0.2", 0))
            sock.connect(("127.0.0.1", hub.port))
            await opened.enter_async_context(connected(sock))
        await eventually(lambda: len(server_connections(hub)) == 2)
        assert await answers(hub)
