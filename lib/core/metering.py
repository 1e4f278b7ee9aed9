"""What happens → the state of the house: `after(house, event, rules) -> House`. Joins quarter, month peaks and books.

The meter's clock is the master for quarters, days and months; the machine's clock stands in where there is none. It
knows no message.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lib.core import booking, books, events, ledger, link, months, notices, parts, peaks, quarter, sun, tidings
from lib.core.books import Books, Closed, Prices
from lib.core.claims import Claim, Drawn
from lib.core.counters import counters, drawn_wh
from lib.core.events import Watch
from lib.core.house import Above, House, Raised, Rules, accepted_w, new_peak_eur, paid_w, planned_w, prices, target_w
from lib.core.peaks import MonthPeak
from lib.core.quarter import QUARTER, Quarter
from lib.core.reading import Reading
from lib.core.shares import SPARE_W
from lib.core.slots import Series
from lib.core.stamp import CLOCK_NOT_SET
from lib.core.states import replace
from lib.core.sun import InverterHeld, InverterMissed, InverterTold

WATCHED_S, MOMENT_S = 60.0, 5.0  # a quarter was watched to its end by a telegram so near to it


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
                house.ledger,
                event.program,
                event.claims,
                event.drawn,
                event.now_s,
                help_w=event.help_w,
                lease_s=rules.lease_s,
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


def _heard(house: House, heard: Heard, rules: Rules) -> House:
    reading = heard.reading
    clock = reading.clock.known if reading.clock else None
    at = clock if clock is not None and clock >= CLOCK_NOT_SET else heard.received
    counted = counters(reading, at)
    grid_w = reading.grid_w
    gained_wh = drawn_wh(house.books.last if house.books else None, counted)
    running = quarter.after(
        house.quarter,
        at=at,
        grid_w=grid_w,
        gained_wh=gained_wh,
        demand_w=reading.quarter_w,
        commanded_w=0.0 if grid_w is None else ledger.devices_w(house.ledger, house.quarter, grid_w, at, heard.now_s),
    )
    closed = _closed(house.quarter, running, gained_wh)
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
            *tidings.counters_turned(house.books, counted, at),
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
        lease_s=rules.lease_s,
        stop_s=rules.stop_s,
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


def _closed(before: Quarter | None, now: Quarter, gained_wh: int | None) -> Closed | None:
    """The quarter that ended between two telegrams, by its last average; None when it was not watched to its end.

    gained_wh: what the registers gained between both. By time, that tells the rest better than the last power, unless
    the rest is so short that whole watt-hours are the coarser of the two, or both say the same as far as these tell.
    """
    if before is None or before.start >= now.start or before.average_w is None:
        return None
    if before.left_s > WATCHED_S or before.grid_w is None:
        return None
    passed_s = (now.at - before.at).total_seconds()
    if (
        gained_wh is None
        or before.counted_at != before.at
        or not MOMENT_S < before.left_s <= passed_s <= WATCHED_S
        or abs(gained_wh - max(0.0, before.grid_w) * passed_s / 3600) <= 1
    ):
        average_w = quarter.forecast_w(before.average_w, before.grid_w, before.left_s)
    else:
        average_w = before.average_w + 4 * gained_wh * before.left_s / passed_s
    return Closed(start=before.start, average_w=round(average_w))
