"""How long a car's battery takes from one state of charge to another, and where it stands after a while.

Up to its knee a car takes what it is offered; above it what it accepts, which falls on a line from 50 kW at 50 % to
1 kW at 100 %. States of charge in %, powers in W and energy in Wh, both from the wall. Knows no car and no time of day.
"""

from dataclasses import dataclass
from math import exp, inf, log

from lib.core.car import FULL_PCT

LAST_W, SLOPE_W = 1_000.0, 980.0  # accepted at 100 %, and so much more for each per cent below it
HALVINGS = 20


@dataclass(frozen=True, slots=True)
class Taper:
    """A battery that takes `wh_pct` for 1 %."""

    wh_pct: float

    def hours(self, low_pct: float, high_pct: float, power_w: float) -> float:
        """From one state of charge up to another at a power; infinite without one."""
        if high_pct <= low_pct:
            return 0.0
        if power_w <= 0:
            return inf
        knee = min(max(_knee_pct(power_w), low_pct), high_pct)
        return (knee - low_pct) * self.wh_pct / power_w + self._slow_hours(knee, high_pct)

    def before_pct(self, high_pct: float, hours: float, power_w: float) -> float:
        """Where it stood so many hours ago, if at that power it stands at `high_pct` now; may be below 0."""
        if power_w <= 0:
            return high_pct
        knee = min(_knee_pct(power_w), high_pct)
        slow_hours = self._slow_hours(knee, high_pct)
        if hours >= slow_hours:
            return knee - power_w * (hours - slow_hours) / self.wh_pct
        return _accepts_pct(_accepted_w(high_pct) * exp(hours * SLOPE_W / self.wh_pct))

    def after_pct(self, low_pct: float, hours: float, power_w: float) -> float:
        """Where it stands after so many hours at a power."""
        if power_w <= 0:
            return low_pct
        flat_hours = max(0.0, _knee_pct(power_w) - low_pct) * self.wh_pct / power_w
        if hours <= flat_hours:
            return low_pct + power_w * hours / self.wh_pct
        knee = max(_knee_pct(power_w), low_pct)
        return min(FULL_PCT, _accepts_pct(_accepted_w(knee) * exp((flat_hours - hours) * SLOPE_W / self.wh_pct)))

    def even_w(self, low_pct: float, high_pct: float, hours: float, full_w: float) -> float:
        """The power, up to `full_w`, that suffices when it is kept all the time."""
        energy_wh = (high_pct - low_pct) * self.wh_pct
        if hours <= 0 or energy_wh >= full_w * hours:
            return full_w
        low_w, high_w = energy_wh / hours, full_w
        if self.hours(low_pct, high_pct, low_w) <= hours:
            return low_w
        for _ in range(HALVINGS):  # the last per cents are slow
            middle_w = (low_w + high_w) / 2
            if self.hours(low_pct, high_pct, middle_w) > hours:
                low_w = middle_w
            else:
                high_w = middle_w
        return high_w

    def _slow_hours(self, low_pct: float, high_pct: float) -> float:
        """At the power that it accepts."""
        return self.wh_pct / SLOPE_W * log(_accepted_w(low_pct) / _accepted_w(high_pct))


def _accepted_w(soc_pct: float) -> float:
    return LAST_W + SLOPE_W * (FULL_PCT - soc_pct)


def _accepts_pct(power_w: float) -> float:
    return FULL_PCT - (power_w - LAST_W) / SLOPE_W


def _knee_pct(power_w: float) -> float:
    """From where on a car takes less than it is offered."""
    return min(FULL_PCT, _accepts_pct(power_w))
