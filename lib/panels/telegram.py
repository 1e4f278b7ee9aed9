"""The last telegram, line by line: code, name, value and unit, also of lines that nobody knows."""

from rich.text import Text

from lib.messages import Line, Telegram
from lib.panels.dates import clock_s
from lib.panels.look import Look, Room
from lib.panels.sheet import Sheet

CODE, NAME = 14, 38  # cells at most


def render_telegram(telegram: Telegram | None, look: Look, room: Room, *, peaks: bool = True) -> Text:
    """All lines, one to a row, cut at the edge; peaks: False leaves out the names that speak of one."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if telegram is None:
        sheet.row(("waiting for the first telegram", colours.quiet))
        return sheet.text()
    sheet.row(
        (telegram.ident, colours.title),
        (f"  {len(telegram.lines)} lines, received {clock_s(telegram.received)}", colours.quiet),
    )
    names = [_name(line, peaks=peaks) for line in telegram.lines]
    code = min(CODE, 1 + max((len(line.code) for line in telegram.lines), default=0))
    name = min(NAME, 1 + max(map(len, names), default=0), max(0, room.width - code) * 3 // 5)
    for line, said in zip(telegram.lines, names, strict=True):
        sheet.row(
            (look.left(line.code, code - 1) + " ", colours.inactive),
            (look.left(said, name - 1) + " ", colours.text if line.name else colours.quiet),
            (line.value, colours.title),
            (f" {line.unit}" if line.unit else "", colours.quiet),
        )
    return sheet.text()


def _name(line: Line, *, peaks: bool) -> str:
    if not line.name:
        return "(unknown)"
    return line.name if peaks or "peak" not in line.name.lower() else ""
