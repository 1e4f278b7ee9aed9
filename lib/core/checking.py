"""The owner's circuits and chargers → what is wrong with them: what may flow while nobody steers must fit everywhere.

Knows no file and no share. Source: sum of safe currents <= limit x margin - worst other load, for every row.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from lib.core.charger import LEAST_A, ChargerRules, power_w
from lib.core.circuits import Amps, Circuit, conductors, on, safe_a, wires
from lib.core.power import PHASE_V

HAIR = 1e-6  # of an ampere or a watt: what lies above by binary fractions fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """One phase of a circuit, or with phase 0 all of it, while nobody steers. In A, with phase 0 in W.

    Attributes:
        carries: its limit, the margin counted.
        kept: by charger, what it falls to, or keeps where nothing makes it fall; other: what else may flow at worst.

    """

    circuit: str
    phase: int
    carries: float
    kept: Mapping[str, float]
    other: float

    @property
    def name(self) -> str:
        """As the owner reads it: `connection L2`, `carport in all`."""
        return f"{self.circuit} L{self.phase}" if self.phase else f"{self.circuit} in all"

    @property
    def flows(self) -> float:
        """What may flow."""
        return sum(self.kept.values()) + self.other

    @property
    def fits(self) -> bool:
        """Whether it carries that; where no charger is left with anything, the house is not for us to judge."""
        return not self.kept or self.flows <= self.carries + HAIR


def worst(
    circuits: Collection[Circuit], chargers: Collection[ChargerRules], accepted: Collection[str] = ()
) -> tuple[Worst, ...]:
    """Every row in its worst case; those of a circuit together, its phases first.

    accepted: chargers without a watchdog that the owner lets count with their safe current all the same.
    """
    return tuple(row for circuit in circuits for row in _rows(circuit, circuits, chargers, accepted))


def crowded(circuits: Collection[Circuit], chargers: Collection[ChargerRules]) -> frozenset[str]:
    """The chargers that watch themselves on circuits that would not carry the most of all."""
    rows = worst(circuits, [replace(charger, watched=False) for charger in chargers])
    full = {name for row in rows if not row.fits for name in row.kept}
    return frozenset(charger.name for charger in chargers if charger.watched and charger.name in full)


def kept_a(charger: ChargerRules, accepted: Collection[str] = ()) -> float:
    """What may flow into a charger that nobody steers: its safe current, or its most where nothing makes it fall."""
    return safe_a(charger) if charger.watched or charger.name in accepted else charger.current_a


def worst_other_a(circuit: Circuit, circuits: Collection[Circuit]) -> Amps:
    """The most that flows there besides all chargers; what does so further down flows here too."""
    further = [worst_other_a(other, circuits) for other in circuits if _hangs_on(other, circuit)]
    own_a = circuit.worst_a or circuit.other_a
    one, two, three = (max(own, sum(amps[phase] for amps in further)) for phase, own in enumerate(own_a))
    return one, two, three


def check(
    circuits: Collection[Circuit], chargers: Collection[ChargerRules], accepted: Collection[str] = ()
) -> tuple[str, ...]:
    """What is wrong with the owner's circuits and chargers, each slip a sentence; with one the program must not start.

    accepted: as in `worst`.
    """
    slips = [slip for charger in chargers for slip in _charger_slips(charger)]
    names = Counter([*(circuit.name for circuit in circuits), *(charger.name for charger in chargers)])
    slips += [f"{name}: the name is given twice; each needs its own" for name, times in names.items() if times > 1]
    for circuit in circuits:
        slips += _circuit_slips(circuit, {charger.name for charger in chargers})
    tree = [*_tree_slips(circuits), *(slip for charger in chargers for slip in _place_slips(charger, circuits))]
    if tree:  # of what is no tree nobody knows what flows where
        return (*slips, *tree)
    return (
        *slips,
        *(_sentence(row) for row in worst(circuits, chargers, accepted) if row.carries > 0 and not row.fits),
    )


def _rows(
    circuit: Circuit, circuits: Collection[Circuit], chargers: Collection[ChargerRules], accepted: Collection[str]
) -> Iterator[Worst]:
    others_a = worst_other_a(circuit, circuits)
    below = [charger for charger in chargers if circuit.carries(charger.name)]
    amps = {one.name: on(conductors(one.wired, one.phases), kept_a(one, accepted)) for one in below}
    for index, limit_a in enumerate(circuit.limits_a):
        if limit_a is not None:
            yield Worst(
                circuit=circuit.name,
                phase=index + 1,
                carries=limit_a * circuit.margin,
                kept={name: loaded[index] for name, loaded in amps.items() if loaded[index]},
                other=others_a[index],
            )
    if circuit.limit_w is not None:
        powers_w = {one.name: power_w(kept_a(one, accepted), one.phases) for one in below}
        yield Worst(
            circuit=circuit.name,
            phase=0,
            carries=circuit.limit_w * circuit.margin,
            kept={name: flows_w for name, flows_w in powers_w.items() if flows_w},
            other=sum(others_a) * PHASE_V,
        )


def _sentence(row: Worst) -> str:
    unit = "A" if row.phase else "W"
    parts = " + ".join(f"{name} {flows:g} {unit}" for name, flows in row.kept.items())
    return (
        f"{row.name}: carries {row.carries:g} {unit}, but while nobody steers {parts} + other load "
        f"{row.other:g} {unit} may flow: lower a safe_a, or the current_a of one without a watchdog, or accept with "
        "accept_unwatched that it has none"
    )


def _charger_slips(charger: ChargerRules) -> Iterator[str]:
    if charger.current_a < LEAST_A:
        yield f"{charger.name}: current_a {charger.current_a:g} is below the {LEAST_A:g} A that every car needs"
    if safe_a(charger) and not LEAST_A <= safe_a(charger) <= charger.current_a:
        yield f"{charger.name}: safe_a {safe_a(charger):g} must be 0, or from {LEAST_A:g} to its current_a"
    if charger.phases not in {1, 3} or len(wires(charger.wired)) < charger.phases:
        yield (
            f"{charger.name}: phases {charger.phases} does not go with wired {charger.wired!r}; three are "
            '"123" in the order of its cable, one is "1", "2" or "3", or "12" between two'
        )


def _circuit_slips(circuit: Circuit, chargers: Collection[str]) -> Iterator[str]:
    """Of one circuit by itself."""
    for name in sorted((circuit.chargers or frozenset()) - set(chargers)):
        yield f"{circuit.name}: there is no charger {name}"
    if not 0 < circuit.margin <= 1:
        yield f"{circuit.name}: the margin {circuit.margin:g} must be above 0, and 1 at most"
    for index, limit_a in enumerate(circuit.limits_a):
        if limit_a is not None and limit_a <= 0:
            yield f"{circuit.name} L{index + 1}: the limit {limit_a:g} A must be above 0"
    if circuit.limit_w is not None and circuit.limit_w <= 0:
        yield f"{circuit.name} in all: the limit {circuit.limit_w:g} W must be above 0"


def _tree_slips(circuits: Collection[Circuit]) -> Iterator[str]:
    """Of circuits that hang on one another."""
    known = {circuit.name: circuit for circuit in circuits}
    for circuit in circuits:
        way = {circuit.name}
        one = circuit
        while one.above:
            if one.above not in known:
                yield f"{one.name}: it hangs on {one.above}, which is no circuit"
                break
            one = known[one.above]
            if one.name in way:
                yield f"{circuit.name}: it hangs on itself, by way of {one.name}"
                break
            way.add(one.name)


def _place_slips(charger: ChargerRules, circuits: Collection[Circuit]) -> Iterator[str]:
    """Of where a charger hangs: on one circuit, and with it on all above that one; on phases that the house has."""
    over = {one.name: one for one in circuits if one.chargers is not None and charger.name in one.chargers}
    lowest = over.keys() - {one.above for one in over.values()}
    if len(lowest) > 1:
        yield (
            f"{charger.name}: it hangs on {' and on '.join(sorted(lowest))}; "
            "a charger hangs on one circuit, which may hang on another"
        )
    roots = [one for one in circuits if one.chargers is None]
    named = {one.name for one in roots}
    for one in over.values():
        if one.above and one.above not in over and one.above not in named:
            yield f"{charger.name}: it hangs on {one.name}, but not on {one.above}, which that one hangs on"
    for root in roots:
        has = [index + 1 for index, limit_a in enumerate(root.limits_a) if limit_a is not None]
        lacks = [phase for phase in conductors(charger.wired, charger.phases) if phase not in has]
        if has and lacks:
            yield f"{charger.name}: it hangs on L{lacks[0]}, which {root.name} does not have"


def _hangs_on(circuit: Circuit, other: Circuit) -> bool:
    """Whether it hangs on another one directly; those that name none hang on the connection, which has no name here."""
    if circuit.above:
        return circuit.above == other.name
    return other.chargers is None and circuit.chargers is not None
