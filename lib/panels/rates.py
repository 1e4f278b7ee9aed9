"""The prices: what a kWh and a m³ cost and earn, which register counts now, and when the other one starts."""

from rich.text import Text

from lib.messages import House, Rates
from lib.panels.dates import near
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet

REGISTERS = {"1": "Day", "2": "Night"}
NAMES = (*REGISTERS.values(), "Gas", "Water")
LABEL = 4


def register_name(register: str) -> str:
    """A tariff register in the owner's words."""
    return "Total" if register == "total" else REGISTERS.get(register, f"T{register}")


def render_rates(rates: Rates | None, house: House | None, look: Look, room: Room) -> Text:
    """Two rows of prices, taken and injected; the active register in one colour, the other in another."""
    colours, glyphs = look.colours, look.glyphs
    sheet = Sheet(look, room.width)
    if rates is None:
        sheet.row(("waiting for the rates", colours.quiet))
        return sheet.text()
    active = house.register if house else None
    space = min(48, room.width - LABEL)
    kwh = (space + 2) // 4  # their prices have one decimal more
    widths = (kwh, kwh, (space - 2 * kwh) // 2, (space - 2 * kwh) // 2)
    styles = (*(_style(register, active, look) for register in REGISTERS), colours.text, colours.text)
    short = kwh <= len(f"{glyphs.euro}/kWh")  # then the currency stands once, before the row
    money = "" if short else glyphs.euro
    units = (f"{money}/kWh", f"{money}/kWh", f"{money}/{glyphs.cubic}", f"{money}/{glyphs.cubic}")
    for head, names in (("Rate", NAMES), (glyphs.euro if short else "", units)):
        cells = [
            (look.right(name, width), _bold(style)) for name, width, style in zip(names, widths, styles, strict=True)
        ]
        sheet.row((look.left(head, LABEL), colours.quiet), *cells)
    taken = [*(rates.import_eur_kwh.get(register) for register in REGISTERS), rates.gas_eur_m3, rates.water_eur_m3]
    injected = [*(rates.export_eur_kwh.get(register) for register in REGISTERS), None, None]
    for sign, prices in (("+", taken), (glyphs.minus, injected)):
        figures = [
            (look.right(look.number(price, decimals, width - 1), width), style)
            for price, decimals, width, style in zip(prices, (4, 4, 3, 3), widths, styles, strict=True)
        ]
        sheet.row((look.left(sign, LABEL), colours.text), *figures)
    if room.height > 5:
        sheet.space()
    sheet.row(*_next(house, look))
    return sheet.text()


def _style(register: str, active: str | None, look: Look) -> str:
    return look.colours.active if register == active else look.colours.inactive


def _bold(style: str) -> str:
    return style if "bold" in style else f"bold {style}"


def _next(house: House | None, look: Look) -> list[Piece]:
    """Which register counts now and when it changes, as far as the meter says; an old word says of when it is."""
    colours = look.colours
    if house is None or house.register is None:
        return [("one register, at the day price", colours.quiet)] if house and house.reading else []
    name = register_name(house.register)
    if house.link.state != "good" and house.at is not None:
        return [(f"{name} as of {near(house.at, house.said)}", colours.warn)]
    if house.register not in REGISTERS:
        return [(f"{name} now", colours.active), (", at the day price", colours.quiet)]
    now = [(f"{name} now", colours.active)]
    if house.next_change is None or house.at is None:
        return now
    other = next(other for register, other in REGISTERS.items() if register != house.register)
    return [*now, (", ", colours.quiet), (f"{other} from {near(house.next_change, house.at)}", colours.inactive)]
