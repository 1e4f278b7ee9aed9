"""JL, a Belgian controller of the quarter-hour: the current that what is left allows, most of it.

In: what the quarter has used, the month's peak, car and battery. Out: a current. It knows neither price nor trip: a car
charges when it is plugged in. Towards the end of a quarter what is left over is caught up, without a bound.

Source: its rules as of August 2026. What is silent in them: it rises at once; what a battery charges counts for the
car, what it gives does not; phases are switched by nobody.
"""

from lib.sim.rivals.envelope import current_a, left_w, paid_w
from lib.sim.year.seen import Known, Orders, Seen, Setup

PART = 0.85
DROP_A, WAIT_S = 3.0, 60
LAST_S = 60.0  # of a quarter nothing is a breach
BATTERY_PART = 0.25  # above which the battery shares with the car


class JL:
    """One charger, on one phase."""

    def __init__(self, setup: Setup, known: Known) -> None:
        """known: is not looked at."""
        self._setup = setup
        self._amps = 0.0
        self._lower_since: int | None = None

    def step(self, seen: Seen) -> Orders:
        """A large drop at once, a small one when it lasts; only in a breach."""
        car = self._setup.car
        if car is None or not seen.plugged:
            self._amps, self._lower_since = 0.0, None
            return Orders()
        paid = paid_w(seen, self._setup)
        spare_w = left_w(paid, seen) - seen.grid_w + seen.car_w + self._shared_w(seen)
        wanted_a = current_a(spare_w * PART, 1, car)
        if wanted_a >= self._amps:
            self._amps, self._lower_since = wanted_a, None
        elif seen.left_s > LAST_S and seen.grid_w > PART * paid:
            if self._lower_since is None:
                self._lower_since = seen.second
            if self._amps - wanted_a >= DROP_A or seen.second >= self._lower_since + WAIT_S:
                self._amps, self._lower_since = wanted_a, None
        else:
            self._lower_since = None
        return Orders(self._amps)

    def _shared_w(self, seen: Seen) -> float:
        """What the battery charges, when it has enough."""
        battery = self._setup.battery
        if battery is None or seen.stored_wh is None or seen.stored_wh < BATTERY_PART * battery.capacity_wh:
            return 0.0
        return max(0.0, seen.store_w)
