"""Words that were typed to the wrong program → the one that knows them. Knows no socket, and asks nobody.

`mode` is a word of ev, for a charger, and of bs, for all batteries; what stands behind it says which was meant: a name
that the program knows is its own, else the mode tells.
"""

from types import MappingProxyType
from typing import Final

from lib.hub.newest import Newest
from lib.hub.questions import CARS, HOUSE, STORE
from lib.messages.charging import Charging
from lib.messages.orders import Order, OrderError, SetMode, SetStorage, order_of
from lib.messages.storage import Storage

TABLES: Final = MappingProxyType({"dm": HOUSE, "ev": CARS, "bs": STORE})
OF: Final = MappingProxyType({"dm": "the meter", "ev": "the cars", "bs": "the battery"})
MODE, BATTERY = "mode", "battery"
SIM = "sim"  # dm's in the demo, where it steers the simulated house


def elsewhere(program: str, word: str, rest: str, newest: Newest) -> str:
    """Whose word it is, in a sentence; "" when it is the program's own, or nobody's. newest: what it said last."""
    takers = ["dm"] if word == SIM else _takers(program, word, rest, newest)
    if not takers or program in takers:
        return ""
    whose = " and ".join(f"{one} ({OF[one]})" for one in takers)
    where = " in the demo" if word == SIM else ""
    return f"{word} is a word of {whose}{where}, not of {program}: type it there"


def _takers(program: str, word: str, rest: str, newest: Newest) -> list[str]:
    """The programs that know a word with this behind it."""
    knowing = [program for program, table in TABLES.items() if word in table]
    if word != MODE or not rest:
        return knowing
    *names, last = _plain(rest).split()
    modes: dict[str, type[Order]] = {"ev": SetMode, "bs": SetStorage}
    meant = [one for one, kind in modes.items() if _is_mode(kind, last)]
    if not names:
        return meant or knowing
    name = " ".join(names)
    if name in _own(program, newest):
        return [program]
    return ["bs"] if name == BATTERY or meant == ["bs"] else ["ev"]


def _own(program: str, newest: Newest) -> set[str]:
    """The names of the chargers of ev, or the batteries of bs."""
    charging, storage = newest.message(Charging), newest.message(Storage)
    if program == "ev":
        return {_plain(one.name) for one in charging.chargers} if charging else set()
    return {_plain(one.name) for one in storage.batteries} if storage else set()


def _plain(text: str) -> str:
    return text.casefold().replace("-", "_")


def _is_mode(kind: type[Order], word: str) -> bool:
    try:
        order_of(kind, {"charger": word, "mode": word})
    except OrderError:
        return False
    return True
