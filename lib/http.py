"""One box on the home network that is asked over HTTP, one question at a time, for a JSON object.

In: its address, a path, what is asked or told. Out: status and object of the answer; no error of the HTTP library gets
through, each becomes one of whoever asks. The connection is kept between two questions, and made anew when the box has
closed it. It knows no make.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from lib.address import masked, parse_address, shown
from lib.payload import NoJsonError, parse_json

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

    slip: what is raised for an address or a user that can be none; silent: for a box that does not answer as it should.
    headers: what each question says besides. digest: the box is shown that we know its password, and not told it.
    """

    def __init__(
        self,
        address: str,
        *,
        kind: str,
        slip: type[Exception],
        silent: type[Exception],
        user: str | None = None,
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
        digest: bool = False,
    ) -> None:
        found = parse_address(address.strip().removeprefix("http://").rstrip("/"), usual_port=HTTP_PORT)
        if found is None:
            raise slip(f"{masked(address)!r} is no address of {kind}; write it such as 192.168.1.31")
        host, self.port = found
        self.kind = kind
        self.where = shown(host, self.port, usual_port=HTTP_PORT)
        self._url = URL.build(scheme="http", host=host, port=self.port)
        self._silent = silent
        self._headers = dict(headers or {})
        self._digest: tuple[aiohttp.DigestAuthMiddleware, ...] = ()
        if user and password and ":" in user:
            raise slip(f"the user {user!r} of {kind} holds a colon, which no user may")
        if user and password and digest:
            self._digest = (aiohttp.DigestAuthMiddleware(user, password),)
        elif user and password:
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
                middlewares=self._digest,
            )
        return self._http

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """So long for all questions in it together. Raises `silent`."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise self.unreachable(error) from None

    async def ask(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        told: Mapping[str, Any] | None = None,
        method: str | None = None,
        within_s: float | None = None,
    ) -> Answer:
        """The answer to GET `path`, or to POST where something is `told`, which it must bear to be told twice.

        method: another one, such as DELETE. within_s: None where all questions together have a limit. Raises `silent`.
        """
        method = method or ("GET" if told is None else "POST")
        try:
            async with asyncio.timeout(within_s):
                try:
                    return await self._send(method, path, query, told)
                except aiohttp.ClientConnectorError:
                    raise
                except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):  # it closed the connection meanwhile
                    if told is None:  # the library has asked again by itself
                        raise
                    return await self._send(method, path, query, told)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise self.unreachable(error) from error

    async def _send(
        self, method: str, path: str, query: Mapping[str, str] | None, told: Mapping[str, Any] | None
    ) -> Answer:
        async with self.session.request(
            method, self._url / path, params=query, json=told, allow_redirects=False
        ) as answer:
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > LONGEST:
                    answer.close()
                    raise self._silent(f"{self.where} answers without an end: is it {self.kind}?")
            return Answer(answer.status, _parse_object(bytes(body)))

    def unreachable(self, error: BaseException) -> Exception:
        """Why there is no answer, in the owner's words: a `silent`."""
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
        return self._silent(why)

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        if self._http is not None:
            await self._http.close()


def _parse_object(body: bytes) -> dict[str, Any] | None:
    try:
        said = parse_json(body)
    except NoJsonError:  # half an object, HTML, letters that are none, or a thousand brackets
        return None
    return said if isinstance(said, dict) else None
