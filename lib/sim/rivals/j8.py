"""J8, a Belgian controller of the quarter-hour: one flat current below a target, under a ceiling that only falls.

In: the meter, what the quarter has used, the month's peak, the calendar's next trip. Out: a current, and whether the
battery is kept. It catches up nothing: what a quarter has left over stays unused. A trip comes before its target.

Source: its rules as of August 2026, with the month's peak fed in as target. What is silent in them: below the least
current it pauses and begins there again; a deadline asks for what its trip takes, at 1.15 times the even power, as soon
as that is a current at all, and for three phases only where one carries too little; the battery is in its own mode, and
its last part is kept from the car.
"""

from collections import deque
from math import inf

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.sim.rivals.cable import HOUR_S, LEAST_W, Cable, current, held
from lib.sim.rivals.envelope import current_a, house_w, left_w, paid_w
from lib.sim.year.seen import Known, Orders, Seen, Setup

MARGIN_W = 150.0
RESET_S = 3  # after a quarter's start the ceiling is lifted
LAST_S = 240.0  # of a quarter nothing is raised
RAISE_A, RAISE_S, AGREE_S = 2.0, 60, 90
ALARM_W, ALARM_S = 800.0, 10
BOOST = 1.15
HELP_W, KEPT = 1_000.0, 0.1


class J8:
    """One charger, and a battery that it reckons with a little."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self._setup, self._car, self._battery, self._step_s = setup, setup.car, setup.battery, setup.step_s
        self._known, self._target_w = known, 0.0
        self._cable = Cable(setup, known)
        self._quarter = self._read = -1
        self._spared_wh = 0.0
        self._ceiling_w = inf
        self._found: deque[tuple[int, float]] = deque()
        self._amps = 0.0
        self._raised = -RAISE_S
        self._over_s = 0

    def step(self, seen: Seen) -> Orders:
        """A current that falls at once and rises slowly."""
        self._target_w = paid_w(seen, self._setup) - MARGIN_W
        help_w = self._help_w(seen)
        net_w = house_w(seen)
        if seen.quarter != self._quarter and QUARTER_S - seen.left_s + self._step_s > RESET_S:
            self._quarter, self._ceiling_w = seen.quarter, inf
        self._ceiling_w = min(self._ceiling_w, left_w(self._target_w, seen))
        car, need_w = self._car, self._need_w(seen)
        if car is None or not seen.plugged:
            self._amps = 0.0
            self._found.clear()
            return Orders()
        flat_a = current_a(min(self._target_w, self._ceiling_w) + help_w - net_w, 1, car)
        self._amps = self._eased_a(seen, flat_a)
        self._over_s = self._over_s + self._step_s if seen.grid_w > self._target_w + ALARM_W else 0
        if self._over_s >= ALARM_S:
            self._amps = min(self._amps, LEAST_A)
        amps, phases = self._amps, 1
        if need_w >= LEAST_W and need_w > amps * PHASE_V:
            amps, phases = current(need_w, car, up=True)
        if self._battery is None or not amps or help_w:
            return Orders(amps, phases)
        return held(amps, phases)  # the last part is not for the car

    def _eased_a(self, seen: Seen, wanted_a: float) -> float:
        """Lower at once; higher by two amperes a minute, when it has been so for 90 s, and not late in a quarter."""
        found = self._found
        found.append((seen.second, wanted_a))
        while found[0][0] < seen.second - AGREE_S:
            found.popleft()
        if wanted_a <= self._amps:
            return wanted_a
        agreed_a = min(amps for _, amps in found)
        if agreed_a <= self._amps or seen.left_s <= LAST_S or seen.second < self._raised + RAISE_S:
            return self._amps
        self._raised = seen.second
        return min(agreed_a, max(LEAST_A, self._amps + RAISE_A))

    def _need_w(self, seen: Seen) -> float:
        """What a deadline asks for."""
        cable = self._cable
        if not cable.note(seen):
            return 0.0
        lacks_wh = max(0.0, cable.missing_wh - self._spare_wh(seen))
        return BOOST * lacks_wh * HOUR_S / (cable.leaves_s - seen.second)

    def _spare_wh(self, seen: Seen) -> float:
        """What the car need not hold when it leaves."""
        if seen.quarter != self._read:
            self._read, car = seen.quarter, self._cable.car
            trip_wh = next((trip.energy_wh for trip in self._known.journeys() if trip.departs > seen.at), 0.0)
            self._spared_wh = max(0.0, car.capacity_wh - car.left_wh - trip_wh)
        return self._spared_wh

    def _help_w(self, seen: Seen) -> float:
        """What the battery can give evenly to the end of the quarter."""
        if self._battery is None or seen.stored_wh is None:
            return 0.0
        usable_wh = max(0.0, seen.stored_wh - KEPT * self._battery.capacity_wh)
        return min(HELP_W, usable_wh * HOUR_S / seen.left_s)
