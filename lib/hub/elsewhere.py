"""Words that were typed to the wrong program → the one that knows them. Knows no socket, and asks nobody.

`mode` is a word of ev, for a charger, and of bs, for all batteries; what stands behind it says which was meant.
"""

from types import MappingProxyType
from typing import Final

from lib.hub.questions import CARS, HOUSE, STORE
from lib.messages.orders import Order, OrderError, SetMode, SetStorage, order_of

TABLES: Final = MappingProxyType({"dm": HOUSE, "ev": CARS, "bs": STORE})
OF: Final = MappingProxyType({"dm": "the meter", "ev": "the cars", "bs": "the battery"})
MODE, BATTERY = "mode", "battery"
SIM = "sim"  # dm's in the demo, where it steers the simulated house


def elsewhere(program: str, word: str, rest: str) -> str:
    """Whose word it is, in a sentence; "" when it is the program's own, or nobody's."""
    takers = ["dm"] if word == SIM else _takers(word, rest)
    if not takers or program in takers:
        return ""
    whose = " and ".join(f"{one} ({OF[one]})" for one in takers)
    where = " in the demo" if word == SIM else ""
    return f"{word} is a word of {whose}{where}, not of {program}: type it there"


def _takers(word: str, rest: str) -> list[str]:
    """The programs that know a word with this behind it."""
    knowing = [program for program, table in TABLES.items() if word in table]
    if word != MODE or not rest:
        return knowing
    first, *more = rest.casefold().replace("-", "_").split()
    if more:
        return ["bs"] if first == BATTERY else ["ev"]
    modes: dict[str, type[Order]] = {"ev": SetMode, "bs": SetStorage}
    return [program for program, kind in modes.items() if _is_mode(kind, first)] or knowing


def _is_mode(kind: type[Order], word: str) -> bool:
    try:
        order_of(kind, {"charger": word, "mode": word})
    except OrderError:
        return False
    return True
