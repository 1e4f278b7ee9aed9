"""The house's connection, and on which of its phases a device hangs: config.py → phases and wiring. Knows no device."""

from dataclasses import dataclass
from itertools import permutations
from typing import Final

from lib.settings.config import MOST_A, Config

THREE_PHASES: Final = frozenset("".join(order) for order in permutations("123"))
BETWEEN_TWO: Final = ("12", "23", "13")
ONE_PHASE: Final = ("1", "2", "3", *BETWEEN_TWO)
USUAL_A = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What the house hangs on: amperes on each of so many phases; neutral: False on 3×230 V, which has none."""

    current_a: float = USUAL_A
    phases: int = 3
    neutral: bool = True


def parse_connection(config: Config) -> Connection:
    """What the connection carries. Raises SettingsError."""
    phases = config.one_of("connection_phases", (1, 3), missing=3)
    neutral = config.one_of("connection_neutral", (True, False), missing=True)
    if phases == 1 and not neutral:
        raise config.slip("connection_neutral", "True, since connection_phases is 1; False is for 3×230 V")
    current_a = config.amount("connection_a", 6, MOST_A, missing=USUAL_A)
    return Connection(current_a=current_a, phases=phases, neutral=neutral)


def parse_phases(group: Config, connection: Connection, *, missing: int) -> int:
    """1 or 3, and never more than the house has. Raises SettingsError."""
    phases = group.one_of("phases", (1, 3), missing=missing)
    if phases > connection.phases:
        raise group.slip("phases", "1, as the house has one (connection_phases)")
    if phases != 1 and not connection.neutral:
        raise group.slip("phases", "1, between two phases, as the house has no neutral (connection_neutral)")
    return phases


def parse_wired(group: Config, phases: int, connection: Connection) -> str:
    """The meter's phases that it hangs on; a single one of three must be said, as it cannot be guessed."""
    if connection.phases == 1:
        allowed, such = frozenset({"1"}), '"1", the only phase of the house'
    elif not connection.neutral:
        allowed, such = frozenset(BETWEEN_TWO), '"12", "23" or "13": between which of the meter\'s phases it hangs'
    elif phases == 1:
        allowed, such = (
            frozenset(ONE_PHASE),
            '"1", "2" or "3": on which of the meter\'s phases it hangs; "12" between two',
        )
    else:
        allowed, such = THREE_PHASES, '"123", or its L1, L2 and L3 in the order of the meter\'s phases, such as "231"'
    said = group.names.get("wired", "1" if connection.phases == 1 else "123" if phases != 1 else None)
    if not isinstance(said, str) or said not in allowed:
        raise group.slip("wired", such)
    return said
