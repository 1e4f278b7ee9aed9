"""The sky over Brussels: where the sun stands, how much of it comes through the clouds, and how cold it is.

In: a seed and an instant. Out: sunlight in W/m² on a tilted roof, and degrees. Two buttons bring a cloud or clear
the sky for a quarter of an hour. Knows no panels, no house and no forecast.
"""

import math

from lib.sim.brussels import HOUR, MINUTE, QUARTER, SECOND, local
from lib.sim.noise import smooth

LATITUDE = math.radians(50.85)
LONGITUDE_DEG = 4.35
ROOF_TILT = math.radians(35)
ROOF_AZIMUTH = math.radians(195)  # just west of south
_J2000_US = 946_728_000 * SECOND
_DAY_US = 24 * HOUR


def sun_position(at_us: int) -> tuple[float, float]:
    """Elevation and azimuth (0 = north, clockwise) of the sun over Brussels, in radians.

    Within about 0.02°, refraction left out. Source: the low-precision formulas of the Astronomical Almanac.
    """
    days = (at_us - _J2000_US) / _DAY_US
    mean = math.radians((357.528 + 0.9856003 * days) % 360)
    longitude = math.radians((280.460 + 0.9856474 * days + 1.915 * math.sin(mean) + 0.020 * math.sin(2 * mean)) % 360)
    tilt = math.radians(23.439 - 0.0000004 * days)
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    ascension = math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))
    sidereal_deg = (280.46062 + 360.98564737 * days + LONGITUDE_DEG) % 360
    hour = math.radians(sidereal_deg) - ascension
    elevation = math.asin(
        math.sin(LATITUDE) * math.sin(declination) + math.cos(LATITUDE) * math.cos(declination) * math.cos(hour)
    )
    west = math.sin(hour) * math.cos(declination)
    south = math.cos(hour) * math.cos(declination) * math.sin(LATITUDE) - math.sin(declination) * math.cos(LATITUDE)
    return elevation, (math.pi + math.atan2(west, south)) % (2 * math.pi)


class Sky:
    """The weather of one seed; the same at an instant whatever was asked before, but for the two buttons."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ordered_until_us = 0
        self._ordered_clearness = 1.0

    def bring_cloud(self, at_us: int) -> None:
        """A thick cloud stands before the sun for a quarter of an hour."""
        self._ordered_clearness, self._ordered_until_us = 0.04, at_us + QUARTER

    def clear(self, at_us: int) -> None:
        """Not a cloud before the sun for a quarter of an hour."""
        self._ordered_clearness, self._ordered_until_us = 1.0, at_us + QUARTER

    def clearness(self, at_us: int) -> float:
        """The part of direct sunlight that comes through, from 0.04 (thick cloud) to 1 (clear)."""
        if at_us < self._ordered_until_us:
            return self._ordered_clearness
        # Weather fronts take days, showers hours; single clouds pass in minutes with edges of half a minute.
        cover = 0.62 * smooth(self._seed, at_us / (40 * HOUR)) + 0.38 * smooth(self._seed + 1, at_us / (5 * HOUR))
        cover += 0.10 * math.cos(_season(at_us))
        cloud = 0.7 * smooth(self._seed + 2, at_us / (6 * MINUTE)) + 0.3 * smooth(self._seed + 3, at_us / (50 * SECOND))
        return min(1.0, max(0.04, 1.75 + 4 * (cloud - 1.75 * cover)))

    def sunlight_w_m2(self, at_us: int, *, tilt: float = ROOF_TILT, azimuth: float = ROOF_AZIMUTH) -> float:
        """Sunlight on the roof, or on another slope, direct and diffuse, in W/m²; 0 when the sun is down.

        tilt: 0 is flat; azimuth: 0 is north, clockwise; both in radians.
        """
        elevation, sun_azimuth = sun_position(at_us)
        height = math.sin(elevation)
        if height <= 0:
            return 0.0
        air_mass = 1 / (height + 0.50572 * math.pow(math.degrees(elevation) + 6.07995, -1.6364))  # Kasten and Young
        direct = 1361 * math.pow(0.7, math.pow(air_mass, 0.678))  # Meinel
        incidence = height * math.cos(tilt) + math.cos(elevation) * math.sin(tilt) * math.cos(sun_azimuth - azimuth)
        clearness = self.clearness(at_us)
        diffuse = (
            110 * math.pow(height, 0.6) * (1 + 0.8 * math.sin(math.pi * clearness))
        )  # broken clouds light the sky up
        return direct * max(0.0, incidence) * clearness + diffuse

    def is_dark(self, at_us: int) -> bool:
        """Whether people put their lamps on."""
        return sun_position(at_us)[0] < math.radians(3)

    def outdoors_c(self, at_us: int) -> float:
        """Temperature outdoors in °C: season, time of day and spells of some days."""
        now = local(at_us)
        daily = math.cos(2 * math.pi * (now.hour + now.minute / 60 - 15) / 24)
        spell = smooth(self._seed + 4, at_us / (60 * HOUR)) - 0.5
        return 10.8 - 7.5 * math.cos(_season(at_us)) + 3.0 * daily + 9.0 * spell


def _season(at_us: int) -> float:
    """The angle of the year: 0 about 20 January, the coldest days, pi in late July."""
    return 2 * math.pi * ((at_us / _DAY_US - 20) % 365.2425) / 365.2425
