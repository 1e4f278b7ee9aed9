"""What comes next: when each car charges and at what price, the trips of the week, and how the calendars are.

It draws dm's plan while that is heard and holds, else ev's own.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from rich.text import Text

from lib.messages.charging import CarNow, Charging
from lib.messages.plan import Plan
from lib.messages.planned import NOT_HEARD, NOTHING, as_of, cars_in, in_force, unplanned
from lib.panels.dates import BRUSSELS, clock, local_day, near, roughly
from lib.panels.look import Look, Room
from lib.panels.plan import Ahead, block_rows, plan_rows
from lib.panels.price_curve import Axis, hours_line
from lib.panels.seen import Seen
from lib.panels.sheet import Cell, Piece, Sheet, length, pieces
from lib.panels.trips import trip_name, trip_start, trip_takes, verdict

NAME = 14  # cells at most
LEAST_CHART = 36  # cells below which no chart is drawn
LEAST_NAME = 5  # cells of a trip that is cut
AROUND = 9  # rows from which on there is room for the chart
LEAST_PLAN = 10  # and for more of dm's plan than its blocks
FEW_TRIPS = 4  # beside it
LATE_S = 3600.0  # a calendar is polled every 5 to 15 minutes
MOST_TRIPS, MOST_BLOCKS = 20, 40
MANY, MOST_LANES = 6, 12  # of more cars the chart has those with something ahead
Row = list[Piece]


def render_coming(seen: Seen, look: Look, room: Room) -> Text:
    """A chart of today and tomorrow where there is room, the plan, the trips, the calendars."""
    charging, sheet = seen.newest(Charging), Sheet(look, room.width)
    if charging is None:
        sheet.row(("waiting for the plan", look.colours.quiet))
        return sheet.text()
    told = seen.newest(Plan)
    plan = in_force(told, charging.at)
    trips, sources = _trips(charging, look, room.width), _sources(charging, told, plan, look)
    if plan is None or room.whole:
        parts = [*_ahead(charging, plan, look, room), trips, sources]
    else:
        left = room.height - min(len(trips), FEW_TRIPS) - len(sources) - 2
        parts = [
            *_ahead(charging, plan, look, Room(room.width, left)),
            trips if left < LEAST_PLAN else trips[:FEW_TRIPS],
            sources,
        ]
    said = [part for part in parts if part]
    kept = said if room.whole else _kept(said, room.height)
    aired = room.whole or sum(map(len, kept)) + len(kept) - 1 <= room.height
    for at, part in enumerate(kept):
        if at and aired:
            sheet.space()
        for row in part:
            sheet.row(*row)
    return sheet.text()


def _ahead(charging: Charging, plan: Plan | None, look: Look, room: Room) -> list[list[Row]]:
    """What is planned: dm's plan as far as there is room for it, or what ev plans by itself."""
    if plan is None:
        chart = _chart(charging, look, room.width) if room.whole or room.height >= AROUND else []
        return [chart, _plan(charging, look, room.width)]
    ahead = Ahead(plan, charging.at, devices=cars_in(plan))
    if room.whole or room.height >= LEAST_PLAN:
        return [plan_rows(ahead, look, room)]
    return [block_rows(ahead, look, room.width, whole=False)]


def _kept(parts: Sequence[list[Row]], height: int) -> list[list[Row]]:
    """As much as there is room for: each part loses its last rows before one is left out, and the last goes first."""
    rows = [len(part) for part in parts[: max(1, height)]]
    while sum(rows) > height and max(rows) > 1:
        longest = max(range(len(rows)), key=lambda at: (rows[at], at))
        rows[longest] -= 1
    return [part[:most] for part, most in zip(parts, rows, strict=False)]


def _titles(charging: Charging) -> dict[str, str]:
    return {car.name: car.title for car in charging.cars}


def _names(charging: Charging) -> int:
    """Cells for the title of a car."""
    return min(NAME, 2 + max((len(title) for title in _titles(charging).values()), default=6))


def _plan(charging: Charging, look: Look, width: int) -> list[Row]:
    """When, which car, with how much, at what price, for what."""
    colours, titles = look.colours, _titles(charging)
    if not charging.plan:
        return [[(NOTHING, colours.quiet)]]
    rows: list[Row] = []
    names = _names(charging)
    price_cells = 8 + len(look.glyphs.euro) if any(block.eur_kwh is not None for block in charging.plan) else 0
    times = [_when(block.start, block.end, charging.at) for block in charging.plan[:MOST_BLOCKS]]
    for when, block in zip(times, charging.plan, strict=False):
        now = block.start <= charging.at < block.end
        price = "" if block.eur_kwh is None else f"{look.glyphs.euro} {look.number(block.eur_kwh, 3)}"
        row: Row = [
            (look.left(when, 2 + max(map(len, times))), colours.good if now else colours.inactive),
            (look.left(titles.get(block.car, block.car), names), colours.text),
            (look.right(look.kw(block.power_w), 5), colours.title),
            (" kW  ", colours.quiet),
            (look.left(price, price_cells), colours.text),
        ]
        room = width - length(row)
        rows.append([*row, (look.left(block.trip, room), colours.quiet)] if room >= LEAST_NAME else row)
    return rows


def _when(start: datetime, end: datetime, at: datetime) -> str:
    return f"until {near(end, at)}" if start <= at else f"{near(start, at)}-{clock(end)}"


def _trips(charging: Charging, look: Look, width: int) -> list[Row]:
    """Each trip: when its car must be ready, whither, what it takes, whether it can be met."""
    colours, titles = look.colours, _titles(charging)
    if not charging.trips:
        return [[("no trip ahead", colours.quiet)]]
    unknown = {car.name for car in charging.cars if car.soc_pct is None}
    rows: list[Row] = []
    names = _names(charging)
    times = [near(trip.ready, charging.at) for trip in charging.trips[:MOST_TRIPS]]
    for when, trip in zip(times, charging.trips, strict=False):
        told = verdict(trip, look, peaks_cost=charging.capacity_tariff)
        needs = ", ".join(
            one for one in (trip_takes(trip, look, guessed=trip.car in unknown), trip_start(trip, charging.at)) if one
        )
        row: Row = [
            (look.left(when, 2 + max(map(len, times))), colours.inactive),
            (look.left(titles.get(trip.car, trip.car), names), colours.text),
        ]
        name = trip_name(trip)
        left = width - sum(len(text) for text, _ in row) - len(told.word) - 2
        whither = name if len(name) + 2 + len(needs) > left else f"{name}  {needs}"
        rows.append(
            [
                *row,
                (look.left(name, min(len(name), max(0, left))), colours.text),
                (look.left(whither[len(name) :], max(0, left - len(name))), colours.quiet),
                (f"  {told.word}", told.style),
            ]
        )
    return rows


def _sources(charging: Charging, told: Plan | None, plan: Plan | None, look: Look) -> list[Row]:
    """How old the list of each calendar is, why it is no newer; whose plan it is, and who is in none."""
    colours = look.colours
    heard = NOT_HEARD if plan is None else f"dm's plan of {near(as_of(plan), charging.at)}"
    rows: list[Row] = []
    for one in charging.calendars:
        age = "not read yet" if one.age_s is None else f"read {roughly(one.age_s)} ago"
        late = one.age_s is None or one.age_s > LATE_S or bool(one.trouble)
        trips = f"{one.trips} trip{'s' * (one.trips != 1)}"
        row: Row = [
            (f"calendar {one.name}: ", colours.quiet),
            (f"{trips}, {age}", colours.warn if late else colours.quiet),
        ]
        rows.append([*row, (f"; {one.trouble}", colours.warn)] if one.trouble else row)
    rows.append([(heard, colours.warn if plan is None and told is not None else colours.quiet)])
    left_out = unplanned(charging)
    return [*rows, [(left_out, colours.warn)]] if left_out else rows


def _chart(charging: Charging, look: Look, width: int) -> list[Row]:
    """From this hour to the end of tomorrow: when each car charges, and when it must be ready."""
    names = _names(charging)
    columns = width - names
    if columns < LEAST_CHART or not charging.cars:
        return []
    start = charging.at.replace(minute=0, second=0, microsecond=0)
    axis = Axis(start, _end_of_tomorrow(charging.at), charging.at)
    busy = {block.car for block in charging.plan} | {trip.car for trip in charging.trips}
    cars = [car for car in charging.cars if car.name in busy or len(charging.cars) <= MANY][:MOST_LANES]
    rows = [_lane(car, names, charging, axis, look, columns) for car in cars]
    return [*rows, [(" " * names, ""), *hours_line(axis, look, columns)]]


def _end_of_tomorrow(at: datetime) -> datetime:
    return datetime.combine(local_day(at) + timedelta(days=2), time(), BRUSSELS).astimezone(UTC)


def _lane(car: CarNow, names: int, charging: Charging, axis: Axis, look: Look, columns: int) -> Row:
    """One car over time, cell by cell."""
    colours, glyphs = look.colours, look.glyphs
    cells: list[Cell] = [(glyphs.line, colours.track)] * columns
    for block in charging.plan:
        if block.car == car.name and block.end > axis.start:
            first = max(0, axis.cell(block.start, columns))
            for at in range(first, min(columns, max(first + 1, axis.cell(block.end, columns)))):
                cells[at] = (glyphs.full, colours.used)
    for trip in charging.trips:
        if trip.car == car.name and axis.start <= trip.ready < axis.end:
            told = verdict(trip, look, peaks_cost=charging.capacity_tariff)
            cells[axis.cell(trip.ready, columns)] = (glyphs.mark, told.style)
    return [(look.left(car.title, names), colours.text), *pieces(cells)]


def coming_drawn_from(seen: Seen) -> object:
    """What ev said, and dm's plan as it was heard."""
    return seen.newest(Charging), seen.newest(Plan)
