"""A calendar on the web, in iCal format: Google's secret address, Nextcloud, iCloud, Outlook.

It is asked whether it changed before it is fetched again. The address is a secret in itself: what is said holds its
host only.
"""

import asyncio
import ssl
from datetime import datetime
from os import strerror

import aiohttp
from yarl import URL

from lib.calendars import CalendarError, CalendarSetupError, place_of
from lib.calendars.ics import LARGEST, TOO_LARGE, Ics
from lib.core.trip import Entry

PATIENCE_S = 10.0
PIECE = 65_536
MOST_MOVES = 5
MOVED = (301, 302, 303, 307, 308)
OK, UNCHANGED, FIRST_TROUBLE = 200, 304, 500
COPY_AGAIN = "copy it again from the settings of the calendar (in Google: secret address in iCal format)"
MANNERS = {"User-Agent": "digital-meter", "Accept": "text/calendar"}


def open_web(address: str) -> "IcsAddress":
    """The calendar at an address; webcal:// is https://. Raises CalendarSetupError when it is none."""
    try:
        url = URL(address)
        url = url.with_scheme("https") if url.scheme == "webcal" else url
    except ValueError:
        url = URL()
    if not url.host:
        raise CalendarSetupError("ics: what stands there is no address; https://HOST/… is one")
    return IcsAddress(url)


class IcsAddress:
    """See Calendar."""

    def __init__(self, url: URL) -> None:
        self.name = url.host or ""
        self._url = url
        self._ics = Ics(place_of(str(url)))
        self._body: bytes | None = None
        self._known: dict[str, str] = {}  # what asks whether it changed

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """See Calendar."""
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S), headers=MANNERS) as http:
                body = await self._fetch(http)
        except TimeoutError:
            raise CalendarError(f"{self.name} does not answer within {PATIENCE_S:.0f} s") from None
        except (aiohttp.ClientError, ValueError, IndexError) as error:  # `from None`: its own text holds the address
            raise CalendarError(f"{self.name} {_trouble(error)}") from None
        try:
            found = await asyncio.to_thread(self._ics.parse, body, start, end)
        except CalendarError as error:
            self._known.clear()
            raise CalendarError(f"{self.name}: {error}; is the address right? {COPY_AGAIN}") from error.__cause__
        return found

    async def close(self) -> None:
        """Nothing stays open."""

    async def _fetch(self, http: aiohttp.ClientSession) -> bytes:
        """What stands at the address now."""
        asked = self._url
        for _ in range(MOST_MOVES + 1):
            async with http.get(asked, headers=self._known if self._body else {}, allow_redirects=False) as answer:
                if answer.status in MOVED:
                    asked = self._moved(asked, answer.headers.get("Location", ""))
                    continue
                if answer.status == UNCHANGED and self._body is not None:
                    return self._body
                if answer.status != OK:
                    raise CalendarError(self._refused(answer.status))
                self._body = await self._read(answer)
                asks = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
                self._known = {ask: answer.headers[name] for ask, name in asks if name in answer.headers}
                return self._body
        raise CalendarError(f"{self.name} sends us on again and again")

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in answer.content.iter_chunked(PIECE):
            body += piece
            if len(body) > LARGEST:
                raise CalendarError(f"{self.name}: {TOO_LARGE}")
        return bytes(body)

    def _moved(self, asked: URL, location: str) -> URL:
        """Where to ask instead, which may be another host, but not one that is asked for all to read."""
        there = asked.join(URL(location))
        if not there.host or there.scheme not in {asked.scheme, "https"}:
            raise CalendarError(f"{self.name} sends us to {there.scheme}://{there.host}, which is not followed")
        return there

    def _refused(self, status: int) -> str:
        match status:
            case 401 | 403:
                return (
                    f"{self.name} asks for a log-in (HTTP {status}): take the calendar's secret address, or write the "
                    "log-in into it: https://USER:PASSWORD@…"
                )
            case 404 | 410:
                return f"{self.name} knows no calendar at this address (HTTP {status}): {COPY_AGAIN}"
            case 429:
                return f"{self.name} was asked too often (HTTP {status})"
            case _ if status >= FIRST_TROUBLE:
                return f"{self.name} has trouble of its own (HTTP {status})"
        return f"{self.name} gives no calendar (HTTP {status}): {COPY_AGAIN}"


def _trouble(error: Exception) -> str:
    """What went wrong, in the owner's words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "is not found: is this house online, and the address right?"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            return "shows a certificate that cannot be trusted: is the clock of this machine right?"
        case aiohttp.ClientOSError(errno=int(number)):
            return f"cannot be reached: {strerror(number)}"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "hangs up in the middle of the answer"
        case aiohttp.ClientResponseError():
            return "answers, but not in HTTP"
    return f"cannot be asked ({type(error).__name__})"
