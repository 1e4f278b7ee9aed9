"""How soon, how often, how long: the numbers by which a charger is told things, and the words for it.

Times in seconds, currents in A per phase. Source: IEC 61851-1, and what owners found of cars that sulk.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil
from typing import Final

from lib.core.charger import LEAST_A, in_steps
from lib.core.power import PHASE_V
from lib.core.why import Hold


class Haste(StrEnum):
    """How soon a wish to start or to stop is followed, by what it comes from.

    SURPLUS: the sun, which comes and goes. PLAN: an hour begins or ends, a target is reached. ROW: its minimum does not
    fit a circuit. NOW: a circuit is far above its limit, or the peak leaves nothing. OWNER: OFF, a fault, no car; only
    after these a start need not rest.
    """

    SURPLUS = "surplus"
    PLAN = "plan"
    ROW = "row"
    NOW = "now"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """The numbers of a profile.

    Attributes:
        start_s, stop_s: how long the sun must be enough, or too little; row_s: how long a minimum must not fit;
        wait_s: how long anything must be wanted before a start.
        on_s, off_s: the shortest charging and the shortest pause.
        stops: interruptions of one plug-in after which it is only stopped by a lack that lasts `hold_s`.
        first_a: given at once; after that `raise_a` more each `raise_s`.
        calm_s: nothing is learned so long after a start or a switch; settle_s: a car needs to follow a current.
        readings: so many alike show what a car takes; probe_s: until it is offered more again in vain.
        down_s, up_s: how long one phase or three must be wanted; apart_s, hourly, daily: how often it may switch;
            idle_s: how long a car may take to stop for that, and a charger to say that it did.

    """

    start_s: float = 60.0
    stop_s: float = 120.0
    wait_s: float = 0.0
    row_s: float = 10.0
    on_s: float = 600.0
    off_s: float = 300.0
    stops: int = 6
    hold_s: float = 1_800.0
    first_a: float = 10.0
    raise_a: float = 1.0
    raise_s: float = 10.0
    calm_s: float = 60.0
    settle_s: float = 8.0
    readings: int = 3
    probe_s: float = 600.0
    down_s: float = 120.0
    up_s: float = 60.0
    apart_s: float = 600.0
    hourly: int = 4
    daily: int = 8
    idle_s: float = 30.0

    def patience_s(self, haste: Haste) -> float:
        """How long a stop must be wanted."""
        return {Haste.SURPLUS: self.stop_s, Haste.ROW: self.row_s}.get(haste, 0.0)


USUAL: Final = Tempo()
CYCLE_S, CYCLES, RAMP_W = 5.0, 3, 1_000.0  # a ramp: so many cycles of its least being free, then so much more in each


@cache
def ramp(phases: int) -> Tempo:
    """A pace that follows the meter: it waits, rises by a kilowatt a cycle, and sheds at once."""
    return Tempo(
        start_s=CYCLE_S * CYCLES,
        wait_s=CYCLE_S * CYCLES,
        row_s=0.0,
        first_a=LEAST_A,
        raise_a=RAMP_W / PHASE_V / phases,
        raise_s=CYCLE_S,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a charger should do now, were there no pace.

    Attributes:
        current_a: on as many phases as `phases_for` says; below `least_a` it should pause.
        least_a, most_a, step_a: what it takes; most_a is at least least_a.
        may_raise: False while the meter is older than 3 s: nothing starts, nothing rises.
        phases: on how many its minimum fits; None: on none, or it cannot switch.
        pauses: it must not switch while it charges, as with a relay in front of it.

    """

    current_a: float
    haste: Haste
    least_a: float = LEAST_A
    most_a: float = 16.0
    step_a: float = 1.0
    may_raise: bool = True
    phases: int | None = None
    pauses: bool = False

    @property
    def floor_a(self) -> float:
        """Its least current in whole steps."""
        return round(ceil(self.least_a / self.step_a - 1e-6) * self.step_a, 3)

    @property
    def limit_a(self) -> float:
        """What it should offer, in whole steps; 0 to pause."""
        limit_a = in_steps(min(self.current_a, self.most_a), self.step_a)
        return limit_a if limit_a >= self.floor_a else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a charger is told; 0 A to pause. held: what keeps it from doing what was wanted; until_s: for how long."""

    current_a: float
    go: bool
    phases: int | None = None
    held: Hold | None = None
    until_s: float | None = None
