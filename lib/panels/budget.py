"""The budget: what dm grants the cars, what they use of it, the quarter's target, and what stands in the way."""

from collections.abc import Iterator

from rich.text import Text

from lib.messages.charging import Budget, Charging
from lib.panels.dates import near
from lib.panels.look import Look, Room
from lib.panels.seen import Seen
from lib.panels.sheet import Piece, Sheet, length, wrapped
from lib.panels.strokes import bar, part

LABEL, FIGURE = 9, 6
WIDEST_BAR = 40
Row = list[Piece]


def render_budget(seen: Seen, look: Look, room: Room) -> Text:
    """Trouble first, then granted, used and target; then the battery's help, and who wants more than the target."""
    charging, sheet = seen.newest(Charging), Sheet(look, room.width)
    for row in _rows(charging, look, room.width):
        if room.whole or sheet.rows < room.height:
            sheet.row(*row)
    return sheet.text()


def budget_lines(seen: Seen, look: Look, width: int) -> tuple[int, int]:
    """The lines that all of it takes."""
    lines = len(list(_rows(seen.newest(Charging), look, width)))
    return lines, lines


def _rows(charging: Charging | None, look: Look, width: int) -> Iterator[Row]:
    if charging is None or charging.budget is None:
        yield [("waiting for the budget", look.colours.quiet)]
        return
    budget = charging.budget
    for line in wrapped(look, trouble(charging), width) if budget.trouble else ():
        yield [(line, look.colours.bad)]
    yield _granted(budget, charging, look)
    yield _used(budget, look, width)
    if budget.target_w is not None:
        word = "Target" if charging.capacity_tariff else "Limit"
        yield [
            *_figure(word, budget.target_w, look, look.colours.target),
            ("   of this quarter", look.colours.quiet),
        ]
    yield from _help(charging, look, width)
    yield from _over(charging, look, width)


def trouble(charging: Charging) -> str:
    """Why nothing is granted, and what that means for the chargers; "" when all is well."""
    budget, then = charging.budget, safe(charging)
    if budget is None or not budget.trouble:
        return ""
    return f"{budget.trouble}: {then}" if then else budget.trouble


def safe(charging: Charging) -> str:
    """That chargers are at their safe setting; "" while none is."""
    return "chargers at their safe setting" if any(one.because.held == "safe" for one in charging.chargers) else ""


def _figure(label: str, power_w: float | None, look: Look, style: str) -> Row:
    return [
        (look.left(label, LABEL), look.colours.quiet),
        (look.right(look.kw(power_w), FIGURE), style),
        (" kW", look.colours.quiet),
    ]


def _granted(budget: Budget, charging: Charging, look: Look) -> Row:
    colours = look.colours
    if budget.granted_w is None:
        return [(look.left("Granted", LABEL), colours.quiet), ("nothing: no grant is alive", colours.warn)]
    until = "" if budget.until is None else f"   until {near(budget.until, charging.at)}"
    return [*_figure("Granted", budget.granted_w, look, colours.title), (until, colours.quiet)]


def _used(budget: Budget, look: Look, width: int) -> Row:
    """With a bar of how much of the grants is used, where that is known."""
    row = _figure("Used", budget.used_w, look, look.colours.taken)
    cells = min(WIDEST_BAR, width - length(row) - 3)
    if budget.used_w is None or budget.granted_w is None or budget.granted_w <= 0 or cells < 4:
        return row
    share = part(budget.used_w, budget.granted_w)
    return [*row, ("   ", ""), *bar(look, cells, share, look.colours.used)]


def _help(charging: Charging, look: Look, width: int) -> Iterator[Row]:
    asked = charging.help
    if asked is None:
        return
    said = f"the battery is asked for {look.kw(asked.power_w)} kW until {near(asked.until, charging.at)}: {asked.why}"
    for line in wrapped(look, said, width):
        yield [(line, look.colours.text)]


def _over(charging: Charging, look: Look, width: int) -> Iterator[Row]:
    """What is claimed above the target, and why."""
    for one in charging.claims if charging.capacity_tariff else ():
        if one.over_w > 0:
            cause = f": {one.cause}" if one.cause else ""
            said = f"{one.who} asks for {look.kw(one.over_w)} kW above the target{cause}"
            for line in wrapped(look, said, width):
                yield [(line, look.colours.over)]
