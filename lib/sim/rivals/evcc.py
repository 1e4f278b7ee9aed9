"""evcc: every 30 s the first rule that holds says full power, nothing, or what the sun leaves; a circuit bounds it.

In: the meter's power at the moment, the car's and the battery's, prices, the calendar's next departure. Out: a current,
phases, and what the battery is told. What a quarter-hour has used so far it does not know: a circuit's limit counts at
once, from wherever it comes. What the battery draws from the grid on its own order no circuit bounds.

Source: its rules as of August 2026. Left out is what a user presses by hand: boost, and orders from outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.sim.rivals.cable import Cable, needed_wh
from lib.sim.rivals.evcc_plan import Planner
from lib.sim.rivals.evcc_pv import Phases, SunRule
from lib.sim.year.seen import Known, Orders, Seen, Setup

LOOP_S = 30
RESERVE_W = 100.0  # that stays unused while the battery comes first
STATIC_W = 4_000.0
FLOOR_W = 2_500.0
CHARGES_W = 100.0
SUN_SPARE_WH, SPARE_WH = 16_000.0, 26_000.0  # cheaper in a year than 4, 8, 12, 20, 34 kWh, or a full car

Limit = Callable[[Seen], float]


class Mode(StrEnum):
    """What a charge point does when no rule before says otherwise."""

    NOW = "now"
    MIN_PV = "min+pv"
    PV = "pv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How it is set up.

    Attributes:
        circuit_w: the limit of the circuit that holds house and car; None: there is none.
        throttles: a limit lowers what the car draws; else it switches it off.
        plans: it is told when the car leaves, and what it shall hold by then: what it needs and `spare_wh` more, or
            all that it can where that is None.
        least_pct: below it the car charges at full power.
        cheap_eur_kwh: at full power when a kWh costs no more; dear_eur_kwh: not from the sun when one earns as much.
        first_pct: below it the battery comes before the car; buffer_pct: above it the car, once on, stays on;
            buffer_on_pct: from it on it is switched on too.
        holds: the battery gives nothing while the car charges at full power.
        store_eur_kwh: the battery charges from the grid when a kWh costs no more, up to store_pct.

    """

    mode: Mode = Mode.PV
    circuit_w: Limit | None = None
    throttles: bool = True
    plans: bool = True
    spare_wh: float | None = None
    least_pct: float = 0.0
    cheap_eur_kwh: float | None = None
    dear_eur_kwh: float | None = None
    first_pct: float = 0.0
    buffer_pct: float = inf
    buffer_on_pct: float = inf
    holds: bool = False
    store_eur_kwh: float | None = None
    store_pct: float = 100.0


def static_w(_: Seen) -> float:
    """A limit that never changes, a little below what such a house reaches without a car."""
    return STATIC_W


def month_peak_w(seen: Seen) -> float:
    """The month's peak so far, fed in from outside with each tick."""
    return max(FLOOR_W, seen.peak_w)


class Evcc:
    """One charge point."""

    def __init__(self, setup: Setup, known: Known, options: Options) -> None:
        self._car, self._battery = setup.car, setup.battery
        self._known, self._options = known, options
        car = setup.car
        self._most_a = float(car.most_a) if car else 0.0
        self._full_wh = car.capacity_wh if car else 0.0
        self._sun = SunRule()
        self._phases = Phases(car.phases if car else 1, self._most_a)
        self._planner = Planner(known)
        self._cable = Cable(setup, known)
        self._quarter, self._needs_wh = -1, 0.0
        self._next_s = 0
        self._is_fast = False
        self._orders = Orders(phases=self._phases.now)

    def step(self, seen: Seen) -> Orders:
        """Between two ticks nothing changes."""
        if seen.second < self._next_s:
            return self._orders
        self._next_s = seen.second + LOOP_S
        self._cable.note(seen)
        current_a = self._bounded_a(seen, self._wanted_a(seen)) if seen.plugged else self._gone()
        store_w = self._store_w(seen, charges=current_a >= LEAST_A) if self._battery else None
        self._orders = Orders(current_a, self._phases.now, store_w)
        return self._orders

    def _gone(self) -> float:
        self._planner.reset()
        self._is_fast = False
        return 0.0

    def _wanted_a(self, seen: Seen) -> float:
        """By the first rule that holds; before any circuit."""
        options, mode = self._options, self._options.mode
        self._is_fast = False
        level_wh = seen.level_wh
        # what nobody tells counts from an empty car on, whatever it holds
        least_wh = options.least_pct * self._full_wh / 100
        if (seen.taken_wh if level_wh is None else level_wh) < least_wh or (options.plans and self._has_slot(seen)):
            return self._fast_a(seen)
        if level_wh is not None and level_wh >= self._full_wh:
            return 0.0
        if mode is Mode.NOW:
            return self._fast_a(seen)
        if options.cheap_eur_kwh is not None and self._known.import_eur_kwh(seen.quarter) <= options.cheap_eur_kwh:
            return self._fast_a(seen)
        if options.dear_eur_kwh is not None and self._known.export_eur_kwh(seen.quarter) >= options.dear_eur_kwh:
            return LEAST_A if mode is Mode.MIN_PV else 0.0
        return self._sunny_a(seen)

    def _has_slot(self, seen: Seen) -> bool:
        """Whether the plan has the car charge now. What the house draws it does not reckon with.

        Where nobody tells how full the car is the goal is one of energy: what the calendar says that it used.
        """
        most_w = self._most_a * PHASE_V * (self._car.phases if self._car else 1)
        if self._options.circuit_w is not None:
            most_w = min(most_w, self._options.circuit_w(seen))
        return self._planner.is_active(seen, missing_wh=self._lacks_wh(seen), most_w=most_w)

    def _lacks_wh(self, seen: Seen) -> float:
        """What the car misses of the plan's goal."""
        missing_wh, spare_wh = self._cable.missing_wh, self._options.spare_wh
        if spare_wh is None or self._car is None:
            return missing_wh
        if seen.quarter != self._quarter:
            self._quarter, self._needs_wh = seen.quarter, needed_wh(self._known, seen, self._car)
        return missing_wh - max(0.0, self._full_wh - self._needs_wh - spare_wh)

    def _fast_a(self, seen: Seen) -> float:
        """Full power; when this ends the sun's rule may switch off at once."""
        self._is_fast = True
        self._sun.elapse()
        self._phases.decide(
            seen.second,
            spare_w=inf,
            room_w=self._room_w(seen),
            wants_less=False,
            charging=seen.car_w > CHARGES_W,
        )
        return self._most_a

    def _sunny_a(self, seen: Seen) -> float:
        """What the sun leaves."""
        options, battery = self._options, self._battery
        site_w, keeps = seen.grid_w, options.mode is Mode.MIN_PV
        on, charging = self._orders.current_a >= LEAST_A, seen.car_w > CHARGES_W
        if battery is not None and seen.stored_wh is not None:
            stored_pct = seen.stored_wh / battery.capacity_wh * 100
            if stored_pct < options.first_pct:  # what it charges is its own
                site_w += RESERVE_W - min(0.0, seen.store_w)
            else:
                site_w -= seen.store_w
                keeps |= stored_pct >= options.buffer_on_pct or (stored_pct > options.buffer_pct and charging)
        spare_w = seen.car_w - site_w
        phases = self._phases.decide(
            seen.second,
            spare_w=spare_w,
            room_w=self._room_w(seen),
            wants_less=site_w > 0 or not on,
            charging=charging,
        )
        wanted_a = self._sun.current_a(
            seen.second,
            spare_w=spare_w,
            site_w=site_w,
            phases=phases,
            on=on,
            keeps=keeps,
            gain_w=self._phases.gain_w,
        )
        return min(wanted_a, self._most_a)

    def _room_w(self, seen: Seen) -> float:
        """What the car may draw by its circuit."""
        limit_w = self._options.circuit_w
        return inf if limit_w is None else max(0.0, seen.car_w + limit_w(seen) - seen.grid_w)

    def _bounded_a(self, seen: Seen, wanted_a: float) -> float:
        """Whole amperes within the circuit; less than the least current is off."""
        phase_w = PHASE_V * self._phases.now
        power_w, room_w = wanted_a * phase_w, self._room_w(seen)
        if power_w > room_w:
            must_stop = not self._options.throttles and room_w < seen.car_w
            power_w = 0.0 if must_stop else room_w
        amps = int(power_w / phase_w + 1e-6)
        return float(amps) if amps >= LEAST_A else 0.0

    def _store_w(self, seen: Seen, *, charges: bool) -> float | None:
        """What the battery is told; None: its own mode."""
        options, battery = self._options, self._battery
        assert battery is not None
        assert seen.stored_wh is not None
        cheap, most_wh = options.store_eur_kwh, options.store_pct * battery.capacity_wh / 100
        if cheap is not None and seen.stored_wh < most_wh and self._known.import_eur_kwh(seen.quarter) <= cheap:
            return battery.power_w
        if options.holds and charges and self._is_fast:
            return max(0.0, seen.store_w - seen.grid_w)
        return None


def spare_wh(setup: Setup) -> float:
    """What its owner has the planner charge above what a trip needs: with a roof less, the sun brings more."""
    return SUN_SPARE_WH if setup.has_sun else SPARE_WH


def evcc_static(setup: Setup, known: Known) -> Evcc:
    """From the sun, and by plan; the circuit's limit is a number that a user once set."""
    return Evcc(setup, known, Options(circuit_w=static_w, spare_wh=spare_wh(setup)))


def evcc_peak(setup: Setup, known: Known) -> Evcc:
    """At all times the least current, more from the sun or by plan; the circuit's limit is the month's peak."""
    return Evcc(setup, known, Options(mode=Mode.MIN_PV, circuit_w=month_peak_w, spare_wh=spare_wh(setup)))


def evcc_plan(setup: Setup, known: Known) -> Evcc:
    """From the sun, and by plan; the circuit's limit is the month's peak."""
    return Evcc(setup, known, Options(circuit_w=month_peak_w, spare_wh=spare_wh(setup)))
