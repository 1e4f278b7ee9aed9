"""The help: what the battery gives the cars or why not, what dm grants it, and what the quarter may count."""

from collections.abc import Iterator

from rich.text import Text

from lib.messages.storage import Storage
from lib.panels.battery import does
from lib.panels.dates import near
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet, wrapped

LABEL, FIGURE = 9, 6
Row = list[Piece]


def render_helps(seen: Seen, look: Look, room: Room) -> Text:
    """Help first, then what it shall do, granted and target; then who wants more than the target."""
    storage, sheet = seen.newest(Storage), Sheet(look, room.width)
    for row in _rows(storage, look, room.width):
        if room.whole or sheet.rows < room.height:
            sheet.row(*row)
    return sheet.text()


def help_lines(seen: Seen, look: Look, width: int) -> tuple[int, int]:
    """The lines that all of it takes."""
    lines = len(list(_rows(seen.newest(Storage), look, width)))
    return lines, lines


def _rows(storage: Storage | None, look: Look, width: int) -> Iterator[Row]:
    colours = look.colours
    if storage is None:
        yield [("waiting for the battery", colours.quiet)]
        return
    yield from _help(storage, look, width)
    yield _shall(storage, look)
    if storage.granted_w is None:
        why = ("no grant is alive", colours.warn) if storage.claims else ("none is asked", colours.quiet)
        yield [(look.left("Granted", LABEL), colours.quiet), (f"nothing: {why[0]}", why[1])]
    else:
        yield [*_figure("Granted", storage.granted_w, look, colours.title), ("   to store", colours.quiet)]
    target = "Target" if storage.capacity_tariff else "Limit"
    yield [*_figure(target, storage.quarter_w, look, colours.target), ("   of this quarter", colours.quiet)]
    for one in storage.claims if storage.capacity_tariff else ():
        if one.over_w > 0:
            cause = f": {one.cause}" if one.cause else ""
            said = f"asks for {look.kw(one.over_w)} kW above the target{cause}"
            yield from ([(line, colours.over)] for line in wrapped(look, said, width))


def _help(storage: Storage, look: Look, width: int) -> Iterator[Row]:
    """What the cars are given, until when, of how much, and why; or why not."""
    colours, given = look.colours, storage.help
    if given is not None:
        until = f"   until {near(given.until, storage.at)}"
        yield [*_figure("To cars", given.power_w, look, colours.used), (until, colours.quiet)]
        said = f"{look.kw(given.energy_wh)} kWh at most: {given.why}"
        yield from ([(line, colours.text)] for line in wrapped(look, said, width))
        return
    label = (look.left("To cars", LABEL), colours.quiet)
    if not storage.refused:
        can = storage.can_help_w
        said = f"none is asked; {look.kw(can)} kW could be" if can > 0 else "none is asked, and none could be given"
        yield [label, (look.left(said, max(0, width - LABEL)).rstrip(), colours.quiet)]
        return
    for at, line in enumerate(wrapped(look, f"refused: {storage.refused}", max(8, width - LABEL))):
        yield [label if at == 0 else (" " * LABEL, ""), (line, colours.warn)]


def _shall(storage: Storage, look: Look) -> Row:
    """What it is told, all batteries together."""
    label, target_w = (look.left("Told", LABEL), look.colours.quiet), storage.target_w
    if target_w is None:
        return [label, ("nothing: it is left to its own mode", look.colours.quiet)]
    verb = {"stores": "to store", "gives": "to give"}.get(does(target_w))
    if verb is None:
        return [label, ("to rest", look.colours.text)]
    return [*_figure("Told", abs(target_w), look, look.colours.used), (f"   {verb}", look.colours.quiet)]


def _figure(label: str, power_w: float | None, look: Look, style: str) -> Row:
    return [
        (look.left(label, LABEL), look.colours.quiet),
        (look.right(look.kw(power_w), FIGURE), style),
        (" kW", look.colours.quiet),
    ]
