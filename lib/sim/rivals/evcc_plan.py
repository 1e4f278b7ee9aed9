"""evcc's planner: the cheapest quarters until the car leaves, the latest of equals, at the most it can draw.

In: the calendar's next departure and the prices that are out. Out: whether to charge now. It looks at one goal,
and knows neither house nor roof. A plan is one block before the departure where all prices are equal.

Source: its rules as of August 2026.
"""

from math import inf

from lib.core.quarter import QUARTER_S
from lib.sim.rivals.cable import leaves_s
from lib.sim.year.seen import Known, Seen

NEVER = 10**6
SHORT_S = 14 * 60  # a slot that is shorter is not begun for itself, a pause that is shorter is not made


class Planner:
    """A plan for one stay after the other, worked out anew each time."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._prices: list[float] = []
        self._active = False
        self._slot = -1  # the quarter that was begun
        self._departs: int | None = None  # the quarter in which the car leaves, while it is on its cable
        self._read = -1
        self._ranked: tuple[int, int] | None = None
        self._before = 0  # whole quarters that are taken earlier than this one
        self._before_next = (0, False)  # and than the next: after it, and whether this one is

    def reset(self) -> None:
        """The car has gone, or is full."""
        self._active, self._departs = False, None

    def is_active(self, seen: Seen, *, missing_wh: float, most_w: float) -> bool:
        """Whether to charge now; missing_wh: from the goal, most_w: what car and circuit let it draw."""
        if missing_wh <= 0 or most_w <= 0:
            self.reset()
            return False
        self._active = self._decide(seen, missing_wh * 3600 / most_w)
        return self._active

    def _decide(self, seen: Seen, needs_s: float) -> bool:
        """needs_s: how long charging takes."""
        now = seen.quarter
        if self._departs is None or (not self._active and now != self._read):  # the goal of a plan that runs stays
            self._departs, self._read = leaves_s(self._known, seen) // int(QUARTER_S), now
        departs = self._departs
        if departs <= now:
            return self._active
        until = min(departs, self._known.published)
        needs_s -= (departs - until) * QUARTER_S  # what fits after the prices that are out
        if needs_s <= 0:
            return self._active and self._slot == now
        self._rank(now, until)
        left_s = seen.left_s
        if self._before * QUARTER_S + left_s <= needs_s:  # all that is left of this quarter is taken
            if not self._active and left_s < SHORT_S and not self._next_s(needs_s, left_s):
                return False
            self._slot = now
            return True
        return self._active and (self._slot == now or self._starts_s(needs_s, left_s) < SHORT_S)

    def _rank(self, now: int, until: int) -> None:
        """By price, the latest of equals first: how many of the quarters ahead come before this one, and the next."""
        if self._ranked == (now, until):
            return
        self._ranked = now, until
        prices = self._prices
        while len(prices) < until:
            prices.append(self._known.import_eur_kwh(len(prices)))
        own, later = prices[now], prices[now + 1 : until]
        self._before = sum(price <= own for price in later)
        self._before_next = (sum(price <= later[0] for price in later[1:]), own < later[0]) if later else (NEVER, False)

    def _next_s(self, needs_s: float, left_s: float) -> float:
        """How much of the next quarter is taken."""
        quarters, is_after_this = self._before_next
        return max(0.0, min(QUARTER_S, needs_s - quarters * QUARTER_S - (left_s if is_after_this else 0.0)))

    def _starts_s(self, needs_s: float, left_s: float) -> float:
        """When the plan begins, as far as the next quarter; what is taken first in part begins as late as it can."""
        part_s = needs_s - self._before * QUARTER_S
        if part_s > 0:
            return left_s - part_s
        part_s = self._next_s(needs_s, left_s)
        return left_s + QUARTER_S - part_s if part_s > 0 else inf
