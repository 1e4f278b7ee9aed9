"""The prices of today and tomorrow: a curve, the extremes with their times, the cheapest hours ahead."""

from datetime import datetime

from rich.text import Text

from lib.messages import House, Rates
from lib.messages.prices import HOUR, Stretch, Summary, ahead, cheapest, local_days, summary, varies
from lib.panels.dates import clock, lasting, near
from lib.panels.look import Look, Room
from lib.panels.price_curve import LEAST_ROWS, LEAST_WIDTH, Axis, price_curve
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet

CHEAP_H = 3
ALSO_H = (1, 6)  # named beside it where there is room
LABEL = 10
LONG, SHORT = 68, 40  # cells of a summary with all its words, and with fewer
GOOD_ROWS = 8  # of the curve; for more of them no words are left out


def prices_shown(seen: Seen) -> bool:
    """Whether there is anything to see: a price that follows the market, or the clock."""
    rates = seen.newest(Rates)
    return rates is not None and (rates.dynamic or varies(rates.slots))


def prices_follow_market(seen: Seen) -> bool:
    """Whether they are other ones each day; those by the clock one soon knows by heart."""
    rates = seen.newest(Rates)
    return rates is not None and rates.dynamic


def prices_drawn_from(seen: Seen) -> object:
    """The rates, and the quarter that is running."""
    house = seen.newest(House)
    if house is None or house.at is None:
        return seen.newest(Rates), None
    return seen.newest(Rates), int(house.at.timestamp()) // 900, house.link.state == "good"


def render_prices(rates: Rates | None, house: House | None, look: Look, room: Room) -> Text:
    """The price now, the curve, and below it as many words as leave it some height."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if rates is None:
        sheet.row(("waiting for the rates", colours.quiet))
        return sheet.text()
    at = house.at if house else None
    if at is None or not rates.slots:
        sheet.row(("the prices ahead are not known yet" if at else "waiting for the first telegram", colours.quiet))
        if rates.trouble:
            sheet.paragraph(rates.trouble, colours.warn)
        return sheet.text()
    today, tomorrow, end = local_days(at)
    cheap = cheapest(rates.slots, at, CHEAP_H * HOUR)
    days = [("Today", today, tomorrow)]
    if summary(rates.slots, tomorrow, end):
        days.append(("Tomorrow", tomorrow, end))
    words = _words(rates, at, days, cheap, look, room.width)
    drawn = room.width >= LEAST_WIDTH
    left = room.height - 1
    kept = len(words)
    while drawn and kept > 1 and left - kept < GOOD_ROWS:
        kept -= 1
    sheet.row(*_now(rates, at, look, room.width, old=house is not None and house.link.state != "good"))
    rows = left - kept
    if drawn and rows >= LEAST_ROWS:
        axis = Axis(today, days[-1][2], at)
        for line in price_curve(rates.slots, axis, cheap, look, room.width, rows):
            sheet.row(*line)
    else:
        kept = left
    for _, pieces in sorted(words[: max(0, kept)], key=lambda word: word[0]):
        sheet.row(*pieces)
    return sheet.text()


def _now(rates: Rates, at: datetime, look: Look, width: int, *, old: bool) -> list[Piece]:
    """What a kWh costs and earns now, and until when; an old word says of when it is."""
    colours, slot = look.colours, next(ahead(rates.slots, at), None)
    name = (f"At {clock(at)}  ", colours.warn) if old else ("Now  ", colours.quiet)
    if slot is None or slot.start > at or slot.import_eur_kwh is None:
        return [name, ("the price is not known", colours.warn)]
    taken, injected = (look.number(price, 4) for price in (slot.import_eur_kwh, slot.export_eur_kwh))
    if width < SHORT:
        return [name, (taken, colours.active), (f"  {look.glyphs.dash} {injected}", colours.injected)]
    return [
        name,
        (taken, colours.active),
        (f" {look.glyphs.euro}/kWh", colours.quiet),
        (f"  {look.glyphs.dash} ", colours.injected),
        (f"injected {injected}", colours.injected),
        (f"  until {near(slot.end, at)}", colours.quiet),
    ]


def _words(
    rates: Rates,
    at: datetime,
    days: list[tuple[str, datetime, datetime]],
    cheap: Stretch | None,
    look: Look,
    width: int,
) -> list[tuple[int, list[Piece]]]:
    """The lines below the curve with their places there, the most important first."""
    colours = look.colours
    lines: list[tuple[int, list[Piece]]] = []
    if cheap is not None:
        lines.append((9, _cheap(rates, at, cheap, look, width)))
    if len(days) == 1:
        why = f": {rates.trouble}" if rates.trouble else ""
        lines.append((8, [(f"Tomorrow is not known yet{why}", colours.warn)]))
    for taken in (True, False):
        for place, (name, start, end) in enumerate(days):
            found = summary(rates.slots, start, end, taken=taken)
            if found is not None:
                label, style = (name, colours.title) if taken else ("injected", colours.injected)
                said = (_said(found, look, width), colours.text)
                lines.append((2 * place + (not taken), [(look.left(label, LABEL), style), said]))
    return lines


def _said(found: Summary, look: Look, width: int) -> str:
    least, mean, most = (look.number(price, 4 if width >= LONG else 2) for price in found[:3])
    if found.least == found.most:
        said = f"{least} all the time"
    elif width >= LONG:
        said = f"least {least} at {clock(found.least_at)}   mean {mean}   most {most} at {clock(found.most_at)}"
    elif width >= SHORT:
        said = f"{least} at {clock(found.least_at)}, {most} at {clock(found.most_at)}"
    else:
        said = f"{least} to {most}"
    return f"{said}, {lasting(found.unknown.total_seconds())} unknown" if found.unknown else said


def _cheap(rates: Rates, at: datetime, cheap: Stretch, look: Look, width: int) -> list[Piece]:
    """The cheapest hours on end from now on."""
    colours = look.colours
    also = [(hours, cheapest(rates.slots, at, hours * HOUR)) for hours in ALSO_H] if width >= LONG + 40 else []
    pieces: list[Piece] = [("Cheapest" if width >= SHORT else "", colours.good)]
    for hours, found in ((CHEAP_H, cheap), *also):
        if found is not None:
            span = f"{near(found.start, at)}–{clock(found.end)}"
            said = f"{hours} h: {span} at {look.number(found.price, 3)}"
            pieces += [("  " if pieces[-1][0] else "", ""), (said, colours.text if pieces[0][0] else colours.good)]
    return pieces
