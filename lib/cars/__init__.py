"""Where a car's state of charge comes from: one file per source. What they say is a `CarReading` of lib/core/car.py."""

from typing import Protocol

from lib.core.car import CarReading


class CarError(Exception):
    """A source cannot tell now; the sentence is for the owner and says what to do."""


class CarSetupError(CarError):
    """A source that can never tell as it is set up: not installed, wrong options, a log-in that is refused."""


class CarSource(Protocol):
    """Somebody who knows a car.

    Attributes:
        floor_s: it is not asked oftener than this.

    """

    floor_s: float

    async def read(self) -> CarReading:
        """What it says now. Raises CarError, within 30 s."""

    async def close(self) -> None:
        """Let it go."""
