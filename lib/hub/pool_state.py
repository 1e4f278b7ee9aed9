"""What ev or bs said last → what is known of one of their circuits, chargers or batteries. Knows no socket, no wish.

Each function takes messages that may be None: not said yet, or too long ago to be true. What is unknown is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lib.messages import Refused
from lib.messages.charging import ChargerNow, Charging
from lib.messages.orders import Done
from lib.messages.proposals import Proposals, TargetNow
from lib.messages.storage import Storage

BATTERY: Final = "battery"
Answer = Done | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What comes of all proposals, and what our priority may have.

    Attributes:
        target_w: what is done; None while nobody knows, and why says so.
        low_w, high_w: what all above our priority leave us; low_by, high_by: whose bounds these are, "system" for the
            device itself. Of a circuit they are known as soon as something is proposed for it.
        decided: whose wish is done, "" when nobody wishes anything.

    """

    target_w: float | None = None
    low_w: float | None = None
    high_w: float | None = None
    low_by: str = ""
    high_by: str = ""
    decided: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What became of our last proposal, None before the first, and what each charger or battery is given of it."""

    answer: Answer | None = None
    shares_w: Mapping[str, float] = field(default_factory=dict)


def chargers_of(name: str, charging: Charging | None) -> list[ChargerNow]:
    """The charger of that name, or those of the circuit and of the circuits below it; of the connection all."""
    if charging is None:
        return []
    if charging.circuits and charging.circuits[0].name == name:
        return list(charging.chargers)
    circuits = {name}
    for circuit in charging.circuits:  # each stands before those that hang on it
        if circuit.above in circuits:
            circuits.add(circuit.name)
    names = {one for circuit in charging.circuits if circuit.name in circuits for one in circuit.chargers}
    return [one for one in charging.chargers if one.name == name or one.name in names]


def total_w(chargers: Iterable[ChargerNow]) -> float | None:
    """What they draw together; None while that is not known of each of them, or of none."""
    powers = [one.power_w for one in chargers]
    return None if not powers or None in powers else sum(power_w or 0.0 for power_w in powers)


def total_a(chargers: Iterable[ChargerNow]) -> tuple[float, float, float] | None:
    """What they draw on the meter's L1, L2, L3; None as `total_w`, and where nobody knows how one is wired."""
    drawn = [_at_meter_a(one) for one in chargers]
    known = [phases_a for phases_a in drawn if phases_a is not None]
    if not drawn or len(known) < len(drawn):
        return None
    return sum(one[0] for one in known), sum(one[1] for one in known), sum(one[2] for one in known)


def target_of(name: str, proposals: Proposals | None) -> TargetNow | None:
    """What is proposed for it."""
    return next((one for one in proposals.targets if one.name == name), None) if proposals else None


def status_of(target: TargetNow | None, priority: int) -> Status:
    """What comes of all proposals, and what a priority may have."""
    if target is None:
        return Status(why="nothing is proposed for it")
    if target.high_w is None:
        return Status(why="it cannot be told anything yet")
    rung = next((one for one in target.rungs if one.priority <= priority), None)
    if rung is None:
        return Status(target_w=target.target_w, decided=target.decided)
    return Status(
        target_w=target.target_w,
        low_w=rung.low_w,
        high_w=rung.high_w,
        low_by=rung.low_by,
        high_by=rung.high_by,
        decided=target.decided,
    )


def shares_of(target: TargetNow | None, storage: Storage | None) -> Mapping[str, float]:
    """What each charger or battery is given of it, by name."""
    if target is None:
        return {}
    match target.kind:
        case "circuit":
            return target.shares or {}
        case "charger":
            return {target.name: target.target_w}
        case "battery":
            known = storage.batteries if storage else ()
            return {one.name: one.set_w for one in known if one.set_w is not None}


def _at_meter_a(charger: ChargerNow) -> tuple[float, float, float] | None:
    """What a charger draws on the meter's phases; None while nobody knows, or nobody knows how it is wired."""
    wires = [int(digit) for digit in charger.wired if digit in "123"]
    if charger.phases_a is None or not wires:
        return None
    if len(wires) == len(charger.phases_a):
        by_phase = dict(zip(wires, charger.phases_a, strict=True))
    else:
        by_phase = dict.fromkeys(wires, max(charger.phases_a))
    return by_phase.get(1, 0.0), by_phase.get(2, 0.0), by_phase.get(3, 0.0)
