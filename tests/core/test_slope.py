"""A slope of a roof: what falls on it and what it makes, against physics and a recorded year."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import radians, sin
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.daylight import position_deg
from lib.core.slope import Slope
from tests.conftest import folders

SOUTH = Slope(name="south", kwp=5, tilt_deg=35, facing_deg=180)
JUNE = datetime(2026, 6, 21, tzinfo=UTC)
HALF = timedelta(minutes=7.5)


def test_the_label_is_what_comes_out_of_a_cool_panel_in_full_sun_without_losses() -> None:
    """1000 W/m² at 25 °C in the panel, which is then 30 K warmer than the air; each degree more costs 0.4 %."""
    ideal = Slope(name="ideal", kwp=5, tilt_deg=35, facing_deg=180, loss=0)
    assert 5000 == pytest.approx(ideal.power_w(1000, -5))
    assert 5000 * 0.88 == pytest.approx(ideal.power_w(1000, 25))
    assert 5000 * 0.88 * 0.86 == pytest.approx(SOUTH.power_w(1000, 25))
    assert 0 == SOUTH.power_w(0, 25)


def test_flat_panels_get_what_the_ground_gets() -> None:
    """Whatever the sky is made of."""
    flat = Slope(name="flat", kwp=1, tilt_deg=0, facing_deg=0)
    for hour in range(5, 19):
        sun = position_deg(JUNE + timedelta(hours=hour))
        assert 400 * sin(radians(sun[0])) == pytest.approx(flat.sunlight_w_m2(400 * sin(radians(sun[0])), sun))


def test_an_eastern_slope_has_its_sun_in_the_morning() -> None:
    """And a western one in the evening; under a thick cloud all directions are alike."""
    east = Slope(name="east", kwp=1, tilt_deg=30, facing_deg=90)
    west = Slope(name="west", kwp=1, tilt_deg=30, facing_deg=270)
    morning, evening = position_deg(JUNE + timedelta(hours=7)), position_deg(JUNE + timedelta(hours=16))
    assert east.sunlight_w_m2(400, morning) > 1.5 * west.sunlight_w_m2(400, morning)
    assert west.sunlight_w_m2(400, evening) > 1.5 * east.sunlight_w_m2(400, evening)
    assert east.sunlight_w_m2(90, morning, 90) == pytest.approx(west.sunlight_w_m2(90, morning, 90))


@given(
    flat=st.floats(0, 1300),
    hour=st.floats(0, 24 * 365),
    tilt=st.floats(0, 90),
    facing=st.floats(0, 360),
    diffuse=st.none() | st.floats(0, 1300),
)
def test_no_slope_gets_less_than_nothing_or_more_than_there_is(
    flat: float, hour: float, tilt: float, facing: float, diffuse: float | None
) -> None:
    """A beam is never brighter than above the air, and where nothing falls on the ground there is no beam."""
    slope = Slope(name="any", kwp=1, tilt_deg=tilt, facing_deg=facing)
    sun = position_deg(JUNE + timedelta(hours=hour))
    assert 0 <= slope.sunlight_w_m2(flat, sun, diffuse) <= 1361 + 1.2 * 1300
    assert 0 == slope.sunlight_w_m2(0, sun)


def rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a packed table by their time."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {row["t_utc"]: row for row in csv.DictReader(file)}


@pytest.mark.skipif(len(folders()) == 1, reason="the recorded year is only in the folder of DM_CASES")
def test_a_recorded_year_from_flat_ground_alone() -> None:
    """Three slopes, worked out from flat ground and the temperature, are right to some 3 % of the label."""
    homes = folders()[-1] / "homes"
    weather = rows(homes / "weather/brussels_15min_2024.csv.gz")
    made = rows(homes / "pv/pv_w_per_kwp_15min_2024.csv.gz")
    for name, tilt, facing in (("s35", 35, 180), ("e30", 30, 90), ("w30", 30, 270)):
        slope = Slope(name=name, kwp=1, tilt_deg=tilt, facing_deg=facing)
        off, there, ours, count = 0.0, 0.0, 0.0, 0
        for stamp, row in islice(weather.items(), 0, None, 7):
            watts = float(made[stamp][name])
            flat = float(row["ghi_wm2"])
            if flat <= 0:
                continue
            sun = position_deg(datetime.fromisoformat(stamp) + HALF)
            power = slope.power_w(slope.sunlight_w_m2(flat, sun), float(row["temp_c"]))
            off, there, ours, count = off + abs(power - watts), there + watts, ours + power, count + 1
        assert off / count < 30, name
        assert 1 == pytest.approx(ours / there, abs=0.08), name
