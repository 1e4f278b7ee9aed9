"""The address of a program, as an owner writes it → where it is, and the token that the address may hold."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from websockets.exceptions import InvalidURI
from websockets.uri import parse_uri

from lib.hub.visitor import is_loopback

SECRET: Final = re.compile(r"//[^/]*@|[?#].*", re.DOTALL)
NAME = "token"  # of the parameter


class PeerError(Exception):
    """An address that can never work; the sentence says what one looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a program is; url: without its token, so that it can be shown."""

    url: str
    host: str
    port: int
    is_secret: bool
    token: str | None = field(repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine, where no token is needed."""
        return is_loopback(self.host)


def parse_address(url: str) -> Address:
    """The address in `url`, such as ws://192.168.1.50:8080/ws; the token as its password, or as ?token=.

    Raises PeerError.
    """
    try:
        uri = parse_uri(url)
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except (InvalidURI, ValueError):
        raise PeerError(
            f"{shown(url)!r} is no address of a program; one looks like ws://192.168.1.50:8080/ws"
        ) from None
    tokens = [value for name, value in asked if name == NAME]
    query = urlencode([(name, value) for name, value in asked if name != NAME])
    return Address(
        url=urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query)),
        host=uri.host,
        port=uri.port,
        is_secret=uri.secure,
        token=uri.password or (tokens[-1] if tokens else None) or None,
    )


def shown(url: str) -> str:
    """An address, also one that is none, without what may be a token in it."""
    return SECRET.sub(lambda found: "//" if found[0].startswith("//") else "", url)
