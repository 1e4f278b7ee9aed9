"""A past that dm has stored: quarter by quarter what was drawn and fed in, booked as dm books it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from lib.core.books import Day, Month, Row, local_day, settled
from lib.core.books import Prices as BookPrices
from lib.core.cost import fees
from lib.core.counters import Amounts, Counters
from lib.core.house import Above
from lib.core.parts import Parts
from lib.core.peaks import MonthPeak
from lib.core.quarter import QUARTER
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs
from lib.store.batch import Batch, Told
from lib.store.database import settle
from lib.store.store import Store
from lib.store.traces import Minute, Trace


def a_past(
    home: Path,
    start: datetime,
    net_wh: Sequence[int | None],
    *,
    tariffs: Tariffs,
    eur_mwh: Sequence[float] = (),
    months: Iterable[Month] = (),
    peaks_w: Mapping[date, float] | None = None,
    traces: Iterable[Trace] = (),
    minutes: Iterable[Minute] = (),
    above: Iterable[Above] = (),
    parts: Iterable[Parts] = (),
    register: str = "1",
) -> Path:
    """A database in a home, with a quarter for each of `net_wh`, None: not watched; eur_mwh: from the start on.

    Each quarter either draws or feeds in. Month peaks are the highest quarters, unless said.
    """
    slots = tuple(Slot(start + n * QUARTER, start + (n + 1) * QUARTER, one) for n, one in enumerate(eur_mwh))
    prices = BookPrices(tariffs=tariffs, index=Series(slots))
    batch, highest_w = Batch(), dict[date, float]()
    today: Day | None = None
    nothing = Counters(at=start, serial="1TST", import_wh={}, export_wh={}, gas_l={}, water_l={})
    row = Row(number=0, since=start, until=start)
    for number, wh in enumerate(net_wh):
        at = start + number * QUARTER
        day = local_day(at)
        if today is None or today.day != day:
            used = today.used.plus(today.whole.amounts) if today else row.used
            today = Day(day=day, since=at, counters=nothing, used=used, fees=fees(day, tariffs))
        if wh is not None:
            amounts = Amounts(import_wh={register: max(0, wh)}, export_wh={register: max(0, -wh)})
            used = today.used.plus(today.whole.amounts)
            average_w = max(0, wh) * 4.0
            row = Row(number=number + 1, since=at, until=at + QUARTER, amounts=amounts, used=used, average_w=average_w)
            row = settled(row, prices)
            batch.rows[row.number] = row
            today = today.plus(row)
            month = day.replace(day=1)
            highest_w[month] = max(highest_w.get(month, 0.0), average_w)
        batch.days[day] = today
    assert today is not None
    batch.today = today
    batch.open = Row(number=len(net_wh) + 1, since=row.until, until=row.until, used=today.used)
    batch.prices = {Told("test", slots): None} if slots else {}
    batch.months = {one.month: one for one in months}
    batch.peaks = {month: MonthPeak(month, peak_w) for month, peak_w in (peaks_w or highest_w).items()}
    batch.traces = {one.month: one for one in traces}
    batch.minutes = {one.start: one for one in minutes}
    batch.parts = {one.start: one for one in parts}
    batch.above = {one.start: one for one in above}
    path = home / "data" / "dm.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    Store.create(path, "now", [batch])
    settle(path)
    return path


def owned(home: Path, rates: Mapping[str, object]) -> Path:
    """A home with its own rates.json."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "rates.json").write_text(json.dumps(rates), "utf-8")
    return home


def minutes_of(start: datetime, watts: Sequence[int]) -> tuple[Minute, ...]:
    """Minutes with these means."""
    return tuple(
        Minute(start=start + n * timedelta(minutes=1), mean_w=one, least_w=one, most_w=one, quarter_w=None)
        for n, one in enumerate(watts)
    )
