"""What each car needs, and what is cheap → what cars want, and when they charge where dm does not plan.

What they want goes to dm, which plans for all. Where it does not, ev plans for its own cars; the ledger corrects either
inside each quarter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.foresight import Prospect, back_pct
from lib.core.needs import ENOUGH_PCT, Need, Step
from lib.core.plan import Plan, Quarters, Want, cheapest
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
FOLLOWS = 0.15  # the part of a new day in what a kWh usually costs
SPARE_PCT, SPARE_EUR_KWH = 25.0, 0.02  # beyond its next trip a car has some to spare, which may cost a little more
UNSURE_EUR_KWH = 0.6  # of what a morning takes, or a trip where nobody knows the state of charge: as public charging
NEEDED = 0.25  # what a car may lack that most likely has it is needed so often; else it need not be charged next time
NIGHTLY = "the cheap hours"  # what a want without a trip is for


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
    supposed, or a morning's, is worth something and no must, so that it raises no peak that costs more. cheap_eur: what
    a kWh costs in cheap hours; None: there are none.
    """
    found: list[Want] = []
    for one in (one for one in prospects if one.waits):
        since = None if one.plugged else _back(one, at)
        ahead = [its for its in needed.get(one.car.name, ()) if _is_ahead(its.trip, at, is_here=one.plugged)][:TRIPS]
        first = next(iter(ahead), None)
        morning = _for_morning(one, first, at) if one.plugged else None
        absences: list[Absence] = []
        has_pct = one.supposed_pct
        for its in [_after(morning, first, one), *ahead[1:]] if first else ():
            if its.energy_wh and at < its.trip.ready:
                wants = _takes(one, its, cheap_eur, at, first=not absences)
                found += [replace(want, since=since, away=tuple(absences)) for want in wants]
            room_pct = max(0.0, one.car.everyday_pct - max(its.target_pct, has_pct))
            leaves = its.trip.ready if at < its.trip.ready else max(at, its.trip.departs)
            absences.append(Absence(start=leaves, end=max(at, its.trip.returns), spare_wh=room_pct * one.wall_wh_pct))
            has_pct = back_pct(one.car, its, has_pct)
        least_pct = one.car.at_least_pct or 0.0
        need_pct = first.target_pct if first else least_pct
        if morning is not None:
            found.append(replace(morning, worth_eur_kwh=UNSURE_EUR_KWH))
            need_pct = max(need_pct, least_pct)
        found += _for_cheap(one, cheap_eur, max(at, since or at), need_pct, since, tuple(absences))
    return tuple(found)


def _takes(prospect: Prospect, need: Need, cheap_eur: float | None, at: datetime, *, first: bool) -> Iterator[Want]:
    """What a trip takes: a must is what its car surely lacks; what it may lack is worth something.

    first: before it comes no other trip, so that what is known of the car now tells of it.
    """
    is_known, energy_wh = prospect.low_pct is not None, need.energy_wh or 0.0
    unsure_wh = (prospect.unsure_wh if first else 0.0) if is_known else energy_wh
    sure_wh = max(0.0, energy_wh - unsure_wh)
    more_wh = energy_wh - sure_wh
    parked_wh = _parked_wh(prospect, need.trip.ready - at) if first and prospect.plugged and is_known else 0.0
    if sure_wh > 0:
        yield _for_trip(prospect, need, sure_wh + parked_wh, after_wh=more_wh)
        parked_wh = 0.0
    if more_wh > 0:
        want = _for_trip(prospect, need, more_wh + parked_wh)
        yield replace(want, worth_eur_kwh=_unsure_eur(prospect, cheap_eur))


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
    found = needed.get(prospect.car.name, ())
    first = next(iter(found), None)
    morning = _for_morning(prospect, first, at)
    if first is not None and at < first.trip.ready <= at + PLANNED:
        rest = _after(morning, first, prospect)
        if rest.energy_wh:
            yield _for_trip(prospect, rest, rest.energy_wh)
        for second in found[1:2]:
            yield from _for_second(prospect, first, second)
    if morning is not None:
        yield morning


def _for_second(prospect: Prospect, first: Need, second: Need) -> Iterator[Want]:
    """What the trip after the first takes that the hours between both do not bring, as far as there is room for it.

    Of a first one that does not say what it takes nobody knows whether more would be left.
    """
    if prospect.car.driven_wh(first.trip.ask) is None:
        return
    lacks_pct = second.target_pct - (second.target_pct if second.reach_pct is None else second.reach_pct)
    room_pct = prospect.car.everyday_pct - max(first.target_pct, prospect.supposed_pct)
    more_pct = min(lacks_pct, room_pct)
    if more_pct > 0:
        yield replace(_want(prospect, more_pct * prospect.wall_wh_pct, first.trip.ready), trip=second.trip.title)


def _for_trip(prospect: Prospect, need: Need, energy_wh: float, *, after_wh: float = 0.0) -> Want:
    """after_wh: what another want of the same trip brings; what is above the everyday limit is the last of both."""
    above_pct = max(0.0, need.target_pct - max(prospect.car.everyday_pct, prospect.supposed_pct))
    late_wh = max(0.0, above_pct * prospect.wall_wh_pct - after_wh)
    want = _want(prospect, energy_wh, need.trip.ready)
    return replace(want, trip=need.trip.title, late_wh=min(want.energy_wh, late_wh))


def _for_morning(prospect: Prospect, first: Need | None, at: datetime) -> Want | None:
    """What a car lacks of what it has each morning, beside its first trip; it leaves with that where it is away then.

    None beside a trip that hardly fits under the peak, as all there is goes to that; nor before one that brings it home
    before the morning.
    """
    least_pct, has_pct, until = prospect.car.at_least_pct, prospect.low_pct, _morning(at)
    if first is not None and at < first.trip.ready and has_pct is not None:
        if first.step > Step.ANY_RATE or first.trip.returns <= until:
            return None
        if first.trip.ready <= until:
            has_pct, until = max(has_pct, first.target_pct), first.trip.ready
    if least_pct is None or has_pct is None or has_pct >= least_pct:
        return None
    return replace(_want(prospect, (least_pct - has_pct) * prospect.wall_wh_pct, until), rank=1)


def _after(morning: Want | None, first: Need, prospect: Prospect) -> Need:
    """What the first trip takes beside what the morning before it does."""
    if morning is None or not first.energy_wh or first.trip.ready <= morning.until:
        return first
    return replace(first, energy_wh=max(0.0, first.energy_wh - morning.energy_wh * (1 - prospect.spread)))


def _for_cheap(
    prospect: Prospect,
    cheap_eur: float | None,
    at: datetime,
    need_pct: float,
    since: datetime | None,
    away: tuple[Absence, ...],
) -> Iterable[Want]:
    """What hours bring that are cheaper than cheap hours usually are, until the third morning from now.

    What a car has to spare keeps a week of long trips from making a peak; more than that would only take the room of
    the sun. at: when its car is here; need_pct: what it has by then in any case; since: None: it is here now; away: on
    its trips.
    """
    car, low_pct = prospect.car, prospect.low_pct
    if cheap_eur is None or low_pct is None:
        return
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
