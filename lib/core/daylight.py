"""Where the sun stands at an instant. Knows no clouds and no roof.

Unless said otherwise over Brussels, as which the whole country counts: its ends see the sun rise eight minutes sooner
or later.
Source: the Astronomical Almanac's formulas of low precision, right to 0.01° until 2050.
"""

from datetime import UTC, datetime, timedelta
from math import asin, atan2, cos, degrees, radians, sin

NORTH_DEG, EAST_DEG = 50.85, 4.35
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def height_deg(at: datetime) -> float:
    """The sun's height above the horizon, in degrees, without the air's refraction; below 0 at night."""
    return position_deg(at)[0]


def position_deg(at: datetime, *, north_deg: float = NORTH_DEG, east_deg: float = EAST_DEG) -> tuple[float, float]:
    """The sun's height, as above, and where it stands by the compass, in degrees: 90 in the east, 180 in the south."""
    days = (at - J2000) / DAY
    anomaly = radians(357.528 + 0.9856003 * days)
    longitude = radians(280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    tilt = radians(23.439 - 4e-7 * days)
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude))
    declination = asin(sin(tilt) * sin(longitude))
    hour = radians(15 * (18.697375 + 24.065709824279 * days) % 360 + east_deg) - ascension
    north = radians(north_deg)
    height = asin(sin(north) * sin(declination) + cos(north) * cos(declination) * cos(hour))
    west = sin(hour) * cos(declination)
    south = cos(hour) * cos(declination) * sin(north) - sin(declination) * cos(north)
    return degrees(height), (180 + degrees(atan2(west, south))) % 360
