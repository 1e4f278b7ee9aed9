"""The plan of dm: what it costs, what it does to the month's peak, who does what when and why. In all three screens.

What gives way where room is short: first the curves, then what was saved and how good forecasts are, then blocks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.text import Text

from lib.messages import House
from lib.messages.plan import Outlook, Plan, PlanBlock, Saved
from lib.messages.planned import (
    BATTERY,
    NOTHING,
    age_s,
    blocks_of,
    called,
    day_ahead,
    day_of,
    gained_eur,
    goes_over,
    has_battery,
    in_force,
    is_partly,
    made_by,
    month_of,
    off_said,
    peak_briefly,
    peak_said,
    rounding_said,
    supposed_from,
)
from lib.panels.battery import does
from lib.panels.dates import MONTHS, clock, day_name, local_day, near, roughly
from lib.panels.look import Look, Room
from lib.panels.plan_chart import LEAST_GRID, LEAST_SOC, Heights, chart_of, drawn, lanes, legend
from lib.panels.price_curve import LEAST_ROWS
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet, apart, length, wrapped

LEAST_BLOCKS, MORE_BLOCKS = 2, 4  # that are said before there is a chart, and more of them before it has curves
LEAST_PRICE, MOST_PRICE = LEAST_ROWS, 10
MOST_GRID, MOST_SOC = 9, 6
LEAST_WHOLE, WHOLE_SHARE = 14, 0.7  # rows, and the share of what is seen, down to which the chart reaches on a page
NAME = 16  # of a car, or of the battery with what it does, at most
WHY = 34  # cells in which a reason stands beside its block
INDENT = 4
MOST_BLOCKS = 60
BRIEF, NARROW, WIDE = 44, 60, 90
LEAST_NAME = 5
MINUTE_S = 60.0

Row = list[Piece]


class Ahead(NamedTuple):
    """What is drawn: a plan at an instant; devices: whose blocks are listed, None for all."""

    plan: Plan
    at: datetime
    outlook: Outlook | None = None
    devices: Sequence[str] | None = None


def render_plan(seen: Seen, look: Look, room: Room) -> Text:
    """The screen of dm."""
    plan, house, sheet = seen.newest(Plan), seen.newest(House), Sheet(look, room.width)
    if plan is None:
        sheet.row(("waiting for the plan", look.colours.quiet))
        return sheet.text()
    at = house.at if house is not None and house.at is not None else plan.made
    for row in plan_rows(Ahead(plan, at, seen.newest(Outlook)), look, room):
        sheet.row(*row)
    return sheet.text()


def plan_drawn_from(seen: Seen) -> object:
    """What dm said of the days ahead, and the minute."""
    house = seen.newest(House)
    minute = None if house is None or house.at is None else int(house.at.timestamp()) // 60
    return seen.newest(Plan), seen.newest(Outlook), minute


def plan_rows(ahead: Ahead, look: Look, room: Room) -> list[Row]:
    """All of it where the room is whole, else what fits, the most important first."""
    head, tail = _head(ahead, look, room.width), _tail(ahead, look, room.width)
    blocks = block_rows(ahead, look, room.width, whole=room.whole)
    if room.whole:
        height = max(LEAST_WHOLE, int(WHOLE_SHARE * room.height))
        chart = _chart(ahead, look, room.width, height - len(head), whole=True)
        return _aired([head, chart, blocks, tail])
    left = room.height - len(head)
    if left <= 0:
        return head[: room.height]
    kept = min(len(blocks), LEAST_BLOCKS)
    chart = _chart(ahead, look, room.width, left - kept, spare=min(len(blocks) - kept, MORE_BLOCKS), whole=False)
    left -= len(chart)
    said = blocks[: max(0, left)]
    return [*head, *chart, *said, *tail[: max(0, left - len(said))]]


def _aired(parts: Sequence[list[Row]]) -> list[Row]:
    rows: list[Row] = []
    for part in parts:
        if rows and part:
            rows.append([])
        rows += part
    return rows


def _chart(ahead: Ahead, look: Look, width: int, rows: int, *, spare: int = 0, whole: bool) -> list[Row]:
    """As many lines as there are; `spare` of them go to what follows before a curve is drawn."""
    chart = chart_of(ahead.plan, ahead.at, look, width)
    if chart is None or rows < lanes(chart):
        return []
    left = rows - lanes(chart) - (0 if whole else spare)
    heights = _heights(left - 1, level=has_battery(ahead.plan), level_first=ahead.devices == (BATTERY,))
    return [*drawn(chart, heights), *([legend(chart, heights)] if left > 0 or whole else [])]


def _heights(left: int, *, level: bool, level_first: bool) -> Heights:
    """How many rows more than a lane each curve has: first each its least, then all of them more."""
    wanted = [("price", LEAST_PRICE, MOST_PRICE), ("grid", LEAST_GRID, MOST_GRID)]
    if level:
        wanted.insert(1 if level_first else 2, ("soc", LEAST_SOC, MOST_SOC))
    rows: dict[str, int] = {}
    for name, least, _ in wanted:
        needs = least - (name == "grid")  # its lane stands already
        if left >= needs:
            rows[name] = least
            left -= needs
    while left > 0 and any(rows.get(name, most) < most for name, _, most in wanted):
        for name, _, most in wanted:
            if left > 0 and rows.get(name, most) < most:
                rows[name] += 1
                left -= 1
    return Heights(price=rows.get("price", 0), grid=rows.get("grid", 1), soc=rows.get("soc", 0))


def _head(ahead: Ahead, look: Look, width: int) -> list[Row]:
    """What it costs, what it does to the peak, and what is wrong."""
    plan, at, colours = ahead.plan, ahead.at, look.colours
    seconds = age_s(plan, at)
    age = "just now" if seconds < MINUTE_S else f"{roughly(seconds)} ago"
    by = f"{made_by(plan)}, " if width >= NARROW else ""
    because = f": {plan.because}" if plan.because and width >= WIDE else ""
    cost: Row = [("nothing is known of the days ahead", colours.quiet)]
    if plan.spans:
        cost = [
            ("Costs " if plan.eur >= 0 else "Earns ", colours.quiet),
            (f"{look.glyphs.euro} {look.euro(abs(plan.eur))}", colours.title),
            (f" until {near(plan.spans[-1].end, at)}", colours.quiet),
        ]
    rows = [apart(cost, [(f"{by}{age}{because}", colours.quiet)], width)]
    if peak := peak_said(plan):
        said = peak if len(peak) <= width else peak_briefly(plan)
        rows.append([(f"{said[:1].upper()}{said[1:]}", colours.target if goes_over(plan) else colours.text)])
    if plan.trouble:
        rows += _wrapped(f"Greedy plan: {plan.trouble}", colours.warn, look, width)
    if in_force(plan, at) is None:
        rows += _wrapped(f"This plan is {roughly(seconds)} old: nobody follows it", colours.warn, look, width)
    for need in plan.short:
        rows += _wrapped(need, colours.bad, look, width)
    return rows


def block_rows(ahead: Ahead, look: Look, width: int, *, whole: bool) -> list[Row]:
    """When, who, with how much, at what price, for what; and why, where there is room."""
    plan, at, colours = ahead.plan, ahead.at, look.colours
    blocks = blocks_of(plan, at, ahead.devices)[:MOST_BLOCKS]
    if not blocks:
        return [[(f"{NOTHING} for the battery" if ahead.devices == (BATTERY,) else NOTHING, colours.quiet)]]
    times, who, prices = (
        [_when(one, at, briefly=width < BRIEF) for one in blocks],
        [_who(plan, one) for one in blocks],
        [_price(one, look) for one in blocks],
    )
    names = min(NAME, max(map(len, who)))
    rows: list[Row] = []
    for when, name, price, one in zip(times, who, prices, blocks, strict=True):
        row: Row = [
            (look.left(when, 2 + max(map(len, times))), colours.good if one.start <= at else colours.inactive),
            (look.left(name, names), colours.text),
            (look.right(look.kw(abs(one.power_w)), 6), colours.title),
            (" kW", colours.quiet),
        ]
        if length(row) + max(map(len, prices)) <= width:
            row.append((look.left(price, max(map(len, prices))), colours.text))
        rows += _reasoned(row, one, look, width, whole=whole)
    return rows


def _who(plan: Plan, block: PlanBlock) -> str:
    """The car; the battery with what it does."""
    name = called(plan, block.device)
    return f"{name} {does(block.power_w) or 'rests'}" if block.device == BATTERY else name


def _when(block: PlanBlock, at: datetime, *, briefly: bool) -> str:
    if briefly:
        return "now" if block.start <= at else near(block.start, at)
    return f"until {near(block.end, at)}" if block.start <= at else f"{near(block.start, at)}-{clock(block.end)}"


def _price(block: PlanBlock, look: Look) -> str:
    return "" if block.eur_kwh is None else f"  {look.glyphs.euro} {look.number(block.eur_kwh, 3)}"


def _reasoned(row: Row, block: PlanBlock, look: Look, width: int, *, whole: bool) -> list[Row]:
    """A block with what it is for, and why; beside it, or in the lines below where all is said."""
    colours, trip = look.colours, block.trip
    room = width - length(row) - 2
    beside = room - (len(trip) + 2 if trip else 0)
    if beside >= WHY and block.why:
        if trip:
            row = [*row, (f"  {trip}", colours.text)]
        first, *more = wrapped(look, block.why, beside) if whole else [look.left(block.why, beside).rstrip()]
        indent = " " * (width - beside)
        return [[*row, (f"  {first}", colours.quiet)], *([(f"{indent}{line}", colours.quiet)] for line in more)]
    if trip and room >= LEAST_NAME:
        row = [*row, (look.left(f"  {trip}", room + 2).rstrip(), colours.text)]
    if not whole or not block.why:
        return [row]
    said = wrapped(look, block.why, max(1, width - INDENT))
    return [row, *([(" " * INDENT + line, colours.quiet)] for line in said)]


def _tail(ahead: Ahead, look: Look, width: int) -> list[Row]:
    """What it saved, how good the forecasts are, and what the cost is made of."""
    plan, colours = ahead.plan, look.colours
    rows: list[Row] = []
    if plan.saved:
        newest, days = plan.saved[:1], month_of(plan)
        day = day_of(newest[0])
        month = "this month" if day is None else MONTHS[day.month - 1]
        of = "today" if day is None or day == local_day(ahead.at) else f"on {day_name(day)}"
        row = [
            (f"Saved {of} ", colours.quiet),
            (_gained(newest, look), colours.good),
            (f", in {month} ", colours.quiet),
            (_gained(days, look), colours.good),
        ]
        against = (" against charging at once", colours.quiet)
        rows.append([*row, against] if length([*row, against]) <= width else row)
        rows += _yesterday(ahead, look)
    if ahead.outlook is not None:
        rows += _outlook(ahead.outlook, look, width)
    if start := supposed_from(plan):
        supposed = (
            "none is published, all are supposed"
            if start <= plan.spans[0].start
            else f"supposed from {near(start, ahead.at)}"
        )
        rows.append([(f"Prices: {supposed}", colours.quiet)])
    if rounding := rounding_said(plan):
        rows.append([(look.safe(rounding), colours.quiet)])
    return rows


def _gained(days: Sequence[Saved], look: Look) -> str:
    """What they saved; where quarters are missing with a sign of it."""
    eur = gained_eur(days)
    return look.glyphs.unknown if eur is None else f"{'~' * is_partly(days)}{look.glyphs.euro} {look.euro(eur)}"


def _yesterday(ahead: Ahead, look: Look) -> list[Row]:
    """What the last day that is over was planned to cost, and did; nothing where it is not known as a whole."""
    today = local_day(ahead.at)
    over = (one for one in ahead.plan.saved if (day := day_of(one)) is not None and day < today)
    told = next((one for one in over if one.planned_eur is not None), None)
    day = None if told is None else day_of(told)
    if told is None or day is None or is_partly([told]):
        return []
    euro = look.glyphs.euro
    said = f"{day_name(day)} was planned at {euro} {look.euro(told.planned_eur)}, and cost {euro} {look.euro(told.eur)}"
    return [[(said, look.colours.quiet)]]


def _outlook(outlook: Outlook, look: Look, width: int) -> list[Row]:
    colours = look.colours
    rows: list[Row] = []
    if off := day_ahead(outlook):
        by = f" (sun by {outlook.sun_by})" if off.sun_w > 0 and width >= NARROW else ""
        said = off_said(off)
        rows.append([(f"{said[:1].upper()}{said[1:]}{by}", colours.quiet)])
    if outlook.trouble:
        rows += _wrapped(outlook.trouble, colours.warn, look, width)
    return rows


def _wrapped(text: str, style: str, look: Look, width: int) -> list[Row]:
    return [[(line, style)] for line in wrapped(look, text, max(1, width))]
