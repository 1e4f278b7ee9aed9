"""What the owner should know of the batteries: what has no other place, and all of it together."""

from rich.text import Text

from lib.messages.storage import Storage
from lib.panels.head import Notice, Role, peer_notices
from lib.panels.look import Look, Room
from lib.panels.seen import Peer, Seen
from lib.panels.sheet import Sheet, wrapped

GRAVE = ("store",)


def store_alerts(storage: Storage | None, peer: Peer | None = None) -> list[Notice]:
    """For the head: sentences with the role of their colour. What a battery complains of has its own place."""
    told = peer_notices(peer)
    return told if storage is None else told + [(text, _role(kind)) for kind, text in storage.notices.items()]


def all_store_alerts(storage: Storage | None, peer: Peer | None = None) -> list[Notice]:
    """The same and all complaints of batteries, faults first."""
    told = store_alerts(storage, peer)
    if storage is None:
        return told
    faults: list[Notice] = [(f"{one.name}: {one.fault}", "bad") for one in storage.batteries if one.fault]
    odd: list[Notice] = [(f"{one.name}: {one.warning}", "warn") for one in storage.batteries if one.warning]
    return faults + told + odd


def render_store_alerts(seen: Seen, look: Look, room: Room) -> Text:
    """Each in full."""
    sheet = Sheet(look, room.width)
    for text, role in all_store_alerts(seen.newest(Storage), seen.peer):
        for at, line in enumerate(wrapped(look, text, max(8, room.width - 2))):
            sheet.row(("! " if at == 0 else "  ", getattr(look.colours, role)), (line, look.colours.text))
    return sheet.text()


def _role(kind: str) -> Role:
    return "bad" if kind in GRAVE else "warn"
