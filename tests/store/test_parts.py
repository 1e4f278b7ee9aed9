"""Quarters by house, sun, cars and battery outlive a start, a damaged file and a year; so does what was foreseen."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lib.core.habits import LEARNED, Note
from lib.core.house import House
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.saved import Day as SavedDay
from lib.store import parts as table
from lib.store.batch import Batch
from lib.store.database import DamagedError, settle
from lib.store.store import Store
from lib.store.traces import Minute
from tests.conftest import NOON, local
from tests.store.builders import batch_of, lived, query, recorder_in, steps

DAY = timedelta(days=1)
FULL = Parts(start=NOON, load_wh=151.5, sun_wh=250.0, cars_wh=1725.0, battery_wh=-375.2, held=True)
NET = Parts(start=NOON + QUARTER, load_wh=-850.0)
NOTE = Note(made=NOON, load_w=(400.0, 410.5, 390.0), sun_w=(900.0, 0.0, 1000.0), told_w=1100.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store, empty."""
    path = tmp_path / "dm.db"
    Store.create(path, "test")
    settle(path)
    with closing(Store.open(path)) as opened:
        yield opened


def batch(*parts: Parts, notes: tuple[Note, ...] = ()) -> Batch:
    """Quarters to be saved, the minute of the newest with them."""
    newest = max(one.start for one in parts)
    minute = Minute(start=newest, mean_w=1, least_w=1, most_w=1, quarter_w=None)
    return Batch(
        parts={one.start: one for one in parts}, notes={one.made: one for one in notes}, minutes={newest: minute}
    )


def counted(store: Store) -> None:
    """Let the store hold books, without which it knows nothing."""
    *_, last = steps(NOON - timedelta(minutes=20), NOON + timedelta(minutes=40))
    store.save(batch_of(last))


def test_what_is_written_is_read_again(store: Store) -> None:
    """To the last digit; a sun that nobody reads stays unknown. Written twice it is there once."""
    counted(store)
    for _ in range(2):
        store.save(batch(FULL, NET, notes=(NOTE,)))
    kept = store.load()
    assert ((FULL, NET), (NOTE,)) == (kept.parts, kept.notes)
    assert [FULL] == table.read(store.path, NOON, NOON + QUARTER)


def test_a_start_reads_the_last_two_months(store: Store) -> None:
    """And what is older than a year and a month goes, a little at a time."""
    counted(store)
    starts = [NOON - back for back in (401 * DAY, 399 * DAY, LEARNED + DAY, LEARNED - DAY, 0 * DAY)]
    store.save(batch(*(replace(FULL, start=start) for start in starts)))
    assert starts[3:] == [one.start for one in store.load().parts]
    store.tidy(NOON)
    found = store.connection.execute("SELECT start FROM parts ORDER BY start").fetchall()
    assert [int(start.timestamp()) for start in starts[1:]] == [start for (start,) in found]


def test_older_rows_tell_of_a_house_that_is_all_there_is(store: Store) -> None:
    """Quarters that were watched whole, from before the first that has parts: what was taken less what was given."""
    found: Batch | None = None
    for books in steps(local("2026-11-20 08:10"), local("2026-11-20 10:07")):
        found = batch_of(books, found)
    assert found is not None
    found.parts = {FULL.start: replace(FULL, start=local("2026-11-20 09:30"))}
    store.save(found)
    rows = store.load().rows
    assert [local(f"2026-11-20 {at}") for at in ("08:15", "08:30", "08:45", "09:00", "09:15")] == [
        one.start for one in rows
    ]
    assert [pytest.approx(90 + 45 - 9, abs=2)] * 5 == [one.load_wh for one in rows]
    assert {None} == {one.sun_wh for one in rows}


@pytest.mark.parametrize(
    "slip",
    [
        "UPDATE notes SET load_w = '[400.0,4'",
        "UPDATE notes SET load_w = '7'",
        """UPDATE notes SET sun_w = '["a"]'""",
        "UPDATE notes SET sun_w = '[1.0]'",
        "UPDATE notes SET told_w = 1e300",
        "UPDATE parts SET sun_wh = 1e300",
        "UPDATE saved SET eur = 0, detail = '{}'",
    ],
)
def test_a_start_goes_on_without_a_damaged_record_of_what_it_can_do_without(store: Store, slip: str) -> None:
    """It is left out and told; the books, and all the rest, are there."""
    counted(store)
    day = SavedDay(day=NOON.date())
    store.save(Batch(saved={day.day: day}))
    store.save(batch(FULL, NET, notes=(NOTE, replace(NOTE, made=NOON - QUARTER))))
    whole = store.load()
    assert (2, 2, 1, ()) == (len(whole.parts), len(whole.notes), len(whole.saved), whole.notices)
    store.connection.execute(f"{slip} WHERE rowid = (SELECT max(rowid) FROM {slip.split()[1]})")
    kept = store.load()
    assert whole.books == kept.books
    assert 4 == len(kept.parts) + len(kept.notes) + len(kept.saved)
    assert ["records of what was foreseen or saved are damaged and left out: 1"] == [
        notice.removeprefix(f"{store.path}: ") for notice in kept.notices
    ]


@pytest.mark.parametrize("slip", ["parts SET start = 99999999999999", "notes SET made = 99999999999999"])
def test_what_a_wrong_clock_dated_far_ahead_is_left_alone(store: Store, slip: str) -> None:
    """So it stops nobody from learning."""
    counted(store)
    store.save(batch(FULL, NET, notes=(NOTE,)))
    store.connection.execute(f"UPDATE {slip} WHERE rowid = (SELECT max(rowid) FROM {slip.split(maxsplit=1)[0]})")
    kept = store.load()
    assert 2 == len(kept.parts) + len(kept.notes)
    assert () == kept.notices


@pytest.mark.parametrize(
    "slip", ["events SET at = 99999999999999999", "peaks SET month = 'May'", "prices SET until = 99999999999999999"]
)
def test_a_damaged_time_is_told_as_damage(store: Store, slip: str) -> None:
    """So that the file is set aside and made anew, and the meter starts."""
    counted(store)
    *_, last = steps(NOON - timedelta(minutes=20), NOON + timedelta(minutes=40))
    store.save(batch_of(last))
    store.connection.execute("INSERT OR REPLACE INTO events VALUES (1, 'peak', 'high')")
    store.connection.execute("INSERT OR REPLACE INTO peaks VALUES ('2026-11-01', 2500.0, NULL)")
    start = int(NOON.timestamp())
    store.connection.execute("INSERT OR REPLACE INTO prices VALUES (?, ?, 90.0, 'test')", (start, start + 900))
    store.load()
    store.connection.execute(f"UPDATE {slip}")
    with pytest.raises(DamagedError, match="is damaged"):
        store.load()


async def test_what_ends_is_written_within_the_minute(tmp_path: Path) -> None:
    """The quarter stands only in the state that its step leaves; the recorder is told each."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take(House(parts=FULL))
    recorder.take(House())
    recorder.take_note(NOTE)
    recorder.take_note(replace(NOTE, told_w=5.0))  # a plan in mid-quarter makes no other
    await recorder.commit()
    recorder.take_note(replace(NOTE, told_w=5.0))
    await recorder.commit()
    path = tmp_path / "data" / "dm.db"
    assert [(151.5, 1)] == query(path, "SELECT load_wh, held FROM parts")
    assert [(1100.0,)] == query(path, "SELECT told_w FROM notes")
    await recorder.close()


async def test_a_damaged_file_gets_its_quarters_back_from_the_day_files(tmp_path: Path) -> None:
    """Those of days that are over; what had been foreseen of them is not in there."""
    start = local("2026-11-18 20:00")
    await lived(tmp_path, start, start + timedelta(minutes=30))
    recorder, _, _ = recorder_in(tmp_path, start + timedelta(minutes=30))
    evening = [replace(FULL, start=start + place * QUARTER) for place in range(8)]
    for one in evening:
        recorder.take(House(parts=one))
    recorder.take_note(NOTE)
    await recorder.close()
    await lived(tmp_path, start + timedelta(minutes=30), local("2026-11-19 00:20"))
    (tmp_path / "data" / "dm.db").write_bytes(b"no database at all, and long enough to be none" * 100)
    recorder, kept, _ = recorder_in(tmp_path, local("2026-11-19 08:00"))
    await recorder.close()
    assert (tuple(evening), ()) == (kept.parts, kept.notes)
