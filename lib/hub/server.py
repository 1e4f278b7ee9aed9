"""One server per program, on one port: states to listeners, answers to people, and REST for who asks it.

In: the program's messages, orders, and lines that clients type. Out: frames. It does not know what a message means,
and nothing that a client does makes `say` wait.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from lib.clock import Clock, WallClock
from lib.hub.door import HubError, open_door
from lib.hub.front import front
from lib.hub.gate import NO_TOKENS_AT_ALL, Gate, Role
from lib.hub.history import Historian, History
from lib.hub.lines import FOLLOW, Lines, Word
from lib.hub.listener import Listener
from lib.hub.newest import Newest
from lib.hub.orders import NO_HANDLERS, Handlers, Orders, is_order
from lib.hub.questions import HOUSE, Question
from lib.hub.states import HOUSE_STATES
from lib.hub.tls import TlsError, server_context
from lib.hub.wire import MOST_CONNECTIONS, Http, Server, Wire, cut, waiting_bytes
from lib.messages import Hello, Message, to_json

__all__ = ["Hub", "HubError"]

SEND_S = 5.0  # a client that does not take a frame for so long is dropped
LONGEST_FRAME = 65_536
MOST_LISTENERS = MOST_CONNECTIONS - 100  # some are left for who asks over HTTP
KEPT_LISTENERS = 50  # of these, for who may give orders: our own programs, whoever else looks on
OPEN_S = 10.0
FAREWELL_S = 0.5  # for clients to hear that we go; then they are cut off
END_S = 3
NO_WORDS: Final[Mapping[str, Word]] = MappingProxyType({})
LONGEST_HEAD = 16_384
MANNERS: Final = [  # for browsers: an address may hold a token, and no other page shows ours in a frame
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]

log = logging.getLogger(__name__)


class Hub:
    """States by `say`, to all who listen at /ws; see lib/hub/front.py and rest.py for what else it serves."""

    def __init__(
        self,
        program: str,
        *,
        boot: str,
        host: str,
        port: int,
        questions: Mapping[str, Question] = HOUSE,
        words: Mapping[str, Word] = NO_WORDS,
        orders: Handlers = NO_HANDLERS,
        states: Mapping[str, type[Message]] = HOUSE_STATES,
        send_s: float = SEND_S,
        tokens: Mapping[Role, str] = NO_TOKENS_AT_ALL,
        names: Collection[str] = (),
        tls: tuple[Path, Path] | None = None,
        history: History | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Nothing is opened yet.

        boot: names this start of the program; port: 0 takes a free one. questions: the words that are answered from
        the newest states; words: others, which take what stands behind them and change something. orders: what carries
        out each kind of order that the program takes. states: what /api serves, by name. tokens: what opens the door
        to other machines, by what it allows; without any, none may ask. names: of this machine, besides its host name,
        under which browsers find it. tls: the files of a certificate and its key. history: what answers /api/history.
        """
        self.program = program
        self.port = port
        self._host = host
        self._send_s = send_s
        self._hello = to_json(Hello(program=program, boot=boot))
        self._newest = Newest()
        self._orders = Orders(program, orders)
        self._lines = Lines(self._newest, questions, words, self._orders)
        self._listeners: set[Listener] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._tls = tls
        clock = clock or WallClock()
        self._states = states
        self._historian = Historian(history, clock) if history else None
        api = front(self._lines.glance, self._talk, self._rest)
        self._gate = Gate(api, clock=clock, tokens=tokens, names=names)
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the port; `port` is then the real one. Raises HubError, a sentence, when it cannot be had."""
        try:
            tls = server_context(*self._tls) if self._tls else None
        except TlsError as error:
            raise HubError(str(error)) from error
        door = await open_door(self._host, self.port)
        self.port = door.getsockname()[1]
        self._server = Server(
            uvicorn.Config(
                self._gate,
                interface="asgi3",
                http=Http,
                ws=Wire,
                ws_max_size=LONGEST_FRAME,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                log_level="error",  # below it are what clients do wrong, each second if they like, and their tokens
                access_log=False,
                proxy_headers=False,
                server_header=False,
                headers=list(MANNERS),
                h11_max_incomplete_event_size=LONGEST_HEAD,
                timeout_graceful_shutdown=END_S,
            ),
            tls=tls,
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[door]))
        opened = asyncio.create_task(self._server.opened.wait())
        await asyncio.wait({self._serving, opened}, timeout=OPEN_S, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not self._server.started:
            await self.close()
            raise HubError(f"the server on {self._host}:{self.port} did not start within {OPEN_S:g} s")

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def say(self, message: Message) -> None:
        """Tell a state to all who listen, and keep it for those who come. Never waits."""
        frame = self._newest.take(message)
        for listener in self._listeners:
            listener.offer(message.type, frame)

    async def close(self) -> None:
        """Say goodbye and close the port, within two seconds whatever the clients do; more than once is harmless."""
        if self._server is None or self._serving is None:
            return
        server, serving = self._server, self._serving
        self._server = self._serving = None
        server.should_exit = True
        self._gate.close()
        await asyncio.wait({serving}, timeout=FAREWELL_S)
        for reading in self._reading:
            reading.cancel()  # a word or an order that takes its time
        if self._historian:
            self._historian.close()
        for connection in list(server.server_state.connections):
            cut(connection.transport)
        await serving

    def _rest(self) -> ASGIApp:
        from lib.hub.rest import add_history, add_orders, open_api  # what it costs only who asks it pays

        api = open_api(self.program, self._newest, states=self._states)
        add_orders(api, self._orders)
        if self._historian:
            add_history(api, self._historian)
        return api

    async def _talk(self, ws: WebSocket) -> None:
        """One client, from its handshake until one of us goes."""
        most = MOST_LISTENERS - (0 if ws.state.role is Role.CONTROL else KEPT_LISTENERS)
        if len(self._listeners) >= most:
            await ws.send_denial_response(PlainTextResponse(f"{most} others listen already", 503))
            return
        await ws.accept()
        listener = Listener({"hello": self._hello, **self._newest.frames()})
        reading = asyncio.create_task(self._read(ws, listener))
        sending = asyncio.create_task(self._send(ws, listener))
        self._listeners.add(listener)
        self._reading.add(reading)
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._listeners.discard(listener)
            self._reading.discard(reading)
            reading.cancel()
            sending.cancel()
            ends = await asyncio.gather(reading, sending, return_exceptions=True)
            transport: asyncio.Transport = ws.state.transport
            if waiting_bytes(transport) or any(isinstance(end, TimeoutError) for end in ends):
                cut(transport)  # closing would wait for a client that does not read
        for end in ends:
            match end:
                case TimeoutError():
                    log.info("a client that took nothing for %g s was dropped", self._send_s)
                case Exception() if not isinstance(end, WebSocketDisconnect):
                    raise end

    async def _send(self, ws: WebSocket, listener: Listener) -> None:
        while True:
            frame = await listener.next()
            async with asyncio.timeout(self._send_s):
                await ws.send_text(frame)

    async def _read(self, ws: WebSocket, listener: Listener) -> None:
        may_change, by_token = ws.state.role is Role.CONTROL, bool(ws.state.by_token)
        while (event := await ws.receive())["type"] != "websocket.disconnect":
            text = event.get("text")
            frame: str | bytes = event["bytes"] if text is None else text
            if isinstance(frame, bytes) or is_order(frame):
                answer = await self._orders.frame(frame, may_change=may_change, by_token=by_token)
                listener.answer([to_json(answer)])
            elif frame.strip().lower() == FOLLOW:
                listener.follow(self._newest.frames())
            else:
                listener.stop()
                said = await self._lines.answer(frame, may_change=may_change, by_token=by_token)
                listener.answer(said.splitlines())
            await asyncio.sleep(0)  # frames that came together would keep the others waiting
