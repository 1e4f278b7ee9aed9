"""What each source wants of one charger now: the ladder of proposals, each with its reason. Knows no circuit.

In: the charger's facts, its car, its need, its plan, the sun that is left. Out: proposals for lib/core/proposals.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lib.core import claims
from lib.core.car import CarRules
from lib.core.charger import Plug
from lib.core.claims import Cause
from lib.core.modes import Mode
from lib.core.needs import Need, Step
from lib.core.plan import Block
from lib.core.proposals import Proposal
from lib.core.why import Reason, Why

BACK_PCT = 5.0  # the reserve is refilled by so much more than where it begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the wishes for one charger depend on.

    Attributes:
        boost_until: the owner wants it fast until then.
        least_w, most_w: between pause and all that charger and car take, on the phases it charges on.
        pct: the likely state of charge of the car, None while unknown; unsure: it is a guess or in doubt.
        need: of its next trip; block: what the plan has for it now; next: what it has next. fills: the plan has cars
            draw all that the peak leaves them now; by_sun: no more than the sun leaves.
        night_w: what is left to charge in the cheap hours, per hour left of them; 0 outside.
        night_until: of the cheap hours. eur_kwh: the price now.
        sun_w: what PV charging makes of the surplus, 0 when it is too little; left_w: the surplus itself.
        found_w: what it was found charging with when this program began, for a moment.
        sunny: it charges from the sun, or did until a moment ago.
        reserve: the car is below its reserve, until it has a little more.
        helped: the home battery gives for it. ended: the car has stopped by itself; asleep: it does not wake.
        over: more than the target was granted, and over_eur: what that peak costs.

    """

    at: datetime
    now_s: float
    plug: Plug
    fault: str = ""
    mode: Mode = Mode.AUTO
    boost_until: datetime | None = None
    phases: int = 1
    least_w: float
    most_w: float
    car: CarRules | None = None
    pct: float | None = None
    unsure: bool = False
    need: Need | None = None
    block: Block | None = None
    next: Block | None = None
    fills: bool = False
    by_sun: bool = False
    night_w: float = 0.0
    night_until: datetime | None = None
    eur_kwh: float | None = None
    sun_w: float = 0.0
    left_w: float = 0.0
    found_w: float = 0.0
    sunny: bool = False
    reserve: bool = False
    helped: bool = False
    ended: bool = False
    asleep: bool = False
    barred: bool = False
    over: bool = False
    over_eur: float | None = None

    @property
    def boosts(self) -> bool:
        """Whether the owner wants it fast now."""
        return self.boost_until is not None and self.at < self.boost_until

    @property
    def target_pct(self) -> float:
        """How far it shall be charged: for its trip, else for every day; all the way where the owner wants all."""
        if self.boosts or self.mode is Mode.MAX or self.car is None:
            return 100.0
        need = self.need
        return max(self.car.everyday_pct, need.target_pct if need and self.mode is Mode.AUTO else 0.0)

    @property
    def has_enough(self) -> bool:
        """Whether its likely state of charge is what it shall have.

        For a trip it goes on until it surely has that; where the owner wants all, until the car ends by itself.
        """
        if self.pct is None or self.pct < self.target_pct or self.boosts or self.mode is Mode.MAX:
            return False
        return self.mode is not Mode.AUTO or self.need is None or not self.need.energy_wh

    @property
    def late_w(self) -> float:
        """What a late trip takes, also above the paid peak: spread evenly, all there is where it is too far; else 0."""
        need = self.need
        if self.mode is not Mode.AUTO or need is None or not need.energy_wh or need.step < Step.OVER:
            return 0.0
        needed_w = self.most_w if need.step is Step.UNREACHABLE else need.power_w
        return min(max(needed_w, self.least_w), self.most_w)


def proposals(facts: Facts) -> tuple[Proposal, ...]:
    """Who wants what; without the budget and the circuits, which others put."""
    return tuple(_proposals(facts))


def _proposals(facts: Facts) -> Iterator[Proposal]:
    if facts.plug is Plug.FAULT:
        yield _fence("fault", claims.FAULT, facts, Why(reason=Reason.FAULT, name=facts.fault), high_w=0.0)
    elif facts.plug is Plug.EMPTY:
        yield _fence("no car", claims.FAULT, facts, Why(reason=Reason.NO_CAR), high_w=0.0)
    if facts.mode is Mode.OFF:
        yield _fence("owner", claims.OWNER, facts, Why(reason=Reason.OFF), low_w=0.0, high_w=0.0)
    if facts.has_enough:
        yield _fence("limit", claims.LIMIT, facts, _enough(facts), high_w=0.0)
    if facts.ended:  # it is left offered: the car may heat itself before it leaves
        yield _fence("car ended", claims.LIMIT, facts, Why(reason=Reason.CAR_ENDED), high_w=facts.least_w)
    elif facts.asleep:  # what it does not take others may have, until it does
        yield _fence("car asleep", claims.LIMIT, facts, Why(reason=Reason.ASLEEP), high_w=facts.least_w)
    elif facts.barred:  # it is left offered, for the charger to let it go on
        yield _fence("charger bars", claims.LIMIT, facts, Why(reason=Reason.BARRED), high_w=facts.least_w)
    if facts.boosts or facts.mode is Mode.MAX:
        why = Why(reason=Reason.MAX, power_w=facts.most_w, eur=facts.over_eur)
        if facts.boosts:
            why = Why(reason=Reason.BOOST, power_w=facts.most_w, until=facts.boost_until, eur=facts.over_eur)
        yield _fence("owner", claims.OWNER, facts, why, low_w=facts.most_w)
    if facts.mode is Mode.AUTO:
        yield from _auto(facts)
    if facts.found_w:
        why = Why(reason=Reason.FOUND)
        yield _fence("found", claims.NIGHT, facts, why, low_w=min(max(facts.found_w, facts.least_w), facts.most_w))
    yield _surplus(facts)


def _auto(facts: Facts) -> Iterator[Proposal]:
    """Trips, reserve, plan and cheap hours."""
    need, block = facts.need, facts.block
    if need is not None and facts.late_w:
        yield _late(facts, need)
    if facts.reserve:
        reason = Reason.RESERVE_GUESS if facts.unsure else Reason.RESERVE
        why = Why(reason=reason, soc_pct=facts.pct, eur=facts.over_eur)
        yield _fence("reserve minimum", claims.RESERVE_MINIMUM, facts, why, low_w=facts.least_w)
        yield _fence("reserve", claims.RESERVE, facts, why, low_w=facts.most_w)
    if need is not None and need.energy_wh and Step.ANY_RATE <= need.step < Step.OVER:
        reason = Reason.HELPED if facts.helped else Reason.TRIP
        why = Why(reason=reason, name=need.trip.title, until=need.trip.ready)
        yield _fence("trip", claims.PLAN, facts, why, low_w=facts.most_w)
    elif block is not None:
        yield _planned(facts, block)
    elif facts.night_w > 0 and facts.car is not None:
        why = Why(reason=Reason.NIGHT, soc_pct=facts.car.night_pct, eur_kwh=facts.eur_kwh)
        yield _fence("night", claims.NIGHT, facts, why, low_w=min(max(facts.night_w, facts.least_w), facts.most_w))


def _late(facts: Facts, need: Need) -> Proposal:
    """A trip that is late, and how far it can be met."""
    reason, soc_pct = Reason.LATE_TRIP, need.target_pct
    if need.step is Step.UNREACHABLE:
        reason, soc_pct = Reason.UNREACHABLE, need.full_pct or 0.0
    elif not facts.over:
        reason = Reason.HELPED if facts.helped else Reason.TRIP
    why = Why(reason=reason, name=need.trip.title, until=need.trip.ready, soc_pct=soc_pct, eur=facts.over_eur)
    return _fence("late trip", claims.LATE, facts, why, low_w=facts.late_w)


def _planned(facts: Facts, block: Block) -> Proposal:
    """What the plan has for it now.

    Where that is the sun's it is as much as the sun leaves: nothing is bought for a cloud that was not foreseen, nor
    does the car stop for it.
    """
    planned_w = facts.most_w if facts.fills else min(block.power_w, facts.most_w)
    eur_kwh = block.eur_kwh if facts.eur_kwh is None else facts.eur_kwh  # of the block it is a mean
    why = Why(reason=Reason.PLANNED, eur_kwh=eur_kwh, name=block.trip)
    if facts.by_sun:
        planned_w = min(planned_w, max(facts.left_w, facts.least_w))
        why = Why(reason=Reason.PLANNED_SUN, name=block.trip)
    return _fence("plan", claims.PLAN, facts, why, low_w=planned_w)


def _surplus(facts: Facts) -> Proposal:
    """The sun that is left over, or why there is nothing to do."""
    no_sun = Why(reason=Reason.NO_SUN, sun_w=max(0.0, facts.left_w))
    if facts.sun_w > 0:
        why = Why(reason=Reason.SURPLUS)
    elif facts.mode in {Mode.PV_ONLY, Mode.PV_ALL} or facts.sunny:
        why = no_sun
    elif facts.car is not None and facts.pct is None:
        why = Why(reason=Reason.ASK_SOC)
    elif facts.next is not None:
        why = Why(reason=Reason.WAITS, until=facts.next.start, eur_kwh=facts.next.eur_kwh, name=facts.next.trip)
    elif facts.night_w == 0 and facts.pct is not None and facts.car is not None and facts.pct >= facts.car.night_pct:
        why = Why(reason=Reason.NOTHING, soc_pct=facts.pct)
    else:
        why = no_sun
    wish_w = 0.0 if facts.mode in {Mode.OFF, Mode.MAX, Mode.MANUAL} else facts.sun_w
    return Proposal(source="surplus", priority=claims.SURPLUS, at_s=facts.now_s, wish_w=wish_w, why=why)


def _enough(facts: Facts) -> Why:
    """It has what it shall have."""
    return Why(reason=Reason.TARGET, soc_pct=facts.target_pct)


def _fence(
    source: str, priority: int, facts: Facts, why: Why, *, low_w: float | None = None, high_w: float | None = None
) -> Proposal:
    return Proposal(source=source, priority=priority, at_s=facts.now_s, low_w=low_w, high_w=high_w, why=why)


def beyond_w(facts: Facts, priority: int, wish_w: float, base_w: float, room_w: float) -> tuple[float, Cause | None]:
    """How far beyond its target the quarter's average would end with this wish alone, and why it may; 0 for most.

    Below 0 where it fits under the target: beside others it may go above it all the same. A late trip has
    what it takes, also where a lower source asks for more. base_w: what the house draws without cars; room_w: what it
    and the cars may draw together under the target.
    """
    needed_w, cause = 0.0, None
    if priority == claims.OWNER:
        needed_w, cause = wish_w, Cause.MAX
    elif facts.reserve and not facts.unsure and priority in {claims.RESERVE, claims.RESERVE_MINIMUM}:
        full = facts.car is not None and facts.car.reserve_over_peak
        needed_w, cause = facts.most_w if full else facts.least_w, Cause.RESERVE
    late_w = min(facts.late_w, wish_w)
    if priority <= claims.LATE and late_w > needed_w:
        needed_w, cause = late_w, Cause.LATE_TRIP
    return (needed_w + base_w - room_w, cause) if cause is not None else (0.0, None)
