"""The recorder: takes each state, writes once a minute, and outlives whatever the disk does."""

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lib.core import booking
from lib.core.books import Prices, periods
from lib.core.charges import total_eur
from lib.core.house import House, Raised
from lib.core.metering import after
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs
from lib.store import batch as batches
from lib.store.database import SIDES, NewerError, side
from lib.store.disk import LONGEST_PAUSE_S
from lib.store.queries import Step, read
from lib.store.recorder import Recorder
from lib.store.schema import STEPS
from tests.conftest import NOON, RULES, SECOND, local
from tests.store.builders import (
    FREE,
    counted,
    counted_wh,
    heard,
    imported_wh,
    lived,
    query,
    recorder_in,
    steps,
    unwritable,
)

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def watched(
    recorder: Recorder, start: datetime, end: datetime, grid_w: float, *, house: House | None = None, step_s: int = 1
) -> House:
    """A house that draws `grid_w` from `start` up to `end`, each state of which the recorder takes."""
    house = house or House()
    at = start
    while at < end:
        house = heard(house, at, grid_w, quarter_w=grid_w * ((at.minute % 15) * 60 + at.second) / 900)
        recorder.take(house)
        at += step_s * SECOND
    return house


def took_wh(start: datetime, end: datetime) -> int:
    """What the meter counted in between."""
    return sum(imported_wh(end).values()) - sum(imported_wh(start).values())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A home whose `data` is a disk of its own, of 512 kB; as root only."""
    folder = tmp_path / "data"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    """Both lives together hold what the meter counted, and the second knows the peaks of the first."""
    recorder, kept, _ = recorder_in(tmp_path)
    assert kept.books is None
    watched(recorder, NOON, NOON + 2 * QUARTER, 720.0)
    await recorder.close()
    recorder, kept, _ = recorder_in(tmp_path)
    assert kept.books is not None
    assert NOON + 2 * QUARTER - SECOND == kept.books.last.at
    assert [date(2026, 11, 1)] == [one.month for one in kept.peaks]
    house = watched(recorder, NOON + 2 * QUARTER, NOON + 3 * QUARTER, 720.0, house=House(books=kept.books))
    await recorder.close()
    assert house.books is not None
    assert took_wh(NOON, house.books.last.at) == counted_wh(tmp_path / "data" / "dm.db")


async def test_minutes_tell_mean_least_and_most(tmp_path: Path) -> None:
    """By the meter's minutes; the running one is written at the end."""
    recorder, _, _ = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + timedelta(seconds=30), 100.0)
    house = watched(recorder, NOON + timedelta(seconds=30), NOON + timedelta(seconds=60), 300.0, house=house)
    watched(recorder, NOON + timedelta(seconds=60), NOON + timedelta(seconds=70), -50.0, house=house)
    await recorder.commit()
    path = tmp_path / "data" / "dm.db"
    assert [(200, 100, 300)] == query(path, "SELECT mean_w, least_w, most_w FROM minutes")
    await recorder.close()
    assert [(200,), (-50,)] == query(path, "SELECT mean_w FROM minutes ORDER BY minute")


async def test_only_a_new_month_peak_leaves_its_seconds(tmp_path: Path) -> None:
    """Three quarters, the second is the highest: its 900 seconds are kept, the others are not."""
    recorder, _, _ = recorder_in(tmp_path)
    house = House()
    for number, grid_w in enumerate((1000.0, 3000.0, 2000.0, 100.0)):
        start = NOON + number * QUARTER
        house = watched(recorder, start, start + QUARTER, grid_w, house=house)
        await recorder.commit()
    await recorder.close()
    ((month, start_s, peak_w, text),) = query(tmp_path / "data" / "dm.db", "SELECT * FROM traces")
    assert ("2026-11-01", int((NOON + QUARTER).timestamp())) == (month, start_s)
    assert peak_w == pytest.approx(3000, abs=5)
    assert [3000] * 900 == json.loads(str(text))


async def test_events_and_prices_are_kept(tmp_path: Path) -> None:
    """What happened, once, and what a source said."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take_prices("file", (Slot(NOON, NOON + QUARTER, 81.5),))
    house = watched(recorder, NOON, NOON + 2 * SECOND, 100.0)
    house = watched(recorder, NOON + 2 * SECOND, NOON + 23 * SECOND, -900.0, house=house)
    recorder.take(replace(house, notices={"a": "b"}))  # the same reading once more
    await recorder.close()
    _, kept, _ = recorder_in(tmp_path)
    assert ["production started: 0.90 kW injected"] == [event.text for event in kept.events]
    assert [81.5] == [slot.value for slot in kept.index.slots]


async def test_what_happens_between_two_telegrams_is_kept(tmp_path: Path) -> None:
    """That the plan lets a quarter go above what is paid is told with its price, and no telegram comes with it."""
    recorder, _, _ = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + 2 * SECOND, 100.0)
    raised = Raised(peak_w=5_000.0, quarters=frozenset({NOON + QUARTER}), until=NOON + 4 * QUARTER)
    house = after(house, raised, RULES)
    recorder.take(house)
    watched(recorder, NOON + 2 * SECOND, NOON + 4 * SECOND, 100.0, house=house)
    await recorder.close()
    _, kept, _ = recorder_in(tmp_path)
    assert len(house.events) == 1
    assert house.events == kept.events


async def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    """A silent meter wears out no card."""
    recorder, _, _ = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + 5 * SECOND, 100.0)
    await recorder.commit()
    log = tmp_path / "data" / "dm.db-wal"
    before = log.stat().st_size
    recorder.take(replace(house, notices={"silent": "yes"}))
    await recorder.commit()
    assert before == log.stat().st_size
    await recorder.close()


async def test_a_full_disk_is_told_and_survived(tmp_path: Path, disk: Path) -> None:
    """The program goes on; when there is room again nothing is missing and the trouble is over."""
    recorder, _, clock = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + QUARTER, 500.0, step_s=5)
    await recorder.commit()
    assert recorder.trouble is None
    film = disk / "film"
    with pytest.raises(OSError, match="No space"):
        film.write_bytes(bytes(600_000))
    for hour in range(30):  # the log has some room left in its last page
        start = NOON + QUARTER + timedelta(hours=hour)
        house = watched(recorder, start, start + timedelta(hours=1), 500.0, house=house, step_s=60)
        clock.turn(LONGEST_PAUSE_S)
        await recorder.commit()
    assert recorder.trouble is not None
    assert "the disk is full" in recorder.trouble
    film.unlink()
    clock.turn(LONGEST_PAUSE_S)
    await recorder.commit()
    assert recorder.trouble is None
    await recorder.close()
    assert house.books is not None
    assert took_wh(NOON, house.books.last.at) == counted_wh(disk / "dm.db")
    assert 30 * 60 < int(str(query(disk / "dm.db", "SELECT count(*) FROM minutes")[0][0]))


async def test_a_quota_is_a_full_disk_too(tmp_path: Path) -> None:
    """The same without root: the database may not grow, and then it may."""
    recorder, _, clock = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + QUARTER, 500.0, step_s=5)
    await recorder.commit()
    store = recorder._writer._store
    assert store is not None
    store.connection.execute("PRAGMA max_page_count=1")
    house = watched(recorder, NOON + QUARTER, NOON + timedelta(hours=40), 500.0, house=house, step_s=60)
    await recorder.commit()
    assert "the disk is full" in str(recorder.trouble)
    await recorder.commit()  # it waits for a while first
    assert recorder.trouble is not None
    clock.turn(60)
    await recorder.commit()
    assert recorder.trouble is None
    await recorder.close()
    assert house.books is not None
    assert took_wh(NOON, house.books.last.at) == counted_wh(tmp_path / "data" / "dm.db")


async def test_a_disk_that_is_full_at_the_start(tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept is known all the same, and is gone on with once there is room; temporary files lie there too."""
    before = await lived(tmp_path, NOON, NOON + timedelta(hours=2))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    film = disk / "film"
    with pytest.raises(OSError, match="No space"):
        film.write_bytes(bytes(600_000))
    recorder, kept, clock = recorder_in(tmp_path)
    assert kept.books is not None
    assert before.last == kept.books.last
    assert "full" in str(recorder.trouble)
    for books in steps(NOON + timedelta(hours=2), NOON + timedelta(hours=3), books=kept.books):
        recorder.take(House(books=books))
    await recorder.commit()
    film.unlink()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    assert took_wh(NOON, NOON + timedelta(minutes=179)) == counted_wh(disk / "dm.db")


async def test_a_start_on_one_card_that_cannot_be_written(tmp_path: Path) -> None:
    """No temporary file can be made either: what was kept is known, and gone on with when there is room."""
    before = await lived(tmp_path, NOON, NOON + timedelta(hours=2))
    path = tmp_path / "data" / "dm.db"
    with unwritable(path):
        recorder, kept, clock = recorder_in(tmp_path)
        assert recorder.trouble is not None
        assert kept.books is not None
        assert before.last == kept.books.last
        for books in steps(NOON + timedelta(hours=2), NOON + timedelta(hours=3), books=kept.books):
            recorder.take(House(books=books))
        await recorder.commit()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    assert took_wh(NOON, NOON + timedelta(minutes=179)) == counted_wh(path)


async def test_a_read_only_disk_is_told_and_survived(tmp_path: Path) -> None:
    """After a power cut the card comes back read-only: all that was kept is known, and is gone on with later."""
    before = tmp_path / "before"
    recorder, _, _ = recorder_in(before)
    house = watched(recorder, NOON, NOON + QUARTER, 500.0, step_s=5)
    await recorder.commit()
    home = tmp_path / "home"
    shutil.copytree(before, home)  # as it is after kill -9: with a log that is not written into the file
    await recorder.close()
    with read_only(home / "data"):
        recorder, kept, clock = recorder_in(home)
        assert kept.books is not None
        assert house.books is not None
        assert house.books.last == kept.books.last
        house = watched(recorder, NOON + QUARTER, NOON + 2 * QUARTER, 500.0, house=House(books=kept.books), step_s=5)
        await recorder.commit()
        assert "read-only" in str(recorder.trouble)
    clock.turn(LONGEST_PAUSE_S)
    await recorder.commit()
    assert recorder.trouble is None
    await recorder.close()
    assert house.books is not None
    assert took_wh(NOON, house.books.last.at) == counted_wh(home / "data" / "dm.db")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that even root cannot write in; skips where that cannot be had."""
    if subprocess.run(["mount", "--bind", folder, folder], check=False, capture_output=True).returncode:
        pytest.skip("only root can mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def forbidden(folder: Path) -> Iterator[None]:
    """A folder in which this user may not write; skips for root, who may."""
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("root may write anywhere")
        yield
    finally:
        folder.chmod(stat.S_IRWXU)


async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """Without root: there is no database, and none can be made; later it can."""
    with forbidden(tmp_path):
        recorder, kept, clock = recorder_in(tmp_path)
        assert kept.books is None
        watched(recorder, NOON, NOON + QUARTER, 500.0, step_s=5)
        await recorder.commit()
        assert recorder.trouble is not None
    clock.turn(60)
    await recorder.close()
    assert took_wh(NOON, NOON + QUARTER - 5 * SECOND) == counted_wh(tmp_path / "data" / "dm.db")


async def test_a_locked_database_is_told_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds it open in a transaction: what waits is written when they let go."""
    recorder, _, clock = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + 5 * SECOND, 500.0)
    await recorder.commit()
    store = recorder._writer._store
    assert store is not None
    store.connection.execute("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(tmp_path / "data" / "dm.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        watched(recorder, NOON + 5 * SECOND, NOON + QUARTER, 500.0, house=house)
        await recorder.commit()
        assert "another program keeps it locked" in str(recorder.trouble)
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    assert took_wh(NOON, NOON + QUARTER - SECOND) == counted_wh(tmp_path / "data" / "dm.db")


async def test_a_newer_database_stops_the_start(tmp_path: Path) -> None:
    """That is the owner's to decide: nothing is written, nothing is guessed."""
    await lived(tmp_path, NOON, NOON + QUARTER)
    with closing(sqlite3.connect(tmp_path / "data" / "dm.db")) as other:
        other.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    with pytest.raises(NewerError, match="newer version"):
        recorder_in(tmp_path)


async def test_a_database_removed_while_running_is_left_removed(tmp_path: Path) -> None:
    """It is told; the next start begins anew, as its owner wanted."""
    recorder, _, _ = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + 5 * SECOND, 500.0)
    await recorder.commit()
    (tmp_path / "data" / "dm.db").unlink()
    watched(recorder, NOON + 5 * SECOND, NOON + QUARTER, 500.0, house=house)
    await recorder.close()
    assert "was removed; start the program again" in str(recorder.trouble)
    assert not (tmp_path / "data" / "dm.db").exists()
    _, kept, _ = recorder_in(tmp_path)
    assert kept.books is None


async def test_a_disk_that_went_and_came_back_is_gone_on_with(tmp_path: Path) -> None:
    """To the system a stick that was plugged in again is another one; what it holds is what the program wrote."""
    recorder, _, clock = recorder_in(tmp_path)
    house = watched(recorder, NOON, NOON + 5 * SECOND, 500.0)
    await recorder.commit()
    (tmp_path / "data").rename(tmp_path / "pulled")
    house = watched(recorder, NOON + 5 * SECOND, NOON + QUARTER, 500.0, house=house)
    await recorder.commit()
    assert "was removed" in str(recorder.trouble)
    shutil.copytree(tmp_path / "pulled", tmp_path / "data")
    clock.turn(60)
    await recorder.commit()
    assert recorder.trouble is None
    watched(recorder, NOON + QUARTER, NOON + 2 * QUARTER, 500.0, house=house)
    await recorder.close()
    assert took_wh(NOON, NOON + 2 * QUARTER - SECOND) == counted_wh(tmp_path / "data" / "dm.db")


async def test_a_database_put_in_its_place_is_not_written_over(tmp_path: Path) -> None:
    """An older copy, restored while the program runs: nobody can tell what the owner wants with what came since."""
    await lived(tmp_path, NOON, NOON + QUARTER)
    path, copy = tmp_path / "data" / "dm.db", tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    recorder, kept, _ = recorder_in(tmp_path, NOON + QUARTER)
    for books in steps(NOON + QUARTER, NOON + 2 * QUARTER, books=kept.books):
        recorder.take(House(books=books))
    await recorder.commit()
    for ending in SIDES:
        side(path, ending).unlink()
    copy.replace(path)
    before = path.read_bytes()
    await recorder.close()
    assert "start the program again" in str(recorder.trouble)
    assert before == path.read_bytes()


async def test_a_database_that_appears_is_not_written_over(tmp_path: Path) -> None:
    """It could not be read at the start; now it can, and holds another past than the program goes on from."""
    await lived(tmp_path, NOON, NOON + QUARTER)
    path, away = tmp_path / "data" / "dm.db", tmp_path / "away.db"
    path.rename(away)
    path.mkdir()
    recorder, kept, clock = recorder_in(tmp_path)
    assert kept.books is None
    watched(recorder, NOON + 2 * QUARTER, NOON + 3 * QUARTER, 500.0, step_s=5)
    path.rmdir()
    away.rename(path)
    before = path.read_bytes()
    clock.turn(60)
    await recorder.close()
    assert "start the program again" in str(recorder.trouble)
    assert before == path.read_bytes()


async def test_damage_while_running_costs_nothing_that_is_known(tmp_path: Path) -> None:
    """A card that loses pages: a new database is made from the history and from what the program knows."""
    start = local("2026-11-17 08:00")
    before = await lived(tmp_path, start, local("2026-11-20 10:00"))
    path = tmp_path / "data" / "dm.db"
    recorder, kept, clock = recorder_in(tmp_path)
    lose_pages(recorder, path)
    end = local("2026-11-20 12:00")
    last = None
    for last in steps(local("2026-11-20 10:00"), end, books=kept.books):
        recorder.take(House(books=last))
    for _ in range(3):
        await recorder.commit()
        clock.turn(LONGEST_PAUSE_S)
    assert recorder.trouble is None
    await recorder.close()
    assert list(path.parent.glob("dm.db.damaged-*"))
    assert last is not None
    _, kept, _ = recorder_in(tmp_path)
    assert kept.books is not None
    assert [one.day for one in before.days] == [one.day for one in kept.books.days]
    assert took_wh(start, last.last.at) == sum(periods(kept.books, FREE)[3].tally.amounts.import_wh.values())
    midnight = local("2026-11-20 00:00")
    day, *quarters = (entry for step in (Step.DAY, Step.QUARTER) for entry in read(path, midnight, end, step))
    assert [midnight + QUARTER] == [gap.start for gap in quarters if gap.gap]
    for way, gas in (("import_wh", "gas_l"), ("export_wh", "water_l")):
        assert sum(getattr(day, way).values()) == sum(sum(getattr(one, way).values()) for one in quarters)
        assert getattr(day, gas) == sum(getattr(one, gas) or 0 for one in quarters)


def lose_pages(recorder: Recorder, path: Path) -> None:
    """As a card does while the program runs."""
    store = recorder._writer._store
    assert store is not None
    os.truncate(path, 8192)
    store.connection.execute("PRAGMA shrink_memory")  # or it would go on by what it remembers


def contract(resolution: str, **told: float) -> Tariffs:
    """What follows the market; told: the means of months."""
    formula = {"resolution": resolution, "factor": 0.001, "base": 0.02, **({"months": told} if told else {})}
    return parse_rates({"vat": "included", "Electricity": {"+": {"formula": formula}, "-": 0.0}})


@pytest.mark.parametrize(
    ("before", "after_it", "known_at_first"),
    [
        (contract("month_rlp"), contract("month_rlp", **{"2026-10": 200.0}), 96),
        (contract("PT15M"), contract("PT15M"), 18),
    ],
    ids=["the mean was an estimate", "the price was not known"],
)
async def test_damage_while_running_leaves_prices_that_came_after_the_history(
    tmp_path: Path, before: Tariffs, after_it: Tariffs, known_at_first: int
) -> None:
    """The files hold a day at an estimate or without a price: it is neither taken off nor added at the next start."""
    first = local("2026-10-29 00:00")
    market = [Slot(first + at * HOUR, first + (at + 1) * HOUR, 100.0) for at in range(96)]
    early = Prices(tariffs=before, index=Series(tuple(market[:known_at_first])))
    late = Prices(tariffs=after_it, index=Series(tuple(market)))
    path = tmp_path / "data" / "dm.db"

    async def ran(start: datetime, end: datetime, prices: Prices, *, damaged: bool = False) -> float:
        recorder, kept, clock = recorder_in(tmp_path, start)
        if damaged:
            lose_pages(recorder, path)
        books = kept.books and booking.repriced(kept.books, prices)
        recorder.take(House(books=books))
        for at in (start + n * QUARTER / 3 for n in range(3 * ((end - start) // QUARTER))):
            books = booking.after(books, counted(at), prices)
            recorder.take(House(books=books))
            if books.changes.rows:
                await recorder.commit()
                clock.turn(LONGEST_PAUSE_S)
        await recorder.close()
        assert books is not None
        return total_eur(books.days[-1].whole.charges)

    await ran(first + 12 * HOUR, first + 32 * HOUR, early)
    told_eur = await ran(first + 32 * HOUR, first + 33 * HOUR, late)
    assert told_eur == pytest.approx(await ran(first + 33 * HOUR, first + 34 * HOUR, late, damaged=True))
    assert list(path.parent.glob("dm.db.damaged-*"))
    assert told_eur == pytest.approx(await ran(first + 34 * HOUR, first + 35 * HOUR, late))
    quarters = read(path, first, first + 24 * HOUR, Step.QUARTER)
    assert told_eur == pytest.approx(sum(one.eur.get("import", 0.0) for one in quarters))
    assert not any(one.provisional or one.unpriced_wh for one in quarters)


async def test_a_cancelled_commit_is_made_up_for(tmp_path: Path) -> None:
    """The program is told to stop in the middle of a commit: to write it again does no harm."""
    recorder, _, _ = recorder_in(tmp_path)
    watched(recorder, NOON, NOON + QUARTER, 500.0, step_s=5)
    committing = asyncio.create_task(recorder.commit())
    await asyncio.sleep(0)
    committing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await committing
    await recorder.close()
    assert took_wh(NOON, NOON + QUARTER - 5 * SECOND) == counted_wh(tmp_path / "data" / "dm.db")


async def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Months without a disk: the oldest detail goes and is counted, the days stay."""
    monkeypatch.setattr(batches, "ROWS_KEPT", 50)
    (tmp_path / "data").write_text("no folder", "utf-8")
    recorder, _, clock = recorder_in(tmp_path)
    for books in steps(NOON, NOON + timedelta(days=1), step=timedelta(minutes=5)):
        recorder.take(House(books=books))
    await recorder.commit()
    assert "45 quarters of detail are lost" in str(recorder.trouble)
    (tmp_path / "data").unlink()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    path = tmp_path / "data" / "dm.db"
    last = NOON + timedelta(days=1, minutes=-5)
    days_wh = query(path, "SELECT (SELECT sum(import_wh) FROM days) + (SELECT import_wh FROM rows WHERE open = 1)")
    assert [(took_wh(NOON, last),)] == days_wh
