"""DC, a Belgian controller of the quarter-hour: the car under the limit now, and under what is left of the quarter.

In: what the quarter has used, the month's peak, the house. Out: a current, every 3 s. It knows neither price nor trip:
a car charges when it is plugged in. A quarter in which the house alone was over the limit keeps it off until the end
of the next.

Source: its rules as of August 2026. What is silent in them: phases are switched by nobody.
"""

from lib.core.quarter import QUARTER_S
from lib.sim.rivals.envelope import current_a, house_w, left_w, paid_w
from lib.sim.year.seen import Known, Orders, Seen, Setup

LOOP_S = 3
REST_S = 30 * 60  # after the start of a quarter in which it had to pause


class DC:
    """One charger, on one phase."""

    def __init__(self, setup: Setup, known: Known) -> None:
        """known: is not looked at."""
        self._setup = setup
        self._next_s = self._rests_until = 0
        self._orders = Orders()

    def step(self, seen: Seen) -> Orders:
        """The lower of the two, or nothing."""
        if seen.second < self._next_s:
            return self._orders
        self._next_s = seen.second + LOOP_S
        self._orders = Orders(self._current_a(seen))
        return self._orders

    def _current_a(self, seen: Seen) -> float:
        car = self._setup.car
        if car is None or not seen.plugged:
            return 0.0
        limit, own_w = paid_w(seen, self._setup), house_w(seen)
        amps = current_a(min(limit, left_w(limit, seen)) - own_w, 1, car)
        if not amps and own_w >= limit:
            self._rests_until = seen.second - round(QUARTER_S - seen.left_s) + REST_S
        return 0.0 if seen.second < self._rests_until else amps
