"""Circuits and what hangs on them: rows with their room, the phases a charger loads, and what must fit on its own.

A row is one phase of one circuit: the amperes on it never exceed its room. Circuits are a flat set, each naming all the
chargers below it, however deep: a tree of circuits comes down to the same rows. Amperes are per phase. Knows no share.
"""

from collections import Counter
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
    own = _wires(wired)
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


def check(
    circuits: Collection[Circuit],
    chargers: Collection[ChargerRules],
    worst_other_a: Mapping[str, Amps],
    accepted: Collection[str] = (),
) -> tuple[str, ...]:
    """What is wrong with the owner's circuits and chargers, each slip a sentence; with one the program must not start.

    worst_other_a: by circuit, what may flow there besides all chargers while nobody steers; accepted: chargers without
    a watchdog that the owner lets count with their safe current all the same.
    """
    slips = [slip for charger in chargers for slip in _charger_slips(charger)]
    names = Counter([*(circuit.name for circuit in circuits), *(charger.name for charger in chargers)])
    slips += [f"{name}: the name is given twice; each needs its own" for name, times in names.items() if times > 1]
    kept_a = {
        charger.name: on(
            conductors(charger.wired, charger.phases),
            safe_a(charger) if charger.watched or charger.name in accepted else charger.current_a,
        )
        for charger in chargers
    }
    for circuit in circuits:
        unknown = sorted((circuit.chargers or frozenset()) - kept_a.keys())
        slips += [f"{circuit.name}: there is no charger {name}" for name in unknown]
        if not 0 < circuit.margin <= 1:
            slips.append(f"{circuit.name}: the margin {circuit.margin:g} must be above 0, and 1 at most")
        for index, limit_a in enumerate(circuit.limits_a):
            if limit_a is not None and limit_a <= 0:
                slips.append(f"{circuit.name} L{index + 1}: the limit {limit_a:g} A must be above 0")
            elif limit_a is not None:
                carried = {name: amps[index] for name, amps in kept_a.items() if circuit.carries(name) and amps[index]}
                other_a = worst_other_a.get(circuit.name, NOTHING)[index]
                if carried and sum(carried.values()) + other_a > limit_a * circuit.margin + 1e-6:
                    parts = " + ".join(f"{name} {current_a:g} A" for name, current_a in carried.items())
                    slips.append(
                        f"{circuit.name} L{index + 1}: carries {limit_a * circuit.margin:g} A, but while nobody steers "
                        f"{parts} + other load {other_a:g} A may flow: lower a safe_a, or the current_a of one "
                        "without a watchdog, or accept explicitly that it has none"
                    )
    return tuple(slips)


def _charger_slips(charger: ChargerRules) -> list[str]:
    slips = []
    if charger.current_a < LEAST_A:
        slips.append(f"{charger.name}: current_a {charger.current_a:g} is below the {LEAST_A:g} A that every car needs")
    if safe_a(charger) and not LEAST_A <= safe_a(charger) <= charger.current_a:
        slips.append(f"{charger.name}: safe_a {safe_a(charger):g} must be 0, or from {LEAST_A:g} to its current_a")
    if charger.phases not in {1, 3} or len(_wires(charger.wired)) < charger.phases:
        slips.append(
            f"{charger.name}: phases {charger.phases} does not go with wired {charger.wired!r}; three are "
            '"123" in the order of its cable, one is "1", "2" or "3", or "12" between two'
        )
    return slips


def _wires(wired: str) -> tuple[int, ...]:
    """The meter's phases in the order of the charger's own; nothing when the text does not say."""
    own = tuple(int(digit) for digit in wired if digit in "123")
    return own if len(set(own)) == len(wired) else ()
