"""The database: what was saved is loaded, others may look, and the form of the file has a number."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lib.core.bands import midnight
from lib.core.books import NONE, Books, Month
from lib.core.charges import Charge, Item, Part
from lib.core.events import Event, Kind
from lib.core.habits import Note
from lib.core.parts import Parts
from lib.core.peaks import MonthPeak
from lib.core.slots import Series, Slot
from lib.store import database
from lib.store.batch import Batch, Told
from lib.store.bs_store import BsStore
from lib.store.database import DamagedError, NewerError, StoreError, open_reading, open_writing, settle
from lib.store.ev_store import EvStore
from lib.store.schema import STEPS
from lib.store.store import Kept, Store
from lib.store.traces import Minute, Trace
from tests.conftest import NOON, local
from tests.store.builders import batch_of, query, steps

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
FAR = NOON.replace(year=NOON.year + 10)
VERSION_1 = Path(__file__).parent / "version_1.sql"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a new database stands."""
    path = tmp_path / "data" / "dm.db"
    Store.create(path, "now")
    settle(path)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A new, open database."""
    with closing(Store.open(path)) as store:
        yield store


def saved(store: Store, *books: Books) -> Kept:
    """What is loaded after each of these was saved."""
    for one in books:
        store.save(batch_of(one))
    return store.load()


def as_loaded(books: Books) -> Books:
    """The books as they are after a restart: nothing has just changed, and the counters stand in today."""
    return replace(books, changes=NONE, today=replace(books.today, counters=books.last))


def test_an_empty_store_knows_nothing(store: Store) -> None:
    """Nothing was counted yet, which is no damage."""
    assert Kept() == store.load()


def test_the_books_come_back_as_they_were(store: Store) -> None:
    """Three days minute by minute, saved each minute: a restart goes on as if there had been none."""
    last = None
    for last in steps(local("2026-10-24 22:00"), local("2026-10-27 01:07")):
        store.save(batch_of(last))
    assert last is not None
    assert as_loaded(last) == store.load().books


def test_a_pause_and_an_empty_row_leave_one_open_row(store: Store) -> None:
    """A row that was opened and came to nothing is not kept for ever."""
    last = None
    for start, end in (("00:00", "00:00:30"), ("08:00", "08:02"), ("08:40", "08:40:10")):
        for books in steps(local(f"2026-11-20 {start}"), local(f"2026-11-20 {end}"), books=last):
            store.save(batch_of(books))
            last = books
    assert last is not None
    assert as_loaded(last) == store.load().books
    assert [(1,)] == query(store.path, "SELECT count(*) FROM rows WHERE open = 1")


def test_rows_of_the_machines_clock_keep_their_microseconds(store: Store) -> None:
    """A meter without a clock is read at odd instants."""
    odd = NOON + timedelta(microseconds=123_457)
    *_, last = steps(odd, odd + HOUR)
    assert as_loaded(last) == saved(store, last).books


def test_months_peaks_and_events_come_back(store: Store) -> None:
    """Newest first."""
    months = [
        Month(month=date(2026, at, 1), peak_w=4000.5, charges={Item(Part.CAPACITY, "peak"): Charge(4000.5, 16.1)})
        for at in (9, 10)
    ]
    peaks = {date(2026, at, 1): MonthPeak(date(2026, at, 1), 2600.0 + at, NOON) for at in (10, 11)}
    events = [Event(at=NOON + at * HOUR, kind=Kind.MESSAGE, text=f"said {at} \ud800") for at in (0, 1)]
    (first,) = steps(NOON, NOON + timedelta(seconds=1))
    batch = batch_of(first, Batch(peaks=peaks))
    batch.put(months=months, events=events)
    store.save(batch)
    store.save(batch)
    kept = store.load()
    assert kept.books is not None
    assert months[::-1] == list(kept.books.months)
    assert list(peaks.values())[::-1] == list(kept.peaks)
    assert ["said 1 ?", "said 0 ?"] == [event.text for event in kept.events]


def test_an_event_dated_far_ahead_is_not_the_newest(store: Store) -> None:
    """A wrong year, once, does not stand above what happens for the next ten."""
    (first,) = steps(NOON, NOON + timedelta(seconds=1))
    batch = batch_of(first)
    batch.put(events=[Event(at=at, kind=Kind.GAP, text=f"{at:%Y}") for at in (NOON, FAR)])
    store.save(batch)
    assert ["2026"] == [event.text for event in store.load().events]


def test_a_trace_gives_way_to_a_higher_peak_only(store: Store) -> None:
    """One quarter for each month: the highest."""
    for peak_w in (3000.0, 5000.0, 4000.0):
        trace = Trace(month=date(2026, 11, 1), start=NOON, peak_w=peak_w, watts=(int(peak_w), None))
        store.save(Batch(traces={trace.month: trace}))
    assert [("2026-11-01", 5000.0, "[5000,null]")] == query(store.path, "SELECT month, peak_w, watts FROM traces")


def test_newer_prices_cut_older_ones(store: Store) -> None:
    """An hour that was known is replaced where quarters say something else, and nowhere more."""
    hour = Slot(NOON, NOON + HOUR, 80.0)
    quarter = Slot(NOON + QUARTER, NOON + 2 * QUARTER, 60.0)
    store.save(Batch(prices={Told("hourly", (hour,)): None}))
    store.save(Batch(prices={Told("quarters", (quarter,)): None}))
    assert Series((hour,)).joined([quarter]) == store.load().index
    assert [("hourly",), ("quarters",), ("hourly",)] == query(store.path, "SELECT source FROM prices ORDER BY start")


def test_prices_of_days_that_wait_are_loaded(store: Store) -> None:
    """Old prices are left out, unless a row of their day waits for one."""
    days = [midnight(date(2026, 11, 20) - timedelta(days=back)) for back in (0, 60, 61)]
    slots = tuple(Slot(day, day + HOUR, 50.0) for day in reversed(days))
    (*_, last) = steps(NOON, NOON + HOUR)
    batch = batch_of(last, Batch(prices={Told("all", slots): None}))
    (row,) = batch.rows.values() if len(batch.rows) == 1 else [last.open]
    waiting = replace(row, number=1, since=days[1], until=days[1] + QUARTER, charges=None)
    batch.put(rows=[waiting])
    store.save(batch)
    kept = store.load()
    assert kept.books is not None
    assert (waiting,) == kept.books.pending
    assert [days[1], days[0]] == [slot.start for slot in kept.index.slots]


def test_a_save_is_whole_or_not_at_all(store: Store) -> None:
    """A failure in the middle leaves what was there before."""
    first, second = steps(NOON, NOON + timedelta(minutes=2))
    before = saved(store, first)
    bad = batch_of(second)
    bad.minutes[NOON] = Minute(start=NOON, mean_w=2**63, least_w=0, most_w=0, quarter_w=None)
    with pytest.raises(OverflowError):
        store.save(bad)
    assert before == store.load()


def test_the_file_is_its_owners(path: Path) -> None:
    """When a house draws power is nobody's business; neither is the log that stands beside it."""
    with closing(Store.open(path)) as store:
        (first,) = steps(NOON, NOON + timedelta(seconds=1))
        store.save(batch_of(first))
        assert {0o600} == {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}


def test_readers_see_what_is_written(store: Store) -> None:
    """Another program looks while this one writes, and sees each commit as a whole; it can write nothing."""
    with closing(open_reading(store.path, STEPS)) as reader:
        for minutes, books in enumerate(steps(NOON, NOON + timedelta(minutes=50))):
            store.save(batch_of(books))
            (since_s,) = reader.execute("SELECT max(until) - min(since) FROM rows").fetchone()
            assert minutes * 60 == since_s
        with pytest.raises(sqlite3.OperationalError):
            reader.execute("DELETE FROM rows")


def test_a_reader_comes_after_the_program(path: Path) -> None:
    """A database that was closed in good order can be read, and its folder is left as it is."""
    with closing(Store.open(path)):
        pass
    assert [(0,)] == query(path, "SELECT count(*) FROM rows")


def test_a_missing_database_is_a_sentence(tmp_path: Path) -> None:
    """A reader makes no empty file."""
    with pytest.raises(StoreError, match="is not there yet"):
        open_reading(tmp_path / "dm.db", STEPS)
    assert [] == list(tmp_path.iterdir())


def test_a_newer_form_is_refused(path: Path) -> None:
    """After going back to an older program nothing is written into what it does not know."""
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(NewerError, match="update the program"):
        Store.open(path)
    with pytest.raises(StoreError, match="update the program"):
        open_reading(path, STEPS)
    assert before == path.read_bytes()


@pytest.mark.parametrize("kind", [Store, EvStore, BsStore])
def test_what_is_committed_survives_a_power_cut(tmp_path: Path, kind: type[Store | EvStore | BsStore]) -> None:
    """Each commit waits for the disk, as SQLite promises it of FULL: else it stands in memory for some time."""
    path = tmp_path / "any.db"
    kind.create(path, "now")
    settle(path)
    with closing(kind.open(path)) as store:
        modes = [store.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert ["wal", 2] == modes


def test_an_older_form_is_brought_up(tmp_path: Path) -> None:
    """A file of version 1 goes the steps after it, once; what it held is still there."""
    path = tmp_path / "dm.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1.read_text("utf-8"))
    more = (
        *STEPS,
        ("ALTER TABLE minutes ADD COLUMN sun_w INTEGER", "CREATE TABLE cars (name TEXT PRIMARY KEY) STRICT"),
    )
    for _ in range(2):
        open_writing(path, more).close()
    with closing(open_reading(path, more)) as reader:
        assert (1, None) == reader.execute("SELECT count(*), max(sun_w) FROM minutes").fetchone()
    with pytest.raises(StoreError, match="start the program once"):
        open_reading(path, (*more, ()))


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """All steps or none."""
    path = tmp_path / "dm.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1.read_text("utf-8"))
    with pytest.raises(DamagedError):
        open_writing(path, (*STEPS, ("CREATE TABLE cars (name TEXT) STRICT", "no SQL")))
    with closing(open_reading(path, STEPS[:1])) as reader:
        assert [] == reader.execute("SELECT * FROM sqlite_schema WHERE name = 'cars'").fetchall()


def test_a_file_of_version_1_is_loaded(tmp_path: Path) -> None:
    """What the first version wrote, every later one reads: 540 W for two quarters, at the prices of then."""
    path = tmp_path / "dm.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1.read_text("utf-8"))
    with closing(Store.open(path)) as store:
        kept = store.load()
    *_, last = steps(local("2026-11-20 12:00"), local("2026-11-20 12:40"))
    assert as_loaded(last) == kept.books
    assert (MonthPeak(date(2026, 11, 1), 540.0, local("2026-11-20 12:15")),) == kept.peaks
    assert ("production started: 0.60 kW injected",) == tuple(event.text for event in kept.events)


def test_what_is_old_goes_a_little_at_a_time(store: Store) -> None:
    """Minutes are kept for five weeks, events for more than a year."""
    starts = [NOON - timedelta(days=36), NOON - timedelta(days=34), NOON]
    minutes = {at: Minute(start=at, mean_w=1, least_w=0, most_w=2, quarter_w=None) for at in starts}
    batch = Batch(minutes=minutes)
    batch.put(events=[Event(at=NOON - timedelta(days=back), kind=Kind.GAP, text="") for back in (401, 399)])
    store.save(batch)
    store.tidy(NOON)
    assert [(2, 1)] == query(store.path, "SELECT (SELECT count(*) FROM minutes), (SELECT count(*) FROM events)")


@pytest.mark.parametrize("machine", [NOON, NOON - timedelta(days=3), NOON - timedelta(days=3650)])
def test_a_telegram_dated_far_ahead_makes_nothing_old(store: Store, machine: datetime) -> None:
    """A wrong year, once, empties no table; nor does a machine whose clock lags."""
    batch = Batch(
        minutes={at: Minute(start=at, mean_w=1, least_w=0, most_w=2, quarter_w=None) for at in (NOON, FAR)},
        parts={NOON: Parts(start=NOON, load_wh=100.0)},
        notes={NOON: Note(made=NOON, load_w=(1000.0,), sun_w=(0.0,))},
    )
    batch.put(events=[Event(at=NOON, kind=Kind.GAP, text="")])
    store.save(batch)
    store.tidy(machine)
    for table, column in (("minutes", "minute"), ("events", "at"), ("parts", "start"), ("notes", "made")):
        assert [(1,)] == query(store.path, f"SELECT count(*) FROM {table} WHERE {column} = {NOON.timestamp():.0f}")


def test_what_is_old_goes_also_beside_a_date_far_ahead(store: Store) -> None:
    """The store does not grow for ever because of one wrong minute."""
    starts = [NOON - timedelta(days=36), NOON, FAR]
    minutes = {at: Minute(start=at, mean_w=1, least_w=0, most_w=2, quarter_w=None) for at in starts}
    store.save(Batch(minutes=minutes))
    store.tidy(NOON)
    assert [(2,)] == query(store.path, "SELECT count(*) FROM minutes")


def test_a_check_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that takes longer than it may is given up, and says nothing."""
    monkeypatch.setattr(database, "STEPS_BETWEEN", 1)
    database.check(store.connection, store.path, longest_s=-1)
