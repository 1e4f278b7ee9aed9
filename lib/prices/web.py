"""One question over HTTP: the only place that knows the HTTP library, its time limits and its errors.

In: an address with a query. Out: status and body. It knows no prices. What it raises never holds the query, in which
a token may stand.
"""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from os import strerror
from typing import NamedTuple

import aiohttp
from yarl import URL

from lib.prices import PriceError, SourceError

PATIENCE_S = 15.0
LARGEST = 2_000_000  # bytes; a day is 10 kB
PIECE = 65_536
MOST_MOVES = 3
TOO_MANY, FIRST_TROUBLE = 429, 500
MOVED = (301, 302, 303, 307, 308)
LEFT_ALONE_S = 600.0  # after a 429 that does not say how long
LONGEST_S = timedelta(days=1).total_seconds()
MANNERS = {"User-Agent": "digital-meter", "Accept": "application/json, application/xml, text/xml"}


class Answer(NamedTuple):
    """What came back; any status but a move, a 429 and a 5xx."""

    status: int
    body: bytes


def address(name: str, url: str) -> URL:
    """The host of `name`. Raises SourceError when `url` is not scheme and host."""
    try:
        home = URL(url)
    except ValueError:
        home = URL()
    if home.scheme not in {"http", "https"} or not home.host:
        raise SourceError(f"{name}: {url!r} is no address; https://HOST is one")
    return home


async def ask(name: str, url: URL, query: Mapping[str, str]) -> Answer:
    """The answer to GET `url` with `query`. Raises PriceError, which starts with `name`.

    A move is followed on the same host only: nobody else is told what we ask.
    """
    try:
        asked = url.update_query(query)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S), headers=MANNERS) as http:
            for _ in range(MOST_MOVES + 1):
                async with http.get(asked, allow_redirects=False) as answer:
                    if answer.status not in MOVED:
                        return await _read(name, answer)
                    asked = _moved(name, asked, answer.headers.get("Location", ""))
    except TimeoutError:
        raise PriceError(f"{name} does not answer within {PATIENCE_S:.0f} s") from None
    except (aiohttp.ClientError, ValueError, IndexError) as error:  # `from None`: its own text holds the query
        raise PriceError(f"{name} {_trouble(error)}") from None
    raise PriceError(f"{name} sends us on again and again")


async def _read(name: str, answer: aiohttp.ClientResponse) -> Answer:
    """The body, up to LARGEST."""
    if answer.status == TOO_MANY:
        again_s = _again_s(answer.headers)
        raise PriceError(f"{name} was asked too often", again_s=LEFT_ALONE_S if again_s is None else again_s)
    if answer.status >= FIRST_TROUBLE:
        raise PriceError(f"{name} has trouble of its own (HTTP {answer.status})", again_s=_again_s(answer.headers))
    body = bytearray()
    async for piece in answer.content.iter_chunked(PIECE):
        body += piece
        if len(body) > LARGEST:
            raise PriceError(f"{name} answers with more than {LARGEST // 1_000_000} MB")
    return Answer(answer.status, bytes(body))


def _moved(name: str, asked: URL, location: str) -> URL:
    """Where to ask instead. Raises PriceError when that is another host, or no longer encrypted."""
    there = asked.join(URL(location))
    is_same = there.host == asked.host and (
        (there.scheme, there.port) == (asked.scheme, asked.port) or (asked.scheme, there.scheme) == ("http", "https")
    )
    if not is_same:
        raise PriceError(f"{name} has moved to {there.scheme}://{there.host}, which is not followed")
    return there


def _again_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After, at most a day; a date counts from the answer's own Date, whatever our clock says."""
    said = headers.get("Retry-After", "").strip()
    try:
        if said.isascii() and said.isdigit():
            seconds = float(said[:9])
        else:
            seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):  # no date, or one without zone
        return None
    return min(LONGEST_S, max(0.0, seconds))


def _trouble(error: Exception) -> str:
    """What went wrong, in the owner's words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "is not found: is this house online?"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "shows a certificate that cannot be trusted: is the clock of this machine right?"
        case aiohttp.ClientOSError(errno=int(number)):
            return f"cannot be reached: {strerror(number)}"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "hangs up in the middle of the answer"
        case aiohttp.ClientResponseError():
            return "answers, but not in HTTP"
        case _:
            return f"cannot be asked ({type(error).__name__})"
