"""What every charger does now, and why: wishes → target → share of the circuits → order. Also what is asked of dm.

In: the EV app's state. Out: the same with orders, claims and reasons in it. Pure; a cut is found in the step that needs
it, and everything that is raised waits for lib/core/pace.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from lib.core import claims, foresight, surplus, tactics
from lib.core.car import CarRules
from lib.core.charger import Order, Plug, in_steps, power_w
from lib.core.charging import WAKE_S, WAKES, Bay, Charging, ChargingRules
from lib.core.claims import Claim, Grant
from lib.core.foresight import Outlook
from lib.core.modes import Mode, Phases
from lib.core.needs import Step
from lib.core.pace import Haste, Wanted, paced, phases_for
from lib.core.plan import cheap_hours
from lib.core.post import Post
from lib.core.power import PHASE_V
from lib.core.proposals import Device, Proposal, Resolved, resolve
from lib.core.sharing import NOTHING, Ask, Row, Share, conductors, rows, safe_a, share
from lib.core.site import LONG_S
from lib.core.surplus import own_profile
from lib.core.tactics import Facts
from lib.core.why import Reason, Why

PLAN_S = 60.0  # needs and plan are worked out anew so often, and when something changed
ADOPTS_S = 30.0  # a program that has just begun leaves a charger as it is until dm speaks
ANSWER_S = 5.0  # dm answers a new claim with its next telegram
USUAL_HOURS = range(24)
PULSE_S = 6.0  # a pause so short that a car wakes by its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One charger on its way to an order.

    Attributes:
        facts: what its wishes depend on; wished: what they come to without the budget; resolved: with it.
        phases: on how many it shall charge; target_w: how much; most_a: that in amperes.
        grant: its lease. soft: it would stop for want of sun alone.

    """

    name: str
    bay: Bay
    facts: Facts
    device: Device
    wished: Resolved
    resolved: Resolved
    phases: int
    grant: Grant | None
    safe: bool
    claim: Claim | None

    @property
    def target_w(self) -> float:
        """What it shall draw."""
        return self.resolved.target_w

    @property
    def most_a(self) -> float:
        """The same per phase that it charges on, in its steps."""
        post = self.bay.post
        now = phases_for(self.bay.pace, self.wish, self.facts.now_s) or post.phases
        return min(post.most_a, in_steps(self.target_w / (PHASE_V * now), post.rules.step_a))

    @property
    def wish(self) -> int | None:
        """On how many phases it shall charge; None where it cannot switch, or shall not charge."""
        return self.phases if self.bay.post.rules.switches and self.target_w > 0 else None


def steered(charging: Charging, rules: ChargingRules) -> Charging:
    """The state with what each charger is told and what is asked of dm."""
    charging = foreseen(charging, rules)
    aims = _aims(charging, rules)
    shares = _shares(charging, rules, aims)
    bays = dict(charging.bays)
    for aim in aims:
        bays[aim.name] = _ordered(charging, aim, shares.get(aim.name), aims)
    return replace(charging, bays=bays)


def foreseen(charging: Charging, rules: ChargingRules) -> Charging:
    """Needs and plan, worked out anew when something changed or a while has passed."""
    if charging.planned_s is not None and charging.now_s - charging.planned_s < PLAN_S:
        return charging
    at, site = charging.at, charging.site
    target_w = (site.word.target_w or 0.0) * (1 - rules.margin)
    usual_w = {hour: known for hour in USUAL_HOURS if (known := charging.usual.by_hour.get(str(hour))) is not None}
    else_w = charging.usual.base_w(at) or max(0.0, site.calm_w or 0.0)
    rooms = foresight.rooms(charging.prices, at, target_w=target_w, usual_w=usual_w, else_w=else_w)
    outlooks = [_outlook(charging, name, car) for name, car in rules.cars.items()]
    asked_s = None if not rules.helps else 0.0 if charging.helped_s is None else charging.now_s - charging.helped_s
    before = {need.trip.key: need for found in charging.needs.values() for need in found}
    needs = {
        one.car.name: foresight.needs(
            one,
            [trip for trip in charging.trips.trips if trip.car == one.car.name],
            rooms,
            at,
            before=before,
            help_asked_s=asked_s if rules.helps else float("inf"),
        )
        for one in outlooks
    }
    late = any(found and found[0].step >= Step.HELP for found in needs.values())
    cheap = cheap_hours(rooms, at)
    nights = {
        one.car.name: night
        for one in outlooks
        if one.plugged and (night := foresight.night(one, cheap, at)) is not None
    }
    return replace(
        charging,
        needs=needs,
        rooms=rooms,
        cheap=cheap,
        nights=nights,
        plan=foresight.plan(outlooks, needs, rooms, at, charging.plan if charging.plan.blocks else None),
        planned_s=charging.now_s,
        helped_s=(charging.helped_s or charging.now_s) if late else None,
    )


def _outlook(charging: Charging, name: str, car: CarRules) -> Outlook:
    """What a car can draw on the cable it hangs on, else on the one it mostly does."""
    known = charging.cars[name].soc
    charger = charging.plugged.charger(name)
    home = next((bay for bay in charging.bays.values() if bay.post.rules.car == name), None)
    bay = charging.bays[charger] if charger else home or next(iter(charging.bays.values()), None)
    full_w = least_w = 0.0
    if bay is not None:
        full_w, least_w = _full_w(bay.post, car), _least_w(bay.post, car)
    return Outlook(
        car=car,
        low_pct=known.low_pct(charging.at),
        wall_wh_pct=known.wall_wh_pct,
        full_w=full_w,
        least_w=least_w,
        plugged=charger is not None,
    )


def _full_w(post: Post, car: CarRules | None) -> float:
    """All that charger and car take."""
    current_a = min(post.most_a, car.current_a if car else post.most_a)
    return power_w(current_a, _most_phases(post, car))


def _most_phases(post: Post, car: CarRules | None) -> int:
    if post.rules.switches:
        return min(post.rules.phases, car.phases if car else 3)
    return post.phases


def _least_w(post: Post, car: CarRules | None) -> float:
    return power_w(post.least_a, 1 if post.rules.switches else _most_phases(post, car))


def _aims(charging: Charging, rules: ChargingRules) -> list[Aim]:
    """What each charger shall do before circuits and clocks have their say; the sun goes to one after the other."""
    left_w = _surplus_w(charging, rules)
    aims = []
    for name, bay in charging.bays.items():
        car = rules.cars.get(charging.car_on(name) or "")
        facts = _facts(charging, name, bay, car, left_w)
        aim = _aim(charging, rules, name, bay, car, facts)
        aims.append(aim)
        if aim.bay.post.plug.is_car:
            left_w -= max(aim.target_w, bay.post.range_w[0]) if aim.target_w or bay.post.range_w[0] else 0.0
    return aims


def _surplus_w(charging: Charging, rules: ChargingRules) -> float:
    """What all cars together may draw from the sun."""
    site = charging.site
    if site.base_w is None or not site.is_fresh(charging.now_s):
        return 0.0
    battery_w = sum((one.low_w + one.high_w) / 2 for one in site.word.drawn if one.who == "battery")
    first = surplus.priority(rules.priority, None, before=charging.first, profile=own_profile(step_a=0.1))
    return surplus.surplus_w(0.0, site.base_w + battery_w, battery_w, first)


def _facts(charging: Charging, name: str, bay: Bay, car: CarRules | None, left_w: float) -> Facts:
    post, at = bay.post, charging.at
    known = charging.cars[car.name].soc if car else None
    phases = post.phases
    runs = post.order is not None and post.order.go
    profile = own_profile(
        step_a=post.rules.step_a, least_a=post.least_a, most_a=min(post.most_a, car.current_a if car else post.most_a)
    )
    mode = Mode.PV_ALL if bay.mode is Mode.PV_ALL else Mode.PV_ONLY
    sun = surplus.wish(mode, left_w, phases=_sun_phases(bay, car, left_w, mode), runs=runs, profile=profile)
    slot = next((one for one in charging.prices if one.start <= at < one.end), None)
    night = charging.nights.get(car.name) if car else None
    found = charging.needs.get(car.name, ()) if car else ()
    need = found[0] if found and found[0].trip.ready > at - timedelta(minutes=30) else None
    grant = charging.site.grant(name, charging.now_s)
    return Facts(
        at=at,
        now_s=charging.now_s,
        plug=post.plug,
        fault=post.reading.fault if post.reading else "",
        mode=bay.mode,
        boost_until=bay.boost_until,
        phases=phases,
        least_w=_least_w(post, car),
        most_w=_full_w(post, car),
        car=car,
        low_pct=known.low_pct(at) if known else None,
        pct=known.pct(at) if known else None,
        need=need,
        block=charging.plan.now(car.name, at) if car else None,
        next=charging.plan.next(car.name, at) if car else None,
        night_w=night.power_w if night and at < night.until else 0.0,
        night_until=night.until if night else None,
        eur_kwh=slot.import_eur_kwh if slot else None,
        sun_w=power_w(sun.current_a, _sun_phases(bay, car, left_w, mode)) if sun.go else 0.0,
        left_w=left_w,
        reserve=bay.reserve,
        ended=bay.ended,
        over_eur=grant.eur if grant and grant.over_w > 0 else None,
    )


def _sun_phases(bay: Bay, car: CarRules | None, left_w: float, mode: Mode) -> int:
    """On how many phases the sun is taken."""
    post = bay.post
    if not post.rules.switches or _most_phases(post, car) == 1:
        return post.phases
    profile = own_profile(step_a=post.rules.step_a, least_a=post.least_a, most_a=post.most_a)
    wish = bay.wish
    return surplus.wanted_phases(mode, wish, phases=post.phases, available_w=left_w, profile=profile)


def _aim(charging: Charging, rules: ChargingRules, name: str, bay: Bay, car: CarRules | None, facts: Facts) -> Aim:
    wanted = list(tactics.proposals(facts))
    device = Device(high_w=facts.most_w, band_high_w=facts.least_w)
    wished = resolve(device, wanted)
    grant = charging.site.grant(name, charging.now_s)
    budget, safe = _budget(charging, bay, facts, grant)
    resolved = resolve(device, [*wanted, budget] if budget else wanted)
    phases = _phases(bay, car, facts, resolved.target_w, grant)
    return Aim(
        name=name,
        bay=bay,
        facts=facts,
        device=device,
        wished=wished,
        resolved=resolved,
        phases=phases,
        grant=grant,
        safe=safe,
        claim=_claim(charging, rules, bay, facts, wished),
    )


def _phases(bay: Bay, car: CarRules | None, facts: Facts, target_w: float, grant: Grant | None) -> int:
    """On how many phases it shall charge with that power."""
    post = bay.post
    most = _most_phases(post, car)
    if not post.rules.switches or most == 1:
        return most
    if bay.wish is not Phases.AUTO:
        return min(most, int(bay.wish))
    if target_w <= 0:
        return post.phases
    if target_w == facts.sun_w:
        mode = Mode.PV_ALL if bay.mode is Mode.PV_ALL else Mode.PV_ONLY
        return min(most, _sun_phases(bay, car, facts.left_w, mode))
    if grant is not None and not grant.fits:
        return 1
    return most if target_w >= power_w(post.least_a, most) else 1


def _budget(charging: Charging, bay: Bay, facts: Facts, grant: Grant | None) -> tuple[Proposal | None, bool]:
    """The peak's word: the live grant; nothing without one while dm speaks; the safe current when it is silent."""
    now_s, site = charging.now_s, charging.site
    if bay.mode is Mode.MANUAL:
        return None, False
    if grant is not None:
        return _limit(facts, grant.power_w, Reason.PEAK), False
    silent_s = site.silent_s(now_s)
    young = silent_s is None and now_s - charging.began_s < ADOPTS_S
    asked = bay.claimed_s is None or now_s - bay.claimed_s < ANSWER_S
    if young or (asked and bay.pace.go and silent_s is not None and silent_s <= claims.LEASE_S):
        return _limit(facts, bay.post.range_w[1], Reason.STARTING), False
    if silent_s is not None and silent_s <= claims.LEASE_S:
        return _limit(facts, 0.0, Reason.PEAK), False
    since_s = now_s - charging.began_s if silent_s is None else silent_s
    if since_s > LONG_S and not facts.reserve and not (facts.need and facts.need.step >= Step.OVER):
        return _limit(facts, 0.0, Reason.SAFE), True
    return _limit(facts, power_w(safe_a(bay.post.rules), bay.post.phases), Reason.SAFE), True


def _limit(facts: Facts, high_w: float, reason: Reason) -> Proposal:
    return Proposal(source="budget", priority=claims.BUDGET, at_s=facts.now_s, high_w=high_w, why=Why(reason=reason))


def _claim(charging: Charging, rules: ChargingRules, bay: Bay, facts: Facts, wished: Resolved) -> Claim | None:
    """What is asked of dm: the wish as if the peak did not count, as far as car and circuits let it."""
    post = bay.post
    if not post.plug.is_car or bay.mode is Mode.MANUAL or post.missed is not None:
        return None
    because = wished.because
    priority = because.priority if because else claims.DEFAULT
    if wished.target_w <= 0 and (not bay.pace.go or priority > claims.SURPLUS):
        return None  # what only waits to be stopped, as behind a cloud, still needs its least
    word = charging.site.word
    room_w = (word.target_w or 0.0) * (1 - rules.margin)
    base_w = max(0.0, charging.site.calm_w or 0.0, charging.site.base_w or 0.0)
    over_w, cause = tactics.over_w(facts, priority, wished.target_w, base_w, room_w)
    runs = post.order is not None and post.order.go and post.plug is Plug.CHARGING
    least_w = power_w(post.least_a, post.phases) if runs else facts.least_w
    wish_w = max(least_w, wished.target_w)
    if bay.pace.cap_a is not None:
        wish_w = max(least_w, min(wish_w, power_w(bay.pace.cap_a, _most_phases(post, facts.car))))
    return Claim(
        who=post.rules.name,
        priority=priority,
        wish_w=wish_w,
        least_w=least_w,
        runs=runs,
        over_w=over_w,
        cause=cause,
    )


def _shares(charging: Charging, rules: ChargingRules, aims: list[Aim]) -> Mapping[str, Share]:
    """What the circuits leave each of those that are to charge."""
    asks = [
        Ask(
            charger=aim.name,
            conductors=_conductors(aim),
            least_a=aim.bay.post.least_a,
            most_a=_asked_a(aim),
            step_a=aim.bay.post.rules.step_a,
            rank=rank,
            forced=(aim.resolved.low_w or 0.0) > 0,
            runs=aim.bay.pace.go,
            spare_a=0.5 if aim.bay.why.held in {Reason.WAITING, Reason.ROW} and not aim.bay.pace.go else 0.0,
        )
        for rank, aim in enumerate(aims)
        if aim.bay.post.plug.is_car and aim.bay.post.missed is None and _asked_a(aim) > 0
    ]
    asking = {ask.charger for ask in asks}
    reserved = {
        name: bay.post.reserved_a if bay.post.missed is not None else bay.post.range_a[1]
        for name, bay in charging.bays.items()
        if name not in asking
    }
    return share(rows(rules.circuits, _other_a(charging, rules), reserved), asks)


def _other_a(charging: Charging, rules: ChargingRules) -> Mapping[str, tuple[float, float, float]]:
    """What the house draws on the connection; while the meter is silent for long, its worst case."""
    if not rules.circuits:
        return {}
    site, now_s = charging.site, charging.now_s
    silent_s = site.silent_s(now_s)
    known = site.base_a
    if rules.worst_a is not None and (silent_s is None or silent_s > claims.LEASE_S):
        known = rules.worst_a
    return {rules.circuits[0].name: known or NOTHING}


def _conductors(aim: Aim) -> tuple[int, ...]:
    post = aim.bay.post
    return post.loads() if aim.phases == post.phases else conductors(post.rules.wired, aim.phases)


def _asked_a(aim: Aim) -> float:
    """The amperes that a charger would take if the circuits let it; one that only waits to stop holds its least."""
    post = aim.bay.post
    if aim.bay.mode is Mode.MANUAL:
        reading = post.reading
        return reading.set_a or reading.offered_a or 0.0 if reading and not reading.paused else 0.0
    if aim.bay.pace.go:
        return max(aim.most_a, post.least_a)
    return aim.most_a


def _ordered(charging: Charging, aim: Aim, share: Share | None, aims: list[Aim]) -> Bay:
    """The bay with its order and its reason."""
    post, now_s = aim.bay.post, charging.now_s
    if post.plug is Plug.UNKNOWN or post.reading is None:
        return replace(aim.bay, claim=aim.claim, why=_unread(aim))
    if aim.bay.mode is Mode.MANUAL:
        return _manual(aim, share)
    allowed_a = share.current_a if share else 0.0
    wanted_a = min(aim.most_a, allowed_a)
    wanted = Wanted(
        current_a=wanted_a,
        least_a=post.least_a,
        most_a=post.most_a,
        step_a=post.rules.step_a,
        haste=_haste(charging, aim, share),
        may_raise=_may_raise(charging, aim, aims),
        phases=aim.wish,
    )
    pace, command = paced(aim.bay.pace, wanted, now_s)
    bay = _woken(replace(aim.bay, pace=pace), now_s)
    order = Order(
        current_a=command.current_a if command.go else post.least_a,
        go=command.go and not _wakes(bay, now_s),
        phases=command.phases if post.rules.switches else None,
    )
    phases = command.phases or post.phases
    drawn_w = power_w(command.current_a, phases) if command.go else 0.0
    return replace(
        bay,
        post=replace(post, order=order),
        claim=aim.claim,
        claimed_s=_claimed_s(aim),
        power_w=drawn_w,
        reserve=_reserve(aim),
        why=_why(
            charging, aim, share, command.held, command.current_a if command.go else 0.0, command.until_s, drawn_w
        ),
    )


def _woken(bay: Bay, now_s: float) -> Bay:
    """One try more to wake a car that takes nothing though it may: the only lever is a short pause."""
    if bay.idle_s is None or bay.charged or not bay.pace.go or bay.wakes >= WAKES:
        return bay
    due_s = max(bay.idle_s, bay.pace.turned_s, bay.woken_s or 0.0) + WAKE_S
    return replace(bay, wakes=bay.wakes + 1, woken_s=now_s) if now_s >= due_s else bay


def _wakes(bay: Bay, now_s: float) -> bool:
    """Whether it stands in such a pause."""
    return bay.woken_s is not None and now_s - bay.woken_s < PULSE_S


def _haste(charging: Charging, aim: Aim, share: Share | None) -> Haste:
    """Where the wish to stop or to start comes from."""
    post = aim.bay.post
    if aim.bay.mode is Mode.OFF or not post.plug.is_car:
        return Haste.OWNER
    if aim.grant is not None and aim.grant.power_w <= 0 and aim.claim is not None:
        return Haste.NOW
    if share is not None and share.current_a < post.least_a:
        row = share.held_by
        return Haste.NOW if row is not None and _exceeded(charging, row) else Haste.ROW
    return Haste.SURPLUS if _sun_only(aim) else Haste.PLAN


def _sun_only(aim: Aim) -> bool:
    """Whether the sun alone decides."""
    because = aim.wished.because
    return because is not None and because.priority <= claims.SURPLUS


def _exceeded(charging: Charging, row: Row) -> bool:
    """Whether a row is so far above its limit that nothing may wait."""
    site = charging.site
    flows = site.word.phases_a[row.phase - 1] if site.word.phases_a else 0.0
    known = site.base_a[row.phase - 1] if site.base_a else 0.0
    return flows > 1.25 * (row.room_a + max(0.0, known))


def _may_raise(charging: Charging, aim: Aim, aims: list[Aim]) -> bool:
    """Nothing is raised on an old telegram, nor before those that give way have done so."""
    if not charging.site.is_fresh(charging.now_s):
        return False
    return not any(
        other.bay.post.moves and other.bay.post.moves[-1].current_a < other.bay.post.range_a[1][0] - 1
        for other in aims
        if other.name != aim.name
    )


def _claimed_s(aim: Aim) -> float | None:
    """Since when dm is asked."""
    if aim.claim is None:
        return None
    return aim.facts.now_s if aim.bay.claimed_s is None else aim.bay.claimed_s


def _reserve(aim: Aim) -> bool:
    """Rule 1: on below the reserve, off a little above it; unknown is not empty."""
    low_pct, car = aim.facts.low_pct, aim.facts.car
    if low_pct is None or car is None:
        return False
    return low_pct < car.reserve_pct + (tactics.BACK_PCT if aim.bay.reserve else 0.0)


def _manual(aim: Aim, share: Share | None) -> Bay:
    """Left as it is, except where a circuit carries too much."""
    post = aim.bay.post
    asked_a = _asked_a(aim)
    order, why = None, Why(reason=Reason.MANUAL)
    if share is not None and share.current_a < asked_a:
        row = share.held_by.name if share.held_by else ""
        order = Order(current_a=max(post.least_a, share.current_a), go=share.current_a >= post.least_a)
        why = Why(reason=Reason.MANUAL, held=Reason.ROW, current_a=share.current_a, row=row)
    return replace(aim.bay, post=replace(post, order=order), claim=None, power_w=post.range_w[1], why=why)


def _unread(aim: Aim) -> Why:
    post = aim.bay.post
    if post.missed is not None:
        return Why(reason=Reason.SILENT, name=post.missed.why)
    return Why(reason=Reason.STARTING)


def _why(
    charging: Charging,
    aim: Aim,
    share: Share | None,
    held: Reason | None,
    current_a: float,
    until_s: float | None,
    drawn_w: float,
) -> Why:
    """The reason of what was decided, and what holds it below that."""
    post, resolved = aim.bay.post, aim.resolved
    if post.missed is not None:
        return Why(reason=Reason.SILENT, name=post.missed.why, current_a=post.range_a[1][0])
    if aim.bay.ended:
        return Why(reason=Reason.CAR_ENDED, current_a=current_a)
    if aim.bay.wakes >= WAKES and aim.bay.idle_s is not None and not aim.bay.charged and current_a:
        return Why(reason=Reason.ASLEEP, current_a=current_a)
    because = aim.wished.because
    why = because.why if because is not None and because.why is not None else Why(reason=Reason.STARTING)
    if why.power_w is None or current_a:
        why = replace(why, power_w=drawn_w if current_a else why.power_w)
    why = replace(why, current_a=current_a)
    by = resolved.held_by
    if by is not None and by.source == "budget" and resolved.target_w < aim.wished.target_w:
        reason = by.why.reason if by.why else Reason.PEAK
        if reason is Reason.PEAK and resolved.target_w <= 0:
            reason = Reason.NO_ROOM
        if reason is Reason.SAFE:
            return replace(why, held=reason, name=charging.site.word.why or "dm")
        return replace(why, held=reason)
    if share is not None and share.held_by is not None and share.current_a < aim.most_a:
        row = share.held_by.name
        return replace(why, held=Reason.WAITING if share.place else Reason.ROW, row=row, count=share.place or None)
    if held is Reason.PACE and not current_a:
        held = Reason.SOON
    if held is not None:
        until = why.until if until_s is None else charging.at + timedelta(seconds=until_s - charging.now_s)
        return replace(why, held=held, until=until)
    return why
