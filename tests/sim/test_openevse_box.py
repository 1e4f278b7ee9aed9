"""The OpenEVSE box answers over real HTTP as the maker's firmware does, by each age of it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, Fault
from lib.sim.openevse_box import MANUAL, OpenEvseBox, open_openevse_box
from lib.sim.openevse_words import Firmware
from lib.sim.world import World
from tests.sim.builders import NOON
from tests.sim.shapes import differences, recorded

OURS = {"X-Requested-With": "OpenEVSE"}
CLAIM = {"state": "active", "charge_current": 10, "auto_release": True}


@pytest.fixture
def point() -> ChargePoint:
    """A car of 45 % on a cable of 16 A."""
    return ChargePoint(start=NOON, car=Car(soc_pct=45))


@pytest.fixture(params=[Firmware.V5])
async def box(request: pytest.FixtureRequest, point: ChargePoint) -> AsyncIterator[OpenEvseBox]:
    """A new one, unless a test wants another."""
    box = await open_openevse_box(point, firmware=request.param)
    yield box
    await box.close()


def aged(*ages: Firmware) -> pytest.MarkDecorator:
    """Boxes of these ages."""
    return pytest.mark.parametrize("box", ages, indirect=True, ids=lambda firmware: firmware.name)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks, with patience for a busy machine."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20), headers=OURS) as session:
        yield session


async def ask(
    http: aiohttp.ClientSession, box: OpenEvseBox, path: str, told: Any = None, method: str = "", status: int = 200
) -> Any:
    """The body of an answer with that status."""
    method = method or ("GET" if told is None else "POST")
    async with http.request(method, f"{box.url}/{path}", json=told) as answer:
        assert status == answer.status
        return await answer.json()


async def rapi(http: aiohttp.ClientSession, box: OpenEvseBox, command: str) -> str:
    """What the controller says, with its checksum."""
    async with http.get(f"{box.url}/r", params={"json": "1", "rapi": command}) as answer:
        assert 200 == answer.status
        return str((await answer.json())["ret"])


async def test_a_claim_holds_until_it_is_released(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """It is told beside those of others; the car follows."""
    assert {"msg": "done"} == await ask(http, box, "claims/20", CLAIM)
    assert {"priority": 500} | CLAIM == await ask(http, box, "claims/20")
    point.step(30)
    said = await ask(http, box, "status")
    assert (3, 10, 10_000, 6_900.0) == tuple(said[key] for key in ("state", "pilot", "amp", "power"))
    assert [{"client": 20, "priority": 500} | CLAIM] == await ask(http, box, "claims")
    await ask(http, box, "claims/20", method="DELETE")
    await ask(http, box, "claims/20", method="DELETE", status=404)
    await ask(http, box, "claims/20", status=404)
    assert 16.0 == point.told.current_a


async def test_the_owners_override_goes_before_a_claim(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """By what it says: of the rest the claim decides."""
    await ask(http, box, "claims/20", CLAIM)
    assert {} == await ask(http, box, "override")
    await ask(http, box, "override", {"state": "disabled"}, status=201)
    said = await ask(http, box, "status")
    assert (254, "disabled", 1, 1, 10) == tuple(
        said[key] for key in ("state", "status", "vehicle", "manual_override", "pilot")
    )
    await ask(http, box, "override", method="DELETE")
    assert (10.0, False) == (point.told.current_a, point.told.paused)


@aged(Firmware.EARLY, Firmware.V4, Firmware.V5)
async def test_what_releases_itself_ends_with_the_plug_in(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """Though nobody asks meanwhile; in a world too, where the car leaves by itself."""
    box.override("disabled")
    point.step(10)
    point.unplug()
    assert {} == box.claims
    point.plug_in()
    point.step(30)
    assert 11_040 == point.power_w
    if box.firmware > Firmware.EARLY:
        await ask(http, box, "claims/7", CLAIM | {"auto_release": False})
        point.unplug()
        assert [7] == list(box.claims)


async def test_a_world_moves_it(box: OpenEvseBox, point: ChargePoint) -> None:
    """Its watchdog and the end of a plug-in come in their time there."""
    world = World(seed=1, start=NOON, points=[point])
    box.override("active", 8)
    world.step(60)
    assert 5_520 == world.cars_w
    point.unplug()
    point.plug_in()
    world.step(60)
    assert 11_040 == world.cars_w


async def test_a_restart_forgets_claims(box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """And its time begins anew."""
    await ask(http, box, "claims/20", CLAIM)
    point.step(100)
    assert 100 == (await ask(http, box, "status"))["uptime"]
    box.reboot(for_s=5)
    with pytest.raises(aiohttp.ClientError):
        await ask(http, box, "status")
    point.step(20)
    said = await ask(http, box, "status")
    assert (20, 16, 0) == (said["uptime"], said["pilot"], said["claims_version"])


async def test_a_shaper_without_word_of_the_house_pauses(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """After as long as it is told, in its own time; a word lets the car go on."""
    settings = {"current_shaper_enabled": True, "current_shaper_data_maxinterval": 30}
    await ask(http, box, "status", {"shaper_live_pwr": -1_000})
    await ask(http, box, "config", settings)
    point.step(20)
    await ask(http, box, "status", {"shaper_live_pwr": -1_000})
    point.step(29.9)
    assert not point.told.paused
    point.step(0.2)
    assert point.told.paused
    said = await ask(http, box, "status")
    assert (1, False, 254) == (said["shaper"], said["shaper_updated"], said["state"])
    point.step(30)
    assert 0 == point.power_w
    await ask(http, box, "status", {"shaper_live_pwr": -1_000})
    point.step(30)
    assert 11_040 == point.power_w
    assert settings.items() <= (await ask(http, box, "config")).items()


@aged(Firmware.V2)
async def test_a_heartbeat_that_stops_lowers_the_current(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """To 6 A at least, again and again until it beats; an acknowledgement lets go all it has."""
    assert "$OK 0 0 0^30" == await rapi(http, box, "$GY")
    assert (await rapi(http, box, "$SY 28 0")).startswith("$OK 28 0 0^")
    point.step(27)
    assert (await rapi(http, box, "$SY")).startswith("$OK 28 0 0^")
    point.step(27.9)
    assert 16.0 == point.told.current_a
    point.step(0.2)
    assert 6.0 == point.told.current_a
    await rapi(http, box, "$SC 12 V")
    point.step(30)
    assert 6.0 == point.told.current_a
    assert (await rapi(http, box, "$SY")).startswith("$NK 28 0 2^")
    assert (await rapi(http, box, "$SY 165")).startswith("$OK 28 0 1^")
    assert 16.0 == point.told.current_a


@aged(Firmware.V4, Firmware.V5)
async def test_a_newer_module_beats_for_itself(
    box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """So the heartbeat guards against its death, and not against that of who steers."""
    await rapi(http, box, "$SY 28 6")
    point.step(600)
    assert ("$OK 28 6 0", 16.0) == ((await rapi(http, box, "$GY")).partition("^")[0], point.told.current_a)


@aged(Firmware.V2)
async def test_commands(box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Amperes within what it takes, to sleep and awake, whether a car is there; all else is refused."""
    said = [await rapi(http, box, command) for command in ("$SC 10 V", "$SC 40 V", "$SC 2 V", "$FS", "$G0", "$XX")]
    assert ["$OK 10", "$NK 16", "$NK 6", "$OK", "$OK 1", "$NK"] == [one.partition("^")[0] for one in said]
    assert (6.0, True) == (point.told.current_a, point.told.paused)
    assert "$OK 6 80 6 16" == (await rapi(http, box, "$GC")).partition("^")[0]
    assert ["$SC 10 V", "$SC 40 V", "$SC 2 V", "$FS", "$XX"] == [orders["rapi"] for _, orders in box.writes]


async def test_phases_where_the_hardware_can(box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Most cannot."""
    assert ["$NK 21", "$NK"] == [(await rapi(http, box, one)).partition("^")[0] for one in ("$G7", "$S7 1")]
    box.controller.switches = True
    assert (await rapi(http, box, "$S7 0")).startswith("$OK^")
    assert (1, "$OK 0") == (point.told.phases, (await rapi(http, box, "$G7")).partition("^")[0])


async def test_a_link_on_a_page_commands_nothing(box: OpenEvseBox) -> None:
    """Without the header that only programs send."""
    async with aiohttp.ClientSession() as page:
        await ask(page, box, "r?json=1&rapi=$FS", status=403)


async def test_a_password_is_wanted_for_everything(box: OpenEvseBox, http: aiohttp.ClientSession) -> None:
    """Once there is one."""
    box.login = ("admin", "sesame")
    assert {"msg": "auth"} == await ask(http, box, "status", status=401)
    async with aiohttp.ClientSession(
        headers=OURS | {"Authorization": aiohttp.encode_basic_auth("admin", "sesame")}
    ) as let_in:
        assert 1 == (await ask(let_in, box, "status"))["evse_connected"]


@aged(Firmware.V2, Firmware.EARLY)
async def test_what_came_later_is_not_there(box: OpenEvseBox, http: aiohttp.ClientSession) -> None:
    """No claims; an early override says 404 in its own words when there is none, and it may be made."""
    async with http.get(f"{box.url}/claims") as answer:
        assert 404 == answer.status
    async with http.get(f"{box.url}/override") as answer:
        assert (404, box.firmware is Firmware.EARLY) == (answer.status, "json" in answer.content_type)
    if box.firmware is Firmware.EARLY:
        await ask(http, box, "override", CLAIM, status=201)
        assert [MANUAL] == list(box.claims)


@aged(*Firmware)
async def test_what_hangs_on_the_cable(box: OpenEvseBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Charging, waiting, nobody, a fault."""
    states = []
    point.step(60)
    states.append((await ask(http, box, "status"))["state"])
    assert point.car
    point.car.set_soc(100)
    point.step(1)
    states.append((await ask(http, box, "status"))["state"])
    point.unplug()
    states.append((await ask(http, box, "status"))["state"])
    point.fail(Fault.RESIDUAL_CURRENT)
    states.append((await ask(http, box, "status"))["state"])
    assert [3, 2, 1, 6] == states


SHAPES = {
    "v2_status": Firmware.V2,
    "v4_status_2021": Firmware.EARLY,
    "v4_websocket_2023": Firmware.V4,
    "v4_status_2024": Firmware.V5,
    "v4_status_charging_invented": Firmware.V5,
}


@pytest.mark.parametrize("name", SHAPES)
async def test_the_shape_is_the_recorded_one(name: str, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Every key of a recording is in the box's answer, of the same kind, and no other."""
    file = recorded("openevse").get(name)
    if file is None:
        pytest.skip("recorded elsewhere")
    box = await open_openevse_box(point, firmware=SHAPES[name])
    told = await ask(http, box, "status")
    await box.close()
    assert [] == differences(file, told)
    assert set() == set(told) - set(file)
