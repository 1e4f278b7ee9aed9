"""What happened lately, newest first."""

from datetime import datetime
from textwrap import wrap

from rich.text import Text

from lib.messages import Events, House
from lib.panels.dates import MONTHS, clock, local_day, weekday
from lib.panels.look import Look, Palette, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Sheet

WHEN, KIND = 13, 11
NARROW = 50  # below, the colour alone tells the kind
ROLES = {  # of the palette
    "production": "injected",
    "breaker": "bad",
    "message": "warn",
    "tariff": "inactive",
    "peak": "over",
    "above": "over",
    "meter": "title",
    "gap": "quiet",
}
OLD_DAYS = 20  # from then on the month must be said


def events_drawn_from(seen: Seen) -> object:
    """The events, and the day on which they are read."""
    house = seen.newest(House)
    return seen.newest(Events), local_day(house.at) if house and house.at else None


def render_events(events: Events | None, house: House | None, look: Look, room: Room) -> Text:
    """Time, kind and words, a line each; what is longer goes on below where the owner can scroll."""
    colours = look.colours
    sheet = Sheet(look, room.width)
    if events is None or not events.last:
        sheet.row(("nothing happened yet", colours.quiet))
        return sheet.text()
    now = house.at if house and house.at else events.last[0].at
    kind = KIND if room.width >= NARROW else 0
    for event in events.last if room.whole else events.last[: room.height]:
        style = _colour(event.kind, colours)
        said = look.safe(event.text)
        lines = wrap(said, max(10, room.width - WHEN - kind)) if room.whole else [said]
        for at, line in enumerate(lines or [""]):
            when, name = (_when(event.at, now), event.kind) if at == 0 else ("", "")
            sheet.row(
                (look.left(when, WHEN), colours.quiet),
                (look.left(name, kind) if kind else "", style),
                (line, colours.text if kind else style),
            )
    return sheet.text()


def _colour(kind: str, colours: Palette) -> str:
    style: str = getattr(colours, ROLES.get(kind, "text"))
    return style


def _when(at: datetime, now: datetime) -> str:
    """`14:02` today, `Thu 19 14:02` lately, `19 Nov 14:02` before."""
    day = local_day(at)
    if day == local_day(now):
        return clock(at)
    old = abs((local_day(now) - day).days) >= OLD_DAYS
    return f"{f'{day.day} {MONTHS[day.month - 1]}' if old else weekday(day)} {clock(at)}"
