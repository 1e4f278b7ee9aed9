"""Pairing with a HomeWizard box: from its button to the secrets file."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lib.commands import SLIP, pair
from lib.meters import homewizard_api
from lib.meters.homewizard import open_homewizard
from lib.sim.homewizard_box import HomeWizardBox, open_homewizard_box
from tests.meters.certificates import Authority, an_authority
from tests.waiting import LIMIT_S, eventually


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Who signs the box of the test."""
    return an_authority(tmp_path / "ca")


@pytest.fixture
async def box(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HomeWizardBox]:
    """A box with API v2, and an owner who is quickly there."""
    monkeypatch.setattr(pair, "PAUSE_S", 0.05)
    monkeypatch.setattr(homewizard_api, "ANSWER_S", 2.0)
    box = await open_homewizard_box(tls=authority.server())
    yield box
    await box.close()


async def paired(source: str, secrets: Path, authority: Authority) -> int:
    """The exit code of the command, which has a loop of its own."""
    async with asyncio.timeout(LIMIT_S):
        return await asyncio.to_thread(pair.run, source, secrets, ca=authority.pem)


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


async def test_the_button_brings_the_token_into_the_secrets(
    box: HomeWizardBox, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner is asked, presses, and the meter opens with what was written; other secrets stay, nothing is told."""
    secrets = tmp_path / "secrets.json"
    secrets.write_text('{"entsoe": "ü", "note": {"of": "mine"}}', encoding="utf-8")
    secrets.chmod(0o600)
    pairing = asyncio.create_task(paired(box.where, secrets, authority))
    await eventually(lambda: box.asked > 2)
    box.press_button()
    assert await pairing == 0
    [token] = box.tokens.values()
    kept = json.loads(secrets.read_text("utf-8"))
    assert {"entsoe": "ü", "note": {"of": "mine"}, "homewizard@127.0.0.1": token} == kept
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert {"ca", "secrets.json"} == names(tmp_path)  # nothing half-written lies about
    said = capsys.readouterr()
    assert f"Press the button of the P1 meter at 127.0.0.1:{box.port} now" in said.out
    assert f'Paired: the token is in {secrets} as "homewizard@127.0.0.1"' in said.out
    assert token not in said.out + said.err
    meter = await open_homewizard(box.where, secrets={"homewizard@127.0.0.1": token}, ca=authority.pem)
    await meter.close()


async def test_pairing_again_replaces_the_token(box: HomeWizardBox, authority: Authority, tmp_path: Path) -> None:
    """A withdrawn token is of no use; a file that is not there yet is made."""
    secrets = tmp_path / "secrets.json"
    for _ in range(2):
        box.press_button()
        assert await paired(box.where, secrets, authority) == 0
        assert json.loads(secrets.read_text())["homewizard@127.0.0.1"] == next(iter(box.tokens.values()))


async def test_nobody_presses(
    box: HomeWizardBox,
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After two minutes it gives up, and no file is made."""
    monkeypatch.setattr(pair, "PATIENCE_S", 0.3)
    assert await paired(box.where, tmp_path / "secrets.json", authority) == 1
    assert "nobody pressed the button within 0 s; nothing was changed" in capsys.readouterr().err
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"entsoe": "abc",}', "line 1"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b'["abc"]', "holds a list"),
    ],
)
async def test_a_secrets_file_that_is_none_loses_nothing(
    box: HomeWizardBox,
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str,
) -> None:
    """It is refused before the box is asked, not repeated, and left byte for byte."""
    secrets = tmp_path / "secrets.json"
    secrets.write_bytes(content)
    secrets.chmod(0o600)
    assert SLIP == await paired(box.where, secrets, authority)
    told = capsys.readouterr().err
    assert said in told
    assert "abc" not in told
    assert content == secrets.read_bytes()
    assert box.asked == 0


async def test_a_secrets_file_that_cannot_be_written_is_said(
    box: HomeWizardBox, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder is not there."""
    box.press_button()
    assert SLIP == await paired(box.where, tmp_path / "nowhere" / "secrets.json", authority)
    assert "cannot be written: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["homewizard://192.0.2.1", "192.0.2.1", "homewizard2://"])
async def test_only_a_box_with_api_v2_is_paired(
    source: str, tmp_path: Path, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another source is the owner's slip."""
    assert SLIP == await paired(source, tmp_path / "secrets.json", authority)
    assert "homewizard2://" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "said"), [(500, "trouble of its own (HTTP 500)"), (200, "answers without a token")])
async def test_a_box_with_trouble_is_said(
    box: HomeWizardBox, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    """One sentence, exit code 1, no file."""
    box.fault = status
    assert await paired(box.where, tmp_path / "secrets.json", authority) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "secrets.json").exists()


async def test_another_authoritys_box_is_not_paired(
    box: HomeWizardBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The vendor's authority is what counts unless a test says otherwise."""
    async with asyncio.timeout(LIMIT_S):
        assert await asyncio.to_thread(pair.run, box.where, tmp_path / "secrets.json") == 1
    assert "cannot show that it is a HomeWizard P1 meter" in capsys.readouterr().err
    assert box.asked == 0
