"""Trips, prices and what the house usually draws → what each car needs, and when it charges. Knows no charger's state.

What cars want goes to dm, which plans for all. Where it does not, ev plans for its own cars; the ledger corrects either
inside each quarter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.car import FULL_PCT, Ask, CarRules
from lib.core.needs import ENOUGH_PCT, Need, Step, need, target_pct
from lib.core.plan import Plan, Quarters, Want, cheapest, flat_w
from lib.core.rooms import PLANNED
from lib.core.soc import PARKED_PCT_DAY
from lib.core.stamp import BRUSSELS
from lib.core.trip import Trip
from lib.core.wants import Absence

DAY = timedelta(days=1)
PLANNED_FOR = timedelta(days=5)  # so far ahead dm is told what cars need,
TRIPS = 6  # and of so many trips of each
MORNING = time(7)
AWAY = timedelta(hours=2)  # a car that is away without a trip may be back by the hour after next
MENDS = timedelta(minutes=15)  # that full power must have to spare, so that a plan may be waited for
FOLLOWS = 0.15  # the part of a new day in what a kWh usually costs
SPARE_PCT, SPARE_EUR_KWH = 25.0, 0.02  # beyond its next trip a car has some to spare, which may cost a little more
UNSURE_EUR_KWH = 0.6  # of what a trip may take where nobody knows the state of charge: as at a public charger
NEEDED = 0.25  # what a car may lack that most likely has it is needed so often; else it need not be charged next time
NIGHTLY = "the cheap hours"  # what a want without a trip is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """One car, as foresight needs it.

    Attributes:
        low_pct: of its state of charge; None: unknown, then it is taken to have come home with what it must have left.
        likely_pct: what it has by reckoning, where it drove since it was measured; None: it did not, or is unknown.
        charged_wh: since it was plugged in.
        wall_wh_pct: Wh at the wall for 1 %; spread: the part of what it charges that may not arrive.
        full_w, least_w: what it can draw on the cable it hangs on, or mostly does.
        plugged: whether it hangs there now; phases: the meter's that it charges on.
        returns: when it is back from the trip that it is on; None: it is on none, or nobody knows.
        waits: whether it does what a plan says: on its owner's word, as off or max, it does not, nor when it has ended.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrift:
    """What a kWh costs in cheap hours lately, and the day of the last look; None: nobody knows yet."""

    eur_kwh: float | None = None
    day: date | None = None


def followed(thrift: Thrift, cheap_eur: float | None, at: datetime) -> Thrift:
    """After one look a day; cheap_eur: of the cheap hours of the next one."""
    today = local_day(at)
    if cheap_eur is None or thrift.day == today:
        return thrift
    before = cheap_eur if thrift.eur_kwh is None else thrift.eur_kwh
    return Thrift(eur_kwh=before + FOLLOWS * (cheap_eur - before), day=today)


def wanted(
    prospects: Iterable[Prospect], needed: Mapping[str, tuple[Need, ...]], cheap_eur: float | None, at: datetime
) -> tuple[Want, ...]:
    """What cars shall be charged in the days ahead, for dm's plan: for trips, for each morning, and what is cheap.

    For a later trip a car may be charged before and between those before it, as far as it has room. A need that is only
    supposed is worth something and no must, so that it raises no peak that costs more. cheap_eur: what a kWh costs in
    cheap hours; None: there are none.
    """
    found: list[Want] = []
    for one in (one for one in prospects if one.waits):
        since = None if one.plugged else _back(one, at)
        ahead = [its for its in needed.get(one.car.name, ()) if _is_ahead(its.trip, at, is_here=one.plugged)][:TRIPS]
        absences: list[Absence] = []
        has_pct = one.supposed_pct
        for its in ahead:
            if its.energy_wh and at < its.trip.ready:
                parks = since is None and not absences and one.low_pct is not None
                parked_wh = _parked_wh(one, its.trip.ready - at) if parks else 0.0
                unsure_wh = its.energy_wh if one.low_pct is None else 0.0 if absences else one.unsure_wh
                sure_wh = max(0.0, its.energy_wh - unsure_wh)
                for wh, worth in ((sure_wh, None), (its.energy_wh - sure_wh, _unsure_eur(one, cheap_eur))):
                    if wh > 0:
                        want = _for_trip(one, its, wh + parked_wh)
                        found.append(replace(want, since=since, away=tuple(absences), worth_eur_kwh=worth))
                        parked_wh = 0.0
            room_pct = max(0.0, one.car.everyday_pct - max(its.target_pct, has_pct))
            leaves = its.trip.ready if at < its.trip.ready else max(at, its.trip.departs)
            absences.append(Absence(start=leaves, end=max(at, its.trip.returns), spare_wh=room_pct * one.wall_wh_pct))
            has_pct = back_pct(one.car, its, has_pct)
        if one.plugged:
            found += [] if any(its.trip.ready <= at + PLANNED for its in ahead) else _for_morning(one, at)
        found += _for_cheap(one, cheap_eur, max(at, since or at), next(iter(ahead), None), since, tuple(absences))
    return tuple(found)


def _is_ahead(trip: Trip, at: datetime, *, is_here: bool) -> bool:
    """Whether the car will be away for it: also when it should be ready by now and is about to leave."""
    begins = trip.returns if is_here else trip.departs
    return at < begins and trip.ready <= at + PLANNED_FOR


def _back(prospect: Prospect, at: datetime) -> datetime:
    """When a car that is away may charge again: as its calendar says, else the hour after next."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    if prospect.returns is not None and prospect.returns > at:
        return prospect.returns
    return hour + AWAY


def planned(needs: tuple[Need, ...], full_w: float, at: datetime, *, runs: bool = False) -> tuple[Need, ...]:
    """The needs of a car that dm's plan has ready for the first of them: it waits for its blocks.

    Not once full power could hardly mend any more what went wrong with them, unless it is in one: runs; then to draw
    more would only be dearer. full_w: 0 where the plan does not have it ready.
    """
    if not needs or not needs[0].energy_wh or not full_w:
        return needs
    first, *later = needs
    spare = first.trip.ready - at - timedelta(hours=needs[0].energy_wh / full_w)
    return (replace(first, step=Step.CHEAP, planned=True), *later) if runs or spare >= MENDS else needs


def plan(
    prospects: Iterable[Prospect],
    needed: Mapping[str, tuple[Need, ...]],
    rooms: Sequence[Quarters],
    at: datetime,
    before: Plan | None,
) -> Plan:
    """When the cars that are plugged in charge for their next trip, and for every morning where that is wanted."""
    wants = [want for prospect in prospects if prospect.plugged for want in _wants(prospect, needed, at)]
    return cheapest(wants, rooms, before=before) if wants else Plan()


def _wants(prospect: Prospect, needed: Mapping[str, tuple[Need, ...]], at: datetime) -> Iterable[Want]:
    first = next(iter(needed.get(prospect.car.name, ())), None)
    if first is not None and first.energy_wh and at < first.trip.ready <= at + PLANNED:
        return [_for_trip(prospect, first, first.energy_wh)]
    return _for_morning(prospect, at)


def _for_trip(prospect: Prospect, need: Need, energy_wh: float) -> Want:
    above_pct = max(0.0, need.target_pct - max(prospect.car.everyday_pct, prospect.supposed_pct))
    want = _want(prospect, energy_wh, need.trip.ready)
    return replace(want, trip=need.trip.title, late_wh=min(want.energy_wh, above_pct * prospect.wall_wh_pct))


def _for_morning(prospect: Prospect, at: datetime) -> Iterable[Want]:
    least_pct, low_pct = prospect.car.at_least_pct, prospect.low_pct
    if least_pct is not None and low_pct is not None and low_pct < least_pct:
        yield replace(_want(prospect, (least_pct - low_pct) * prospect.wall_wh_pct, _morning(at)), rank=1)


def _for_cheap(
    prospect: Prospect,
    cheap_eur: float | None,
    at: datetime,
    first: Need | None,
    since: datetime | None,
    away: tuple[Absence, ...],
) -> Iterable[Want]:
    """What hours bring that are cheaper than cheap hours usually are, until the third morning from now.

    What a car has to spare keeps a week of long trips from making a peak; more than that would only take the room of
    the sun. at: when its car is here; first: of its trips; since: None: it is here now; away: on its trips.
    """
    car, low_pct = prospect.car, prospect.low_pct
    if cheap_eur is None or low_pct is None:
        return
    need_pct = first.target_pct if first else car.at_least_pct or 0.0
    has_pct = max(low_pct, need_pct)
    missing_pct = min(car.night_pct, car.everyday_pct) - has_pct
    until = _morning(_morning(_morning(at)))
    spare_pct = max(0.0, min(missing_pct, need_pct + SPARE_PCT - has_pct))
    for part_pct, eur_kwh in ((spare_pct, cheap_eur + SPARE_EUR_KWH), (missing_pct - spare_pct, cheap_eur)):
        if part_pct > 0:
            want = _want(prospect, part_pct * prospect.wall_wh_pct, until)
            yield replace(
                want,
                trip=NIGHTLY,
                rank=2,
                worth_eur_kwh=eur_kwh,
                since=since,
                away=tuple(one for one in away if one.start < until),
            )


def _unsure_eur(prospect: Prospect, cheap_eur: float | None) -> float:
    """What a kWh is worth that a trip may take, of a car that is not known to need it."""
    if prospect.low_pct is None or cheap_eur is None:
        return UNSURE_EUR_KWH
    return NEEDED * UNSURE_EUR_KWH + (1 - NEEDED) * cheap_eur


def _parked_wh(prospect: Prospect, time: timedelta) -> float:
    """What it may lose meanwhile, as its state of charge has it, less what it need not have to be ready."""
    return (PARKED_PCT_DAY * (time / DAY) - ENOUGH_PCT) * prospect.wall_wh_pct


def _want(prospect: Prospect, energy_wh: float, until: datetime) -> Want:
    """So much that it surely has it: as a car charges, less and less is known of how full it is."""
    return Want(
        car=prospect.car.name,
        energy_wh=energy_wh / (1 - prospect.spread),
        until=until,
        full_w=prospect.full_w,
        least_w=prospect.least_w,
        phases=prospect.phases,
    )


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


def _morning(at: datetime) -> datetime:
    """The next morning, by the clock of Brussels."""
    day = local_day(at)
    for ahead in range(2):
        morning = (
            midnight(day + timedelta(days=ahead)).astimezone(BRUSSELS).replace(hour=MORNING.hour).astimezone(at.tzinfo)
        )
        if morning > at:
            return morning
    return at + timedelta(days=1)
