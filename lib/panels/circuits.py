"""The circuits: the tree from the connection to the chargers, with what flows, what may, and what holds each charger.

Where the room is short circuits are folded to a line each, the deepest first; the owner opens and folds them by key.
"""

from collections.abc import Callable, Sequence

from rich.text import Text

from lib.messages.charging import Charging
from lib.messages.circuits import Node, nodes
from lib.panels import chargers
from lib.panels.circuit_rows import LEAST_NAME, cells, drawn, inner
from lib.panels.circuit_tree import Form, Line, Row, fitting, folds, least, most, rows, stands_open
from lib.panels.layout import Folding, Long, Needed
from lib.panels.look import Look, Room
from lib.panels.seen import Choice, Seen
from lib.panels.sheet import Sheet, wrapped

KIND = "circuit"
MODEST = 2  # chargers on nothing but the connection


def render_circuits(seen: Seen, look: Look, room: Room) -> Text:
    """All lines of the tree that are open."""
    return long_circuits(seen, look, room).text


def long_circuits(seen: Seen, look: Look, room: Room) -> Long:
    """The lines of the tree that are open, of which only those are written that are seen."""
    charging = seen.newest(Charging)
    if charging is None or not charging.circuits:
        return Long(lines=1, write=lambda start, end: _nothing(charging, look, room))
    tree = nodes(charging)
    found = _rows(tree, seen, look, room)
    marked = _marked(found, tree, seen.chosen)
    titles, peaks_cost = {car.name: car.title for car in charging.cars}, charging.capacity_tariff

    def write(start: int, end: int) -> Text:
        sheet = Sheet(look, room.width)
        columns = cells(found, tree, look, room.width)
        for at, row in enumerate(found[start:end], start):
            told = drawn(row, look, columns, at=charging.at, titles=titles, peaks_cost=peaks_cost, marked=at == marked)
            sheet.row(*told)
        return sheet.text()

    return Long(lines=len(found), write=write, marked=None if marked is None else (marked, marked + 1))


def circuit_lines(seen: Seen, look: Look, width: int) -> Needed:
    """The lines of the tree with all circuits folded that can be, and with all open; both as the owner has them."""
    charging = seen.newest(Charging)
    if charging is None or not charging.circuits:
        return 1, 1
    tree = nodes(charging)
    room = Room(width, 0)
    need, like = (len(_rows(tree, seen, look, room, form)) for form in (least(tree), most(tree)))
    return need, like


def circuits_drawn_from(seen: Seen) -> object:
    """What ev said, what is chosen, and what the owner folded."""
    return seen.newest(Charging), seen.chosen, seen.opened


def has_circuits(seen: Seen) -> bool:
    """Whether ev tells of any."""
    charging = seen.newest(Charging)
    return charging is not None and bool(charging.circuits)


def is_modest(seen: Seen) -> bool:
    """Whether it is a home with nothing but its connection, and all is well there."""
    charging = seen.newest(Charging)
    if charging is None:
        return True
    return (
        len(charging.circuits) <= 1
        and len(charging.chargers) <= MODEST
        and not any(one.trouble for one in charging.circuits)
    )


def walk_circuits(seen: Seen, look: Look, room: Room) -> list[Choice]:
    """What the arrows go through: the circuits and the chargers that are seen, from top to bottom."""
    charging = seen.newest(Charging)
    if charging is None:
        return []
    tree = nodes(charging)
    found = _rows(tree, seen, look, room)
    choices = [choice for choice in map(_choice, found) if choice]
    at = _marked(found, tree, seen.chosen)
    if seen.chosen and at is not None and seen.chosen not in choices:  # folded away: it goes on from where it is marked
        choices.insert(1 + sum(_choice(row) is not None for row in found[:at]), seen.chosen)
    return choices


def fold_circuits(seen: Seen, look: Look, room: Room, every: bool) -> Folding:  # noqa: FBT001 - the word of a key
    """The chosen circuit, or that of the chosen charger, is folded, or opened where it was; every: all of them."""
    charging = seen.newest(Charging)
    if charging is None:
        return seen.opened, seen.chosen
    tree = nodes(charging)
    depth, home = _form(tree, look, room).depth, _home(tree, seen.chosen)
    if every or home is None:
        foldable = [node for node in tree if folds(node) and node.depth >= least(tree).depth]
        is_open = any(stands_open(node, depth, seen.opened) for node in foldable)
        opened = {node.circuit.name: not is_open for node in foldable}
    else:
        is_open = stands_open(home, depth, seen.opened)
        opened = {**seen.opened, home.circuit.name: not is_open}
    hides = home is not None and not opened.get(home.circuit.name, True)
    return opened, Choice(KIND, home.circuit.name) if home and hides and room.whole else seen.chosen


def _nothing(charging: Charging | None, look: Look, room: Room) -> Text:
    sheet = Sheet(look, room.width)
    sheet.row(("waiting for the circuits" if charging is None else "no circuit is told", look.colours.quiet))
    return sheet.text()


def _rows(tree: Sequence[Node], seen: Seen, look: Look, room: Room, form: Form | None = None) -> list[Row]:
    chosen = seen.chosen.name if seen.chosen and seen.chosen.kind == KIND else ""
    return rows(tree, form or _form(tree, look, room), opened=seen.opened, chosen=chosen, wrap=_wrap(look, room))


def _form(tree: Sequence[Node], look: Look, room: Room) -> Form:
    """How much of the tree is open; what is alone on a page is not folded."""
    if room.whole and len(tree) == 1:
        return Form(1)
    return fitting(tree, room.height, _wrap(look, room))


def _wrap(look: Look, room: Room) -> Callable[[Node], list[str]]:
    """The trouble of a circuit in lines that fit below it."""

    def wrap(node: Node) -> list[str]:
        return wrapped(look, node.circuit.trouble, max(LEAST_NAME, room.width - inner(node)))

    return wrap


def _choice(row: Row) -> Choice | None:
    """What a line stands for, where it can be chosen."""
    if row.charger:
        return Choice(chargers.KIND, row.charger.name)
    return Choice(KIND, row.node.circuit.name) if row.line is Line.CIRCUIT else None


def _home(tree: Sequence[Node], chosen: Choice | None) -> Node | None:
    """The chosen circuit, or that of the chosen charger."""
    if chosen is None:
        return None
    if chosen.kind == KIND:
        return next((node for node in tree if node.circuit.name == chosen.name), None)
    if chosen.kind == chargers.KIND:
        return next((node for node in tree if chosen.name in node.circuit.chargers), None)
    return None


def _marked(found: Sequence[Row], tree: Sequence[Node], chosen: Choice | None) -> int | None:
    """The line of what is chosen; of a charger that is folded away that of the nearest circuit above it."""
    if chosen is None:
        return None
    at = next((at for at, row in enumerate(found) if _choice(row) == chosen), None)
    home = _home(tree, chosen)
    if at is not None or home is None:
        return at
    seen = {id(row.node): at for at, row in enumerate(found) if row.line is Line.CIRCUIT}
    for node in reversed(tree[: tree.index(home) + 1]):
        if node.depth <= home.depth:
            home = node
            if (at := seen.get(id(node))) is not None:
                return at
    return None
