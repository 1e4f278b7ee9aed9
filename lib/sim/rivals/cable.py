"""The car as a rule reckons it: what it misses, when it leaves, and which amperes a power is.

In: what shows, and the calendar. Out: Wh and seconds. Where nobody tells how full the car is, it misses what it missed
when it left and what the calendar says its trip takes, less what was charged since. Knows no price and no peak.
"""

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.sim.year.home import LEFT, CarSpec
from lib.sim.year.seen import CALENDAR, Known, Orders, Seen, Setup

HOUR_S = 3600.0
LEAST_W = LEAST_A * PHASE_V
IDLE = Orders()
NO_CAR = CarSpec(name="", capacity_wh=0.0, charger_w=0.0)
_ALL = 3


class Cable:
    """What hangs on the cable.

    Attributes:
        missing_wh: what the car lacks from full, while it is away what it lacked when it left.
        leaves_s: the second of the next departure in the calendar; without one, when the calendar ends.

    """

    def __init__(self, setup: Setup, known: Known) -> None:
        self.car = setup.car or NO_CAR
        self.missing_wh = 0.0
        self.leaves_s = 0
        self._known = known
        self._back_wh: float | None = 0.0  # what it misses when it is back; None while it is away
        self._quarter = -1

    def note(self, seen: Seen) -> bool:
        """A step is over; whether the car is there and not full."""
        if seen.quarter != self._quarter:
            self._quarter = seen.quarter
            self.leaves_s = leaves_s(self._known, seen)
        if not seen.plugged:
            if self._back_wh is not None:
                self._leave()
            return False
        if self._back_wh is None:
            self._back_wh = self.missing_wh
        if seen.level_wh is None:
            self.missing_wh = max(0.0, self._back_wh - seen.taken_wh)
        else:
            self.missing_wh = self.car.capacity_wh - seen.level_wh
        return self.missing_wh > 0

    def _leave(self) -> None:
        """It goes on the first trip that is not over."""
        trip_wh = next((trip.energy_wh for trip in self._known.journeys()), 0.0)
        self.missing_wh = min(self.car.capacity_wh, self.missing_wh + trip_wh)
        self._back_wh = None


def leaves_s(known: Known, seen: Seen) -> int:
    """The second in which the next trip begins that is in the calendar; without one, when the calendar ends."""
    for trip in known.journeys():
        if trip.departs > seen.at:
            return known.quarter(trip.departs) * int(QUARTER_S)
    return seen.second + int(CALENDAR.total_seconds())


def needed_wh(known: Known, seen: Seen, car: CarSpec) -> float:
    """What the car must hold when it leaves next: for its trip, and for what a short stay after that cannot make up."""
    need_wh, leaves = 0.0, None
    for trip in reversed([trip for trip in known.journeys() if trip.departs > seen.at]):
        stays_s = 0.0 if leaves is None else (leaves - trip.returns).total_seconds()
        need_wh = trip.energy_wh + max(0.0, need_wh - car.charger_w * stays_s / HOUR_S)
        leaves = trip.departs
    return need_wh + LEFT * car.capacity_wh


def held(amps: float, phases: int) -> Orders:
    """The battery stores what sun is left, as it comes, and gives nothing."""
    return Orders(amps, phases, store_w=1.0, grid_w=0.0)


def full(car: CarSpec) -> Orders:
    """All that the charger gives."""
    return Orders(float(car.most_a), car.phases)


def wired(power_w: float, car: CarSpec) -> int:
    """On how many phases its owner has the charger who wants so little at least, where it switches none by itself."""
    return car.phases if power_w >= LEAST_A * car.phases * PHASE_V else 1


def current(power_w: float, car: CarSpec, *, up: bool = False) -> tuple[float, int]:
    """Whole amperes and phases that draw at most this power, 0 A below the least current.

    up: that draw at least this power instead, as far as the charger goes, so that a deadline is kept. A car on three
    phases charges on one where three are too much.
    """
    amps = power_w / PHASE_V
    if up:
        phases = _ALL if car.phases == _ALL and amps > car.most_a else 1
        whole = int(amps / phases - 1e-6) + 1
        return float(min(car.most_a, max(int(LEAST_A), whole))), phases
    phases = _ALL if car.phases == _ALL and amps >= LEAST_A * _ALL else 1
    whole = int(amps / phases + 1e-6) if amps > 0 else 0
    return (float(min(car.most_a, whole)), phases) if whole >= LEAST_A else (0.0, phases)
