"""The running month and the year as a bill, line by line, with what the running quarter may make of it."""

from rich.text import Text

from lib.messages import Bill
from lib.messages.bills import is_late
from lib.panels.bill_rows import Figures, Rank, Row, bill_rows, notes, sums
from lib.panels.dates import month_name
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet

LABEL, LONGEST, WIDEST = 14, 20, 40
QUANTITY, EURO = 14, 11
HEADS = 1


def render_bill(bill: Bill | None, look: Look, room: Room) -> Text:
    """Label, quantity and euro for the month and for the year; in a low place the sums come first."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if bill is None:
        sheet.row(("waiting for the first telegram", colours.quiet))
        return sheet.text()
    rows, said = bill_rows(bill, look), list(notes(bill, look))
    fits = HEADS + len(rows) + len(said) <= room.height
    widths = _widths(room.width)
    _head(sheet, bill, look, widths)
    if not fits:
        for row in sums(rows):
            sheet.row(*_row(row, look, widths))
        for note in said:
            sheet.paragraph(note, colours.warn)
        sheet.space()
        rows = [row for row in rows if row.rank in {Rank.SUM, Rank.LINE}]
    for row in rows:
        if row.rank is Rank.TOTAL and room.height > HEADS + len(rows) + len(said):
            sheet.space()
        sheet.row(*_row(row, look, widths))
    for note in said if fits else ():
        sheet.paragraph(note, colours.warn)
    return sheet.text()


def _widths(width: int) -> tuple[int, int, int]:
    """Cells of the label and of the quantities of month and year; where room is short the quantities go."""
    for month, year in ((QUANTITY, QUANTITY), (QUANTITY, 0)):
        label = width - month - year - 2 * EURO
        if label >= LABEL:
            return min(label, WIDEST), month, year
    return max(0, width - 2 * EURO), 0, 0


def _head(sheet: Sheet, bill: Bill, look: Look, widths: tuple[int, int, int]) -> None:
    colours, (label, month, year) = look.colours, widths
    pieces: list[Piece] = [(look.left(look.glyphs.euro, label), colours.quiet)]
    for name, first, since, quantity in (
        (month_name(bill.month), bill.month, bill.month_since, month),
        (str(bill.year.year), bill.year, bill.year_since, year),
    ):
        late = is_late(first, since)
        pieces.append((look.right("~" * late + name, quantity + EURO), colours.warn if late else colours.title))
    sheet.row(*pieces)


def _row(row: Row, look: Look, widths: tuple[int, int, int]) -> list[Piece]:
    colours, (label, month, year) = look.colours, widths
    style = {Rank.SUM: colours.title, Rank.LINE: colours.text, Rank.TOTAL: colours.title, Rank.WARNING: colours.over}[
        row.rank
    ]
    if row.rank is Rank.WARNING:
        figure = look.euro(row.month.eur)
        space = max(0, label + month + EURO - len(figure) - 2)
        return [
            (look.left(row.label if len(row.label) <= space else row.short, space), colours.alarm),
            (f"  {figure}", style),
        ]
    named = row.label if label > LONGEST else row.short
    return [
        (look.left(named, label), style if row.rank is not Rank.LINE else colours.quiet),
        *_figures(row.month, month, style, look),
        *_figures(row.year, year, style, look),
    ]


def _figures(figures: Figures, quantity: int, style: str, look: Look) -> list[Piece]:
    said = look.euro(figures.eur, EURO - 1)
    return [
        (look.right(figures.quantity, quantity), look.colours.quiet),
        (look.right(said, EURO), look.colours.quiet if figures.eur is None else style),
    ]
