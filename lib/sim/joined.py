"""What joins the simulated house and is moved by it: a charge point, a battery.

In: time. Out: watts on each phase of the house, + into it, and until when they hold. Between two changes nothing
changes, so any steps give the same. What changes, and what is counted, says who inherits.
"""

from collections.abc import Callable
from datetime import datetime

from lib.sim.brussels import SECOND, instant, micros

NEVER_US = 1 << 62


class Joined:
    """Something of the house, alone or in a world, which then moves it.

    Attributes:
        flow_w: what flows now on the meter's L1, L2, L3; until_us: until when all stays as it is.

    """

    def __init__(self, *, name: str, start: datetime) -> None:
        self.name = name
        self.flow_w = (0, 0, 0)
        self.until_us = NEVER_US
        self._at_us = micros(start)
        self._heard: Callable[[], None] | None = None

    @property
    def at(self) -> datetime:
        """The instant it has come to (UTC)."""
        return instant(self._at_us)

    def heard_by(self, heard: Callable[[], None]) -> None:
        """Join a world, which from now on hears of each change by hand and moves it."""
        self._heard = heard

    def step(self, seconds: float) -> None:
        """Let time pass, for one that stands alone. Raises ValueError in a world, or when it would go back."""
        if self._heard:
            raise ValueError(f"{self.name} is moved by its world: step the world")
        if seconds < 0:
            raise ValueError(f"a step of {seconds} s would turn time back")
        self._settle()
        self.move_to(self._at_us + round(seconds * SECOND))

    def move_to(self, at_us: int) -> None:
        """Let time pass up to `at_us`, at least where it is now."""
        while self.until_us <= at_us:
            self._count(self.until_us)
            self._settle()
        self._count(at_us)

    def _follow(self) -> None:
        """Bring everything up to this instant after a change by hand; its world hears what came of that."""
        before = self.flow_w, self.until_us
        self._settle()
        if self._heard and before != (self.flow_w, self.until_us):
            self._heard()

    def _count(self, until_us: int) -> None:
        """Time passes up to then, in which nothing changes."""
        raise NotImplementedError

    def _settle(self) -> None:
        """Bring everything up to this instant, and find out until when that holds."""
        raise NotImplementedError
