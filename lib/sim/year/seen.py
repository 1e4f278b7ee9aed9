"""What a strategy sees, knows and orders, ours as any rival. Powers in W, + is drawn from the grid or into a device.

A strategy is called at each step with what the meter, the car and the battery showed in the step that ended; it orders
for the next. What is ahead it learns from `Known` alone, which refuses what nobody could know at that time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable

from lib.core.bands import midnight
from lib.core.quarter import QUARTER, QUARTER_S
from lib.core.stamp import BRUSSELS
from lib.sim.year.conditions import CLEAN, Conditions, Perfect
from lib.sim.year.contract import Contract, Prices
from lib.sim.year.home import BatterySpec, CarSpec, Home, Journey

PLAN_EVERY_S = int(QUARTER_S)
PUBLISHED_H = 13  # local: from then on tomorrow's prices are known
DAY = timedelta(days=1)
SUN_AHEAD = timedelta(hours=48)
WEEK = 7 * 96  # quarters
CALENDAR = timedelta(days=14)  # so far ahead trips stand in the calendar


class LookAheadError(Exception):
    """A strategy asked for what nobody can know yet."""


class Orders(NamedTuple):
    """What is to be done from now on.

    current_a: of the car per phase; the plant rounds it down to whole amperes, and below 6 the car pauses. phases: 1
    or 3, as far as the car has them. store_w: + charges; None: the battery is left to its own mode, which stores every
    surplus and covers every import. grid_w: where the battery shall keep the meter by itself; beside a power only in
    its direction, and beside 0 it only gives. shave_w: where more would flow through the meter, it takes less or
    gives, whatever else it was told. Both are as who tells it each second would have it.
    """

    current_a: float = 0.0
    phases: int = 1
    store_w: float | None = None
    grid_w: float | None = None
    shave_w: float | None = None


class Seen:
    """What shows at an instant; a strategy reads it, the loop writes it.

    Attributes:
        at: now, UTC; second: since the start; quarter: the running one, by its number; left_s: until it ends.
        load_w, sun_w, car_w, store_w, grid_w: means of the step that ended; grid = load - sun + car + store.
        import_wh, export_wh: counters; used_wh: drawn from the grid in the running quarter so far.
        peak_w: the highest quarter of this calendar month that is over, 0 without one.
        plugged: the car is on its cable, since_s: since that second; phases: on which it charges or last did.
        level_wh: what it holds, None: nobody tells; taken_wh: charged since it was plugged in.
        stored_wh: what the battery holds; None without one.

    """

    __slots__ = (
        "at",
        "car_w",
        "export_wh",
        "grid_w",
        "import_wh",
        "left_s",
        "level_wh",
        "load_w",
        "peak_w",
        "phases",
        "plugged",
        "quarter",
        "second",
        "since_s",
        "store_w",
        "stored_wh",
        "sun_w",
        "taken_wh",
        "used_wh",
    )

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.second = self.quarter = self.since_s = 0
        self.left_s = QUARTER.total_seconds()
        self.load_w = self.sun_w = self.car_w = self.store_w = self.grid_w = 0.0
        self.import_wh = self.export_wh = self.used_wh = self.peak_w = self.taken_wh = 0.0
        self.plugged = False
        self.phases = 1
        self.level_wh: float | None = None
        self.stored_wh: float | None = None


class Strategy(Protocol):
    """Ours or a rival's; it keeps its own state, which can be pickled, and draws no chance but from its seed."""

    def step(self, seen: Seen) -> Orders:
        """What is ordered now."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A strategy that says why a quarter passed what was paid; causes: by the quarter's number."""

    causes: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What does not change over the year.

    battery: None where the home is run without; step_s: between two calls; seed: of what is left to chance;
    plan_every_s: how often a strategy that plans does so at least.
    """

    car: CarSpec | None
    battery: BatterySpec | None
    contract: Contract
    has_sun: bool = False
    step_s: int = 60
    seed: int = 1
    conditions: Conditions = CLEAN
    plan_every_s: int = PLAN_EVERY_S


class Known:
    """What may be known at the running quarter, `now`. Raises LookAheadError for the rest."""

    def __init__(self, home: Home, contract: Contract, prices: Prices, conditions: Conditions = CLEAN) -> None:
        self._home, self._contract, self._prices, self._conditions = home, contract, prices, conditions
        self.now = 0
        self.published = 0
        self._first = 0
        self.advance(0)

    @property
    def quarters(self) -> int:
        """How many the period has: nothing is ahead beyond."""
        return self._home.quarters

    def at(self, quarter: int) -> datetime:
        """The start of a quarter."""
        return self._home.at(quarter)

    def quarter(self, at: datetime) -> int:
        """The number of the quarter that holds an instant."""
        return self._home.quarter(at)

    def advance(self, quarter: int) -> None:
        """A quarter begins. Only the loop says so."""
        self.now = quarter
        self.published = self._published()
        journeys = self._home.journeys
        while self._first < len(journeys) and journeys[self._first].returns <= self._home.at(quarter):
            self._first += 1

    def import_eur_kwh(self, quarter: int) -> float:
        """What a kWh costs; known for quarters below `published`, which with a fixed contract are all."""
        self._must(quarter, self.published, "a price")
        return self._prices.import_eur_kwh[quarter]

    def export_eur_kwh(self, quarter: int) -> float:
        """What a kWh earns."""
        self._must(quarter, self.published, "a price")
        return self._prices.export_eur_kwh[quarter]

    def index_eur_mwh(self, quarter: int) -> float:
        """The market's price; also where the contract does not follow it, as far as it is published."""
        self._must(quarter, self.published if self._contract.market else self._auctioned(), "a price")
        return self._home.index[quarter]

    def sun_foreseen_w(self, quarter: int) -> float:
        """What the roof is foreseen to make, up to two days ahead."""
        self._must(quarter, self._home.quarter(self.at(self.now) + SUN_AHEAD), "a forecast")
        if Perfect.SUN in self._conditions.perfect:
            return self._home.sun_w[quarter]
        return self._home.sun_foreseen_w[quarter] * self._conditions.sun_factor

    def load_foreseen_wh(self, quarter: int) -> float | None:
        """What the house will draw, where that was made perfect, or as it drew last week; None: nobody foresees it."""
        if Perfect.LOAD in self._conditions.perfect:
            return self._home.load_wh[quarter]
        if self._conditions.last_weeks_load and quarter >= WEEK:
            return self.load_wh(quarter - WEEK)
        return None

    def load_wh(self, quarter: int) -> float:
        """What the house drew in a quarter that is over."""
        self._must(quarter, self.now, "what the house drew")
        return self._home.load_wh[quarter]

    def sun_w(self, quarter: int) -> float:
        """What the roof made in a quarter that is over."""
        self._must(quarter, self.now, "what the roof made")
        return self._home.sun_w[quarter]

    def journeys(self) -> tuple[Journey, ...]:
        """The trips that are not over, as the calendar has them, in order of time; the first may be under way."""
        end, found = self.at(self.now) + CALENDAR, []
        for trip in self._home.journeys[self._first :]:
            if trip.departs >= end:
                break
            found.append(trip)
        return tuple(found)

    def _published(self) -> int:
        """Until which quarter the contract's prices are known."""
        if not self._contract.market or Perfect.PRICES in self._conditions.perfect:
            return self._home.quarters
        return self._auctioned()

    def _auctioned(self) -> int:
        """Until which quarter the market's prices are known: this day's end, from 13:00 on tomorrow's."""
        there = self._home.at(self.now).astimezone(BRUSSELS)
        day = there.date()
        missing = self._conditions.prices_missing_days
        tomorrow = day + DAY
        is_out = there.hour >= PUBLISHED_H and not (missing and tomorrow.toordinal() % missing == 0)
        return min(self._home.quarters, self._home.quarter(midnight(tomorrow + DAY if is_out else tomorrow)))

    def _must(self, quarter: int, until: int, what: str) -> None:
        if not 0 <= quarter < min(until, self._home.quarters):
            raise LookAheadError(f"{what} of quarter {quarter} is not known in quarter {self.now}, only below {until}")


Maker = Callable[[Setup, Known], Strategy]
