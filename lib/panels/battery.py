"""The batteries: how full, what is kept for what, what they do and why; each by itself where there are several.

The sentence why is the last to give way. What is unknown is a dash and has no bar.
"""

from collections.abc import Iterator
from enum import IntEnum

from rich.cells import cell_len
from rich.text import Text

from lib.messages.storage import BatteryNow, Storage
from lib.panels.dates import roughly
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Cell, Piece, Sheet, apart, length, pieces, wrapped
from lib.panels.strokes import part

NONE_SET_UP = "no battery in config.py: README, The battery"
NAME, MODE, STATE = 16, 6, 14  # cells at most
FLOWS_W = 25.0  # less is the battery's own electronics
ASTRAY_W = 150.0  # so far from what it was told it is worth a word
GAP = "   "
LEAST_BAR, WIDEST_BAR = 8, 80
FIGURE = 6  # "100 %" and a space
LOST = ("battery silent", "fault")  # grounds that are red

Row = list[Piece]


class Form(IntEnum):
    """How much is said."""

    WHOLE = 4
    SHORT = 3  # without limits, and without words below the bar
    BRIEF = 2  # without what a battery complains of, which is in the notices too
    LEAST = 1  # why in one line


def render_battery(seen: Seen, look: Look, room: Room) -> Text:
    """All of them together, then each; in the fullest form that the room takes."""
    storage, sheet = seen.newest(Storage), Sheet(look, room.width)
    if storage is None:
        sheet.row(("waiting for the battery", look.colours.quiet))
    elif not storage.batteries:
        sheet.row((NONE_SET_UP, look.colours.warn))
    else:
        forms = [Form.WHOLE] if room.whole else list(Form)
        said = [list(_rows(storage, look, room.width, form)) for form in forms]
        for row in next((one for one in said if len(one) <= room.height), said[0 if room.whole else -1]):
            sheet.row(*row)
    return sheet.text()


def battery_lines(seen: Seen, look: Look, width: int) -> tuple[int, int]:
    """The lines that all of it takes."""
    storage = seen.newest(Storage)
    lines = len(list(_rows(storage, look, width, Form.WHOLE))) if storage and storage.batteries else 1
    return lines, lines


def storage_drawn_from(seen: Seen) -> object:
    """What bs said."""
    return seen.newest(Storage)


def does(power_w: float | None) -> str:
    """What a power is for a battery, in a word; "" while it is unknown."""
    if power_w is None:
        return ""
    return "stores" if power_w >= FLOWS_W else "gives" if power_w <= -FLOWS_W else "rests"


def has_reserve(storage: Storage) -> bool:
    """Whether more is kept than is never given anyway."""
    return storage.reserve_pct > storage.floor_pct


def soc_bar(look: Look, width: int, soc_pct: float | None, *, floor_pct: float, reserve_pct: float) -> Row:
    """How full: what is never given, what is kept for the peak, what is free; a mark at the end of the first two."""
    glyphs, colours = look.glyphs, look.colours
    filled, floor, reserve = (round(part(pct, 100.0) * width) for pct in (soc_pct or 0.0, floor_pct, reserve_pct))
    cells: list[Cell] = []
    for at in range(width):
        if (0 < at == floor) or (floor < at == reserve):
            cells.append((glyphs.mark, colours.target))
        elif soc_pct is None:
            cells.append((glyphs.dash, colours.track))
        elif at < filled:
            kept = at < floor
            cells.append((glyphs.half if kept else glyphs.full, colours.ahead if at < reserve else colours.used))
        else:
            cells.append((glyphs.track, colours.track))
    return pieces(cells)


def _rows(storage: Storage, look: Look, width: int, form: Form) -> Iterator[Row]:
    alone = storage.batteries[0] if len(storage.batteries) == 1 else None
    yield _head(storage, alone, look, width)
    style = look.colours.bad if storage.because.ground in LOST else look.colours.text
    for line in wrapped(look, storage.why, width) if form > Form.LEAST else [storage.why]:
        yield [(line, style)]
    cells, after = _bar_cells(storage, look, width)
    yield _level(storage, look, cells, after)
    if form is Form.WHOLE:
        yield _kept(storage, look, width, cells)
    if alone is not None:
        if form is Form.WHOLE:
            yield _limits(alone, storage, look, width)
        yield from _complaints(alone, look, width) if form > Form.BRIEF else ()
        return
    names = min(NAME, 2 + max(len(one.name) for one in storage.batteries))
    for one in storage.batteries:
        yield _each(one, look, width, names)
        yield from _complaints(one, look, width) if form > Form.BRIEF else ()


def _head(storage: Storage, alone: BatteryNow | None, look: Look, width: int) -> Row:
    """Name, mode and state; at the right what flows."""
    colours = look.colours
    lost = storage.because.ground in LOST
    state, style = _state(alone, look) if alone else (does(storage.power_w) or "unknown", colours.good)
    if lost and alone is None:
        style = colours.bad
    name = alone.name if alone else f"{len(storage.batteries)} batteries"
    left = [
        (f"{look.left(name, min(NAME, cell_len(look.safe(name))))}  ", colours.title),
        (look.left(storage.mode, MODE), colours.inactive),
        (f"{look.glyphs.bullet} ", style),
        (state, style),
    ]
    return apart(left, _power(storage.power_w, look, lost=lost), width)


def _power(power_w: float | None, look: Look, *, lost: bool) -> Row:
    colours = look.colours
    style = colours.quiet if lost or does(power_w) in {"", "rests"} else colours.used
    return [(f" {look.kw(None if power_w is None else abs(power_w))}", style), (" kW", colours.quiet)]


def _state(one: BatteryNow, look: Look) -> tuple[str, str]:
    """In a word or two, and its colour."""
    colours = look.colours
    if one.silent_s is not None:
        return f"silent {roughly(one.silent_s)}", colours.bad
    if one.fault:
        return "FAULT", colours.bad
    word = does(one.power_w) or "unknown"
    if one.set_w is None:
        return f"{word}, by itself", colours.inactive
    return (word, colours.good) if one.ours else (f"{word}, not as told", colours.warn)


def _bar_cells(storage: Storage, look: Look, width: int) -> tuple[int, Row]:
    """The cells of the bar, and what stands behind it."""
    colours = look.colours
    known = "" if storage.energy_wh is None else f"{look.kw(storage.energy_wh, 1)} of "
    energy = f"{known}{look.kw(storage.capacity_wh, 1)} kWh"
    cells = min(WIDEST_BAR, width - FIGURE - 2 - len(energy))
    if cells >= LEAST_BAR:
        return cells, [("  ", ""), (energy, colours.text)]
    return max(0, min(WIDEST_BAR, width - FIGURE)), []


def _level(storage: Storage, look: Look, cells: int, after: Row) -> Row:
    """The state of charge as figure and bar."""
    style = look.colours.title if storage.soc_pct is not None else look.colours.warn
    bar = soc_bar(look, cells, storage.soc_pct, floor_pct=storage.floor_pct, reserve_pct=storage.reserve_pct)
    return [(_pct(storage.soc_pct, look), style), *bar, *after]


def _pct(soc_pct: float | None, look: Look) -> str:
    return f"{look.right(look.number(soc_pct, 0), 3)} % "


def _kept(storage: Storage, look: Look, width: int, cells: int) -> Row:
    """Below the bar, each at its mark where there is room: what is never given, and what is kept for the peak."""
    floor = f"floor {look.number(storage.floor_pct, 0)} %" if storage.floor_pct else ""
    reserve = _reserve(storage, look)
    at_floor, at_reserve = (round(part(pct, 100.0) * cells) for pct in (storage.floor_pct, storage.reserve_pct))
    line = " " * at_floor + floor if floor else ""
    at_reserve = min(at_reserve, width - FIGURE - len(reserve))
    if line and reserve and at_reserve < len(line) + 2:
        line = f"{line}, {reserve}"
    elif reserve:
        line = line.ljust(at_reserve) + reserve
    start = FIGURE if FIGURE + len(line) <= width else 0
    said = line if start + len(line) <= width else line.strip()
    return [(" " * start, ""), (said, look.colours.quiet)]


def _reserve(storage: Storage, look: Look) -> str:
    if not storage.capacity_tariff:
        return ""
    by = ", set by you" if storage.reserve_set else ""
    return f"reserve {look.number(storage.reserve_pct, 0)} %{by}" if has_reserve(storage) else f"no reserve{by}"


def _limits(one: BatteryNow, storage: Storage, look: Look, width: int) -> Row:
    """What it takes and gives at most, and what it was told where it does otherwise."""
    colours = look.colours
    row: Row = []
    for group in _groups(one, storage, look):
        more = [*([(GAP, "")] if row else []), *group]
        if length(row) + length(more) <= width:
            row += more
    return row or [("", colours.quiet)]


def _groups(one: BatteryNow, storage: Storage, look: Look) -> Iterator[Row]:
    colours = look.colours
    text = colours.quiet if one.silent_s is not None else colours.text
    yield [
        ("may store ", colours.quiet),
        (look.kw(one.charge_w), text),
        (" kW, give ", colours.quiet),
        (look.kw(one.discharge_w), text),
        (" kW", colours.quiet),
    ]
    if one.set_w is not None and (one.power_w is None or not abs(one.set_w - one.power_w) <= ASTRAY_W):
        yield [("told to ", colours.quiet), (_told(one.set_w, look), colours.warn)]
    if one.silent_s is None and storage.can_help_w > 0:
        yield [("may help with ", colours.quiet), (look.kw(storage.can_help_w), text), (" kW", colours.quiet)]


def _told(set_w: float, look: Look) -> str:
    """An order in words."""
    verb = {"stores": "store ", "gives": "give "}.get(does(set_w), "rest")
    return verb if verb == "rest" else f"{verb}{look.kw(abs(set_w))} kW"


def _each(one: BatteryNow, look: Look, width: int, names: int) -> Row:
    """One of several: name, state, how full, what flows."""
    colours = look.colours
    state, style = _state(one, look)
    old = one.silent_s is not None
    left: Row = [
        (look.left(one.name, names), colours.text),
        (f"{look.glyphs.bullet} ", style),
        (look.left(state, STATE + 4), style),
    ]
    right = _power(one.power_w, look, lost=old or bool(one.fault))
    figure = (_pct(one.soc_pct, look), colours.quiet if old else colours.text)
    capacity = f"  {look.kw(one.capacity_wh, 1)} kWh"
    cells = min(WIDEST_BAR, width - length(left) - FIGURE - len(capacity) - length(right) - 2)
    if cells < LEAST_BAR:
        return apart([*left, figure], right, width)
    bar = soc_bar(look, cells, one.soc_pct, floor_pct=one.least_pct or 0.0, reserve_pct=0.0)
    return apart([*left, figure, *bar, (capacity, colours.quiet)], right, width)


def _complaints(one: BatteryNow, look: Look, width: int) -> Iterator[Row]:
    """What it says is wrong, and what is only odd."""
    for said, style in ((one.fault, look.colours.bad), (one.warning, look.colours.warn)):
        for line in wrapped(look, said, max(8, width - 2)) if said else ():
            yield [("  ", ""), (line, style)]
