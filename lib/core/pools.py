"""What other programs want of a whole circuit of chargers → what each charger is wished to take. Knows no clock.

In: the live proposals for each circuit, and the chargers below it that have a car. Out: the power of the circuit, each
charger's part of it, and what keeps the circuit below its own limits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lib.core.circuits import Circuit, Row
from lib.core.power import PHASE_V
from lib.core.proposals import Device, Proposal, Resolved, resolve
from lib.core.sharing import Ask, share
from lib.core.why import Reason, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One circuit that somebody wants something of: what it can take, what that comes to, each charger's part in W."""

    device: Device
    resolved: Resolved
    shares_w: Mapping[str, float] = field(default_factory=dict)

    @property
    def limit_w(self) -> float | None:
        """What others leave the circuit; None: all it can."""
        return self.resolved.high_w if self.resolved.high_by is not None else None


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
        whole = Row(circuit=circuit.name, phase=0, room=resolved.target_w)
        shares = share([*rows, whole], members)
        watts = {ask.charger: shares[ask.charger].current_a * _per_a(ask) for ask in members}
        found[circuit.name] = Pooled(device=device, resolved=resolved, shares_w=watts)
    return found


def parts(pools: Mapping[str, Pooled], charger: str) -> tuple[Proposal, ...]:
    """What a charger is wished to take for the circuits above it that somebody wants something of."""
    found = []
    for name, pool in pools.items():
        if charger not in pool.shares_w:
            continue
        power_w = pool.shares_w[charger]
        for by, forces in ((pool.resolved.low_by, True), (pool.resolved.decided, False)):
            if by is None:
                continue
            part = replace(
                by,
                source=f"{by.source} ({name})",
                wish_w=None if forces else power_w,
                low_w=power_w if forces else None,
                high_w=None,
            )
            found.append(explained(part))
    return tuple(found)


def explained(proposal: Proposal) -> Proposal:
    """Another program's proposal, with its name as its reason."""
    why = Why(reason=Reason.OUTSIDE, name=proposal.source)
    return replace(proposal, why=why)


def _per_a(ask: Ask) -> float:
    return PHASE_V * (ask.phases or len(ask.conductors))
