"""Fronius inverters over their Solar API, which is read only: it needs no password and holds nothing back.

In: the address of the inverter, or of its Datamanager. Out: what all inverters behind it give together, with the sun
that goes into a battery of theirs. Source: the maker's "Solar API V1" (42,0410,2012).
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from lib.clock import Clock, WallClock
from lib.core.sun import InverterReading
from lib.inverters import ANSWER_S, InverterError, InverterSetupError, RefusedError, UnreachableError

PATH = "/solar_api/v1/GetPowerFlowRealtimeData.fcgi"
POLITE_S = 5.0  # the maker asks for no more than this, and one question at a time
KEEP_S = 15.0
LONGEST = 65_536  # bytes; an answer has 1 kB
MOST = 1e12  # beyond that it is no number of W or Wh
HTTP_PORT = 80


class Fronius:
    """One Fronius. address: host or host:port. Raises InverterSetupError when it is none."""

    polite_s = POLITE_S

    def __init__(self, address: str, *, clock: Clock | None = None) -> None:
        self._url = _parse_address(address)
        self._where = self._url.authority
        self._clock = clock or WallClock()
        self._http: aiohttp.ClientSession | None = None

    async def read(self) -> InverterReading:
        """One question for all that we need."""
        read_s = self._clock.monotonic()
        site = self._site(await self._ask())
        power_w = 0.0 if site.get("P_PV", "") is None else _number(site, "P_PV")  # at night it says null
        if power_w is None:
            raise UnreachableError(f"{self._where} answers, but does not say what the sun gives (P_PV)")
        return InverterReading(read_s=read_s, power_w=max(0.0, power_w), energy_wh=_number(site, "E_Total"))

    async def hold(self, limit_w: float | None) -> None:
        """It cannot."""
        if limit_w is not None:
            raise RefusedError(
                'the Solar API only tells: to hold the sun back set make to "sunspec" and switch Modbus on in it'
            )

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        if self._http is not None:
            await self._http.close()

    async def _ask(self) -> Mapping[str, Any]:
        """The object of its answer, whose status is good."""
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=KEEP_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            async with asyncio.timeout(ANSWER_S), self._http.get(self._url, allow_redirects=False) as answer:
                status, body = answer.status, bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > LONGEST:
                        answer.close()
                        raise UnreachableError(f"{self._where} answers without an end: is it a Fronius?")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise self._unreachable(error) from error
        if status in {403, 404}:
            raise InverterError(
                f"{self._where} has no Solar API (HTTP {status}): switch it on in its web interface, "
                "under Communication, Solar API"
            )
        try:
            said = json.loads(bytes(body))
        except (ValueError, RecursionError):  # half an object, a page, letters that are none, or a thousand brackets
            said = None
        if status != 200 or not isinstance(said, dict):
            raise UnreachableError(f"{self._where} answers HTTP {status}, and not as a Fronius: is it another box?")
        return said

    def _site(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of an answer that tells of the whole site."""
        status = _group(said, "Head", "Status")
        code = status.get("Code")
        if code != 0:
            words = status.get("UserMessage") or status.get("Reason") or "without a reason"
            raise UnreachableError(f"{self._where} answers with status {code!r}: {str(words)[:200]}")
        return _group(said, "Body", "Data", "Site")

    def _unreachable(self, error: BaseException) -> UnreachableError:
        match error:
            case aiohttp.ClientConnectorDNSError():
                why = f"the name {self._where} is not known on this network: write its IP address instead"
            case aiohttp.ClientConnectorError(os_error=OSError(strerror=str(said))):
                why = f"{self._where} cannot be reached ({said})"
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientOSError():
                why = f"{self._where} hung up in the middle of the answer"
            case aiohttp.ClientError():
                why = f"{self._where} answers, but not in HTTP: is it a Fronius?"
            case _:
                why = f"no answer from {self._where}: is it switched on, and on this network?"
        return UnreachableError(why)


def _parse_address(address: str) -> URL:
    try:
        parts = urlsplit(f"//{address.strip().removeprefix('http://').rstrip('/')}")
        port = HTTP_PORT if parts.port is None else parts.port
        url = URL.build(scheme="http", host=parts.hostname or "", port=port, path=PATH)
        is_address = bool(parts.hostname and port) and not (parts.path or parts.query or parts.username)
    except ValueError:  # a port that is no number, a bracket that is not closed, a name such as a..b
        url, is_address = URL(), False
    if not is_address:
        raise InverterSetupError(f"{address!r} is no address of a Fronius; write it such as 192.168.1.70")
    return url


def _group(said: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A group within groups; an empty one where there is none."""
    found: Any = said
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _number(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        return None
    return float(value)
