"""The circuits that ev says as a tree, with what the chargers below each do, and how they share in words. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.why import Reason
from lib.messages.charging import ChargerNow, Charging, CircuitNow
from lib.messages.connection import hold_said

NEAR, OVER = 0.9, 1.005  # of a limit
ENDED: Final = frozenset({Reason.TARGET, Reason.CAR_ENDED, Reason.NOTHING})  # of a car that has what it takes
SHARES: Final[Mapping[Profile, str]] = MappingProxyType(
    {
        Profile.EQUAL: "all alike",
        Profile.PROPORTIONAL: "each the same part of what it could take",
        Profile.FIFO: "first come, first served",
        Profile.STATION: "in your order",
        Profile.PRIORITY: "by priority",
        Profile.LAXITY: "least time to spare first",
        Profile.RELATIVE: "least part of its time to spare first",
        Profile.RAMP: "all alike, up by a kilowatt at a time",
    }
)


class Counts(NamedTuple):
    """What some chargers do; rest: nothing, for whatever reason."""

    charge: int = 0
    wait: int = 0
    silent: int = 0
    fault: int = 0
    rest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A circuit in its place.

    Attributes:
        depth: how many circuits are above it; below: whether others hang on it.
        own: whether it shares in another way than the one above it, or there is none.
        members: the chargers on it; counts: what all below it do.

    """

    circuit: CircuitNow
    depth: int
    below: bool
    own: bool
    members: Sequence[ChargerNow]
    counts: Counts


def nodes(charging: Charging) -> list[Node]:
    """All circuits in the order of their tree: each before those that hang on it."""
    circuits = charging.circuits
    told = {one.name: one for one in charging.chargers}
    members = [[told[name] for name in one.chargers if name in told] for one in circuits]
    counts = [counts_of(some, set(one.waiting)) for some, one in zip(members, circuits, strict=True)]
    above = _above(circuits)
    below: list[list[int]] = [[] for _ in circuits]
    for at in range(len(circuits) - 1, -1, -1):
        if (up := above[at]) is not None:
            below[up].insert(0, at)
            counts[up] = Counts(*(one + more for one, more in zip(counts[up], counts[at], strict=True)))
    found: list[Node] = []
    waiting = [(at, 0) for at in range(len(circuits) - 1, -1, -1) if above[at] is None]
    while waiting:
        at, depth = waiting.pop()
        up = above[at]
        found.append(
            Node(
                circuit=circuits[at],
                depth=depth,
                below=bool(below[at]),
                own=up is None or circuits[up].profile != circuits[at].profile,
                members=members[at],
                counts=counts[at],
            )
        )
        waiting += [(one, depth + 1) for one in reversed(below[at])]
    return found


def counts_of(chargers: Sequence[ChargerNow], waiting: Collection[str] = ()) -> Counts:
    """What some chargers do; waiting: those that are known to wait for a circuit."""
    found = [0] * len(Counts._fields)
    for one in chargers:
        found[_does(one, waits=bool(one.place) or one.name in waiting)] += 1
    return Counts(*found)


def drawn_w(chargers: Iterable[ChargerNow]) -> float | None:
    """What all their cars draw now; None while one of them may draw and does not say what."""
    powers_w = [_drawn_w(one) for one in chargers]
    known_w = [power_w for power_w in powers_w if power_w is not None]
    return sum(known_w) if len(known_w) == len(powers_w) else None


def counted(counts: Counts, width: int) -> str:
    """`3 charge, 2 wait, 1 silent`, as much as there is room for; of chargers that do nothing only where all do."""
    words = (
        (counts.fault, "FAULT", "FAULT"),
        (counts.charge, "charges", "charge"),
        (counts.wait, "waits", "wait"),
        (counts.silent, "silent", "silent"),
    )
    said = ""
    for number, one, many in words:
        more = f"{', ' * bool(said)}{number} {one if number == 1 else many}"
        if number and len(said) + len(more) <= width:
            said += more
    return said or (f"{counts.rest} idle" if counts.rest else "")


def strain(load: float | None, limit: float) -> str:
    """The sign of a load: "!" near its limit, "!!" above it."""
    if load is None:
        return ""
    return "!!" if load > limit * OVER else "!" if load >= limit * NEAR and load > 0 else ""


def held(one: ChargerNow, *, peaks_cost: bool) -> str:
    """What keeps a charger with a car from more, in some words; peaks_cost: else none of them speaks of a peak."""
    if one.plug == Plug.FAULT:
        return one.fault
    if not one.plug.is_car:
        return ""
    does = one.go or one.plug == Plug.CHARGING
    if one.row and (one.place or does):
        return f"no room on {one.row}" if one.place else f"held by {one.row}"
    if one.because.held:
        return hold_said(one.because.held, peaks_cost=peaks_cost)
    return "" if does else f"{one.because.reason}"


def _above(circuits: Sequence[CircuitNow]) -> list[int | None]:
    """The number of the circuit above each; None where it is not told before."""
    numbers: dict[str, int] = {}
    found: list[int | None] = []
    for at, one in enumerate(circuits):
        found.append(numbers.get(one.above))
        numbers.setdefault(one.name, at)
    return found


def _drawn_w(one: ChargerNow) -> float | None:
    """What a silent one said last flows no more for sure, but on an empty cable nothing does."""
    if one.plug == Plug.EMPTY:
        return 0.0
    if one.silent_s is not None:
        return None
    return 0.0 if one.power_w is None and one.plug == Plug.CONNECTED else one.power_w


def _does(one: ChargerNow, *, waits: bool) -> int:
    """The place of what it does among the counts."""
    if one.plug == Plug.FAULT:
        return 3
    if one.silent_s is not None:
        return 2
    if waits:
        return 1
    return 0 if one.plug == Plug.CHARGING else 4
