"""What the circuits leave each charger, and how much of its claim they carry. Knows no clock and no order.

In: the EV app's state and what each charger shall do. Out: the same, as far as the circuits go, with its share.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

from lib.core import claims
from lib.core.aims import Aim
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import power_w
from lib.core.circuits import NOTHING, Amps, Row, rows
from lib.core.claims import Cause
from lib.core.modes import Mode, Phases
from lib.core.sharing import Ask, Share, share
from lib.core.surplus import ALL_PHASES
from lib.core.why import Hold

AGAIN_A = 0.5  # more than its least must be there for one that waited


def shared(charging: Charging, rules: ChargingRules, aims: list[Aim]) -> tuple[list[Aim], Mapping[str, Share]]:
    """What the circuits leave each; one whose minimum does not fit them on three phases shall charge on one.

    No claim is greater than what they carry, so that no peak is announced that cannot be.
    """
    asks = _asks(aims)
    given, shares = _given(charging, rules, asks)
    starved = {name for name, found in shares.items() if not found.current_a}
    starved |= {name for name, bay in charging.bays.items() if bay.post.goes_to == 1}
    narrow = [_narrow(aim) if aim.name in starved else aim for aim in aims]
    if any(one is not other for one, other in zip(narrow, aims, strict=True)):
        asks = _asks(narrow)
        given, shares = _given(charging, rules, asks)
    rooms_a = {
        ask.charger: min((row.room for row in given if row.carries(ask.charger) and row.load(ask.conductors)), default=inf)
        for ask in asks
    }
    return [_within(aim, power_w(rooms_a.get(aim.name, inf), aim.lines)) for aim in narrow], shares


def asked_a(aim: Aim) -> float:
    """The amperes that a car would take if the circuits let it; one that only waits to stop holds its least."""
    post, pace = aim.bay.post, aim.bay.pace
    if aim.bay.mode is Mode.MANUAL:
        reading = post.reading
        return reading.set_a or reading.offered_a or 0.0 if reading and not reading.paused else 0.0
    most_a = aim.most_a if pace.cap_a is None else min(aim.most_a, max(post.least_a, pace.cap_a))
    return max(most_a, post.least_a) if pace.go else most_a


def loaded(charging: Charging, rules: ChargingRules, row: Row) -> float:
    """How far a row is loaded, by the meter or by what its chargers may draw: 1 is its limit."""
    circuit = next(one for one in rules.circuits if one.name == row.circuit)
    phase = row.phase - 1
    flows_a = sum(bay.post.range_a[1][phase] for name, bay in charging.bays.items() if circuit.carries(name))
    if circuit.chargers is None:
        phases_a = charging.site.word.phases_a
        flows_a = phases_a[phase] if phases_a else flows_a
    limit_a = circuit.limits_a[phase]
    return 0.0 if limit_a is None else flows_a / (limit_a * circuit.margin)


def _asks(aims: list[Aim]) -> list[Ask]:
    return [
        Ask(
            charger=aim.name,
            conductors=_conductors(aim),
            least_a=aim.bay.post.least_a,
            most_a=asked_a(aim),
            step_a=aim.bay.post.rules.step_a,
            rank=rank,
            forced=(aim.resolved.low_w or 0.0) > 0,
            runs=aim.bay.pace.go,
            spare_a=AGAIN_A if aim.bay.why.held in {Hold.WAITING, Hold.ROW} and not aim.bay.pace.go else 0.0,
        )
        for rank, aim in enumerate(aims)
        if aim.bay.post.plug.is_car and aim.bay.post.missed is None and asked_a(aim) > 0
    ]


def _conductors(aim: Aim) -> tuple[int, ...]:
    """The meter's phases that it loads and will load; after an order to switch, those that it goes to."""
    post = aim.bay.post
    if aim.bay.mode is Mode.MANUAL or not post.rules.switches:
        return post.loads()
    if post.goes_to is not None:
        return post.loads(post.goes_to)
    return tuple(sorted({*post.loads(aim.wish), *(post.loads() if aim.bay.pace.go else ())}))


def _given(charging: Charging, rules: ChargingRules, asks: list[Ask]) -> tuple[tuple[Row, ...], dict[str, Share]]:
    """The rows, and the share of each that asks; what one that does not obey may draw is nobody else's."""
    found = _rows(charging, rules, asks)
    shares = share(found, asks)
    obedient = [ask for ask in asks if not charging.bays[ask.charger].post.is_lost]
    if len(obedient) < len(asks):
        shares |= share(_rows(charging, rules, obedient), obedient)
    return found, shares


def _rows(charging: Charging, rules: ChargingRules, asks: list[Ask]) -> tuple[Row, ...]:
    """The rows beside the house, and beside what those that do not ask may draw all the same."""
    asking = {ask.charger: ask.conductors for ask in asks}
    reserved: dict[str, Amps] = {}
    for name, bay in charging.bays.items():
        if name in asking:
            reserved[name] = bay.post.left_a(asking[name])
        else:
            reserved[name] = bay.post.reserved_a if bay.post.is_lost else bay.post.range_a[1]
    return rows(rules.circuits, _other_a(charging, rules), reserved)


def _other_a(charging: Charging, rules: ChargingRules) -> Mapping[str, Amps]:
    """What the house draws on the connection; while the meter is silent for long, its worst case."""
    if not rules.circuits:
        return {}
    silent_s, known = charging.site.silent_s(charging.now_s), charging.site.base_a
    if rules.worst_a is not None and (silent_s is None or silent_s > claims.LEASE_S):
        known = rules.worst_a
    return {rules.circuits[0].name: known or NOTHING}


def _narrow(aim: Aim) -> Aim:
    """On one phase, where it is for us to choose."""
    if aim.wish != ALL_PHASES or aim.bay.wish is not Phases.AUTO:
        return aim
    return replace(_within(aim, power_w(aim.bay.post.most_a, 1)), phases=1)


def _within(aim: Aim, most_w: float) -> Aim:
    """With a claim of no more than that; above the target it needs less by as much, unless that was for its least."""
    claim, car = aim.claim, aim.facts.car
    if claim is None or claim.wish_w <= max(most_w, claim.least_w):
        return aim
    wish_w = max(claim.least_w, most_w)
    for_least = claim.cause is Cause.RESERVE and not (car and car.reserve_over_peak)
    less_w = 0.0 if for_least else claim.wish_w - wish_w
    return replace(aim, claim=replace(claim, wish_w=wish_w, over_w=max(0.0, claim.over_w - less_w)))
