"""What cars shall be charged, in which quarters they may, and when they do. Knows no plan.

Powers in W, energy in Wh from the wall, prices in €/kWh.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

HOUR = timedelta(hours=1)
MOST_STARTS = 4  # interruptions of one plug-in make some cars sulk


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time that a car is on a trip and cannot charge.

    spare_wh: so much for later trips may be in the car when it leaves, beside what this one takes.
    """

    start: datetime
    end: datetime
    spare_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a car shall be charged.

    Attributes:
        trip: the title of what it is for, "" for every day.
        energy_wh: from the wall, until then.
        full_w, least_w: what it can draw: nothing, or between the two.
        late_wh: the part of it above the everyday limit, which goes into the last quarters whatever they cost.
        rank: the lower is served first, of equals the one with less time to spare.
        starts: how often it may still be started in this plug-in.
        since: when it can begin, as where the car is not on its cable; None: now.
        away: the trips before it, in order of time; it may be charged before and between them.
        phases: the meter's that it charges on.
        worth_eur_kwh: what a kWh of it is worth, where it need not be; None: it must be.

    """

    car: str
    trip: str = ""
    energy_wh: float
    until: datetime
    full_w: float
    least_w: float
    late_wh: float = 0.0
    rank: int = 0
    starts: int = MOST_STARTS
    since: datetime | None = None
    away: tuple[Absence, ...] = ()
    phases: tuple[int, ...] = (1, 2, 3)
    worth_eur_kwh: float | None = None

    @property
    def back(self) -> datetime | None:
        """When its car is back from the trips before it; None: there are none, and it is here."""
        return self.away[-1].end if self.away else self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters:
    """A stretch of time with one price.

    Attributes:
        eur_kwh: what a kWh from the grid costs; None: not published yet.
        room_w: what cars may draw in it so that the quarters end at the target.
        sun_w: what of that the sun leaves over; sun_eur_kwh: what a kWh of it would earn.
        calm_w: above it a kWh costs over_eur_kwh more, as where a battery must help.

    """

    start: datetime
    end: datetime
    eur_kwh: float | None
    room_w: float
    sun_w: float = 0.0
    sun_eur_kwh: float = 0.0
    calm_w: float = inf
    over_eur_kwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What cars share besides, on one of the meter's phases or on the sum of them; room_w: of each quarter."""

    room_w: Sequence[float]
    members: frozenset[str]
    phase: int | None = None

    def part(self, want: Want) -> float:
        """The part of what a want draws that flows there."""
        if want.car not in self.members:
            return 0.0
        if self.phase is None:
            return 1.0
        return 1 / len(want.phases) if self.phase in want.phases else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A car charges with `power_w` from `start` until `end`; trip: the title of what it is for, "" for every day."""

    car: str
    start: datetime
    end: datetime
    power_w: float
    eur_kwh: float | None = None
    trip: str = ""


def left_wh(blocks: Iterable[Block], want: Want, at: datetime) -> float:
    """What the blocks of its car still bring from `at` until a want must be met."""
    return sum(
        block.power_w * ((min(block.end, want.until) - max(block.start, at)) / HOUR)
        for block in blocks
        if block.car == want.car and at < block.end and block.start < want.until
    )
