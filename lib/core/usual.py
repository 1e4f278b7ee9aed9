"""What the house usually draws at an hour of the day, without cars and battery: a mean that follows slowly.

In: the base load, second by second. Out: watts by the local hour. Knows no weather and no calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lib.core.stamp import BRUSSELS
from lib.core.states import replace

FOLLOWS = 0.3  # the part of an hour's new mean in what is known of that hour
LONGEST_S = 60.0  # a longer silence tells nothing of what happened in it
SUPPOSED_W, SUPPOSED_H = 400.0, 3.0  # before much is known, a house is supposed to be like that
HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Usual:
    """Watts by local hour, and the hour that runs: what was drawn in it so far."""

    by_hour: Mapping[str, float] = field(default_factory=dict)
    hour: int | None = None
    seconds: float = 0.0
    energy_ws: float = 0.0
    at: datetime | None = None

    @property
    def mean_w(self) -> float:
        """What is drawn in an hour of which nothing is known: the mean of what is, at least 0.

        A house that nobody knows yet counts a little in it: one oven tells nothing of the whole night.
        """
        hours = SUPPOSED_H + len(self.by_hour) + self.seconds / HOUR_S
        energy_wh = SUPPOSED_W * SUPPOSED_H + sum(self.by_hour.values()) + self.energy_ws / HOUR_S
        return max(0.0, energy_wh / hours)


def after(usual: Usual, at: datetime, base_w: float) -> Usual:
    """With what is drawn at `at`."""
    hour = at.astimezone(BRUSSELS).hour
    passed_s = 0.0 if usual.at is None else (at - usual.at).total_seconds()
    if not 0 < passed_s <= LONGEST_S:
        passed_s = 0.0
    if hour == usual.hour:
        return replace(usual, at=at, seconds=usual.seconds + passed_s, energy_ws=usual.energy_ws + base_w * passed_s)
    by_hour = usual.by_hour
    if usual.hour is not None and usual.seconds:
        mean_w, key = usual.energy_ws / usual.seconds, str(usual.hour)
        known_w = by_hour.get(key)
        by_hour = {**by_hour, key: mean_w if known_w is None else known_w + FOLLOWS * (mean_w - known_w)}
    return Usual(by_hour=by_hour, hour=hour, at=at)
