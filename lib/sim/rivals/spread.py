"""The spread rule: what the car misses, evenly over the time until it leaves, at most over 14 hours.

In: what the car misses when it is plugged in, and when the calendar says that it leaves. Out: one current for the whole
stay, on one phase where that is enough. A battery is left to its own mode. Source: B2 of docs/YEAR.md.
"""

from lib.sim.rivals.cable import HOUR_S, IDLE, Cable, current
from lib.sim.year.seen import Known, Orders, Seen, Setup

OVER_S = 14 * HOUR_S


class Spread:
    """One power from plug-in until full, rounded up to whole amperes, so that it is full in time."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self._cable = Cable(setup, known)
        self._since_s = -1
        self._orders = IDLE

    def step(self, seen: Seen) -> Orders:
        """The power is laid out when the car comes."""
        cable = self._cable
        if not cable.note(seen):
            return IDLE
        if seen.since_s != self._since_s:
            self._since_s = seen.since_s
            over_s = min(OVER_S, cable.leaves_s - seen.second)
            self._orders = Orders(*current(cable.missing_wh * HOUR_S / over_s, cable.car, up=True))
        return self._orders
