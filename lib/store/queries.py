"""What was used and paid, over any time and in any step, for the page, the API and the spreadsheet.

In: a database that its program may be writing to, a time and a step. Out: entries. It writes nothing.
"""

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from lib.core.bands import midnight
from lib.core.books import Day, Month, local_day
from lib.core.charges import Part
from lib.core.quarter import QUARTER, start_of
from lib.store.database import DamagedError, StoreError, open_reading, told
from lib.store.records import parse
from lib.store.schema import LONGEST_SLOT_S, STEPS, instant, seconds

MOST = 40_000  # entries of one answer, more than a year of quarters
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Step(StrEnum):
    """How long an entry lasts; days and months are local ones."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(slots=True, kw_only=True)
class Entry:
    """What was used and paid from `start` to `end`: a step, or a gap that nobody watched, which has its own length.

    Attributes:
        import_wh, export_wh: by register.
        peak_w: the highest quarter that was watched; of a month its peak, which the meter may have told.
        eur: by part of the bill, as `Part` names it; empty while no price is known. Export is earned, and positive.
        unpriced_wh: energy whose price is not known, so that `eur` lacks it.
        provisional: some of it is priced by an estimate.
        estimated: when within it the energy flowed is not known well; gap: some of it nobody watched.
        running: it is not over; of its last quarter the euro are not in yet.
        index_eur_mwh: the mean of the day-ahead price where that is known.

    """

    start: datetime
    end: datetime
    import_wh: dict[str, int] = field(default_factory=dict)
    export_wh: dict[str, int] = field(default_factory=dict)
    gas_l: int | None = None
    water_l: int | None = None
    peak_w: float | None = None
    eur: dict[str, float] = field(default_factory=dict)
    unpriced_wh: int = 0
    provisional: bool = False
    estimated: bool = False
    gap: bool = False
    running: bool = False
    index_eur_mwh: float | None = None

    @property
    def total_eur(self) -> float | None:
        """What is to be paid, less what is earned; None while nothing of it has a price."""
        if not self.eur:
            return None
        return sum(-eur if part == Part.EXPORT else eur for part, eur in self.eur.items())


def read(path: Path, start: datetime, end: datetime, step: Step) -> list[Entry]:
    """The entries that begin in [start, end), in order of time. Times of nothing have no entry.

    Raises StoreError: the database is not there or cannot be read, or it would be more than MOST entries.
    """
    return list(each(path, start, end, step))


def each(path: Path, start: datetime, end: datetime, step: Step) -> Iterator[Entry]:
    """The same one by one, so that they are never in memory all together."""
    with closing(open_reading(path, STEPS)) as connection, understood(path):
        connection.execute("BEGIN")  # one moment for all that is read
        for count, entry in enumerate(entries(connection, start, end, step)):
            if count == MOST:
                raise StoreError(f"that are more than {MOST} entries: ask for less, or a longer step")
            yield entry


def entries(connection: sqlite3.Connection, start: datetime, end: datetime, step: Step) -> Iterator[Entry]:
    """The same from a connection, read a local month at a time."""
    for first, last in _months(connection, start, end):
        if step in {Step.DAY, Step.MONTH}:
            for entry in _days(connection, first, last, by_month=step is Step.MONTH):
                entry.index_eur_mwh = _index_eur_mwh(connection, entry.start, entry.end)
                yield entry
        else:
            found = _rows(connection, first, last, QUARTER if step is Step.QUARTER else HOUR)
            _put_index(connection, found)
            yield from found


def days_and_months(path: Path, first: date, last: date) -> tuple[list[Day], list[Month]]:
    """The days and the months that are over, from one local day to another, both with it, oldest first.

    Of today its running quarter is left out. Raises StoreError.
    """
    span = first.isoformat(), last.isoformat()
    with closing(open_reading(path, STEPS)) as connection, understood(path):
        connection.execute("BEGIN")  # one moment for all that is read
        days = connection.execute("SELECT detail FROM days WHERE day BETWEEN ? AND ? ORDER BY day", span).fetchall()
        months = connection.execute("SELECT detail FROM months WHERE month BETWEEN ? AND ? ORDER BY month", span)
        return [parse(Day, detail) for (detail,) in days], [parse(Month, detail) for (detail,) in months]


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Errors of the disk as sentences, and so what was written by nobody of us."""
    with told(path):
        try:
            yield
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
            raise DamagedError(f"{path}: is damaged: {error}") from error


def _months(connection: sqlite3.Connection, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time asked for, where there is anything, cut at each local month."""
    first, last = connection.execute("SELECT min(since), max(until) FROM rows").fetchone()
    if first is None:
        return
    oldest = midnight(local_day(instant(first)).replace(day=1))
    (day,) = connection.execute("SELECT min(day) FROM days").fetchone()
    if day:
        oldest = min(oldest, midnight(date.fromisoformat(day).replace(day=1)))
    start, end = max(start.astimezone(UTC), oldest), min(end.astimezone(UTC), instant(last) + DAY)
    while start < end:
        next_month = midnight(_next_month(local_day(start)))
        yield start, min(end, next_month)
        start = next_month


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _rows(connection: sqlite3.Connection, start: datetime, end: datetime, step: timedelta) -> list[Entry]:
    """Rows put together by step; a gap stands alone, from its own start to its own end."""
    found: dict[tuple[datetime, int], Entry] = {}
    rows = connection.execute(
        "SELECT number, since, until, gap, estimated, provisional, open, average_w, detail FROM rows"
        " WHERE since >= ? AND since < ? ORDER BY since, number",
        (seconds(start - HOUR), seconds(end + HOUR)),
    )
    for number, since_s, until_s, gap, estimated, provisional, is_open, average_w, detail in rows:
        since = instant(since_s)
        first = since if gap else _floor(since, step)
        if not start <= first < end:
            continue
        key = (first, number if gap else 0)
        entry = found.get(key)
        if entry is None:
            entry = found[key] = Entry(start=first, end=instant(until_s) if gap else first + step, gap=bool(gap))
        row = json.loads(detail)
        _add(entry, row, charges=None if is_open else row.get("charges", []))
        entry.estimated |= bool(estimated)
        entry.provisional |= bool(provisional)
        entry.running |= bool(is_open)
        if average_w is not None:
            entry.peak_w = average_w if entry.peak_w is None else max(entry.peak_w, average_w)
        if not is_open and row.get("charges", []) is None:
            entry.unpriced_wh += _energy_wh(row.get("amounts", {}))
    return [entry for _, entry in sorted(found.items(), key=lambda one: one[0])]


def _floor(at: datetime, step: timedelta) -> datetime:
    return start_of(at) if step == QUARTER else at.replace(minute=0, second=0, microsecond=0)


def _days(connection: sqlite3.Connection, start: datetime, end: datetime, *, by_month: bool) -> Iterator[Entry]:
    """Local days, or their month, from the sums that were kept."""
    first = local_day(start)
    if by_month:
        if start != midnight(first.replace(day=1)):
            return
        last = _next_month(first)
    else:
        first += timedelta(days=start != midnight(first))
        last = local_day(end) + timedelta(days=end != midnight(local_day(end)))
    month: Entry | None = None
    query = "SELECT day, open, detail FROM days WHERE day >= ? AND day < ? ORDER BY day"
    for text, is_open, detail in connection.execute(query, (first.isoformat(), last.isoformat())):
        day = date.fromisoformat(text)
        if not by_month:
            entry = Entry(start=midnight(day), end=midnight(day + timedelta(days=1)))
        elif month is None:
            entry = month = Entry(start=midnight(first), end=midnight(last))
        else:
            entry = month
        _add_day(entry, json.loads(detail))
        if is_open:
            entry.running = True
            for (row,) in connection.execute("SELECT detail FROM rows WHERE open = 1"):
                _add(entry, json.loads(row), charges=None)
        if not by_month:
            yield entry
    if month is not None:
        for (detail,) in connection.execute("SELECT detail FROM months WHERE month = ?", (first.isoformat(),)):
            _add_charges(month, json.loads(detail).get("charges", []))
        (month.peak_w,) = connection.execute(
            "SELECT coalesce((SELECT peak_w FROM months WHERE month = :month),"
            " (SELECT peak_w FROM peaks WHERE month = :month), :watched_w)",
            {"month": first.isoformat(), "watched_w": month.peak_w},
        ).fetchone()
        yield month


def _add_day(entry: Entry, day: dict[str, Any]) -> None:
    for name in ("watched", "gaps"):
        tally = day.get(name, {})
        _add(entry, tally, charges=tally.get("charges", []))
        entry.unpriced_wh += tally.get("unpriced_wh", 0)
        entry.provisional |= bool(tally.get("provisional_wh"))
        entry.estimated |= tally.get("estimated", False)
    entry.gap |= day.get("hole", False)
    _add_charges(entry, day.get("fees", []))
    if (peak_w := day.get("peak_w")) is not None:
        entry.peak_w = peak_w if entry.peak_w is None else max(entry.peak_w, peak_w)


def _add(entry: Entry, row: dict[str, Any], *, charges: Any) -> None:
    """Put what a row or a tally, as JSON, holds into an entry."""
    amounts = row.get("amounts", {})
    for sums, more in (
        (entry.import_wh, amounts.get("import_wh", {})),
        (entry.export_wh, amounts.get("export_wh", {})),
    ):
        for register, energy_wh in more.items():
            sums[register] = sums.get(register, 0) + energy_wh
    if (gas_l := amounts.get("gas_l")) is not None:
        entry.gas_l = (entry.gas_l or 0) + gas_l
    if (water_l := amounts.get("water_l")) is not None:
        entry.water_l = (entry.water_l or 0) + water_l
    if charges:
        _add_charges(entry, charges)


def _add_charges(entry: Entry, charges: Any) -> None:
    if isinstance(charges, list):  # none at all is an empty object
        for part, _, _, _, _, eur in charges:
            entry.eur[part] = entry.eur.get(part, 0.0) + eur


def _energy_wh(amounts: dict[str, dict[str, int]]) -> int:
    return sum(amounts.get("import_wh", {}).values()) + sum(amounts.get("export_wh", {}).values())


def _index_eur_mwh(connection: sqlite3.Connection, start: datetime, end: datetime) -> float | None:
    """The mean over that part of the time for which a price is known."""
    first_s, last_s = seconds(start), seconds(end)
    known_s, total = connection.execute(
        "SELECT sum(min(until, :end) - max(start, :start)), sum((min(until, :end) - max(start, :start)) * eur_mwh)"
        " FROM prices WHERE start > :start - :longest AND start < :end AND until > :start",
        {"start": first_s, "end": last_s, "longest": LONGEST_SLOT_S},
    ).fetchone()
    return total / known_s if known_s else None


def _put_index(connection: sqlite3.Connection, found: list[Entry]) -> None:
    """The same for many short entries: a question for each would take longer than all the rest."""
    if not found:
        return
    first_s, last_s = seconds(found[0].start), max(seconds(entry.end) for entry in found)
    slots = connection.execute(
        "SELECT start, until, eur_mwh FROM prices WHERE start > ? AND start < ? AND until > ? ORDER BY start",
        (first_s - LONGEST_SLOT_S, last_s, first_s),
    ).fetchall()
    starts = [start_s for start_s, _, _ in slots]
    for entry in found:
        first_s, last_s = seconds(entry.start), seconds(entry.end)
        known_s, total = 0, 0.0
        for start_s, until_s, eur_mwh in slots[max(0, bisect_right(starts, first_s) - 1) : bisect_left(starts, last_s)]:
            held_s = min(until_s, last_s) - max(start_s, first_s)
            if held_s > 0:
                known_s += held_s
                total += held_s * eur_mwh
        if known_s:
            entry.index_eur_mwh = total / known_s
