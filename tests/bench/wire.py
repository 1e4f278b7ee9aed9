"""The way of an ampere or a watt without a program on it, as processes: `python -m tests.bench.wire …`.

`door PORT_P1` hears telegrams over TCP and passes a frame on for each to who listens. `courier PORT URL` listens, and
asks a box over HTTP for each; `porter PORT BOX_PORT` writes a register over Modbus. All say "ready" with their port,
and end when stdin does. It is what sockets cost, for comparison.
"""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import aiohttp
from pymodbus.client import AsyncModbusTcpClient
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

FRAME = "x" * 5_000  # as long as a House
END = b"!"


async def door(p1_port: int) -> None:
    """Pass on a frame for each telegram."""
    reader, _ = await asyncio.open_connection("127.0.0.1", p1_port)
    listeners: set[ServerConnection] = set()

    async def listen(client: ServerConnection) -> None:
        listeners.add(client)
        await client.wait_closed()
        listeners.discard(client)

    async with serve(listen, "127.0.0.1", 0, compression=None) as server:
        _ready(next(iter(server.sockets)).getsockname()[1])
        while True:
            await reader.readuntil(END)
            await reader.readuntil(b"\n")
            broadcast(listeners, FRAME)


async def courier(port: int, url: str) -> None:
    """Ask for each frame, over one connection that is kept."""
    async with (
        connect(f"ws://127.0.0.1:{port}", proxy=None, compression=None) as client,
        aiohttp.ClientSession() as http,
    ):
        _ready(port)
        async for _ in client:
            async with http.get(f"{url}/control?current_set=6.0") as answer:
                await answer.read()


async def porter(port: int, box_port: int) -> None:
    """Write a register for each frame, over one connection that is kept."""
    async with (
        connect(f"ws://127.0.0.1:{port}", proxy=None, compression=None) as client,
        AsyncModbusTcpClient("127.0.0.1", port=box_port) as modbus,
    ):
        _ready(port)
        async for _ in client:
            await modbus.write_register(0, 1)


def _ready(port: int) -> None:
    print(f"ready {port}", flush=True)


async def _until_stdin_ends(work: Coroutine[Any, Any, None]) -> None:
    working, ending = asyncio.create_task(work), asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()
    working.cancel()


def main() -> None:
    """Be one of the two."""
    match sys.argv[1:]:
        case "door", port:
            work = door(int(port))
        case "courier", port, url:
            work = courier(int(port), url)
        case "porter", port, box_port:
            work = porter(int(port), int(box_port))
        case _:
            sys.exit("door PORT_P1, courier PORT URL, or porter PORT BOX_PORT")
    asyncio.run(_until_stdin_ends(work))


if __name__ == "__main__":
    main()
