"""rudyvan/digital_meter: what its README wants of charger and battery, first match first.

In: what shows at the meter, whether the meter shows night, how full the car is, the next trip of the calendar. Out: a
current, and what the battery does: it stores every surplus, covers the house but not the car, takes off what passes the
month's peak, and gives to the car only where a trip or a nearly empty car needs it.

Source: its ten rules; there is no program yet. Where they are silent: the month's peak counts as 2.5 kW at least, and
the difference of day and night is used where no roof fills the battery: it is filled at night, and gives by day.
"""

from lib.core.power import PHASE_V
from lib.sim.rivals.cable import HOUR_S, Cable, current, held
from lib.sim.rivals.night import is_night
from lib.sim.year.seen import Known, Orders, Seen, Setup

LOW = 0.2  # of the car's battery; below, it charges at once
FILL_W = 1_200.0  # 10 kWh in the hours of a night
GIVES = -1.0  # only that, and as much as keeps the meter where it shall be


class Readme:
    """By the rules' order; asked each 10 s there, each step here."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self._cable = Cable(setup, known)
        car = self._cable.car
        self._full = float(car.most_a), car.phases
        self._full_w = car.most_a * car.phases * PHASE_V
        self._known, self._floor_w, self._step_s = known, setup.contract.floor_w, setup.step_s
        self._has_sun = setup.has_sun
        self._quarter, self._is_night = -1, False

    def step(self, seen: Seen) -> Orders:
        """The car first, then the battery with what the car is going to draw."""
        if seen.quarter != self._quarter:
            self._quarter = seen.quarter
            self._is_night = is_night(self._known.at(seen.quarter))
        peak_w = max(seen.peak_w, self._floor_w)
        net_w = seen.load_w - seen.sun_w
        (amps, phases), is_short = (0.0, 1), False
        if self._cable.note(seen):
            is_short = self._is_short(seen)
            amps, phases = self._full if is_short else self._spare(peak_w, net_w)
        if seen.stored_wh is None or is_short:
            return Orders(amps, phases)
        car_w = amps * phases * PHASE_V
        if net_w + car_w > peak_w:
            return Orders(amps, phases, GIVES, peak_w)
        if self._is_night and not self._has_sun:
            return Orders(amps, phases, FILL_W, shave_w=peak_w)
        if car_w == 0:
            return Orders(amps, phases)  # its own mode
        return Orders(amps, phases, GIVES, car_w, peak_w) if net_w > 0 else held(amps, phases)

    def _is_short(self, seen: Seen) -> bool:
        """The car is nearly empty, or its trip needs all that can be charged until then."""
        cable = self._cable
        if seen.level_wh is not None and seen.level_wh < LOW * cable.car.capacity_wh:
            return True
        left_s = cable.leaves_s - seen.second - self._step_s
        return left_s <= cable.missing_wh * HOUR_S / self._full_w

    def _spare(self, peak_w: float, net_w: float) -> tuple[float, int]:
        """What the sun leaves over, else at night what the peak does."""
        amps, phases = current(-net_w, self._cable.car)
        if amps == 0 and self._is_night:
            return current(peak_w - net_w, self._cable.car)
        return amps, phases
