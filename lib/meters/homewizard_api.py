"""One HomeWizard box, asked one question at a time over HTTP (API v1) or HTTPS (API v2).

In: its address, a path. Out: status and body of the answer; no error of the HTTP library gets through. It knows no
telegrams and no token of its own. Source: api-documentation.homewizard.com.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from lib.meters import MeterError
from lib.meters.address import parse_address, unreachable

ANSWER_S = 5.0
LONGEST = 65_536  # bytes; a telegram has 8 kB at most
CA = Path(__file__).with_name("homewizard_ca.pem")
PORTS = {"http": 80, "https": 443}
P1_METER = re.compile(r"appliance/p1dongle/[0-9A-Fa-f]{12}")  # the box's name, by its serial number


@dataclass(frozen=True, slots=True)
class Answer:
    """What the box said."""

    status: int
    body: bytes


class Box:
    """The box that `homewizard://HOST` or `homewizard2://HOST` names; made inside a running loop.

    ca: who must have signed the certificate of a v2 box. Raises SourceError for a bad address.
    """

    def __init__(self, source: str, *, ca: Path = CA) -> None:
        self.secure = source.startswith("homewizard2://")
        scheme = "https" if self.secure else "http"
        self.address = parse_address(source, usual_port=PORTS[scheme])
        self.host = self.address.host
        self._url = URL.build(scheme=scheme, host=self.host, port=self.address.port)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=_p1_meters_only(ca) if self.secure else False, limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"X-Api-Version": "2"} if self.secure else None,
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        )

    async def ask(self, path: str, *, token: str = "", said: Mapping[str, str] | None = None) -> Answer:
        """The answer to GET `path`, or to POST when something is `said`. Raises MeterError within ANSWER_S."""
        headers = {"Authorization": f"Bearer {token}"} if token else None
        method = "GET" if said is None else "POST"
        try:
            async with self._http.request(
                method, self._url / path, headers=headers, json=said, allow_redirects=False
            ) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > LONGEST:
                        answer.close()
                        raise MeterError(f"{self.address} answers without an end: is it a HomeWizard P1 meter?")
                return Answer(answer.status, bytes(body))
        except TimeoutError as error:  # the library's own is one too
            raise unreachable(self.address, error) from error
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            raise MeterError(
                f"{self.address} cannot show that it is a HomeWizard P1 meter, so it is told nothing: "
                "is the address right?"
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise unreachable(self.address, error.os_error) from error
        except aiohttp.ClientError as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise MeterError(f"the connection with {self.address} broke ({why})") from error

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        await self._http.close()


class _P1Meter(ssl.SSLObject):
    """A connection that does not come about unless the certificate names a P1 meter.

    The address is not in it: the vendor signs `appliance/p1dongle/SERIAL`, and the owner knows only the address.
    """

    def do_handshake(self) -> None:
        super().do_handshake()
        certificate: dict[str, Any] = self.getpeercert() or {}
        names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
        if not any(P1_METER.fullmatch(name) for name in names):
            raise ssl.SSLCertVerificationError(f"the certificate is of {names}, no P1 meter")


def _p1_meters_only(ca: Path) -> ssl.SSLContext:
    """What trusts nobody but `ca`.

    Not ssl.create_default_context: from Python 3.13 on it refuses authorities as old in form (X.509 v1) as this one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the name is checked above
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ca)
    context.sslobject_class = _P1Meter
    return context
