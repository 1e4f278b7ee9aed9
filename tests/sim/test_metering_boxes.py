"""The boxes of meters answer as the real ones are documented to do, whoever asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from lib.sim.digest import Digest
from lib.sim.iammeter_box import open_iammeter_box
from lib.sim.iotawatt_box import open_iotawatt_box
from lib.sim.metering_box import MeteringBox, replaced
from lib.sim.shelly_box import Model, open_shelly_box

FLOWS = (6.0, -2.0, 0.004)


@asynccontextmanager
async def asking(box: MeteringBox, **known: Any) -> AsyncIterator[Any]:
    """Somebody who asks a box for an address; what comes is the status and the JSON."""

    async def ask(path: str) -> tuple[int, Any]:
        async with http.get(f"{box.url}{path}") as answer:
            return answer.status, await answer.json(content_type=None) if answer.status == 200 else None

    try:
        async with aiohttp.ClientSession(**known) as http:
            yield ask
    finally:
        await box.close()


async def test_a_pro_3em_tells_currents_without_and_powers_with_a_sign() -> None:
    """And nothing of the neutral, which has no clamp."""
    async with asking(await open_shelly_box(lambda: FLOWS)) as ask:
        _, said = await ask("/rpc/EM.GetStatus?id=0")
        assert (6.0, 1380.0, 2.0, -460.0) == tuple(
            said[name] for name in ("a_current", "a_act_power", "b_current", "b_act_power")
        )
        assert said["n_current"] is None
        assert "errors" not in said
        assert 2 == (await ask("/shelly"))[1]["gen"]
        assert 404 == (await ask("/status"))[0]
        assert 500 == (await ask("/rpc/EM1.GetStatus?id=0"))[0]


@pytest.mark.parametrize("model", [Model.EM1, Model.PM1, Model.SWITCH])
async def test_single_channels_have_parts_of_their_own(model: Model) -> None:
    """Each with its number; all of them stand in the status of the whole."""
    async with asking(await open_shelly_box(lambda: FLOWS, model)) as ask:
        _, said = await ask("/rpc/Shelly.GetStatus")
        assert {f"{model}:{channel}" for channel in range(3)} == set(said) - {"sys", "wifi"}
        assert 2.0 == said[f"{model}:1"]["current"]
        assert 500 == (await ask(f"/rpc/{ {'em1': 'EM1', 'pm1': 'PM1', 'switch': 'Switch'}[model] }.GetStatus?id=3"))[0]


async def test_the_first_generation_tells_less() -> None:
    """An EM no current, a plug only its power; it says its type and no generation."""
    rows: Mapping[Model, set[str]] = {
        Model.OLD_3EM: {"power", "pf", "current", "voltage", "is_valid", "total"},
        Model.OLD_EM: {"power", "reactive", "voltage", "is_valid", "total"},
        Model.OLD_PLUG: {"power", "is_valid", "total"},
    }
    for model, names in rows.items():
        async with asking(await open_shelly_box(lambda: FLOWS, model)) as ask:
            _, said = await ask("/status")
            assert names == set(said["meters" if model is Model.OLD_PLUG else "emeters"][0])
            _, what = await ask("/shelly")
            assert (model.value, False) == (what["type"], "gen" in what)


async def test_an_iotawatt_tells_watts_as_texts_and_nothing_below_two() -> None:
    """Its names stand in another place."""
    async with asking(await open_iotawatt_box(lambda: FLOWS, ("a", "b", "c"))) as ask:
        _, said = await ask("/status?inputs=yes")
        assert [{"channel": 1, "Watts": "1380", "Pf": 1.0}, {"channel": 2, "Watts": "-460", "Pf": -1.0}] == said[
            "inputs"
        ][1:3]
        assert {"channel": 3, "Watts": "0", "Pf": 0.0} == said["inputs"][3]
        assert "outputs" not in said
        _, config = await ask("/config.txt")
        assert ["Voltage", "a", "b", "c"] == [row["name"] for row in config["inputs"] if row]


async def test_an_iammeter_tells_rows() -> None:
    """One for a single phase."""
    async with asking(await open_iammeter_box(lambda: FLOWS)) as ask:
        _, said = await ask("/monitorjson")
        assert [230.0, 2.0, -460.0] == said["Datas"][1][:3]
        assert 404 == (await ask("/api/monitorjson"))[0]
    async with asking(await open_iammeter_box(lambda: (6.0,))) as ask:
        _, said = await ask("/monitorjson")
        assert [230.0, 6.0, 1380.0] == said["Data"][:3]
        assert "Datas" not in said


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
async def test_a_digest_lets_in_who_knows_the_password(algorithm: Any) -> None:
    """As a client that is not ours proves it; what it is it tells anybody."""
    for password, status in {"hush": 200, "hash": 401}.items():
        box = await open_shelly_box(lambda: FLOWS)
        box.digest = Digest("admin", "hush", "shellypro3em-0", algorithm=algorithm)
        async with asking(box, middlewares=(aiohttp.DigestAuthMiddleware("admin", password),)) as ask:
            assert status == (await ask("/rpc/EM.GetStatus?id=0"))[0]
            assert 200 == (await ask("/shelly"))[0]


async def test_a_password_as_it_is() -> None:
    """As the first generation wants it."""
    for password, status in {"hush": 200, "hash": 401}.items():
        box = await open_shelly_box(lambda: FLOWS, Model.OLD_3EM)
        box.login = ("pi", "hush")
        headers = {"Authorization": aiohttp.encode_basic_auth("pi", password)}
        async with asking(box, headers=headers) as ask:
            assert status == (await ask("/status"))[0]


def test_other_words_take_the_place_of_its_own_however_deep() -> None:
    """And no name is added."""
    said = {"a": 1, "b": [{"a": 2, "c": 3}], "d": {"a": {"a": 4}}}
    assert {"a": None, "b": [{"a": None, "c": 3}], "d": {"a": None}} == replaced(said, {"a": None, "e": 5})
