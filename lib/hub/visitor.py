"""Who asks: what a request says of the one behind it. Pure: a request's head in, values out; knows no right token."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

Header = tuple[bytes, bytes]  # its name in lower case, and its value

PORTS = {"http": 80, "https": 443}
HOST: Final = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^\s\[\]:/?#@,]+?)\.?)(?::[0-9]{0,5})?", re.IGNORECASE)
LOCALHOST = "localhost"
PASSED_ON: Final = frozenset({b"forwarded", b"via", b"x-real-ip"})
PASSED_ON_TOO = b"x-forwarded-"
OLD: Final = "1.0"  # of HTTP: some proxies pass on with it, and say nothing else of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks.

    Attributes:
        address: where the connection comes from, "" when that is not known; here: where it came in.
        host: the name in the Host header, without its port; None when it is missing or is none.
        is_passed_on: a proxy says that it asks for somebody else, or speaks as only proxies do; is_foreign: a page of
            another site asks, through the browser of who lives here; is_page: a page asks at all.
        tokens: all that were presented, as bytes, in any of the three ways; b"" stands for what is no token.

    """

    address: str
    here: str
    host: str | None
    is_passed_on: bool
    is_page: bool
    is_foreign: bool
    tokens: tuple[bytes, ...] = field(repr=False)

    @property
    def is_at_home(self) -> bool:
        """Whether it asks from this machine for this machine, and nobody stands behind it."""
        return is_loopback(self.address) and is_loopback(self.host) and not self.is_passed_on


def visitor(*, address: str, here: str, headers: Sequence[Header], query: bytes, version: str = "1.1") -> Visitor:
    """Who asks with these headers.

    address, here: the two ends of the connection; query: what stands behind the `?`; version: of HTTP.
    """
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    said = hosts[0] if len(hosts) == 1 else ""
    return Visitor(
        address=address,
        here=here,
        host=host_name(said),
        is_passed_on=version == OLD or any(name in PASSED_ON or name.startswith(PASSED_ON_TOO) for name, _ in headers),
        is_page=bool(origins),
        is_foreign=any(is_foreign(origin, said) for origin in origins),
        tokens=(*_of_headers(headers), *_of_query(query)),
    )


def host_name(host: str) -> str | None:
    """The name or address in a Host header, in lower case, without port; None when it is none."""
    found = HOST.fullmatch(host)
    return (found["six"] or found["name"]).lower() if found else None


def is_loopback(name: str | None) -> bool:
    """Whether a name or address is that of this machine for itself: localhost, 127.x.x.x, ::1."""
    if name == LOCALHOST:
        return True
    found = address_of(name)
    return found is not None and found.is_loopback


def address_of(name: str | None) -> IPv4Address | IPv6Address | None:
    """The IP address that a text is; None for a name. ::ffff:127.0.0.1 is 127.0.0.1."""
    try:
        found = ip_address((name or "").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def is_foreign(origin: str, host: str) -> bool:
    """Whether a page of `origin` is not ours: it comes from another host or port than it asks.

    A page from the internet must not read the house through the browser of who lives there. Programs send no Origin.
    """
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        usual = PORTS.get(theirs.scheme)
        ends = [(end.hostname, end.port or usual) for end in (theirs, ours)]
    except ValueError:  # a port that is no number
        return True
    return not theirs.hostname or ends[0] != ends[1]


def _of_headers(headers: Iterable[Header]) -> Iterable[bytes]:
    """Bearer, or the password of Basic; any other scheme presents what is no token."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, said = value.strip().partition(b" ")
            match scheme.lower():
                case b"bearer":
                    yield said.strip()
                case b"basic":
                    yield _password(said.strip())
                case _:
                    yield b""


def _password(said: bytes) -> bytes:
    try:
        return base64.b64decode(said, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _of_query(query: bytes) -> Iterable[bytes]:
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == b"token":
            yield unquote_to_bytes(value)
