"""Boxes on the network, played by real servers on this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest

from lib.core.p1 import Framer
from lib.meters import MeterError, open_meter, tcp
from lib.meters.address import Address, parse_address, unreachable
from tests.waiting import LIMIT_S

from .telegrams import a_telegram, an_evening

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def box(talk: Talk) -> AsyncIterator[str]:
    """A box that does `talk` for each client; its host and port."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"


@pytest.mark.parametrize("scheme", ["socket", "tcp"])
async def test_what_the_box_sends_arrives_until_it_closes(scheme: str) -> None:
    """Raw bytes, no protocol around them; the end is a lost line, not the end of a recording."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(a_telegram())
        await writer.drain()

    async with box(talk) as where, asyncio.timeout(LIMIT_S):
        meter = await open_meter(f"{scheme}://{where}")
        assert (where, True) == (meter.name, meter.live)
        read = b""
        while read != a_telegram():
            read += await meter.read()
        with pytest.raises(MeterError, match=f"{where} closed the connection"):
            await meter.read()
        await meter.close()


def in_crumbs(sent: bytes) -> list[bytes]:
    """As weak boxes send: a few bytes at a time."""
    return [sent[start : start + 7] for start in range(0, len(sent), 7)]


KINDS = {
    "ser2net": lambda sent: [sent],
    "begins in mid-telegram": lambda sent: [sent[-300:], sent],
    "LF only": lambda sent: [sent.replace(b"\r\n", b"\n")],
    "CR CR LF": lambda sent: [sent.replace(b"\r\n", b"\r\r\n")],
    "in crumbs": in_crumbs,
    "greets": lambda sent: [b"Welcome to the P1 bridge\r\n> ", sent],
    "telnet": lambda sent: [b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x00\xff\xfb\x00\xff\xfd\x2c", sent],
    "fills its pauses": lambda sent: [bytes(20), sent, b"\xff" * 20],
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_dongle_is_understood(kind: str) -> None:
    """What the kinds have in common is a whole telegram; the framer gets it from each of them."""
    evening = an_evening(3)
    async with box(partial(play, KINDS[kind], evening)) as where, asyncio.timeout(LIMIT_S):
        meter = await open_meter(f"socket://{where}")
        framer = Framer()
        telegrams: list[bytes] = []
        while len(telegrams) < len(evening):
            telegrams += framer.feed(await meter.read())
        await meter.close()
    assert [telegram[: telegram.index(b"!") + 1] for telegram in evening] == telegrams
    assert framer.rejected == 0


async def play(kind: Callable[[bytes], list[bytes]], evening: list[bytes], writer: asyncio.StreamWriter) -> None:
    """A dongle that says each telegram in its way."""
    for telegram in evening:
        for piece in kind(telegram):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)


async def test_a_dongle_for_one_client_says_so_by_hanging_up() -> None:
    """The second one is accepted and left at once; the owner reads what that may mean."""
    async with box(hang_up) as where, asyncio.timeout(LIMIT_S):
        meter = await open_meter(f"socket://{where}")
        with pytest.raises(MeterError, match="closed the connection: does another program use the box"):
            await meter.read()
        await meter.close()


async def hang_up(_: asyncio.StreamWriter) -> None:
    """Nothing is said."""


async def test_a_reset_connection_is_a_lost_line() -> None:
    """A box that restarts says so with a reset; no error of the socket library gets through."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with box(talk) as where, asyncio.timeout(LIMIT_S):
        meter = await open_meter(f"socket://{where}")
        with pytest.raises(MeterError, match=where):
            await meter.read()
        await meter.close()


async def test_a_silent_box_is_closed_at_once() -> None:
    """Closing does not wait for a box that says nothing, and closing twice is harmless."""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await reader.read():
            left.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(LIMIT_S):
        meter = await open_meter(f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        reading = asyncio.create_task(meter.read())
        await asyncio.sleep(0)
        reading.cancel()
        await meter.close()
        await meter.close()
        await left.wait()


async def test_a_refused_connection_is_said() -> None:
    """A wrong port number is the usual cause."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else can take it
        where = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(MeterError, match=f"{where} refuses the connection: is the port number right"):
            await open_meter(f"socket://{where}")


async def test_a_box_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is off answers nothing at all; the wait has a limit."""
    monkeypatch.setattr(tcp, "CONNECT_S", 0.1)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # two clients wait in the queue; the system lets the third one knock in vain
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        where = f"127.0.0.1:{full.getsockname()[1]}"
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(MeterError, match=f"no answer from {where}: is it switched on"):
                await open_meter(f"socket://{where}")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (socket.gaierror(-2, "Name or service not known"), "the name dongle.local is not known on this network"),
        (OSError(113, "No route to host"), "dongle.local:23 cannot be reached (No route to host)"),
        (OSError("Multiple exceptions: …"), "dongle.local:23 takes no connection"),
    ],
)
def test_every_failure_has_its_sentence(error: OSError, sentence: str) -> None:
    """Names and routes fail outside this machine; their errors are given by hand."""
    assert sentence in str(unreachable(Address("dongle.local", 23), error))


def test_an_address_of_the_new_internet_keeps_its_brackets() -> None:
    """An IPv6 address is full of colons."""
    address = parse_address("socket://[fe80::1]:23")
    assert Address("fe80::1", 23) == address
    assert str(address) == "[fe80::1]:23"
