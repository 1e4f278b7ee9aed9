"""Prices over time, cell by cell: bars from a zero line up, and down where a price is negative. Knows no panel."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil, isfinite
from typing import NamedTuple, Protocol

from lib.messages.prices import HOUR, Stretch
from lib.panels.dates import BRUSSELS, DAYS, local_day
from lib.panels.look import Look
from lib.panels.sheet import Cell, Piece, pieces

AXIS = 6  # cells of the scale
LEAST_ROWS = 4  # two of bars, the zero line, the hours
LEAST_FOR_TWO = 8  # with fewer the line of what is injected would only hide the bars
LEAST_WIDTH = AXIS + 12
STEPS = (1, 2, 3, 4, 6, 12)  # hours from one label to the next
APART = 4  # cells a label needs


class Axis(NamedTuple):
    """The time from left to right, and what is now."""

    start: datetime
    end: datetime
    now: datetime

    def cell(self, at: datetime, width: int) -> int:
        """Where an instant stands on `width` cells."""
        return int((at - self.start) / (self.end - self.start) * width)


class Priced(Protocol):
    """A stretch of time with its prices, as rates and plans tell them."""

    @property
    def start(self) -> datetime:
        """From when they hold."""

    @property
    def end(self) -> datetime:
        """Up to when."""

    @property
    def import_eur_kwh(self) -> float | None:
        """What a kWh costs; None while that is not known."""

    @property
    def export_eur_kwh(self) -> float | None:
        """What it earns."""


class Scale(NamedTuple):
    """Rows above and below the zero line, and the euro of one row."""

    above: int
    below: int
    row_eur: float


def price_curve(
    slots: Sequence[Priced],
    axis: Axis,
    cheap: Stretch | None,
    look: Look,
    width: int,
    height: int,
    *,
    margin: int = AXIS,
    known_until: datetime | None = None,
    injected: bool = True,
) -> list[list[Piece]]:
    """What a kWh costs as bars, and where there is room what it earns as a line: `height` rows, the last has the hours.

    The hours gone, now, those ahead and the cheapest ones (`cheap`) have a colour each; on the zero line stand a mark
    for now, and question marks where no price is known. margin: cells of the scale; known_until: what comes after is
    supposed, and quiet; injected: whether what a kWh earns is drawn too.
    """
    columns = width - margin
    taken = _means([(one.start, one.end, one.import_eur_kwh) for one in slots], axis, columns)
    two = injected and height >= LEAST_FOR_TWO
    earned = _means([(one.start, one.end, one.export_eur_kwh) for one in slots] if two else [], axis, columns)
    scale = _scale([price for price in (*taken, *earned) if price is not None], height - 2)
    styles = [_style(at, price, axis, cheap, look, columns) for at, price in enumerate(taken)]
    if known_until is not None:
        known = max(0, axis.cell(known_until, columns))
        styles[known:] = [look.colours.quiet] * len(styles[known:])
    grid = [*_rising(taken, styles, scale, look), _zero(taken, axis, look), *_falling(taken, styles, scale, look)]
    for at, price in enumerate(earned):
        if price is not None:
            grid[_row_of(price, scale)][at] = (look.glyphs.dash, look.colours.injected)
    labels = {0: scale.above, scale.above // 2: scale.above - scale.above // 2, scale.above: 0}
    labels |= {scale.above + scale.below: -scale.below} if scale.below else {}
    lines = []
    for row, cells in enumerate(grid):
        said = look.number(labels[row] * scale.row_eur, 3, AXIS - 1) if row in labels else ""
        lines.append([(look.right(said, margin - 1) + " ", look.colours.quiet), *pieces(cells)])
    return [*lines, [(" " * margin, ""), *hours_line(axis, look, columns)]]


def _means(slots: Sequence[tuple[datetime, datetime, float | None]], axis: Axis, columns: int) -> list[float | None]:
    """The mean over the time of each column, of what is known of it."""
    known_s, sums = [0.0] * columns, [0.0] * columns
    length_s = (axis.end - axis.start).total_seconds() / columns
    for start, end, price in slots:
        if price is None or not isfinite(price) or end <= axis.start or axis.end <= start:
            continue
        start_s = max(0.0, (start - axis.start).total_seconds())
        end_s = min(length_s * columns, (end - axis.start).total_seconds())
        for at in range(int(start_s / length_s), min(columns, ceil(end_s / length_s))):
            part_s = min(end_s, (at + 1) * length_s) - max(start_s, at * length_s)
            if part_s > 0:
                known_s[at] += part_s
                sums[at] += part_s * price
    return [total / seconds if seconds else None for total, seconds in zip(sums, known_s, strict=True)]


def _scale(prices: Sequence[float], rows: int) -> Scale:
    high, low = max([0.0, *prices]), min([0.0, *prices])
    if low == 0.0:
        return Scale(rows, 0, (high or 1.0) / rows)
    row_eur, below = min((max(high / (rows - below), -low / below), below) for below in range(1, rows))
    return Scale(rows - below, below, row_eur)


def _row_of(price: float, scale: Scale) -> int:
    """The row of the grid in which a price lies; nought stands right above the zero line."""
    if price >= 0:
        return max(0, scale.above - 1 - int(price / scale.row_eur))
    return min(scale.above + scale.below, scale.above + max(1, ceil(-price / scale.row_eur)))


def _style(at: int, price: float | None, axis: Axis, cheap: Stretch | None, look: Look, columns: int) -> str:
    now = axis.cell(axis.now, columns)
    if at < now:
        return look.colours.quiet
    if at == now:
        return look.colours.active
    middle = axis.start + (axis.end - axis.start) * ((at + 0.5) / columns)
    is_cheap = cheap is not None and cheap.start <= middle < cheap.end
    return look.colours.good if is_cheap or (price is not None and price < 0) else look.colours.inactive


def _rising(prices: Sequence[float | None], styles: Sequence[str], scale: Scale, look: Look) -> Iterator[list[Cell]]:
    signs = look.glyphs.levels
    full = len(signs) - 1
    tops = [ceil(max(0.0, price or 0.0) / scale.row_eur * full - 1e-9) for price in prices]
    for row in range(scale.above):
        floor = (scale.above - 1 - row) * full
        yield [(signs[min(full, max(0, top - floor))], style) for top, style in zip(tops, styles, strict=True)]


def _falling(prices: Sequence[float | None], styles: Sequence[str], scale: Scale, look: Look) -> Iterator[list[Cell]]:
    signs = look.glyphs.falls
    full = len(signs) - 1
    depths = [ceil(max(0.0, -(price or 0.0)) / scale.row_eur * full - 1e-9) for price in prices]
    for row in range(scale.below):
        yield [
            (signs[min(full, max(0, depth - row * full))], style) for depth, style in zip(depths, styles, strict=True)
        ]


def _zero(prices: Sequence[float | None], axis: Axis, look: Look) -> list[Cell]:
    colours, glyphs = look.colours, look.glyphs
    cells = [("?", colours.warn) if price is None else (glyphs.line, colours.quiet) for price in prices]
    for day in _hour_starts(axis):
        at = axis.cell(day, len(cells))
        if day > axis.start and day.astimezone(BRUSSELS).hour == 0 and at < len(cells):
            cells[at] = (glyphs.mark, colours.quiet)
    if axis.start <= axis.now < axis.end:
        cells[axis.cell(axis.now, len(cells))] = (glyphs.bullet, colours.active)
    return cells


def _hour_starts(axis: Axis) -> Iterator[datetime]:
    """Each full hour; a day in March has 23 and one in October 25."""
    at = axis.start.replace(minute=0, second=0, microsecond=0)
    if at < axis.start:
        at += HOUR
    while at < axis.end:
        yield at
        at += HOUR


def hours_line(axis: Axis, look: Look, columns: int) -> list[Piece]:
    """The hours by the clock at the wall, as many as have room; midnight is the name of its day."""
    cells_an_hour = columns * (HOUR / (axis.end - axis.start))
    step = next((step for step in STEPS if step * cells_an_hour >= APART), 24)
    line = ""
    for at in _hour_starts(axis):
        local = at.astimezone(BRUSSELS)
        if local.hour % step:
            continue
        place = axis.cell(at, columns)
        said = DAYS[local_day(at).weekday()] if local.hour == 0 else f"{local.hour:02d}"
        if len(line) <= place and place + len(said) <= columns:
            line = line.ljust(place) + said + " "
    return [(look.left(line.rstrip(), columns), look.colours.quiet)]
