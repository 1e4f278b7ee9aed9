"""What was used and what it costs, by day, week, month and year. What nobody counted is not zero and says so."""

from rich.text import Text

from lib.messages import Column, House, Rates, Usage
from lib.panels.dates import MONTHS, clock, day_name, local_day, weekday
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet
from lib.panels.usage_rows import Row, usage_rows

LABEL = 13
WIDEST = 14
LATE = "00:06"  # a period counted from its first minutes on is whole


def render_usage(usage: Usage | None, rates: Rates | None, house: House | None, look: Look, room: Room) -> Text:
    """A table with a column for each period; in a small room only the rows that matter most."""
    sheet = Sheet(look, room.width)
    if usage is None:
        sheet.row(("waiting for the first telegram", look.colours.quiet))
        return sheet.text()
    register = house.register if house else None
    every = usage_rows(usage, rates, register, look.glyphs, peaks=bool(house and house.capacity_tariff))
    notes = _notes(usage, look)
    if len(notes) > 1 and not room.whole and room.height < len(every) + len(notes) + 2:
        notes = ["; ".join(notes)]
    two_heads = room.whole or room.height >= len(every) + len(notes) + 2
    left = room.height - 1 - two_heads - len(notes)
    rows = every if room.whole else _fitting(every, left, register)
    aired = not room.whole and left >= len(rows) + len({row.group for row in rows})
    width = min(WIDEST, max(5, (room.width - LABEL) // max(1, len(usage.columns))))
    label = max(LABEL, min(WIDEST + LABEL, room.width - width * len(usage.columns)))
    _heads(sheet, usage, look, (label, width), hidden=len(every) - len(rows), second=two_heads)
    group = rows[0].group if rows else 0
    for row in rows:
        if aired and row.group != group:
            sheet.space()
        group = row.group
        sheet.row(*_row(row, usage, look, (label, width), now=register is not None and row.register == register))
    if notes and aired:
        sheet.space()
    for note in notes:
        sheet.row((note, look.colours.warn))
    return sheet.text()


def _marks(column: Column) -> str:
    """`~` where a column is not whole or not watched, `?` where the price of some of it is not known yet."""
    if column.amounts is None:
        return ""
    return "~" * (not column.complete or column.estimated) + "?" * (column.unpriced_wh > 0)


def _notes(usage: Usage, look: Look) -> list[str]:
    """What the marks mean, a sentence each."""
    unpriced_wh = max((column.unpriced_wh for column in usage.columns), default=0)
    notes = [f"? {look.number(unpriced_wh / 1000, 1)} kWh wait for their price"] if unpriced_wh > 0 else []
    if missing := _missing(usage):
        notes.append(f"~ {missing}")
    paused = [column.name for column in usage.columns if column.estimated and column.amounts is not None]
    if paused:
        notes.append(f"~ {', '.join(paused)}: a pause of the program, by the meter's counters")
    return notes


def _missing(usage: Usage) -> str:
    """Why some columns are not whole; empty when all are."""
    partial = [column for column in usage.columns if column.amounts is not None and not column.complete]
    late = [
        column.since
        for column in partial
        if column.since is not None and (local_day(column.since) > column.start or clock(column.since) >= LATE)
    ]
    if late:
        return f"counting since {day_name(local_day(min(late)))} {clock(min(late))}; fills up as days pass"
    return "nobody counted for a while there" if partial else ""


def _fitting(every: list[Row], most: int, register: str | None) -> list[Row]:
    """The rows that matter most, in their order; of two registers the one that counts now."""

    def matters(at: int) -> tuple[int, bool, int]:
        return every[at].rank, every[at].register != register, at

    kept = sorted(range(len(every)), key=matters)[: max(0, most)]
    return [every[at] for at in sorted(kept)]


def _heads(sheet: Sheet, usage: Usage, look: Look, widths: tuple[int, int], *, hidden: int, second: bool) -> None:
    """The names of the periods; with a second line also their dates, else dates for names where they say more."""
    colours, (label, width) = look.colours, widths
    first = "" if not hidden else f"{hidden} more row{'s' * (hidden > 1)}"
    names: list[Piece] = [(look.left(first, label), colours.quiet)]
    dates: list[Piece] = [(" " * label, "")]
    for column in usage.columns:
        name, day = column.name.capitalize(), _dates(column)
        if not second and column.name.startswith("day"):
            name = day
        mark = _marks(column)
        style = colours.warn if mark else colours.title
        names.append((look.right(mark + name, width), style))
        dates.append((look.right(day, width), colours.quiet))
    sheet.row(*names)
    if second:
        sheet.row(*dates)


def _dates(column: Column) -> str:
    start = column.start
    match column.name:
        case "week":
            return f"week {start.isocalendar().week}"
        case "month":
            return MONTHS[start.month - 1]
        case "year":
            return str(start.year)
    return weekday(start)


def _row(row: Row, usage: Usage, look: Look, widths: tuple[int, int], *, now: bool) -> list[Piece]:
    """One row; the active register's in its own colour, sums brighter, today brighter than the days before."""
    colours, (label, width) = look.colours, widths
    plain = colours.now if now else colours.title if row.total else colours.text
    pieces: list[Piece] = [(look.left(row.label, label), plain if now or row.total else colours.quiet)]
    for column, figure in zip(usage.columns, row.figures, strict=True):
        text = figure if isinstance(figure, str) else look.number(figure, row.decimals, width - 1)
        style = colours.title if column.name == "today" and not now else plain
        pieces.append((look.right(text, width), style if figure is not None else colours.quiet))
    return pieces
