"""On which of the meter's phases a device hangs: config.py → phases and wiring. It knows no device."""

from itertools import permutations

from lib.settings.config import Config

THREE_PHASES = frozenset("".join(order) for order in permutations("123"))
ONE_PHASE = ("1", "2", "3", "12", "23", "13")


def parse_phases(group: Config, connection_phases: int, *, missing: int) -> int:
    """1 or 3, and never more than the house has. Raises SettingsError."""
    phases = group.one_of("phases", (1, 3), missing=missing)
    if phases > connection_phases:
        raise group.slip("phases", "1, as the house has one (connection_phases)")
    return phases


def parse_wired(group: Config, phases: int, connection_phases: int) -> str:
    """The meter's phases that it hangs on; a single one of three must be said, as it cannot be guessed."""
    if connection_phases == 1:
        allowed, such = frozenset({"1"}), '"1", the only phase of the house'
    elif phases == 1:
        allowed, such = (
            frozenset(ONE_PHASE),
            '"1", "2" or "3": on which of the meter\'s phases it hangs; "12" between two',
        )
    else:
        allowed, such = THREE_PHASES, '"123", or its L1, L2 and L3 in the order of the meter\'s phases, such as "231"'
    said = group.names.get("wired", "1" if connection_phases == 1 else "123" if phases != 1 else None)
    if not isinstance(said, str) or said not in allowed:
        raise group.slip("wired", such)
    return said
