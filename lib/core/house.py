"""The meter's state: `after(house, event, rules) -> House`. Joins quarter, month peaks and books; knows no message.

The meter's clock is the master for quarters, days and months; the machine's clock stands in where there is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lib.core import booking, books, events, ledger, link, months, notices, parts, peaks, quarter, sun, tidings
from lib.core.books import Books, Closed, Prices
from lib.core.capacity import Capacity
from lib.core.claims import Cause, Claim, Drawn
from lib.core.counters import counters, drawn_wh
from lib.core.events import Event, Watch
from lib.core.ledger import Ledger
from lib.core.link import Link
from lib.core.parts import Parting, Parts
from lib.core.peaks import MonthPeak, Peaks
from lib.core.power import without_neutral_w
from lib.core.quarter import QUARTER, Quarter
from lib.core.reading import Reading
from lib.core.shares import SPARE_W
from lib.core.slots import Series
from lib.core.stamp import CLOCK_NOT_SET
from lib.core.sun import InverterHeld, InverterMissed, InverterTold, Roof
from lib.core.tariff import Tariffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner set: prices, connection (on a grid with neutral), and whether peaks cost. Powers in W.

    margin: the part of a quarter's energy that is kept back from cars and battery.
    """

    tariffs: Tariffs
    connection_w: float
    capacity_tariff: bool = True
    owner_target_w: float | None = None
    margin: float = ledger.MARGIN

    def capacity(self, month: date) -> Capacity | None:
        """The capacity tariff of a month, without a price where the rates have none; None where peaks cost nothing."""
        return self.tariffs.on(month).capacity or Capacity() if self.capacity_tariff else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A telegram came: its reading, and the machine's time when it did; now_s: by its monotonic clock."""

    reading: Reading
    received: datetime
    rejected: int = 0
    now_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Nothing came for `for_s` seconds until `now`; `ended`: and nothing will."""

    for_s: float
    why: str
    now: datetime
    rejected: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The day-ahead price as far as it is known now, in €/MWh."""

    index: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A program said what it asks of the quarter, and what its devices draw; help_w: the battery gives the cars."""

    program: str
    claims: tuple[Claim, ...]
    drawn: tuple[Drawn, ...]
    now_s: float
    help_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The owner accepts this month peak until the month ends; 0 takes it back."""

    peak_w: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
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


Happening = Heard | Silent | Published | Claimed | Accepted | Raised | InverterTold | InverterMissed | InverterHeld


def after(house: House, event: Happening, rules: Rules) -> House:
    """The state as `event` leaves it. Nothing else changes it, live or replayed."""
    if isinstance(event, Heard):
        return _heard(house, event, rules)
    house = replace(house, events=(), above=None, parts=None, books=house.books and books.unchanged(house.books))
    match event:
        case Silent():
            silent = link.fallen_silent(
                house.link,
                for_s=event.for_s,
                why=event.why,
                now=event.now,
                rejected=event.rejected,
                ended=event.ended,
            )
            return replace(house, link=silent)
        case Published():
            kept = house.books and booking.repriced(house.books, Prices(tariffs=rules.tariffs, index=event.index))
            return replace(house, index=event.index, books=kept)
        case Claimed():
            told = ledger.heard(
                house.ledger, event.program, event.claims, event.drawn, event.now_s, help_w=event.help_w
            )
            found_w = (house.ledger.base_w or 0.0) - (told.base_w or 0.0)
            running = house.quarter and quarter.controlled(house.quarter, found_w)
            return replace(house, ledger=told, quarter=running)
        case Accepted():
            month = house.peaks.month if house.peaks else None
            known = MonthPeak(month, event.peak_w, None) if month and event.peak_w else None
            return replace(house, accepted=known)
        case Raised():
            return _planned(house, event, rules)
        case InverterTold() | InverterMissed() | InverterHeld():
            return replace(house, roof=sun.after(house.roof, event))


def opened(kept: Books, month_peaks: Iterable[MonthPeak], index: Series, *, accepted: MonthPeak | None = None) -> House:
    """The house as it was kept, before a telegram came; month_peaks: the running month's among them."""
    known = peaks.opened(kept.today.day.replace(day=1), month_peaks)
    return House(books=kept, peaks=known, accepted=accepted, index=index, watch=Watch(serial=kept.last.serial))


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


def _planned(house: House, event: Raised, rules: Rules) -> House:
    """With what the plan lets quarters count; that it goes above what is paid is said before it does."""
    if not event.quarters:
        return replace(house, raised=None)
    before_w = house.raised.peak_w if house.raised else 0.0
    raised = _raised(event, house, rules)
    said = tidings.raised(
        raised.peak_w, before_w, min(event.quarters), new_peak_eur(house, rules, event.peak_w), house.at
    )
    return replace(house, raised=raised, events=tuple(said))


def _raised(raised: Raised, house: House, rules: Rules) -> Raised:
    """So high that the plan fits, and what starts with it; more than that no car draws than is planned.

    The plan keeps the margin of what is paid, the ledger that of the quarter's own target.
    """
    planned_w = raised.peak_w - rules.margin * paid_w(house, rules) + SPARE_W
    return replace(raised, peak_w=planned_w / (1 - rules.margin))


def new_peak_eur(house: House, rules: Rules, peak_w: float | None = None) -> float | None:
    """What it costs over the next 12 bills that this month peaks at `peak_w`, or None: at 1 kW more than it does.

    0 under the floor, under the peak already paid, and while the maximum tariff holds; None: the price is not known.
    """
    tariff = rules.capacity(house.peaks.month) if house.peaks else None
    if house.peaks is None or tariff is None:
        return None
    return months.new_peak_eur(house.peaks.month, house.books, house.peaks, tariff, peak_w)


def _floor_w(house: House, rules: Rules) -> float:
    """The least that a month counts."""
    tariff = rules.capacity(house.peaks.month) if house.peaks else Capacity()
    return tariff.floor_w if tariff else 0.0


def limit_w(house: House, rules: Rules) -> float:
    """What the connection carries, on the grid that the meter tells of."""
    delta = house.reading is not None and house.reading.is_delta
    return without_neutral_w(rules.connection_w) if delta else rules.connection_w


def _heard(house: House, heard: Heard, rules: Rules) -> House:
    reading = heard.reading
    clock = reading.clock.known if reading.clock else None
    at = clock if clock is not None and clock >= CLOCK_NOT_SET else heard.received
    counted = counters(reading, at)
    grid_w = reading.grid_w
    running = quarter.after(
        house.quarter,
        at=at,
        grid_w=grid_w,
        gained_wh=drawn_wh(house.books.last if house.books else None, counted),
        demand_w=reading.quarter_w,
        commanded_w=0.0 if grid_w is None else ledger.devices_w(house.ledger, house.quarter, grid_w, at, heard.now_s),
    )
    closed = _closed(house.quarter, running)
    month_peaks = peaks.after(
        house.peaks,
        reading,
        at,
        None
        if closed is None
        else MonthPeak(peaks.month_of(closed.start + QUARTER), closed.average_w, closed.start + QUARTER),
    )
    booked = house.books
    if counted.import_wh or booked:
        booked = booking.after(booked, counted, prices(house, rules), closed)
        if booked.changes.rows:
            booked = books.months_closed(booked, months.over(booked, month_peaks, rules.capacity))
    watch, happened = events.after(house.watch, reading, at, devices_w=running.commanded_w)
    above = _above(house, closed, rules)
    flows = parts.flowing(house.ledger, house.roof, heard.now_s)
    parting, parted = parts.after(house.parting, at=at, counted=counted, flows=flows)
    now = House(
        at=at,
        received=heard.received,
        reading=reading,
        quarter=running,
        peaks=month_peaks,
        books=booked,
        index=house.index,
        watch=watch,
        events=(
            *happened,
            *tidings.counters_fallen(house.books, counted, at),
            *tidings.new_peak(house.peaks, month_peaks, booked, at, rules.capacity(month_peaks.month)),
            *tidings.gaps(booked, at),
            *tidings.above(closed, paid_w(house, rules), above.cause if above else None, at),
        ),
        accepted=house.accepted,
        raised=house.raised,
        above=above,
        parting=parting,
        parts=parted,
        link=link.heard(house.link, heard.received, house.received, rejected=heard.rejected),
        roof=house.roof,
        notices=notices.after(house.notices, reading, running),
    )
    budget = ledger.after(
        house.ledger,
        running,
        target_w=target_w(now, rules),
        now_s=heard.now_s,
        margin=rules.margin,
        price=lambda peak_w: new_peak_eur(now, rules, peak_w),
    )
    said = tidings.announced(house.ledger, budget, at) if rules.capacity_tariff else ()
    return replace(now, ledger=budget, events=(*now.events, *said))


def _above(house: House, closed: Closed | None, rules: Rules) -> Above | None:
    """The quarter that ended, if it did so above its target; one that nobody watched is nobody's."""
    known_w = paid_w(house, rules)
    if closed is None or not rules.capacity_tariff or closed.average_w <= known_w + 1:
        return None
    why = ledger.cause(
        house.ledger,
        closed.average_w,
        accepted_w=accepted_w(house) or 0.0,
        planned_w=planned_w(house, closed.start),
    )
    return Above(start=closed.start, average_w=closed.average_w, target_w=known_w, cause=why)


def _closed(before: Quarter | None, now: Quarter) -> Closed | None:
    """The quarter that ended between two telegrams, by its last average; None when it was not watched to its end."""
    if before is None or before.start >= now.start or before.average_w is None:
        return None
    if before.left_s > 60 or before.grid_w is None:
        return None
    average_w = quarter.forecast_w(before.average_w, before.grid_w, before.left_s)
    return Closed(start=before.start, average_w=round(average_w))
