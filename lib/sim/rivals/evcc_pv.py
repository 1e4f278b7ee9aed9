"""evcc's rule of the sun: amperes from what is spare, with timers for on and off, and for one phase or three.

In: what is spare, and what the charger does. Out: a current, and phases. Times in seconds since any start.

Source: its rules as of August 2026, with its usual delays.
"""

from math import inf

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V

ON_S, OFF_S = 60, 180
SETTLE_S = 60  # after phases were switched they stay
LEAST_THREE_W = 3 * LEAST_A * PHASE_V
GAIN_W = 2 * LEAST_A * PHASE_V  # what one phase at the least current draws less than three


class SunRule:
    """On and off at the least current, and all that is spare above it."""

    def __init__(self) -> None:
        self._since: float | None = None

    def elapse(self) -> None:
        """Something else ruled: what comes to pass next needs no delay."""
        self._since = -inf

    def current_a(
        self, second: float, *, spare_w: float, site_w: float, phases: int, on: bool, keeps: bool, gain_w: float = 0.0
    ) -> float:
        """What the car is to have, 0 for off.

        spare_w: what the car could draw without drawing from the grid; site_w: what is drawn now, with what is kept in
        reserve. on: it is permitted to charge; keeps: it is not to be switched off. gain_w: of a switch to one phase
        that is under way.
        """
        target_a = max(0.0, spare_w / PHASE_V / phases)
        if keeps and target_a < LEAST_A:
            self._since = None
            return LEAST_A
        if on and target_a < LEAST_A:
            return 0.0 if self._lasts(second, OFF_S, wanted=site_w - gain_w >= 0) else LEAST_A
        if not on and not keeps:
            return LEAST_A if self._lasts(second, ON_S, wanted=target_a >= LEAST_A) else 0.0
        self._since = None
        return target_a

    def _lasts(self, second: float, for_s: float, *, wanted: bool) -> bool:
        """Whether it has been wanted for so long."""
        if not wanted:
            self._since = None
            return False
        if self._since is None:
            self._since = second
        if second - self._since < for_s:
            return False
        self._since = None
        return True


class Phases:
    """One phase or three, for a charger that can switch."""

    def __init__(self, phases: int, most_a: float) -> None:
        self.now = phases
        self._switches = phases > 1
        self._most_w = most_a * PHASE_V  # on one
        self._since: float | None = None
        self._switched = -inf

    @property
    def gain_w(self) -> float:
        """What a switch to one phase that is waited for will save."""
        return GAIN_W if self._since is not None and self.now > 1 else 0.0

    def decide(self, second: float, *, spare_w: float, room_w: float, wants_less: bool, charging: bool) -> int:
        """On how many it is to charge.

        spare_w: what it could draw; room_w: what its circuit lets it. wants_less: power is drawn, or it is off.
        """
        if not self._switches or second < self._switched + SETTLE_S:
            return self.now
        if self.now > 1:
            wanted = room_w < LEAST_THREE_W or (wants_less and spare_w < LEAST_THREE_W)
            for_s = OFF_S if charging else 0
        else:
            wanted = spare_w > self._most_w and min(spare_w, room_w) >= LEAST_THREE_W
            for_s = ON_S
        if not wanted:
            self._since = None
        elif self._since is None:
            self._since = second
        if self._since is not None and second - self._since >= for_s:
            self.now, self._since, self._switched = 4 - self.now, None, second
        return self.now
