"""The cars' cloud tells now and then how full they are, and otherwise repeats itself."""

from typing import Any

import aiohttp

from lib.sim.car import Car
from lib.sim.car_cloud_box import open_car_cloud_box
from lib.sim.charge_point import ChargePoint
from tests.sim.builders import NOON


async def test_a_report_is_repeated_until_the_next_one() -> None:
    """A new one every quarter of an hour, and at once when the car is plugged in or out; 404 for a strange car."""
    point = ChargePoint(start=NOON, car=Car(soc_pct=45))
    box = await open_car_cloud_box([point])
    async with aiohttp.ClientSession() as http:

        async def told(car: str = "car_1", status: int = 200) -> dict[str, Any]:
            async with http.get(box.address(car)) as answer:
                assert status == answer.status
                return dict(await answer.json())

        first = await told()
        assert {
            "name": "car_1",
            "soc_pct": 45.0,
            "limit_pct": 100.0,
            "plugged": True,
            "charging": False,
            "measured_at": "2026-06-17T10:00:00+00:00",
        } == first
        point.step(899)
        assert first == await told()
        point.step(1)
        second = await told()
        assert (48.2, True, "2026-06-17T10:15:00+00:00") == (
            second["soc_pct"],
            second["charging"],
            second["measured_at"],
        )
        point.unplug()
        third = await told()
        assert (False, False) == (third["plugged"], third["charging"])
        assert {"error": "no car car_9"} == await told("car_9", 404)
    await box.close()
