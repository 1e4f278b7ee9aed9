"""The simple rules by quarter: what a home does that knows nothing of what is ahead but when the car leaves.

In: a home, and how its car charges and its battery stores. Out: flows. Unlike the plant, a car takes any power at once
and rules know the quarter that they decide on; the definitions are those of docs/YEAR.md, "Head-room".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lib.sim.year.flows import Flows, net_wh
from lib.sim.year.home import BatterySpec, CarSpec, Home
from lib.sim.year.stays import Stay, stays_of

QUARTERS_H = 4
SPREAD_OVER = 14 * QUARTERS_H
LEAST_WH = 1_400.0 / QUARTERS_H
KEPT_WH = 4_000.0  # of the battery, for peaks
NEVER = Stay(-1, -1, 0.0, None)


@dataclass(slots=True)
class Moment:
    """What a rule sees in a quarter.

    Attributes:
        net_wh: house less roof. stay: of the car, with what it misses at the moment; left: quarters until it leaves.
        peak_wh: the month's highest quarter so far. stored_wh: in the battery, 0 without one.

    """

    car: CarSpec | None
    battery: BatterySpec
    quarter: int = 0
    net_wh: float = 0.0
    stay: Stay = NEVER
    missing_wh: float = 0.0
    peak_wh: float = 0.0
    stored_wh: float = 0.0

    @property
    def left(self) -> int:
        """Quarters until the car leaves, with this one."""
        return self.stay.until - self.quarter

    @property
    def half_wh(self) -> float:
        """What the battery gives or draws in a quarter."""
        return self.battery.power_w / QUARTERS_H

    @property
    def most_wh(self) -> float:
        """What the charger gives in a quarter."""
        return self.car.charger_w / QUARTERS_H if self.car else 0.0

    def cap_wh(self, cap_w: float) -> float:
        """A cap, or the month's peak if that is higher."""
        return max(self.peak_wh, cap_w / QUARTERS_H)


Charge = Callable[[Moment], float]  # what the car is to have in this quarter
Store = Callable[[Moment, float], tuple[float, float]]  # what the battery is to give and then draw, by what is drawn


class Case(NamedTuple):
    """A case of the table: how the car charges and the battery stores; None: there is none."""

    name: str
    charge: Callable[[Home, Sequence[bool]], Charge] | None
    store: Store | None = None


def followed(home: Home, charge: Charge | None, store: Store | None = None) -> Flows:
    """What flows if each quarter goes by these rules; both are kept to what car, charger and battery can."""
    stays = iter(stays_of(home))
    battery = home.battery
    now = Moment(home.car, battery, stored_wh=battery.start_wh if store else 0.0)
    coming = next(stays, None) if charge else None
    imports, exports, cars, ins, outs, levels = ([0.0] * home.quarters for _ in range(6))
    for quarter, net in enumerate(net_wh(home)):
        now.quarter, now.net_wh = quarter, net
        if quarter and home.months[quarter] != home.months[quarter - 1]:
            now.peak_wh = 0.0
        while coming is not None and coming.first <= quarter:
            now.stay, coming = coming, next(stays, None)
            now.missing_wh = min(now.missing_wh + now.stay.booked_wh, home.car.capacity_wh if home.car else 0.0)
        grid = net
        if charge and now.missing_wh > 0 and quarter < now.stay.until:
            cars[quarter] = max(0.0, min(now.missing_wh, now.most_wh, charge(now)))
            now.missing_wh -= cars[quarter]
            grid += cars[quarter]
        if store:
            gives, draws = store(now, grid)
            outs[quarter] = min(gives, now.half_wh, now.stored_wh * battery.way)
            now.stored_wh -= outs[quarter] / battery.way
            ins[quarter] = min(draws, now.half_wh, (battery.capacity_wh - now.stored_wh) / battery.way)
            now.stored_wh += ins[quarter] * battery.way
            levels[quarter] = now.stored_wh
            grid += ins[quarter] - outs[quarter]
        imports[quarter], exports[quarter] = max(0.0, grid), max(0.0, -grid)
        now.peak_wh = max(now.peak_wh, imports[quarter])
    return Flows(
        import_wh=imports, export_wh=exports, car_wh=cars, charged_wh=ins, discharged_wh=outs, stored_wh=levels
    )


def at_once(now: Moment) -> float:
    """Full power until full."""
    return now.most_wh


@dataclass
class Planned:
    """A charge that is laid out when a stay begins; for one period of one home."""

    plan: Callable[[Moment], Iterator[float]]
    stay: Stay = NEVER
    ahead: Iterator[float] = field(default_factory=lambda: iter(()))

    def __call__(self, now: Moment) -> float:
        """What was laid out for this quarter."""
        if now.stay != self.stay:
            self.stay, self.ahead = now.stay, self.plan(now)
        return next(self.ahead)


def by_night(is_night: Sequence[bool]) -> Charge:
    """Full power in the night's quarters, in order; what does not fit goes into the others, the latest first."""

    def plan(now: Moment) -> Iterator[float]:
        stay = range(now.quarter, now.stay.until)
        ranked = [n for n in stay if is_night[n]] + [n for n in reversed(stay) if not is_night[n]]
        given: dict[int, float] = {}
        missing_wh = now.missing_wh
        for quarter in ranked:
            given[quarter] = min(missing_wh, now.most_wh)
            missing_wh -= given[quarter]
        return iter([given[quarter] for quarter in stay])

    return Planned(plan)


def spread() -> Charge:
    """Evenly over the stay, at most over its first 14 hours, and not below 1.4 kW."""

    def plan(now: Moment) -> Iterator[float]:
        each_wh = max(LEAST_WH, now.missing_wh / min(SPREAD_OVER, now.left))
        return iter([each_wh] * now.left)

    return Planned(plan)


def capped(cap_w: float, *, helped: bool = False) -> Charge:
    """What fits under a cap, which is raised to the month's peak; but as much as the time left takes.

    helped: besides, what the battery holds above what it keeps.
    """

    def charge(now: Moment) -> float:
        room_wh = now.cap_wh(cap_w) - now.net_wh
        if helped:
            room_wh = max(0.0, room_wh) + min(now.half_wh, max(0.0, now.stored_wh - KEPT_WH) * now.battery.way)
        return max(room_wh, now.missing_wh / now.left)

    return charge


def greedy(now: Moment, grid_wh: float) -> tuple[float, float]:
    """Every surplus is stored, every import is covered."""
    return max(0.0, grid_wh), max(0.0, -grid_wh)


def keeping(cap_w: float) -> Store:
    """4 kWh are kept for what is above the cap; what is above them covers all import.

    What is missing to them is refilled under the cap, be it in the same quarter.
    """

    def store(now: Moment, grid_wh: float) -> tuple[float, float]:
        if grid_wh < 0:
            return 0.0, -grid_wh
        cap_wh = now.cap_wh(cap_w)
        covers_wh = grid_wh if now.stored_wh > KEPT_WH else max(0.0, grid_wh - cap_wh)
        gives_wh = min(covers_wh, now.half_wh, now.stored_wh * now.battery.way)
        lacks_wh = KEPT_WH - (now.stored_wh - gives_wh / now.battery.way)
        return gives_wh, max(0.0, min(cap_wh - grid_wh + gives_wh, lacks_wh / now.battery.way))

    return store
