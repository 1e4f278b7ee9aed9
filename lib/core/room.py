"""What the circuits leave each charger, and how much of its claim they carry. Knows no clock and no order.

In: the EV app's state and what each charger shall do. Out: the same, as far as the circuits go, with its share.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf

from lib.core import laxity, profiles
from lib.core.aims import Aim
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import power_w
from lib.core.circuits import Amps, Row, on
from lib.core.claims import Cause
from lib.core.flows import rows_of
from lib.core.modes import Mode, Phases
from lib.core.power import PHASE_V
from lib.core.profiles import Rota, Standing, profiled
from lib.core.prospects import most_phases
from lib.core.sharing import Ask, Share, share
from lib.core.states import replace
from lib.core.surplus import ALL_PHASES
from lib.core.why import Hold

SLOW_A = 0.25  # nearer than that no car keeps to its offer
AGAIN_A = 0.5  # more than its least must be there for one that waited


def shared(
    charging: Charging, rules: ChargingRules, aims: list[Aim]
) -> tuple[list[Aim], Mapping[str, Share], tuple[Row, ...]]:
    """What the circuits leave each, by their rows; one whose minimum does not fit on three phases shall charge on one.

    No claim is greater than what they carry, so that no peak is announced that cannot be.
    """
    asks = _asks(charging, aims)
    given, shares = _given(charging, rules, asks, aims)
    starved = {name for name, found in shares.items() if not found.current_a}
    starved |= {name for name, bay in charging.bays.items() if bay.post.goes_to == 1}
    narrow = [_narrow(aim) if aim.name in starved else aim for aim in aims]
    if any(one is not other for one, other in zip(narrow, aims, strict=True)):
        asks = _asks(charging, narrow)
        given, shares = _given(charging, rules, asks, narrow)
    wide = {aim.name: aim.bay.post.loads(ALL_PHASES) for aim in aims if aim.name not in starved and _may_widen(aim)}
    rooms_w = _rooms_w(charging, given, asks, wide)
    return [_within(aim, rooms_w.get(aim.name, inf)) for aim in narrow], shares, given


def lined(charging: Charging, rules: ChargingRules, aims: Iterable[Aim]) -> Charging:
    """With the lines of those that are served by their time to spare, where a circuit shares so."""
    if profiles.SPARE.keys().isdisjoint(profiles.shapes(rules.circuits).values()):
        return charging
    standings = {aim.name: _standing(charging, aim) for aim in aims}
    rota = profiles.lined(charging.rota, rules.circuits, standings)
    return charging if rota is charging.rota else replace(charging, rota=rota)


def crowded(aims: list[Aim], shares: Mapping[str, Share], rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows that cannot carry all shares yet, for somebody there has yet to come down to his: nothing rises below.

    What does not ask is in the rows already, and one that does not obey is given what it holds.
    """
    above_a: dict[str, Amps] = {}
    for aim in aims:
        post, share = aim.bay.post, shares.get(aim.name)
        if share is None or post.is_lost:
            continue
        drawn_a, offered_a = post.range_a[1], on(post.loads(), post.offered_a)
        one, two, three = (max(0.0, max(pair) - share.current_a) for pair in zip(drawn_a, offered_a, strict=True))
        if max(one, two, three) > SLOW_A:
            above_a[aim.name] = one, two, three
    if not above_a:
        return ()
    loads = {aim.name: (_conductors(aim), aim.lines) for aim in aims if aim.name in shares}
    found = []
    for row in rows:
        late = [name for name in above_a if row.carries(name)]
        if not late:
            continue
        names = loads if row.chargers is None else row.chargers & loads.keys()
        used = sum(shares[name].current_a * row.load(*loads[name]) for name in names)
        more = (above_a[name][row.phase - 1] if row.phase else sum(above_a[name]) * PHASE_V for name in late)
        if used + sum(more) > row.room:
            found.append(row)
    return tuple(found)


def asked_a(aim: Aim) -> float:
    """The amperes that a car would take if the circuits let it; one that only waits to stop holds its least."""
    post, pace = aim.bay.post, aim.bay.pace
    if aim.bay.mode is Mode.MANUAL:
        if aim.bay.cut is not None:
            return aim.bay.cut.was_a
        return post.reading.lets_a if post.reading else 0.0
    most_a = aim.most_a if pace.cap_a is None else min(aim.most_a, max(post.least_a, pace.cap_a))
    return max(most_a, post.least_a) if pace.go else most_a


def _asks(charging: Charging, aims: list[Aim]) -> list[Ask]:
    rota = charging.rota
    asks = []
    for rank, aim in enumerate(aims):
        bay = aim.bay
        if not bay.post.plug.is_car or bay.post.missed is not None or (most_a := asked_a(aim)) <= 0:
            continue
        runs = rota.stays(aim.name, runs=bay.pace.go)
        waited = bay.why.held in {Hold.WAITING, Hold.ROW} and not bay.pace.go
        asks.append(
            Ask(
                charger=aim.name,
                conductors=_conductors(aim),
                phases=aim.lines,
                least_a=bay.post.least_a,
                most_a=most_a,
                step_a=bay.post.rules.step_a,
                rank=rank,
                forced=(aim.resolved.low_w or 0.0) > 0,
                idle=bay.takes_nothing,
                runs=runs,
                spare_a=AGAIN_A if waited and not runs and not _just_turned(rota) else 0.0,
            )
        )
    return asks


def _just_turned(rota: Rota) -> bool:
    """Whether the line begins anew: whose turn it is now needs no more than its least."""
    return rota.served is not None and not rota.served and rota.turned_s is not None


def _conductors(aim: Aim) -> tuple[int, ...]:
    """The meter's phases that it loads and will load; after an order to switch, those that it goes to."""
    post = aim.bay.post
    if aim.bay.mode is Mode.MANUAL or not post.rules.switches:
        return post.loads()
    if post.goes_to is not None:
        return post.loads(post.goes_to)
    return tuple(sorted({*post.loads(aim.wish), *(post.loads() if aim.bay.pace.go else ())}))


def _given(
    charging: Charging, rules: ChargingRules, asks: list[Ask], aims: list[Aim]
) -> tuple[tuple[Row, ...], dict[str, Share]]:
    """The rows, and the share of each that asks; what one that does not obey may draw is nobody else's."""
    if not asks:
        return (), {}
    found = _rows(charging, rules, asks)
    shares = _shares(charging, rules, found, asks, aims)
    obedient = [ask for ask in asks if not charging.bays[ask.charger].post.is_lost]
    if len(obedient) < len(asks):
        shares |= _shares(charging, rules, _rows(charging, rules, obedient), obedient, aims)
    return found, shares


def _shares(
    charging: Charging, rules: ChargingRules, rows: Sequence[Row], asks: list[Ask], aims: list[Aim]
) -> dict[str, Share]:
    """By the profile of each circuit."""
    by_car = profiles.by_car(rules.circuits)
    standings = {aim.name: _standing(charging, aim) for aim in aims} if by_car else {}
    rota = charging.rota
    ranked, parties = profiled(rules.circuits, asks, standings, turns=rota.turns, lines=rota.lines)
    return share(rows, ranked, parties)


def _standing(charging: Charging, aim: Aim) -> Standing:
    cable = charging.plugged.cables.get(aim.name)
    parked = parked_of(charging, aim)
    return Standing(
        since=cable.since if cable else None,
        priority=aim.bay.post.rules.priority,
        slack_s=inf if parked is None else laxity.slack_s(parked),
        relative=inf if parked is None else laxity.relative(parked),
    )


def parked_of(charging: Charging, aim: Aim) -> laxity.Parked | None:
    """Its car and the next trip of that; None without. A car of unknown state came home with what it must have left."""
    car, need = aim.facts.car, aim.facts.need
    if car is None or need is None:
        return None
    known = charging.cars[car.name].soc
    pct = known.pct(charging.at)
    return laxity.Parked(
        soc_pct=car.arrival_pct if pct is None else pct,
        target_pct=need.target_pct,
        capacity_wh=car.capacity_wh,
        most_w=max(1.0, aim.facts.most_w * known.efficiency),
        efficiency=known.efficiency,
        table=car.table,
        leaves_s=(need.trip.ready - charging.at) / timedelta(seconds=1),
    )


def _rows(charging: Charging, rules: ChargingRules, asks: Iterable[Ask]) -> tuple[Row, ...]:
    """The rows beside the house, and beside what those that do not ask may draw all the same."""
    asking = {ask.charger: ask.conductors for ask in asks}
    reserved: dict[str, Amps] = {}
    for name, bay in charging.bays.items():
        if name in asking:
            taken_a = bay.post.left_a(asking[name])
        else:
            one, two, three = map(max, bay.post.reserved_a, bay.post.range_a[1])  # told to pause, it may not have yet
            taken_a = one, two, three
        if any(taken_a):
            reserved[name] = taken_a
    return rows_of(charging, rules, reserved)


def _rooms_w(
    charging: Charging, rows: Sequence[Row], asks: Iterable[Ask], wide: Mapping[str, tuple[int, ...]]
) -> dict[str, float]:
    """What the rows would leave each if nobody else charged; wide: the phases that it could go to besides."""
    everywhere = [row for row in rows if row.chargers is None]
    below: dict[str, list[Row]] = {}
    for row in rows:
        for charger in row.chargers or ():
            below.setdefault(charger, []).append(row)
    rooms_w = {}
    for ask in asks:
        over = (*everywhere, *below.get(ask.charger, ()))
        most_a = charging.bays[ask.charger].post.most_a
        room_w = power_w(min(most_a, _room_a(over, ask.conductors, ask.phases)), ask.phases or 1)
        if conductors := wide.get(ask.charger):
            room_a = min(most_a, _room_a(over, conductors, len(conductors)))
            room_w = max(room_w, power_w(room_a, len(conductors)) if room_a >= ask.least_a else 0.0)
        rooms_w[ask.charger] = room_w
    return rooms_w


def _room_a(rows: Iterable[Row], conductors: tuple[int, ...], phases: int | None) -> float:
    """What the rows leave one that charges there, in A per phase."""
    return min((row.room / load for row in rows if (load := row.load(conductors, phases))), default=inf)


def _may_widen(aim: Aim) -> bool:
    """Whether it is for us to choose on how many phases it charges, and it can on all."""
    post = aim.bay.post
    is_ours = post.rules.switches and aim.bay.wish is Phases.AUTO and post.goes_to is None
    return is_ours and most_phases(post, aim.facts.car) == ALL_PHASES


def _narrow(aim: Aim) -> Aim:
    """On one phase, where it is for us to choose."""
    if aim.setting != ALL_PHASES or aim.bay.wish is not Phases.AUTO:
        return aim
    return replace(_within(aim, power_w(aim.bay.post.most_a, 1)), phases=1)


def _within(aim: Aim, most_w: float) -> Aim:
    """With a claim of no more than that; it takes the quarter less far by what that lacks of what may go above it."""
    claim, car = aim.claim, aim.facts.car
    if claim is None or claim.wish_w <= max(most_w, claim.least_w):
        return aim
    wish_w, above_w = max(claim.least_w, most_w), claim.wish_w
    if claim.cause is Cause.RESERVE and not (car and car.reserve_over_peak):
        above_w = claim.least_w
    elif claim.cause is Cause.LATE_TRIP:
        above_w = min(above_w, aim.facts.late_w)
    less_w = max(0.0, above_w - wish_w)
    return replace(aim, claim=replace(claim.ending(claim.beyond_w - less_w), wish_w=wish_w))
