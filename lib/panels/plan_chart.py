"""A plan over time, line under line: the price, each car and the battery, what is drawn against the target.

In: dm's plan. Out: rows that share one axis of time. It does not know how much room there is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, isfinite
from typing import NamedTuple

from lib.messages.plan import Plan, Served
from lib.messages.planned import (
    BATTERY,
    NEXT_TO_NOTHING_W,
    bounds,
    called,
    cars_in,
    has_battery,
    of_quarter,
    over,
    peaks_cost,
    supposed_from,
)
from lib.panels.battery import FLOWS_W
from lib.panels.look import Look
from lib.panels.price_curve import AXIS, LEAST_ROWS, Axis, hours_line, price_curve
from lib.panels.sheet import Cell, Piece, pieces
from lib.panels.strokes import part, row_of

AHEAD = timedelta(hours=48)
NAME, SHORT_NAME = 14, 9  # cells of a name at most, and in a narrow chart
NARROW = 64
LEAST_COLUMNS = 24
MOST_LANES = 12
LEAST_GRID, LEAST_SOC = 3, 3  # rows below which the one is a lane, and the other is not drawn
UNIT_ROWS = 6  # of the price, of which one can be spared for its unit
SHORT_WH = 50.0
LEAST_TOP_W = 1000.0
HEADROOM = 1.05
UNIT = 9  # cells of the margin in which a power has its unit
STORES, GIVES, OVER = "+", "-", "!"

Row = list[Piece]
Value = tuple[datetime, datetime, float]


class Heights(NamedTuple):
    """Rows of each part of the chart: the price with its zero line, what is drawn, how full the battery is."""

    price: int = 0
    grid: int = 1
    soc: int = 0


class Chart(NamedTuple):
    """What all lines have in common."""

    plan: Plan
    axis: Axis
    look: Look
    margin: int
    columns: int


def chart_of(plan: Plan, at: datetime, look: Look, width: int) -> Chart | None:
    """The chart of a plan in so many cells; None where that says nothing."""
    if not plan.spans:
        return None
    start = plan.spans[0].start
    end = min(plan.spans[-1].end, start + AHEAD)
    longest = max(map(len, ("battery", *(called(plan, car) for car in cars_in(plan)))))
    margin = max(AXIS, min(NAME if width >= NARROW else SHORT_NAME, longest + 2))
    if width - margin < LEAST_COLUMNS or end <= start:
        return None
    return Chart(plan, Axis(start, end, at), look, margin, width - margin)


def lanes(chart: Chart) -> int:
    """The rows of cars, battery, what is drawn, and hours."""
    return min(MOST_LANES, len(cars_in(chart.plan))) + has_battery(chart.plan) + 2


def drawn(chart: Chart, heights: Heights) -> list[Row]:
    """All of it, from the price down to the hours."""
    plan = chart.plan
    cars = [_car(chart, car) for car in cars_in(plan)[:MOST_LANES]]
    battery = [_battery(chart)] if has_battery(plan) else []
    level = _level(chart, heights.soc) if battery and heights.soc >= LEAST_SOC else []
    grid = _grid(chart, heights.grid) if heights.grid >= LEAST_GRID else [_import(chart)]
    hours: Row = [(" " * chart.margin, ""), *hours_line(chart.axis, chart.look, chart.columns)]
    return [*_price(chart, heights.price), *cars, *battery, *level, *grid, hours]


def legend(chart: Chart, heights: Heights) -> Row:
    """What the signs mean."""
    plan, glyphs = chart.plan, chart.look.glyphs
    said: list[str] = []
    if has_battery(plan):
        said.append(f"{STORES} stores {GIVES} gives")
    if heights.grid >= LEAST_GRID:
        said.append(f"{glyphs.half} if the house draws more")
        said += [f"{glyphs.dash} target"] * peaks_cost(plan)
    elif any(over(plan)):
        said.append(f"{OVER} above what is paid")
    if any(_is_marked(one, chart.axis) for one in plan.served):
        said.append(f"{glyphs.mark} ready")
    return [(" " * chart.margin + "   ".join(said), chart.look.colours.quiet)]


def _price(chart: Chart, rows: int) -> list[Row]:
    if rows < LEAST_ROWS - 1:
        return []
    shown = [span for span in chart.plan.spans if span.start < chart.axis.end]
    lines = price_curve(
        shown,
        chart.axis,
        None,
        chart.look,
        chart.margin + chart.columns,
        rows + 1,
        margin=chart.margin,
        known_until=supposed_from(chart.plan),
        injected=False,
    )
    if rows >= UNIT_ROWS and not lines[1][0][0].strip():
        unit = chart.look.right(f"{chart.look.glyphs.euro}/kWh", chart.margin - 1)
        lines[1][0] = (f"{unit} ", chart.look.colours.quiet)
    return lines[:-1]


def _car(chart: Chart, car: str) -> Row:
    """One car: how much it charges when, and a mark where it must be ready."""
    glyphs, colours = chart.look.glyphs, chart.look.colours
    watts = _strongest(((one.start, one.end, one.cars_w.get(car, 0.0)) for one in chart.plan.spans), chart)
    most_w, full = max([1.0, *watts]), len(glyphs.levels) - 1
    cells: list[Cell] = [
        (glyphs.levels[max(1, ceil(part(one, most_w) * full - 1e-9))], colours.used)
        if one > NEXT_TO_NOTHING_W
        else (glyphs.line, colours.track)
        for one in watts
    ]
    for served in chart.plan.served:
        if served.car == car and _is_marked(served, chart.axis):
            at = min(chart.columns - 1, chart.axis.cell(served.until, chart.columns))
            cells[at] = (glyphs.mark, colours.over if served.short_wh > SHORT_WH else colours.good)
    return _lane(chart, called(chart.plan, car), cells)


def _is_marked(served: Served, axis: Axis) -> bool:
    return bool(served.trip) and axis.start < served.until <= axis.end


def _battery(chart: Chart) -> Row:
    """When it stores and gives."""
    colours = chart.look.colours
    signs = {True: (STORES, colours.good), False: (GIVES, colours.taken)}
    watts = _strongest(((one.start, one.end, one.battery_w or 0.0) for one in chart.plan.spans), chart)
    rests = (chart.look.glyphs.point, colours.track)
    cells = [signs[one > 0] if abs(one) >= FLOWS_W else rests for one in watts]
    return _lane(chart, called(chart.plan, BATTERY), cells)


def _level(chart: Chart, rows: int) -> list[Row]:
    """How full the battery is."""
    signs, colours = chart.look.glyphs.levels, chart.look.colours
    full = len(signs) - 1
    levels = _latest(((one.start, one.end, one.soc_pct) for one in chart.plan.spans), chart)
    lines: list[Row] = []
    for row in range(rows):
        floor = (rows - 1 - row) * full
        said = {0: "100 %", rows - 1: "0 %"}.get(row, "")
        cells: list[Cell] = [
            (" ", "") if pct is None else (_filled(signs, part(pct, 100.0) * rows * full - floor), colours.used)
            for pct in levels
        ]
        lines.append(_lane(chart, said, cells, right=True))
    return lines


def _import(chart: Chart) -> Row:
    """What may count in a line: how high, and where that is more than is paid."""
    signs, colours = chart.look.glyphs.levels, chart.look.colours
    counts, full = _counts(chart), len(signs) - 1
    top_w = _top_w(chart, counts)
    cells: list[Cell] = [
        (OVER, colours.over) if too_much else (_filled(signs, ceil(part(one, top_w) * full - 0.2)), colours.taken)
        for one, too_much in zip(counts, _over(chart), strict=True)
    ]
    return _lane(chart, "import", cells)


def _grid(chart: Chart, rows: int) -> list[Row]:
    """What is drawn as bars, what it may count above that, and the target and what is paid as lines."""
    plan, glyphs, colours = chart.plan, chart.look.glyphs, chart.look.colours
    levels = len(glyphs.levels) - 1
    counts = _counts(chart)
    draws = _strongest(((one.start, one.end, max(0.0, one.grid_w) * of_quarter(one)) for one in plan.spans), chart)
    beyond, top_w = _over(chart), _top_w(chart, counts)
    told = zip(plan.spans, bounds(plan), strict=True)
    meant = _latest(((one.start, one.end, bound.target_w if bound else None) for one, bound in told), chart)
    targets = [None if one is None else row_of(one, top_w, rows) for one in meant]
    labels = {rows - 1: "import", 0: "" if peaks_cost(plan) else _kw(chart, top_w)}
    paid = row_of(plan.paid_w, top_w, rows) if plan.paid_w is not None and peaks_cost(plan) else -1
    for place, power_w in ((paid, plan.paid_w), (targets[0], meant[0])):
        labels |= {place: _kw(chart, power_w)} if place is not None and place >= 0 else {}
    tops = [
        (ceil(part(one, top_w) * rows * levels - 0.5), part(most, top_w) * rows * levels)
        for one, most in zip(draws, counts, strict=True)
    ]
    lines: list[Row] = []
    for row in range(rows):
        floor = (rows - 1 - row) * levels
        cells: list[Cell] = []
        for (draw, count), target, too_much in zip(tops, targets, beyond, strict=True):
            styles = (colours.over,) * 2 if too_much and row <= max(paid, 0) else (colours.taken, colours.track)
            if draw > floor:
                cells.append((_filled(glyphs.levels, draw - floor), styles[0]))
            elif count > floor + levels / 2:
                cells.append((glyphs.half, styles[1]))
            elif row == target:
                cells.append((glyphs.dash, colours.target))
            elif row == paid:
                cells.append((glyphs.point, colours.quiet))
            else:
                cells.append((" ", ""))
        lines.append(_lane(chart, labels.get(row, ""), cells, right=row < rows - 1))
    return lines


def _kw(chart: Chart, power_w: float | None) -> str:
    unit = " kW" if chart.margin >= UNIT else ""
    return f"{chart.look.kw(power_w)}{unit}"


def _lane(chart: Chart, said: str, cells: Iterable[Cell], *, right: bool = False) -> Row:
    look = chart.look
    if right:
        return [(look.right(said, chart.margin - 1) + " ", look.colours.quiet), *pieces(cells)]
    return [(look.left(said, chart.margin - 1) + " ", look.colours.text), *pieces(cells)]


def _filled(signs: str, level: float) -> str:
    """The sign of a cell that is filled up to a level, from 0 to all of it."""
    return signs[min(len(signs) - 1, max(0, round(level)))]


def _counts(chart: Chart) -> list[float]:
    spans = chart.plan.spans
    return _strongest(((one.start, one.end, max(0.0, one.counts_w) * of_quarter(one)) for one in spans), chart)


def _over(chart: Chart) -> list[bool]:
    """Where a quarter may count more than is paid."""
    plan = chart.plan
    found = [(one.start, one.end, 1.0) for one, too_much in zip(plan.spans, over(plan), strict=True) if too_much]
    return [one > 0 for one in _strongest(found, chart)]


def _top_w(chart: Chart, counts: Sequence[float]) -> float:
    """The power at the upper edge."""
    wanted = [chart.plan.target_w, chart.plan.paid_w] if peaks_cost(chart.plan) else []
    known = [one for one in (*wanted, *counts) if one is not None and isfinite(one)]
    return max([LEAST_TOP_W, *known]) * HEADROOM


def _strongest(values: Iterable[Value], chart: Chart) -> list[float]:
    """By column the value that is furthest from nought of those in its time: a quarter that counts is never lost."""
    found = [0.0] * chart.columns
    for start, end, value in values:
        if value and isfinite(value):
            for at in _cells(start, end, chart):
                if abs(value) > abs(found[at]):
                    found[at] = value
    return found


def _latest(values: Iterable[tuple[datetime, datetime, float | None]], chart: Chart) -> list[float | None]:
    """By column the last value that is known in its time."""
    found: list[float | None] = [None] * chart.columns
    for start, end, value in values:
        if value is not None:
            for at in _cells(start, end, chart):
                found[at] = value
    return found


def _cells(start: datetime, end: datetime, chart: Chart) -> range:
    """The columns of a stretch of time, at least one where it begins on the axis."""
    if end <= chart.axis.start or start >= chart.axis.end:
        return range(0)
    first = max(0, chart.axis.cell(start, chart.columns))
    return range(first, min(chart.columns, max(first + 1, chart.axis.cell(end, chart.columns))))
