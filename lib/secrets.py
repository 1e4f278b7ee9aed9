"""~/secrets.json: tokens and passwords that no other file holds, read, and made where the owner has none yet.

Nothing here is ever logged or shown: a sentence names the key, never its value. It does not know what a secret opens.
"""

import contextlib
import fcntl
import json
import math
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

NAME = "secrets.json"
LONGEST_FILE = 65_536
TOKEN_BYTES = 32
SHORTEST = 32  # letters of a token that the owner writes; what cannot be guessed need not be slowed
LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")  # safe in an address
ROLES = ("view", "control")
NO_SECRETS: Final = frozenset({"about", "door"})
OTHERS: Final = frozenset(  # each a text; of the rest what is none is let be
    {
        *("homewizard", "entsoe", "mqtt", "nrgkick", "openevse", "ocpp", "sessy", "home_assistant"),
        *("shelly", "iotawatt", "iammeter"),
        *("google_service_account", "google_token", "google_client", "google_client_id", "google_client_secret"),
        *("smartcar_client_id", "smartcar_client_secret", "smartcar_token"),
        *("eu_data_act", "audi"),
    }
)
ABOUT = "Tokens and passwords; keep it for yourself (chmod 600). _secrets.json shows what may stand here."
LOCK_S = 5.0
TICK_S = 0.05


class SecretsError(Exception):
    """A file of secrets that cannot be used; one sentence that says what to do, and no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What opens the door to other machines: one to look, one also to change something."""

    view: str = field(repr=False)
    control: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What the file holds.

    Attributes:
        door: the tokens of our own door; None while one of them is missing.
        others: by name, such as "homewizard" (the token that a P1 box gave, "homewizard@HOST" for one box), "entsoe"
            (that of the price platform), "mqtt" (the password of the broker) and "google_service_account" (the path of
            its key file, or its text); without those that are empty.

    """

    door: Tokens | None = field(default=None, repr=False)
    others: Mapping[str, str] = field(default_factory=dict, repr=False)


def secrets_path(environ: Mapping[str, str]) -> Path:
    """Where the file is: `DM_SECRETS`, or secrets.json in the home of who runs this."""
    named = environ.get("DM_SECRETS")
    return Path(named) if named else Path(environ.get("HOME") or Path.home()) / NAME


def load_secrets(path: Path) -> Secrets:
    """What the file holds; nothing at all where there is none. Raises SecretsError."""
    found = _read(path)
    door = _door(path, found)
    if set(door) == set(ROLES) and door["view"] == door["control"]:
        raise SecretsError(f"{path}: door.view and door.control are the same; give two, or delete one to have it made")
    others = {name: value for name in found if (value := _other(path, name, found[name]))}
    return Secrets(door=Tokens(**door) if set(door) == set(ROLES) else None, others=MappingProxyType(others))


def door_tokens(path: Path) -> Tokens:
    """The tokens of the door; those that are missing are made and added to the file, which keeps all else it holds.

    Programs that start together get the same. Raises SecretsError; a file that cannot be used stays as it is.
    """
    known = load_secrets(path).door
    if known:
        return known
    with _alone(path):
        known = load_secrets(path).door  # made by another program meanwhile
        if known:
            return known
        found = _read(path)
        door = {role: secrets.token_urlsafe(TOKEN_BYTES) for role in ROLES} | _door(path, found)
        kept = found.get("door") or {}  # it may hold more than we know
        _write(path, (found or {"about": ABOUT}) | {"door": kept | door})
        return Tokens(**door)


def keep_secret(path: Path, name: str, secret: str) -> None:
    """Put `secret` into the file, beside all else it holds. Raises SecretsError; then the file is as it was."""
    load_secrets(path)  # what is wrong with it is said before a new one is made of it
    with _alone(path):
        found = _read(path)
        _write(path, (found or {"about": ABOUT}) | {name: secret})


def _door(path: Path, found: Mapping[str, Any]) -> dict[str, str]:
    """The tokens that are there, checked."""
    door = found.get("door")
    if door is not None and not isinstance(door, dict):
        raise SecretsError(f'{path}: door is {_kind(door)}; allowed is {{"view": "…", "control": "…"}}')
    tokens: dict[str, str] = {}
    for role in ROLES:
        token = _text(path, f"door.{role}", (door or {}).get(role))
        if token is None:
            continue
        if len(token) < SHORTEST or not set(token) <= LETTERS:
            raise SecretsError(
                f"{path}: door.{role} is no token: {SHORTEST} letters, digits or -._~ at least; "
                "delete it and start again to have one made"
            )
        tokens[role] = token
    return tokens


def _other(path: Path, name: str, value: object) -> str | None:
    if name in NO_SECRETS or (not isinstance(value, str) and name.partition("@")[0] not in OTHERS):
        return None
    return _text(path, name, value)


def _text(path: Path, name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise SecretsError(f"{path}: {name} is {_kind(value)}; allowed is a text")
    return value


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


def _read(path: Path) -> dict[str, Any]:
    """The object in the file; empty where there is no file."""
    data = _bytes(path)
    if data is None:
        return {}
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number
        )
    except UnicodeDecodeError:
        raise SecretsError(f"{path}: is no text in UTF-8; save it as such") from None
    except json.JSONDecodeError as error:
        raise SecretsError(f"{path}: line {error.lineno}: {error.msg}") from None
    except (_TwiceError, ValueError, RecursionError) as error:
        said = (
            f"{error} stands there twice; delete one"
            if isinstance(error, _TwiceError)
            else "is no JSON that can be kept"
        )
        raise SecretsError(f"{path}: {said}") from None
    if not isinstance(found, dict):
        raise SecretsError(f"{path}: holds {_kind(found)}; it begins with {{ and ends with }}")
    return found


class _TwiceError(Exception):
    """A key that an object has twice, one of which would be lost."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _TwiceError(name)
        found[name] = value
    return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _bytes(path: Path) -> bytes | None:
    """The content of a file that is ours alone; None where there is none."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if path.is_symlink():
            raise SecretsError(f"{path}: is a link; put the file itself there") from None
        return None
    except OSError as error:
        if path.is_symlink():
            raise SecretsError(f"{path}: is a link; put the file itself there") from None
        raise SecretsError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise SecretsError(f"{path}: is no file; move it away")
        if about.st_uid != os.geteuid():
            raise SecretsError(f"{path}: belongs to somebody else; sudo chown $USER {path}")
        if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretsError(f"{path}: may be read by others; chmod 600 {path}")
        data = os.read(file, LONGEST_FILE + 1)
    finally:
        os.close(file)
    if len(data) > LONGEST_FILE:
        raise SecretsError(f"{path}: is longer than {LONGEST_FILE} bytes; that is no file of secrets")
    return data


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Put `content` in place of what the file holds: after a power cut it is the old one or the new one, whole."""
    try:
        data = json.dumps(content, indent=4, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a letter, which JSON can only hold escaped
        data = json.dumps(content, indent=4).encode() + b"\n"
    new = path.with_name(f".{path.name}.new")
    try:
        try:
            new.unlink(missing_ok=True)  # of a start that was cut off
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "wb") as opened:
                os.fchmod(file, 0o600)
                opened.write(data)
                opened.flush()
                os.fsync(file)
            new.replace(path)
        finally:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise SecretsError(f"{path}: cannot be written: {error.strerror}; make {path.parent} writable") from None


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other program writes the file: the folder itself is what is locked, so no lock lies about."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise SecretsError(f"{path}: cannot be written: {error.strerror}; make {path.parent} writable") from None
    try:
        end_s = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end_s:
                    raise SecretsError(f"{path}: another program holds {path.parent}; try again") from None
                time.sleep(TICK_S)
            except OSError:
                break  # a disk that knows no locks: two programs that start in the same instant are rare
        yield
    finally:
        os.close(folder)
