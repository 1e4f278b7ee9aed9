"""What other programs want of a whole circuit of chargers → what each charger is wished to take. Knows no clock.

In: the live proposals for each circuit, and the chargers below it that have a car. Out: the power of the circuit, each
charger's part of it, and what keeps the circuit below its own limits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lib.core import claims
from lib.core.circuits import Circuit, Row
from lib.core.power import PHASE_V
from lib.core.proposals import Device, Proposal, Resolved, resolve
from lib.core.sharing import Ask, share
from lib.core.why import Reason, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One circuit that somebody wants something of.

    device: what it can take. shares_w: what of its power is each charger's; least_w, most_w: the same of what it must
    take at least, and of the most that is left.
    """

    device: Device
    resolved: Resolved
    shares_w: Mapping[str, float] = field(default_factory=dict)
    least_w: Mapping[str, float] = field(default_factory=dict)
    most_w: Mapping[str, float] = field(default_factory=dict)

    @property
    def limit_w(self) -> float | None:
        """What a guard leaves the circuit, whoever wants more; None: all it can."""
        by = self.resolved.high_by
        return self.resolved.high_w if by is not None and by.priority >= claims.LIMIT else None


def pooled(
    circuits: Iterable[Circuit],
    outside: Mapping[str, Sequence[Proposal]],
    asks: Sequence[Ask],
    rows: Sequence[Row],
) -> dict[str, Pooled]:
    """By circuit, those that somebody wants something of; asks: every charger with a car, at the most that it takes."""
    found = {}
    for circuit in circuits:
        if circuit.name not in outside:
            continue
        members = [ask for ask in asks if circuit.carries(ask.charger)]
        device = Device(
            high_w=sum(ask.most_a * _per_a(ask) for ask in members),
            band_high_w=min((ask.least_a * _per_a(ask) for ask in members), default=0.0),
        )
        resolved = resolve(device, outside[circuit.name])
        shares_w = _shared_w(circuit, members, rows, resolved.target_w)
        within = [replace(ask, most_a=shares_w[ask.charger] / _per_a(ask)) for ask in members]
        found[circuit.name] = Pooled(
            device=device,
            resolved=resolved,
            shares_w=shares_w,
            least_w={} if resolved.low_by is None else _shared_w(circuit, within, rows, resolved.low_w or 0.0),
            most_w={} if resolved.high_by is None else _shared_w(circuit, members, rows, resolved.high_w or 0.0),
        )
    return found


def _shared_w(circuit: Circuit, members: Sequence[Ask], rows: Sequence[Row], power_w: float) -> dict[str, float]:
    whole = Row(circuit=circuit.name, phase=0, room=power_w)
    shares = share([*rows, whole], members)
    return {ask.charger: shares[ask.charger].current_a * _per_a(ask) for ask in members}


def parts(pools: Mapping[str, Pooled], charger: str) -> tuple[Proposal, ...]:
    """What a charger is wished to take for the circuits above it that somebody wants something of."""
    found = []
    for name, pool in pools.items():
        if charger not in pool.shares_w:
            continue
        power_w, resolved = pool.shares_w[charger], pool.resolved
        if resolved.low_by is not None:
            found.append(_part(resolved.low_by, name, low_w=pool.least_w[charger]))
        if resolved.high_by is not None:
            found.append(_part(resolved.high_by, name, high_w=pool.most_w[charger]))
        if resolved.decided is not None:
            found.append(_part(resolved.decided, name, wish_w=power_w))
    return tuple(found)


def _part(
    by: Proposal, circuit: str, *, wish_w: float | None = None, low_w: float | None = None, high_w: float | None = None
) -> Proposal:
    source = f"{by.source} ({circuit})"
    return explained(replace(by, source=source, wish_w=wish_w, low_w=low_w, high_w=high_w))


def explained(proposal: Proposal) -> Proposal:
    """Another program's proposal, with its name as its reason."""
    reason = Reason.OUTSIDE_OFF if proposal.high_w == 0 else Reason.OUTSIDE
    return replace(proposal, why=Why(reason=reason, name=proposal.source))


def _per_a(ask: Ask) -> float:
    return PHASE_V * (ask.phases or len(ask.conductors))
