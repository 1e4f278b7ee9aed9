"""What the owner wrote about one battery: options in, checked values out, or a sentence that names the key.

It knows no make.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

from lib.batteries import BatterySetupError


class Options:
    """The options of the battery `name`, a `make`, of which only `allowed` may be written. Raises BatterySetupError."""

    def __init__(self, found: Mapping[str, Any], *, name: str, make: str, allowed: Collection[str]) -> None:
        self._found = found
        self._name = name
        if unknown := sorted(set(found) - set(allowed)):
            has = ", ".join(allowed) or "none"
            raise BatterySetupError(f"{name}: {unknown[0]!r} is no option of a battery {make!r}; it has {has}")

    def optional(self, key: str, *, least: float, most: float) -> float | None:
        """A number from `least` to `most`; None where nothing is said. Raises BatterySetupError."""
        return None if self._found.get(key) is None else self.number(key, 0.0, least=least, most=most)

    def number(self, key: str, usual: float, *, least: float, most: float) -> float:
        """A number from `least` to `most`. Raises BatterySetupError."""
        value = self._found.get(key, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BatterySetupError(f"{self._name}: {key} is {value!r}; allowed is {least:g} to {most:g}")
        if not least <= value <= most:
            raise BatterySetupError(f"{self._name}: {key} is {value:g}; allowed is {least:g} to {most:g}")
        return float(value)

    def whole(self, key: str, usual: int, *, least: int, most: int) -> int:
        """A whole number from `least` to `most`. Raises BatterySetupError."""
        value = self.number(key, usual, least=least, most=most)
        if not value.is_integer():
            raise BatterySetupError(f"{self._name}: {key} is {value:g}; allowed is a whole number")
        return int(value)

    def choice(self, key: str, choices: Collection[int]) -> int | None:
        """One of `choices`; None where nothing is said. Raises BatterySetupError."""
        value = self._found.get(key)
        if value is not None and (isinstance(value, bool) or value not in choices):
            words = " or ".join(map(str, choices))
            raise BatterySetupError(f"{self._name}: {key} is {value!r}; allowed is {words}")
        return value
