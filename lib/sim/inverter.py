"""The solar panels on the roof and their three-phase inverter.

In: the sky, to what it is held back. Out: what the inverter feeds into the house, in watts, the same on each phase.
Knows no house and no meter.
"""

from lib.sim.brussels import SECOND
from lib.sim.sky import Sky

_BY_NIGHT_US = 60 * SECOND


class Inverter:
    """Panels of `peak_wp` behind an inverter of `limit_w`; its power holds until `until_us`.

    pace_s: it follows the sun in steps of some seconds; a year is lived faster with longer ones.
    """

    def __init__(self, sky: Sky, *, at_us: int, peak_wp: int = 5_000, limit_w: int = 4_600, pace_s: int = 5) -> None:
        self._sky = sky
        self._pace_us = pace_s * SECOND
        self._peak_wp = peak_wp
        self._limit_w = limit_w
        self._held_w: float | None = None
        self.power_w = 0
        self.until_us = at_us
        self.look(at_us)

    def hold(self, limit_w: float | None) -> None:
        """Give no more than so much, from the next look on, which is as soon as a real one follows; None: all."""
        self._held_w = None if limit_w is None else max(0.0, limit_w)

    def look(self, at_us: int) -> None:
        """Follow the sky as it is at `at_us`, now rather than at the next turn."""
        # 0.82: heat, dirt, cables and the inverter itself. Under 25 W an inverter sleeps.
        power_w = min(self._limit_w, int(self._peak_wp * self._sky.sunlight_w_m2(at_us) / 1000 * 0.82))
        power_w = power_w if power_w >= 25 else 0
        self.power_w = power_w if self._held_w is None else min(power_w, int(self._held_w))
        every_us = self._pace_us if power_w else max(self._pace_us, _BY_NIGHT_US)
        self.until_us = (at_us // every_us + 1) * every_us
