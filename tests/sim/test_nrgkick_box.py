"""The NRGkick box answers over real HTTP as the maker documents it, and as owners met it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.http_box import Trouble
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.sim.builders import NOON
from tests.sim.shapes import differences, recorded
from tests.waiting import LIMIT_S

ENDPOINTS = ("info", "values", "control")
RAW = {"status": 3, "relay_state": 15, "rcd_trigger": 0, "warning_code": 0, "error_code": 0}
WORDS = {
    "status": "CHARGING",
    "relay_state": "N, L1, L2, L3",
    "rcd_trigger": "NO_FAULT",
    "warning_code": "NO_WARNING",
    "error_code": "NO_ERROR",
}


@pytest.fixture
def point() -> ChargePoint:
    """A car of 45 % on a cable of 16 A."""
    return ChargePoint(start=NOON, name="Garage", car=Car(soc_pct=45))


@pytest.fixture
async def box(point: ChargePoint) -> AsyncIterator[NrgkickBox]:
    """A box before it, on a free port."""
    box = await open_nrgkick_box(point)
    yield box
    await box.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks, with patience for a busy machine."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


async def ask(http: aiohttp.ClientSession, box: NrgkickBox, question: str) -> Any:
    """The JSON of an answer with status 200."""
    async with http.get(f"{box.url}/{question}") as answer:
        assert (200, "application/json") == (answer.status, answer.content_type)
        return await answer.json()


async def refused(http: aiohttp.ClientSession, box: NrgkickBox, question: str) -> tuple[int, str]:
    """Status and reason of a refusal."""
    async with http.get(f"{box.url}/{question}") as answer:
        said = await answer.json()
        assert ["Response"] == list(said)
        return answer.status, said["Response"]


async def test_the_car_follows_what_is_written(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """An echo at once, /control after 2 s, the car after 8 more; two keys go in one call."""
    point.step(60)
    assert {"current_set": 10.5, "charge_pause": 0} == await ask(http, box, "control?current_set=10.5&charge_pause=0")
    assert 16 == (await ask(http, box, "control"))["current_set"]
    point.step(2)
    assert 10.5 == (await ask(http, box, "control"))["current_set"]
    point.step(8)
    values = await ask(http, box, "values?raw&powerflow")
    assert ["powerflow"] == list(values)
    flow = values["powerflow"]
    assert (10.5, 7_245) == (flow["charging_current"], flow["total_active_power"])
    assert [(10.5, 2_415, 230)] * 3 == [
        (flow[name]["current"], flow[name]["active_power"], flow[name]["voltage"]) for name in ("l1", "l2", "l3")
    ]
    assert [{"current_set": 10.5, "charge_pause": 0}] == [orders for _, orders in box.writes]
    assert box.arrived_s[0] == box.writes[0][0] <= asyncio.get_running_loop().time()


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        *((f"current_set={wrong}", "Invalid current entered, allowed 6.0A - 16.0A") for wrong in ("5.9", "16.1")),
        *((f"current_set={wrong}", "Invalid current entered, allowed 6.0A - 16.0A") for wrong in ("10.25", "10.50")),
        *((f"current_set={wrong}", "Invalid current entered, allowed 6.0A - 16.0A") for wrong in ("", "1e1", "-7")),
        ("charge_pause=2", "Invalid state entered, allowed 0 / 1"),
        (
            "energy_limit=1000001",
            "Invalid limit entered, value must be greater or equal than 0Wh and less or equal than 1000000Wh",
        ),
        ("phase_count=4", "Invalid phases entered, allowed 1 - 3"),
        ("phase_count=0", "Invalid phases entered, allowed 1 - 3"),
        ("charge_pause=1&current_set=99", "Invalid current entered, allowed 6.0A - 16.0A"),
    ],
)
async def test_a_wrong_order_is_refused_whole(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession, order: str, reason: str
) -> None:
    """406 with the maker's words, and with 405 and 200 by other firmware; nothing of the call is taken."""
    for status in (406, 405, 200):
        box.refusal_status = status
        assert (status, reason) == await refused(http, box, f"control?{order}")
    point.step(10)
    assert ChargeSettings(current_a=16.0) == point.settings == point.told


@pytest.mark.parametrize("current", ["6", "6.0", "16", "16.0", "9.9"])
async def test_right_currents_are_taken(box: NrgkickBox, http: aiohttp.ClientSession, current: str) -> None:
    """From 6.0 to the most of unit and attachment, in steps of 0.1 A."""
    assert {"current_set": float(current)} == await ask(http, box, f"control?current_set={current}")


async def test_the_owners_switches_decide(box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Phase switching off, the app's solar mode on, a domestic plug, a unit that cuts down instead of refusing."""
    box.phase_switching = False
    assert 406 == (await refused(http, box, "control?phase_count=1"))[0]
    box.solar_mode = True
    assert (406, "Charging pause is blocked by solar-charging") == await refused(http, box, "control?charge_pause=1")
    assert {"current_set": 7} == await ask(http, box, "control?current_set=7")
    box.clips = True
    assert {"current_set": 16} == await ask(http, box, "control?current_set=32")
    point.attach(phases=1, most_a=10.0)
    box.attachment = "DOMESTIC"
    info = await ask(http, box, "info?raw&connector&grid")
    assert [1, 10, 2] == [info["connector"][key] for key in ("phase_count", "max_current", "type")]
    assert 1 == info["grid"]["phases"]


async def test_phases_are_switched_through_nothing(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """On the way /control says 0 phases and /values says WAKEUP with open relays; then one phase and its neutral."""
    point.step(60)
    await ask(http, box, "control?phase_count=1")
    seen = []
    for _ in range(25):
        point.step(1)
        general = (await ask(http, box, "values?raw&general"))["general"]
        seen.append(((await ask(http, box, "control"))["phase_count"], general["status"], general["relay_state"]))
    assert [(3, 3, 15), (0, 3, 15), (0, 7, 0), (1, 3, 3)] == list(dict.fromkeys(seen))
    flow = (await ask(http, box, "values?powerflow"))["powerflow"]
    assert (16, 16, 0, 230) == (
        flow["l1"]["current"],
        flow["n"]["current"],
        flow["l2"]["current"],
        flow["l2"]["voltage"],
    )


async def test_codes_when_raw_is_asked_and_words_when_not(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """Bare or =1; and the firmware that does either whatever was asked."""
    point.step(60)
    for question, expected in (("values?raw", RAW), ("values?raw=1&general=1", RAW), ("values", WORDS)):
        general = (await ask(http, box, question))["general"]
        assert expected == {key: general[key] for key in expected}
    box.words = True
    assert "CHARGING" == (await ask(http, box, "values?raw"))["general"]["status"]
    box.words = False
    assert 3 == (await ask(http, box, "values"))["general"]["status"]


async def test_sections_are_filtered(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """The named ones; all when none is known."""
    assert ["energy", "general"] == list(await ask(http, box, "values?raw=1&general=1&energy=1"))
    assert ["energy", "powerflow", "general", "temperatures"] == list(await ask(http, box, "values?status"))
    assert ["connector"] == list(await ask(http, box, "info?raw&connector"))


async def test_states_of_a_charge(box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """No car, a fault, a limit that is reached, a pause with the idle unit's noise, a car that ended by itself."""

    async def general() -> dict[str, Any]:
        said: dict[str, Any] = (await ask(http, box, "values?general"))["general"]
        return said

    point.unplug()
    assert ("STANDBY", 0) == ((await general())["status"], (await general())["charge_permitted"])
    point.plug_in()
    point.fail(Fault.RESIDUAL_CURRENT)
    said = await general()
    assert ("ERROR", "DC_POSITIVE_6MA_FAULT", "RESIDUAL_CURRENT_DETECTED", 2) == (
        *(said[key] for key in ("status", "rcd_trigger", "error_code")),
        said["charge_count"],
    )
    point.fail(None)
    await ask(http, box, "control?energy_limit=500")
    point.step(600)
    said = await general()
    assert ("CONNECTED", "ENERGY_LIMIT_REACHED", 0) == (
        *(said[key] for key in ("status", "warning_code")),
        said["charge_permitted"],
    )
    flow = (await ask(http, box, "values?powerflow"))["powerflow"]
    assert (0.79, 11_040) == (flow["total_active_power"], flow["peak_power"])
    assert point.car
    point.car.set_soc(100)
    await ask(http, box, "control?energy_limit=0")
    point.step(10)
    said = await general()
    assert ("CONNECTED", 1) == (said["status"], said["charge_permitted"])


async def test_the_total_goes_on_and_the_plug_in_begins_anew(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """Whole watt-hours; the times of the last charge keep their values after it."""
    point.step(3_600)
    first = await ask(http, box, "values?raw&energy&general")
    point.unplug()
    kept = (await ask(http, box, "values?raw&general"))["general"]
    assert (3_600, 3_599) == (kept["vehicle_connect_time"], kept["vehicle_charging_time"])
    point.plug_in()
    second = await ask(http, box, "values?raw&energy&general")
    assert first["energy"]["total_charged_energy"] == second["energy"]["total_charged_energy"]
    assert first["energy"]["charged_energy"] > 10_000
    assert 0 == second["energy"]["charged_energy"]
    assert first["general"]["charge_count"] + 1 == second["general"]["charge_count"]


async def test_an_api_that_is_off_says_so(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """200 with the maker's sentence, and /api tells; no order is taken."""
    box.enabled = False
    for endpoint in (*ENDPOINTS, "control?charge_pause=1"):
        assert {"Response": "API must be enabled within the NRGkick App"} == await ask(http, box, endpoint)
    assert {"json": 0, "modbus": 0} == await ask(http, box, "api")
    assert not box.point.told.paused


async def test_a_password_opens_it(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """Without it, or with a wrong one: 401, also for an order."""
    box.login = ("me", "geheim €")
    for wrong in ({}, {"Authorization": aiohttp.encode_basic_auth("me", "geheim")}):
        async with http.get(f"{box.url}/control?charge_pause=1", headers=wrong) as answer:
            assert (401, {"Response": "401 Unauthorized"}) == (answer.status, await answer.json())
    right = {"Authorization": aiohttp.encode_basic_auth(*box.login, encoding="utf-8")}
    async with http.get(f"{box.url}/info", headers=right) as answer:
        assert 200 == answer.status
    assert not box.point.told.paused


async def test_only_get_is_answered(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """405 for another method, 404 for another address, as the first generation's is."""
    async with http.post(f"{box.url}/control", data={"charge_pause": 1}) as answer:
        assert 405 == answer.status
    async with http.get(f"{box.url}/api/settings/00") as answer:
        assert 404 == answer.status


async def test_quirks_of_firmware(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """Colons in keys, a misspelt address, 6.0 beside 6, and anything else by hand."""
    box.colon_keys = True
    info = await ask(http, box, "info")
    assert (16, 230) == (info["connector"]["max_current:"], info["grid"]["voltage:"])
    assert "mac_adress" in info["network"]
    assert "voltage:" in (await ask(http, box, "values"))["powerflow"]["l1"]
    box.mixed_numbers = True
    texts = set()
    for _ in range(2):
        async with http.get(f"{box.url}/info?connector") as answer:
            texts.add((await answer.text()).split('"phase_count": ')[1].split(",")[0])
    assert {"3", "3.0"} == texts

    def without_l2(told: dict[str, Any]) -> None:
        del told["powerflow"]["l2"]
        told["general"] |= {"status": "DREAMING", "new": []}

    box.mangle = without_l2
    told = await ask(http, box, "values")
    assert ("DREAMING", []) == (told["general"]["status"], told["general"]["new"])
    assert "l2" not in told["powerflow"]


async def test_troubles(box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """A page instead of JSON, half of it, a dead line, a refusal of everything, and then all is well."""
    box.trouble = Trouble.BROKEN
    async with http.get(f"{box.url}/values") as answer:
        assert (502, "text/html") == (answer.status, answer.content_type)
    box.trouble = Trouble.CUT
    async with http.get(f"{box.url}/values") as answer:
        with pytest.raises(json.JSONDecodeError):
            await answer.json()
    box.trouble = Trouble.GONE
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.get(f"{box.url}/values")
    box.trouble = Trouble.REFUSE
    assert 406 == (await refused(http, box, "control?current_set=8.0"))[0]
    assert 16 == (await ask(http, box, "control"))["current_set"]
    box.trouble = Trouble.WELL
    await ask(http, box, "control?current_set=8.0")
    assert 8.0 == point.told.current_a


@pytest.mark.parametrize(("trouble", "taken_a"), [(Trouble.HANG, 16.0), (Trouble.MUTE, 8.0)])
async def test_a_box_that_does_not_answer_may_have_taken_the_order(
    box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession, trouble: Trouble, taken_a: float
) -> None:
    """The asker cannot know; both are written down as they arrived, and a hanging box closes all the same."""
    box.trouble = trouble
    with pytest.raises(TimeoutError):
        await http.get(f"{box.url}/control?current_set=8.0", timeout=aiohttp.ClientTimeout(total=0.1))
    assert taken_a == point.told.current_a
    assert [{"current_set": 8.0}] == [orders for _, orders in box.writes]
    hanging = asyncio.create_task(http.get(f"{box.url}/values", timeout=aiohttp.ClientTimeout(total=5)))
    while box.asked < 2:  # noqa: ASYNC110 - the box has no event for that
        await asyncio.sleep(0.01)
    async with asyncio.timeout(LIMIT_S):
        await box.close()
        with pytest.raises((aiohttp.ClientError, asyncio.CancelledError)):
            await hanging


async def test_a_reboot_hangs_up_and_forgets(box: NrgkickBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Nobody is answered for a while; then the settings are those of the beginning, and the total goes on."""
    await ask(http, box, "control?current_set=8.0")
    point.step(60)
    total_wh = (await ask(http, box, "values"))["energy"]["total_charged_energy"]
    point.reboot(20)
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(http, box, "values")
    point.step(20)
    assert 16 == (await ask(http, box, "control"))["current_set"]
    assert total_wh <= (await ask(http, box, "values"))["energy"]["total_charged_energy"]


async def test_questions_at_once_are_noted(box: NrgkickBox, http: aiohttp.ClientSession) -> None:
    """The maker allows one at a time: a slow box counts those that came in between."""
    await ask(http, box, "values")
    await ask(http, box, "values")
    assert (2, 0) == (box.asked, box.overlaps)
    box.delay_s = 0.1
    await asyncio.gather(*(ask(http, box, "values") for _ in range(3)))
    assert (5, 2) == (box.asked, box.overlaps)


async def test_a_taken_port_is_an_os_error(box: NrgkickBox, point: ChargePoint) -> None:
    """And nothing is left open by the attempt."""
    with pytest.raises(OSError, match="in use"):
        await open_nrgkick_box(point, box.port)


async def test_the_shape_is_the_recorded_one(http: aiohttp.ClientSession) -> None:
    """Every key of a recording is in the box's answer, of the same kind."""
    files = recorded("nrgkick")
    for name, file in files.items():
        kind = name.split("_")[0]
        if kind not in {"info", "values", "control"}:
            continue
        point = ChargePoint(start=NOON, car=Car(), plugged="standby" not in name, most_a=16 if "16A" in name else 32)
        box = await open_nrgkick_box(point)
        box.sim_card = "16A" not in name
        point.tell(paused="paused" in name)
        point.step(60)
        query = "?raw" if "raw" in name else ""
        told = await ask(http, box, f"{kind}{query}{'&connector' if 'connector' in name else ''}")
        assert [] == differences(file, told), name
        await box.close()


async def test_it_is_found_by_mdns_on_loopback(point: ChargePoint) -> None:
    """With the keys of the maker's record; and it is gone when it is closed."""
    zeroconf = pytest.importorskip("zeroconf.asyncio")
    box = await open_nrgkick_box(point, announced=True)
    async with zeroconf.AsyncZeroconf(interfaces=["127.0.0.1"]) as ears:
        found = await ears.async_get_service_info("_nrgkick._tcp.local.", "NRGkick Garage._nrgkick._tcp.local.", 3_000)
    assert found
    assert (["127.0.0.1"], box.port) == (found.parsed_addresses(), found.port)
    told = found.decoded_properties
    assert (box.serial, "NRGkick Gen2", "Garage", "1", "v1", "0", "v1") == tuple(
        told[key]
        for key in (
            *("serial_number", "model_type", "device_name", "json_api_enabled", "json_api_version"),
            *("modbus_api_enabled", "modbus_api_version"),
        )
    )
    await box.close()
