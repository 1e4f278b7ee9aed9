"""What each charger shall do before circuits and clocks have their say: its facts, its wishes, its claim, its target.

The sun goes to one car after the other. Knows no order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core import surplus, tactics
from lib.core.asking import asked
from lib.core.budget import budget_of, claim_of, limit, uses_w
from lib.core.car import CarRules
from lib.core.carport import Bay, Charging, ChargingRules
from lib.core.charger import in_steps, power_w
from lib.core.claims import Claim, Grant
from lib.core.cost import slot_at
from lib.core.followed import Expected, fresh
from lib.core.laxity import accepts_w
from lib.core.modes import Mode, Phases
from lib.core.plan import Block
from lib.core.post import Post
from lib.core.power import PHASE_V
from lib.core.proposals import Device, Proposal, Resolved, resolve
from lib.core.prospects import full_w, least_w, most_phases
from lib.core.soc import UNSURE, Soc
from lib.core.surplus import ALL_PHASES, Priority, own_profile
from lib.core.tactics import Facts
from lib.core.uptake import phases_for
from lib.core.why import Hold, Reason
from lib.core.wishes import wishes_for

FOUND_S = 15.0
HELD_A = 1.0  # an owner asks for no reason of less


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One charger on its way to an order.

    Attributes:
        facts: what its wishes depend on; wished: what they come to without the budget; resolved: with it.
        phases: on how many it shall charge; target_w: how much; most_a: that in amperes.
        grant: its lease; hold: what its budget is, where it has one.
        put: all that was proposed for it.

    """

    name: str
    bay: Bay
    facts: Facts
    device: Device
    wished: Resolved
    resolved: Resolved
    phases: int
    grant: Grant | None
    hold: Hold | None
    claim: Claim | None
    put: tuple[Proposal, ...]

    @property
    def reason(self) -> Reason | None:
        """Why it wants what it wants, whatever the budget says."""
        return _reason(self.wished)

    @property
    def target_w(self) -> float:
        """What it shall draw."""
        return self.resolved.target_w

    @property
    def most_a(self) -> float:
        """The same per phase that it charges on, in its steps."""
        post = self.bay.post
        return min(post.most_a, in_steps(self.target_w / (PHASE_V * self.lines), post.rules.step_a))

    @property
    def lines(self) -> int:
        """On how many phases its amperes count: those that it is set to, as far as its car takes them."""
        post, car = self.bay.post, self.facts.car
        return min(phases_for(self.bay.pace, self.wish, self.facts.now_s) or post.phases, car.phases if car else 3)

    @property
    def wish(self) -> int | None:
        """On how many phases it shall charge; None where that makes no difference, or it shall not charge."""
        post = self.bay.post
        switches = post.rules.switches and most_phases(post, self.facts.car) > 1
        return self.phases if switches and self.target_w > 0 else None

    @property
    def setting(self) -> int | None:
        """To how many phases its charger is set for that: boxes know one or three, whatever the car takes of them."""
        return self.wish if self.wish in {None, 1} else ALL_PHASES

    @property
    def held(self) -> Hold | None:
        """What its budget is, where that leaves it less than it wants, by an ampere at least.

        What the house draws is never quite the same: a hold stays until hardly anything of it is left.
        """
        if self.grant is not None and not self.grant.short:
            return None  # it has all that its car and the circuits take
        less_w = self.wished.target_w - self.target_w
        least_a = HELD_A / 2 if self.bay.why.held is self.hold else HELD_A
        return self.hold if less_w >= power_w(least_a, self.lines) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What the plan has for each car now and next, see Facts, and the price of a kWh: looked up once for all.

    by_sun: what it expects of a stretch in which cars draw no more than the sun leaves; None: it is no such.
    """

    blocks: Mapping[str, Block]
    nexts: Mapping[str, Block]
    fills: bool
    by_sun: Expected | None
    eur_kwh: float | None


def aims_of(charging: Charging, rules: ChargingRules) -> list[Aim]:
    """What each charger shall do before circuits and clocks have their say; the sun goes to one after the other."""
    now = _now(charging)
    left_w = _surplus_w(charging, now.by_sun if rules.priority is Priority.AUTO else None)
    helps = charging.battery.help_w > 0 and charging.battery.is_fresh(charging.now_s, rules.lease_s)
    ask = asked(charging, rules) if helps else None
    helped = ask.chargers if ask else frozenset()
    aims = []
    for name, bay in charging.bays.items():
        car = rules.cars.get(charging.car_on(name) or "")
        facts = _facts(charging, name, bay, car, left_w, now, helped=name in helped)
        aim = _aim(charging, rules, name, bay, car, facts)
        aims.append(aim)
        if aim.bay.post.plug.is_car:
            taken_w = 0.0 if bay.takes_nothing else min(aim.target_w, uses_w(bay, car))  # until it draws something
            left_w -= max(taken_w, bay.post.range_w[0])
    return aims


def _now(charging: Charging) -> _Now:
    at = charging.at
    blocks: dict[str, Block] = {}
    nexts: dict[str, Block] = {}
    for block in charging.plan.blocks:
        if block.start > at:
            nexts.setdefault(block.car, block)
        elif at < block.end:
            blocks.setdefault(block.car, block)
    slot = slot_at(charging.prices, at)
    followed = fresh(charging.followed, charging.now_s)
    expected = followed.at(at) if followed else None
    return _Now(
        blocks=blocks,
        nexts=nexts,
        fills=expected is not None and expected.fills,
        by_sun=expected if expected is not None and expected.is_sun else None,
        eur_kwh=slot.import_eur_kwh if slot else None,
    )


def _surplus_w(charging: Charging, by_sun: Expected | None) -> float:
    """What all cars together may draw from the sun, as it was known last: what is raised needs a fresh telegram.

    by_sun: what the plan has cars draw from it they have, also where the battery would come first.
    """
    site = charging.site
    if site.base_w is None:
        return 0.0
    battery_w = site.word.battery_w
    left_w = surplus.surplus_w(0.0, site.base_w + battery_w, battery_w, charging.first)
    if by_sun is not None:
        left_w = max(left_w, min(by_sun.cars_w, -site.base_w - by_sun.stores_sun_w))
    return min(left_w, site.word.left_w)


def _facts(
    charging: Charging, name: str, bay: Bay, car: CarRules | None, left_w: float, now: _Now, *, helped: bool
) -> Facts:
    post, at = bay.post, charging.at
    known = charging.cars[car.name].soc if car else None
    phases = post.phases
    runs = post.order is not None and post.order.go
    profile = own_profile(
        step_a=post.rules.step_a, least_a=post.least_a, most_a=min(post.most_a, car.current_a if car else post.most_a)
    )
    mode = Mode.PV_ALL if bay.mode is Mode.PV_ALL else Mode.PV_ONLY
    sun_phases = _sun_phases(bay, car, left_w, mode)
    sun = surplus.wish(mode, left_w, phases=sun_phases, runs=runs, profile=profile)
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
        least_w=least_w(post, car),
        most_w=_most_w(post, car, known, at),
        car=car,
        pct=known.pct(at) if known else None,
        unsure=known is not None and known.confidence(at) in UNSURE,
        need=need,
        block=now.blocks.get(car.name) if car else None,
        next=now.nexts.get(car.name) if car else None,
        fills=now.fills,
        by_sun=now.by_sun is not None,
        night_w=night.power_w if night and at < night.until else 0.0,
        night_until=night.until if night else None,
        eur_kwh=now.eur_kwh,
        sun_w=power_w(sun.current_a, sun_phases) if sun.go else 0.0,
        left_w=left_w,
        found_w=power_w(bay.pace.current_a, post.phases) if _is_found(charging, bay) else 0.0,
        sunny=bay.sunny and bay.pace.go,
        reserve=bay.reserve,
        helped=helped,
        ended=bay.ended,
        asleep=bay.asleep,
        barred=bay.barred,
        over=grant is not None and grant.over_w > 0,
        over_eur=grant.eur if grant and grant.over_w > 0 else None,
    )


def _most_w(post: Post, car: CarRules | None, known: Soc | None, at: datetime) -> float:
    """All that charger and car take, as far as the car's table says at its state of charge."""
    most_w = full_w(post, car)
    if car is None or known is None or not car.table or (pct := known.pct(at)) is None:
        return most_w
    return max(min(least_w(post, car), most_w), min(most_w, accepts_w(car.table, pct) / known.efficiency))


def _is_found(charging: Charging, bay: Bay) -> bool:
    """Whether it goes on as it was found until trips, prices and the house are known too."""
    return bay.found_s is not None and bay.pace.go and charging.now_s - bay.found_s < FOUND_S


def _sun_phases(bay: Bay, car: CarRules | None, left_w: float, mode: Mode) -> int:
    """On how many phases the sun is taken."""
    post = bay.post
    if not post.rules.switches or most_phases(post, car) == 1:
        return post.phases
    profile = own_profile(step_a=post.rules.step_a, least_a=post.least_a, most_a=post.most_a)
    wish = bay.wish
    return surplus.wanted_phases(mode, wish, phases=post.phases, available_w=left_w, profile=profile)


def _aim(
    charging: Charging,
    rules: ChargingRules,
    name: str,
    bay: Bay,
    car: CarRules | None,
    facts: Facts,
) -> Aim:
    wanted = [*tactics.proposals(facts), *wishes_for(charging, name)]
    device = Device(high_w=facts.most_w, band_high_w=facts.least_w)
    wished = resolve(device, wanted)
    grant = charging.site.grant(name, charging.now_s)
    budget = budget_of(charging, rules, bay, facts, grant)
    fenced = [*wanted, limit(facts, budget[0])] if budget else wanted
    resolved = resolve(device, fenced) if budget else wished
    phases = _phases(bay, car, facts, resolved.target_w, grant, _reason(wished))
    return Aim(
        name=name,
        bay=bay,
        facts=facts,
        device=device,
        wished=wished,
        resolved=resolved,
        phases=phases,
        grant=grant,
        hold=budget[1] if budget else None,
        claim=claim_of(charging, rules, bay, facts, wished),
        put=tuple(fenced),
    )


def _reason(wished: Resolved) -> Reason | None:
    because = wished.because
    return because.why.reason if because and because.why else None


def _phases(
    bay: Bay, car: CarRules | None, facts: Facts, target_w: float, grant: Grant | None, reason: Reason | None
) -> int:
    """On how many phases it shall charge with that power."""
    post = bay.post
    most = most_phases(post, car)
    if not post.rules.switches or most == 1:
        return most
    if bay.wish is not Phases.AUTO:
        return min(most, int(bay.wish))
    if target_w <= 0:
        return post.phases
    if target_w != facts.sun_w:
        if (grant is not None and not grant.fits) or target_w < power_w(post.least_a, most):
            return 1
        if reason is not Reason.PLANNED_SUN:
            return most
    mode = Mode.PV_ALL if bay.mode is Mode.PV_ALL else Mode.PV_ONLY
    return min(most, _sun_phases(bay, car, facts.left_w, mode))
