"""CT, a Belgian controller of the quarter-hour: what the quarter has left goes to the car, all but 500 W.

In: what the quarter has used, the month's peak. Out: a current. It looks at no house, price or trip, a car charges when
it is plugged in, and nothing bounds what is left over the time left: late in a quarter it catches up.

Source: its rules as of August 2026. Below the least current it pauses, the setting that peaks less. What is
silent in them: phases are switched by nobody.
"""

from lib.sim.rivals.envelope import current_a, left_w, paid_w
from lib.sim.year.seen import Known, Orders, Seen, Setup

HOUSE_W = 500.0


class CT:
    """One charger, on one phase."""

    def __init__(self, setup: Setup, known: Known, *, least_a: float = 0.0) -> None:
        """known: is not looked at. least_a: what it keeps to where less is left, 6 A as it comes, or 0."""
        self._setup, self._least_a = setup, least_a

    def step(self, seen: Seen) -> Orders:
        """The margin as a current."""
        car = self._setup.car
        if car is None or not seen.plugged:
            return Orders()
        margin_w = left_w(paid_w(seen, self._setup), seen)
        return Orders(max(self._least_a, current_a(margin_w - HOUSE_W, 1, car)))
