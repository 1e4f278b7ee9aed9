"""Core state → the circuits as ev says them: limits, flows, waiting chargers. Knows no wire."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from lib.core.carport import Charging, ChargingRules
from lib.core.circuits import Circuit, direct, in_force
from lib.core.claims import LEASE_S
from lib.core.flows import flows_a, limits_now, others_a
from lib.core.gauges import Gauge
from lib.core.power import PHASE_V
from lib.core.profiles import shapes
from lib.messages.charging import CircuitNow, PhaseLoad

NOBODY_KNOWS: Final = (None, None, None)


def circuits_now(charging: Charging, rules: ChargingRules) -> Iterator[CircuitNow]:
    """Each circuit in the order of the rules: its limits, what flows there, and who waits for it."""
    hangs, limits = direct(rules.circuits, tuple(charging.bays)), limits_now(charging)
    others, own = others_a(charging, rules), shapes(rules.circuits)
    lines: dict[str, list[tuple[int, str]]] = {}
    for name, bay in charging.bays.items():
        if bay.share is not None and bay.share.place and bay.share.held_by is not None:
            lines.setdefault(bay.share.held_by.circuit, []).append((bay.share.place, name))
    for index, circuit in enumerate(rules.circuits):
        gauge = charging.gauges.get(circuit.name, Gauge())
        limit = gauge.limit(charging.now_s)
        is_seen = index == 0 and charging.site.is_fresh(charging.now_s)  # else by what chargers may draw
        other_a = others[circuit.name] if _is_known(charging, circuit, gauge, is_first=index == 0) else None
        flows = None if other_a is None else flows_a(charging, circuit, other_a, is_first=is_seen)
        limits_a, limit_w = in_force(circuit, limits.get(circuit.name))
        yield CircuitNow(
            name=circuit.name,
            above=circuit.above,
            profile=own[circuit.name],
            chargers=hangs.get(circuit.name, ()),
            waiting=tuple(name for _, name in sorted(lines.get(circuit.name, ()))),
            phases=tuple(
                PhaseLoad(phase=number + 1, limit_a=limit_a * circuit.margin, load_a=load_a)
                for number, (limit_a, load_a) in enumerate(zip(limits_a, flows or NOBODY_KNOWS, strict=True))
                if limit_a is not None
            ),
            limit_w=None if limit_w is None else limit_w * circuit.margin,
            load_w=None if limit_w is None or flows is None else sum(flows) * PHASE_V,
            other_a=other_a,
            follows=limit.by if limit else "",
            until=charging.at + timedelta(seconds=limit.until_s - charging.now_s) if limit else None,
            trouble="; ".join(_troubles(gauge)),
        )


def is_live(charging: Charging) -> bool:
    """Whether a telegram came within a lease."""
    silent_s = charging.site.silent_s(charging.now_s)
    return silent_s is not None and silent_s <= LEASE_S


def _is_known(charging: Charging, circuit: Circuit, gauge: Gauge, *, is_first: bool) -> bool:
    """Whether its meter has told lately what flows there; one without a meter has what the owner says flows there."""
    if is_first:
        return is_live(charging)
    return not circuit.measured or not gauge.is_old(charging.now_s)


def _troubles(gauge: Gauge) -> Iterator[str]:
    if gauge.trouble:
        yield f"its meter: {gauge.trouble}"
    if gauge.astray:
        yield f"its limit: {gauge.astray}"
