"""Styled pieces → lines → one rich Text that fits its room. Whatever is written passes the look: nothing else does."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.text import Span, Text

from lib.messages.amounts import loosened, tied
from lib.panels.look import Look

BREAK = re.compile(r"[^\S\u00a0]+")  # where a line may end

Piece = tuple[str, str]  # text, style
Cell = tuple[str, str]  # one sign, style


class Sheet:
    """Lines written from top to bottom, each cut at the width. Spans set by hand are far quicker than tables."""

    def __init__(self, look: Look, width: int) -> None:
        """An empty sheet, `width` cells wide."""
        self._look = look
        self._width = max(0, width)
        self._plain: list[str] = []
        self._spans: list[Span] = []
        self._at = 0
        self.rows = 0

    def row(self, *pieces: Piece) -> None:
        """One more line. What is too long ends with the sign for a cut."""
        if self.rows:
            self._write("\n", "")
        self.rows += 1
        left = self._width
        for said, style in pieces:
            text = self._look.safe(said)
            length = len(text) if text.isascii() else cell_len(text)
            if length > left:
                cut = self._look.glyphs.cut[:left]
                self._write(set_cell_size(text, max(0, left - 1)) + cut, style)
                return
            left -= length
            self._write(text, style)

    def space(self) -> None:
        """An empty line."""
        self.row()

    def paragraph(self, text: str, style: str) -> None:
        """Words in as many lines as they need."""
        for line in wrapped(self._look, text, self._width):
            self.row((line, style))

    def text(self) -> Text:
        """All lines."""
        return Text("".join(self._plain), spans=list(self._spans), no_wrap=True, overflow="crop", end="")

    def _write(self, text: str, style: str) -> None:
        if style and text:
            self._spans.append(Span(self._at, self._at + len(text), style))
        self._plain.append(text)
        self._at += len(text)


def wrapped(look: Look, text: str, width: int) -> list[str]:
    """The words of a text in lines of `width` cells; a word that is longer stands alone and is cut by its row."""
    lines = [""]
    for word in map(loosened, BREAK.split(tied(look.safe(text)).strip())):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def length(row: Iterable[Piece]) -> int:
    """The cells that pieces take."""
    return sum(cell_len(text) for text, _ in row)


def apart(left: Sequence[Piece], right: Sequence[Piece], width: int) -> list[Piece]:
    """One line with pieces at both ends, and a blank between; where it is too narrow the last on the left give way."""
    if not right:
        return list(left)
    room = width - length(right) - (not right[0][0].startswith(" "))
    kept: list[Piece] = []
    for text, style in left:
        if cell_len(text) <= room:
            kept.append((text, style))
            room -= cell_len(text)
    return [*kept, (" " * max(0, width - length(kept) - length(right)), ""), *right]


def pieces(cells: Iterable[Cell]) -> list[Piece]:
    """Neighbouring cells of one style as one piece."""
    return [("".join(sign for sign, _ in run), style) for style, run in groupby(cells, key=lambda cell: cell[1])]
