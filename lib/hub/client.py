"""Listens to a peer program, across its restarts, and gives it orders: its states by a callback, how old its last is.

In: a websocket address, orders. Out: each state once, newest wins, and what became of each order. It does not know what
a state or an order means.
"""

import asyncio
import http
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException

from lib.clock import Clock, WallClock
from lib.hub.address import PeerError, parse_address
from lib.hub.tls import TlsError, client_context
from lib.messages import PROTOCOL, Hello, Message, Refused, parse_message
from lib.messages.orders import Done, Order, order_to_json
from lib.secrets import LETTERS

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
DOUBLINGS = 5  # from the first pause to beyond the longest
OPEN_S = 5.0
CLOSE_S = 2.0
PING_S = 10.0  # asked so often for a sign of life, which must come within as much
LONGEST_FRAME: Final = 1_048_576
ASK_S = 5.0  # a hub answers each order within four
MOST_ASKED = 20  # orders whose answer is still to come
UNTRIED = "not connected yet"
TOKEN_REFUSED: Final = frozenset({http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.TOO_MANY_REQUESTS})
NOBODY_KNOWS = "so nobody knows whether the order was carried out"

__all__ = ["Peer", "PeerError"]

log = logging.getLogger(__name__)


class Peer:
    """The program at `url`. `hear` is called with each of its states, and must not wait.

    Attributes:
        url: its address, without a token.
        connected: whether it hears us now; why: in a sentence why not, "" while it does.
        hello: who speaks there; None until it said so.
        broken: frames that were no message; unknown types of newer programs are passed over and not counted.

    """

    def __init__(
        self,
        url: str,
        hear: Callable[[Message], None],
        *,
        token: str | None = None,
        read_token: Callable[[], str | None] | None = None,
        certificate: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Nothing is opened yet. Raises PeerError for an address, a token or a certificate that can be none.

        token: what opens its door, where `url` holds none; it goes out as a header. read_token: reads one instead, in a
        thread, before the first try and anew after each refusal of it; a PeerError that it raises is why nobody is
        heard. certificate: with wss://, the file of the one that it must show; else those of the system's authorities
        count.
        """
        address = parse_address(url)
        self.url = address.url
        self._where = f"{address.host}:{address.port}"
        self._headers = _header(address.token or token)
        self._read_token = None if address.token else read_token
        self._is_unread = self._read_token is not None
        try:
            self._tls = client_context(certificate) if address.is_secret else None
        except TlsError as error:
            raise PeerError(str(error)) from error
        self._quiet = logging.getLogger(f"{__name__}.frames")
        self._quiet.setLevel(logging.ERROR)  # it would write down headers, and so the token
        self.connected = False
        self.why = UNTRIED
        self.hello: Hello | None = None
        self.broken = 0
        self._hear = hear
        self._clock = clock or WallClock()
        self._heard_s: float | None = None
        self._last: dict[type, tuple[str, int]] = {}  # boot and seq of the newest state, by type
        self._failures = 0
        self._ws: ClientConnection | None = None
        self._asked: deque[asyncio.Future[Done | Refused]] = deque()  # in the order in which they will be answered

    @property
    def age_s(self) -> float | None:
        """Seconds since its last state came, by our own clock; None before the first."""
        return None if self._heard_s is None else self._clock.monotonic() - self._heard_s

    async def ask(self, order: Order) -> Done | Refused:
        """What became of an order; a sentence too when nobody is there, or when no answer came within 5 s."""
        ws = self._ws
        if ws is None:
            return Refused(why=f"{self._where} does not hear us: {self.why}")
        if len(self._asked) >= MOST_ASKED:
            return Refused(why=f"{self._where} has {MOST_ASKED} orders of ours to answer first")
        answer: asyncio.Future[Done | Refused] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)  # its place is kept when nobody waits any more: answers come in turn
        try:
            async with asyncio.timeout(ASK_S):
                await ws.send(order_to_json(order))
                return await answer
        except TimeoutError:
            return Refused(why=f"{self._where}: no answer within {ASK_S:g} s, {NOBODY_KNOWS}")
        except ConnectionClosed as error:
            return Refused(why=f"{self._where}: {_ended(error)}, {NOBODY_KNOWS}")

    async def listen(self) -> None:
        """Listen until cancelled. What `hear` raises ends it."""
        while True:
            ws = self._ws = await self._open()
            if ws is not None:
                try:
                    while (frame := await self._next(ws)) is not None:
                        self._take(frame)
                finally:
                    self.connected = False
                    self._forget()
                    await ws.close()
            await asyncio.sleep(self._pause_s())

    async def _open(self) -> ClientConnection | None:
        try:
            if self._read_token and self._is_unread:
                self._headers = _header(await asyncio.to_thread(self._read_token))
                self._is_unread = False
            ws = await connect(
                self.url,
                additional_headers=self._headers,
                ssl=self._tls,
                logger=self._quiet,
                compression=None,
                proxy=None,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                max_size=LONGEST_FRAME,
            )
        except InvalidStatus as error:
            self._failures = DOUBLINGS  # it is there and does not want us: there is no hurry
            self._is_unread = error.response.status_code in TOKEN_REFUSED
            self._lost(_refusal(error, had_token=bool(self._headers), reads_it=self._read_token is not None))
        except PeerError as error:
            self._lost(str(error))
        except (OSError, WebSocketException, ValueError) as error:  # the last of where it sends us on to
            self._lost(_unreachable(error))
        else:
            self.connected, self.why, self.hello = True, "", None
            return ws
        return None

    async def _next(self, ws: ClientConnection) -> str | bytes | None:
        """The next frame; None when there will be none."""
        if self.hello is not None and self.hello.protocol != PROTOCOL:
            self._failures = DOUBLINGS
            self._lost(f"speaks version {self.hello.protocol}, we speak {PROTOCOL}: update the older of the two")
            return None
        try:
            return await ws.recv()
        except ConnectionClosed as error:
            self._lost(_ended(error))
            return None

    def _take(self, frame: str | bytes) -> None:
        try:
            message = parse_message(frame)
        except ValidationError as error:
            if error.errors(include_url=False, include_input=False)[0]["type"] != "union_tag_invalid":
                self.broken += 1
            return
        match message:
            case Hello():
                self.hello = message
                return
            case Done() | Refused():
                self._answered(message)
                return
            case object(boot=str() as boot, seq=int() as seq):
                before = self._last.get(type(message))
                if before is not None and before[0] == boot and seq <= before[1]:
                    return  # also the same again, after a reconnection: it is no news, and renews no lease
                self._last[type(message)] = (boot, seq)
        if self._heard_s is None or self._failures:
            log.info("%s talks", self._where)
        self._failures = 0
        self._heard_s = self._clock.monotonic()
        self._hear(message)

    def _answered(self, answer: Done | Refused) -> None:
        """No state: it makes nothing younger."""
        if self._asked and not (waiting := self._asked.popleft()).done():
            waiting.set_result(answer)

    def _forget(self) -> None:
        """Whoever waits for an answer hears that none comes."""
        self._ws = None
        while self._asked:
            self._answered(Refused(why=f"{self._where}: {self.why or 'we are leaving'}, {NOBODY_KNOWS}"))

    def _lost(self, why: str) -> None:
        if self.why != why:
            log.warning("%s: %s", self._where, why)
        self.connected, self.why = False, why

    def _pause_s(self) -> float:
        """0.5, 1, 2 … 10 s; a state that is heard starts that anew."""
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self._failures, DOUBLINGS))
        self._failures += 1
        return pause_s


def _header(token: str | None) -> dict[str, str]:
    """What opens the door; a line end that came along with the token is none of it. Raises PeerError."""
    token = (token or "").strip()
    if not set(token) <= LETTERS:
        raise PeerError("our token holds a sign that none has: copy it anew from secrets.json of its machine")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _refusal(error: InvalidStatus, *, had_token: bool, reads_it: bool) -> str:
    status = error.response.status_code
    match status:
        case http.HTTPStatus.UNAUTHORIZED if had_token:
            return "it does not know our token (HTTP 401): secrets.json of its machine holds the right ones"
        case http.HTTPStatus.UNAUTHORIZED if reads_it:
            return 'it wants a token (HTTP 401): copy "door" in secrets.json of its machine into that of this one'
        case http.HTTPStatus.UNAUTHORIZED:
            return "it wants a token (HTTP 401): one of secrets.json of its machine, as in ws://me:TOKEN@HOST:PORT/ws"
        case http.HTTPStatus.FORBIDDEN:
            return "it refuses us (HTTP 403): does the address end in /ws, and may this machine listen?"
        case http.HTTPStatus.TOO_MANY_REQUESTS:
            return "too many wrong tokens came from here (HTTP 429): give the right one of secrets.json of its machine"
        case http.HTTPStatus.NOT_FOUND:
            return "nothing to listen to there (HTTP 404): the address ends in /ws"
        case http.HTTPStatus.SERVICE_UNAVAILABLE:
            return "too many listen to it already (HTTP 503): close some of them, such as pages or scripts left open"
    return f"it answers with HTTP {status}: is that the right program?"


def _unreachable(error: Exception) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {OPEN_S:g} s: is its machine on, and on this network?"
        case socket.gaierror() | UnicodeError():  # the latter of a..b
            return "its name is not known on this network: write the IP address instead"
        case ConnectionRefusedError():
            return "nobody listens there: is the program running, and the port right?"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted ({getattr(error, 'verify_message', None) or error.args[-1]})"
        case ssl.SSLError():
            return f"it speaks no TLS that we understand ({error.reason or error}): is it ws:// instead of wss://?"
        case OSError(strerror=str(said)):
            return f"cannot be reached ({said})"
        case OSError():  # a name with several addresses, none of which answers
            return "nobody listens there under any of its addresses: is the program running, and the port right?"
        case InvalidURI() | ValueError():
            return "it sends us on to another address: write that one"
    return f"something else listens there ({error})"


def _ended(error: ConnectionClosed) -> str:
    said = error.rcvd
    if error.sent is not None and not error.rcvd_then_sent:
        if error.sent.code == 1009:
            return f"it sent a frame of more than {LONGEST_FRAME} bytes"
        if "ping" in error.sent.reason:
            return f"no sign of life for {2 * PING_S:g} s"
    if said is None:
        return "the connection broke off"
    return "it is stopping or starts anew" if said.code in {1001, 1012} else f"it closed the connection ({said})"
