"""One slope of a roof with solar panels: the sunlight that falls on it, and what it makes of that.

In: sunlight as a forecast tells it, the temperature, where the sun stands. Out: watts. It knows no source of any.
"""

from dataclasses import dataclass
from math import cos, radians, sin

SUN_W_M2 = 1361.0  # above the air
COLD_C, PER_K = 25.0, 0.004  # panels are rated at 25 °C; crystalline silicon gives so much less for each degree more
WARMED_K_M2_W = 0.03  # the sun warms panels with air behind them by 30 K at 1000 W/m²
GROUND = 0.2  # the part of the light that the ground throws back: grass, streets and tiles
LOWEST = 0.05  # the sine of 3°: below that, what is left of the beam cannot be told from its height


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Panels that all face one way.

    Attributes:
        kwp: what they give in full sun, by their labels.
        tilt_deg: 0 lies flat, 90 stands upright. facing_deg: by the compass, 90 is east, 180 south, 270 west.
        loss: the part that cables, inverter, dirt and shade take.

    """

    name: str
    kwp: float
    tilt_deg: float
    facing_deg: float
    loss: float = 0.14

    def power_w(self, sunlight_w_m2: float, outdoors_c: float) -> float:
        """What comes out of the inverter when so much falls on the panels."""
        warmer_k = outdoors_c + WARMED_K_M2_W * sunlight_w_m2 - COLD_C
        return max(0.0, self.kwp * sunlight_w_m2 * (1 - PER_K * warmer_k) * (1 - self.loss))

    def sunlight_w_m2(self, flat_w_m2: float, sun: tuple[float, float], diffuse_w_m2: float | None = None) -> float:
        """What falls on it when so much falls on flat ground; diffuse_w_m2: the part of that without the sun's beam.

        sun: its height and where it stands by the compass, in degrees. The sky counts as equally bright everywhere.
        """
        height, compass = radians(sun[0]), radians(sun[1])
        tilt, facing = radians(self.tilt_deg), radians(self.facing_deg)
        around = flat_w_m2 * GROUND * (1 - cos(tilt)) / 2
        if sin(height) < LOWEST:
            return flat_w_m2 * (1 + cos(tilt)) / 2 + around
        if diffuse_w_m2 is None:
            diffuse_w_m2 = flat_w_m2 * _diffuse(flat_w_m2 / (SUN_W_M2 * sin(height)))
        beam = min(SUN_W_M2, max(0.0, flat_w_m2 - diffuse_w_m2) / sin(height))
        hit = sin(height) * cos(tilt) + cos(height) * sin(tilt) * cos(compass - facing)
        return beam * max(0.0, hit) + diffuse_w_m2 * (1 + cos(tilt)) / 2 + around


def _diffuse(clear: float) -> float:
    """The diffuse part of light of which so much came through the air. Source: Erbs, Klein and Duffie, 1982."""
    if clear <= 0.22:
        return 1 - 0.09 * clear
    if clear <= 0.8:
        return 0.9511 - 0.1604 * clear + 4.388 * clear**2 - 16.638 * clear**3 + 12.336 * clear**4
    return 0.165
