"""Trip + car + state of charge → how much energy by when, from when on at the latest, and whether it can be met."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from lib.core.trip import Trip


class Step(IntEnum):
    """How far a need has escalated."""

    CHEAP = 1  # cheap hours and expected sun only
    ANY_RATE = 2  # at any price, under the paid peak
    HELP = 3  # the battery is asked too
    OVER = 4  # above the paid peak, announced with its price
    UNREACHABLE = 5  # not even full power suffices


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a trip takes.

    Attributes:
        target_pct: at departure.
        energy_wh: from the wall, until then; 0 when it is there; None while the state of charge is not known.
        latest_start: when charging must begin at the power that is really there; None as `energy_wh`.
        slack_s: seconds to spare until then, negative when it is late.
        reach_pct: what the car will have at that power; full_pct: at full power.
        power_w: what must be drawn on the mean from now on until it is ready.

    """

    trip: Trip
    target_pct: float
    energy_wh: float | None = None
    latest_start: datetime | None = None
    slack_s: float | None = None
    reach_pct: float | None = None
    full_pct: float | None = None
    power_w: float = 0.0
    step: Step = Step.CHEAP

    @property
    def feasible(self) -> bool | None:
        """Whether the car will be ready under the paid peak; None while nobody knows its state of charge."""
        return None if self.slack_s is None else self.slack_s >= 0
