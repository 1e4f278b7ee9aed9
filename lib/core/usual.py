"""What the house usually draws at an hour of the day, without cars and battery: a mean that follows slowly.

In: the base load, second by second. Out: watts by the local hour. Knows no weather and no calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lib.core.stamp import BRUSSELS

FOLLOWS = 0.3  # the part of an hour's new mean in what is known of that hour
LONGEST_S = 60.0  # a longer silence tells nothing of what happened in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Watts by local hour, and the hour that runs: what was drawn in it so far."""

    by_hour: Mapping[str, float] = field(default_factory=dict)
    hour: int | None = None
    seconds: float = 0.0
    energy_ws: float = 0.0
    at: datetime | None = None

    def base_w(self, at: datetime) -> float | None:
        """The usual draw at that hour, at least 0; of an unknown hour the mean of those known. None: none is."""
        known = self.by_hour.get(str(at.astimezone(BRUSSELS).hour))
        if known is None and self.by_hour:
            known = sum(self.by_hour.values()) / len(self.by_hour)
        if known is None and self.seconds:
            known = self.energy_ws / self.seconds
        return None if known is None else max(0.0, known)


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
