"""The address of a box on the network: from `socket://HOST:PORT` to host and port, and from a failure to a sentence."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.meters import MeterError, SourceError, shown


@dataclass(frozen=True, slots=True)
class Address:
    """Where a box listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """As the owner writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(source: str, *, usual_port: int | None = None) -> Address:
    """The address in `scheme://HOST:PORT`; an IPv6 host stands in brackets.

    usual_port: where none is said; None: it must be said. Raises SourceError.
    """
    scheme, _, rest = source.partition("://")
    try:
        parts = urlsplit(f"//{rest.partition('/')[0]}")
        host, port = parts.hostname, usual_port if parts.port is None else parts.port
        (host or "").encode("idna")
    except ValueError:  # a port that is no number, a bracket that is not closed, a name such as a..b
        host, port = None, None
    if not host or not port:
        needs = "a host and a port" if usual_port is None else "a host"
        example = f"{scheme}://192.168.1.20" + (":23" if usual_port is None else "")
        message = f"{shown(source)} needs {needs}, such as {example}"
        raise SourceError(message)
    return Address(host, port)


def find_secret(secrets: Mapping[str, str], name: str, address: Address) -> str:
    """The secret of the box at `address`, else the one of all boxes of that name; "" when there is none."""
    return (secrets.get(f"{name}@{address.host}") or secrets.get(name) or "").strip()


def unreachable(address: Address, error: BaseException) -> MeterError:
    """Why there is no connection with `address`, in the owner's words."""
    match error:
        case TimeoutError():
            why = f"no answer from {address}: is it switched on, and on this network?"
        case ConnectionRefusedError():
            why = f"{address} refuses the connection: is the port number right, and does no other program use the box?"
        case socket.gaierror():
            why = f"the name {address.host} is not known on this network: write the box's IP address instead"
        case OSError(strerror=str(said)):
            why = f"{address} cannot be reached ({said})"
        case _:  # a name with several addresses, none of which answers
            why = f"{address} takes no connection: is it switched on, and is the port number right?"
    return MeterError(why)
