"""The cable in the street: how high the voltage stands, and how it gives way under load.

In: a seed, an instant, watts per phase. Out: volts and amperes per phase. Knows no appliance and no meter.
"""

import math

from lib.sim.brussels import HOUR, MINUTE, SECOND
from lib.sim.noise import chance, smooth

_OHM = 0.24  # street and house cable together; 25 A pull 6 V
_REACTIVE_VAR = (95, 60, 70)  # power supplies and motors: there is current where no power is drawn


def volts(seed: int, at_us: int, phases_w: tuple[int, int, int]) -> tuple[float, float, float]:
    """Volts per phase: about 234, lower while the phase draws and higher while it injects."""

    def one(phase: int) -> float:
        own = seed + 100 + 10 * phase
        idle_v = 231 + 5 * smooth(own, at_us / (2 * HOUR)) + 1.2 * smooth(own + 1, at_us / MINUTE)
        return idle_v + 0.4 * chance(own + 2, at_us // SECOND) - _OHM * phases_w[phase] / 230

    return one(0), one(1), one(2)


def amperes(phases_w: tuple[int, int, int], volts_v: tuple[float, float, float]) -> tuple[float, float, float]:
    """Amperes per phase, without sign, as a meter shows them."""
    one, two, three = (
        math.hypot(power_w, var) / volt for power_w, var, volt in zip(phases_w, _REACTIVE_VAR, volts_v, strict=True)
    )
    return one, two, three
