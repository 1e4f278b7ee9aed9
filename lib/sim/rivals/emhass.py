"""EMHASS: a linear program over the next day at each quarter, whose first step is then held without a correction.

In: prices, the forecast of the sun, what the house drew on the days before, the calendar. Out: a current and a power of
the battery for 15 minutes. The car is a deferrable load with a window: what its trip lacks, until it departs. A price
that is not out yet it takes from the day before. The highest step of the day is priced above the floor.

Source: its rules as of August 2026, with the defaults of its manual, steps of 15 minutes, and `cost_per_kW` of a month.
Better here than there: it knows by the calendar what each trip needs, and a three-phase car charges on one phase where
that comes nearer to what was planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.sim.rivals.cable import Cable
from lib.sim.rivals.emhass_day import HOURS, Day, Load, first_step
from lib.sim.year.conditions import Perfect
from lib.sim.year.home import CarSpec, Journey
from lib.sim.year.seen import Known, Orders, Seen, Setup

DAY = 96
GUESS_WH = 75.0  # of a house of which nothing is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How it is set up.

    Attributes:
        sunk: whether the month's peak so far is its `current_period_peak`, so that all below it is free. Without, as
            its default is, each day is kept as flat as above the floor pays: then what the house draws beyond its
            forecast lifts no peak that the next plan fills to the brim. Years cost an eighth less so.
        days: over which the load of a quarter of the day is averaged; 1: as yesterday.
        now: how much what was measured last counts in the first step of a forecast (its `beta`).
        least, most, end: of the battery's capacity; the last one is wished for when the day is over.

    """

    sunk: bool = False
    days: int = 30
    now: float = 0.5
    least: float = 0.3
    most: float = 0.9
    end: float = 0.6


class Emhass:
    """Its `naive-mpc-optim`, run at the start of each quarter."""

    def __init__(self, setup: Setup, known: Known, options: Options = Options()) -> None:
        self._setup, self._known, self._options = setup, known, options
        self._planned = -1
        self._orders = Orders()
        self._sums: list[float] = [0.0] * DAY
        self._counts: list[int] = [0] * DAY
        self._cable = Cable(setup, known)

    def step(self, seen: Seen) -> Orders:
        """What the last plan says of its first step."""
        if seen.quarter != self._planned:
            self._planned = seen.quarter
            self._learn(seen.quarter - 1)
            self._orders = self._plan(seen)
        return self._orders

    def _plan(self, seen: Seen) -> Orders:
        known, setup, options = self._known, self._setup, self._options
        steps = range(seen.quarter, min(seen.quarter + DAY, known.quarters))
        deferred = self._deferred(seen, len(steps))
        battery = setup.battery
        if battery is None and not (deferred and deferred[0].first == 0):
            return Orders()
        sun_kw = self.sun_kw(steps)
        imports, exports = self.prices(steps)
        car_kw, store_kw = first_step(
            Day(
                net_kw=[load - sun for load, sun in zip(self.load_kw(steps), sun_kw, strict=True)],
                sun_kw=sun_kw,
                import_eur_kwh=imports,
                export_eur_kwh=exports,
                paid_kw=max(setup.contract.floor_w, seen.peak_w if options.sunk else 0.0) / 1000,
                kw_eur=setup.contract.eur_kw_year / 12,
                loads=deferred,
                car_kw=full_w(setup.car) / 1000 if setup.car else 0.0,
                level_kwh=None if seen.stored_wh is None else seen.stored_wh / 1000,
                low_kwh=options.least * battery.capacity_wh / 1000 if battery else 0.0,
                high_kwh=options.most * battery.capacity_wh / 1000 if battery else 0.0,
                end_kwh=options.end * battery.capacity_wh / 1000 if battery else 0.0,
                store_kw=battery.power_w / 1000 if battery else 0.0,
                way=battery.way if battery else 1.0,
            )
        )
        store_w = store_kw * 1000 if battery else None
        return told(setup.car, car_kw * 1000, store_w) if setup.car else Orders(store_w=store_w)

    def _deferred(self, seen: Seen, steps: int) -> list[Load]:
        car = self._setup.car
        self._cable.note(seen)
        if car is None:
            return []
        held_wh = car.capacity_wh - self._cable.missing_wh
        return loads(self._known.journeys(), self._known, car, held_wh=held_wh, plugged=seen.plugged, steps=steps)

    def _learn(self, quarter: int) -> None:
        """What the house drew in a quarter that is over."""
        if quarter < 0:
            return
        place, gone = quarter % DAY, quarter - self._options.days * DAY
        self._sums[place] += self._known.load_wh(quarter)
        self._counts[place] += 1
        if gone >= 0:
            self._sums[place] -= self._known.load_wh(gone)
            self._counts[place] -= 1

    def load_kw(self, steps: range) -> list[float]:
        """As it is on the mean at that time of the day; before a day is over, as it was so far."""
        known, sums, counts = self._known, self._sums, self._counts
        usual_wh = sum(sums) / sum(counts) if any(counts) else GUESS_WH
        found = []
        for step in steps:
            place = step % DAY
            ahead_wh = known.load_foreseen_wh(step)
            if ahead_wh is None:
                ahead_wh = sums[place] / counts[place] if counts[place] else usual_wh
            found.append(ahead_wh / HOURS / 1000)
        if steps.start and known.load_foreseen_wh(steps.start) is None:
            found[0] += self._options.now * (known.load_wh(steps.start - 1) / HOURS / 1000 - found[0])
        return found

    def prices(self, steps: range) -> tuple[list[float], list[float]]:
        """What a kWh costs and earns, €; where that is not out yet, what it did the day before."""
        known, quarters = self._known, [_told(step, self._known.published) for step in steps]
        return [known.import_eur_kwh(n) for n in quarters], [known.export_eur_kwh(n) for n in quarters]

    def sun_kw(self, steps: range) -> list[float]:
        """As the forecast has it; the first step also as it was."""
        known, setup = self._known, self._setup
        if not setup.has_sun:
            return [0.0] * len(steps)
        found = [known.sun_foreseen_w(step) / 1000 for step in steps]
        if steps.start and Perfect.SUN not in setup.conditions.perfect:
            found[0] += self._options.now * (known.sun_w(steps.start - 1) / 1000 - found[0])
        return found


def _told(step: int, published: int) -> int:
    """The quarter whose price stands for that of a step: its own once it is out, before that of the day before."""
    while step >= published:
        step -= DAY
    return max(0, step)


def full_w(car: CarSpec) -> float:
    """What it draws at its most amperes."""
    return car.most_a * car.phases * PHASE_V


def told(car: CarSpec, car_w: float, store_w: float | None) -> Orders:
    """The orders that come nearest to a power of the car: nothing, or whole amperes from 6 on."""
    best = Orders(store_w=store_w)
    for phases in {1, car.phases}:
        most_a = float(car.most_a)
        amps = min(most_a, max(LEAST_A, round(car_w / PHASE_V / phases)))
        if abs(amps * phases * PHASE_V - car_w) < abs(best.current_a * best.phases * PHASE_V - car_w):
            best = Orders(current_a=amps, phases=phases, store_w=store_w)
    return best


def loads(
    trips: Sequence[Journey], known: Known, car: CarSpec, *, held_wh: float, plugged: bool, steps: int
) -> list[Load]:
    """What the car lacks for each trip that begins before so many steps are over; what it gets before counts.

    held_wh: what it holds, while it is away what it will hold when it is back.
    """
    found: list[Load] = []
    now, full_wh = known.now, full_w(car) * HOURS
    needs_wh = needed_wh(trips, car)
    begin = now
    for number, (trip, need_wh) in enumerate(zip(trips, needs_wh, strict=True)):
        departs = known.quarter(trip.departs)
        if number or plugged:
            missing_wh = need_wh - held_wh
            if missing_wh > 0 and departs > begin:
                if departs <= now + steps:
                    found.append(Load(begin - now, departs - now, missing_wh))
                held_wh += min(missing_wh, full_wh * (departs - begin))
            held_wh = max(0.0, held_wh - trip.energy_wh)
        begin = max(known.quarter(trip.returns), departs + 1)
        if begin >= now + steps:
            break
    return found


def needed_wh(trips: Sequence[Journey], car: CarSpec) -> list[float]:
    """What it must hold when each trip begins: what is left after it is enough, also where the next stay is short."""
    found: list[float] = []
    left_wh = car.left_wh
    for place in reversed(range(len(trips))):
        found.append(min(car.capacity_wh, trips[place].energy_wh + left_wh))
        if place:
            hours = (trips[place].departs - trips[place - 1].returns).total_seconds() / 3600
            left_wh = max(car.left_wh, found[-1] - full_w(car) * max(0.0, hours))
    return found[::-1]
