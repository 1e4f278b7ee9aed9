"""Where the programs listen, and how they find one another: config.py → doors. It opens nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from lib.address import is_host
from lib.settings.config import Config, SettingsError
from lib.tilde import filled

PROGRAMS = ("dm", "ev", "bs")
LOOPBACK = "127.0.0.1"
OCPP_DOOR = ("0.0.0.0", 8887)  # noqa: S104 - those who dial in are other machines


@dataclass(frozen=True, slots=True)
class Door:
    """Where a program listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def reached(self) -> str:
        """Where another program of this machine finds it, `host:port`: what listens everywhere listens here too."""
        try:
            address = ip_address(self.host)
        except ValueError:
            return f"{self.host}:{self.port}"
        if isinstance(address, IPv6Address):
            return f"[{'::1' if address.is_unspecified else address}]:{self.port}"
        return f"{LOOPBACK if address.is_unspecified else address}:{self.port}"


def parse_doors(config: Config, first: int | None) -> Mapping[str, Door]:
    """`socket_info`, by program; first: these ports instead of the owner's. Raises SettingsError."""
    name = "socket_info"
    value = config.names.get(name, {})
    if not isinstance(value, Mapping):
        raise config.slip(name, '{"dm": ("127.0.0.1", 8080), …}, or {} for dm alone')
    doors: dict[str, Door] = {}
    for program, door in value.items():
        match door:
            case (str() as host, int() as port) if (
                is_host(host) and port is not True and 0 < port < 65536 and program in PROGRAMS
            ):
                doors[program] = Door(host, port if first is None else first + PROGRAMS.index(program))
            case _:
                raise SettingsError(
                    f"{config.where}: {name}[{program!r}] is {door!r}; "
                    f"a name of {', '.join(PROGRAMS)} with (address, port from 1 to 65535)"
                )
    return doors


def parse_ocpp_door(config: Config, doors: Mapping[str, Door], *, dials_in: bool) -> Door | None:
    """Where chargers dial in; None while none does, whatever is set. doors: of the programs. Raises SettingsError."""
    match config.names.get("ocpp_door", OCPP_DOOR):
        case None:
            if dials_in:
                raise config.slip("ocpp_door", f"{OCPP_DOOR}, or another address and port, since a charger is an ocpp")
            return None
        case (str() as host, int() as port) if is_host(host) and port is not True and 0 < port < 65536:
            if dials_in and port in {door.port for door in doors.values()}:
                raise config.slip("ocpp_door", "one with a port that is not in socket_info")
            return Door(host, port) if dials_in else None
    raise config.slip("ocpp_door", f"{OCPP_DOOR}, (address, port from 1 to 65535), or None")


def parse_tls(config: Config, home: Path) -> tuple[Path, Path] | None:
    """The files of a certificate and its key; their paths count from the home. Raises SettingsError."""
    match config.names.get("tls"):
        case None:
            return None
        case (str() as certificate, str() as key) if certificate and key:
            return home / filled(certificate), home / filled(key)
    raise config.slip("tls", 'None, or ("cert.pem", "key.pem")')
