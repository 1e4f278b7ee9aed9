"""The tree of circuits as rows: which are seen, and which circuits are folded. Draws nothing."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from lib.messages.charging import ChargerNow
from lib.messages.circuits import Node


class Line(IntEnum):
    """What one line of the tree says."""

    CIRCUIT = 0
    DETAIL = 1
    FOLLOWS = 2
    TROUBLE = 3
    CHARGER = 4


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
            if _has_details(node) or circuit.name == chosen:
                found.append(Row(Line.DETAIL, node))
            if circuit.follows:
                found.append(Row(Line.FOLLOWS, node))
        if circuit.trouble:
            found += [Row(Line.TROUBLE, node, said=said) for said in wrap(node)]
        if is_open:
            found += [Row(Line.CHARGER, node, charger=one) for one in node.members]
    return found


def folds(node: Node) -> bool:
    """Whether there is something to fold."""
    return node.below or bool(node.members)


def stands_open(node: Node, depth: int, opened: Mapping[str, bool]) -> bool:
    """Whether what hangs on a circuit is seen, if anything does."""
    return not folds(node) or opened.get(node.circuit.name, node.depth < depth)


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


def _has_details(node: Node) -> bool:
    """Whether there is something to say of a circuit that does not stand above it already."""
    circuit = node.circuit
    return node.own or circuit.limit_w is not None or circuit.other_a is None or any(circuit.other_a)
