"""The sun stands where it should over Brussels, and the weather is repeatable."""

import math
from datetime import datetime, timedelta

import pytest

from lib.sim.brussels import MINUTE, ZONE, instant, local, micros
from lib.sim.inverter import Inverter
from lib.sim.sky import Sky, sun_position


def at(*when: int) -> int:
    """Microseconds of a local time."""
    return micros(datetime(*when, tzinfo=ZONE))  # type: ignore[arg-type,misc]  # year to minute, all int


@pytest.mark.parametrize(
    ("day", "elevation_deg"), [((2026, 6, 21), 62.6), ((2026, 12, 21), 15.7), ((2026, 9, 23), 39.1)], ids=str
)
def test_the_sun_culminates_at_its_height(day: tuple[int, int, int], elevation_deg: float) -> None:
    """90° - latitude + declination, due south."""
    minutes = [at(*day, 11, 0) + minute * MINUTE for minute in range(240)]
    highest = max(minutes, key=lambda minute: sun_position(minute)[0])
    elevation, azimuth = sun_position(highest)
    assert math.degrees(elevation) == pytest.approx(elevation_deg, abs=0.3)
    assert math.degrees(azimuth) == pytest.approx(180, abs=1)


def test_solar_noon_in_brussels() -> None:
    """Around 21 June the sun is highest at 13:44 summer time, in early November at 12:26 winter time."""
    for day, noon in (((2026, 6, 21), (13, 44)), ((2026, 11, 3), (12, 26))):
        highest = max(
            (at(*day, 11, 0) + minute * MINUTE for minute in range(240)), key=lambda one: sun_position(one)[0]
        )
        shown = local(highest)
        assert abs(
            timedelta(hours=shown.hour, minutes=shown.minute) - timedelta(hours=noon[0], minutes=noon[1])
        ) <= timedelta(minutes=2)


def test_the_sun_rises_in_the_north_east_in_june() -> None:
    """Sunrise on 21 June is about 05:29, near 50° east of north."""
    rises = next(
        one
        for one in (at(2026, 6, 21, 4, 0) + minute * MINUTE for minute in range(180))
        if sun_position(one)[0] > math.radians(-0.83)
    )
    assert abs(rises - at(2026, 6, 21, 5, 29)) <= 3 * MINUTE
    assert math.degrees(sun_position(rises)[1]) == pytest.approx(49, abs=2)


def test_a_clear_noon_in_june_brings_the_inverter_near_its_limit() -> None:
    """5 kWp give 3.7 to 4.6 kW under a clear sky, a tenth of that under a thick cloud, nothing at night."""
    sky, noon = Sky(1), at(2026, 6, 21, 13, 44)
    inverter = Inverter(sky, at_us=noon)
    sky.clear(noon)
    inverter.look(noon)
    assert 3_700 < inverter.power_w <= 4_600
    sky.bring_cloud(noon)
    inverter.look(noon)
    assert 100 < inverter.power_w < 900
    inverter.look(at(2026, 6, 22, 0, 30))
    assert inverter.power_w == 0


def test_an_ordered_cloud_passes_in_a_quarter_of_an_hour() -> None:
    """Afterwards the weather is that of the seed again."""
    noon = at(2026, 6, 21, 12, 0)
    sky, untouched = Sky(8), Sky(8)
    sky.bring_cloud(noon)
    assert sky.clearness(noon + 14 * MINUTE) < 0.1
    assert untouched.clearness(noon + 15 * MINUTE) == sky.clearness(noon + 15 * MINUTE)


def test_a_year_of_sun_is_a_belgian_one() -> None:
    """Some 1000 kWh per kWp, with clear and dull days in every June, and a December of a sixth of June."""
    for seed in range(3):
        inverter, months, june = Inverter(Sky(seed), at_us=at(2026, 1, 1)), [0.0] * 13, [0.0] * 31
        for half_hour in range(365 * 48):
            now = at(2026, 1, 1) + 30 * half_hour * MINUTE
            inverter.look(now)
            months[instant(now).month] += inverter.power_w / 2_000
            if instant(now).month == 6:
                june[instant(now).day] += inverter.power_w / 2_000
        assert 850 < sum(months) / 5 < 1_150
        assert 3 * months[12] < months[6]
        assert min(june[1:]) < 15
        assert max(june) > 27


def test_winter_is_cold_and_summer_is_not() -> None:
    """Monthly means of January and July lie where Belgian ones do."""
    for seed in range(3):
        sky = Sky(seed)
        january, july = (
            [sky.outdoors_c(at(2026, month, 1 + hour // 24, hour % 24)) for hour in range(31 * 24)] for month in (1, 7)
        )
        assert -2 < sum(january) / len(january) < 8
        assert 14 < sum(july) / len(july) < 23
