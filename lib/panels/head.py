"""What the heads of all screens share: a power in large figures, three lines beside it, and the notices below."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rich.text import Text

from lib.panels.dates import clock_s, day_name, lasting, weekday
from lib.panels.look import Look, Room
from lib.panels.seen import Peer
from lib.panels.sheet import Piece, Sheet, apart, length

ROWS = 3
FIGURE = 18  # cells of the large figure: four digits and a point
UNIT = 8
NARROW = 60  # below, the power stands in small letters
LATE_S = 3.0  # a program that speaks once a second
FORGOTTEN_S = 60.0  # a power as old as this is no power now
TURN_S = 5  # a notice stands so long before the next
SECRET = re.compile("//[^/]*@")

Pieces = list[Piece]
Beside = tuple[Pieces, Pieces]  # at the left end and at the right end
Role = Literal["good", "bad", "warn", "text"]  # of the palette
Notice = tuple[str, Role]


@dataclass(frozen=True, slots=True)
class Power:
    """The large figure: kW without sign, the word for its direction, and its colour; "" while it is unknown."""

    figure: str
    word: str
    style: str


def render_head(
    power: Power, beside: tuple[Beside, Beside, Beside], told: Sequence[Notice], look: Look, room: Room, *, turn: int
) -> Text:
    """Three rows and one for each notice, as many as the room has; turn: counts up, so that each has its turn."""
    sheet = Sheet(look, room.width)
    if room.width < NARROW:
        sheet.row(*_small(power, look), ("  ", ""), *beside[0][1][-1:])
        sheet.row(*beside[1][0])
        sheet.row(*beside[2][0])
    else:
        width = beside_cells(room)
        for figure, (left, right) in zip(_large(power, look), beside, strict=True):
            sheet.row(*figure, *apart(left, right, width))
    for text, style in _cut(list(told), room.height - ROWS, turn=turn):
        sheet.row((f"! {text}", getattr(look.colours, style)))
    return sheet.text()


def turn_at(said: datetime | None) -> int:
    """Counts up while a program speaks."""
    return 0 if said is None else int(said.timestamp() // TURN_S)


def title_line(look: Look, room: Room, title: str, at: datetime | None, *, demo: bool, trusted: bool) -> Beside:
    """What this is, and the time of the meter; `trusted` is False for an old one. Year and month give way."""
    colours = look.colours
    left = [(title, colours.title)]
    if demo:
        left += [("  ", ""), (" DEMO ", colours.alarm)]
    if at is None:
        return left, []
    style = colours.title if trusted else colours.quiet
    day, time = day_name(at), clock_s(at)
    spare = beside_cells(room) - length(left) - len(time) - 3
    dated = next((one for one in (f"{day} {at.year}", day) if len(one) <= spare), weekday(at))
    return left, [(f"{dated}  ", colours.quiet), (time, style)]


def beside_cells(room: Room) -> int:
    """The cells beside the large figure."""
    return room.width - FIGURE - UNIT - 3


def program_line(
    look: Look, peer: Peer | None, heard_s: float | None, *, late_s: float = LATE_S, ended: bool = False
) -> Pieces:
    """Whether the program speaks: how old its last word is. `ended`: that word was its last, as it should be."""
    colours, bullet = look.colours, look.glyphs.bullet
    ago = lasting(heard_s) if heard_s is not None and heard_s > late_s and not ended else ""
    if peer is None:
        return [(f"{bullet} the program said nothing for {ago}", colours.bad)] if ago else []
    if peer.connected and not ago:
        return [(f"{bullet} ", colours.good), ("attached to ", colours.quiet), (_address(peer.url), colours.text)]
    said = [(f"{bullet} last word {ago} ago, " if ago else f"{bullet} ", colours.bad)]
    said.append(("attached to " if peer.connected else "no connection to ", colours.text))
    return [*said, (_address(peer.url), colours.text)]


def peer_notices(peer: Peer | None) -> list[Notice]:
    """Why the program cannot be heard."""
    return [(peer.why, "bad")] if peer is not None and not peer.connected and peer.why else []


def _address(url: str) -> str:
    """Without the token that an address may hold: a screen is seen by others."""
    return SECRET.sub("//", url.partition("?")[0])


def _cut(told: list[Notice], rows: int, *, turn: int) -> list[Notice]:
    """As many as there are rows; where they are too few, those without one take turns on the last."""
    if rows <= 0 or len(told) <= rows:
        return told[: max(0, rows)]
    waiting = len(told) - rows + 1
    at = rows - 1 + turn % waiting
    text, role = told[at]
    return [*told[: rows - 1], (f"{at + 1}/{len(told)} {text}", role)]


def _large(power: Power, look: Look) -> list[Pieces]:
    rows, units = look.large(power.figure), ("kW", power.word, "")
    if not power.figure:
        rows, units = ("", look.glyphs.unknown, ""), ("", "kW", "")
    return [
        [(look.right(row, FIGURE), power.style), (" ", ""), (look.left(unit, UNIT), power.style), ("  ", "")]
        for row, unit in zip(rows, units, strict=True)
    ]


def _small(power: Power, look: Look) -> Pieces:
    return [(f"{power.figure or look.glyphs.unknown} kW {power.word}", power.style)]
