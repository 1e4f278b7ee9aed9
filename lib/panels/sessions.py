"""The last sessions: which car, how much, how much of it from the sun, what it cost, and what it did to the peak."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.text import Text

from lib.messages.charging import Charging, SessionRow, Sessions
from lib.panels.dates import clock, day_name, local_day, near, weekday
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Sheet

OLD_DAYS = 20  # from then on the month must be said
GUEST = "a guest"
GAP = 2  # cells between two columns


class Column(NamedTuple):
    """One column: its head, its cells, what it says of a session, and in which colour; left: from the left edge."""

    head: str
    cells: int
    said: Callable[[SessionRow], str]
    style: str
    left: bool = False


def render_sessions(seen: Seen, look: Look, room: Room) -> Text:
    """A row each, newest first; where the room is narrow the last columns are left out."""
    sessions, charging, sheet = seen.newest(Sessions), seen.newest(Charging), Sheet(look, room.width)
    if sessions is None:
        sheet.row(("waiting for the sessions", look.colours.quiet))
        return sheet.text()
    if not sessions.last:
        sheet.row(("no session is over yet", look.colours.quiet))
        return sheet.text()
    columns = _fitting(_columns(sessions, charging, look), room.width)
    sheet.row(*((_cell(one, one.head, look), look.colours.quiet) for one in columns))
    for session in sessions.last if room.whole else sessions.last[: max(0, room.height - 1)]:
        sheet.row(*((_cell(one, one.said(session), look), one.style) for one in columns))
    return sheet.text()


def sessions_drawn_from(seen: Seen) -> object:
    """The sessions, the titles of the cars, whether peaks cost something, and the day on which they are read."""
    charging = seen.newest(Charging)
    cars = {car.name: car.title for car in charging.cars} if charging else {}
    peaks_cost = charging is None or charging.capacity_tariff
    return seen.newest(Sessions), cars, peaks_cost, local_day(charging.at) if charging else None


def _columns(sessions: Sessions, charging: Charging | None, look: Look) -> list[Column]:
    """In order of what matters."""
    colours = look.colours
    titles = {car.name: car.title for car in charging.cars} if charging else {}
    now = charging.at if charging else sessions.last[0].until

    def car(row: SessionRow) -> str:
        return titles.get(row.car, row.car) or GUEST

    def when(row: SessionRow) -> str:
        over_a_night = (local_day(row.until) - local_day(row.since)).days <= 1
        return f"{_when(row.since, now)}-{clock(row.until) if over_a_night else near(row.until, row.since)}"

    def column(
        head: str, said: Callable[[SessionRow], str], style: str, *, left: bool = False, most: int | None = None
    ) -> Column:
        cells = GAP + max(len(head), *(len(said(row)) for row in sessions.last))
        return Column(head, cells if most is None else min(most, cells), said, style, left)

    peaks = [
        column("peak", lambda row: _peak(row, look), colours.over),
        column(f"peak {look.glyphs.euro}", lambda row: look.euro(row.peak_eur) if row.peak_w > 0 else "", colours.over),
    ]
    return [
        column("Session", when, colours.inactive, left=True),
        column("Car", car, colours.text, left=True, most=16),
        column("kWh", lambda row: look.number(row.energy_wh / 1000, 1), colours.title),
        column(look.glyphs.euro, lambda row: look.euro(row.eur), colours.text),
        column("sun", lambda row: _sun(row, look), colours.injected),
        column("from to", lambda row: _full(row, look), colours.quiet),
        *(peaks if charging is None or charging.capacity_tariff else ()),
        column("  Charger", lambda row: f"  {row.charger}", colours.quiet, left=True, most=14),
    ]


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    kept: list[Column] = []
    for one in columns:
        if not kept or sum(two.cells for two in kept) + one.cells <= width:
            kept.append(one)
    return kept


def _cell(column: Column, said: str, look: Look) -> str:
    return look.left(said, column.cells) if column.left else look.right(said, column.cells)


def _when(at: datetime, now: datetime) -> str:
    """`Today 09:12`, `Thu 19 22:10` lately, `Thu 19 Nov 22:10` before."""
    day, here = local_day(at), local_day(now)
    if day == here:
        return f"today {clock(at)}"
    return f"{day_name(day) if abs((here - day).days) >= OLD_DAYS else weekday(day)} {clock(at)}"


def _sun(row: SessionRow, look: Look) -> str:
    """The share of its energy; nothing where there was none."""
    known_wh = row.sun_wh + row.battery_wh + row.grid_wh
    if known_wh <= 0:
        return look.glyphs.unknown
    return f"{row.sun_wh / known_wh * 100:.0f} %" if row.sun_wh > 0 else ""


def _full(row: SessionRow, look: Look) -> str:
    """From where to where."""
    if row.soc_from_pct is None and row.soc_to_pct is None:
        return ""
    first, last = (look.glyphs.unknown if pct is None else f"{pct:.0f}" for pct in (row.soc_from_pct, row.soc_to_pct))
    return f"{first} to {last} %"


def _peak(row: SessionRow, look: Look) -> str:
    """By how much it raised the month's peak."""
    return f"+{look.kw(row.peak_w)} kW" if row.peak_w > 0 else ""
