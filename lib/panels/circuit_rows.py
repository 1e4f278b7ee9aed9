"""One line of the tree of circuits as pieces: load and limit by phase, what a charger is told, and what holds it.

A load near its limit has a "!", one above it "!!", so that it is seen without colours too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, isfinite
from typing import Final

from lib.messages.charging import ChargerNow, CircuitNow
from lib.messages.circuits import ENDED, SHARES, Node, counted, held, strain
from lib.panels.circuit_tree import Line, Row, folds
from lib.panels.dates import near, roughly
from lib.panels.look import Look
from lib.panels.sheet import Piece, apart, length
from lib.panels.strokes import bar, part

MARK = 2
STEP = 2  # cells that a circuit stands further in than the one above it
MOST_DEPTH = 6
MOST_NAME, LEAST_NAME = 26, 8
MOST_BAR, LEAST_BAR = 16, 3
LABEL, GAP = 3, 2
FINE = 5  # levels from which on one cell is a bar
COUNTS = 20  # cells at most
POWER: Final = "kW"  # the label of a limit for the whole circuit
FULLEST: Final = ("",)  # in place of the labels of all gauges
MOST_FIGURE = 10
DOES = 24  # cells for what a charger is told and draws
CAR = 14
ROOMY = 104  # cells from which on a charger's car has a place
LAPSES_S = 10.0  # a lease is renewed each second; one that ends so soon will lapse


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A load and its limit, in A, or in kW of the whole circuit."""

    label: str
    limit: float
    load: float | None

    @property
    def share(self) -> float:
        """The load as a part of the limit; of an unknown one none."""
        if self.load is None or not isfinite(self.load):
            return -1.0
        return self.load / self.limit if self.limit > 0 else 2.0 * (self.load > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The columns of the tree, in cells: of names, of a gauge's bar and its figures, and of what the chargers do.

    labels: of the gauges; decimals: of their figures; fits: there is room for all that.
    """

    width: int
    name: int
    labels: Sequence[str]
    bar: int
    figure: int
    decimals: int
    counts: int
    fits: bool


def gauges(circuit: CircuitNow) -> list[Gauge]:
    """Of its phases with a limit, and of its limit in kW."""
    found = [Gauge(label=f"L{one.phase}", limit=one.limit_a, load=one.load_a) for one in circuit.phases]
    if circuit.limit_w is not None:
        load_kw = None if circuit.load_w is None else circuit.load_w / 1000
        found.append(Gauge(label=POWER, limit=circuit.limit_w / 1000, load=load_kw))
    return found


def cells(seen: Sequence[Row], tree: Sequence[Node], look: Look, width: int) -> Cells:
    """The columns that fit the lines that are seen; decimals go first, then bars, then all gauges but the fullest."""
    names = max((_indent(row) + len(_name(row)) for row in seen if row.line in {Line.CIRCUIT, Line.CHARGER}), default=0)
    name = max(LEAST_NAME, min(names + GAP, MOST_NAME, width // 3))
    figures: dict[tuple[str, int], int] = {}
    for one in (one for node in tree for one in gauges(node.circuit)):
        for decimals in (0, 1):
            figure = len(_figures(one, look, decimals))
            figures[one.label, decimals] = max(figure, figures.get((one.label, decimals), 0))
    phases = tuple(sorted({label for label, _ in figures} - {POWER}))
    labels = (*phases, POWER) if (POWER, 0) in figures else phases
    said = max((len(counted(row.node.counts, COUNTS)) for row in seen if row.line is Line.CIRCUIT), default=0)
    counts = said if width >= MARK + name + said + LABEL + LEAST_BAR + MOST_FIGURE else 0

    def form(some: Sequence[str], decimals: int) -> Cells:
        told = labels if some == FULLEST else some
        figure = max((figures[label, decimals] for label in told), default=0) + len("! ")
        spare = (width - MARK - name - counts) // max(1, len(some)) - figure - LABEL
        return Cells(
            width=width,
            name=name,
            labels=some,
            bar=min(MOST_BAR, spare - 1) if spare > LEAST_BAR else int(spare > 1 and len(look.glyphs.levels) > FINE),
            figure=figure,
            decimals=decimals,
            counts=counts,
            fits=spare >= 0,
        )

    forms = [
        *(form(some, decimals) for some in (labels, phases) for decimals in (1, 0)),
        form(FULLEST, 1),
        form(FULLEST, 0),
    ]
    return next((one for one in forms if one.bar >= LEAST_BAR or (one.fits and not one.decimals)), forms[-1])


def drawn(
    row: Row,
    look: Look,
    columns: Cells,
    *,
    at: datetime,
    titles: Mapping[str, str],
    peaks_cost: bool,
    marked: bool,
) -> list[Piece]:
    """One line; titles: of the cars; marked: it is what the keys change."""
    mark: Piece = (look.left(look.glyphs.pointer if marked else "", MARK), look.colours.active)
    match row:
        case Row(line=Line.CIRCUIT):
            return [mark, *_circuit(row, look, columns)]
        case Row(line=Line.CHARGER, charger=ChargerNow() as charger):
            return [mark, *_charger(row, charger, look, columns, titles, peaks_cost=peaks_cost)]
    before = inner(row.node)
    return [mark, (" " * (before - MARK), ""), *_below(row, look, columns, at)]


def inner(node: Node) -> int:
    """The cells before what is said below a circuit."""
    return MARK + STEP * (min(node.depth, MOST_DEPTH) + 2)


def _indent(row: Row) -> int:
    return STEP * (min(row.node.depth, MOST_DEPTH) + (2 if row.line is Line.CHARGER else 1))


def _name(row: Row) -> str:
    return row.charger.name if row.charger else row.node.circuit.name


def _circuit(row: Row, look: Look, columns: Cells) -> Iterator[Piece]:
    """Its name, its gauges, and what its chargers do."""
    colours, node = look.colours, row.node
    sign = "" if not folds(node) else "-" if row.opened else "+"
    yield " " * (_indent(row) - STEP), ""
    yield look.left(sign, STEP), colours.active
    yield look.left(node.circuit.name, max(1, columns.name - _indent(row))), colours.title
    told = {one.label: one for one in gauges(node.circuit)}
    if columns.labels == FULLEST:
        told = {"": max(told.values(), key=lambda one: one.share)} if told else {}
    for label in columns.labels:
        yield from _gauge(told.get(label), look, columns)
    style = colours.bad if node.counts.fault else colours.text if node.counts.charge else colours.quiet
    yield (counted(node.counts, COUNTS) if columns.counts else ""), style


def _gauge(gauge: Gauge | None, look: Look, columns: Cells) -> Iterator[Piece]:
    colours = look.colours
    if gauge is None:
        yield " " * (LABEL + columns.bar + bool(columns.bar) + columns.figure), ""
        return
    sign = strain(gauge.load, gauge.limit)
    filled = {"": colours.used, "!": colours.warn, "!!": colours.over}[sign]
    figures = colours.warn if gauge.load is None else filled if sign else colours.text
    yield look.left(gauge.label, LABEL), colours.quiet
    if columns.bar == 1:
        levels = look.glyphs.levels
        yield levels[ceil(part(gauge.share, 1.0) * (len(levels) - 1))], filled
    elif columns.bar:
        yield from bar(look, columns.bar, part(gauge.share, 1.0), filled)
    said = look.left(f"{_figures(gauge, look, columns.decimals)}{sign}", columns.figure)
    yield f"{' ' * bool(columns.bar)}{said}", figures


def _figures(gauge: Gauge, look: Look, decimals: int) -> str:
    """`18.2/25`; a whole limit has no decimals."""
    return f"{look.number(gauge.load, decimals)}/{look.number(gauge.limit, int(gauge.limit % 1 > 0) * decimals)}"


def _charger(
    row: Row, one: ChargerNow, look: Look, columns: Cells, titles: Mapping[str, str], *, peaks_cost: bool
) -> list[Piece]:
    """Its name, what it is told and draws, what holds it; at the right how long it still may."""
    colours = look.colours
    does, style = _does(one, look)
    left: list[Piece] = [
        (" " * _indent(row), ""),
        (look.left(one.name, max(1, columns.name - _indent(row))), colours.text),
        (look.left(does, DOES), style),
    ]
    if columns.width >= ROOMY:
        left.append((look.left(titles.get(one.car or "", one.car or ""), CAR), colours.quiet))
    lease = _lease(one, look, roomy=columns.width >= ROOMY)
    room = columns.width - MARK - length(left) - length(lease) - GAP
    if room >= LEAST_NAME:
        left.append((look.left(held(one, peaks_cost=peaks_cost), room).rstrip(), colours.quiet))
    return apart(left, lease, columns.width - MARK)


def _does(one: ChargerNow, look: Look) -> tuple[str, str]:
    """In a few words, and the colour of them."""
    colours = look.colours
    if one.plug == "fault":
        return "FAULT", colours.bad
    if one.silent_s is not None:
        return f"silent {roughly(one.silent_s)}", colours.bad
    if one.plug == "empty":
        return "no car", colours.quiet
    if one.plug == "unknown":
        return "starting", colours.warn
    if one.place:
        return f"waits, place {one.place}", colours.warn
    if one.go or one.plug == "charging":
        draws = look.number(None if one.phases_a is None else max(one.phases_a), 1)
        return f"told {_told(one, look)} A, draws {draws}", colours.good
    return ("done", colours.good) if one.because.reason in ENDED else ("paused", colours.inactive)


def _told(one: ChargerNow, look: Look) -> str:
    if not one.go:
        return "0"
    return look.number(one.set_a, 0 if one.set_a is not None and one.set_a % 1 == 0 else 1)


def _lease(one: ChargerNow, look: Look, *, roomy: bool) -> list[Piece]:
    """How long what it was granted still holds."""
    colours = look.colours
    if one.lease_s is None:
        return [("no lease", colours.warn)] if one.go and one.plug == "charging" else []
    seconds = look.number(max(0.0, one.lease_s), 0)
    if one.lease_s < LAPSES_S:
        return [(f"! {seconds} s left", colours.warn)]
    return [(f"{seconds} s{' left' * roomy}", colours.quiet)]


def _below(row: Row, look: Look, columns: Cells, at: datetime) -> list[Piece]:
    """A line of its own below a circuit's."""
    colours, circuit, width = look.colours, row.node.circuit, columns.width - inner(row.node)
    if row.line is Line.TROUBLE:
        return [(row.said, colours.warn)]
    if row.line is Line.FOLLOWS:
        until = "" if circuit.until is None else f"until {near(circuit.until, at)} "
        return [(f"{until}its limit comes from {circuit.follows}", colours.inactive)]
    groups = [f"shared {SHARES[circuit.profile]}", _other(circuit, look)]
    if circuit.limit_w is not None and POWER not in columns.labels:
        groups.insert(0, f"{look.kw(circuit.load_w, 1)} of {look.kw(circuit.limit_w, 1)} kW")
    found = ""
    for group in filter(None, groups):
        more = f"{'; ' * bool(found)}{group}"
        if not found or len(found) + len(more) <= width:
            found += more
    return [(found, colours.quiet)]


def _other(circuit: CircuitNow, look: Look) -> str:
    """What flows there beside the chargers; nothing of nothing."""
    if circuit.other_a is None:
        return "what else flows there is not known"
    if not any(circuit.other_a):
        return ""
    return f"beside the cars {' '.join(look.number(one, 1) for one in circuit.other_a)} A"
