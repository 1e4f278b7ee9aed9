"""The go-e box answers over real HTTP as the maker documents it, in both of its APIs."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.goe_box import GoeBox, OldGoeBox, open_goe_box
from lib.sim.http_box import Trouble
from tests.sim.builders import NOON
from tests.sim.shapes import differences, recorded


@pytest.fixture
def point() -> ChargePoint:
    """A car of 45 % on a cable of 16 A."""
    return ChargePoint(start=NOON, car=Car(soc_pct=45))


@pytest.fixture
async def box(point: ChargePoint) -> AsyncIterator[GoeBox]:
    """A box of API v2."""
    box = await open_goe_box(point)
    yield box
    await box.close()


@pytest.fixture
async def old_box(point: ChargePoint) -> AsyncIterator[OldGoeBox]:
    """A box of API v1."""
    box = await open_goe_box(point, old=True)
    assert isinstance(box, OldGoeBox)
    yield box
    await box.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks, with patience for a busy machine."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


async def ask(http: aiohttp.ClientSession, box: GoeBox, question: str) -> dict[str, Any]:
    """The JSON object of an answer with status 200."""
    async with http.get(f"{box.url}/{question}") as answer:
        assert 200 == answer.status
        return dict(await answer.json())


async def test_the_car_follows_what_is_set(box: GoeBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """True for each key; the keys read back at once, the car follows after lag and ramp."""
    assert {"amp": True, "frc": True} == await ask(http, box, "api/set?amp=10&frc=2")
    assert {"amp": 10, "frc": 2} == await ask(http, box, "api/status?filter=amp,frc")
    point.step(30)
    said = await ask(http, box, "api/status?filter=car,acu,alw,modelStatus,nrg,pnp,pha")
    assert (2, 10, True, 3, 3) == tuple(said[key] for key in ("car", "acu", "alw", "modelStatus", "pnp"))
    assert [230, 230, 230, 1, 10, 10, 10, 2_300, 2_300, 2_300, 0, 6_900, 99, 99, 99, 0] == said["nrg"]
    assert [True] * 6 == said["pha"]
    assert [{"amp": 10, "frc": 2}] == [orders for _, orders in box.writes]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("amp=99", {"amp": "value out of range"}),
        ("amp=5", {"amp": "value out of range"}),
        ("amp=10.5", {"amp": "value out of range"}),
        ("amp=true", {"amp": "value out of range"}),
        ("amp=ten", {"amp": "value is not JSON"}),
        ("frc=3&psm=1", {"frc": "value out of range", "psm": True}),
        ("nothing=1", {"nothing": "unknown key"}),
    ],
)
async def test_each_key_is_refused_for_itself(
    box: GoeBox, http: aiohttp.ClientSession, order: str, said: dict[str, object]
) -> None:
    """A reason in place of true."""
    assert said == await ask(http, box, f"api/set?{order}")


async def test_off_and_on_are_pause_and_go(box: GoeBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """With frc 1 it waits for the car's permit, 0 and 2 let it charge; dwo ends it after so much."""
    await ask(http, box, "api/set?frc=1")
    point.step(30)
    assert {"car": 3, "alw": False, "acu": None, "modelStatus": 4} == await ask(
        http, box, "api/status?filter=car,alw,acu,modelStatus"
    )
    await ask(http, box, "api/set?frc=0&dwo=500")
    point.step(1_200)
    said = await ask(http, box, "api/status?filter=frc,dwo,alw,modelStatus,wh")
    assert (0, 500, False, 6) == (said["frc"], said["dwo"], said["alw"], said["modelStatus"])
    assert 500 <= said["wh"] < 530
    await ask(http, box, "api/set?dwo=null")
    point.step(60)
    assert {"car": 2, "dwo": None} == await ask(http, box, "api/status?filter=car,dwo")


async def test_phases_are_switched_by_psm(box: GoeBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """1 for one phase, 2 for three."""
    point.step(60)
    for psm, pnp, power_w in ((1, 1, 3_680), (2, 3, 11_040)):
        await ask(http, box, f"api/set?psm={psm}")
        point.step(60)
        said = await ask(http, box, "api/status?filter=psm,pnp,nrg")
        assert (psm, pnp, power_w) == (said["psm"], said["pnp"], said["nrg"][11])


async def test_what_hangs_on_the_cable(box: GoeBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Idle, charging, complete by the car's own will, a fault, and an internal error of nulls."""

    async def state() -> tuple[object, object]:
        said = await ask(http, box, "api/status?filter=car,err")
        return said["car"], said["err"]

    point.step(60)
    assert (2, 0) == await state()
    assert point.car
    point.car.set_soc(100)
    point.step(1)
    assert (4, 0) == await state()
    point.fail(Fault.RESIDUAL_CURRENT)
    assert (5, 2) == await state()
    point.fail(None)
    point.unplug()
    assert (1, 0) == await state()
    box.internal_error = True
    assert (None, None) == await state()


async def test_the_filter_of_old_firmware_is_a_list(box: GoeBox, http: aiohttp.ClientSession) -> None:
    """Before 51.4; and without a filter everything is told."""
    box.firmware = "051.3"
    assert {"car": 2, "amp": 16} == await ask(http, box, 'api/status?filter=["car","amp","none"]')
    for question in ("api/status?filter=car,amp", "api/status"):
        assert len(await ask(http, box, question)) > 20


async def test_an_api_that_is_off_is_not_there(box: GoeBox, http: aiohttp.ClientSession) -> None:
    """404, and no order is taken."""
    box.enabled = False
    for question in ("api/status", "api/set?amp=8"):
        async with http.get(f"{box.url}/{question}") as answer:
            assert 404 == answer.status
    assert ChargeSettings(current_a=16.0) == box.point.told


async def test_a_box_that_refuses_says_why(box: GoeBox, http: aiohttp.ClientSession) -> None:
    """Every order, until it is well."""
    box.trouble = Trouble.REFUSE
    assert {"amp": "not allowed now"} == await ask(http, box, "api/set?amp=8")
    box.trouble = Trouble.WELL
    assert {"amp": True} == await ask(http, box, "api/set?amp=8")


async def test_the_old_api_is_all_text(old_box: OldGoeBox, point: ChargePoint, http: aiohttp.ClientSession) -> None:
    """Except nrg, in 0.1 A, 0.1 kW and 10 W; energies in 10 Ws and 0.1 kWh; the answer to an order is everything."""
    said = await ask(http, old_box, "mqtt?payload=amx=10")
    assert ("10", "1") == (said["amp"], said["alw"])
    point.step(60)
    said = await ask(http, old_box, "status")
    assert [230, 230, 230, 1, 100, 100, 100, 23, 23, 23, 0, 690, 99, 99, 99, 0] == said["nrg"]
    assert ("2", "63", str(int(point.plugin_wh * 360)), "29046") == tuple(
        said[key] for key in ("car", "pha", "dws", "eto")
    )
    assert {"nrg"} == {key for key, value in said.items() if not isinstance(value, str)}
    assert [{"amx": 10}] == [orders for _, orders in old_box.writes]


@pytest.mark.parametrize("order", ["amx=40", "amx=5", "amx=-1", "amx=ten", "alw=2", "zzz=1", "amx", ""])
async def test_the_old_api_refuses_by_changing_nothing(
    old_box: OldGoeBox, http: aiohttp.ClientSession, order: str
) -> None:
    """The answer looks like success, with the old values."""
    said = await ask(http, old_box, f"mqtt?payload={order}")
    assert ("16", "1") == (said["amp"], said["alw"])


async def test_the_old_one_pauses_and_limits(
    old_box: OldGoeBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """The key alw reads back at once; dwo is in 0.1 kWh."""
    assert "0" == (await ask(http, old_box, "mqtt?payload=alw=0"))["alw"]
    point.step(30)
    said = await ask(http, old_box, "status")
    assert ("3", "0") == (said["car"], said["alw"])
    await ask(http, old_box, "mqtt?payload=alw=1")
    said = await ask(http, old_box, "mqtt?payload=dwo=5")
    assert ("1", "5") == (said["alw"], said["dwo"])
    point.step(1_200)
    assert ("0", True) == ((await ask(http, old_box, "status"))["alw"], point.is_limited)


async def test_a_relay_before_the_old_one_cuts_phases(
    old_box: OldGoeBox, point: ChargePoint, http: aiohttp.ClientSession
) -> None:
    """While it is idle nothing is harmed; under load it is counted."""
    point.tell(paused=True)
    point.step(30)
    old_box.relay_phases = 1
    assert (1, 0) == (old_box.relay_phases, point.cut_under_load)
    point.tell(paused=False)
    point.step(30)
    said = await ask(http, old_box, "status")
    assert ([230, 0, 0], 368, "9") == (said["nrg"][:3], said["nrg"][11], said["pha"])
    old_box.relay_phases = 3
    point.step(60)
    assert 11_040 == point.power_w
    old_box.relay_phases = 1
    assert (3_680, 1) == (point.power_w, point.cut_under_load)


def in_state(name: str) -> ChargePoint:
    """A charge point in the state that a recording is named after."""
    if name == "idle":
        return ChargePoint(start=NOON)
    point = ChargePoint(start=NOON, car=Car(soc_pct=99.9 if name == "complete" else 45))
    point.tell(paused="off" in name, phases=1 if "1p" in name else 3)
    point.step(3_600)
    return point


@pytest.mark.parametrize("old", [False, True], ids=["v2", "v1"])
async def test_the_shape_is_the_recorded_one(http: aiohttp.ClientSession, *, old: bool) -> None:
    """Every key of a recording is in the box's answer, of the same kind."""
    for name, file in recorded("goe").get("v1_status" if old else "v2_status", {}).items():
        box = await open_goe_box(in_state(name), old=old)
        box.internal_error = "internal" in name
        told = await ask(http, box, "status" if old else "api/status")
        assert [] == differences({**file, "dwo": told["dwo"]}, told), name
        if "refused" not in name and "internal" not in name:
            assert file["car"] == told["car"]
        await box.close()
