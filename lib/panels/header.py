"""The head of each screen: the power now, the meter's time, and whether all of it can be trusted."""

import re
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

from lib.messages import House
from lib.panels.dates import clock_s, day_name, lasting, near
from lib.panels.look import Look, Room
from lib.panels.seen import Peer
from lib.panels.sheet import Piece, Sheet

ROWS = 3
SECRET = re.compile("//[^/]*@")
FIGURE = 18  # cells of the large figure: four digits and a point
UNIT = 8
NARROW = 60  # below, the power stands in small letters
LATE_S = 3.0  # the program speaks once a second
FORGOTTEN_S = 60.0  # a power as old as this is no power now
TURN_S = 5  # a notice stands so long before the next
GRAVE = ("store", "breaker")  # notices that cannot wait

Pieces = list[Piece]
Role = Literal["bad", "warn", "text"]  # of the palette


def render_header(
    house: House | None, look: Look, room: Room, *, title: str, peer: Peer | None = None, heard_s: float | None = None
) -> Text:
    """Three rows and one for each notice, as many as the room has.

    peer: None where the screen runs in the program itself; heard_s: seconds since the program's last word, None
    before the first.
    """
    sheet = Sheet(look, room.width)
    power = _power(house, look, heard_s)
    beside: tuple[tuple[Pieces, Pieces], ...] = (
        _title(house, look, title),
        (_link(house, look, heard_s), []),
        (_program(look, peer, heard_s, ended=house is not None and house.link.state == "ended"), []),
    )
    if room.width < NARROW:
        sheet.row(*_small(power, look), ("  ", ""), *beside[0][1][-1:])
        sheet.row(*beside[1][0])
        sheet.row(*beside[2][0])
    else:
        width = room.width - FIGURE - UNIT - 3
        for figure, (left, right) in zip(_large(power, look), beside, strict=True):
            sheet.row(*figure, *_apart(left, right, width))
    for text, style in _cut(notices(house, peer), room.height - ROWS, turn=_turn(house)):
        sheet.row((f"! {text}", getattr(look.colours, style)))
    return sheet.text()


def notices(house: House | None, peer: Peer | None = None) -> list[tuple[str, Role]]:
    """What the owner should know, and in which colour."""
    told: list[tuple[str, Role]] = []
    if peer is not None and not peer.connected and peer.why:
        told.append((peer.why, "bad"))
    if house is None:
        return told
    if house.link.state not in {"good", "ended"} and house.link.why:
        told.append((house.link.why, "bad" if house.link.state == "silent" else "text"))
    return told + [(text, "bad" if kind in GRAVE else "warn") for kind, text in house.notices.items()]


def _turn(house: House | None) -> int:
    """Counts up while the program speaks, so that each notice has its turn."""
    return 0 if house is None else int(house.said.timestamp() // TURN_S)


def _cut(told: list[tuple[str, Role]], rows: int, *, turn: int) -> list[tuple[str, Role]]:
    """As many as there are rows; where they are too few, those without one take turns on the last."""
    if rows <= 0 or len(told) <= rows:
        return told[: max(0, rows)]
    waiting = len(told) - rows + 1
    at = rows - 1 + turn % waiting
    text, role = told[at]
    return [*told[: rows - 1], (f"{at + 1}/{len(told)} {text}", role)]


@dataclass(frozen=True, slots=True)
class Power:
    """The large figure: kW without sign, the word for its direction, and its colour."""

    figure: str
    word: str
    style: str


def _power(house: House | None, look: Look, heard_s: float | None) -> Power:
    if house is None or house.grid_w is None or _age_s(house, heard_s) > FORGOTTEN_S:
        return Power("", "", look.colours.quiet)
    figure = look.number(abs(house.grid_w) / 1000, 3, 5)
    word, style = ("injected", look.colours.injected) if house.grid_w < 0 else ("taken", look.colours.taken)
    fresh = house.link.state == "good" and (heard_s or 0.0) <= LATE_S
    return Power(figure, word, style if fresh else look.colours.quiet)


def _age_s(house: House, heard_s: float | None) -> float:
    """How old the last telegram is, at least."""
    since = house.link.since
    silent_s = (house.said - since).total_seconds() if house.link.state in {"silent", "ended"} and since else 0.0
    return silent_s + (heard_s or 0.0)


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


def _apart(left: Pieces, right: Pieces, width: int) -> Pieces:
    """One line with pieces at both ends; where it is too narrow the left ones give way."""
    room = width - sum(cell_len(text) for text, _ in right)
    kept: Pieces = []
    for text, style in left:
        if cell_len(text) <= room:
            kept.append((text, style))
            room -= cell_len(text)
    return [*kept, (" " * max(0, room), ""), *right] if right else left


def _title(house: House | None, look: Look, title: str) -> tuple[Pieces, Pieces]:
    colours = look.colours
    left = [(title, colours.title)]
    if house is not None and house.demo:
        left += [("  ", ""), (" DEMO ", colours.alarm)]
    if house is None or house.at is None:
        return left, []
    style = colours.title if house.link.state == "good" else colours.quiet
    return left, [(f"{day_name(house.at)} {house.at.year}  ", colours.quiet), (clock_s(house.at), style)]


def _link(house: House | None, look: Look, heard_s: float | None) -> Pieces:
    """Whether telegrams come."""
    colours, bullet = look.colours, look.glyphs.bullet
    if house is None:
        return [(f"{bullet} ", colours.warn), ("starting", colours.text)]
    link = house.link
    ago = "" if link.since is None else lasting((house.said - link.since).total_seconds() + (heard_s or 0.0))
    match link.state:
        case "good":
            heard = colours.good if (heard_s or 0.0) <= LATE_S else colours.quiet
            some = f"{_thousands(link.telegrams)} telegram{'' if link.telegrams == 1 else 's'}"
            said = [(f"{bullet} ", heard), (some, colours.quiet)]
        case "silent" if link.since is not None:
            said = [
                (f"{bullet} silent for {ago}", colours.bad),
                (f", since {near(link.since, house.said, seconds=True)}", colours.text),
            ]
        case "ended":
            said = [(f"{bullet} recording ended", colours.warn), (f", {ago} ago" if ago else "", colours.text)]
        case _:
            said = [
                (f"{bullet} waiting for the first telegram", colours.warn),
                (f" for {ago}" if ago else "", colours.text),
            ]
    if link.rejected:
        said += [(", ", colours.quiet), (f"{_thousands(link.rejected)} bad", colours.warn)]
    elif link.state == "good":
        said += [(", none bad", colours.quiet)]
    return said


def _program(look: Look, peer: Peer | None, heard_s: float | None, *, ended: bool) -> Pieces:
    """Whether the program speaks: how old its last word is. `ended`: that word was its last, as it should be."""
    colours, bullet = look.colours, look.glyphs.bullet
    ago = lasting(heard_s) if heard_s is not None and heard_s > LATE_S and not ended else ""
    if peer is None:
        return [(f"{bullet} the program said nothing for {ago}", colours.bad)] if ago else []
    if peer.connected and not ago:
        return [(f"{bullet} ", colours.good), ("attached to ", colours.quiet), (_address(peer.url), colours.text)]
    said = [(f"{bullet} last word {ago} ago, " if ago else f"{bullet} ", colours.bad)]
    said.append(("attached to " if peer.connected else "no connection to ", colours.text))
    return [*said, (_address(peer.url), colours.text)]


def _address(url: str) -> str:
    """Without the token that an address may hold: a screen is seen by others."""
    return SECRET.sub("//", url.partition("?")[0])


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")
