"""The log-in to Google as the owner's secrets hold it; a slip is one sentence without the secret."""

import json
from pathlib import Path
from typing import Any

import pytest

from lib.calendars import CalendarSetupError, open_calendar
from lib.calendars.google_login import parse_login
from tests.conftest import local

ACCOUNT = {
    "type": "service_account",
    "client_email": "meter@project.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nPRECIOUS\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}
TWO = (local("2026-11-20 12:00"), local("2026-11-27 12:00"))
TOKEN = {"client_id": "a", "client_secret": "PRECIOUS", "refresh_token": "PRECIOUS"}


def key_file(folder: Path, content: Any = ACCOUNT, *, mode: int = 0o600) -> Path:
    """A key file, as Google's console gives it."""
    path = folder / "key.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def test_a_service_account_by_its_path_or_its_text(tmp_path: Path) -> None:
    """The path counts from the home, or from the root."""
    path = key_file(tmp_path)
    for said in ("key.json", str(path), json.dumps(ACCOUNT)):
        login = parse_login({"google_service_account": said}, home=tmp_path)
        assert (True, ACCOUNT["client_email"]) == (login.service, login.who)
        assert "PRECIOUS" not in repr(login)


def test_the_service_account_wins(tmp_path: Path) -> None:
    """It is the one that does not end."""
    both = {"google_service_account": json.dumps(ACCOUNT), "google_token": json.dumps(TOKEN)}
    assert parse_login(both, home=tmp_path).service
    assert not parse_login({"google_token": json.dumps(TOKEN)}, home=tmp_path).service


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({}, "Google wants a log-in: put the path of a service account's key file into ~/secrets.json"),
        ({"google_token": "PRECIOUS"}, "google_token: is no JSON object"),
        ({"google_token": "[]"}, "google_token: is no JSON object"),
        ({"google_token": json.dumps(TOKEN | {"client_id": ""})}, "google_token: client_id is missing; do ev_app.py"),
        (
            {"google_token": '{"client_id": 3}'},
            "google_token: client_id and client_secret and refresh_token is missing",
        ),
        ({"google_service_account": '{"PRECIOUS'}, "google_service_account: is no JSON object"),
        ({"google_service_account": '{"installed": {}}'}, "google_service_account: is the file of an OAuth client"),
        ({"google_service_account": "{}"}, "google_service_account: client_email and private_key and token_uri is"),
        ({"google_service_account": "gone.json"}, "/home/gone.json: the key file cannot be read: No such file"),
    ],
)
def test_a_slip_is_one_sentence(secrets: dict[str, str], said: str) -> None:
    """It names the key or the file and what to do, and never the secret."""
    with pytest.raises(CalendarSetupError) as error:
        parse_login(secrets, home=Path("/home"))
    assert str(error.value).startswith(said)
    assert "PRECIOUS" not in str(error.value)


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """As the file of secrets itself."""
    path = key_file(tmp_path, mode=0o644)
    with pytest.raises(CalendarSetupError, match=f"key.json: may be read by others; chmod 600 {path}"):
        parse_login({"google_service_account": str(path)}, home=tmp_path)
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(CalendarSetupError, match="is no key file of a service account"):
        parse_login({"google_service_account": str(path)}, home=tmp_path)


async def test_a_key_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """It shows when the key is used for the first time."""
    calendar = open_calendar("google:a@b.c", {"google_service_account": json.dumps(ACCOUNT)}, home=tmp_path)
    with pytest.raises(CalendarSetupError, match="the private key of the service account cannot be read"):
        await calendar.entries(*TWO)
    await calendar.close()


def test_a_service_account_has_no_calendar_of_its_own(tmp_path: Path) -> None:
    """`primary` would be an empty one, for ever, without an error."""
    with pytest.raises(CalendarSetupError, match=r"share yours with meter@project\.iam\.gserviceaccount\.com"):
        open_calendar("google:primary", {"google_service_account": json.dumps(ACCOUNT)}, home=tmp_path)
    assert "Google primary" == open_calendar("google:primary", {"google_token": json.dumps(TOKEN)}, home=tmp_path).name
