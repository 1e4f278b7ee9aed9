"""What opens a Google calendar: the owner's secrets → a log-in, checked. It asks nobody."""

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.calendars import CalendarSetupError
from lib.tilde import filled

LONGEST_FILE = 65_536
SERVICE_ACCOUNT = ("client_email", "private_key", "token_uri")
TOKEN = ("client_id", "client_secret", "refresh_token")
NO_LOGIN = (
    "Google wants a log-in: put the path of a service account's key file into ~/secrets.json as "
    '"google_service_account", or do ev_app.py --connect google'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A log-in; service: of a service account, which never expires. info: what Google's library wants of it."""

    service: bool
    info: Mapping[str, Any] = field(repr=False)

    @property
    def who(self) -> str:
        """With whom a calendar must be shared."""
        return str(self.info["client_email"]) if self.service else "the account that logged in"


def parse_login(secrets: Mapping[str, str], *, home: Path) -> Login:
    """The log-in that `secrets` hold, the service account where they hold both. Raises CalendarSetupError.

    "google_service_account": the path of its key file, which counts from `home`, or its text. "google_token": a text in
    JSON with client_id, client_secret and refresh_token.
    """
    if account := secrets.get("google_service_account", "").strip():
        return Login(service=True, info=_account(account, home))
    if token := secrets.get("google_token", "").strip():
        info = _object("google_token", token)
        _complete("google_token", info, TOKEN, "do ev_app.py --connect google again")
        return Login(service=False, info=info)
    raise CalendarSetupError(NO_LOGIN)


def _account(said: str, home: Path) -> Mapping[str, Any]:
    name = "google_service_account"
    if not said.startswith("{"):
        path = home / filled(said)
        name, said = str(path), _text(path)
    info = _object(name, said)
    if {"installed", "web"} & info.keys():
        raise CalendarSetupError(
            f"{name}: is the file of an OAuth client; a service account has a key file of its own, of type JSON"
        )
    _complete(name, info, SERVICE_ACCOUNT, "make a new key for the service account, of type JSON")
    return info


def _text(path: Path) -> str:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CalendarSetupError(f"{path}: may be read by others; chmod 600 {path}")
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise CalendarSetupError(f"{path}: the key file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CalendarSetupError(f"{path}: is no key file of a service account, which is a text in JSON") from None


def _object(name: str, said: str) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):  # its text holds the secret, so it is not shown
        found = None
    if not isinstance(found, dict):
        raise CalendarSetupError(f"{name}: is no JSON object, which begins with {{ and ends with }}")
    return found


def _complete(name: str, info: Mapping[str, Any], keys: tuple[str, ...], advice: str) -> None:
    missing = [key for key in keys if not isinstance(info.get(key), str) or not info[key]]
    if missing:
        raise CalendarSetupError(f"{name}: {' and '.join(missing)} is missing; {advice}")
