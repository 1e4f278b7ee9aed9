"""evcc's state, in its new form and its old one."""

import json
from typing import Any

import pytest

from lib.cars import CarError
from lib.cars.evcc import parse_state
from lib.core.car import CarReading
from tests.prices.stranger import http, stranger

from .builders import NOW, source
from .recordings import recorded

POINT: dict[str, Any] = {
    "title": "Carport",
    "connected": True,
    "charging": False,
    "vehicleName": "born",
    "vehicleTitle": "Cupra",
    "vehicleSoc": 41,
    "vehicleRange": 190,
    "vehicleLimitSoc": 90,
    "effectiveLimitSoc": 80,
}


def test_a_connected_car_is_read() -> None:
    """Its limit is the car's own; evcc's, by which evcc regulates, is none of the car."""
    expected = CarReading(source="evcc", soc_pct=41.0, limit_pct=90.0, plugged=True, charging=False, range_km=190.0)
    assert expected == parse_state("evcc", {"loadpoints": [POINT]}, loadpoint=1)
    assert expected == parse_state("evcc", {"result": {"loadpoints": [{}, POINT]}}, loadpoint=2)


@pytest.mark.parametrize("soc", [0, 0.0, None, ""])
def test_a_state_of_charge_of_zero_is_none(soc: object) -> None:
    """So evcc says that it knows none, connected or not."""
    for connected in (False, True):
        found = {"loadpoints": [POINT | {"vehicleSoc": soc, "connected": connected}]}
        reading = parse_state("evcc", found, loadpoint=1, as_of=NOW)
        assert (None, None, connected) == (reading.soc_pct, reading.as_of, reading.plugged)


def test_another_car_on_the_load_point_says_nothing_of_ours() -> None:
    """Where the owner named the vehicle, by its name or its title."""
    found = {"loadpoints": [POINT]}
    assert CarReading(source="evcc") == parse_state("evcc", found, loadpoint=1, vehicle="q4")
    assert 41.0 == parse_state("evcc", found, loadpoint=1, vehicle="Cupra").soc_pct
    assert 41.0 == parse_state("evcc", found, loadpoint=1, vehicle="born").soc_pct


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"loadpoints": [POINT]}, 'it has no load point 2: "loadpoint" is 1 to 1'),
        ({"site": {}}, "it answers without load points: is it an evcc"),
        ([], "it answers without load points"),
        ({"loadpoints": [POINT, None]}, "it says nothing about load point 2"),
        ({"loadpoints": [POINT, {"vehicleSoc": 140}]}, "it says 140 %, which no battery has"),
    ],
)
def test_what_is_no_such_state_is_said(found: object, said: str) -> None:
    """One sentence."""
    with pytest.raises(CarError) as raised:
        parse_state("it", found, loadpoint=2)
    assert said in str(raised.value)


async def test_it_is_asked_at_its_usual_place() -> None:
    """And with "time": "now" the owner takes its word for new."""
    async with stranger(http(200, json.dumps({"loadpoints": [POINT]}).encode()), http(500)) as box:
        async with source(source="evcc", url=box.url, time="now") as car:
            reading = await car.read()
            assert (41.0, NOW) == (reading.soc_pct, reading.as_of)
            with pytest.raises(CarError, match="evcc has trouble of its own"):
                await car.read()
        assert ["/api/state", "/api/state"] == box.asked


def test_recorded_states_are_understood() -> None:
    """Those of the folder of cases."""
    found = recorded("evcc_state_invented")
    if found is None:
        pytest.skip("DM_CASES names no such recording")
    new = parse_state("evcc", found["new_without_wrapper"], loadpoint=1)
    expected = CarReading(source="evcc", soc_pct=63.2, plugged=True, charging=True, range_km=244.0)
    assert expected == new
    old = parse_state("evcc", found["old_with_wrapper"], loadpoint=1)
    assert CarReading(source="evcc", plugged=False, charging=False, range_km=244.0) == old
