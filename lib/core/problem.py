"""What a plan is made for: two days of prices, load and sun, what cars want, the battery, and what a peak costs.

Both planners take it, lib/core/greedy.py and lib/solver; lib/core/outcome.py says what a schedule for it costs. It
stands alone and goes over a pipe as JSON. Knows no meter, no car and no clock.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from lib.core.arbitrage import Store
from lib.core.plan import Block, Want

HOUR = timedelta(hours=1)
RISK_EUR_KWH = 0.01  # that much a kWh costs more after a car's next trip: it may come late, and the house cook then
KEEP_EUR_KWH = 0.1  # what an hour costs in which a kWh is missing that should be kept for the peak, or be in a car
SHORT_EUR_KWH = 100.0  # what a trip lacks comes before any price and any peak, and is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A clock quarter, at first the rest of the running one, or later an hour.

    Attributes:
        import_eur_kwh, export_eur_kwh: what a kWh costs, and earns; known: False where that is supposed.
        load_w: what the house draws, without sun, cars and battery; safe_w: what is added to it for the peak, since it
            may draw more than expected, but never so much that the house alone passes what is paid.
        sun_w: what the roof makes.
        keep_wh: what the battery should hold at its end for what nobody foresees; None: nobody knows how much.
        peak: of which of the problem's peaks this is a part.
        hours: its length; net_w: house less sun. Both are worked out once, for planners ask for them all the time.

    """

    start: datetime
    end: datetime
    import_eur_kwh: float
    export_eur_kwh: float
    load_w: float
    sun_w: float = 0.0
    safe_w: float = 0.0
    known: bool = True
    peak: int = 0
    keep_wh: float | None = None
    hours: float = field(init=False, repr=False, compare=False)
    net_w: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """What follows from the rest."""
        object.__setattr__(self, "hours", (self.end - self.start) / HOUR)
        object.__setattr__(self, "net_w", self.load_w - self.sun_w)


class Tier(NamedTuple):
    """Up to `up_w` a kW of a month's peak costs `eur_kw`: less, as the house will likely pass it in any case."""

    up_w: float
    eur_kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The highest quarter of one calendar month.

    Attributes:
        paid_w: what a quarter may count without costing more: floor, peak so far, what the owner set or accepted.
        eur_kw: what 1 kW above that costs over all bills that count it; 0 where peaks cost nothing.
        tiers: in order, with rising prices: what it costs up to some levels; above them eur_kw.

    """

    paid_w: float
    eur_kw: float = 0.0
    tiers: tuple[Tier, ...] = ()

    @property
    def steps(self) -> tuple[Tier, ...]:
        """All prices above what is paid, the last without an end."""
        return (*(one for one in self.tiers if one.up_w > self.paid_w), Tier(inf, self.eur_kw))

    def eur(self, peak_w: float) -> float:
        """What it costs that the month peaks so high."""
        eur, last_w = 0.0, self.paid_w
        for up_w, eur_kw in self.steps:
            if peak_w <= last_w:
                break
            eur += (min(peak_w, up_w) - last_w) / 1000 * eur_kw
            last_w = up_w
        return eur


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A limit that several devices share, on one of the meter's phases or on the sum of them.

    Attributes:
        name: "connection L1", "drive".
        phase: 1, 2, 3, or None for the sum.
        members: cars, by name, and "battery" where that hangs on it too.
        house: whether the house and its sun flow there as well, as on the connection: a third of them on each phase.

    """

    name: str
    most_w: float
    phase: int | None = None
    members: frozenset[str] = frozenset()
    house: bool = False


class Leeway(NamedTuple):
    """At the end of span `place` what `wants` must have `until` then should lack no more than `room_wh`.

    So much the house leaves their cars under the peak on the worst of its days; more than that the battery should hold.
    wants: by number, all that those cars must have by then.
    """

    place: int
    until: datetime
    wants: tuple[int, ...]
    room_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """All that a planner knows.

    Attributes:
        at: the start of the first span; spans: in order of time, without holes.
        used_wh: drawn from the grid in the running quarter before `at`.
        wants: what cars shall be charged, see lib/core/plan.py; of one with a `worth` nothing is missed.
        store: the batteries as one, None without; store_phases: the meter's phases that it is on.
        end_eur_kwh: what a kWh that is left in it at the end is worth.
        peaks: of the running month, and of the next one where that begins before the end.
        rows: what connection and circuits carry.
        before: the blocks of the plan in force: of one that runs already the rest is charged.
        leeways: what cars should lack at the most, of a home with a battery, in order of place.

    """

    at: datetime
    spans: tuple[Span, ...]
    peaks: tuple[Peak, ...]
    used_wh: float = 0.0
    wants: tuple[Want, ...] = ()
    store: Store | None = None
    store_phases: tuple[int, ...] = (1, 2, 3)
    end_eur_kwh: float = 0.0
    rows: tuple[Row, ...] = ()
    before: tuple[Block, ...] = ()
    leeways: tuple[Leeway, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What shall be done: when each car charges, and what the battery does in each span, + stores.

    Attributes:
        by: "solver" or "greedy".
        blocks: in order of time; each with 0 or at least the least power of its want.
        bound_eur: what it would cost at the least if chargers took any power; None: nobody worked that out.
        solve_s: how long it took.

    """

    by: str
    blocks: tuple[Block, ...] = ()
    store_w: tuple[float, ...] = field(default=())
    bound_eur: float | None = None
    solve_s: float = 0.0
