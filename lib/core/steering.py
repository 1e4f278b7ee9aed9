"""What every charger is told, and why: wishes → target → share of the circuits → order. Also what is asked of dm.

In: the EV app's state. Out: the same with orders, claims and reasons in it. A cut is found in the step that needs it;
what is raised waits for lib/core/pace.py.
"""

from datetime import timedelta

from lib.core import profiles, site, tactics
from lib.core.aims import Aim, aims_of
from lib.core.carport import WAKES, Bay, Charging, ChargingRules, Cut
from lib.core.charger import Order, Plug, power_w
from lib.core.circuits import Circuit, Row, safe_a
from lib.core.flows import blind, loaded
from lib.core.grounds import unread, why_of
from lib.core.heeding import LATE_S
from lib.core.modes import Mode
from lib.core.pace import paced
from lib.core.post import Post
from lib.core.prospects import foreseen
from lib.core.room import asked_a, crowded, lined, shared
from lib.core.sessions import interrupted
from lib.core.sharing import Share
from lib.core.states import replace
from lib.core.tempo import Haste, Tempo, Wanted, ramp
from lib.core.why import Hold, Reason, Why
from lib.core.wishes import pools_of

LISTENS_S = 10.0  # a start first hears prices, trips and cars, so that it begins nothing it would regret
PULSE_S = 6.0  # a pause so short that a car wakes by its end
WAKE_S = 30.0
FAR = 1.25  # a row that is so far above its limit lets nothing wait


def steered(charging: Charging, rules: ChargingRules, *, replans: bool = True) -> Charging:
    """The state with what each charger is told and what is asked of dm.

    replans: needs and plan may be worked out anew; a cut that a telegram calls for need not wait for that.
    """
    charging = foreseen(charging, rules) if replans else charging
    charging = replace(charging, pools=pools_of(charging, rules))
    aims = aims_of(charging, rules)
    charging = lined(charging, rules, aims)
    aims, shares, rows = shared(charging, rules, aims)
    full: list[Row | Circuit] = [*crowded(aims, shares, rows), *blind(charging, rules)]
    ramps = profiles.ramps(rules.circuits, tuple(charging.bays))
    bays = dict(charging.bays)
    for aim in aims:
        may_raise = not aim.bay.post.balked and not any(one.carries(aim.name) for one in full)
        tempo = ramp(aim.lines) if aim.name in ramps else rules.tempo
        bays[aim.name] = _ordered(charging, rules, aim, shares.get(aim.name), tempo, may_raise=may_raise)
    unheard = [name for name, bay in bays.items() if bay.post.missed is not None and bay.pace.go]
    return replace(
        charging,
        bays=bays,
        site=site.kept(charging.site, {name for name in bays if bays[name].claim}),
        rota=profiles.after(charging.rota, shares, now_s=charging.now_s, rotation_s=rules.rotation_s, unheard=unheard),
    )


def _ordered(
    charging: Charging, rules: ChargingRules, aim: Aim, share: Share | None, tempo: Tempo, *, may_raise: bool
) -> Bay:
    """The bay with its order and its reason; may_raise: those that should have given way, and its meters are seen."""
    post, now_s = aim.bay.post, charging.now_s
    if post.plug is Plug.UNKNOWN or post.reading is None or post.missed is not None:
        # what it was told last is told it again; one that has fallen to its safe current shall stay there
        order = _safe(post) if post.fallen else post.order
        post = post if order == post.order else replace(post, order=order)
        return replace(
            aim.bay,
            post=post,
            claim=aim.claim,
            claimed_s=_claimed_s(aim),
            device=aim.device,
            put=aim.put,
            share=share,
            why=unread(aim),
        )
    if aim.bay.mode is Mode.MANUAL:
        return _manual(charging, rules, aim, share, may_raise=may_raise and _may_raise(charging))
    wanted = Wanted(
        current_a=_allowed_a(aim, share),
        least_a=post.least_a,
        most_a=post.most_a,
        step_a=post.rules.step_a,
        haste=_haste(charging, rules, aim, share),
        may_raise=may_raise and _may_raise(charging),
        phases=aim.setting if charging.site.is_fresh(charging.now_s) else None,
    )
    pace, command = paced(aim.bay.pace, wanted, now_s, tempo)
    bay = _woken(aim.bay if pace is aim.bay.pace else replace(aim.bay, pace=pace), now_s)
    order = Order(
        current_a=command.current_a if command.go else post.least_a,
        go=command.go and not _wakes(bay, now_s),
        phases=command.phases if post.rules.switches else None,
    )
    car = aim.facts.car
    drawn_w = power_w(command.current_a, min(command.phases or post.phases, car.phases if car else 3))
    session = bay.session
    if session is not None and pace.stops > aim.bay.pace.stops:
        session = interrupted(session)
    return replace(
        bay,
        session=session,
        post=post if post.order == order else replace(post, order=order),
        claim=aim.claim,
        claimed_s=_claimed_s(aim),
        power_w=drawn_w,
        sunny=_is_sunny(aim),
        reserve=_reserve(aim),
        device=aim.device,
        put=aim.put,
        share=share,
        why=why_of(charging, aim, share, command),
    )


def _safe(post: Post) -> Order | None:
    """What one that falls to its safe current shall do, if it hears us after all: no more than it was told."""
    order, current_a = post.order, safe_a(post.rules)
    if order is None or not order.go:
        return order
    return replace(order, current_a=max(post.least_a, min(current_a, order.current_a)), go=current_a > 0)


def _allowed_a(aim: Aim, share: Share | None) -> float:
    """What it wants, as far as a circuit lets it; what its car does not take is the pace's concern."""
    if share is None:
        return 0.0
    return aim.most_a if share.held_by is None and share.current_a > 0 else min(aim.most_a, share.current_a)


def _woken(bay: Bay, now_s: float) -> Bay:
    """One try more to wake a car that takes nothing though it may: the only lever is a short pause."""
    if bay.idle_s is None or bay.charged or bay.ended or not bay.pace.go or bay.wakes >= WAKES:
        return bay
    due_s = max(bay.idle_s, bay.pace.turned_s, bay.woken_s or 0.0) + WAKE_S
    return replace(bay, wakes=bay.wakes + 1, woken_s=now_s) if now_s >= due_s else bay


def _wakes(bay: Bay, now_s: float) -> bool:
    """Whether it stands in such a pause."""
    return bay.woken_s is not None and now_s - bay.woken_s < PULSE_S


def _haste(charging: Charging, rules: ChargingRules, aim: Aim, share: Share | None) -> Haste:
    """Where the wish to stop or to start comes from."""
    post = aim.bay.post
    if aim.bay.mode is Mode.OFF or not post.plug.is_car:
        return Haste.OWNER
    if aim.hold is Hold.NO_ROOM or (aim.held is Hold.SAFE and aim.target_w <= 0):
        return Haste.NOW
    if share is not None and share.current_a < post.least_a:
        row = share.held_by
        at_once = row is not None and (post.stubborn_a > 0 or loaded(charging, rules, row) > FAR)
        return Haste.NOW if at_once else Haste.ROW
    by_sun = _is_sunny(aim) or (aim.reason is Reason.PLANNED_SUN and aim.bay.pace.go)
    return Haste.SURPLUS if by_sun else Haste.PLAN  # what is planned from the sun begins at once, but ends for no cloud


def _is_sunny(aim: Aim) -> bool:
    """Whether it charges for the sun alone, or did until a cloud came."""
    return aim.reason is Reason.SURPLUS or (aim.reason is Reason.NO_SUN and aim.facts.sunny)


def _may_raise(charging: Charging) -> bool:
    """Nothing is raised on an old telegram, nor by a start that has hardly listened."""
    return charging.site.is_fresh(charging.now_s) and charging.now_s - charging.began_s >= LISTENS_S


def _claimed_s(aim: Aim) -> float | None:
    """Since when dm is asked."""
    if aim.claim is None:
        return None
    return aim.facts.now_s if aim.bay.claimed_s is None else aim.bay.claimed_s


def _reserve(aim: Aim) -> bool:
    """Rule 1: on below the reserve, off a little above it; unknown is not empty."""
    pct, car = aim.facts.pct, aim.facts.car
    if pct is None or car is None:
        return False
    return pct < car.reserve_pct + (tactics.BACK_PCT if aim.bay.reserve else 0.0)


def _cut(bay: Bay) -> Cut | None:
    """What a circuit took from what was set by hand, until it is given back, or its owner has set something else."""
    cut, reading = bay.cut, bay.post.reading
    if cut is None or reading is None or reading.read_s < cut.at_s + LATE_S:
        return cut
    as_told = abs(reading.lets_a - cut.told_a) < bay.post.rules.step_a
    return cut if as_told and cut.told_a < cut.was_a else None


def _manual(charging: Charging, rules: ChargingRules, aim: Aim, share: Share | None, *, may_raise: bool) -> Bay:
    """Left as it is, except where a circuit carries too much; what that took is given back when it carries it again."""
    post, now_s, cut = aim.bay.post, charging.now_s, _cut(aim.bay)
    order, why = None, Why(reason=Reason.MANUAL)
    row = share.held_by if share is not None and share.current_a < asked_a(aim) else None
    given_a = share.current_a if share is not None and share.current_a >= post.least_a else 0.0
    if row is not None and loaded(charging, rules, row) > 1:
        told_a = min(given_a, cut.told_a) if cut else given_a
        cut = Cut(was_a=cut.was_a if cut else asked_a(aim), told_a=told_a, at_s=now_s)
    elif cut is not None and given_a > cut.told_a and may_raise and now_s >= cut.at_s + rules.tempo.off_s:
        cut = replace(cut, told_a=min(given_a, cut.was_a), at_s=now_s)
    if cut is not None:
        if now_s < cut.at_s + LATE_S:  # until its box has surely taken it; after that its owner may set something else
            order = Order(current_a=max(post.least_a, cut.told_a), go=cut.told_a > 0)
        held = Hold.ROW if row else Hold.PACE if cut.told_a else Hold.RESTING
        until = charging.at + timedelta(seconds=cut.at_s + rules.tempo.off_s - now_s)
        by = row.name if row else ""
        why = Why(reason=Reason.MANUAL, held=held, current_a=cut.told_a, by=by, held_until=until)
    return replace(
        aim.bay,
        cut=cut,
        post=replace(post, order=order),
        claim=None,
        claimed_s=None,
        power_w=post.range_w[1],
        device=aim.device,
        put=aim.put,
        share=share,
        why=why,
    )
