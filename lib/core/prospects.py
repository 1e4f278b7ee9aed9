"""When needs and plan are worked out anew, and what each car can draw for them.

In: the EV app's state. Out: the same with needs and plan in it. Knows no order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from lib.core import foresight, wanting
from lib.core.books import local_day
from lib.core.car import CarRules
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import power_w
from lib.core.circuits import conductors, safe_a
from lib.core.followed import fresh, has, joined, served
from lib.core.foresight import Prospect
from lib.core.modes import Mode
from lib.core.needs import Need, Step
from lib.core.plan import Plan, Quarters, Want, cheap_hours
from lib.core.post import Post
from lib.core.rooms import priced, rooms
from lib.core.site import ADOPTS_S
from lib.core.soc import UNSURE
from lib.core.states import replace

USUAL_HOURS = range(24)
NOTHING_W = 1.0  # less is a rounding, which a battery could give for longer than there are days


def foreseen(charging: Charging, rules: ChargingRules) -> Charging:
    """Needs and plan, worked out anew when something changed or a while has passed."""
    if charging.planned_s is not None and charging.now_s - charging.planned_s < rules.plan_s:
        return charging
    at, site = charging.at, charging.site
    if site.word.target_w is None:  # dm has not told the peak: what fits under it is not known, nor 0
        return replace(charging, needs=_untold(charging, rules), plan=Plan())
    target_w = site.word.target_w * (1 - rules.margin)
    usual_w = {hour: known for hour in USUAL_HOURS if (known := charging.usual.by_hour.get(str(hour))) is not None}
    else_w = charging.usual.mean_w
    ahead = rooms(charging.prices, at, target_w=target_w, usual_w=usual_w, else_w=else_w)
    prospects = [_prospect(charging, name, car) for name, car in rules.cars.items()]
    battery = charging.battery
    helps = battery.is_fresh(charging.now_s, rules.lease_s)
    asked_s = 0.0 if charging.helped_s is None else charging.now_s - charging.helped_s
    full = max((one.full_w for one in prospects), default=0.0)
    extra_w = min(battery.can_w, full - ahead[0].room_w) if battery.can_w > 0 else 0.0
    extra_w = extra_w if extra_w > NOTHING_W else 0.0
    lasts = timedelta(hours=battery.spare_wh / extra_w) if extra_w else None
    before = {need.trip.key: need for found in charging.needs.values() for need in found}
    needs = {
        one.car.name: foresight.needs(
            one,
            [trip for trip in charging.trips.trips if trip.car == one.car.name],
            ahead,
            at,
            before=before,
            help_asked_s=asked_s if helps else float("inf"),
            helped_w=extra_w if helps and not battery.refused else 0.0,
            helped_until=at + lasts if lasts else None,
        )
        for one in prospects
    }
    followed = fresh(charging.followed, charging.now_s)
    asks = followed is None or charging.thrift.day != local_day(at)
    low = asks and any(map(foresight.is_low, prospects))
    cheap = cheap_hours(priced(charging.prices, at), at) if low else ()
    thrift = wanting.followed(charging.thrift, _cheap_eur(ahead, cheap), at)
    wants = wanting.wanted(prospects, needs, thrift.eur_kwh, at)
    theirs = served(followed, _firsts(wants), at)
    others = [one for one in prospects if one.car.name not in theirs]
    own = wanting.plan(others, needs, ahead, at, charging.plan if charging.plan.blocks else None)
    plan = joined(followed, theirs, own, at)
    met = {one.car.name: one.full_w for one in prospects if one.car.name in theirs - set(plan.short_wh)}
    musts = [want for want in wants if want.away and want.worth_eur_kwh is None]
    needs = {
        car: foresight.planned(
            found,
            met.get(car, 0.0),
            at,
            runs=plan.now(car, at) is not None,
            later={want.until for want in musts if want.car == car in met and followed and has(followed, want, at)},
        )
        for car, found in needs.items()
    }
    nights = {
        one.car.name: night
        for one in prospects
        if one.plugged and followed is None and (night := foresight.night(one, cheap, at)) is not None
    }
    late = any(found and found[0].step >= Step.HELP for found in needs.values())
    return replace(
        charging,
        needs=needs,
        nights=nights,
        wants=wants,
        thrift=thrift,
        plan=plan,
        planned_s=charging.now_s,
        helped_s=(charging.helped_s or charging.now_s) if late else None,
    )


def _untold(charging: Charging, rules: ChargingRules) -> Mapping[str, tuple[Need, ...]]:
    """The needs while nobody tells the peak: of cars on a cable, as far as its safe current brings them.

    As they were, until dm had its time to begin.
    """
    silent_s = charging.site.silent_s(charging.now_s)
    needs = dict(charging.needs)
    if (charging.now_s - charging.began_s if silent_s is None else silent_s) < ADOPTS_S:
        return needs
    for name, bay in charging.bays.items():
        car = rules.cars.get(charging.car_on(name) or "")
        if car is not None and safe_a(bay.post.rules):  # else nothing goes on, late or not
            one = replace(_prospect(charging, car.name, car), full_w=power_w(safe_a(bay.post.rules), bay.post.phases))
            trips = [trip for trip in charging.trips.trips if trip.car == car.name]
            needs[car.name] = foresight.needs(one, trips, (), charging.at, before={}, help_asked_s=float("inf"))
    return needs


def _firsts(wants: Sequence[Want]) -> list[Want]:
    """Of each car, also one that is away, the first want that must be met, and those that need not.

    For what it will draw when it is back the battery may have to be full by then.
    """
    musts = [want for want in wants if want.worth_eur_kwh is None]
    firsts = {want.car: want for want in sorted(musts, key=lambda want: want.until, reverse=True)}
    return [*firsts.values(), *(want for want in wants if want.worth_eur_kwh is not None)]


def _cheap_eur(ahead: Sequence[Quarters], cheap: Sequence[tuple[datetime, datetime]]) -> float | None:
    """What a kWh costs in the cheap hours of the next day, in the mean."""
    if not cheap:
        return None
    prices = [
        one.eur_kwh
        for one in ahead
        if one.eur_kwh is not None and any(start <= one.start < end for start, end in cheap)
    ]
    return sum(prices) / len(prices) if prices else None


def _prospect(charging: Charging, name: str, car: CarRules) -> Prospect:
    """What a car can draw on the cable it hangs on, else on the one it mostly does."""
    known = charging.cars[name].soc
    charger = charging.plugged.charger(name)
    home = next((bay for bay in charging.bays.values() if bay.post.rules.car == name), None)
    bay = charging.bays[charger] if charger else home or next(iter(charging.bays.values()), None)
    trip, low_pct = charging.cars[name].trip, known.low_pct(charging.at)
    likely_pct = known.pct() if known.confidence(charging.at) in UNSURE else None
    ended = charger is not None and bay is not None and bay.ended
    is_away = charger is None and trip is not None and charging.at < trip.returns
    if is_away and trip is not None and low_pct is not None:
        low_pct = foresight.left_pct(car, trip.ask, low_pct)
        likely_pct = None if likely_pct is None else foresight.left_pct(car, trip.ask, likely_pct)
    return Prospect(
        car=car,
        low_pct=low_pct,
        likely_pct=likely_pct,
        charged_wh=bay.session.energy_wh if charger and bay and bay.session else 0.0,
        wall_wh_pct=known.wall_wh_pct,
        spread=0.0 if low_pct is None else known.spread,
        full_w=full_w(bay.post, car) if bay else 0.0,
        least_w=least_w(bay.post, car) if bay else 0.0,
        plugged=charger is not None,
        returns=trip.returns if is_away and trip is not None else None,
        waits=bay is None or (bay.mode is Mode.AUTO and not ended),
        ended_pct=known.high_pct(charging.at) if ended else None,
        phases=conductors(bay.post.rules.wired, most_phases(bay.post, car)) if bay else (1, 2, 3),
    )


def full_w(post: Post, car: CarRules | None) -> float:
    """All that charger and car take."""
    current_a = min(post.most_a, car.current_a if car else post.most_a)
    return power_w(current_a, most_phases(post, car))


def most_phases(post: Post, car: CarRules | None) -> int:
    """On how many phases they may charge."""
    if post.rules.switches:
        return min(post.rules.phases, car.phases if car else 3)
    return post.phases


def least_w(post: Post, car: CarRules | None) -> float:
    """Below it they can only pause, on one phase where the charger can switch."""
    return power_w(post.least_a, 1 if post.rules.switches else most_phases(post, car))
