"""Which panel stands where: rows and columns, cut to the terminal's size. Knows no widget and draws nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.text import Text

from lib.panels.asks import OrderKey
from lib.panels.head import Notice
from lib.panels.look import Look, Room
from lib.panels.seen import Choice, Seen

Render = Callable[[Seen, Look, Room], Text]
# Lines that a text needs, that it likes, and that a long one takes where they are left over.
Needed = tuple[int, int] | tuple[int, int, int]
Hint = tuple[str, str]  # a key and what it does
FRAME = 2  # cells of a border, both sides together
PADDING = 2
FIT = -1  # for a panel in rows: as many cells as its text needs
SPARE = -2  # for the last part in rows: what the others leave, or nothing where that is too little to say something
LEAST = 5  # cells that are kept for each part whose share is only what is left
LEAST_SPARE = 4


Needs = Callable[[Seen, Look, int], Needed]  # for a width


class Place(NamedTuple):
    """Cells on the screen."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Parts below one another: (cells, part); those with 0 share what is left.

    A panel with FIT takes what it needs, one with SPARE what is left over, if that is enough for it.
    """

    parts: Sequence[tuple[int, "Part"]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts beside one another: (cells, part); those with 0 share what is left."""

    parts: Sequence[tuple[int, "Part"]]


Part = str | Rows | Columns  # a text is the name of a panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Long:
    """A text of many lines of which only those are written that are seen.

    lines: of all of it; write: those from a line up to another; marked: the lines of what is chosen, from and up to.
    """

    lines: int
    write: Callable[[int, int], Text]
    marked: tuple[int, int] | None = None

    @property
    def text(self) -> Text:
        """All of it."""
        return self.write(0, self.lines)


Folding = tuple[Mapping[str, bool], Choice | None]  # what stands open by the owner's word, and what is chosen then
Fold = Callable[[Seen, Look, Room, bool], Folding]  # every: all of it at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One face of the screen.

    Attributes:
        name: as layouts call it.
        tab: as the last line calls it, where its title is too long.
        render: what was seen → text that fits the room; pure.
        shown: whether it has anything to say at all.
        scrolls: whether it says all its lines also in the overview.
        heads: how many of its first lines stay when it is scrolled.
        long: its text where that is long; None: `render` writes it.
        modest: whether it leaves its place to its neighbours in all arrangements that are not roomy.
        drawn_from: all that its text depends on beside look and room; it is rendered anew only when that changed.
        needs: the lines of its text, where a layout fits its place to them.
        choices: the kinds of things in it that the owner chooses among with the arrows.
        walk: what the arrows go through while it stands alone, in its own order; None: as beside the others.
        folds: what becomes of it when the owner folds or opens something; None: nothing folds.
        hint: the keys that change what it shows, for its lower edge.

    """

    name: str
    title: str
    tab: str = ""
    render: Render
    shown: Callable[[Seen], bool] = lambda seen: True
    scrolls: bool = False
    heads: int = 0
    long: Callable[[Seen, Look, Room], Long | None] | None = None
    modest: Callable[[Seen], bool] = lambda seen: False
    drawn_from: Callable[[Seen], object] | None = None
    needs: Needs | None = None
    choices: frozenset[str] = frozenset()
    walk: Callable[[Seen, Look, Room], Sequence[Choice]] | None = None
    folds: Fold | None = None
    hint: Callable[[Seen], Sequence[Hint]] = lambda seen: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A layout for screens of at least this size, the head and the foot not counted.

    roomy: modest panels have a place in it, as they have in the largest.
    """

    width: int
    height: int
    part: Part
    roomy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """What a program shows.

    Attributes:
        panels: in the order of their number keys, from 1.
        arrangements: the largest first; the last one takes any size.
        legend: what the colours mean, as (the style's role in the palette, the meaning).
        question: what is asked before the program is stopped.
        notices: what the owner should know, for the help.
        keys: those that change something.
        choices: what there is to change, in the order of the arrows.

    """

    header: Render
    panels: Sequence[Panel]
    arrangements: Sequence[Arrangement]
    legend: Callable[[Seen], Sequence[tuple[str, str]]]
    question: str
    notices: Callable[[Seen], Sequence[Notice]]
    keys: Sequence[OrderKey] = ()
    choices: Callable[[Seen], Sequence[Choice]] = lambda seen: ()


def overview(panels: Panels, seen: Seen, body: Place, look: Look) -> dict[str, Place]:
    """Where the panels stand while all of them are shown."""
    chosen = _arrangement(panels.arrangements, body.width, body.height)
    roomy = chosen.roomy or chosen is panels.arrangements[0]
    names = {panel.name for panel in panels.panels if panel.shown(seen) and (roomy or not panel.modest(seen))}
    needs = {panel.name: panel.needs for panel in panels.panels if panel.needs}

    def lines(name: str, width: int) -> Needed:
        need = needs.get(name)
        least, liked, *more = need(seen, look, width - FRAME - PADDING) if need else (0, 0)
        return least + FRAME, liked + FRAME, more[0] + FRAME if more else 0

    return places(chosen.part, body, names, lines)


def arranged(arrangements: Sequence[Arrangement], width: int, height: int) -> Part:
    """The layout for a size: the first that fits, else the last."""
    return _arrangement(arrangements, width, height).part


def _arrangement(arrangements: Sequence[Arrangement], width: int, height: int) -> Arrangement:
    fitting = [one for one in arrangements if one.width <= width and one.height <= height]
    return (fitting or arrangements[-1:])[0]


def places(
    part: Part, place: Place, names: set[str], lines: Callable[[str, int], Needed] = lambda name, width: (0, 0)
) -> dict[str, Place]:
    """Where each of the panels `names` stands. The place of those that are not shown goes to their neighbours.

    lines: the cells that a panel needs, and that it likes, at a width.
    """
    if isinstance(part, str):
        return {part: place} if part in names and place.width > 0 and place.height > 0 else {}
    shown = [(cells, one) for cells, one in part.parts if _names(one) & names]
    if not shown:
        return {}
    down = isinstance(part, Rows)
    found: dict[str, Place] = {}
    at = place.y if down else place.x
    wanted = _fitted(shown, place, lines)
    shown = shown[: len(wanted)]
    for cells, (_, one) in zip(_shares(wanted, place[3 if down else 2]), shown, strict=True):
        inner = Place(place.x, at, place.width, cells) if down else Place(at, place.y, cells, place.height)
        found |= places(one, inner, names, lines)
        at += cells
    return found


def _names(part: Part) -> set[str]:
    return {part} if isinstance(part, str) else {name for _, one in part.parts for name in _names(one)}


def _fitted(parts: Sequence[tuple[int, "Part"]], place: Place, lines: Callable[[str, int], Needed]) -> list[int]:
    """The cells of parts with FIT by their texts: what they like where there is room, else what they need.

    None for a last part with SPARE that gets too little.
    """
    if parts[-1][0] == SPARE:
        cells = _fitted(parts[:-1], place, lines)
        left = place.height - sum(cells)
        return [*cells, left] if left >= LEAST_SPARE else cells
    asked = [
        lines(one, place.width) if cells == FIT and isinstance(one, str) else (cells, cells) for cells, one in parts
    ]
    kept = LEAST * sum(cells == 0 for cells, _ in parts)
    liked = sum(one[1] for one in asked) + kept <= place.height
    left, cells = place.height, []
    for at, (need, like, *_) in enumerate(asked):
        most = like if liked else min(need, max(LEAST, left - LEAST * (len(parts) - at - 1)))
        cells.append(most if parts[at][0] == FIT else need)
        left -= cells[-1]
    left -= kept
    for at, (_, _, *more) in enumerate(asked):
        spare = max(0, min(sum(more) - cells[at], left))
        cells[at] += spare
        left -= spare
    return cells


def _shares(wanted: Sequence[int], cells: int) -> list[int]:
    """Cells for each part; where none is flexible the last one is, and where they are too few the last go short."""
    flexible = wanted.count(0) or 1
    spare = max(0, cells - sum(wanted))
    shares: list[int] = []
    for at, want in enumerate(wanted):
        grows = want == 0 or (0 not in wanted and at == len(wanted) - 1)
        share = want
        if grows:
            share += spare // flexible
            spare -= spare // flexible
            flexible -= 1
        shares.append(min(share, cells - sum(shares)))
    return shares
