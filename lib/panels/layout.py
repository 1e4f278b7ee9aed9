"""Which panel stands where: rows and columns, cut to the terminal's size. Knows no widget and draws nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.text import Text

from lib.panels.look import Look, Room
from lib.panels.seen import Seen

Render = Callable[[Seen, Look, Room], Text]


class Place(NamedTuple):
    """Cells on the screen."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Parts below one another: (cells, part); those with 0 share what is left."""

    parts: Sequence[tuple[int, "Part"]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts beside one another: (cells, part); those with 0 share what is left."""

    parts: Sequence[tuple[int, "Part"]]


Part = str | Rows | Columns  # a text is the name of a panel


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
        modest: whether it leaves its place to its neighbours in all arrangements but the largest.
        drawn_from: all that its text depends on beside look and room; it is rendered anew only when that changed.

    """

    name: str
    title: str
    tab: str = ""
    render: Render
    shown: Callable[[Seen], bool] = lambda seen: True
    scrolls: bool = False
    heads: int = 0
    modest: Callable[[Seen], bool] = lambda seen: False
    drawn_from: Callable[[Seen], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A layout for screens of at least this size, the head and the foot not counted."""

    width: int
    height: int
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """What a program shows.

    Attributes:
        panels: in the order of their number keys, from 1.
        arrangements: the largest first; the last one takes any size.
        legend: what the colours mean, as (the style's role in the palette, the meaning).
        question: what is asked before the program is stopped.

    """

    header: Render
    panels: Sequence[Panel]
    arrangements: Sequence[Arrangement]
    legend: Callable[[Seen], Sequence[tuple[str, str]]]
    question: str


def overview(panels: Panels, seen: Seen, body: Place) -> dict[str, Place]:
    """Where the panels stand while all of them are shown."""
    part = arranged(panels.arrangements, body.width, body.height)
    largest = part is panels.arrangements[0].part
    names = {panel.name for panel in panels.panels if panel.shown(seen) and (largest or not panel.modest(seen))}
    return places(part, body, names)


def arranged(arrangements: Sequence[Arrangement], width: int, height: int) -> Part:
    """The layout for a size: the first that fits, else the last."""
    fitting = [one for one in arrangements if one.width <= width and one.height <= height]
    return (fitting or arrangements[-1:])[0].part


def places(part: Part, place: Place, names: set[str]) -> dict[str, Place]:
    """Where each of the panels `names` stands. The place of those that are not shown goes to their neighbours."""
    if isinstance(part, str):
        return {part: place} if part in names and place.width > 0 and place.height > 0 else {}
    shown = [(cells, one) for cells, one in part.parts if _names(one) & names]
    if not shown:
        return {}
    down = isinstance(part, Rows)
    found: dict[str, Place] = {}
    at = place.y if down else place.x
    for cells, (_, one) in zip(_shares([cells for cells, _ in shown], place[3 if down else 2]), shown, strict=True):
        inner = Place(place.x, at, place.width, cells) if down else Place(at, place.y, cells, place.height)
        found |= places(one, inner, names)
        at += cells
    return found


def _names(part: Part) -> set[str]:
    return {part} if isinstance(part, str) else {name for _, one in part.parts for name in _names(one)}


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
