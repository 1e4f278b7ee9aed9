"""What flows on each circuit besides the chargers, what may flow now, and how far a row is loaded. Knows no wish.

In: the EV app's state. Amperes are of the meter's L1-L3, + flows down.
"""

from collections.abc import Iterator, Mapping

from lib.core.carport import Charging, ChargingRules
from lib.core.circuits import NOTHING, Amps, Circuit, Limits, Row, in_force, on, rows, safe_a
from lib.core.gauges import Gauge
from lib.core.post import SURE_S
from lib.core.power import PHASE_V

Limited = tuple[Limits, float | None]


def rows_of(charging: Charging, rules: ChargingRules, reserved_a: Mapping[str, Amps]) -> tuple[Row, ...]:
    """The rows now; reserved_a: by charger, what is set aside for those that do not ask."""
    found = rows(rules.circuits, others_a(charging, rules), reserved_a, limits_now(charging))
    return (*found, *_guarded(charging, rules, reserved_a))


def _guarded(charging: Charging, rules: ChargingRules, reserved_a: Mapping[str, Amps]) -> Iterator[Row]:
    """What other programs that go before the owner leave the chargers of a circuit, all together."""
    for circuit in rules.circuits:
        pool = charging.pools.get(circuit.name)
        if pool is not None and pool.limit_w is not None:
            kept_w = sum(sum(amps) * PHASE_V for name, amps in reserved_a.items() if circuit.carries(name))
            room_w = max(0.0, pool.limit_w - kept_w)
            yield Row(circuit=circuit.name, phase=0, room=room_w, chargers=circuit.chargers)


def others_a(charging: Charging, rules: ChargingRules) -> dict[str, Amps]:
    """What flows besides all chargers: on the connection by the house's meter, elsewhere by a circuit's own.

    While such a meter is silent for long its worst case counts. What flows further down flows on one without a meter,
    too.
    """
    found: dict[str, Amps] = {}
    below: dict[str, Amps] = {}  # by circuit, what flows on those that hang on it
    for circuit in reversed(rules.circuits):
        if circuit is rules.circuits[0]:
            silent_s, held = charging.site.silent_s(charging.now_s), charging.site.held_a
            known = held.now_a if held else None
            is_old = silent_s is None or silent_s > rules.lease_s
            worst_a = rules.worst_a if circuit.worst_a is None else circuit.worst_a
        elif circuit.measured:
            gauge = charging.gauges.get(circuit.name)
            known = gauge.held_a.now_a if gauge and gauge.held_a else None
            is_old = gauge is None or gauge.is_old(charging.now_s)
            worst_a = circuit.worst_a
        else:
            known, is_old, worst_a = _larger(circuit.other_a, below.get(circuit.name, NOTHING)), False, None
        if is_old and worst_a is not None:
            known = worst_a
        other_a = circuit.other_a if known is None else known
        is_metered = circuit.measured or circuit is rules.circuits[0]
        found[circuit.name] = other_a if is_metered else _beside(charging, circuit, other_a)
        one, two, three = (more + had for more, had in zip(other_a, below.get(circuit.above, NOTHING), strict=True))
        below[circuit.above] = one, two, three
    return found


def _larger(one_a: Amps, other_a: Amps) -> Amps:
    one, two, three = map(max, one_a, other_a)
    return one, two, three


def _beside(charging: Charging, circuit: Circuit, other_a: Amps) -> Amps:
    """With what chargers may draw that nobody has read yet; those that watch themselves give up."""
    one, two, three = other_a
    for name in circuit.chargers or ():
        post = charging.bays[name].post
        if post.reading is None:
            is_safe = post.rules.watched and charging.now_s - charging.began_s >= SURE_S
            current_a = safe_a(post.rules) if is_safe else post.rules.current_a
            more = on(post.loads(), max(0.0, current_a - post.offered_a))  # which is set aside for it as it is
            one, two, three = one + more[0], two + more[1], three + more[2]
    return one, two, three


def limits_now(charging: Charging) -> dict[str, Limited]:
    """Limits that hold now beside the owner's, where a circuit's limit follows somebody."""
    found: dict[str, Limited] = {}
    for name, gauge in charging.gauges.items():
        if (limit := gauge.limit(charging.now_s)) is not None:
            found[name] = limit.limits_a, limit.limit_w
    return found


def blind(charging: Charging, rules: ChargingRules) -> tuple[Circuit, ...]:
    """The circuits whose own meter has said nothing for a while: below them nothing is raised.

    Until its worst case counts, where the owner has said that.
    """
    return tuple(
        circuit
        for circuit in rules.circuits[1:]
        if circuit.measured and _is_blind(charging.gauges.get(circuit.name, Gauge()), circuit, charging.now_s)
    )


def _is_blind(gauge: Gauge, circuit: Circuit, now_s: float) -> bool:
    return not gauge.is_fresh(now_s) and not (circuit.worst_a is not None and gauge.is_old(now_s))


def flows_a(charging: Charging, circuit: Circuit, other_a: Amps, *, is_first: bool) -> Amps:
    """What flows there, by the meter or by what its chargers may draw besides what else does (as of `others_a`)."""
    if is_first and charging.site.word.phases_a:
        return charging.site.word.phases_a
    gauge = charging.gauges.get(circuit.name)
    is_seen = gauge is not None and not gauge.is_old(charging.now_s)
    measured = gauge.flows_a if gauge and is_seen and gauge.flows_a else (None, None, None)
    one, two, three = other_a
    for name in charging.bays if circuit.chargers is None else circuit.chargers:
        high = charging.bays[name].post.range_a[1]
        one, two, three = one + high[0], two + high[1], three + high[2]
    first, second, third = measured
    return one if first is None else first, two if second is None else second, three if third is None else third


def loaded(charging: Charging, rules: ChargingRules, row: Row) -> float:
    """How far a row is loaded, by the meter or by what its chargers may draw: 1 is its limit."""
    index, circuit = next((index, one) for index, one in enumerate(rules.circuits) if one.name == row.circuit)
    flows = flows_a(charging, circuit, others_a(charging, rules)[circuit.name], is_first=index == 0)
    limits_a, limit_w = in_force(circuit, limits_now(charging).get(circuit.name))
    limit, flow = (limit_w, sum(flows) * PHASE_V) if row.phase == 0 else (limits_a[row.phase - 1], flows[row.phase - 1])
    if limit is None:
        return 0.0
    return flow / (limit * circuit.margin) if limit else (2.0 if flow > 1 else 0.0)
