"""What flows between sun, house, cars, battery and grid: arrows that begin at the giver, as long as the power is large.

The givers stand on the left, grid and battery too when they take: their arrows turn then. Direction is in the head of
the arrow and in a word, so that no colour is needed.
"""

from collections.abc import Iterator
from itertools import zip_longest
from math import isfinite
from typing import NamedTuple

from rich.text import Text

from lib.messages.storage import Flow, Storage
from lib.panels.battery import FLOWS_W, does
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet, length, wrapped
from lib.panels.strokes import part

LEFT, RIGHT, WORD, FIGURE = 8, 6, 10, 6
LEAST_ARROW, WIDEST_ARROW = 5, 40
THICK, BROAD = 1 / 3, 2 / 3  # of the largest power: from then on the shaft is heavy, and broader than a line
TALL = 3  # lines of each, where there is much room
UNMEASURED = "no inverter is read: the sun is what house and cars leave over"

Row = list[Piece]


class Node(NamedTuple):
    """One end of the flows: its power, + towards the house; word: for its direction; style: of its colour."""

    name: str
    power_w: float | None
    word: str
    style: str


def render_flow(seen: Seen, look: Look, room: Room) -> Text:
    """The five of them in three lines, five or fifteen, as there is room, and what is to be known of the sun."""
    storage, sheet = seen.newest(Storage), Sheet(look, room.width)
    if storage is None:
        sheet.row(("waiting for the battery", look.colours.quiet))
        return sheet.text()
    notes = list(_notes(storage, look, room.width))
    forms = [_picture(storage.flow, look, room.width, lines) for lines in (TALL, 1, 0)]
    picture = next((form for form in forms if len(form) + len(notes) <= room.height), forms[-1])
    for row in [*picture, *notes]:
        if room.whole or sheet.rows < room.height:
            sheet.row(*row)
    return sheet.text()


def flow_lines(seen: Seen, look: Look, width: int) -> tuple[int, int]:
    """The lines of it, without and with air."""
    storage = seen.newest(Storage)
    if storage is None:
        return 1, 1
    notes = len(list(_notes(storage, look, width)))
    tight, airy = (len(_picture(storage.flow, look, width, lines)) for lines in (0, 1))
    return tight + notes, airy + notes


def _nodes(flow: Flow, look: Look) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Those on the left and those on the right, which take."""
    colours = look.colours
    grid = "" if flow.grid_w is None else "injected" if flow.grid_w < -FLOWS_W else "taken"
    left = (
        Node("Sun", flow.sun_w, "" if flow.sun_w is None or flow.measured else "left over", colours.injected),
        Node("Grid", flow.grid_w, grid, colours.injected if grid == "injected" else colours.taken),
        Node("Battery", None if flow.battery_w is None else -flow.battery_w, does(flow.battery_w), colours.used),
    )
    return left, (Node("House", flow.house_w, "", colours.title), Node("Cars", flow.cars_w, "", colours.inactive))


def _picture(flow: Flow, look: Look, width: int, lines: int) -> list[Row]:
    """The picture with so many lines for each of the five; 0: a giver and a taker share one."""
    left, right = _nodes(flow, look)
    known = [abs(node.power_w) for node in (*left, *right) if node.power_w is not None and isfinite(node.power_w)]
    most_w = max([*known, 1.0])
    for word in (WORD, 0):
        beside = LEFT + FIGURE + 4 + word + 1 + RIGHT + FIGURE + 3
        arrow = min(WIDEST_ARROW, (width - beside - 1) // 2)
        if arrow >= LEAST_ARROW:
            return _bus(left, right, look, most_w, (arrow, word, lines))
    return _list(left, right, look, most_w, width)


def _bus(
    left: tuple[Node, ...], right: tuple[Node, ...], look: Look, most_w: float, cells: tuple[int, int, int]
) -> list[Row]:
    """Givers, a bar that joins all, takers; cells: of an arrow, of a word, and the lines of each as in `_picture`."""
    arrow, word, lines = cells
    bus = (look.glyphs.mark, look.colours.title)
    none = (" " * (LEFT + FIGURE + 4 + word), "")
    if not lines:
        givers = [[*_giver(node, look, word), *_arrow(node, look, most_w, arrow), bus] for node in left]
        takers = [[*_arrow(node, look, most_w, arrow), *_taker(node, look)] for node in right]
        return [[*giver, *taker] for giver, taker in zip_longest(givers, takers, fillvalue=list[Piece]())]
    thick = look.glyphs.full if lines == TALL else ""
    rows: list[Row] = []
    for giver, taker in zip_longest(left, right):
        for line in range(lines):
            middle = line == lines // 2
            shaft = (
                _arrow(giver, look, most_w, arrow, thick=thick)
                if middle
                else _edge(giver, look, most_w, arrow, first=not line)
            )
            rows.append([*(_giver(giver, look, word) if middle else [none]), *shaft, bus])
        for line in range(lines if taker else 0):
            middle = line == lines // 2
            shaft = (
                _arrow(taker, look, most_w, arrow, thick=thick)
                if middle
                else _edge(taker, look, most_w, arrow, first=not line)
            )
            rows.append([none, (" " * arrow, ""), bus, *shaft, *(_taker(taker, look) if middle else [])])
    return rows


def _taker(node: Node, look: Look) -> Row:
    return [(f" {look.left(node.name, RIGHT)}", look.colours.text), *_kw(node, look)]


def _edge(node: Node, look: Look, most_w: float, cells: int, *, first: bool) -> Row:
    """The line above (`first`) or below an arrow: what makes a strong one broad."""
    if node.power_w is None or part(abs(node.power_w), most_w) < BROAD or abs(node.power_w) < FLOWS_W:
        return [(" " * cells, "")]
    long = max(2, round(part(abs(node.power_w), most_w) * cells)) - 1
    levels = look.glyphs.levels
    shaft = (levels[len(levels) // 2] if first else look.glyphs.falls[len(look.glyphs.falls) // 2]) * long
    room = (" " * (cells - long), "")
    return [(shaft, node.style), room] if node.power_w > 0 else [room, (shaft, node.style)]


def _list(left: tuple[Node, ...], right: tuple[Node, ...], look: Look, most_w: float, width: int) -> list[Row]:
    """One below the other, where it is too narrow for a picture."""
    rows: list[Row] = []
    for node in (*left, *((Node(one.name, one.power_w, "", one.style)) for one in right)):
        row = [(look.left(node.name, LEFT), look.colours.text), *_kw(node, look), (" ", "")]
        cells = width - length(row)
        if len(node.word) + 1 + LEAST_ARROW <= cells:
            row += [*_arrow(node, look, most_w, min(WIDEST_ARROW, cells - len(node.word) - 1)), (" ", "")]
            cells = len(node.word)
        rows.append([*row, (node.word, look.colours.quiet)] if len(node.word) <= cells else row)
    return rows


def _giver(node: Node, look: Look, word: int) -> Row:
    colours = look.colours
    said = [(look.left(node.word, word), colours.quiet)] if word else []
    return [(look.left(node.name, LEFT), colours.text), *_kw(node, look), (" ", ""), *said]


def _kw(node: Node, look: Look) -> Row:
    power_w = None if node.power_w is None else abs(node.power_w)
    flows = power_w is not None and power_w >= FLOWS_W
    style = node.style if flows else look.colours.quiet
    return [(look.right(look.kw(power_w), FIGURE), style), (" kW", look.colours.quiet)]


def _arrow(node: Node, look: Look, most_w: float, cells: int, *, thick: str = "") -> Row:
    """From the giver on; the rest is a track. What does not flow has no arrow; the unknown has its sign.

    thick: the sign of a strong shaft; "": as thick as a line can be.
    """
    glyphs, track = look.glyphs, look.colours.track
    if node.power_w is None or not isfinite(node.power_w):
        return [(look.left(" " * (cells // 2) + "?", cells), look.colours.quiet)]
    share = part(abs(node.power_w), most_w)
    if abs(node.power_w) < FLOWS_W:
        return [(glyphs.point * cells, track)]
    long = max(2, round(share * cells))
    plain = glyphs.known is not None
    heavy, ahead, back = ("=", ">", "<") if plain else ("━", "►", "◄")
    shaft = ((thick or heavy) if share >= THICK else glyphs.line) * (long - 1)
    rest = (glyphs.point * (cells - long), track)
    return [(f"{shaft}{ahead}", node.style), rest] if node.power_w > 0 else [rest, (f"{back}{shaft}", node.style)]


def _notes(storage: Storage, look: Look, width: int) -> Iterator[Row]:
    """Where the figure of the sun comes from, and whether it is held back."""
    flow, colours = storage.flow, look.colours
    if flow.sun_w is not None and not flow.measured:
        yield from ([(line, colours.quiet)] for line in wrapped(look, UNMEASURED, width))
    if storage.hold_sun_w is not None:
        said = f"the sun is to be held back to {look.kw(storage.hold_sun_w)} kW"
        yield from ([(line, colours.warn)] for line in wrapped(look, said, width))
