"""Solar inverters: one file per make, one ability for all. What they say stands in lib/core/sun.py."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from lib.clock import Clock
from lib.core.sun import InverterReading

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class InverterError(Exception):
    """An inverter cannot be used now; the sentence is for the owner and says what to do."""


class InverterSetupError(InverterError):
    """An inverter that can never be used as it is set up."""


class Inverter(Protocol):
    """An inverter of any make. Its calls never overlap."""

    @property
    def polite_s(self) -> float:
        """So many seconds lie between two calls."""

    async def read(self) -> InverterReading:
        """What it says now. Raises InverterError, within 5 s."""

    async def hold(self, limit_w: float | None) -> None:
        """Hold the sun back to so much, until its own reversion timer ends it; None lets it go.

        Raises InverterError, also where it cannot.
        """

    async def close(self) -> None:
        """Let the connection go. Raises nothing."""


def open_inverter(
    make: str, address: str, *, name: str, options: Mapping[str, Any] = NO_OPTIONS, clock: Clock
) -> Inverter:
    """The inverter of a make at an address. Raises InverterSetupError; does not talk to it yet."""
    raise InverterSetupError(f"{name}: the make {make!r} is not known")
