"""Boxes on the network, played by real servers on this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from lib.meters import MeterError, open_meter, tcp
from lib.meters.address import Address, parse_address, unreachable

from .telegrams import a_telegram

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

    async with box(talk) as where, asyncio.timeout(2):
        meter = await open_meter(f"{scheme}://{where}")
        assert (where, True) == (meter.name, meter.live)
        read = b""
        while read != a_telegram():
            read += await meter.read()
        with pytest.raises(MeterError, match=f"{where} closed the connection"):
            await meter.read()
        await meter.close()


async def test_a_reset_connection_is_a_lost_line() -> None:
    """A box that restarts says so with a reset; no error of the socket library gets through."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with box(talk) as where, asyncio.timeout(2):
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
    async with server, asyncio.timeout(1):
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
        async with asyncio.timeout(2):
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
