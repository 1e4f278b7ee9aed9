"""What cars have to do with the running quarter: what they draw, what they are granted, and a peak that is announced.

Nothing at all in a home where no car draws or may. The battery has a screen of its own.
"""

from collections.abc import Iterator

from lib.messages import House
from lib.panels.look import Look
from lib.panels.sheet import Piece, length

LABEL, FIGURE = 10, 6  # as the rows above
BATTERY = "battery"


def car_rows(house: House, look: Look, width: int) -> Iterator[list[Piece]]:
    """A row of what cars draw and may draw, and one for each peak that is announced."""
    colours = look.colours
    drawn = [one for one in house.drawn if one.who != BATTERY and one.high_w > 0]
    granted_w = sum(one.power_w for one in house.grants if one.who != BATTERY)
    if drawn or granted_w > 0:
        lost = [one.who for one in drawn if not one.controlled]
        drawn_w = sum((one.low_w + one.high_w) / 2 if one.controlled else one.high_w for one in drawn)
        row = [
            (look.left("Cars", LABEL), colours.quiet),
            (look.right(look.kw(drawn_w), FIGURE), colours.warn if lost else colours.text),
            (" kW", colours.quiet),
        ]
        if lost:
            yield [*row, _fitting(f"   nobody controls {', '.join(lost)}", "   uncontrolled", row, width, colours.warn)]
        elif granted_w > 0:
            yield [*row, (f"   granted {look.kw(granted_w)} kW", colours.quiet)]
        else:
            yield row
    for one in house.announced if house.capacity_tariff else ():
        cost = "" if one.eur is None else f", {look.glyphs.euro} {look.euro(one.eur)}"
        told = f"{look.kw(one.peak_w)} kW: {one.cause}{cost}"
        yield [_fitting(f"{one.who} may take this quarter to {told}", f"{one.who} to {told}", [], width, colours.over)]


def _fitting(said: str, short: str, before: list[Piece], width: int, style: str) -> Piece:
    """The words, or fewer of them where there is no room."""
    return said if length([*before, (said, "")]) <= width else short, style
