"""The state of the house, by its meter: what dm knows at one instant, what its quarter may count, what a peak costs.

Only lib/core/metering.py changes it. Knows no message, no socket and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lib.core import ledger, months
from lib.core.books import Books, Prices
from lib.core.capacity import Capacity
from lib.core.claims import LEASE_S, Cause
from lib.core.events import Event, Watch
from lib.core.ledger import Ledger
from lib.core.link import Link
from lib.core.parts import Parting, Parts
from lib.core.peaks import MonthPeak, Peaks
from lib.core.power import without_neutral_w
from lib.core.quarter import Quarter
from lib.core.reading import Reading
from lib.core.shares import STOP_S
from lib.core.slots import Series
from lib.core.sun import Roof
from lib.core.tariff import Tariffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner set: prices, connection (on a grid with neutral), and whether peaks cost. Powers in W.

    margin: the part of a quarter's energy that is kept back from cars and battery.
    lease_s: how long a word and a grant hold; stop_s: an order takes so long until the car is off.
    """

    tariffs: Tariffs
    connection_w: float
    capacity_tariff: bool = True
    owner_target_w: float | None = None
    margin: float = ledger.MARGIN
    lease_s: float = LEASE_S
    stop_s: float = STOP_S

    def capacity(self, month: date) -> Capacity | None:
        """The capacity tariff of a month, without a price where the rates have none; None where peaks cost nothing."""
        return self.tariffs.on(month).capacity or Capacity() if self.capacity_tariff else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The plan lets these quarters, by their start, count so much, since what they are for is worth that peak.

    until: when that ends unless it is said again, by the meter's clock.
    """

    peak_w: float
    quarters: frozenset[datetime]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """A quarter that ended above its target, and why. Averages in W; target_w: without what the owner accepted."""

    start: datetime
    average_w: float
    target_w: float
    cause: Cause


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class House:
    """All that dm knows at one instant.

    Attributes:
        index: the day-ahead price in €/MWh.
        watch: what the next reading is compared with; events: what happened in this step.
        ledger: the budget of the running quarter, and who may draw how much of it.
        accepted: the month peak that the owner accepted, for its month; raised: quarters that the plan lets go higher.
        above: the quarter that ended in this step, if it did so above its target.
        parting: what house, sun, cars and battery draw in the running quarter; parts: of the one that ended in this
            step, where all of it is known.
        roof: the inverters, and what the sun gives.
        notices: what the owner should know, by kind; a kind is told once.

    """

    at: datetime | None = None
    received: datetime | None = None
    reading: Reading | None = None
    quarter: Quarter | None = None
    peaks: Peaks | None = None
    books: Books | None = None
    index: Series = field(default_factory=Series)
    watch: Watch = field(default_factory=Watch)
    events: tuple[Event, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    accepted: MonthPeak | None = None
    raised: Raised | None = None
    above: Above | None = None
    parting: Parting | None = None
    parts: Parts | None = None
    link: Link = field(default_factory=Link)
    roof: Roof = field(default_factory=Roof)
    notices: Mapping[str, str] = field(default_factory=dict)


def prices(house: House, rules: Rules) -> Prices:
    """What pricing needs, as it is known now."""
    return Prices(tariffs=rules.tariffs, index=house.index)


def target_w(house: House, rules: Rules) -> float:
    """What the running quarter may count.

    The most of floor, peak already paid, the owner's target, what he accepts, and what the plan has for this quarter;
    without a capacity tariff what the connection carries.
    """
    if not rules.capacity_tariff:
        return limit_w(house, rules)
    start = house.quarter.start if house.quarter else None
    return max(paid_w(house, rules), accepted_w(house) or 0.0, planned_w(house, start))


def paid_w(house: House, rules: Rules) -> float:
    """What a quarter may count without a word of the owner's: floor, peak already paid, and his setting."""
    paid = house.peaks.running if house.peaks else None
    return max(_floor_w(house, rules), paid.peak_w if paid else 0.0, rules.owner_target_w or 0.0)


def accepted_w(house: House) -> float | None:
    """The month peak that the owner accepted, while its month runs."""
    known = house.accepted
    return known.peak_w if known and house.peaks and known.month == house.peaks.month else None


def planned_w(house: House, start: datetime | None) -> float:
    """How high the plan lets the quarter from `start` go; 0 where it is content with what is paid."""
    raised = house.raised
    if raised is None or start not in raised.quarters or (house.at is not None and house.at >= raised.until):
        return 0.0
    return raised.peak_w


def new_peak_eur(house: House, rules: Rules, peak_w: float | None = None) -> float | None:
    """What it costs over the next 12 bills that this month peaks at `peak_w`, or None: at 1 kW more than it does.

    0 under the floor, under the peak already paid, and while the maximum tariff holds; None: the price is not known.
    """
    tariff = rules.capacity(house.peaks.month) if house.peaks else None
    if house.peaks is None or tariff is None:
        return None
    return months.new_peak_eur(house.peaks.month, house.books, house.peaks, tariff, peak_w)


def over_kw_eur(house: House, rules: Rules) -> float | None:
    """What 1 kW above what this month counts costs over the next 12 bills; None: not known, or peaks cost nothing."""
    tariff = rules.capacity(house.peaks.month) if house.peaks else None
    if house.peaks is None or tariff is None:
        return None
    return months.over_kw_eur(house.peaks.month, house.books, house.peaks, tariff)


def _floor_w(house: House, rules: Rules) -> float:
    """The least that a month counts."""
    tariff = rules.capacity(house.peaks.month) if house.peaks else Capacity()
    return tariff.floor_w if tariff else 0.0


def limit_w(house: House, rules: Rules) -> float:
    """What the connection carries, on the grid that the meter tells of."""
    delta = house.reading is not None and house.reading.is_delta
    return without_neutral_w(rules.connection_w) if delta else rules.connection_w
