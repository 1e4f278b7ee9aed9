"""The address of a box on the network: from `socket://HOST:PORT` to host and port, and from a failure to a sentence."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.meters import MeterError, SourceError


@dataclass(frozen=True, slots=True)
class Address:
    """Where a box listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """As the owner writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(source: str) -> Address:
    """The address in `scheme://HOST:PORT`; an IPv6 host stands in brackets. Raises SourceError."""
    scheme = source.partition("://")[0]
    try:
        parts = urlsplit(source)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number, or a bracket that is not closed
        host, port = None, None
    if not host or not port:
        message = f"{source} needs a host and a port, such as {scheme}://192.168.1.20:23"
        raise SourceError(message)
    return Address(host, port)


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
