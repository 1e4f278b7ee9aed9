"""What the month's peak leaves a charger, and what is asked of dm for it. Knows no circuit and no other charger."""

from math import inf

from lib.core import claims, tactics
from lib.core.car import CarRules
from lib.core.carport import Bay, Charging, ChargingRules
from lib.core.charger import Plug, power_w
from lib.core.circuits import safe_a
from lib.core.claims import Claim, Grant
from lib.core.modes import Mode
from lib.core.needs import Step
from lib.core.proposals import Proposal, Resolved
from lib.core.prospects import most_phases
from lib.core.site import ADOPTS_S, LONG_S
from lib.core.tactics import Facts
from lib.core.why import Hold, Reason

ANSWER_S = 5.0  # dm answers a new claim with its next telegram
TRIED_S, TRIED_AGAIN_S = 120.0, 1800.0  # a car that takes nothing is offered its least so long, and after so long again
OUTSIDE = frozenset({Reason.OUTSIDE, Reason.OUTSIDE_OFF})


def budget_of(
    charging: Charging, rules: ChargingRules, bay: Bay, facts: Facts, grant: Grant | None
) -> tuple[float, Hold] | None:
    """The peak's word: the live grant; what runs, while dm has not answered; the safe current when it is silent.

    What runs on a lease that nobody renews goes to its safe current, too: a dm that speaks may not hear us.
    """
    now_s, site, post = charging.now_s, charging.site, bay.post
    if bay.mode is Mode.MANUAL:
        return None
    young = now_s - charging.began_s < ADOPTS_S  # dm may take ten seconds until it looks for us again
    asked_s = None if bay.claimed_s is None else now_s - max(bay.claimed_s, site.since_s or 0.0)
    answers = asked_s is not None and asked_s >= ANSWER_S and not young
    if grant is not None:
        return grant.power_w, Hold.PEAK if grant.power_w > 0 else Hold.NO_ROOM if answers else Hold.ASKED
    silent_s = site.silent_s(now_s)
    if silent_s is None and young:
        return post.range_w[1], Hold.STARTING
    lapsed = bay.pace.go and asked_s is not None and asked_s >= rules.lease_s and not young
    if silent_s is not None and silent_s < rules.lease_s and not lapsed:
        told_w = max(post.range_w[1], power_w(bay.pace.current_a, post.phases))
        return (told_w if bay.pace.go and not answers else 0.0), Hold.ASKED
    since_s = now_s - charging.began_s if silent_s is None else silent_s
    if since_s > LONG_S and not facts.reserve and not (facts.need and facts.need.step >= Step.OVER):
        return 0.0, Hold.SAFE
    return power_w(safe_a(post.rules), post.phases), Hold.SAFE


def limit(facts: Facts, high_w: float) -> Proposal:
    """The same as a fence."""
    return Proposal(source="budget", priority=claims.BUDGET, at_s=facts.now_s, high_w=high_w)


def claim_of(charging: Charging, rules: ChargingRules, bay: Bay, facts: Facts, wished: Resolved) -> Claim | None:
    """What is asked of dm: the wish as if the peak did not count, as far as car and circuits let it.

    For a car that takes nothing its least, never above the peak, and behind all others but for a moment now and then.
    """
    post = bay.post
    if not post.plug.is_car or bay.mode is Mode.MANUAL or post.missed is not None:
        return None
    if wished.target_w <= 0 and not bay.pace.go:
        return None
    because = wished.because
    priority = claims.SURPLUS  # of what only waits to be stopped, as behind a cloud: it still needs its least
    if wished.target_w > 0:
        priority = because.priority if because else claims.DEFAULT
        if because is not None and because.why is not None and because.why.reason in OUTSIDE:
            priority = min(priority, claims.PLAN)  # it is never served before the owner's trips
    word = charging.site.word
    room_w = (word.target_w or 0.0) * (1 - rules.margin)
    base_w = max(0.0, charging.site.calm_w or 0.0, charging.site.base_w or 0.0)
    beyond_w, cause = tactics.beyond_w(facts, priority, wished.target_w, base_w, room_w)
    if bay.takes_nothing:
        priority, beyond_w, cause = _rank_of_idle(bay, priority, charging.now_s), 0.0, None
    runs = post.order is not None and post.order.go and post.plug is Plug.CHARGING
    least_w = power_w(post.least_a, post.phases) if runs else facts.least_w
    wish_w = max(least_w, min(wished.target_w, uses_w(bay, facts.car)))
    claim = Claim(
        who=post.rules.name,
        priority=priority,
        wish_w=wish_w,
        least_w=least_w,
        runs=runs,
        cause=cause,
        helped=facts.helped,
    )
    return claim.ending(beyond_w)


def _rank_of_idle(bay: Bay, priority: int, now_s: float) -> int:
    """The rank of a car that takes nothing: last, but now and then just ahead of its equals, to see whether it does.

    Its own timer may be over, or its owner may have raised its limit; while it is paused nobody would know.
    """
    since_s = now_s - bay.pace.turned_s
    if since_s >= TRIED_S if bay.pace.go else since_s < TRIED_AGAIN_S:
        return claims.DEFAULT
    return priority + 1


def uses_w(bay: Bay, car: CarRules | None) -> float:
    """What its car was seen to take at most; all of it where nothing was."""
    return inf if bay.pace.cap_a is None else power_w(bay.pace.cap_a, most_phases(bay.post, car))
