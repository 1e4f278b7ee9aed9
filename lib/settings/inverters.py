"""The owner's solar inverters: config.py → places. Whoever reads them is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.settings.config import Config, SettingsError

KEYS = ("make", "address", "unit", "may_hold")
MAKES = ("fronius", "kostal", "sunspec")
BY_HTTP, HOLDS = frozenset({"fronius"}), frozenset({"sunspec"})
LAST_UNIT = 247
SUCH = 'its host, such as "192.168.1.71", or "192.168.1.71:1502"'


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterPlace:
    """An inverter: where it is, and whether it may be held back.

    Attributes:
        unit: its number on Modbus; None: its maker's usual one.
        may_hold: its owner lets it be held back while what it feeds in costs money.

    """

    name: str
    make: str
    address: str
    unit: int | None = None
    may_hold: bool = False

    @property
    def options(self) -> Mapping[str, Any]:
        """What else its maker's driver wants to know."""
        return {} if self.unit is None else {"unit": self.unit}


def parse_inverters(config: Config) -> tuple[InverterPlace, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    found: list[InverterPlace] = []
    for name, group in config.groups("inverters", "solar inverter", KEYS):
        place = _inverter(name, group)
        for other in found:
            if (other.address, other.unit) == (place.address, place.unit):
                raise group.slip("address", f"another one than that of {other.name}")
        found.append(place)
    return tuple(found)


def _inverter(name: str, group: Config) -> InverterPlace:
    make = group.one_of("make", MAKES)
    may_hold = group.one_of("may_hold", (True, False), missing=False)
    if may_hold and make not in HOLDS:
        raise group.slip("may_hold", f"False for a {make!r}: only a 'sunspec' lets go of it by itself when we fail")
    if make in BY_HTTP and group.names.get("unit") is not None:
        raise SettingsError(f"{group.where}: unit is for Modbus, and a {make!r} is asked over HTTP; take it out")
    return InverterPlace(
        name=name, make=make, address=group.text("address", such=SUCH), unit=_unit(group), may_hold=may_hold
    )


def _unit(group: Config) -> int | None:
    """Its number on Modbus; None where its maker's usual one counts. Raises SettingsError."""
    found = group.number("unit", 0, LAST_UNIT, missing=None)
    if found is not None and not found.is_integer():
        raise group.slip("unit", f"a whole number from 0 to {LAST_UNIT}, or None")
    return None if found is None else int(found)
