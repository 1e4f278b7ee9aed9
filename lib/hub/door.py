"""The port of a program: opening it, with a sentence when that fails."""

import asyncio
import errno
import socket

RESOLVE_S = 5.0
WAITING_BYTES = 65_536  # what the system keeps for a client that does not read; more would only be old news
BACKLOG = 512  # connections that wait to be taken
TYPED_BYTES = 16_384  # what it keeps of a client that types faster than it is answered


class HubError(Exception):
    """The port cannot be opened; the sentence says why and what to do."""


async def open_door(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0 takes a free one). Raises HubError."""
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
    except (OSError, UnicodeError) as error:
        raise HubError(f"socket_info: {host!r} is no name or address of this machine") from error
    family, kind, proto, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    sock = socket.socket(family, kind, proto)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)  # accepted connections take these over
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TYPED_BYTES)
        sock.bind(address)
        sock.listen(BACKLOG)  # here, for a port that another listens on fails only now
        sock.settimeout(0)
    except OSError as error:
        sock.close()
        raise HubError(f"cannot listen on {host}:{port}: {_why(error, host)}") from error
    return sock


def _why(error: OSError, host: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program listens there. Stop it, or change the port in socket_info of config.py"
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 to be seen from others"
        case errno.EACCES:
            return "ports below 1024 are for root. Take a higher one in socket_info of config.py"
    return str(error.strerror or error)
