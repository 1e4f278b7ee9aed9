"""The prices: what a kWh and a m³ cost and earn, what counts now, and what comes next. What is unknown says so."""

from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from rich.text import Text

from lib.messages import House, Rates
from lib.messages.prices import ahead, moves
from lib.panels.dates import clock, day_name, local_day, near
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet

REGISTERS = {"1": "Day", "2": "Night"}
LABEL, FIGURE, WIDEST = 6, 8, 12  # cells at least, and of a figure at most
UNKNOWN = "unknown"
MOST_AHEAD = 24  # on a page of its own; the panel of the prices shows all


class Price(NamedTuple):
    """One row: what a kWh costs and earns in a band or from a time on."""

    name: str
    import_eur_kwh: float | None
    export_eur_kwh: float | None
    now: bool


class Volume(NamedTuple):
    """What a m³ costs."""

    name: str
    eur_m3: float


def register_name(register: str) -> str:
    """A tariff register in the owner's words."""
    return "Total" if register == "total" else REGISTERS.get(register, f"T{register}")


def render_rates(rates: Rates | None, house: House | None, look: Look, room: Room) -> Text:
    """A row for each band, or where the price moves with the market for now and what follows; then gas and water."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if rates is None:
        sheet.row(("waiting for the rates", colours.quiet))
        return sheet.text()
    foot = _foot(rates, house, look)
    left = room.height - 1 - bool(foot)
    volumes = _volumes(rates)
    most = MOST_AHEAD if room.whole else max(1, left - len(volumes))
    rows = _ahead(rates, house, most) if rates.dynamic else _bands(rates, house)
    if len(volumes) > 1 and len(rows) + len(volumes) > left and not room.whole:
        volumes = [[one for line in volumes for one in line]]
    kept = rows if room.whole else _kept(rows, max(1, left - len(volumes)))
    head = f"{look.glyphs.euro}/kWh"
    label = min(max(len(head), *(len(one.name) for one in kept)) + 1, max(LABEL, room.width - 2 * FIGURE))
    figure = max(FIGURE, min(WIDEST, (room.width - label) // 2))
    sheet.row(
        (look.left(head, label), colours.quiet),
        *((look.right(way, figure), colours.quiet) for way in ("taken", "injected")),
    )
    for row in kept:
        style = colours.active if row.now else colours.inactive
        figures = [_figure(price, look, figure, style) for price in (row.import_eur_kwh, row.export_eur_kwh)]
        sheet.row((look.left(row.name, label), _bold(style)), *figures)
    for line in volumes:
        sheet.row(*_volume(line, look, (label, figure)))
    if room.height - sheet.rows > 1 + len(rates.warnings):
        sheet.space()
    if foot:
        sheet.row(*foot)
    for warning in rates.warnings:
        if room.whole:
            sheet.paragraph(f"! {warning}", colours.warn)
        elif sheet.rows < room.height:
            sheet.row((f"! {warning}", colours.warn))
    return sheet.text()


def _bands(rates: Rates, house: House | None) -> list[Price]:
    now = house.band if house else None
    alone = len(rates.bands) == 1
    return [
        Price(
            band.name or ("now" if moves(rates) else "always"),
            band.import_eur_kwh,
            band.export_eur_kwh,
            alone or band.name == now,
        )
        for band in rates.bands
    ]


def _ahead(rates: Rates, house: House | None, most: int) -> list[Price]:
    """The price now and those that follow; where no slot holds now, what the program says of it."""
    at = house.at if house else None
    slots = [] if at is None else list(islice(ahead(rates.slots, at), most))
    rows = [Price(clock(slot.start), slot.import_eur_kwh, slot.export_eur_kwh, now=False) for slot in slots]
    if at is not None and slots and slots[0].start <= at:
        return [rows[0]._replace(name="now", now=True), *rows[1:]]
    name = house.band if house else None
    band = next((band for band in rates.bands if len(rates.bands) == 1 or band.name == name), None)
    prices = (band.import_eur_kwh, band.export_eur_kwh) if band else (None, None)
    return [Price("now", *prices, now=True), *rows][:most]


def _kept(rows: list[Price], most: int) -> list[Price]:
    """As many as there is room for, and always the one that counts now."""
    places = sorted(range(len(rows)), key=lambda at: (not rows[at].now, at))[:most]
    return [rows[at] for at in sorted(places)]


def _volumes(rates: Rates) -> list[list[Volume]]:
    """A line for gas and one for water, as far as they have a price."""
    prices = (("Gas", rates.gas_eur_m3), ("Water", rates.water_eur_m3))
    return [[Volume(name, eur_m3)] for name, eur_m3 in prices if eur_m3 is not None]


def _volume(line: list[Volume], look: Look, widths: tuple[int, int]) -> list[Piece]:
    colours, (label, width) = look.colours, widths
    if len(line) == 1:
        (one,) = line
        said = look.left(one.name, label) + look.right(look.number(one.eur_m3, 4, width - 1), width)
    else:
        said = "  ".join(f"{one.name} {look.number(one.eur_m3, 3)}" for one in line)
    return [(said, colours.text), (f" {look.glyphs.euro}/{look.glyphs.cubic}", colours.quiet)]


def _figure(price: float | None, look: Look, width: int, style: str) -> Piece:
    return (look.right(UNKNOWN if price is None else look.number(price, 4, width - 1), width), style)


def _bold(style: str) -> str:
    return style if "bold" in style else f"bold {style}"


def _foot(rates: Rates, house: House | None, look: Look) -> list[Piece]:
    """What counts now and what comes next; an old word says of when it is."""
    colours = look.colours
    if house is None or house.at is None:
        return []
    if house.link.state != "good":
        return [(f"{house.band or 'this is'} as of {near(house.at, house.said)}", colours.warn)]
    if rates.dynamic:
        if rates.trouble:
            return [(rates.trouble, colours.warn)]
        return [(_known(rates.known_until, house.at), colours.quiet)] if rates.known_until else []
    if len(rates.bands) == 1:
        if moves(rates):  # the network's hours, where the supplier has one price
            return [(f"until {near(next(ahead(rates.slots, house.at)).end, house.at)}", colours.quiet)]
        return [("one price, day and night", colours.quiet)]
    if not house.band:
        return [("what counts now is not known", colours.quiet)]
    now = [(f"{house.band} now", colours.active)]
    if house.next_change is None:
        return now
    following = house.next_band or "the next"
    return [*now, (", ", colours.quiet), (f"{following} from {near(house.next_change, house.at)}", colours.inactive)]


def _known(until: datetime, at: datetime) -> str:
    """Until when the price is known: mostly the end of a day."""
    last = until - timedelta(minutes=1)
    if clock(until) != "00:00":
        return f"known until {near(until, at)}"
    return f"known to the end of {'today' if local_day(last) == local_day(at) else day_name(local_day(last))}"
