"""The months' peaks as bars, the running month first, and the mean that the bill counts."""

from datetime import date, datetime

from rich.text import Text

from lib.messages import House, MonthPeaks
from lib.panels.dates import QUARTER, clock, local_day, month_name, weekday
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet
from lib.panels.strokes import fine_bar, part

MARK, MONTH, FIGURE, UNIT, WHEN = 2, 8, 6, 4, 14
LEAST_ROWS = 6  # with fewer there is no word of what a peak costs
DATED = 50  # from this width on there is room for the quarter of each peak


def render_month_peaks(house: House | None, look: Look, room: Room) -> Text:
    """One row for each month the meter knows; nothing at all where peaks cost nothing."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if house is None or not house.capacity_tariff:
        return sheet.text()
    if house.months is None:
        sheet.row(("waiting for the first telegram", colours.quiet))
        return sheet.text()
    months = house.months
    rows = _rows(months)
    said = 2 + (room.height >= LEAST_ROWS)
    shown = len(rows) if room.whole else max(1, room.height - said)
    most_w = max([months.floor_w, *(peak_w for _, peak_w, _ in rows if peak_w is not None)])
    for at, (month, peak_w, when) in enumerate(rows[:shown]):
        sheet.row(*_row(look, room.width, month, peak_w, when, most_w, floor_w=months.floor_w, running=at == 0))
    if room.whole or room.height > len(rows) + said:
        sheet.space()
    known = months.months_known
    name = f"{months.months_billed}-month mean"
    if 0 < known < months.months_billed:
        name = f"Mean of {known} month{'s' * (known != 1)}"
    indent = MARK + MONTH + FIGURE - len(name)
    sheet.row(
        (name, colours.title),
        (look.right(look.kw(months.mean_w), max(FIGURE, indent)), colours.title),
        (" kW", colours.quiet),
    )
    sheet.row((f"A month counts {look.kw(months.floor_w)} kW or more", colours.quiet))
    if room.whole or said > 2:
        sheet.row(*_one_more(months, look, room.width))
    return sheet.text()


def _one_more(months: MonthPeaks, look: Look, width: int) -> list[Piece]:
    """What 1 kW more of the running month's peak costs."""
    colours, bills = look.colours, months.months_billed
    if months.kw_eur is None:
        return [("1 kW more: the rates do not say", colours.quiet)]
    if look.euro(months.kw_eur) == look.euro(0.0):
        return [("1 kW more costs nothing now", colours.quiet)]
    eur = f"{look.glyphs.euro} {look.euro(months.kw_eur)}"
    if width < DATED:
        return [("1 kW more: ", colours.quiet), (eur, colours.title), (f" over {bills} bills", colours.quiet)]
    return [("1 kW more costs ", colours.quiet), (eur, colours.title), (f" over the next {bills} bills", colours.quiet)]


def _rows(months: MonthPeaks) -> list[tuple[date, float | None, str]]:
    """Month, peak and the quarter it fell in, the running month first also without a peak."""
    known = [months.running] if months.running else []
    rows: list[tuple[date, float | None, datetime | None]]
    rows = [(one.month, one.peak_w, one.at) for one in (*known, *months.past)]
    if not known:
        rows.insert(0, (months.month, None, None))
    return [
        (month, peak_w, "" if at is None else f"{weekday(local_day(at - QUARTER))} {clock(at - QUARTER)}")
        for month, peak_w, at in rows
    ]


def _row(
    look: Look,
    width: int,
    month: date,
    peak_w: float | None,
    when: str,
    most_w: float,
    *,
    floor_w: float,
    running: bool,
) -> list[Piece]:
    colours, glyphs = look.colours, look.glyphs
    style = colours.title if running else colours.text
    dated = width >= DATED
    pieces = [
        (look.left(glyphs.bullet if running else "", MARK), colours.now),
        (look.left(month_name(month), MONTH), style),
        (look.right(look.kw(peak_w), FIGURE), style),
        (look.left(" kW", UNIT), colours.quiet),
        (look.left(when, WHEN) if dated else "", colours.quiet),
    ]
    if peak_w is None:
        return pieces
    cells = max(0, width - MARK - MONTH - FIGURE - UNIT - WHEN * dated)
    tone = colours.now if running else colours.used
    if peak_w >= floor_w:
        return [*pieces, *fine_bar(look, cells, peak_w / most_w, tone)]
    full, floor = (round(part(power_w, most_w) * cells) for power_w in (peak_w, floor_w))
    return [*pieces, (glyphs.full * full, tone), (glyphs.half * (floor - full), colours.quiet)]
