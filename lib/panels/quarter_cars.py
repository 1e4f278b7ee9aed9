"""What cars, battery and sun have to do with the running quarter: what they draw and may draw, and an announced peak.

Nothing at all in a home that has none of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lib.messages import House
from lib.panels.look import Look
from lib.panels.sheet import Piece, length

LABEL, FIGURE = 10, 6  # as the rows above
BATTERY = "battery"
FLOWS_W = 25.0  # less is the battery's own electronics

Row = list[Piece]


class Battery(NamedTuple):
    """What all home batteries draw together, - is given; whether somebody can tell them anything."""

    power_w: float
    controlled: bool


def beside_rows(house: House, look: Look, width: int, rows: int) -> list[Row]:
    """A row each for cars, battery and sun, and one for each announced peak, as far as `rows` lines take them.

    Where they are too few, battery and sun share one, and then have none: the head says them too.
    """
    cars, announced = list(_cars(house, look, width)), list(_announced(house, look, width))
    battery, sun = list(_battery(house, look, width)), list(_sun(house, look, width))
    if len(cars) + len(battery) + len(sun) + len(announced) <= rows:
        return [*cars, *battery, *sun, *announced]
    kept = list(_shared(house, look, width)) if battery and sun else battery or sun
    return [*cars, *kept, *announced] if len(cars) + len(kept) + len(announced) <= rows else [*cars, *announced]


def sun_and_battery(house: House, look: Look) -> Row:
    """Both in a few words; nothing where there is neither."""
    colours = look.colours
    said: Row = []
    if _has_sun(house):
        said += [("sun ", colours.quiet), (f"{look.kw(house.sun_w)} kW", colours.injected)]
    if one := battery_of(house):
        said += [(", " if said else "", colours.quiet), ("battery ", colours.quiet), *_does(one, look)]
    return said


def battery_of(house: House) -> Battery | None:
    """None where there is none."""
    drawn = (one for one in house.drawn if one.who == BATTERY)
    return next((Battery((one.low_w + one.high_w) / 2, one.controlled) for one in drawn), None)


def _has_sun(house: House) -> bool:
    return bool(house.suns) or house.sun_w is not None


def _does(one: Battery, look: Look) -> Row:
    """What it does, in a word and a figure."""
    power_w = one.power_w
    if not one.controlled:
        return [("is out of reach", look.colours.warn)]
    if abs(power_w) < FLOWS_W:
        return [("rests", look.colours.text)]
    word = "stores" if power_w > 0 else "gives"
    return [(f"{word} ", look.colours.quiet), (f"{look.kw(abs(power_w))} kW", look.colours.used)]


def _battery(house: House, look: Look, width: int) -> Iterator[Row]:
    """What it draws or gives, and what it is granted."""
    one = battery_of(house)
    if one is None:
        return
    colours, power_w = look.colours, one.power_w
    if not one.controlled:
        yield [*_figure("Battery", None, look, colours.warn), ("   out of reach", colours.warn)]
        return
    row = _figure("Battery", abs(power_w), look, colours.used)
    word = "" if abs(power_w) < FLOWS_W else "   stored" if power_w > 0 else "   given"
    granted_w = sum(grant.power_w for grant in house.grants if grant.who == BATTERY)
    said = f"{word}, granted {look.kw(granted_w)} kW" if granted_w > 0 and power_w >= FLOWS_W else word
    yield [*row, _fitting(said, word, row, width, colours.quiet)]


def _sun(house: House, look: Look, width: int) -> Iterator[Row]:
    """What all inverters give, to what they are held back, and which is not known."""
    if not _has_sun(house):
        return
    colours = look.colours
    row = _figure("Sun", house.sun_w, look, colours.injected)
    held_w = [one.limit_w for one in house.suns if one.limit_w is not None]
    lost = [one.name for one in house.suns if one.trouble]
    if lost:
        yield [*row, _fitting(f"   {', '.join(lost)} is not known", "   not all known", row, width, colours.warn)]
    elif held_w:
        yield [*row, _fitting(f"   held back to {look.kw(sum(held_w))} kW", "   held back", row, width, colours.warn)]
    else:
        yield row


def _shared(house: House, look: Look, width: int) -> Iterator[Row]:
    """Both in one row; the battery alone where even that is too long."""
    one = battery_of(house)
    if one is None:
        return
    row, colours = _figure("Sun", house.sun_w, look, look.colours.injected), look.colours
    said: Row = [("   battery ", colours.quiet)]
    if one.controlled and abs(one.power_w) >= FLOWS_W:
        way = " in" if one.power_w > 0 else " out"
        said += [(f"{look.kw(abs(one.power_w))} kW", colours.used), (way, colours.quiet)]
    else:
        said += _does(one, look)
    if length(row) + length(said) <= width:
        yield [*row, *said]
    else:
        yield from _battery(house, look, width)


def _figure(label: str, power_w: float | None, look: Look, style: str) -> Row:
    return [
        (look.left(label, LABEL), look.colours.quiet),
        (look.right(look.kw(power_w), FIGURE), style),
        (" kW", look.colours.quiet),
    ]


def _cars(house: House, look: Look, width: int) -> Iterator[Row]:
    """What cars draw and may draw."""
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


def _announced(house: House, look: Look, width: int) -> Iterator[Row]:
    """The peaks that are said before they are granted; where peaks cost nothing, none is spoken of."""
    colours = look.colours
    for one in house.announced if house.capacity_tariff else ():
        cost = "" if one.eur is None else f", {look.glyphs.euro} {look.euro(one.eur)}"
        told = f"{look.kw(one.peak_w)} kW: {one.cause}{cost}"
        yield [_fitting(f"{one.who} may take a quarter to {told}", f"{one.who} to {told}", [], width, colours.over)]


def _fitting(said: str, short: str, before: list[Piece], width: int, style: str) -> Piece:
    """The words, or fewer of them where there is no room."""
    return said if length([*before, (said, "")]) <= width else short, style
