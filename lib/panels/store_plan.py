"""The plan of the battery: when it stores and gives, with how much, at what price, and how full it is then.

It draws dm's plan while that is heard and holds, else bs's own.
"""

from datetime import datetime, timedelta

from rich.text import Text

from lib.messages.plan import Plan
from lib.messages.planned import BATTERY, NOT_HEARD, in_force
from lib.messages.storage import Storage, StoreBlock
from lib.panels.battery import does
from lib.panels.dates import clock, near
from lib.panels.look import Look, Room
from lib.panels.plan import Ahead, plan_rows
from lib.panels.price_curve import Axis, hours_line
from lib.panels.seen import Seen
from lib.panels.sheet import Cell, Piece, Sheet, length, pieces
from lib.panels.strokes import part

SCALE = 6  # cells of the scale of the chart
LEAST_CHART = 42  # cells below which none is drawn
LEAST_ROWS, MOST_ROWS, WHOLE_ROWS = 3, 20, 8  # of the chart; where all can be scrolled
MOST_BLOCKS = 40
ROUND = timedelta(hours=1)
LEGEND = (("+", "stores"), ("-", "gives"))

Row = list[Piece]


def render_store_plan(seen: Seen, look: Look, room: Room) -> Text:
    """A row for each block; above them a chart of the state of charge, where there is room for both."""
    storage, told, sheet = seen.newest(Storage), seen.newest(Plan), Sheet(look, room.width)
    plan = None if storage is None else in_force(told, storage.at)
    if storage is None:
        sheet.row(("waiting for the plan", look.colours.quiet))
    elif plan is not None:
        for row in plan_rows(Ahead(plan, storage.at, devices=(BATTERY,)), look, room):
            sheet.row(*row)
    else:
        late = told is not None
        for row in [*_own(storage, look, room), [(NOT_HEARD, look.colours.warn if late else look.colours.quiet)]]:
            if room.whole or sheet.rows < room.height:
                sheet.row(*row)
    return sheet.text()


def _own(storage: Storage, look: Look, room: Room) -> list[Row]:
    """What bs plans by itself."""
    if not storage.plan:
        return [[("nothing is planned", look.colours.quiet)]]
    rows = _blocks(storage, look, room.width)
    spare = WHOLE_ROWS if room.whole else min(MOST_ROWS, room.height - len(rows) - 4)
    chart = _chart(storage, look, room.width, spare) if spare >= LEAST_ROWS and room.width >= LEAST_CHART else []
    return [*chart, *rows]


def _blocks(storage: Storage, look: Look, width: int) -> list[Row]:
    colours, at = look.colours, storage.at
    blocks = storage.plan[:MOST_BLOCKS]
    times = [_when(one, at) for one in blocks]
    prices = ["" if one.eur_kwh is None else f"  {look.glyphs.euro} {look.number(one.eur_kwh, 3)}" for one in blocks]
    rows: list[Row] = []
    for when, price, one in zip(times, prices, blocks, strict=True):
        now = one.start <= at < one.end
        row: Row = [
            (look.left(when, 2 + max(map(len, times))), colours.good if now else colours.inactive),
            (look.left(does(one.power_w) or "rests", 7), colours.text),
            (look.right(look.kw(abs(one.power_w)), 5), colours.title),
            (" kW", colours.quiet),
        ]
        for more in (
            (look.left(price, max(map(len, prices))), colours.text),
            (f"  to {look.number(one.soc_pct, 0)} %", colours.quiet),
        ):
            if length(row) + len(more[0]) <= width:
                row.append(more)
        rows.append(row)
    return rows


def _when(block: StoreBlock, at: datetime) -> str:
    return f"until {near(block.end, at)}" if block.start <= at else f"{near(block.start, at)}-{clock(block.end)}"


def _chart(storage: Storage, look: Look, width: int, rows: int) -> list[Row]:
    """How full it will be, a sign below for what it does then, and the hours."""
    columns, colours = width - SCALE, look.colours
    start = storage.at.replace(minute=0, second=0, microsecond=0)
    end = max(one.end for one in storage.plan)
    axis = Axis(start, max(end, start + ROUND), storage.at)
    step = (axis.end - axis.start) / columns
    instants = [axis.start + step * (at + 0.5) for at in range(columns)]
    levels = [_soc_pct(storage, instant) for instant in instants]
    lines: list[Row] = []
    for row in range(rows):
        label = {0: "100 %", rows - 1: "0 %"}.get(row, "")
        cells = [_cell(pct, rows - 1 - row, rows, look) for pct in levels]
        lines.append([(look.right(label, SCALE - 1) + " ", colours.quiet), *pieces(cells)])
    signs = [_sign(storage, instant, look) for instant in instants]
    lines.append([(" " * SCALE, ""), *pieces(signs)])
    hours: Row = [(" " * SCALE, ""), *hours_line(axis, look, columns)]
    legend = f"  {', '.join(f'{sign} {word}' for sign, word in LEGEND)}"
    return [*lines, hours, [(f"{' ' * SCALE}{legend.strip()}", colours.quiet)]]


def _cell(pct: float | None, row: int, rows: int, look: Look) -> Cell:
    """One cell of the level; row: from below."""
    signs = look.glyphs.levels
    full = len(signs) - 1
    if pct is None:
        return ("?" if row == 0 else " ", look.colours.quiet)
    return signs[min(full, max(0, round(part(pct, 100.0) * rows * full) - row * full))], look.colours.used


def _soc_pct(storage: Storage, at: datetime) -> float | None:
    """How full it will be then: on the line between the end of one block and that of the next."""
    pct, since = storage.soc_pct, storage.at
    for one in storage.plan:
        if at >= one.end:
            pct, since = one.soc_pct, one.end
            continue
        start = max(one.start, since)
        if at <= start or pct is None or one.end <= start:
            return pct
        return pct + (one.soc_pct - pct) * ((at - start) / (one.end - start))
    return pct


def _sign(storage: Storage, at: datetime, look: Look) -> Cell:
    """What it does then."""
    colours = look.colours
    found = next((one for one in storage.plan if one.start <= at < one.end), None)
    match does(found.power_w) if found else "":
        case "stores":
            return "+", colours.good
        case "gives":
            return "-", colours.taken
    return look.glyphs.point, colours.track


def store_plan_drawn_from(seen: Seen) -> object:
    """What bs said, and dm's plan as it was heard."""
    return seen.newest(Storage), seen.newest(Plan)
