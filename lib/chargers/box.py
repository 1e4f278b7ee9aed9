"""One box on the network that is asked over HTTP, one question at a time, for a JSON object.

In: its address, a path, a query. Out: status and object of the answer; no error of the HTTP library gets through. The
connection is kept between two questions, and made anew when the box has closed it. It knows no make.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from lib.chargers import ChargerSetupError, UnreachableError

KEEP_S = 75.0  # longer than the longest time between two questions
LONGEST = 65_536  # bytes; an answer of all that is known has 10 kB
HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """What a box said: the HTTP status, and the object, None when the body is none."""

    status: int
    body: dict[str, Any] | None


class Box:
    """A box at `address`: host or host:port, an IPv6 host in brackets. kind: what it should be, for sentences.

    Raises ChargerSetupError for an address that is none.
    """

    def __init__(self, address: str, *, kind: str, user: str | None = None, password: str | None = None) -> None:
        host, self.port = _parse(address, kind)
        self.kind = kind
        self.where = f"[{host}]" if ":" in host else host
        if self.port != HTTP_PORT:
            self.where += f":{self.port}"
        self._url = URL.build(scheme="http", host=host, port=self.port)
        self._headers: dict[str, str] = {}
        if user and password:
            if ":" in user:
                raise ChargerSetupError(f"the user {user!r} of {kind} holds a colon, which no user may")
            self._headers["Authorization"] = aiohttp.encode_basic_auth(user, password)
        self._http: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open connection, one at most; made inside a running loop."""
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=KEEP_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
            )
        return self._http

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """So long for all questions in it together. Raises UnreachableError."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise self.unreachable(error) from None

    async def ask(self, path: str, query: Mapping[str, str], *, within_s: float) -> Answer:
        """The answer to GET `path`. Raises UnreachableError within `within_s` seconds."""
        try:
            async with (
                asyncio.timeout(within_s),
                self.session.get(self._url / path, params=query, allow_redirects=False) as answer,
            ):
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > LONGEST:
                        answer.close()
                        raise UnreachableError(f"{self.where} answers without an end: is it {self.kind}?")
                return Answer(answer.status, _parse_object(bytes(body)))
        except (TimeoutError, aiohttp.ClientError) as error:
            raise self.unreachable(error) from error

    def unreachable(self, error: BaseException) -> UnreachableError:
        """Why there is no answer, in the owner's words."""
        match error:
            case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
                why = f"{self.where} refuses the connection: is it {self.kind}, and is its local API switched on?"
            case aiohttp.ClientConnectorError(os_error=socket.gaierror()) | aiohttp.ClientConnectorDNSError():
                why = f"the name {self.where} is not known on this network: write its IP address instead"
            case aiohttp.ClientConnectorError(os_error=OSError(strerror=str(said))):
                why = f"{self.where} cannot be reached ({said})"
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientOSError():
                why = f"{self.where} hung up in the middle of the answer: does it restart?"
            case aiohttp.ClientError():
                why = f"{self.where} answers, but not in HTTP: is it {self.kind}?"
            case _:
                why = f"no answer from {self.where}: is it switched on, and on this network?"
        return UnreachableError(why)

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        if self._http is not None:
            await self._http.close()


def _parse(address: str, kind: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address.strip().removeprefix('http://').rstrip('/')}")
        host, port = parts.hostname, HTTP_PORT if parts.port is None else parts.port
        (host or "").encode("idna")
        is_address = bool(host and port) and not (parts.path or parts.query or parts.username)
    except ValueError:  # a port that is no number, a bracket that is not closed, a name such as a..b
        host, port, is_address = None, 0, False
    if not host or not is_address:
        raise ChargerSetupError(f"{address!r} is no address of {kind}; write it such as 192.168.1.31")
    return host, port


def _parse_object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:  # half an object, HTML, or letters that are none
        return None
    return said if isinstance(said, dict) else None
