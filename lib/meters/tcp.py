"""Raw P1 bytes over TCP: ser2net, esp-link, ESPHome, most dongles.

In: an address. Out: bytes as they come. It does not know how long a silence is too long; boxes often go without a word.
"""

import asyncio
import socket

from lib.meters import Meter, MeterError
from lib.meters.address import Address, parse_address, unreachable

CONNECT_S = 5.0
PIECE = 4096  # bytes; a telegram is 1 400
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}  # seconds, seconds, times


async def open_tcp(source: str) -> Meter:
    """Connect to `socket://HOST:PORT`. Raises SourceError for a bad address, MeterError for no answer in 5 s."""
    address = parse_address(source)
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
    except OSError as error:  # TimeoutError is one too
        raise unreachable(address, error) from error
    _keep_alive(writer)
    return _TcpMeter(address, reader, writer)


class _TcpMeter:
    live = True

    def __init__(self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.name = str(address)
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        try:
            piece = await self._reader.read(PIECE)
        except OSError as error:
            message = f"the connection with {self.name} broke ({error.strerror or error})"
            raise MeterError(message) from error
        if not piece:
            message = f"{self.name} closed the connection: does another program use the box?"
            raise MeterError(message)
        return piece

    async def close(self) -> None:
        self._writer.transport.abort()  # nothing was written, so there is nothing to wait for


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system notice within half a minute that the other end has no power any more."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # some systems know fewer of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
