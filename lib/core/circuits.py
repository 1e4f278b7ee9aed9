"""Circuits and what hangs on them: rows with their room, and the phases a charger loads.

A row is one phase of one circuit: the amperes on it never exceed its room. Circuits are a flat set, each naming all the
chargers below it, however deep: a tree of circuits comes down to the same rows. Amperes are per phase. Knows no share.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from lib.core.charger import LEAST_A, ChargerRules
from lib.core.power import PHASE_V

Amps = tuple[float, float, float]  # on the meter's L1, L2, L3
NOTHING: Final[Amps] = (0.0, 0.0, 0.0)
DRAWS_A = 1.0  # a phase that carries more than this is in use


class Profile(StrEnum):
    """How a circuit shares what it carries among the chargers below it.

    EQUAL: all alike. PROPORTIONAL: the same percentage of what each could take. FIFO: who came first, first. STATION:
    the first in the owner's list first. PRIORITY: by the chargers' priority. LAXITY: who has the least time to spare
    first; RELATIVE: the same as a part of the time that is left. RAMP: all alike, waiting until the least has been
    free for a while, then up by a kilowatt at a time and down at once.
    """

    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    FIFO = "fifo"
    STATION = "station"
    PRIORITY = "priority"
    LAXITY = "laxity"
    RELATIVE = "relative"
    RAMP = "ramp"


Limits = tuple[float | None, float | None, float | None]  # on the meter's L1, L2, L3; None: no limit there


NO_LIMIT: Final[Limits] = (None, None, None)
NO_LIMITS: Final[Mapping[str, tuple[Limits, float | None]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A connection, a cable or a group that several chargers share.

    Attributes:
        limits_a: what L1, L2, L3 carry. limit_w: what it carries in all; None: no such limit.
        chargers: all that hang below it, however deep; None: every one, as below the connection of the house.
        margin: the part of the limits that is used: 1, or 0.8 for a long shared cable.
        above: the circuit that it hangs on itself; "" for the connection of the house.
        profile: how it shares; None: as the circuit above it does.
        other_a: what flows there besides all chargers where nobody measures that; worst_a: the most that may, for while
            nobody steers or its meter is silent; None: as was measured last, or `other_a`.
        measured: a meter of its own tells what flows there.
        credits: what is fed in behind its fuse makes room.

    """

    name: str
    limits_a: Limits
    chargers: frozenset[str] | None = None
    margin: float = 1.0
    above: str = ""
    limit_w: float | None = None
    profile: Profile | None = None
    other_a: Amps = NOTHING
    worst_a: Amps | None = None
    measured: bool = False
    credits: bool = True

    def carries(self, charger: str) -> bool:
        """Whether a charger hangs below it."""
        return self.chargers is None or charger in self.chargers


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phase of a circuit, or with phase 0 all of it, and the room left there for those that ask, in A or in W."""

    circuit: str
    phase: int
    room: float
    chargers: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """As the owner reads it: `connection L2`, `carport in all`."""
        return f"{self.circuit} L{self.phase}" if self.phase else f"{self.circuit} in all"

    def load(self, loads: Collection[int], phases: int | None = None) -> int:
        """How much of the room each ampere takes of a charger below it: of these phases, charging on so many."""
        return int(self.phase in loads) if self.phase else round(PHASE_V) * (phases or len(loads))

    def carries(self, charger: str) -> bool:
        """Whether a charger hangs below it."""
        return self.chargers is None or charger in self.chargers


def conductors(wired: str, phases: int | None, drawn_a: Amps | None = None) -> tuple[int, ...]:
    """The meter's phases that a charger loads; what is unknown counts on all it may load.

    wired: the meter's phases on which its own L1, L2, L3 hang; "12" is a single phase between two, which loads both.
    phases: on how many it charges, or would; drawn_a: what its car takes on its own L1-L3 where that is settled, which
    then decides: a single-phase car on three phases loads one.
    """
    own = wires(wired)
    if drawn_a is not None and len(own) == 3:
        drawing = [phase for phase, current_a in zip(own, drawn_a, strict=True) if current_a > DRAWS_A]
        if drawing:
            return tuple(sorted(drawing))
    return _lines(wired, phases)


@lru_cache(maxsize=64)
def _lines(wired: str, phases: int | None) -> tuple[int, ...]:
    """The same, of one whose car was not seen to draw."""
    own = wires(wired)
    return tuple(sorted(own[: phases or 3] if len(own) == 3 else own)) or (1, 2, 3)


def on(loaded: Collection[int], current_a: float) -> Amps:
    """The same amperes on each of these phases, nothing on the others."""
    return (current_a * (1 in loaded), current_a * (2 in loaded), current_a * (3 in loaded))


def rows(
    circuits: Iterable[Circuit],
    other_a: Mapping[str, Amps],
    reserved_a: Mapping[str, Amps],
    limited: Mapping[str, tuple[Limits, float | None]] = NO_LIMITS,
) -> tuple[Row, ...]:
    """The rows of all circuits.

    other_a: by circuit, what flows there besides all its chargers, below 0 where the sun feeds in; a circuit without a
    meter is left out, or has its worst case. reserved_a: by charger, what is set aside for those that do not ask and
    may yet draw, such as one that is silent. limited: by circuit, limits that hold now where they are lower, A and W.
    """
    return tuple(row for circuit in circuits for row in _rows(circuit, other_a, reserved_a, limited.get(circuit.name)))


def _rows(
    circuit: Circuit,
    other_a: Mapping[str, Amps],
    reserved_a: Mapping[str, Amps],
    limited: tuple[Limits, float | None] | None,
) -> Iterator[Row]:
    others = other_a.get(circuit.name, circuit.other_a)
    if not circuit.credits:
        others = (max(0.0, others[0]), max(0.0, others[1]), max(0.0, others[2]))
    limits_a, limit_w = in_force(circuit, limited)
    if limits_a == NO_LIMIT and limit_w is None:
        return
    taken_a = [0.0, 0.0, 0.0]
    for charger in reserved_a if circuit.chargers is None else circuit.chargers:
        for index, current_a in enumerate(reserved_a.get(charger, NOTHING)):
            taken_a[index] += current_a
    used_a = [other + taken for other, taken in zip(others, taken_a, strict=True)]
    for index, limit_a in enumerate(limits_a):
        if limit_a is not None:
            room_a = max(0.0, limit_a * circuit.margin - used_a[index])
            yield Row(circuit=circuit.name, phase=index + 1, room=room_a, chargers=circuit.chargers)
    if limit_w is not None:
        room_w = max(0.0, limit_w * circuit.margin - sum(used_a) * PHASE_V)
        yield Row(circuit=circuit.name, phase=0, room=room_w, chargers=circuit.chargers)


def in_force(circuit: Circuit, limited: tuple[Limits, float | None] | None) -> tuple[Limits, float | None]:
    """The limits of a circuit that count now, its margin not yet: its own, or lower ones."""
    if limited is None:
        return circuit.limits_a, circuit.limit_w
    lower_a, lower_w = limited
    one, two, three = (_lower(own, other) for own, other in zip(circuit.limits_a, lower_a, strict=True))
    return (one, two, three), _lower(circuit.limit_w, lower_w)


def _lower(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else min(one, other)


@lru_cache(maxsize=8)
def direct(circuits: tuple[Circuit, ...], chargers: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """By circuit, the chargers that hang on it and on none below it, in the owner's order.

    circuits: each before those that hang on it.
    """
    innermost = {name: circuit.name for circuit in circuits for name in chargers if circuit.carries(name)}
    found: dict[str, list[str]] = {}
    for name in chargers:
        found.setdefault(innermost.get(name, ""), []).append(name)
    return MappingProxyType({circuit: tuple(names) for circuit, names in found.items()})


def safe_a(charger: ChargerRules) -> float:
    """What a charger falls to when nobody may tell it anything: the owner's choice, else 6 A on one phase, 0 on three.

    One that watches nothing itself keeps its last current instead.
    """
    if charger.safe_a is not None:
        return charger.safe_a
    return LEAST_A if charger.phases == 1 else 0.0


@lru_cache(maxsize=64)
def wires(wired: str) -> tuple[int, ...]:
    """The meter's phases in the order of the charger's own; nothing when the text does not say."""
    own = tuple(int(digit) for digit in wired if digit in "123")
    return own if len(set(own)) == len(wired) else ()
