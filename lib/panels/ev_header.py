"""The head of ev's screen: the power into the cars, the meter's time, dm's trouble first of all."""

from rich.text import Text

from lib.messages.charging import Charging
from lib.messages.circuits import counted, counts_of, drawn_w
from lib.panels.alerts import alerts
from lib.panels.budget import safe, trouble
from lib.panels.dates import near
from lib.panels.head import (
    FORGOTTEN_S,
    Beside,
    Pieces,
    Power,
    program_line,
    render_head,
    title_line,
    turn_at,
)
from lib.panels.listing import MANY
from lib.panels.look import Look, Room
from lib.panels.seen import Seen

LATE_S = 12.0  # ev speaks on change and every 5 s
COUNTS = 40  # cells


def render_ev_header(seen: Seen, look: Look, room: Room) -> Text:
    """Three rows and one for each notice, as many as the room has."""
    charging, heard_s = seen.newest(Charging), seen.heard_s
    at, said = (charging.at, charging.said) if charging else (None, None)
    calm = charging is not None and not trouble(charging)
    program = program_line(look, seen.peer, heard_s, late_s=LATE_S)
    budget, below = _budget(charging, look)
    beside: tuple[Beside, Beside, Beside] = (
        title_line(look, room, seen.title, at, demo=charging is not None and charging.demo, trusted=calm),
        (budget, []),
        (program or below, []),
    )
    told = alerts(charging, seen.peer)
    return render_head(_power(charging, look, heard_s), beside, told, look, room, turn=turn_at(said))


def _power(charging: Charging | None, look: Look, heard_s: float | None) -> Power:
    """What all cars draw."""
    power_w = drawn_w(charging.chargers) if charging and charging.chargers else None
    if charging is None or power_w is None or (heard_s or 0.0) > FORGOTTEN_S:
        return Power("", "", look.colours.quiet)
    sure = all(one.silent_s is None for one in charging.chargers) and (heard_s or 0.0) <= LATE_S
    style = look.colours.taken if sure and power_w > 0 else look.colours.quiet
    return Power(look.number(max(0.0, power_w) / 1000, 3, 5), "to cars", style)


def _budget(charging: Charging | None, look: Look) -> tuple[Pieces, Pieces]:
    """Dm's trouble and what it does to the chargers, or what it grants."""
    colours, bullet = look.colours, look.glyphs.bullet
    if charging is None:
        return [(f"{bullet} ", colours.warn), ("starting", colours.text)], []
    budget, then = charging.budget, safe(charging)
    if budget is not None and budget.trouble:
        return [(f"{bullet} {budget.trouble}{':' * bool(then)}", colours.bad)], [(f"  {then}", colours.bad)]
    if budget is None or budget.granted_w is None:
        return [(f"{bullet} ", colours.warn), ("no grant is alive", colours.text)], []
    until = "" if budget.until is None else f" until {near(budget.until, charging.at)}"
    word = "target" if charging.capacity_tariff else "limit"
    target = "" if budget.target_w is None else f", {word} {look.kw(budget.target_w)} kW"
    if not budget.granted_w:
        until = ""  # nobody knows when a car will ask
    granted = f"{look.kw(budget.granted_w)} kW granted" if budget.granted_w else "nothing is granted: no car asks"
    said: Pieces = [(f"{bullet} ", colours.good), (granted, colours.text), (f"{until}{target}", colours.quiet)]
    return said, _counts(charging, look)


def _counts(charging: Charging, look: Look) -> Pieces:
    """What the chargers do, where they are too many to be seen at once."""
    if len(charging.chargers) <= MANY:
        return []
    counts = counts_of(charging.chargers)
    return [(f"  {counted(counts, COUNTS)} of {len(charging.chargers)}", look.colours.text)]
