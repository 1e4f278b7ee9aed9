"""OpenEMS: peak shaving and surplus charging, each a controller of its own, the earlier constrains the later.

In: powers at the meter, the battery's level. Out: what the battery gives above the shaving power and takes below the
recharge power, and the current of the car, which has no trips: it charges from the surplus and never with less than its
owner set. It reads no calendar, no price and no level of the car, and does not switch phases. As the shaving power it
is fed the month's peak.

Source: its rules as of April 2026. They go by the second, and so does the battery here between two steps; its filter
settles within seconds and is left out.
"""

from dataclasses import dataclass
from enum import StrEnum

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.stamp import BRUSSELS
from lib.sim.rivals.cable import NO_CAR, held, wired
from lib.sim.year.seen import Known, Orders, Seen, Setup

FULL, STORAGE_KEEPS_W = 0.97, 200.0
ON_S, OFF_S = 30, 120


class Priority(StrEnum):
    """Whether the car takes what the battery would store."""

    CAR = "car"
    STORAGE = "storage"


class Shaving(StrEnum):
    """When the battery only shaves: always, below a level, in some hours of the day; else it covers all import."""

    ALWAYS = "always"
    KEPT = "kept"
    SLOT = "slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How its owner set it up.

    Attributes:
        least_w: what the car gets without surplus, 0 or 6 A at least, on one phase where three are more; None: full
            power, the force-charge mode.
        kept, hysteresis: of the battery, with KEPT below that level it shaves; with SLOT it is filled up to full before
            the slot, and again once it fell by the hysteresis.
        slot_h: local hours of the slot, half-open; slow_h: from when it is filled for it, with `recharge_w`.
        recharge_w: below so much at the meter the battery is charged.

    """

    priority: Priority = Priority.CAR
    least_w: float | None = 2_070.0
    shaving: Shaving = Shaving.KEPT
    kept: float = 0.2
    hysteresis: float = 0.02
    slot_h: tuple[int, int] = (17, 22)
    slow_h: int = 13
    recharge_w: float = 1_000.0


# without a roof to fill it, a battery that covers import only loses what it loses on its way
WITH_SUN, WITHOUT_SUN = Options(), Options(shaving=Shaving.ALWAYS)


class OpenEms:
    """One charger and one battery."""

    def __init__(self, setup: Setup, known: Known, options: Options | None = None) -> None:
        """known: only tells the hour. options: the best for a home with or without a roof, where none are given."""
        self._known, self._options = known, options or (WITH_SUN if setup.has_sun else WITHOUT_SUN)
        self._car = setup.car or NO_CAR
        self._capacity_wh = setup.battery.capacity_wh if setup.battery else 0.0
        least_w = self._options.least_w
        self._phases = self._car.phases if not least_w else wired(least_w, self._car)
        self._floor_w, self._step_s = setup.contract.floor_w, setup.step_s
        self._charges, self._wanted_s = False, 0
        self._is_low = False
        self._quarter = self._hour = -1

    def step(self, seen: Seen) -> Orders:
        """The car's controller, then the battery's."""
        if seen.quarter != self._quarter:
            self._quarter = seen.quarter
            if self._options.shaving is Shaving.SLOT:
                self._hour = self._known.at(seen.quarter).astimezone(BRUSSELS).hour
        phases = self._phases
        amps = self._current(seen, phases) if seen.plugged else 0.0
        if seen.stored_wh is None:
            return Orders(amps, phases)
        return self._stored(Orders(amps, phases), seen.stored_wh / self._capacity_wh, seen.peak_w)

    def _current(self, seen: Seen, phases: int) -> float:
        """Whole amperes; what its owner set at least goes on without surplus."""
        most_a = float(self._car.most_a)
        if self._options.least_w is None:
            return most_a
        spare_a = float(int(self._spare_w(seen) / PHASE_V / phases + 1e-6))
        wants = spare_a >= LEAST_A
        self._wanted_s = self._wanted_s + self._step_s if wants is not self._charges else 0
        if self._wanted_s >= (ON_S if wants else OFF_S):
            self._charges, self._wanted_s = wants, 0
        set_a = float(int(self._options.least_w / PHASE_V / phases + 1e-6))
        least_a = max(LEAST_A, set_a) if self._charges or self._options.least_w else 0.0
        return min(most_a, max(least_a, spare_a if self._charges else 0.0))

    def _spare_w(self, seen: Seen) -> float:
        """What the car may take."""
        spare_w = seen.car_w - seen.grid_w
        if seen.stored_wh is None:
            return spare_w
        if self._options.priority is Priority.CAR or seen.stored_wh > FULL * self._capacity_wh:
            return spare_w + seen.store_w
        return spare_w - STORAGE_KEEPS_W

    def _stored(self, car: Orders, level: float, peak_w: float) -> Orders:
        """The car's orders with the battery's; without a word the controller that covers all import goes on."""
        options = self._options
        amps, phases = car.current_a, car.phases
        match options.shaving:
            case Shaving.KEPT:
                self._is_low = level < options.kept + (options.hysteresis if self._is_low else 0.0)
                if not self._is_low:
                    return car
            case Shaving.SLOT if self._hour < options.slow_h or self._hour >= options.slot_h[1]:
                self._is_low = True
                return car
            case Shaving.SLOT if self._hour < options.slot_h[0]:
                self._is_low = level < (1.0 - 1e-6 if self._is_low else 1.0 - options.hysteresis)
                if not self._is_low:
                    return held(amps, phases)
            case _:
                pass
        return Orders(amps, phases, store_w=1.0, grid_w=options.recharge_w, shave_w=max(peak_w, self._floor_w))
