"""The counters of a charge point: in all, and of the last plug-in.

In: watts and how long they flowed. Out: watt-hours and seconds. Counts in watt-microseconds, so nothing is lost between
two steps. Knows no car and no cable.
"""

from lib.sim.brussels import HOUR, SECOND


class Register:
    """What went through a charge point.

    Attributes:
        plugins: plug-ins so far; peak_w: the most of the last one.

    """

    def __init__(self, *, total_wh: int) -> None:
        self.plugins = 0
        self.peak_w = 0
        self._total = total_wh * HOUR
        self._plugin = self._given = 0
        self._plugged_us = self._charged_us = 0

    @property
    def total_wh(self) -> int:
        """What went through in its life; only grows."""
        return self._total // HOUR

    @property
    def given_wh(self) -> float:
        """What came back through it in its life; a counter of its own."""
        return self._given / HOUR

    @property
    def plugin_wh(self) -> float:
        """What went through since the plug-in; keeps its value when the car is gone."""
        return self._plugin / HOUR

    @property
    def connected_s(self) -> int:
        """For how long the car is, or was, plugged in."""
        return self._plugged_us // SECOND

    @property
    def charged_s(self) -> int:
        """For how long of that it drew."""
        return self._charged_us // SECOND

    def begin(self) -> None:
        """A car is plugged in."""
        self.plugins += 1
        self.peak_w = self._plugin = self._plugged_us = self._charged_us = 0

    def take(self, power_w: int, for_us: int) -> None:
        """A car was plugged in and drew so much for so long, or gave it back."""
        self._plugged_us += for_us
        self._given += max(0, -power_w) * for_us
        if power_w > 0:
            self._charged_us += for_us
            self._total += power_w * for_us
            self._plugin += power_w * for_us
            self.peak_w = max(self.peak_w, power_w)

    def left_us(self, limit_wh: int, power_w: int) -> int:
        """For how long `power_w` may flow until so much went through since the plug-in; 0 when it has."""
        return max(0, -((self._plugin - limit_wh * HOUR) // power_w))

    def has(self, limit_wh: int) -> bool:
        """Whether so much went through since the plug-in."""
        return self._plugin >= limit_wh * HOUR
