"""History in steps: nothing counted twice, nothing left out, whatever the step and the night."""

import json
import sqlite3
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lib.core.bands import midnight
from lib.core.books import Books, Day, Month, Row, local_day
from lib.core.charges import Charge, Charges, Item, Part, total_eur
from lib.core.counters import Amounts
from lib.core.peaks import MonthPeak
from lib.core.slots import Slot
from lib.store import queries
from lib.store.batch import Batch, Told
from lib.store.database import StoreError, settle
from lib.store.listing import history
from lib.store.queries import Entry, Step, days_and_months, read
from lib.store.store import Store
from tests.conftest import local
from tests.store.builders import batch_of, counted, counted_wh, steps

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))
START = local("2026-10-24 20:03")
ENERGY, GRID = Item(Part.IMPORT, "Energy", "Day", "1"), Item(Part.EXPORT, "Injection", "Day", "1")


def a_store(path: Path, *batches: Batch) -> Path:
    """A database that holds these."""
    Store.create(path, "now", batches)
    settle(path)
    return path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """From an evening in October over the longest night to November, with a gap of twenty hours in it."""
    batch = Batch()
    last: Books | None = None
    step = timedelta(minutes=5)
    for start, end in ((START, local("2026-10-27 09:07")), (local("2026-10-28 05:10"), local("2026-11-02 13:33"))):
        for books in steps(start, end, step=step, books=last):
            batch_of(last := books, batch)
    batch.months[date(2026, 10, 1)] = Month(
        month=date(2026, 10, 1), charges={Item(Part.CAPACITY, "peak"): Charge(2500.0, 10.0)}
    )
    return a_store(tmp_path_factory.mktemp("lived") / "dm.db", batch)


def taken_wh(found: Sequence[Entry]) -> int:
    """All registers together."""
    return sum(sum(entry.import_wh.values()) for entry in found)


@pytest.mark.parametrize("step", Step)
def test_every_step_adds_up_to_the_same(lived: Path, step: Step) -> None:
    """Quarters, hours, days and months hold the same energy, gaps and the running row included."""
    found = read(lived, *EVER, step)
    assert counted_wh(lived) == taken_wh(found)
    assert [entry.start for entry in found] == sorted(entry.start for entry in found)
    assert found[-1].running
    assert not any(entry.running for entry in found[:-1])


@pytest.mark.parametrize("step", Step)
def test_the_money_adds_up_too(lived: Path, step: Step) -> None:
    """The months have the capacity besides; the running row has no price yet."""
    eur = sum(entry.total_eur or 0.0 for entry in read(lived, *EVER, step))
    rows = sum(entry.total_eur or 0.0 for entry in read(lived, *EVER, Step.QUARTER))
    assert rows + (10 if step is Step.MONTH else 0) == pytest.approx(eur)


def test_two_halves_are_the_whole(lived: Path) -> None:
    """What begins in [a, b) and in [b, c) begins in [a, c), once."""
    middle = local("2026-10-27 20:05")
    for step in Step:
        halves = read(lived, EVER[0], middle, step) + read(lived, middle, EVER[1], step)
        assert read(lived, *EVER, step) == halves


def test_the_longest_night_has_a_hundred_quarters(lived: Path) -> None:
    """Its day has 25 hours, and two of them are called two o'clock."""
    start, end = midnight(date(2026, 10, 25)), midnight(date(2026, 10, 26))
    assert [100, 25, 1] == [len(read(lived, start, end, step)) for step in (Step.QUARTER, Step.HOUR, Step.DAY)]
    (day,) = read(lived, start, end, Step.DAY)
    assert timedelta(hours=25) == day.end - day.start
    assert 25 * 540 == taken_wh([day])


async def test_times_are_told_by_brussels(lived: Path) -> None:
    """With the offset, so that the two hours are apart."""
    told = json.loads(await history(lived, local("2026-10-25 01:00"), local("2026-10-25 05:00"), "hour"))
    assert ["01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00", "04:00:00+01:00"] == [
        entry["start"][11:] for entry in told
    ]
    assert {540} == {entry["import_wh"] for entry in told}
    assert {360} == {entry["import_registers_wh"]["1"] for entry in told}
    assert all(entry["peak_w"] == 540 for entry in told)


def test_a_gap_stands_alone(lived: Path) -> None:
    """From its own start to its own end, one for each local day; the days say that they have a hole."""
    gaps = [entry for entry in read(lived, *EVER, Step.QUARTER) if entry.gap]
    assert [local("2026-10-27 09:03"), local("2026-10-28 00:00")] == [entry.start for entry in gaps]
    assert [local("2026-10-28 00:00"), local("2026-10-28 05:10")] == [entry.end for entry in gaps]
    assert all(entry.estimated for entry in gaps)
    holes = [entry.start for entry in read(lived, *EVER, Step.DAY) if entry.gap]
    assert [local("2026-10-27 00:00"), local("2026-10-28 00:00")] == holes


def test_months_are_whole_and_local(lived: Path) -> None:
    """October has its capacity, November runs."""
    october, november = read(lived, *EVER, Step.MONTH)
    assert (local("2026-10-01 00:00"), local("2026-11-01 00:00")) == (october.start, october.end)
    assert 10.0 == october.eur["capacity"]
    assert november.running
    assert [november] == read(lived, local("2026-10-02 00:00"), EVER[1], Step.MONTH)


async def test_the_peak_of_a_month_is_the_one_that_is_billed(lived: Path, tmp_path: Path) -> None:
    """A quarter that nobody watched made it, and the meter told it: so it stands beside its euro, and while it runs."""
    path = tmp_path / "dm.db"
    months = {date(2026, 10, 1): 6400.0, date(2026, 11, 1): 5200.0}
    with closing(sqlite3.connect(lived)) as whole, closing(sqlite3.connect(path)) as copy:
        whole.backup(copy)
    charges = {Item(Part.CAPACITY, "peak"): Charge(6400.0, 30.64)}
    october = Month(month=date(2026, 10, 1), peak_w=6400.0, charges=charges)
    peaks = {month: MonthPeak(month, peak_w) for month, peak_w in months.items()}
    with closing(Store.open(path)) as store:
        store.save(Batch(months={october.month: october}, peaks=peaks))
    assert [6400.0, 5200.0] == [one["peak_w"] for one in json.loads(await history(path, *EVER, "month"))]
    assert {540.0} == {one.peak_w for one in read(path, *EVER, Step.DAY)} - {None}


def a_row(number: int, start: datetime, charges: Charges | None, *, provisional: bool = False) -> Row:
    """A quarter with 100 Wh taken and 10 injected."""
    amounts = Amounts(import_wh={"1": 100}, export_wh={"1": 10})
    return Row(
        number=number, since=start, until=start + QUARTER, amounts=amounts, charges=charges, provisional=provisional
    )


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    """Four quarters from 12:00: priced, priced by an estimate, not priced, and running; prices known for half of it."""
    start = local("2026-11-20 12:00")
    charges = {ENERGY: Charge(100.0, 0.04), GRID: Charge(10.0, 0.01)}
    day = Day(day=local_day(start), since=start, counters=counted(start))
    batch = Batch(open=a_row(4, start + 3 * QUARTER, {}), today=day)
    rows = [
        a_row(1, start, charges),
        a_row(2, start + QUARTER, charges, provisional=True),
        a_row(3, start + 2 * QUARTER, None),
    ]
    for row in rows:
        day = day.plus(row)
    batch.today = replace(day, fees={Item(Part.FIXED, "fee"): Charge(1.0, 0.2)})
    batch.put(rows=rows)
    batch.prices[Told("t", (Slot(start, start + QUARTER, 60.0), Slot(start + QUARTER, start + 2 * QUARTER, 90.0)))] = (
        None
    )
    return a_store(tmp_path / "dm.db", batch)


def test_what_has_no_price_has_none(priced: Path) -> None:
    """Not known is not 0, and an estimate says so."""
    found = read(priced, *EVER, Step.QUARTER)
    assert [0.03, 0.03, None, None] == [one.total_eur and round(one.total_eur, 9) for one in found]
    assert [False, True, False, False] == [one.provisional for one in found]
    assert [0, 0, 110, 0] == [one.unpriced_wh for one in found]
    assert [60.0, 90.0, None, None] == [one.index_eur_mwh for one in found]
    (hour,) = read(priced, *EVER, Step.HOUR)
    assert 75.0 == hour.index_eur_mwh
    (day,) = read(priced, *EVER, Step.DAY)
    assert {"import": 0.08, "export": 0.02, "fixed": 0.2} == day.eur
    assert (110, True, True) == (day.unpriced_wh, day.provisional, day.running)
    assert 0.26 == pytest.approx(day.total_eur or 0.0)
    assert total_eur({ENERGY: Charge(1, 0.08), GRID: Charge(1, 0.02)}) == pytest.approx((day.total_eur or 0.0) - 0.2)


async def test_rows_of_one_quarter_are_one_entry(tmp_path: Path) -> None:
    """A program that was started three times in a quarter has one entry for it."""
    start = local("2026-11-20 12:00")
    rows = [a_row(number, start + timedelta(minutes=4 * number), {}) for number in range(3)]
    day = Day(day=local_day(start), since=start, counters=counted(start))
    batch = Batch(open=a_row(9, start + HOUR, {}), today=day)
    batch.put(rows=[replace(rows[0], average_w=400.0), rows[1], replace(rows[2], estimated=True)])
    path = a_store(tmp_path / "dm.db", batch)
    first, _ = json.loads(await history(path, *EVER, "quarter"))
    assert (300, 400.0, True, False) == (first["import_wh"], first["peak_w"], first["estimated"], first["running"])


async def test_too_much_is_a_sentence(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory has an end."""
    monkeypatch.setattr(queries, "MOST", 100)
    with pytest.raises(StoreError, match="ask for less"):
        read(lived, *EVER, Step.QUARTER)
    with pytest.raises(StoreError, match="ask for less"):
        await history(lived, *EVER, "quarter")


async def test_a_long_answer_is_held_once(tmp_path: Path) -> None:
    """A year of quarters has 18 MB as JSON, and a small Pi 512 MB in all: the entries of one month stand beside it."""
    start = local("2026-01-01 00:00")
    rows = [a_row(number, start + number * QUARTER, {ENERGY: Charge(300, 0.1)}) for number in range(14_000)]
    batches = [Batch(), Batch()]
    batches[0].put(rows=rows[:7_000])
    batches[1].put(rows=rows[7_000:])
    path = a_store(tmp_path / "dm.db", *batches)
    await history(path, start, start + HOUR, "quarter")  # whatever is made once is made now
    tracemalloc.start()
    try:
        answer = await history(path, *EVER, "quarter")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 14_000 == len(json.loads(answer))
    assert peak < 3 * len(answer)


@pytest.mark.parametrize("step", Step)
async def test_a_damaged_row_is_a_sentence(lived: Path, tmp_path: Path, step: Step) -> None:
    """Whoever asks for it; the program itself finds out when it starts again."""
    path = tmp_path / "dm.db"
    with closing(sqlite3.connect(lived)) as whole, closing(sqlite3.connect(path)) as copy:
        whole.backup(copy)
        for table in ("rows", "days", "months"):
            copy.execute(f"UPDATE {table} SET detail = '{{\"amounts\": []}}'")
        copy.commit()
    with pytest.raises(StoreError, match="is damaged"):
        await history(path, *EVER, step)
    with pytest.raises(StoreError, match="is damaged"):
        days_and_months(path, date(2026, 10, 1), date(2026, 10, 31))


async def test_a_missing_database_is_a_sentence(tmp_path: Path) -> None:
    """The API says it."""
    with pytest.raises(StoreError, match="is not there yet"):
        await history(tmp_path / "dm.db", *EVER, "day")


def test_an_empty_database_has_no_entries(tmp_path: Path) -> None:
    """Nothing was counted yet."""
    path = a_store(tmp_path / "dm.db")
    assert [] == [entry for step in Step for entry in read(path, *EVER, step)]
