"""uvicorn inside our own loop, with connections that cost little: who says or takes nothing is not waited for.

In: connections. Out: requests and frames for the application. It does not know what they mean.
"""

import asyncio
import contextlib
import socket
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

MOST_CONNECTIONS = 700  # a process may open 1024 files; the meter and the store need theirs
REQUEST_S = 10.0  # a connection that has not asked for anything by then is cut off


class Server(uvicorn.Server):
    """A server that leaves signals to the program, and says when the port is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Nothing is opened yet."""
        super().__init__(config)
        self.opened = asyncio.Event()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets)
        self.opened.set()


class Http(H11Protocol):
    """A connection before it is a websocket: one of so many, and with so long for its first request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start its time."""
        super().connection_made(transport)
        self._first = self.loop.call_later(REQUEST_S, self._give_up)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop its time."""
        self._first.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Stop its time: from now on it is a websocket."""
        self._first.cancel()
        super().handle_websocket_upgrade(event)

    def _give_up(self) -> None:
        if self.cycle is None:  # nothing was asked yet
            self.transport.abort()


class Wire(WebSocketsSansIOProtocol):
    """A websocket that counts as stuck as soon as the system takes no more for it, not 64 kB later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let `ws.state.transport` reach it."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        self.app_state = {**self.app_state, "transport": self.transport}

    async def send(self, message: "ASGISendEvent") -> None:
        """Wait until the client takes it."""
        await self.writable.wait()
        if self.close_sent:  # for a frame that broke the protocol, or no sign of life: the client's doing, no bug
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # it was refused as we meant it: no error for uvicorn to log
