"""The HomeWizard box answers as the real one is documented to do, whoever asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from lib.sim import homewizard_box
from lib.sim.homewizard_box import HOST, HomeWizardBox, open_homewizard_box
from tests.meters.certificates import an_authority
from tests.meters.telegrams import an_evening


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks and checks no certificate."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
        yield session


@pytest.fixture
async def box() -> AsyncIterator[HomeWizardBox]:
    """A box with API v1."""
    box = await open_homewizard_box()
    yield box
    await box.close()


@pytest.fixture
async def secure_box(tmp_path: Path) -> AsyncIterator[HomeWizardBox]:
    """A box with API v2."""
    box = await open_homewizard_box(tls=an_authority(tmp_path / "ca").server())
    yield box
    await box.close()


async def test_the_newest_good_telegram_is_told(box: HomeWizardBox, http: aiohttp.ClientSession) -> None:
    """None yet: 503. Then byte for byte the last one; a noisy cable's is left out."""
    url = f"http://{HOST}:{box.port}/api/v1/telegram"
    async with http.get(url) as answer:
        assert (503, "telegram:no-telegram-received") == (answer.status, await answer.text())
    one, two, three = an_evening(3)
    box.send(one + two)
    box.send(three.replace(b"kWh", b"kwh", 1))
    async with http.get(url) as answer:
        assert (200, two, "text/plain") == (answer.status, await answer.read(), answer.content_type)
    assert (f"homewizard://{HOST}:{box.port}", "asked 2 times") == (box.where, box.readers)


async def test_the_owner_switches_the_local_api(box: HomeWizardBox, http: aiohttp.ClientSession) -> None:
    """403 with the vendor's words while it is off."""
    box.local_api = False
    async with http.get(f"http://{HOST}:{box.port}/api/v1/telegram") as answer:
        said = await answer.json()
        assert (403, {"error": {"id": 202, "description": "API not enabled"}}) == (answer.status, said)


async def test_a_user_is_made_within_half_a_minute_of_the_button(
    secure_box: HomeWizardBox, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the token opens the API; a second token for the same name ends the first."""
    url = f"https://{HOST}:{secure_box.port}/api"
    user = {"name": "local/me"}

    async def token(status: int) -> str:
        async with http.post(f"{url}/user", json=user) as answer:
            assert status == answer.status
            return str((await answer.json()).get("token"))

    async def knocked(with_token: str) -> int:
        async with http.get(url, headers={"Authorization": f"Bearer {with_token}"}) as answer:
            return answer.status

    await token(403)
    secure_box.press_button()
    first = await token(200)
    assert (200, 401) == (await knocked(first), await knocked("nobody's"))
    second = await token(200)
    assert (401, 200) == (await knocked(first), await knocked(second))
    monkeypatch.setattr(homewizard_box, "BUTTON_S", 0.0)
    await token(403)


@pytest.mark.parametrize("said", ["[]", "{}", "no json", '{"name": "me"}', '{"name": 7}'])
async def test_a_strange_user_is_refused(secure_box: HomeWizardBox, http: aiohttp.ClientSession, said: str) -> None:
    """400, as the vendor documents it."""
    secure_box.press_button()
    async with http.post(f"https://{HOST}:{secure_box.port}/api/user", data=said) as answer:
        assert answer.status == 400
