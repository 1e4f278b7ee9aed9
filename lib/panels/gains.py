"""What the battery brought, today and this month: its energy, what it earned by price and by the peak, what it cost.

What is not known, or has no price, is a dash; it is never counted as nothing.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rich.text import Text

from lib.messages.storage import GainsNow, Storage
from lib.panels.dates import month_name
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet, wrapped

LABEL, CELLS = 12, 10  # cells
NARROW = LABEL + 2 * CELLS  # below, the month gives way
BILLS = "peaks: over the next 12 bills"

Row = list[Piece]


class Line(NamedTuple):
    """One line: its words, the figure of a period, and its colour."""

    label: str
    said: Callable[[GainsNow], str]
    style: str


def render_gains(seen: Seen, look: Look, room: Room) -> Text:
    """A column for today and one for the month."""
    storage, sheet = seen.newest(Storage), Sheet(look, room.width)
    for row in _kept(list(_rows(storage, look, room.width)), room, look.glyphs.euro):
        sheet.row(*row)
    return sheet.text()


def gains_lines(seen: Seen, look: Look, width: int) -> tuple[int, int]:
    """The lines that all of it takes."""
    lines = len(list(_rows(seen.newest(Storage), look, width)))
    return lines, lines


def together_eur(gains: GainsNow) -> float:
    """By price and by the peak, less wear; a peak without a price counts for nothing."""
    return gains.arbitrage_eur + (gains.peak_eur or 0.0) - gains.wear_eur


def _kept(rows: list[Row], room: Room, euro: str) -> list[Row]:
    """In a low room the money stands first, and of that the sum: what is below the edge is not seen."""
    if room.whole or len(rows) <= room.height or len(rows) < 3:
        return rows
    money = [row for row in rows[1:] if row[0][0].startswith(euro)]
    rest = [row for row in rows[1:] if not row[0][0].startswith(euro)]
    return [rows[0], *reversed(money), *rest][: max(1, room.height)]


def _rows(storage: Storage | None, look: Look, width: int) -> Iterator[Row]:
    colours = look.colours
    if storage is None or (storage.today is None and storage.month is None):
        yield [("nothing is counted yet", colours.quiet)]
        return
    periods = [("today", storage.today)] if storage.today else []
    if storage.month and (width >= NARROW or not periods):
        periods.append((month_name(storage.month.since), storage.month))
    head = [(look.right(name, CELLS), colours.quiet) for name, _ in periods]
    yield [(look.left("", LABEL), ""), *head]
    for line in _lines(look, peaks=storage.capacity_tariff):
        label = (look.left(line.label, LABEL), colours.quiet)
        yield [label, *((look.right(line.said(gains), CELLS), line.style) for _, gains in periods)]
    yield from _below([gains for _, gains in periods], look, width, peaks=storage.capacity_tariff)


def _lines(look: Look, *, peaks: bool) -> Iterator[Line]:
    colours, euro = look.colours, look.glyphs.euro
    yield Line("Cycles", lambda one: look.number(one.cycles, 2), colours.text)
    yield Line("Stored kWh", lambda one: look.kw(one.charged_wh, 1), colours.text)
    yield Line("Given kWh", lambda one: look.kw(one.discharged_wh, 1), colours.text)
    yield Line("Lost kWh", lambda one: look.kw(one.losses_wh, 1), colours.text)
    if peaks:
        yield Line("Peak kW", lambda one: look.kw(one.peak_w), colours.target)
        yield Line("Without it", lambda one: look.kw(one.without_w), colours.over)
    yield Line(f"{euro} by price", lambda one: look.euro(one.arbitrage_eur), colours.good)
    if peaks:
        yield Line(f"{euro} by peaks", lambda one: look.euro(one.peak_eur), colours.good)
    yield Line(f"{euro} of wear", lambda one: look.euro(-one.wear_eur), colours.warn)
    yield Line(f"{euro} together", lambda one: look.euro(together_eur(one)), colours.title)


def _below(periods: list[GainsNow], look: Look, width: int, *, peaks: bool) -> Iterator[Row]:
    """What the figures do not say by themselves."""
    colours = look.colours
    if peaks and any(one.peak_eur is not None for one in periods):
        yield from ([(line, colours.quiet)] for line in wrapped(look, BILLS, width))
    unpriced_wh = max(one.unpriced_wh for one in periods)
    if unpriced_wh > 0:
        said = f"{look.kw(unpriced_wh, 1)} kWh had no price"
        yield from ([(line, colours.warn)] for line in wrapped(look, said, width))
