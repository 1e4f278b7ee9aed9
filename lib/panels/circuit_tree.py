"""The circuits as a tree of rows: which are seen, which are folded, and what a folded one counts. Draws nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from lib.messages.charging import ChargerNow, Charging, CircuitNow


class Line(IntEnum):
    """What one line of the tree says."""

    CIRCUIT = 0
    DETAIL = 1
    FOLLOWS = 2
    TROUBLE = 3
    CHARGER = 4


class Counts(NamedTuple):
    """What the chargers below a circuit do; rest: nothing, for whatever reason."""

    charge: int = 0
    wait: int = 0
    silent: int = 0
    fault: int = 0
    rest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A circuit in its place: how deep, whether others hang on it, its chargers, and the counts of all below it."""

    circuit: CircuitNow
    depth: int
    below: bool
    members: Sequence[ChargerNow]
    counts: Counts

    @property
    def folds(self) -> bool:
        """Whether there is something to fold."""
        return self.below or bool(self.members)


class Row(NamedTuple):
    """One line: of which node, or of which of its chargers; said: a part of a sentence."""

    line: Line
    node: Node
    charger: ChargerNow | None = None
    opened: bool = False
    said: str = ""


class Form(NamedTuple):
    """How deep the circuits of a tree stand open, and whether the open ones say their details."""

    depth: int
    details: bool = True


Wrap = Callable[[Node], Sequence[str]]


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
        found.append(
            Node(circuit=circuits[at], depth=depth, below=bool(below[at]), members=members[at], counts=counts[at])
        )
        waiting += [(one, depth + 1) for one in reversed(below[at])]
    return found


def rows(tree: Sequence[Node], form: Form, *, opened: Mapping[str, bool], chosen: str = "", wrap: Wrap) -> list[Row]:
    """The lines of a tree whose circuits are open down to a depth, and otherwise as the owner opened and folded them.

    chosen: the circuit that says its details also while it is folded; wrap: the trouble of a circuit in lines.
    """
    found: list[Row] = []
    folded: int | None = None  # the depth of the folded circuit above
    for node in tree:
        if folded is not None and node.depth > folded:
            continue
        circuit, is_open = node.circuit, stands_open(node, form.depth, opened)
        folded = None if is_open else node.depth
        found.append(Row(Line.CIRCUIT, node, opened=is_open))
        if (is_open and form.details) or circuit.name == chosen:
            found.append(Row(Line.DETAIL, node))
            if circuit.follows:
                found.append(Row(Line.FOLLOWS, node))
        if circuit.trouble:
            found += [Row(Line.TROUBLE, node, said=said) for said in wrap(node)]
        if is_open:
            found += [Row(Line.CHARGER, node, charger=one) for one in node.members]
    return found


def stands_open(node: Node, depth: int, opened: Mapping[str, bool]) -> bool:
    """Whether what hangs on a circuit is seen, if anything does."""
    return not node.folds or opened.get(node.circuit.name, node.depth < depth)


def least(tree: Sequence[Node]) -> Form:
    """The shortest form: only so far open that the circuits below the connection are seen."""
    return Form(int(any(node.below for node in tree)), details=False)


def most(tree: Sequence[Node]) -> Form:
    """The longest form: all is open."""
    return Form(1 + max((node.depth for node in tree), default=0))


def fitting(tree: Sequence[Node], height: int, wrap: Wrap) -> Form:
    """The longest form that so many lines take. What the owner folds or chooses changes nothing for the others."""
    shortest = least(tree)
    forms = [Form(depth) for depth in range(most(tree).depth, shortest.depth - 1, -1)]
    return next((one for one in forms if len(rows(tree, one, opened={}, wrap=wrap)) <= height), shortest)


def counts_of(members: Sequence[ChargerNow], waiting: Collection[str] = ()) -> Counts:
    """What some chargers do."""
    found = [0] * len(Counts._fields)
    for one in members:
        found[_does(one, waits=bool(one.place) or one.name in waiting)] += 1
    return Counts(*found)


def _above(circuits: Sequence[CircuitNow]) -> list[int | None]:
    """The number of the circuit above each; None where it is not told before."""
    numbers: dict[str, int] = {}
    found: list[int | None] = []
    for at, one in enumerate(circuits):
        found.append(numbers.get(one.above))
        numbers.setdefault(one.name, at)
    return found


def _does(one: ChargerNow, *, waits: bool) -> int:
    """The place of what it does among the counts."""
    if one.plug == "fault":
        return 3
    if one.silent_s is not None:
        return 2
    if waits:
        return 1
    return 0 if one.plug == "charging" else 4
