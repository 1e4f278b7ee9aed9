"""Connecting with Google and Smartcar: a link, a pasted address, a token in the secrets file."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from lib.commands import SLIP, connect
from lib.commands.connect import Google, PasteError, parse_paste
from tests.fakes import google_accounts, smartcar
from tests.fakes.google_accounts import FakeGoogle, fake_google
from tests.fakes.smartcar import OWN_ID, VIN, FakeSmartcar, fake_smartcar
from tests.waiting import LIMIT_S

GOOGLE = {"google_client_id": google_accounts.CLIENT, "google_client_secret": google_accounts.CLIENT_SECRET}
SMARTCAR = {"smartcar_client_id": smartcar.CLIENT, "smartcar_client_secret": smartcar.CLIENT_SECRET}


@pytest.fixture
async def google() -> AsyncIterator[FakeGoogle]:
    """Google's token server."""
    async with fake_google() as fake:
        yield fake


@pytest.fixture
async def cloud() -> AsyncIterator[FakeSmartcar]:
    """Smartcar."""
    async with fake_smartcar() as fake:
        yield fake


class Owner:
    """Reads what is said, opens the link in a browser, and pastes what `pastes` makes of the address it ends at."""

    def __init__(self, folder: Path, secrets: dict[str, Any], consent: Callable[[dict[str, str]], str]) -> None:
        self.file = folder / "secrets.json"
        self.file.write_text(json.dumps(secrets), encoding="utf-8")
        self.file.chmod(0o600)
        self.said: list[str] = []
        self.pastes: list[Callable[[str], str]] = [lambda address: address]
        self._consent = consent

    @property
    def kept(self) -> dict[str, Any]:
        """What the file holds."""
        found: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return found

    @property
    def link(self) -> str:
        """The one that was said."""
        return next(line for line in self.said if line.startswith("http"))

    def ask(self, question: str) -> str:
        """Answer one."""
        assert "http://localhost/" in question
        if not self.pastes:
            raise EOFError
        paste = self.pastes.pop(0)
        return paste(self._consent(dict(parse_qsl(urlsplit(self.link).query))))

    async def connect(self, what: str, **places: Any) -> int:
        """The exit code of the command, which has a loop of its own."""
        async with asyncio.timeout(LIMIT_S):
            return await asyncio.to_thread(connect.run, what, self.file, ask=self.ask, say=self.said.append, **places)


def at(google: FakeGoogle) -> Google:
    """Where the fake is."""
    return Google(auth=f"{google.url}/auth", token=f"{google.url}/token")


async def test_a_pasted_address_brings_googles_token_into_the_secrets(google: FakeGoogle, tmp_path: Path) -> None:
    """The calendars find there what they need; the code was given for this log-in and nobody else's."""
    owner = Owner(tmp_path, GOOGLE | {"note": {"of": "mine"}}, google.consent)
    assert 0 == await owner.connect("google", google=at(google))
    token = {
        "client_id": google_accounts.CLIENT,
        "client_secret": google_accounts.CLIENT_SECRET,
        "refresh_token": "1//lasting",
    }
    assert token == json.loads(owner.kept["google_token"])
    assert {"of": "mine"} == owner.kept["note"]
    assert 0o600 == stat.S_IMODE(owner.file.stat().st_mode)
    said = "\n".join(owner.said)
    assert 'publishing state "Testing" it ends after 7 days; a service account never does' in said
    assert f'the token is in {owner.file} as "google_token"' in said
    assert "lasting" not in said
    assert google_accounts.CLIENT_SECRET not in said
    assert "client_secret" not in owner.link


@pytest.mark.parametrize("as_path", [True, False])
async def test_the_file_of_googles_console_does_too(google: FakeGoogle, tmp_path: Path, as_path: bool) -> None:
    """By its path, or as text."""
    text = json.dumps(
        {"installed": {"client_id": google_accounts.CLIENT, "client_secret": google_accounts.CLIENT_SECRET}}
    )
    (tmp_path / "client_secret.json").write_text(text)
    written = str(tmp_path / "client_secret.json") if as_path else text
    owner = Owner(tmp_path, {"google_client": written}, google.consent)
    assert 0 == await owner.connect("google", google=at(google))
    assert "google_token" in owner.kept


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({}, 'google: "google_client" is missing in the secrets: it is where client_secret.json lies'),
        ({"google_client_id": "only"}, '"google_client" is missing'),
        ({"google_client": "/nowhere.json"}, "names a file that cannot be read: No such file or directory"),
        ({"google_client": '{"web": {"client_id": "hush"}}'}, "is no client_secret.json of an OAuth client of type De"),
        ({"google_client": "{hush"}, "is no client_secret.json"),
    ],
)
async def test_a_registration_that_is_not_there_is_told_before_the_browser(
    google: FakeGoogle, tmp_path: Path, secrets: dict[str, Any], said: str
) -> None:
    """No link is shown, and no secret."""
    owner = Owner(tmp_path, secrets, google.consent)
    assert SLIP == await owner.connect("google", google=at(google))
    assert 1 == len(owner.said)
    assert said in owner.said[0]
    assert "hush" not in owner.said[0]


async def test_a_wrong_paste_has_another_try(google: FakeGoogle, tmp_path: Path) -> None:
    """Two slips, each with its sentence, then the right one."""
    owner = Owner(tmp_path, GOOGLE, google.consent)
    owner.pastes = [
        lambda address: dict(parse_qsl(urlsplit(address).query))["code"],
        lambda address: address.replace("state=", "state=x"),
        lambda address: f"  '{address}'\n",
    ]
    assert 0 == await owner.connect("google", google=at(google))
    assert ["That is not", "That addres"] == [line[:11] for line in owner.said[-3:-1]]
    assert 1 == len(google.forms)


async def test_after_three_wrong_pastes_nothing_is_changed(google: FakeGoogle, tmp_path: Path) -> None:
    """The state must match, whoever sent the address."""
    owner = Owner(tmp_path, GOOGLE, google.consent)
    owner.pastes = [lambda _: "http://localhost/?code=stolen&state=theirs"] * 4
    assert 1 == await owner.connect("google", google=at(google))
    assert 1 == len(owner.pastes)
    assert ([], GOOGLE) == (google.forms, owner.kept)
    assert "Not connected; nothing was changed." == owner.said[-1]


async def test_an_old_code_has_another_try(google: FakeGoogle, tmp_path: Path) -> None:
    """A code counts once, and not for long."""
    owner = Owner(tmp_path, GOOGLE, google.consent)
    owner.pastes = [lambda address: address.replace("code=", "code=old"), lambda address: address]
    assert 0 == await owner.connect("google", google=at(google))
    assert any("Google takes a code once, and for some minutes only" in line for line in owner.said)


async def test_google_without_a_lasting_token_is_told(google: FakeGoogle, tmp_path: Path) -> None:
    """It gives one at the first consent only."""
    google.is_lasting = False
    owner = Owner(tmp_path, GOOGLE, google.consent)
    assert SLIP == await owner.connect("google", google=at(google))
    assert "no lasting token was given; remove this program at myaccount.google.com/connections" in owner.said[-1]
    assert GOOGLE == owner.kept


async def test_a_client_that_is_refused_is_told(google: FakeGoogle, tmp_path: Path) -> None:
    """Trying again does not mend it."""
    owner = Owner(tmp_path, GOOGLE | {"google_client_secret": "hush"}, google.consent)
    assert SLIP == await owner.connect("google", google=at(google))
    assert "the client is refused (invalid_client); it must be one of type Desktop app" in owner.said[-1]


async def test_google_in_trouble_or_out_of_reach_is_told(google: FakeGoogle, tmp_path: Path) -> None:
    """Exit code 1; the file stays."""
    google.status = 503
    owner = Owner(tmp_path, GOOGLE, google.consent)
    assert 1 == await owner.connect("google", google=at(google))
    assert "Google has trouble of its own (HTTP 503); nothing was changed" == owner.said[-1]
    owner = Owner(tmp_path, GOOGLE, google.consent)
    assert 1 == await owner.connect("google", google=Google(auth="http://h/a", token="http://nowhere.invalid"))
    assert "Google is not found" in owner.said[-1]


async def test_an_owner_who_gives_up_is_let_go(google: FakeGoogle, tmp_path: Path) -> None:
    """Ctrl-D at the question."""
    owner = Owner(tmp_path, GOOGLE, google.consent)
    owner.pastes = []
    assert 1 == await owner.connect("google", google=at(google))
    assert "Not connected; nothing was changed." == owner.said[-1]


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "That is not the whole address"),
        ("4/0AbCd", "That is not the whole address"),
        ("http://localhost/?code=1", "That is not the whole address"),
        ("http://localhost/?state=s", "That is not the whole address"),
        ("http://localhost/?code=1&code=2&state=s", "That is not the whole address"),
        ("http://[::1/?code=1&state=s", "That is not the whole address"),
        ("http://localhost/?error=access_denied&state=s", "The log-in was refused there (access_denied)"),
        ("http://localhost/?code=1&state=t", "That address is of another log-in"),
    ],
)
def test_what_is_no_such_address_is_said(pasted: str, said: str) -> None:
    """Each slip has its sentence."""
    with pytest.raises(PasteError) as raised:
        parse_paste(pasted, "s")
    assert said in str(raised.value)


async def test_a_pasted_address_brings_smartcars_token_into_the_secrets(cloud: FakeSmartcar, tmp_path: Path) -> None:
    """The source of the car finds there what it needs, and the owner sees the car."""
    owner = Owner(tmp_path, SMARTCAR, cloud.consent)
    assert 0 == await owner.connect("smartcar", smartcar=cloud.origins)
    token = json.loads(owner.kept["smartcar_token"])
    assert (smartcar.CLIENT, "refresh-1", {VIN: OWN_ID}) == (
        token["client_id"],
        token["refresh_token"],
        token["vehicles"],
    )
    assert 0o600 == stat.S_IMODE(owner.file.stat().st_mode)
    query = dict(parse_qsl(urlsplit(owner.link).query))
    assert "read_battery read_charge read_vehicle_info read_vin control_charge" == query["scope"]
    assert ("http://localhost/", "live", "code") == (query["redirect_uri"], query["mode"], query["response_type"])
    said = "\n".join(owner.said)
    assert f"The account has {VIN}." in said
    assert "refresh-1" not in said
    assert smartcar.CLIENT_SECRET not in said


async def test_smartcar_that_does_not_list_the_cars_is_connected_all_the_same(
    cloud: FakeSmartcar, tmp_path: Path
) -> None:
    """The token is worth more than the list."""
    cloud.faults["vehicles"] = 429, {}, {}
    owner = Owner(tmp_path, SMARTCAR, cloud.consent)
    assert 0 == await owner.connect("smartcar", smartcar=cloud.origins)
    assert "refresh-1" == json.loads(owner.kept["smartcar_token"])["refresh_token"]
    assert "Which cars it has will be asked later." == owner.said[-1]


async def test_an_old_code_of_smartcar_has_another_try(cloud: FakeSmartcar, tmp_path: Path) -> None:
    """And a registration that is not there is told at once."""
    owner = Owner(tmp_path, SMARTCAR, cloud.consent)
    owner.pastes = [lambda address: address.replace("code=", "code=old"), lambda address: address]
    assert 0 == await owner.connect("smartcar", smartcar=cloud.origins)
    assert any("Smartcar refuses the log-in (Invalid or expired token)" in line for line in owner.said)
    other = Owner(tmp_path, {}, cloud.consent)
    assert SLIP == await other.connect("smartcar", smartcar=cloud.origins)
    assert "must have http://localhost/ among its redirect URIs" in other.said[-1]


async def test_the_source_of_a_car_works_with_what_connecting_kept(cloud: FakeSmartcar, tmp_path: Path) -> None:
    """From the link to the first reading."""
    from lib.cars.smartcar import open_smartcar
    from lib.clock import WallClock

    owner = Owner(tmp_path, SMARTCAR, cloud.consent)
    assert 0 == await owner.connect("smartcar", smartcar=cloud.origins)
    car = open_smartcar(
        {"from": "smartcar", "vehicle": VIN},
        owner.kept,
        keep_secret=lambda name, text: None,
        clock=WallClock(),
        origins=cloud.origins,
    )
    try:
        assert 63.0 == (await car.read()).soc_pct
    finally:
        await car.close()


async def test_what_can_be_connected_is_said(google: FakeGoogle, tmp_path: Path) -> None:
    """Another name, and a file of secrets that is none."""
    owner = Owner(tmp_path, {}, google.consent)
    assert SLIP == await owner.connect("tesla")
    assert "--connect is 'tesla'; allowed is google or smartcar" == owner.said[-1]
    owner.file.write_text("{")
    assert SLIP == await owner.connect("google")
    assert "secrets.json: line 1" in owner.said[-1]
