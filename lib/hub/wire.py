"""uvicorn inside our own loop, with connections that cost little: who says or takes nothing is not waited for.

In: connections. Out: requests and frames for the application. It does not know what they mean.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from lib.hub.door import WAITING_BYTES
from lib.hub.visitor import is_loopback

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent
    from websockets.frames import Frame

MOST_CONNECTIONS = 700  # a process may open 1024 files; the meter and the store need theirs
KEPT_CONNECTIONS = 50  # of these, for this machine: whatever the others do, its programs find one another
REQUEST_S = 10.0  # a connection whose handshake, or whose next request, is not there by then is cut off
ANSWER_S = 60.0  # so long to take an answer
LINGER_S = 1.0  # so long to stop sending what nobody asked for
TLS_END_S = 2.0
UNHEARD_MS = 20_000  # the system gives up a connection whose other end has taken nothing for so long
FULL_S = 1.0  # until a connection is taken again when this process has no files left
LONGEST_LINE = 8_000  # what the websocket's own reader takes at most
MOST_HEADERS = 100
TOO_LARGE = "Too many or too long headers."

log = logging.getLogger(__name__)


def cut(transport: asyncio.Transport) -> None:
    """End a connection at once: what still waits in the system is thrown away, and the other end is told so."""
    with contextlib.suppress(AttributeError):  # asyncio's TLS has nothing more to do with one that was closed twice
        _forget(transport.get_extra_info("socket"))
    transport.abort()


def waiting_bytes(transport: asyncio.Transport) -> int:
    """How much still waits for the other end to take it, as far as this is known."""
    try:
        return transport.get_write_buffer_size()
    except AttributeError:  # see above
        return 0


def _forget(sock: socket.socket) -> None:
    if sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Accepting:
    """Takes connections from a listening socket, as many as fit, and sees each through its TLS handshake."""

    def __init__(
        self,
        door: socket.socket,
        make: Callable[[], asyncio.Protocol],
        *,
        taken: Callable[[], int],
        tls: ssl.SSLContext | None,
    ) -> None:
        """make: the protocol of a connection; taken: how many there are already, without those in their handshake."""
        self._door = door.dup()  # the server closes the other one while we still wait at it
        self._make = make
        self._taken = taken
        self._tls = tls
        self._opening: dict[asyncio.Task[None], socket.socket] = {}
        self._accepting = asyncio.create_task(self._accept())
        self._accepting.add_done_callback(lambda _: self._door.close())

    def close(self) -> None:
        """Take no more, and end those that are in their handshake."""
        self._accepting.cancel()
        for task in self._opening:
            task.cancel()

    async def wait_closed(self) -> None:
        """Until none is in its handshake."""
        await asyncio.gather(self._accepting, *self._opening, return_exceptions=True)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        is_full = False
        while True:
            try:
                sock, address = await loop.sock_accept(self._door)
            except OSError as error:
                if not is_full:
                    log.warning("no connection can be taken: %s", error.strerror)
                is_full = True
                await asyncio.sleep(FULL_S)
                continue
            is_full = False
            kept = 0 if is_loopback(address[0]) else min(KEPT_CONNECTIONS, MOST_CONNECTIONS // 2)
            if self._taken() + len(self._opening) >= MOST_CONNECTIONS - kept:
                _forget(sock)
                sock.close()
            else:
                task = asyncio.create_task(self._open(sock))
                self._opening[task] = sock
                task.add_done_callback(self._opened)
            await asyncio.sleep(0)  # a crowd at the door would keep those inside waiting

    def _opened(self, task: asyncio.Task[None]) -> None:
        sock = self._opening.pop(task)
        if task.cancelled():
            sock.close()

    async def _open(self, sock: socket.socket) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
            await asyncio.get_running_loop().connect_accepted_socket(
                self._make,
                sock,
                ssl=self._tls,
                ssl_handshake_timeout=REQUEST_S if self._tls else None,
                ssl_shutdown_timeout=TLS_END_S if self._tls else None,
            )
        except OSError as error:  # no TLS, no time, or gone: its own doing, and it may try each second
            log.debug("a connection was not opened: %s", type(error).__name__)
            sock.close()


class Server(uvicorn.Server):
    """A server that leaves signals to the program, and says when the port is open."""

    def __init__(self, config: uvicorn.Config, *, tls: ssl.SSLContext | None) -> None:
        """Nothing is opened yet."""
        super().__init__(config)
        self.opened = asyncio.Event()
        self._tls = tls

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await self.lifespan.startup()

        def taken() -> int:
            return len(self.server_state.connections)

        self.servers = [Accepting(door, self._http, taken=taken, tls=self._tls) for door in sockets or []]  # type: ignore[misc]  # closed like asyncio's
        self.started = True
        self.opened.set()

    def _http(self) -> asyncio.Protocol:
        return Http(self.config, self.server_state, self.lifespan.state)


class Http(H11Protocol):
    """A connection before it is a websocket: with so long for each request, and for taking its answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start its time."""
        super().connection_made(transport)
        self._end = self.loop.call_later(REQUEST_S, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop its time."""
        self._end.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Stop its time: from now on it is a websocket."""
        lines = [len(event.target), *(len(name) + len(value) for name, value in self.headers)]
        if max(lines) > LONGEST_LINE or len(lines) > MOST_HEADERS:
            self.send_400_response(TOO_LARGE)
            return
        self._end.cancel()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Its time begins anew; who still sends what it was answered for is not listened to for long."""
        super().on_response_complete()
        self._end.cancel()
        if not self.transport.is_closing():
            more = self.conn.their_state is h11.SEND_BODY
            self._end = self.loop.call_later(LINGER_S if more else REQUEST_S, self._late)

    def _late(self) -> None:
        if self._is_answering():
            self._end = self.loop.call_later(ANSWER_S, cut, self.transport)
        else:
            cut(self.transport)

    def _is_answering(self) -> bool:
        """Whether a whole request is there, and its answer not yet out."""
        if self.cycle is None:  # nothing was asked yet
            return False
        return not (self.cycle.response_complete or self.cycle.more_body)


class Wire(WebSocketsSansIOProtocol):
    """A websocket that counts as stuck as soon as the system takes no more for it, not 64 kB later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let `ws.state.transport` reach it."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=1, low=0)  # 0 and 0 would be for ever full with TLS
        self.app_state = {**self.app_state, "transport": self.transport}

    def connection_lost(self, exc: Exception | None) -> None:
        """Read no more: one with TLS that was closed twice must not be touched again."""
        self.read_paused = False
        super().connection_lost(exc)

    async def send(self, message: "ASGISendEvent") -> None:
        """Wait until the client takes it."""
        await self.writable.wait()
        if self.close_sent:  # for a frame that broke the protocol, or no sign of life: the client's doing, no bug
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # it was refused as we meant it: no error for uvicorn to log

    def handle_ping(self) -> None:
        """Answer it, unless the client takes no answers."""
        if waiting_bytes(self.transport) > WAITING_BYTES:
            cut(self.transport)
        else:
            super().handle_ping()

    def handle_cont(self, event: "Frame") -> None:
        """Go on with a message; a piece without a byte in it, of which there may be any number, is none."""
        if event.data or event.fin:
            super().handle_cont(event)

    def keepalive_timeout(self) -> None:
        """Cut off who gives no sign of life: it would take no goodbye."""
        super().keepalive_timeout()
        cut(self.transport)
