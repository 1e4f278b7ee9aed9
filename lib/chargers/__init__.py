"""Chargers: one file per make, one ability for all. What they say stands in lib/core/charger.py."""

from typing import Protocol

from lib.core.charger import Accepted, ChargerReading, Order


class ChargerError(Exception):
    """A charger cannot be used now; the sentence is for the owner and says what to do. The root of all others."""


class UnreachableError(ChargerError):
    """No answer in time, or none that is one; an order may have been taken all the same."""


class RefusedError(ChargerError):
    """It answered no, in its own words."""


class Charger(Protocol):
    """A charger of any make. Its calls never overlap: whoever uses it asks one thing at a time."""

    async def read(self) -> ChargerReading:
        """What it says now. Raises ChargerError, within 5 s."""

    async def order(self, order: Order) -> Accepted:
        """Tell it what to do; what is as it should be already is not written. Raises ChargerError, within 5 s."""

    async def close(self, *, restore: bool) -> None:
        """Let it go; restore: first give it back the settings it had when we came, as far as it answers."""
