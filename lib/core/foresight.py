"""Trips, and what the house leaves → what each car needs, one trip after the other. Knows no charger's state."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from lib.core.car import FULL_PCT, Ask, CarRules
from lib.core.needs import Need, Step, need, target_pct
from lib.core.plan import Quarters, flat_w
from lib.core.trip import Trip

DAY = timedelta(days=1)
MENDS = timedelta(minutes=15)  # that full power must have to spare, so that a plan may be waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """One car, as foresight needs it.

    Attributes:
        low_pct: of its state of charge; None: unknown, then it is taken to have come home with what it must have left.
        likely_pct: what it most likely has, where that is a guess or in doubt; None: it is neither, or is unknown.
        charged_wh: since it was plugged in.
        wall_wh_pct: Wh at the wall for 1 %; spread: the part of what it charges that may not arrive.
        full_w, least_w: what it can draw on the cable it hangs on, or mostly does.
        plugged: whether it hangs there now; phases: the meter's that it charges on.
        returns: when it is back from the trip that it is on; None: it is on none, or nobody knows.
        waits: whether it does what a plan says: on its owner's word, as off or max, it does not, nor when it has ended.
        ended_pct: the most that it may have, where it has ended by itself: it takes no more.

    """

    car: CarRules
    low_pct: float | None
    likely_pct: float | None = None
    charged_wh: float = 0.0
    wall_wh_pct: float
    spread: float = 0.0
    full_w: float
    least_w: float
    plugged: bool
    phases: tuple[int, ...] = (1, 2, 3)
    returns: datetime | None = None
    waits: bool = True
    ended_pct: float | None = None

    @property
    def supposed_pct(self) -> float:
        """Its state of charge, or what is supposed of it."""
        if self.low_pct is not None:
            return self.low_pct
        return min(FULL_PCT, self.car.arrival_pct + self.charged_wh / self.wall_wh_pct)

    @property
    def unsure_wh(self) -> float:
        """What it may lack that it most likely has."""
        if self.low_pct is None or self.likely_pct is None:
            return 0.0
        return max(0.0, self.likely_pct - self.low_pct) * self.wall_wh_pct


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A cheap stretch now, and the power that fills the car over all the cheap hours left; its end."""

    power_w: float
    until: datetime


def needs(
    prospect: Prospect,
    trips: Iterable[Trip],
    rooms: Sequence[Quarters],
    at: datetime,
    *,
    before: Mapping[str, Need],
    help_asked_s: float | None,
    helped_w: float = 0.0,
    helped_until: datetime | None = None,
) -> tuple[Need, ...]:
    """What the trips of a car take, in order of departure; a later one begins when the one before it is over.

    What a car that is away comes home with is known, so the trip that it is on is none of them.
    help_asked_s, helped_w, helped_until: of the battery, as of a need; the first trip alone may count on it.
    """
    found: list[Need] = []
    since, low_pct = at, prospect.supposed_pct
    for trip in trips:
        if prospect.returns is not None and trip.departs < prospect.returns:
            continue  # it is on it: what that takes is off already
        is_first = not found
        goal_pct = target_pct(trip.ask, prospect.car)
        if is_first and prospect.ended_pct is not None and prospect.ended_pct >= goal_pct:
            low_pct = max(low_pct, goal_pct)  # it took all that it wanted, and may well have that
        of = partial(
            need,
            trip,
            prospect.car,
            wall_wh_pct=prospect.wall_wh_pct,
            full_w=prospect.full_w,
            least_w=prospect.least_w,
            rooms=rooms,
            at=since,
            before=before.get(trip.key),
            helped_w=helped_w if is_first else 0.0,
            helped_until=helped_until,
            help_asked_s=help_asked_s if is_first else None,
        )
        one = of(soc_low_pct=low_pct)
        if not is_first:  # nothing urgent is made of what is far, or of what nobody knows
            one = replace(one, step=Step.CHEAP)
        elif prospect.low_pct is None:
            one = replace(one, step=min(one.step, Step.ANY_RATE))
        elif prospect.likely_pct is not None and one.step > Step.ANY_RATE:
            likely = of(soc_low_pct=prospect.likely_pct)
            one = replace(one, step=max(Step.ANY_RATE, likely.step), power_w=likely.power_w)
        found.append(one)
        since, low_pct = max(at, trip.returns), back_pct(prospect.car, one, low_pct)
    return tuple(found)


def back_pct(car: CarRules, need: Need, low_pct: float) -> float:
    """What a car comes home with from a trip: what it leaves with, less what that takes; low_pct: it had before."""
    return left_pct(car, need.trip.ask, max(low_pct, need.target_pct))


def left_pct(car: CarRules, ask: Ask, leaves_pct: float) -> float:
    """What is left of what a car leaves with, at least what must be.

    A trip that asks for a state of charge says not what it takes: then what must be left.
    """
    if car.driven_wh(ask) is None:
        return car.arrival_pct
    return max(car.arrival_pct, leaves_pct - (target_pct(ask, car) - car.arrival_pct))


def planned(
    needs: tuple[Need, ...], full_w: float, at: datetime, *, runs: bool = False, later: Container[datetime] = ()
) -> tuple[Need, ...]:
    """The needs of a car that dm's plan has ready for the first of them: it waits for its blocks.

    Not once full power could hardly mend any more what went wrong with them, unless it is in one: runs; then to draw
    more would only be dearer. full_w: 0 where the plan does not have it ready. later: when it has it ready for others.
    """
    needs = tuple(replace(one, planned=True) if one.trip.ready in later else one for one in needs)
    if not needs or not needs[0].energy_wh or not full_w:
        return needs
    first, *rest = needs
    spare = first.trip.ready - at - timedelta(hours=needs[0].energy_wh / full_w)
    return (replace(first, step=Step.CHEAP, planned=True), *rest) if runs or spare >= MENDS else needs


def is_low(prospect: Prospect) -> bool:
    """Whether it is on its cable and has less than the cheap hours bring, so that these make a difference."""
    low_pct, car = prospect.low_pct, prospect.car
    return prospect.plugged and low_pct is not None and low_pct < min(car.night_pct, car.everyday_pct)


def night(prospect: Prospect, cheap: Iterable[tuple[datetime, datetime]], at: datetime) -> Night | None:
    """What a car without a trip draws in a cheap hour; None outside of them, and where it has enough for the night."""
    stretches = [(max(at, start), end) for start, end in cheap if end > at]
    if prospect.low_pct is None or not stretches or stretches[0][0] > at:
        return None
    missing_pct = min(prospect.car.night_pct, prospect.car.everyday_pct) - prospect.low_pct
    hours_left = sum((end - start) / timedelta(hours=1) for start, end in stretches)
    power_w = flat_w(missing_pct * prospect.wall_wh_pct, hours_left, prospect.least_w, prospect.full_w)
    return Night(power_w=power_w, until=stretches[0][1]) if power_w > 0 else None
