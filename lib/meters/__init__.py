"""Where the bytes of a digital meter come from: a cable, a network box or a recording.

In: the owner's word for the source. Out: a `Meter`, which gives bytes as they come, in pieces of any size. It knows no
telegrams; `lib.meters.line` keeps one source alive across its troubles.
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

ALLOWED = (
    "a device such as /dev/serial/by-id/…, socket://HOST:PORT, rfc2217://HOST:PORT, homewizard://HOST, "
    "homewizard2://HOST, mqtt://HOST/TOPIC, mqtts://HOST/TOPIC, a recorded file, replay://FILE?speed=N, "
    "or - for standard input"
)
NO_SECRETS: Mapping[str, str] = MappingProxyType({})


class MeterError(Exception):
    """The source gives nothing; the text is one sentence for the owner. Trying again later may help."""


class SourceError(MeterError):
    """The source as it was written cannot work: trying again will not mend it."""


class QuietError(MeterError):
    """The source is open and works, but has nothing to say; the text is why. It can go on being read."""


class Meter(Protocol):
    """One open source of P1 bytes."""

    @property
    def name(self) -> str:
        """The source as the owner knows it: a path, or host:port."""

    @property
    def live(self) -> bool:
        """True when a meter talks at the other end; a recording is not live, and is not opened a second time."""

    async def read(self) -> bytes:
        """The next piece, at least one byte; b"" when a recording is over.

        Raises MeterError when the line is lost; QuietError, within some seconds, when a source knows why nothing comes.
        """

    async def close(self) -> None:
        """Give the source back; within two seconds, also when it is lost."""


async def open_meter(source: str, *, speed: float | None = None, secrets: Mapping[str, str] = NO_SECRETS) -> Meter:
    """Open `source`, which is one of ALLOWED; `tcp://` is the same as `socket://`.

    speed: of a recording: 1 as it was recorded, 60 an hour in a minute, 0 as fast as it can be read. None: what
    `source` says, else 1 for a file and 0 for a pipe, which has a pace of its own. Live sources take no notice of it.
    secrets: "homewizard" → token, "mqtt" → password; "homewizard@HOST" is for one box and wins over the general one.
    Raises SourceError when `source` is none of these, the recording or the token is not there, MeterError when it does
    not answer. No error tells a secret.
    """
    match source.partition("://"):
        case ("rfc2217", "://", _):
            from lib.meters.serial import open_serial

            return await open_serial(source)
        case ("socket" | "tcp", "://", _):
            from lib.meters.tcp import open_tcp

            return await open_tcp(source)
        case ("homewizard" | "homewizard2", "://", _):
            from lib.meters.homewizard import open_homewizard

            return await open_homewizard(source, secrets=secrets)
        case ("mqtt" | "mqtts", "://", _):
            from lib.meters.mqtt import open_mqtt

            return await open_mqtt(source, secrets=secrets)
        case ("replay", "://", recording):
            from lib.meters.replay import open_replay, parse_speed

            path, said = parse_speed(recording)
            return await open_replay(path, speed=said if speed is None else speed)
        case ("", _, _) | (_, "://", _):
            message = f"{shown(source)!r} is no source for the meter; it can be {ALLOWED}"
            raise SourceError(message)
        case _ if _is_device(source):
            from lib.meters.serial import open_serial

            return await open_serial(source)
        case _:
            from lib.meters.replay import open_replay

            return await open_replay(source, speed=speed)


def shown(source: str) -> str:
    """`source` as it may be shown and logged: without user and password.

    A password may hold any sign, so all up to the last @ goes; a recording has none.
    """
    return source if source.startswith("replay://") else re.sub(r"(?<=://).*@", "…@", source, flags=re.DOTALL)


def is_recording(source: str) -> bool:
    """Whether `source` plays back what was, so that its times and counters are not this house's now."""
    kind, colon, _ = source.partition("://")
    return kind == "replay" if colon else not _is_device(source)


def _is_device(source: str) -> bool:
    """Whether `source` is a port rather than a recording; an unplugged cable has only its name to go by."""
    try:
        kind = Path(source).stat().st_mode
    except OSError:
        return source.startswith("/dev/")
    return stat.S_ISCHR(kind)
