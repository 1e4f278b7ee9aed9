"""How high the sun stands, beside what an almanac says of Brussels."""

import pytest

from lib.core.daylight import height_deg
from tests.conftest import local


@pytest.mark.parametrize(
    ("at", "height"),
    [
        ("2026-06-21 13:44", 62.6),  # 90° - 50.85° + 23.44°, when the sun is in the south
        ("2026-12-21 12:41", 15.7),
        ("2026-03-20 12:50", 39.1),
        ("2026-06-21 05:29", -0.8),  # sunrise and sunset: the air bends its upper edge over the horizon
        ("2026-06-21 22:00", -0.8),
        ("2026-12-21 08:42", -0.8),
        ("2026-12-21 16:38", -0.8),
        ("2026-06-21 01:44", -15.7),
    ],
)
def test_the_sun_stands_where_the_almanac_says(at: str, height: float) -> None:
    """Within what a minute of its way makes."""
    assert height_deg(local(at)) == pytest.approx(height, abs=0.3)
