"""Many things of one kind in a line each, of which the chosen one says all: for what is too long to say all of each."""

from collections.abc import Callable, Sequence

from rich.text import Text

from lib.panels.layout import Long
from lib.panels.look import Look
from lib.panels.sheet import Piece, Sheet

MANY = 6  # from more on each has a line
FEW = 8  # lines that are enough of them where room is short
Line = list[Piece]


def listing(
    count: int, line: Callable[[int], Line], look: Look, width: int, *, chosen: int | None, more: Sequence[Line]
) -> Long:
    """`count` lines; more: those that follow that of the chosen one."""
    after = count if chosen is None else chosen + 1

    def write_line(at: int) -> Line:
        if at < after:
            return line(at)
        return more[at - after] if at - after < len(more) else line(at - len(more))

    def write(start: int, end: int) -> Text:
        sheet = Sheet(look, width)
        for at in range(start, end):
            sheet.row(*write_line(at))
        return sheet.text()

    marked = None if chosen is None else (chosen, after + len(more))
    return Long(lines=count + len(more), write=write, marked=marked)
