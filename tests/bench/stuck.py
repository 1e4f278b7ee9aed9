"""Websocket clients that never read a byte, and come back when they are dropped."""

import base64
import contextlib
import os
import socket
from pathlib import Path
from typing import Self

RECEIVED = 4096  # bytes that the system takes for each of them
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n"
)
ESTABLISHED = "01"


class Stuck:
    """So many of them, all the time.

    Attributes:
        dropped: how often the server had enough of one.

    """

    def __init__(self, port: int, count: int) -> None:
        self.dropped = 0
        self._port = port
        self._socks = [self._one() for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self._socks:
            sock.close()

    def come_back(self) -> None:
        """Open anew those that were dropped.

        They cannot see it themselves: the farewell waits behind what they do not read. The server's end can be seen.
        """
        kept = self._kept()
        for at, sock in enumerate(self._socks):
            if sock.getsockname()[1] not in kept:
                sock.close()
                self.dropped += 1
                self._socks[at] = self._one()

    def _kept(self) -> set[int]:
        """The ports of all clients that the server still holds open."""
        ends = (line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return {
            int(theirs.partition(":")[2], 16)
            for ours, theirs, state in ends
            if state == ESTABLISHED and int(ours.partition(":")[2], 16) == self._port
        }

    def _one(self) -> socket.socket:
        with contextlib.ExitStack() as opened:
            sock = opened.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)  # before it connects, or it has no effect
            sock.settimeout(5)
            sock.connect(("127.0.0.1", self._port))
            sock.sendall(HANDSHAKE.format(self._port, base64.b64encode(os.urandom(16)).decode()).encode())
            opened.pop_all()
        return sock
