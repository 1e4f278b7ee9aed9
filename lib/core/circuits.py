"""Circuits and what hangs on them: rows with their room, and the phases a charger loads.

A row is one phase of one circuit: the amperes on it never exceed its room. Circuits are a flat set, each naming all the
chargers below it, however deep: a tree of circuits comes down to the same rows. Amperes are per phase. Knows no share.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.core.charger import LEAST_A, ChargerRules

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
    """One phase of a circuit and the room that is left on it for those that ask."""

    circuit: str
    phase: int
    room_a: float
    chargers: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """As the owner reads it: `connection L2`."""
        return f"{self.circuit} L{self.phase}"

    def weighs(self, charger: str, loads: Collection[int]) -> int:
        """How much of the room each ampere of a charger takes; a row in watts would say volts × phases."""
        carried = self.chargers is None or charger in self.chargers
        return int(carried and self.phase in loads)


def conductors(wired: str, phases: int | None, drawn_a: Amps | None = None) -> tuple[int, ...]:
    """The meter's phases that a charger loads; what is unknown counts on all it may load.

    wired: the meter's phases on which its own L1, L2, L3 hang; "12" is a single phase between two, which loads both.
    phases: on how many it charges, or would; drawn_a: what its car takes on its own L1-L3 where that is settled, which
    then decides: a single-phase car on three phases loads one.
    """
    own = wires(wired)
    if not own:
        return (1, 2, 3)
    if len(own) == 3:
        drawing = tuple(phase for phase, current_a in zip(own, drawn_a or NOTHING, strict=True) if current_a > DRAWS_A)
        own = drawing or own[: phases or 3]
    return tuple(sorted(own))


def on(loaded: Collection[int], current_a: float) -> Amps:
    """The same amperes on each of these phases, nothing on the others."""
    return (current_a * (1 in loaded), current_a * (2 in loaded), current_a * (3 in loaded))


def rows(circuits: Iterable[Circuit], other_a: Mapping[str, Amps], reserved_a: Mapping[str, Amps]) -> tuple[Row, ...]:
    """The rows of all circuits.

    other_a: by circuit, what flows there besides all its chargers, below 0 where the sun feeds in; a circuit without a
    meter is left out, or has its worst case. reserved_a: by charger, what is set aside for those that do not ask and
    may yet draw, such as one that is silent.
    """
    return tuple(
        Row(
            circuit=circuit.name,
            phase=index + 1,
            room_a=max(
                0.0,
                limit_a * circuit.margin
                - other_a.get(circuit.name, NOTHING)[index]
                - sum(amps[index] for charger, amps in reserved_a.items() if circuit.carries(charger)),
            ),
            chargers=circuit.chargers,
        )
        for circuit in circuits
        for index, limit_a in enumerate(circuit.limits_a)
        if limit_a is not None
    )


def safe_a(charger: ChargerRules) -> float:
    """What a charger falls to when nobody may tell it anything: the owner's choice, else 6 A on one phase, 0 on three.

    One that watches nothing itself keeps its last current instead.
    """
    if charger.safe_a is not None:
        return charger.safe_a
    return LEAST_A if charger.phases == 1 else 0.0


def wires(wired: str) -> tuple[int, ...]:
    """The meter's phases in the order of the charger's own; nothing when the text does not say."""
    own = tuple(int(digit) for digit in wired if digit in "123")
    return own if len(set(own)) == len(wired) else ()
