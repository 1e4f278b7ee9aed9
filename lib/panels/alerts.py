"""What the owner should know of cars, chargers and calendars: what has no other place, and all of it together."""

from rich.text import Text

from lib.messages.charging import Charging
from lib.panels.budget import trouble
from lib.panels.head import Notice, Role, peer_notices
from lib.panels.look import Look, Room
from lib.panels.seen import Peer, Seen
from lib.panels.sheet import Sheet, wrapped


def alerts(charging: Charging | None, peer: Peer | None = None) -> list[Notice]:
    """For the head: sentences with the role of their colour. dm's trouble and that of a car have their own places."""
    told = peer_notices(peer)
    if charging is None:
        return told
    told += [(text, _role(kind)) for kind, text in charging.notices.items()]
    for one in charging.calendars:
        if one.trouble:
            told.append((f"calendar {one.name}: {one.trouble}", "warn"))
    return told


def all_alerts(charging: Charging | None, peer: Peer | None = None) -> list[Notice]:
    """The same and all troubles that stand elsewhere too, faults first; what is odd about a charger last."""
    told = alerts(charging, peer)
    if charging is None:
        return told
    for car in charging.cars:
        if car.trouble:
            told.append((f"{car.title}: {car.trouble}", "warn"))
    faults: list[Notice] = [(f"{one.name}: {one.fault}", "bad") for one in charging.chargers if one.fault]
    if dm := trouble(charging):
        faults.insert(0, (dm, "bad"))
    odd: list[Notice] = [(f"{one.name}: {one.warning}", "warn") for one in charging.chargers if one.warning]
    return faults + told + odd


def render_alerts(seen: Seen, look: Look, room: Room) -> Text:
    """Each in full."""
    sheet = Sheet(look, room.width)
    for text, role in all_alerts(seen.newest(Charging), seen.peer):
        for at, line in enumerate(wrapped(look, text, max(8, room.width - 2))):
            sheet.row(("! " if at == 0 else "  ", getattr(look.colours, role)), (line, look.colours.text))
    return sheet.text()


def _role(kind: str) -> Role:
    return "bad" if kind == "store" else "warn"
