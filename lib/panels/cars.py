"""The cars: how full each is and how far that can be trusted, and whether its next trip can be met.

What the owner is asked stands where it concerns; a trip that is in time takes one calm line.
"""

from collections.abc import Iterator

from rich.text import Text

from lib.messages.charging import CarNow, Charging, TripNow
from lib.panels.dates import near, roughly
from lib.panels.layout import Long, Needed
from lib.panels.listing import FEW, MANY, listing
from lib.panels.look import Look, Room
from lib.panels.seen import Choice, Seen
from lib.panels.sheet import Piece, Sheet, apart, pieces, wrapped
from lib.panels.strokes import part
from lib.panels.trips import target, trip_name, trip_start, trip_takes, verdict

KIND = "car"
NONE_SET_UP = "no car in config.py: README, Your cars"
MARK, NAME, FIGURE = 2, 16, 5
TRUST = 19  # cells for how far it can be trusted
TARGET = 8
NARROW = 56  # below, the bar gives way
WIDEST_BAR = 60

Lines = list[list[Piece]]


def render_cars(seen: Seen, look: Look, room: Room) -> Text:
    """All cars with their next trips; with an empty line between them where there is room."""
    charging, sheet = seen.newest(Charging), Sheet(look, room.width)
    if charging is None:
        sheet.row(("waiting for the cars", look.colours.quiet))
    elif not charging.cars:
        sheet.row((NONE_SET_UP, look.colours.warn))
    elif long := long_cars(seen, look, room):
        return long.text
    else:
        said = _fitting(charging, seen.chosen, look, room)
        aired = room.whole or sum(map(len, said)) + len(said) - 1 <= room.height
        for at, lines in enumerate(said):
            if at and aired:
                sheet.space()
            for row in lines:
                sheet.row(*row)
    return sheet.text()


def car_lines(seen: Seen, look: Look, width: int) -> Needed:
    """The lines that all of it takes, without and with air."""
    charging = seen.newest(Charging)
    if charging is None or not charging.cars:
        return 1, 1
    if long := long_cars(seen, look, Room(width, 0)):
        few = min(FEW, long.lines)
        return few, few, long.lines
    said = list(_cars(charging, seen.chosen, look, width))
    lines = sum(map(len, said))
    return lines, lines + len(said) - 1


def long_cars(seen: Seen, look: Look, room: Room) -> Long | None:
    """Many cars in a line each, but for the chosen one; None: there are few."""
    charging = seen.newest(Charging)
    if charging is None or len(charging.cars) <= MANY:
        return None
    cars, names, keys = charging.cars, _names(charging), seen.chosen is not None
    chosen = next((at for at, one in enumerate(cars) if seen.chosen == Choice(KIND, one.name)), None)

    def line(at: int) -> list[Piece]:
        return _head(cars[at], look, room.width, names, marked=at == chosen, keys=keys)

    more = [] if chosen is None else _said(cars[chosen], charging, look, room.width)
    return listing(len(cars), line, look, room.width, chosen=chosen, more=more)


def _fitting(charging: Charging, chosen: Choice | None, look: Look, room: Room) -> list[Lines]:
    """The lines of each car; where the room is short all but the first two of each go, then all but the first."""
    said = list(_cars(charging, chosen, look, room.width))
    for most in () if room.whole else (2, 1):
        if sum(map(len, said)) > room.height:
            said = [lines[:most] for lines in said]
    return said


def _cars(charging: Charging, chosen: Choice | None, look: Look, width: int) -> Iterator[Lines]:
    names = _names(charging)
    for car in charging.cars:
        marked = chosen == Choice(KIND, car.name)
        head = _head(car, look, width, names, marked=marked, keys=chosen is not None)
        yield [head, *_said(car, charging, look, width)]


def _names(charging: Charging) -> int:
    """The cells of their titles."""
    return min(NAME, 2 + max(len(car.title) for car in charging.cars))


def _said(car: CarNow, charging: Charging, look: Look, width: int) -> Lines:
    """What stands below the head of a car."""
    trouble = _below(car.trouble, look, width, look.colours.warn) if car.trouble else []
    return [*_ahead(car, charging, look, width), *trouble]


def _head(car: CarNow, look: Look, width: int, names: int, *, marked: bool, keys: bool) -> list[Piece]:
    """Its name, a bar with the target, per cent, how far that is known, and the target; keys: it can be told here."""
    colours = look.colours
    row: list[Piece] = [
        (look.left(look.glyphs.pointer if marked else "", MARK), colours.active),
        (look.left(car.title, names), colours.title),
    ]
    aim = "" if car.target_pct is None else f"to {target(car.target_pct, look)} %"
    cells = min(WIDEST_BAR, width - MARK - names - FIGURE - TRUST - TARGET - 3)
    if width >= NARROW:
        row += [*_bar(car, look, cells), (" ", "")]
    if car.soc_pct is None:
        return [*row, (" ", ""), (_question(car, keys=keys) or "nobody knows how full it is", colours.warn)]
    style = colours.quiet if car.confidence in {"guess", "doubtful"} else colours.title
    row += [(look.right(f"{look.number(car.soc_pct, 0)} %", FIGURE), style), (" ", "")]
    if car.age_s is not None:
        row.append((f"{look.glyphs.point} {roughly(car.age_s)} ", colours.quiet))
    unsure = car.confidence in {"guess", "doubtful"}
    by_hand = car.source == "typed" and car.confidence == "measured"
    row.append(("typed" if by_hand else f"{car.confidence}", colours.warn if unsure else colours.quiet))
    return apart(row, [(f"  {aim}", colours.target)] if aim else [], width)


def _question(car: CarNow, *, keys: bool) -> str:
    """What the owner is asked; where a key answers it, that key."""
    question, mark, _ = car.ask.partition("?")
    return f"{question}{mark}{' press s' if keys and car.ask else ''}"


def _bar(car: CarNow, look: Look, width: int) -> list[Piece]:
    """Full up to the state of charge, half up to the target, which is marked."""
    colours, glyphs = look.colours, look.glyphs
    soc = 0 if car.soc_pct is None else round(part(car.soc_pct, 100.0) * width)
    mark = None if car.target_pct is None else min(width - 1, round(part(car.target_pct, 100.0) * width))
    known = colours.quiet if car.confidence in {"guess", "doubtful"} else colours.used
    cells = [
        (glyphs.mark, colours.target)
        if at == mark
        else (glyphs.full, known)
        if at < soc
        else (glyphs.half, colours.ahead)
        if mark is not None and car.soc_pct is not None and at < mark
        else (glyphs.track, colours.track)
        for at in range(width)
    ]
    return pieces(cells)


def _ahead(car: CarNow, charging: Charging, look: Look, width: int) -> Lines:
    """Its next trip; without one, how far it is charged from day to day."""
    trip = next((one for one in charging.trips if one.car == car.name), None)
    if trip is None:
        everyday = f"no trip ahead; charged to {car.everyday_pct:.0f} % from day to day"
        return [[(" " * MARK, ""), (everyday, look.colours.quiet)]]
    return _trip(trip, charging, look, width, guessed=car.soc_pct is None)


def _trip(trip: TripNow, charging: Charging, look: Look, width: int, *, guessed: bool) -> Lines:
    """Where to, by when, what it takes, from when on at the latest; at the right whether it can be met."""
    colours = look.colours
    told = verdict(trip, look, peaks_cost=charging.capacity_tariff)
    start = trip_start(trip, charging.at)
    takes = trip_takes(trip, look, guessed=guessed)
    said = f" by {near(trip.ready, charging.at)}: {takes}{f', {start}' if start else ''}"
    room = width - MARK - len(told.word) - 2
    name = trip_name(trip)
    right = [(f"  {told.word}", told.style)]
    if len(name) + len(said) <= room or len(said) + 12 <= room:
        left = [(look.left(name, min(len(name), room - len(said))), colours.text), (said, colours.quiet)]
        lines = [[(" " * MARK, ""), *apart(left, right, width - MARK)]]
    else:
        left = [(look.left(name, min(len(name), room)), colours.text)]
        lines = [[(" " * MARK, ""), *apart(left, right, width - MARK)]]
        lines += _below(said.removeprefix(" "), look, width, colours.quiet)
    if trip.feasible is False and trip.said:
        lines += _below(trip.said, look, width, colours.text)
    return lines


def _below(said: str, look: Look, width: int, style: str) -> Lines:
    return [[(" " * MARK, ""), (line, style)] for line in wrapped(look, said, max(8, width - MARK))]
