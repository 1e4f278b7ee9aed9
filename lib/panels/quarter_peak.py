"""The running quarter: how far it is, how it will end against its target, and what may still be drawn.

With the capacity tariff the target is a peak; without it, it is what the connection carries, and no peak is spoken of.
"""

from datetime import timedelta
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from lib.messages import House, QuarterNow
from lib.panels.dates import QUARTER, clock, near
from lib.panels.look import Look, Room
from lib.panels.quarter_cars import beside_rows
from lib.panels.sheet import Piece, Sheet
from lib.panels.strokes import bar, curve, energy_bar, part, row_of, scale_w

LABEL = 10
FIGURE = 6
AXIS = 6
ROUNDED_W = 1.0
BESIDE, GUTTER = 41, 3  # in a wide low room the figures stand beside the curve, in so many cells
CURVE = 30
STACKED = 14  # rows from which on the curve stands below


def render_quarter(house: House | None, look: Look, room: Room) -> Text:
    """Time, forecast, target, what was taken and what may be drawn; the curve below or beside, where there is room."""
    sheet = Sheet(look, room.width)
    quarter = house.quarter if house else None
    if house is None or quarter is None:
        sheet.row(("waiting for the first telegram", look.colours.quiet))
        return sheet.text()
    sheet.row(*_time(house, quarter, look, room.width))
    rows = room.height - 1
    if room.width >= BESIDE + CURVE and rows < STACKED:
        figures = _figures(house, quarter, look, BESIDE - GUTTER, rows)
        lines = _curve(quarter, look, room.width - BESIDE, rows)
        none: list[Piece] = []
        for left, right in zip_longest(figures, lines, fillvalue=none):
            sheet.row(*left, (" " * (BESIDE - sum(cell_len(text) for text, _ in left)), ""), *right)
        return sheet.text()
    figures = _figures(house, quarter, look, room.width, rows)
    airy = rows >= STACKED
    for pieces in (*((),) * airy, *figures, *((),) * airy):
        sheet.row(*pieces)
    if room.height - sheet.rows >= 2:
        for pieces in _curve(quarter, look, room.width, room.height - sheet.rows):
            sheet.row(*pieces)
    return sheet.text()


def _time(house: House, quarter: QuarterNow, look: Look, width: int) -> list[Piece]:
    """From, a bar of the time gone, until, and the time left; an old quarter says of when it is."""
    colours = look.colours
    start, end = clock(quarter.start), clock(quarter.start + QUARTER)
    if house.link.state == "good":
        left = round(part(quarter.left_s, QUARTER.total_seconds()) * QUARTER.total_seconds())
        last = (f"  {left // 60}:{left % 60:02d} left", colours.text)
    else:
        last = (f"  as of {near(quarter.at, house.said, seconds=True)}", colours.warn)
    gone = (QUARTER.total_seconds() - quarter.left_s) / QUARTER.total_seconds()
    cells = max(0, width - len(start) - len(end) - len(last[0]) - 2)
    return [(f"{start} ", colours.quiet), *bar(look, cells, gone, colours.clock), (f" {end}", colours.quiet), last]


def _figures(house: House, quarter: QuarterNow, look: Look, width: int, height: int) -> list[list[Piece]]:
    colours, peaks = look.colours, house.capacity_tariff
    forecast_w, target_w, gap_w = quarter.forecast_w, quarter.target_w, quarter.gap_w
    over = gap_w is not None and gap_w < 0
    used_wh = "" if quarter.used_wh is None else f"   {look.number(quarter.used_wh, 0)} Wh taken"
    rows = [
        [*_figure("Forecast", forecast_w, look, colours.over if over else colours.title)],
        [*_figure(_target(house, quarter), target_w, look, colours.target)],
        [*_figure("So far", quarter.average_w, look, colours.text), (used_wh, colours.quiet)],
        _may_draw(quarter, look),
    ]
    if forecast_w is None or quarter.average_w is None:
        end = clock(quarter.start + QUARTER)
        rows[0].append((f"   known from {end}", colours.warn))
    else:
        cells = max(0, width - LABEL - FIGURE - 5)
        energy = energy_bar(look, cells, used_w=quarter.average_w, ahead_w=forecast_w, target_w=target_w)
        rows[0] += [("  ", ""), *energy]
    rows[1] += _gap(gap_w, look, peaks=peaks)
    if over and peaks and quarter.new_peak_eur is not None and not house.announced:
        rows.insert(2, [(_cost(house, quarter.new_peak_eur, look), colours.over)])
    return [*rows, *beside_rows(house, look, width, height - len(rows))]


def _target(house: House, quarter: QuarterNow) -> str:
    """What the target is called: a peak that the owner accepted is his own."""
    if not house.capacity_tariff:
        return "Limit"
    accepted = house.accepted_w is not None and abs(house.accepted_w - quarter.target_w) < ROUNDED_W
    return "Accepted" if accepted else "Target"


def _cost(house: House, new_peak_eur: float, look: Look) -> str:
    """What the peak in the make costs; nothing where a floor or a maximum of the rates holds."""
    eur = look.euro(new_peak_eur)
    if eur == look.euro(0.0):
        return "NEW PEAK costs nothing: floor or cap"
    bills = f" over {house.months.months_billed} bills" if house.months else ""
    return f"NEW PEAK costs {look.glyphs.euro} {eur}{bills}"


def _figure(label: str, power_w: float | None, look: Look, style: str) -> list[Piece]:
    return [
        (look.left(label, LABEL), look.colours.quiet),
        (look.right(look.kw(power_w), FIGURE), style),
        (" kW", look.colours.quiet),
    ]


def _gap(gap_w: float | None, look: Look, *, peaks: bool) -> list[Piece]:
    if gap_w is None:
        return []
    figure = f"{look.kw(abs(gap_w))} kW"
    if gap_w >= 0:
        return [("   ", ""), (f"{figure} below it", look.colours.good)]
    word = " NEW PEAK " if peaks else " TOO MUCH "
    return [("  ", ""), (word, look.colours.alarm), (f" +{figure}", look.colours.over)]


def _may_draw(quarter: QuarterNow, look: Look) -> list[Piece]:
    """What may be drawn from now to the quarter's end; nothing is a word."""
    colours, allowed_w = look.colours, quarter.allowed_w
    until = f"until {clock(quarter.start + QUARTER)}"
    if allowed_w == 0:
        return [(look.left("May draw", LABEL), colours.quiet), (f"nothing {until}", colours.over)]
    pieces = _figure("May draw", allowed_w, look, colours.text)
    return pieces if allowed_w is None else [*pieces, (f"   {until}", colours.quiet)]


def _curve(quarter: QuarterNow, look: Look, width: int, height: int) -> list[list[Piece]]:
    """The curve, from some height on with its scale."""
    colours = look.colours
    scaled = height >= 5
    axis = AXIS if scaled else 0
    rows = height - scaled
    gone_s = QUARTER.total_seconds() - quarter.left_s
    target_w, forecast_w = quarter.target_w, quarter.forecast_w
    top_w = scale_w(quarter.curve, target_w=target_w, forecast_w=forecast_w)
    at_target = row_of(target_w, top_w, rows)
    lines = curve(look, width - axis, rows, quarter, gone_s=gone_s, top_w=top_w)
    if not scaled:
        return lines
    labels = {rows - 1: ("0", colours.quiet), at_target: (look.kw(target_w), colours.target)}
    for row, pieces in enumerate(lines):
        label, style = labels.get(row, ("", ""))
        pieces.insert(0, (look.right(label, axis - 1) + " ", style))
    return [*lines, [(" " * axis, ""), (_hours(quarter, look, width - axis), colours.quiet)]]


def _hours(quarter: QuarterNow, look: Look, width: int) -> str:
    """The times below the curve, each five minutes."""
    line = ""
    end = clock(quarter.start + QUARTER)
    for minutes in (0, 5, 10):
        place = round(minutes / 15 * width)
        if place >= len(line) and place + 2 * len(end) < width:
            line = look.left(line, place) + clock(quarter.start + timedelta(minutes=minutes))
    return look.left(line, width - len(end)) + end
