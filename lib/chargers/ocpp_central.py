"""The door where chargers with OCPP 1.6J dial in: a websocket server, one path for each charger of the owner's.

In: an address to listen on, the names of the chargers that are expected, their passwords. Out: a `Station` for each,
which its connection is handed to. Who is not expected is refused, and the log tells by which name he came. How many
may knock stands in `ocpp_lines`.
"""

import base64
import binascii
import hmac
import http
import logging
from collections.abc import Sequence
from functools import partial
from urllib.parse import unquote

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from lib.chargers import ChargerSetupError
from lib.chargers.ocpp_lines import BACKLOG, Line, Lines, Seldom
from lib.chargers.ocpp_station import Station
from lib.clock import Clock, WallClock

SUBPROTOCOL = Subprotocol("ocpp1.6")
OPEN_S, CLOSE_S = 10.0, 2.0
PING_S = 20.0  # asked so often for a sign of life, which must come within as much
LONGEST_FRAME = 65_536  # of what a charger sends, some hundred meter values
LONGEST_NAME = 48
MOST_STRANGERS = 20  # whose names the log has already

log = logging.getLogger(__name__)


class Central:
    """Where chargers dial in. host, port: on which it listens; port 0 takes a free one, and is the real one once open.

    It listens only after `open`, so that who dials in at once is expected already.
    """

    def __init__(self, host: str, port: int, *, clock: Clock | None = None) -> None:
        self.host = host
        self.port = port
        self._clock = clock or WallClock()
        self._stations: dict[str, Station] = {}
        self._strangers: set[str] = set()
        self._lines = Lines(lambda: len(self._stations))
        self._seldom = Seldom(self._clock)
        self._server: Server | None = None

    def expect(self, name: str, password: str | None = None) -> Station:
        """The charger of this name, whenever it dials in; with a password, only who gives it is let in."""
        station = self._stations.setdefault(name, Station(name, self._clock))
        station.password = password or station.password
        return station

    async def open(self) -> None:
        """Listen. Raises ChargerSetupError when the port cannot be had."""
        quiet = logging.getLogger(f"{__name__}.wire")
        quiet.setLevel(logging.CRITICAL)  # who knocks and is no charger fills no log
        logging.getLogger("asyncio").addFilter(self._seldom)
        try:
            self._server = await serve(
                self._talk,
                self.host,
                self.port,
                process_request=self._gate,
                select_subprotocol=self._speaks,
                compression=None,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                max_size=LONGEST_FRAME,
                max_queue=8,
                server_header=None,
                logger=quiet,
                create_connection=partial(Line, lines=self._lines),  # type: ignore[arg-type]  # it makes one
                backlog=BACKLOG,
            )
        except OSError as error:
            raise ChargerSetupError(
                f"config.py: ocpp_door: chargers cannot dial in at {self.host}:{self.port}: {error.strerror}; "
                "take another port, or end what uses it"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up on all, and listen no more; more than once is harmless."""
        logging.getLogger("asyncio").removeFilter(self._seldom)
        server, self._server = self._server, None
        if server:
            server.close()
            await server.wait_closed()

    async def _gate(self, socket: ServerConnection, request: Request) -> Response | None:
        """Whether who knocks is one of ours; None lets him in."""
        name = _name(request.path)
        station = self._stations.get(name)
        if station is None:
            self._tell_stranger(name, socket)
            return socket.respond(http.HTTPStatus.NOT_FOUND, "no charger of this name is expected here\n")
        if station.password and not _knows(request, name, station.password):
            self._tell_once(
                f"password {name}",
                f"{name}: its password is not the one in the secrets; set the same in its app, or take it out there",
            )
            refusal = socket.respond(http.HTTPStatus.UNAUTHORIZED, "the password is another\n")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
            return refusal
        return None

    def _speaks(self, socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """The version that is spoken; who names none is taken at his word."""
        if SUBPROTOCOL in offered:
            return SUBPROTOCOL
        if offered:
            speaks = ", ".join(offered)[:LONGEST_NAME]
            self._tell_once(
                f"version {speaks}", f"a charger dialled in with {speaks}; choose OCPP 1.6 (JSON) in its app"
            )
            raise NegotiationError(f"expected {SUBPROTOCOL}")
        return None

    async def _talk(self, socket: ServerConnection) -> None:
        if isinstance(socket, Line):
            socket.let_in()
        if socket.request:
            await self._stations[_name(socket.request.path)].talk(socket)

    def _tell_stranger(self, name: str, socket: ServerConnection) -> None:
        host = socket.remote_address[0] if socket.remote_address else "somewhere"
        if name:
            words = f'if it is yours, enter it in config.py as "make": "ocpp", "address": "{name}"'
        else:
            words = "it gives no name: let its address end in one, such as /garage"
        self._tell_once(f"name {name}", f'an unknown charger "{name}" dials in from {host} and is refused; {words}')

    def _tell_once(self, what: str, words: str) -> None:
        if what in self._strangers:
            return
        if len(self._strangers) < MOST_STRANGERS:
            self._strangers.add(what)
            log.warning("%s", words)


def _name(path: str) -> str:
    """The last part of a path, in which a charger gives its name; what is no name is cut and made readable."""
    last = unquote(path.partition("?")[0].rstrip("/").rpartition("/")[2])
    return "".join(sign if sign.isprintable() else "?" for sign in last[:LONGEST_NAME])


def _knows(request: Request, name: str, password: str) -> bool:
    """Whether the right name and password come with it (HTTP Basic)."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(rest.strip(), validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(given, f"{name}:{password}".encode())
