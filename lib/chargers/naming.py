"""A charger's address as its owner writes it: one that leads there, or a name that is looked for on this network.

host or host:port leads there. mdns:SERIAL, mdns:NAME, name.local and name.local:port are looked for.
"""

MDNS = "mdns:"
LOCAL = ".local"


def is_name(address: str) -> bool:
    """Whether it is to be looked for."""
    return address.startswith(MDNS) or split_local(address) is not None


def split_local(address: str) -> tuple[str, str] | None:
    """Host and port of name.local:port, the port as text, "" where there is none; None for other addresses."""
    host, _, port = address.strip().removeprefix("http://").rstrip("/").partition(":")
    if not host.rstrip(".").casefold().endswith(LOCAL) or not (port.isdecimal() or not port):
        return None
    return host.rstrip("."), port
