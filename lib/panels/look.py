"""What a terminal can show: its signs and the colours of each role. Makes any text safe for it. Knows no panel."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from lib.messages import cents

Digit = tuple[str, str, str]
MOST_EUR = 1e12  # no bill; what is more is no number of ours


class Room(NamedTuple):
    """The cells a panel has. `whole`: the owner can scroll, so every line may be said, also those below the edge."""

    width: int
    height: int
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The signs of one kind of terminal.

    Attributes:
        levels, steps, falls: a cell filled from below, from the left and from above, from empty to full.
        pointer: before what is chosen.
        half, track: a cell of a bar that is half meant, and one that is empty.
        border: the name of Textual's border.
        fold: what stands for a sign that the terminal does not have.
        known: the signs beyond ASCII that it has; None: all.

    """

    unknown: str = "–"
    minus: str = "−"
    total: str = "Σ"
    euro: str = "€"
    cubic: str = "m³"
    cut: str = "…"
    bullet: str = "●"
    pointer: str = "▸"
    levels: str = " ▁▂▃▄▅▆▇█"
    steps: str = " ▏▎▍▌▋▊▉█"
    falls: str = " ▀█"
    full: str = "█"
    half: str = "▒"
    track: str = "░"
    mark: str = "│"
    line: str = "─"
    dash: str = "╌"
    point: str = "·"
    border: str = "solid"
    digits: Mapping[str, Digit]
    fold: Mapping[int, str] = field(default_factory=dict)
    known: frozenset[str] | None = None


def _font(top: str, middle: str, bottom: str, width: int = 3) -> Mapping[str, Digit]:
    """Digits from three rows of text, `width` cells each and one between; the last sign is the point, one cell."""
    cells = {
        sign: (top[at : at + width], middle[at : at + width], bottom[at : at + width])
        for sign, at in zip("0123456789", range(0, 10 * (width + 1), width + 1), strict=True)
    }
    at = 10 * (width + 1)
    return MappingProxyType({**cells, ".": (top[at], middle[at], bottom[at])})


BLOCKS = _font(
    "█▀█ ▄█  ▀▀█ ▀▀█ █ █ █▀▀ █▀▀ ▀▀█ █▀█ █▀█  ",
    "█ █  █  █▀▀  ▀█ ▀▀█ ▀▀█ █▀█   █ █▀█ ▀▀█  ",
    "▀▀▀ ▀▀▀ ▀▀▀ ▀▀▀   ▀ ▀▀▀ ▀▀▀   ▀ ▀▀▀ ▀▀▀ ▀",
)
STROKES = _font(
    " _       _   _       _   _   _   _   _   ",
    "| |   |  _|  _| |_| |_  |_    | |_| |_|  ",
    "|_|   | |_   _|   |  _| |_|   | |_|  _| .",
)
FOLD = MappingProxyType(
    str.maketrans(
        {"–": "-", "—": "-", "−": "-", "…": "...", "·": "-", "×": "x", "€": "EUR", "Σ": "Sum", "³": "3", "²": "2"}
        | {"°": " deg", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "≤": "<=", "≥": ">="}
    )
)
UNICODE = Glyphs(digits=BLOCKS)
# The Linux console: its built-in font has lines and blocks, and of the letters those of western Europe.
CONSOLE = Glyphs(
    unknown="-",
    minus="-",
    total="Sum",
    euro="EUR",
    cubic="m3",
    cut=">",
    bullet="■",
    pointer=">",
    levels=" ▄█",
    steps=" ▌█",
    dash="─",
    digits=BLOCKS,
    fold=FOLD,
    known=frozenset("█▒░│─·▄▀▌■┌┐└┘" + bytes(range(0xC0, 0x100)).decode("latin-1")),
)
ASCII = replace(
    CONSOLE,
    bullet="*",
    levels=" #",
    steps=" #",
    falls=" #",
    full="#",
    half="=",
    track=".",
    mark="|",
    line="-",
    dash="-",
    point=".",
    border="ascii",
    digits=STROKES,
    known=frozenset(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colour of each role, as rich names or numbers them.

    Attributes:
        taken, injected: power from and to the grid.
        active, inactive: the register that counts now, and the other.
        now: the active register's rows of the usage.
        clock: how far the quarter is.
        used, ahead, target, over: its energy so far, the forecast, the target, and what is too much.
        alarm: the words that must be seen.

    """

    text: str
    quiet: str
    title: str
    track: str
    taken: str
    injected: str
    active: str
    inactive: str
    now: str
    good: str
    warn: str
    bad: str
    clock: str
    used: str
    ahead: str
    target: str
    over: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How to draw for one terminal: its signs, and the colours the owner chose."""

    glyphs: Glyphs = UNICODE
    colours: Palette

    def safe(self, text: str) -> str:
        """`text` as this terminal may get it: nothing that moves a cursor, and only signs it has."""
        if not text.isprintable():
            text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
        known = self.glyphs.known
        if known is None or text.isascii():
            return text
        return "".join(one if one in known or one.isascii() else self._plain(one) for one in text)

    def _plain(self, sign: str) -> str:
        plain = sign.translate(self.glyphs.fold)
        if not plain.isascii():
            plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
        return plain or "?"

    def left(self, text: str, width: int) -> str:
        """`text` in `width` cells, cut with a sign or filled on the right."""
        text = self.safe(text)
        length = cell_len(text)
        if length <= width:
            return text + " " * (width - length)
        return set_cell_size(text, max(0, width - 1)) + self.glyphs.cut[:width]

    def right(self, text: str, width: int) -> str:
        """`text` in `width` cells, cut with a sign or filled on the left."""
        text = self.safe(text)
        length = cell_len(text)
        return " " * (width - length) + text if length <= width else self.left(text, width)

    def number(self, value: float | None, decimals: int, width: int = 99) -> str:
        """A number for people; with fewer decimals where `width` cells are too few. What is unknown is no zero."""
        if value is None or not isfinite(value):
            return self.glyphs.unknown
        for places in range(decimals, -1, -1):
            digits = f"{abs(value):.{places}f}"
            if value < 0 and digits.strip("0."):
                digits = self.glyphs.minus + digits
            if len(digits) <= width:
                return digits
        return self.glyphs.cut

    def euro(self, eur: float | None, width: int = 99) -> str:
        """Money to the cent, as every face rounds it."""
        return self.number(float(cents(eur)) if eur is not None and abs(eur) < MOST_EUR else eur, 2, width)

    def kw(self, power_w: float | None, decimals: int = 2) -> str:
        """A power in kW, without the unit."""
        return self.number(None if power_w is None else power_w / 1000, decimals)

    def large(self, figure: str) -> Digit:
        """A figure of digits and a point in three rows."""
        cells = [self.glyphs.digits[sign] for sign in figure if sign in self.glyphs.digits]
        return " ".join(one[0] for one in cells), " ".join(one[1] for one in cells), " ".join(one[2] for one in cells)
