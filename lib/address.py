"""A box on the home network as its owner writes it down: text → host and port, and back, without secrets in it.

It asks nobody.
"""

import re
from urllib.parse import urlsplit

HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[\w.-]+)?")  # a name or IPv4; IPv6, perhaps with its zone
WEB = re.compile(r"(?<=://)(?:[^/?#\s\"']*@)?([^/?#\s\"']*)([/?#][^\s\"']*)?")  # the host, and what follows it
LOGIN = re.compile(r"^(?![\w.-]*@[^@]*$).*(?=@)", re.DOTALL)  # what stands before an @, but for a mere name
ASKED = re.compile(r"(?<=[?#]).+", re.DOTALL)


def parse_address(text: str, *, usual_port: int) -> tuple[str, int] | None:
    """Host and port of `host` or `host:port`, an IPv6 host in brackets; None for what is no address."""
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, port = parts.hostname or "", usual_port if parts.port is None else parts.port
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    if not is_host(host) or not port or parts.path or parts.query or parts.username:
        return None
    return host, port


def is_host(text: str) -> bool:
    """Whether it is a host; a name such as a..b is none, which only shows far from where it was written."""
    try:
        text.encode("idna")
    except UnicodeError:
        return False
    return HOST.fullmatch(text) is not None


def shown(host: str, port: int, *, usual_port: int) -> str:
    """Both as an owner would write them: without the usual port."""
    where = f"[{host}]" if ":" in host else host
    return where if port == usual_port else f"{where}:{port}"


def hushed(text: str) -> str:
    """What may be shown of a text that holds web addresses."""
    return WEB.sub(lambda found: found[1] + ("/…" if found[2] else ""), text)


def masked(text: str) -> str:
    """What may be shown of a text that should be one address, and is perhaps none."""
    return ASKED.sub("…", hushed(LOGIN.sub("…", text)))
