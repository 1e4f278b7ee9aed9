"""The chargers: what each does, why in full, what flows, and what this plug-in has brought so far.

The sentence why is the last to give way: where the room is short the figures below it go first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rich.text import Text

from lib.messages.charging import ChargerNow, Charging, PlugIn
from lib.messages.circuits import ENDED, held
from lib.panels.dates import clock, lately, roughly
from lib.panels.layout import Long, Needed
from lib.panels.listing import FEW, MANY, listing
from lib.panels.look import Look, Room
from lib.panels.seen import Choice, Seen
from lib.panels.sheet import Piece, Sheet, apart, length, wrapped

KIND = "charger"
NONE_SET_UP = "no charger in config.py: README, Your cars"
NAME, MODE, STATE = 14, 13, 14  # cells at most
MARK = 2
GAP = "   "
SOME, LOW = 3, 12  # chargers from which on each has one line in so low a room
CAR, LEAST_HELD = 10, 8  # cells, where a charger has one line
FLOWS_W = 50.0
SURE = ("", "you said so", "plugged in at the same minute")  # how a car is known that needs no word


class Form(IntEnum):
    """How much is said of each charger."""

    WHOLE = 3
    SHORT = 2  # without the figures
    LEAST = 1  # why in one line, and nothing of what is odd


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What all chargers are drawn with; titles: of the cars; names, modes: the cells of their columns."""

    look: Look
    width: int
    titles: Mapping[str, str]
    names: int
    modes: int
    peaks_cost: bool


def render_chargers(seen: Seen, look: Look, room: Room) -> Text:
    """All chargers, in the fullest form that the room takes; with an empty line between them where there is room."""
    charging, sheet = seen.newest(Charging), Sheet(look, room.width)
    if charging is None:
        sheet.row(("waiting for the chargers", look.colours.quiet))
    elif not charging.chargers:
        sheet.row((NONE_SET_UP, look.colours.warn))
    elif long := long_chargers(seen, look, room):
        return long.text
    else:
        forms = [Form.WHOLE] if room.whole else list(Form)
        said = [list(_chargers(charging, seen.chosen, look, room.width, form)) for form in forms]
        fitting = next((one for one in said if sum(map(len, one)) <= room.height), said[0 if room.whole else -1])
        aired = room.whole or sum(map(len, fitting)) + len(fitting) - 1 <= room.height
        for at, lines in enumerate(fitting):
            if at and aired:
                sheet.space()
            for pieces in lines:
                sheet.row(*pieces)
    return sheet.text()


def charger_lines(seen: Seen, look: Look, width: int) -> Needed:
    """The lines that all of it takes, without and with air."""
    charging = seen.newest(Charging)
    if charging is None or not charging.chargers:
        return 1, 1
    if long := long_chargers(seen, look, Room(width, 0)):
        few = min(FEW, long.lines)
        return few, few, long.lines
    said = list(_chargers(charging, seen.chosen, look, width, Form.WHOLE))
    lines = sum(map(len, said))
    return lines, lines + len(said) - 1


def long_chargers(seen: Seen, look: Look, room: Room) -> Long | None:
    """Many chargers, or some in a low room, in a line each, but for the chosen one; None: there are few."""
    charging = seen.newest(Charging)
    if charging is None or len(charging.chargers) <= (SOME if 0 < room.height < LOW and not room.whole else MANY):
        return None
    chargers, page = charging.chargers, _page(charging, look, room.width)
    chosen = next((at for at, one in enumerate(chargers) if seen.chosen == Choice(KIND, one.name)), None)

    def line(at: int) -> list[Piece]:
        return _head(chargers[at], page, marked=True) if at == chosen else _line(chargers[at], page)

    more = [] if chosen is None else _said(chargers[chosen], charging, look, room.width, Form.WHOLE)
    return listing(len(chargers), line, look, room.width, chosen=chosen, more=more)


def chargers_drawn_from(seen: Seen) -> object:
    """What ev said, and what is chosen."""
    return seen.newest(Charging), seen.chosen


def _chargers(
    charging: Charging, chosen: Choice | None, look: Look, width: int, form: Form
) -> Iterator[list[list[Piece]]]:
    """The lines of each charger."""
    page = _page(charging, look, width)
    for one in charging.chargers:
        head = _head(one, page, marked=chosen == Choice(KIND, one.name))
        yield [head, *_said(one, charging, look, width, form)]


def _said(one: ChargerNow, charging: Charging, look: Look, width: int, form: Form) -> list[list[Piece]]:
    """What stands below the head of a charger: why, what is odd about it, and figures."""
    style = look.colours.bad if _lost(one) else look.colours.text
    why = [one.why] if form is Form.LEAST else wrapped(look, one.why, max(8, width - MARK))
    odd = wrapped(look, one.warning, max(8, width - MARK)) if one.warning and form is not Form.LEAST else []
    lines: list[list[Piece]] = [[(" " * MARK, ""), (line, style)] for line in why]
    lines += [[(" " * MARK, ""), (line, look.colours.warn)] for line in odd]
    if form is Form.WHOLE and (details := _details(one, charging, look, width - MARK)):
        lines.append([(" " * MARK, ""), *details])
    return lines


def _page(charging: Charging, look: Look, width: int) -> Page:
    return Page(
        look=look,
        width=width,
        titles={car.name: car.title for car in charging.cars},
        names=min(NAME, 2 + max(len(one.name) for one in charging.chargers)),
        peaks_cost=charging.capacity_tariff,
        modes=min(MODE, 2 + max(len(_mode(one)) for one in charging.chargers)),
    )


def _line(one: ChargerNow, page: Page) -> list[Piece]:
    """All of a charger in one line, with what holds it in place of why."""
    look, width = page.look, page.width
    head = [*_start(one, page), (look.left(_car(one, page.titles), CAR), look.colours.text)]
    power = _power(one, look)
    room = width - length(head) - length(power)
    if room >= LEAST_HELD:
        head.append(
            (
                look.left(held(one, peaks_cost=page.peaks_cost), room).rstrip(),
                look.colours.bad if _lost(one) else look.colours.quiet,
            )
        )
    return apart(head, power, width)


def _head(one: ChargerNow, page: Page, *, marked: bool) -> list[Piece]:
    """Its name, mode, state and car; at the right what flows."""
    colours = page.look.colours
    car, ground = (_car(one, page.titles), colours.text), (_ground(one), colours.quiet)
    left = [*_start(one, page, marked=marked), car, ground]
    left = left if length(left) <= page.width else left[:-1]
    return apart(left, _power(one, page.look), page.width)


def _start(one: ChargerNow, page: Page, *, marked: bool = False) -> list[Piece]:
    look, colours = page.look, page.look.colours
    state, style = _state(one, look)
    return [
        (look.left(look.glyphs.pointer if marked else "", MARK), colours.active),
        (look.left(one.name, page.names), colours.title),
        (look.left(_mode(one), page.modes), colours.active if one.boost_until else colours.inactive),
        (f"{look.glyphs.bullet} ", style),
        (look.left(state, STATE), style),
    ]


def _power(one: ChargerNow, look: Look) -> list[Piece]:
    """What flows; nothing where nothing can."""
    flows = one.power_w is not None and one.power_w >= FLOWS_W
    if one.plug == "empty" or not (flows or one.plug == "charging"):
        return []
    figure = look.colours.quiet if _lost(one) else look.colours.taken
    return [(f" {look.kw(one.power_w)}", figure), (" kW", look.colours.quiet)]


def _lost(one: ChargerNow) -> bool:
    """Whether what is known of it is old or bad."""
    return one.silent_s is not None or one.plug == "fault"


def _mode(one: ChargerNow) -> str:
    """Or until when it boosts; that is a day at the most, so the time alone says it."""
    return f"{one.mode}" if one.boost_until is None else f"boost {clock(one.boost_until)}"


def _state(one: ChargerNow, look: Look) -> tuple[str, str]:
    """In a word or two, and its colour."""
    colours = look.colours
    if one.silent_s is not None:
        return f"silent {roughly(one.silent_s)}", colours.bad
    match one.plug:
        case "empty":
            return "no car", colours.quiet
        case "charging":
            return "charging", colours.good
        case "fault":
            return "FAULT", colours.bad
        case "unknown":
            return "starting", colours.warn
    if one.because.reason in ENDED:
        return "done", colours.good
    return ("offered", colours.good) if one.go else ("waiting", colours.inactive)


def _car(one: ChargerNow, titles: Mapping[str, str]) -> str:
    """On the cable, by the title that its owner gave it."""
    if one.plug not in {"connected", "charging"} and one.silent_s is None:
        return ""
    return titles.get(one.car, one.car) if one.car else "a guest" if one.plug != "empty" else ""


def _ground(one: ChargerNow) -> str:
    """How the car is known, where that is not sure."""
    known = one.car and one.by not in SURE and one.plug in {"connected", "charging"}
    return f" ({one.by})" if known else ""


def _details(one: ChargerNow, charging: Charging, look: Look, width: int) -> list[Piece]:
    """What there is to say in figures, as far as there is room, the most important first."""
    found: list[Piece] = []
    for group in _groups(one, charging, look):
        more = [*([(GAP, "")] if found else []), *group]
        if length(found) + length(more) <= width:
            found += more
    return found


def _groups(one: ChargerNow, charging: Charging, look: Look) -> Iterator[list[Piece]]:
    colours = look.colours
    text = colours.quiet if _lost(one) else colours.text
    if one.plug == "charging" and one.phases_a is not None and one.silent_s is None:
        drawn = " ".join(look.number(amps, 1) for amps in _used(one.phases_a, one.phases))
        offered = "" if one.offered_a is None else f" of {one.offered_a:g}"
        yield [(drawn, text), (f"{offered} A", colours.quiet)]
    if one.granted_w is not None:
        yield [("granted ", colours.quiet), (look.kw(one.granted_w), text), (" kW", colours.quiet)]
    if one.plug_in is not None:
        yield _energy(one.plug_in, look, text)
        yield [(f"since {lately(one.plug_in.since, charging.at)}", colours.quiet)]
        if one.plug_in.stops:
            yield [(f"{one.plug_in.stops} stop{'s' * (one.plug_in.stops != 1)}", colours.quiet)]
    if one.wish != "auto":
        yield [(f"on {one.wish} phase{'s' * (one.wish != '1')}, as you set it", colours.quiet)]


def _used(phases_a: Sequence[float], phases: int | None) -> list[float]:
    """The phases that carry something, or should."""
    count = max(phases or 0, *(at + 1 for at, amps in enumerate(phases_a) if amps > 0.05), 1)
    return list(phases_a[:count])


def _energy(plug_in: PlugIn, look: Look, text: str) -> list[Piece]:
    """Of this plug-in: how much, how much of it from the sun, and what it costs."""
    colours = look.colours
    said: list[Piece] = [(look.kw(plug_in.energy_wh), text), (" kWh", colours.quiet)]
    known_wh = plug_in.sun_wh + plug_in.battery_wh + plug_in.grid_wh
    if known_wh > 0:
        share = plug_in.sun_wh / known_wh
        said += [(", ", colours.quiet), (f"{share * 100:.0f} % sun", colours.injected if share > 0 else colours.quiet)]
    if plug_in.eur is not None:
        said.append((f", {look.glyphs.euro} {look.euro(plug_in.eur)}", text))
    return said
