"""The head of dm's screen: the power now, the meter's time, and whether all of it can be trusted."""

from rich.text import Text

from lib.messages import House
from lib.panels.dates import lasting, near
from lib.panels.head import (
    FORGOTTEN_S,
    LATE_S,
    Beside,
    Notice,
    Pieces,
    Power,
    beside_cells,
    peer_notices,
    program_line,
    render_head,
    title_line,
    turn_at,
)
from lib.panels.look import Look, Room
from lib.panels.quarter_cars import sun_and_battery
from lib.panels.seen import Peer
from lib.panels.sheet import length

GRAVE = ("store", "breaker")  # notices that cannot wait
GAP = 3


def render_header(
    house: House | None, look: Look, room: Room, *, title: str, peer: Peer | None = None, heard_s: float | None = None
) -> Text:
    """Three rows and one for each notice, as many as the room has.

    peer: None where the screen runs in the program itself; heard_s: seconds since the program's last word, None
    before the first.
    """
    state = house.link.state if house else None
    beside: tuple[Beside, Beside, Beside] = (
        title_line(
            look,
            room,
            title,
            house.at if house else None,
            demo=house is not None and house.demo,
            trusted=state == "good",
        ),
        (_link(house, look, heard_s), []),
        _program(house, look, room, program_line(look, peer, heard_s, ended=state == "ended")),
    )
    told, turn = notices(house, peer), turn_at(house.said if house else None)
    return render_head(_power(house, look, heard_s), beside, told, look, room, turn=turn)


def notices(house: House | None, peer: Peer | None = None) -> list[Notice]:
    """What the owner should know, and in which colour."""
    told = peer_notices(peer)
    if house is None:
        return told
    if house.link.state not in {"good", "ended"} and house.link.why:
        told.append((house.link.why, "bad" if house.link.state == "silent" else "text"))
    return told + [(text, "bad" if kind in GRAVE else "warn") for kind, text in house.notices.items()]


def _power(house: House | None, look: Look, heard_s: float | None) -> Power:
    if house is None or house.grid_w is None or _age_s(house, heard_s) > FORGOTTEN_S:
        return Power("", "", look.colours.quiet)
    figure = look.number(abs(house.grid_w) / 1000, 3, 5)
    word, style = ("injected", look.colours.injected) if house.grid_w < 0 else ("taken", look.colours.taken)
    fresh = house.link.state == "good" and (heard_s or 0.0) <= LATE_S
    return Power(figure, word, style if fresh else look.colours.quiet)


def _age_s(house: House, heard_s: float | None) -> float:
    """How old the last telegram is, at least."""
    since = house.link.since
    silent_s = (house.said - since).total_seconds() if house.link.state in {"silent", "ended"} and since else 0.0
    return silent_s + (heard_s or 0.0)


def _program(house: House | None, look: Look, room: Room, program: Pieces) -> Beside:
    """Sun and battery, where there is one; beside what is to be said of the program, where there is room for both."""
    said = sun_and_battery(house, look) if house else []
    if not program:
        return said, []
    return program, said if length(program) + length(said) + GAP <= beside_cells(room) else []


def _link(house: House | None, look: Look, heard_s: float | None) -> Pieces:
    """Whether telegrams come."""
    colours, bullet = look.colours, look.glyphs.bullet
    if house is None:
        return [(f"{bullet} ", colours.warn), ("starting", colours.text)]
    link = house.link
    ago = "" if link.since is None else lasting((house.said - link.since).total_seconds() + (heard_s or 0.0))
    match link.state:
        case "good":
            heard = colours.good if (heard_s or 0.0) <= LATE_S else colours.quiet
            some = f"{_thousands(link.telegrams)} telegram{'' if link.telegrams == 1 else 's'}"
            said = [(f"{bullet} ", heard), (some, colours.quiet)]
        case "silent" if link.since is not None:
            said = [
                (f"{bullet} silent for {ago}", colours.bad),
                (f", since {near(link.since, house.said, seconds=True)}", colours.text),
            ]
        case "ended":
            said = [(f"{bullet} recording ended", colours.warn), (f", {ago} ago" if ago else "", colours.text)]
        case _:
            said = [
                (f"{bullet} waiting for the first telegram", colours.warn),
                (f" for {ago}" if ago else "", colours.text),
            ]
    if link.rejected:
        said += [(", ", colours.quiet), (f"{_thousands(link.rejected)} bad", colours.warn)]
    elif link.state == "good":
        said += [(", none bad", colours.quiet)]
    return said


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")
