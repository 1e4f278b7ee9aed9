"""What waits to be written, in one go: each thing once, as it stood last, and never more than memory can hold.

It knows no disk.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from lib.core.books import Day, Month, Row
from lib.core.events import Event
from lib.core.habits import Note
from lib.core.house import Above
from lib.core.parts import Parts
from lib.core.peaks import MonthPeak
from lib.core.saved import Day as SavedDay
from lib.core.slots import Slot
from lib.store.traces import Minute, Trace

ROWS_KEPT = 10_000  # a hundred days of quarters without a disk
MINUTES_KEPT = 3 * 24 * 60
EVENTS_KEPT = 10_000
ABOVE_KEPT = 10_000
PARTS_KEPT = 10_000
DAYS_KEPT = 800
PRICES_KEPT = 1_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Told(NamedTuple):
    """Prices in €/MWh as a source told them."""

    source: str
    slots: tuple[Slot, ...]


@dataclass(slots=True, kw_only=True)
class Batch:
    """Things by what names them.

    Attributes:
        open: the running row; today: its day, with the counters as they stood when both were taken.
        rows: finished or priced anew; days: changed.
        above: quarters that ended above their target; accepted: the month peaks that the owner accepts, 0 no more.
        parts: quarters by house, sun, cars and battery; notes: what outlooks foresaw.
        saved: days with what they cost and would have cost.
        given_up: rows that had no place any more.

    """

    open: Row | None = None
    today: Day | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    days: dict[date, Day] = field(default_factory=dict)
    months: dict[date, Month] = field(default_factory=dict)
    peaks: dict[date, MonthPeak] = field(default_factory=dict)
    minutes: dict[datetime, Minute] = field(default_factory=dict)
    traces: dict[date, Trace] = field(default_factory=dict)
    events: dict[Event, None] = field(default_factory=dict)
    prices: dict[Told, None] = field(default_factory=dict)
    above: dict[datetime, Above] = field(default_factory=dict)
    accepted: dict[date, float] = field(default_factory=dict)
    parts: dict[datetime, Parts] = field(default_factory=dict)
    notes: dict[datetime, Note] = field(default_factory=dict)
    saved: dict[date, SavedDay] = field(default_factory=dict)
    given_up: int = 0

    def add(self, newer: "Batch") -> None:
        """Take what is newer; of what is then too much, the oldest goes."""
        if newer.open is not None:
            self.open, self.today = newer.open, newer.today
        self.given_up += newer.given_up + _put(self.rows, newer.rows, ROWS_KEPT)
        _put(self.days, newer.days, DAYS_KEPT)
        self.months |= newer.months
        self.peaks |= newer.peaks
        _put(self.minutes, newer.minutes, MINUTES_KEPT)
        for month, trace in newer.traces.items():
            if month not in self.traces or trace.peak_w >= self.traces[month].peak_w:
                self.traces[month] = trace
        _put(self.events, newer.events, EVENTS_KEPT)
        _put(self.prices, newer.prices, PRICES_KEPT)
        _put(self.above, newer.above, ABOVE_KEPT)
        self.accepted |= newer.accepted
        _put(self.parts, newer.parts, PARTS_KEPT)
        _put(self.notes, newer.notes, PARTS_KEPT)
        _put(self.saved, newer.saved, DAYS_KEPT)

    def put(
        self,
        *,
        rows: Iterable[Row] = (),
        days: Iterable[Day] = (),
        months: Iterable[Month] = (),
        events: Iterable[Event] = (),
    ) -> None:
        """Take what a step finished."""
        self.given_up += _put(self.rows, {row.number: row for row in rows}, ROWS_KEPT)
        _put(self.days, {day.day: day for day in days}, DAYS_KEPT)
        self.months |= {month.month: month for month in months}
        _put(self.events, dict.fromkeys(events), EVENTS_KEPT)


def _put(kept: dict[K, V], newer: dict[K, V], most: int) -> int:
    """Put the newer ones last, and drop the first beyond `most`; how many those were."""
    for key, value in newer.items():
        kept.pop(key, None)
        kept[key] = value
    too_many = max(0, len(kept) - most)
    for key in list(kept)[:too_many]:
        del kept[key]
    return too_many
