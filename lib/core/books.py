"""The books: what each quarter used and paid, in rows, and the days that are their sums. `booking` writes them.

Nothing is booked twice and nothing is lost: each row holds what the counters gained from `since` to `until`, rows are
only ever added, and what is added goes into its day. So the books are the same however often the program was started.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lib.core.bands import midnight
from lib.core.charges import Charges, Used, plus
from lib.core.cost import priced
from lib.core.counters import Amounts, Counters
from lib.core.quarter import start_of
from lib.core.slots import Series
from lib.core.stamp import BRUSSELS
from lib.core.states import replace
from lib.core.tariff import Tariffs

WATCHED = timedelta(minutes=5)  # a day counted from here on is counted from its start
DAYS_KEPT = 380  # a year and the week around its start
PENDING_KEPT = 10_000  # rows that wait for a price: a hundred days of quarters


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Row:
    """What was used from `since` to `until`: a quarter or what was watched of it, or a gap that nobody watched.

    Attributes:
        number: counts up from 1; down from -1 for what a rebuild of the database found lacking. Rows of one quarter are
            added.
        used: what the local year had counted before it, by which blocks and netting are priced.
        gap: the program did not run, or heard nothing, for longer than a quarter.
        estimated: when within the interval the energy flowed is not known well.
        average_w: what the capacity tariff counts for the quarter; on the row that saw its end.
        charges: what it costs; None while the price is not known.
        provisional: priced by an estimate, and once more when the price is published.

    """

    number: int
    since: datetime
    until: datetime
    amounts: Amounts = field(default_factory=Amounts)
    used: Used = field(default_factory=Used)
    gap: bool = False
    estimated: bool = False
    average_w: float | None = None
    charges: Charges | None = field(default_factory=dict)
    provisional: bool = False

    @property
    def quarter(self) -> datetime:
        """The start of its quarter; of a gap, of its first one."""
        return start_of(self.since)

    @property
    def waits(self) -> bool:
        """Whether it has no price yet, or one by an estimate."""
        return self.charges is None or self.provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A sum of rows.

    Attributes:
        unpriced_wh: energy, taken and injected, whose price is not known, so that `charges` lack it.
        provisional_wh: energy that is priced by an estimate until its price is published.
        estimated: some of it is from a gap, or split by time.

    """

    amounts: Amounts = field(default_factory=Amounts)
    charges: Charges = field(default_factory=dict)
    unpriced_wh: int = 0
    provisional_wh: int = 0
    estimated: bool = False

    def plus(self, more: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            amounts=self.amounts.plus(more.amounts),
            charges=plus(self.charges, more.charges),
            unpriced_wh=self.unpriced_wh + more.unpriced_wh,
            provisional_wh=self.provisional_wh + more.provisional_wh,
            estimated=self.estimated or more.estimated,
        )


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Day:
    """One local day: the sum of its rows, what was watched apart from what was not.

    Attributes:
        since: from when it was counted, watched or not.
        counters: as they stood when it was last counted.
        used: what the local year had counted before the day.
        watched, gaps: its rows; a gap belongs to the month, but nobody knows which hour of the day it was.
        fees: what the day costs whatever is used.
        hole: a gap took a part of it.
        peak_w, peak_start: its highest quarter.

    """

    day: date
    since: datetime
    counters: Counters
    used: Used = field(default_factory=Used)
    watched: Tally = field(default_factory=Tally)
    gaps: Tally = field(default_factory=Tally)
    fees: Charges = field(default_factory=dict)
    hole: bool = False
    peak_w: float | None = None
    peak_start: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether it was watched from its first minutes to its end, or to now."""
        return not self.hole and self.since <= midnight(self.day) + WATCHED

    @property
    def whole(self) -> Tally:
        """Watched and gaps together."""
        return self.watched.plus(self.gaps)

    def plus(self, row: Row) -> "Day":
        """The day with one more row."""
        tally = tally_of(row)
        return replace(self, gaps=self.gaps.plus(tally)) if row.gap else replace(self, watched=self.watched.plus(tally))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month that is over: its peak, the power that is billed for it, and what that costs.

    import_wh, network: what a whole month like the part that was counted draws, and its charges that count under the
    maximum tariff; nothing where too little was counted to tell.
    """

    month: date
    peak_w: float | None = None
    peak_at: datetime | None = None
    billed_w: float | None = None
    charges: Charges = field(default_factory=dict)
    import_wh: int = 0
    network: Charges = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A week, month or year: the sum of its days, with what they cost whatever was used.

    since: from when it was counted; later than its start where nobody counted that.
    """

    start: date
    since: datetime
    tally: Tally = field(default_factory=Tally)
    fees: Charges = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether it was counted from its start; gaps are counted too, by the meter."""
        return self.since <= midnight(self.start) + WATCHED

    def plus(self, day: Day) -> "Period":
        """The period with one more day, which is earlier or later than the others."""
        return replace(
            self, since=min(self.since, day.since), tally=self.tally.plus(day.whole), fees=plus(self.fees, day.fees)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a step finished or changed, for whoever keeps it; the open row and today change with each step."""

    rows: tuple[Row, ...] = ()
    days: tuple[Day, ...] = ()
    months: tuple[Month, ...] = ()


NONE: Changes = Changes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A quarter that just ended: its start and the average the capacity tariff counts."""

    start: datetime
    average_w: float


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Books:
    """All that was booked.

    Attributes:
        last: the counters as they stood last.
        count: the numbers given to rows so far.
        open: the row of the running quarter; it is in no day yet.
        today: the running day; days: those before, newest first, to the start of the year or a little further.
        months: months that are over, newest first.
        pending: rows that wait for a price, or for a better one.
        week, month, year: the sums of the days before today.
        changes: what the last step finished.

    """

    last: Counters
    count: int
    open: Row
    today: Day
    days: tuple[Day, ...] = ()
    months: tuple[Month, ...] = ()
    pending: tuple[Row, ...] = ()
    week: Period
    month: Period
    year: Period
    changes: Changes = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What pricing needs: the owner's tariffs and the day-ahead price in €/MWh, as far as it is known."""

    tariffs: Tariffs
    index: Series = field(default_factory=Series)


def local_day(at: datetime) -> date:
    """The local day that holds an instant."""
    return at.astimezone(BRUSSELS).date()


def tally_of(row: Row) -> Tally:
    """A row as a sum of one."""
    energy_wh = sum(row.amounts.import_wh.values()) + sum(row.amounts.export_wh.values())
    return Tally(
        amounts=row.amounts,
        charges=row.charges or {},
        unpriced_wh=energy_wh if row.charges is None else 0,
        provisional_wh=energy_wh if row.provisional else 0,
        estimated=row.estimated and bool(energy_wh),
    )


def opened(
    days: Sequence[Day],
    months: Sequence[Month] = (),
    *,
    open_row: Row,
    pending: Iterable[Row] = (),
    count: int | None = None,
) -> Books:
    """The books as they were kept: days and months newest first, the first day being the one that was running.

    open_row: the running row, which is not in its day; count: the highest number of a row, the open one's unless said.
    """
    today, before = days[0], tuple(days[1 : DAYS_KEPT + 1])
    this = today.day.replace(day=1)
    week, month, year = sums(today, before)
    return Books(
        last=today.counters,
        count=open_row.number if count is None else count,
        open=open_row,
        today=today,
        days=before,
        months=tuple(one for one in months if one.month < this),
        pending=tuple(pending)[-PENDING_KEPT:],
        week=week,
        month=month,
        year=year,
    )


def months_closed(books: Books, months: Iterable[Month]) -> Books:
    """The books with months that are over; one that was closed before is so no more."""
    new = tuple(months)
    if not new:
        return books
    by_month = {one.month: one for one in (*books.months, *new)}
    every = tuple(sorted(by_month.values(), key=lambda one: one.month, reverse=True))
    return replace(books, months=every, changes=replace(books.changes, months=(*books.changes.months, *new)))


def unchanged(books: Books) -> Books:
    """The books after a step that booked nothing."""
    return books if books.changes is NONE else replace(books, changes=NONE)


def settled(row: Row, prices: Prices) -> Row:
    """The row with what it costs, as far as its price is known."""
    cost = priced(row.amounts, row.since, row.until, row.used, prices.tariffs, prices.index)
    if cost is None:
        return replace(row, charges=None)
    return replace(row, charges=cost.charges, provisional=cost.provisional)


def periods(books: Books, prices: Prices) -> tuple[Day, Period, Period, Period]:
    """Today, the week, the month and the year, each with the running row."""
    today = books.today.plus(settled(books.open, prices))
    return today, books.week.plus(today), books.month.plus(today), books.year.plus(today)


def sums(today: Day, days: Sequence[Day]) -> tuple[Period, Period, Period]:
    """Week, month and year of today, summed over the days before it."""
    starts: Mapping[str, date] = {
        "week": today.day - timedelta(days=today.day.weekday()),
        "month": today.day.replace(day=1),
        "year": today.day.replace(month=1, day=1),
    }
    found = {name: Period(start=start, since=today.since) for name, start in starts.items()}
    for day in days:
        for name, start in starts.items():
            if start <= day.day < today.day:
                found[name] = found[name].plus(day)
    return found["week"], found["month"], found["year"]
