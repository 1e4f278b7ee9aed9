"""Setpoints that go to flash, which stands some ten thousand writes: few a day, and none for little.

In: how much a setpoint differs from the last, and the seconds. Out: whether it is written. Knows no register.
"""

from collections import deque
from dataclasses import dataclass

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How sparingly it is written.

    Attributes:
        writes: so many in 24 hours. least_s: before one that raises what is drawn; one that lowers it does not wait.
        band_w: a change of less is none.

    """

    writes: int = 20
    least_s: float = 30.0
    band_w: float = 50.0


class Flash:
    """The flash of one battery, and how much of its budget is left. A new start of the program counts anew."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._written_s: deque[float] = deque()

    def is_spent(self, now_s: float) -> bool:
        """Whether the writes of the last 24 hours are all that may be."""
        while self._written_s and now_s - self._written_s[0] >= DAY_S:
            self._written_s.popleft()
        return len(self._written_s) >= self.budget.writes

    def wait_s(self, change_w: float, now_s: float) -> float:
        """How long a setpoint waits that draws so much more."""
        if change_w <= 0 or not self._written_s:
            return 0.0
        return max(0.0, self.budget.least_s - (now_s - self._written_s[-1]))

    def write(self, now_s: float) -> None:
        """One is written."""
        self._written_s.append(now_s)
