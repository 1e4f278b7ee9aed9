"""One question over HTTP to anybody, on the home network or elsewhere, within a time limit.

In: an address, headers, perhaps a body. Out: status, headers and body. No error of the HTTP library gets through: each
becomes one of whoever asks. What it raises never holds the address' query,
a header or a body, in which a secret may stand; nobody is told one by a redirect, which is not followed.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from lib.payload import NoJsonError, parse_json

PATIENCE_S = 5.0
LARGEST = 1_000_000  # bytes; the whole state of an evcc has 100 kB
PIECE = 65_536
LONGEST_AGAIN_S = 86_400.0
MANNERS = {"User-Agent": "digital-meter", "Accept": "application/json"}


class Fault(Protocol):
    """Makes the error of whoever asks; again_s: the service said not to ask before so many seconds have passed."""

    def __call__(self, why: str, *, again_s: float | None = None) -> Exception:
        """The error that says `why`, a sentence for the owner."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: by their names in lower case. fault: makes what its methods raise."""

    who: str
    fault: Fault
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        """Whether it is an answer at all, and no refusal."""
        return 200 <= self.status < 300

    def told(self) -> object:
        """The JSON in it. Raises a `fault`."""
        try:
            return parse_json(self.body)
        except NoJsonError as error:
            raise self.fault(f"{self.who} answers with {error}") from None

    def trouble(self) -> Exception:
        """Why it is no answer, where nothing better is known."""
        match self.status:
            case 401 | 403:
                return self.fault(f"{self.who} refuses us (HTTP {self.status}): is what it wants as a log-in right?")
            case 404:
                return self.fault(f"{self.who} has nothing at this address (HTTP 404): is it written right?")
            case 429:
                return self.fault(f"{self.who} was asked too often", again_s=self.again_s)
            case status if 300 <= status < 400:
                where = _place(self.headers.get("location", ""))
                return self.fault(f"{self.who} sends us on to {where}, which is not followed: write that address")
            case status if status >= 500:
                return self.fault(f"{self.who} has trouble of its own (HTTP {status})", again_s=self.again_s)
        return self.fault(f"{self.who} does not understand the question (HTTP {self.status})")

    @property
    def again_s(self) -> float | None:
        """For so many seconds it does not want to be asked again, at most a day; None: it says nothing of that."""
        said = self.headers.get("retry-after", "").strip()
        return min(LONGEST_AGAIN_S, float(said[:9])) if said.isascii() and said.isdigit() else None


class Service:
    """Questions to one service. who: what it is called, at the start of each sentence; fault: makes what is raised."""

    def __init__(self, who: str, *, fault: Fault, patience_s: float = PATIENCE_S) -> None:
        self._who = who
        self._fault = fault
        self._patience_s = patience_s
        self._http: aiohttp.ClientSession | None = None  # it wants a running loop

    async def ask(
        self,
        url: URL,
        *,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to GET `url`, or to POST where `json` or `form` is given. Raises a `fault` in time."""
        method = "GET" if json is None and form is None else "POST"
        if self._http is None:
            self._http = aiohttp.ClientSession(
                headers=MANNERS,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._patience_s),
            )
        try:
            async with self._http.request(
                method, url, headers=headers, json=json, data=form, allow_redirects=False
            ) as answer:
                body = bytearray()
                async for piece in answer.content.iter_chunked(PIECE):
                    body += piece
                    if len(body) > LARGEST:
                        raise self._fault(f"{self._who} answers with more than {LARGEST // 1_000_000} MB")
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(self._who, self._fault, answer.status, names, bytes(body))
        except TimeoutError:
            raise self._fault(f"{self._who} does not answer within {self._patience_s:.0f} s") from None
        except (aiohttp.ClientError, ValueError) as error:  # `from None`: the library's own text may hold the query
            raise self._fault(f"{self._who} {_trouble(error)}") from None

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        if self._http is not None:
            await self._http.close()


def _place(location: str) -> str:
    """Where a redirect leads, without what may be secret in it; anybody may write anything there."""
    try:
        there = URL(location)
        where = f"{there.scheme}://{there.host}" if there.host else ""
    except (ValueError, IndexError):  # the latter of brackets with nothing in them
        where = ""
    return where or "elsewhere"


def _trouble(error: Exception) -> str:
    """What went wrong, in the owner's words."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "shows a certificate that is not trusted here: is the address right, and this machine's clock?"
        case aiohttp.ClientSSLError():
            return "answers, but not with TLS: try http:// or another port"
        case aiohttp.ClientConnectorError(os_error=socket.gaierror()):
            return "is not found: is the name right, and this house online?"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return "refuses the connection: is it running, and is the port number right?"
        case aiohttp.ClientOSError(strerror=str(said)):
            return f"cannot be reached ({said})"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "hangs up in the middle of the answer"
        case aiohttp.ClientResponseError():
            return "answers, but not in HTTP"
        case _:
            return f"cannot be asked ({type(error).__name__})"
