"""The journeys of a car: when it leaves, when it is back, what it drove.

In: journeys in order of departure, instants. Out: what is due. Knows no car, no cable and no calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lib.sim.brussels import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A car leaves its cable, drives, and is plugged in again. Times are UTC; energy_wh: out of its battery."""

    departs: datetime
    returns: datetime
    energy_wh: float


class Departure(NamedTuple):
    """A car left: when (UTC), and how full."""

    at: datetime
    soc_pct: float


class Journeys:
    """Journeys one after the other, perhaps without end; one that begins before the last is over is left out.

    Attributes:
        under_way: the journey the car is on; None while it is at home.

    """

    def __init__(self, journeys: Iterable[Journey], *, at_us: int) -> None:
        self.under_way: Journey | None = None
        self._journeys = (one for one in journeys if micros(one.departs) > at_us)
        self._next = next(self._journeys, None)

    @property
    def until_us(self) -> int | None:
        """When the car leaves or is back next."""
        if self.under_way:
            return micros(self.under_way.returns)
        return micros(self._next.departs) if self._next else None

    def pass_by(self, at_us: int) -> Journey | None:
        """The journey that begins or ends at `at_us` or before, once; `under_way` says which of the two."""
        due_us = self.until_us
        if due_us is None or due_us > at_us:
            return None
        if self.under_way:
            journey, self.under_way = self.under_way, None
            while self._next and self._next.departs < journey.returns:
                self._next = next(self._journeys, None)
            return journey
        self.under_way, self._next = self._next, next(self._journeys, None)
        return self.under_way
