"""The box that foresees the simulated sky: in the shapes of the services, and about right."""

from datetime import timedelta

import aiohttp
import pytest

from lib.clock import TurnedClock
from lib.sim.brussels import HOUR, MINUTE, QUARTER, micros
from lib.sim.sky import ROOF_AZIMUTH, ROOF_TILT, Sky
from lib.sim.sun_box import SunBox
from tests.conftest import local

MORNING = local("2026-05-10 06:00")


@pytest.mark.parametrize(("ahead_h", "off"), [(6, 0.2), (30, 0.5)])
def test_it_foresees_the_sky_of_its_seed(ahead_h: int, off: float) -> None:
    """Not the single cloud; and the further ahead, the less right."""
    now_us = micros(MORNING)
    box, sky = SunBox(TurnedClock(MORNING), seed=3), Sky(3)
    hour_us = now_us + ahead_h * HOUR
    there = sum(sky.sunlight_w_m2(hour_us + minute * MINUTE) for minute in range(-60, 60)) / 120
    assert there > 50
    foreseen = [
        box.foreseen_w_m2(hour_us + by * QUARTER, tilt=ROOF_TILT, azimuth=ROOF_AZIMUTH, now_us=now_us)
        for by in range(-4, 4)
    ]
    assert there == pytest.approx(sum(foreseen) / 8, rel=off)


def test_it_knows_no_button() -> None:
    """A cloud that somebody orders was in no forecast."""
    box = SunBox(TurnedClock(MORNING), seed=3)
    at_us = micros(MORNING + timedelta(hours=6))
    before = box.foreseen_w_m2(at_us, tilt=ROOF_TILT, azimuth=ROOF_AZIMUTH, now_us=at_us)
    Sky(3).bring_cloud(at_us)
    assert before == box.foreseen_w_m2(at_us, tilt=ROOF_TILT, azimuth=ROOF_AZIMUTH, now_us=at_us)


async def test_it_says_what_is_wrong_with_a_question() -> None:
    """As the services do, in words."""
    box = SunBox(TurnedClock(MORNING))
    await box.listen()
    try:
        async with aiohttp.ClientSession(box.url) as http:
            for path, key in (
                ("/v1/forecast", "reason"),
                ("/v1/forecast?minutely_15=x&tilt=steep", "reason"),
                ("/v1/forecast?minutely_15=x&forecast_days=99", "reason"),
                ("/estimate/50/4/35/0", "message"),
            ):
                async with http.get(path) as answer:
                    assert 400 == answer.status
                    assert (await answer.json())[key]
    finally:
        await box.close()
