"""What cars and battery ask of the quarter's energy, and what they are granted. Powers in W, + goes into a device.

dm alone grants; a grant is a lease that its holder counts on its own clock from arrival.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

LEASE_S = 30.0
# who decides about a charger or the battery, the highest first; the ledger serves in the same order
FAULT, GUARD, BUDGET, LIMIT, OWNER, LATE, RESERVE_MINIMUM = 10_000, 5_000, 4_000, 1_100, 1_000, 120, 115
RESERVE, PLAN, STORED_RESERVE, NIGHT, SURPLUS, DEFAULT = 105, 100, 80, 60, 50, 10
BATTERY = "battery"  # who claims and draws for all home batteries together


class Cause(StrEnum):
    """Why a quarter ended above its target."""

    BASE = "base load"
    LATE_TRIP = "late trip"
    RESERVE = "reserve minimum"
    MAX = "max"
    ACCEPTED = "accepted peak"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one charger or the battery would draw if the peak did not count.

    Attributes:
        who: the name of the charger, or "battery".
        priority: of the wish that decides it, see above.
        wish_w: the most it would use; least_w: below it can only pause.
        runs: it draws now, so it is brought to `least_w` before it is stopped.
        over_w: how far this quarter's average may end above the target for its sake; cause: why it may.
        under_w: how far below the target it would end with this one alone, which has a cause all the same: it may go
            above it beside others.
        helped: it may have what the battery gives the cars.

    """

    who: str
    priority: int
    wish_w: float
    least_w: float = 0.0
    runs: bool = False
    over_w: float = 0.0
    under_w: float = 0.0
    cause: Cause | None = None
    helped: bool = False

    @property
    def beyond_w(self) -> float:
        """How far beyond the target the quarter would end; below 0 where it keeps it."""
        return self.over_w - self.under_w

    def ending(self, beyond_w: float) -> "Claim":
        """The same, of a quarter that would end so far beyond its target."""
        return replace(self, over_w=max(0.0, beyond_w), under_w=max(0.0, -beyond_w))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What one charger or the battery draws now: somewhere from `low_w` to `high_w`, which differ after an order.

    controlled: False while nobody can tell it anything.
    """

    who: str
    low_w: float
    high_w: float
    controlled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The most that one may draw from the grid and the sun together until its lease ends.

    Attributes:
        power_w: 0, or at least the claim's least.
        for_s: how long it holds, from arrival.
        over_w: how far above the target the quarter may end with it; eur: what that costs over the next 12 bills as
            a new month peak, None where the rates have no price for it.
        short: it is less than was claimed, because of the peak; fits: False while it is kept at its least only for now.

    """

    who: str
    power_w: float
    for_s: float = LEASE_S
    over_w: float = 0.0
    eur: float | None = None
    short: bool = False
    fits: bool = True
