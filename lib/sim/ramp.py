"""A current that follows what is wanted: over some seconds, in steps of a second, as cars do.

In: amperes wanted, instants in microseconds. Out: amperes now, and until when they hold. Knows no car and no charger.
"""

from lib.sim.brussels import SECOND

_AT_ONCE_A = 0.5  # so small a change takes no time


class Ramp:
    """A current on its way to `to_a`; over_s: how long each way takes, 0 none."""

    def __init__(self, over_s: float, *, at_us: int) -> None:
        self.now_a = 0.0
        self.to_a = 0.0
        self._over_us = round(over_s * SECOND)
        self._from_a = 0.0
        self._began_us = at_us

    @property
    def is_idle(self) -> bool:
        """Whether nothing flows, nor is about to."""
        return not self.now_a and not self.to_a

    def follow(self, at_us: int) -> None:
        """Go on to where it is at `at_us`."""
        gone_us = at_us - self._began_us
        if gone_us >= self._over_us:
            self.now_a = self.to_a
        else:
            self.now_a = self._from_a + (self.to_a - self._from_a) * (gone_us // SECOND * SECOND / self._over_us)

    def aim(self, wanted_a: float, *, at_us: int, at_once: bool) -> None:
        """Begin the way to another current; at_once, or when it is near: be there."""
        if wanted_a != self.to_a:
            jump = at_once or abs(wanted_a - self.now_a) < _AT_ONCE_A or not self._over_us
            self.now_a = wanted_a if jump else self.now_a
            self._from_a, self.to_a, self._began_us = self.now_a, wanted_a, at_us

    def cut(self, at_us: int) -> None:
        """No current, at once."""
        self.aim(0.0, at_us=at_us, at_once=True)
        self.now_a = self._from_a = 0.0

    def until_us(self, at_us: int) -> int | None:
        """Until when the current of `at_us` holds; None: as long as nothing else is wanted."""
        if self.now_a == self.to_a:
            return None
        return self._began_us + min(((at_us - self._began_us) // SECOND + 1) * SECOND, self._over_us)
