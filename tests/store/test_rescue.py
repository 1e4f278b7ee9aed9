"""Damage: the file is set aside, the history gives back what it knows, and the meter's counters give the rest."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from lib.core.booking import after
from lib.core.books import Books, periods
from lib.core.house import House
from lib.store.database import side
from tests.conftest import local
from tests.store.builders import FREE, counted, counted_wh, imported_wh, lived, query, recorder_in, steps

START, END = local("2026-11-17 08:00"), local("2026-11-20 10:07")
LATER = local("2026-11-20 12:00")


def garbage(path: Path) -> None:
    """Something else altogether."""
    path.write_bytes(random.Random(1).randbytes(20_000))


def empty(path: Path) -> None:
    """What a power cut may leave of a new file."""
    path.write_bytes(b"")


def cut(path: Path) -> None:
    """The second half is gone."""
    os.truncate(path, path.stat().st_size // 2)


def header(path: Path) -> None:
    """The first bytes are wrong."""
    flip(path, 0, 30)


def pages(path: Path) -> None:
    """Noise in the middle of pages."""
    size = path.stat().st_size
    for at in range(4096, size, 4096):
        flip(path, at, 12)


def digit(path: Path) -> None:
    """One figure of the running day is another; SQLite itself sees nothing."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"serial":"1TST0000000001"', b'"serial":"1TST0000000007"'))


def no_running_day(path: Path) -> None:
    """It can be read, but it is no state a program leaves."""
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE days SET open = 0")


def no_tables(path: Path) -> None:
    """An empty database of another program."""
    path.unlink()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE songs (name TEXT)")


def flip(path: Path, at: int, length: int) -> None:
    """Other bits in some bytes."""
    with path.open("r+b") as file:
        file.seek(at)
        was = file.read(length)
        file.seek(at)
        file.write(bytes(one ^ 0xA5 for one in was))


async def opened(home: Path) -> tuple[Books | None, tuple[str, ...]]:
    """What a start finds, and what it says."""
    recorder, kept, _ = recorder_in(home, LATER)
    await recorder.close()
    assert recorder.trouble is None
    return kept.books, kept.notices


@pytest.mark.parametrize("damage", [garbage, empty, cut, header, pages, digit, no_running_day, no_tables])
async def test_damage_costs_no_energy(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """After whatever damage three days come back from the history, and the counters give the rest as a gap."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    damage(path)
    broken = path.read_bytes()
    books, notices = await opened(tmp_path)
    assert books is not None
    assert "is damaged" in notices[0]
    assert "made from the history of 3 days" in notices[0]
    (aside,) = path.parent.glob("dm.db.damaged-*[0-9]")
    assert "dm.db.damaged-20261120-120000" == aside.name
    assert broken == aside.read_bytes()
    year = periods(after(books, counted(LATER), FREE), FREE)[3]
    assert sum(imported_wh(LATER).values()) - sum(imported_wh(START).values()) == sum(
        year.tally.amounts.import_wh.values()
    )
    assert year.tally.estimated
    await lived(tmp_path, LATER, LATER + timedelta(hours=1))
    last = LATER + timedelta(minutes=55)
    assert sum(imported_wh(last).values()) - sum(imported_wh(START).values()) == counted_wh(path)


async def test_without_history_a_new_one_begins(tmp_path: Path) -> None:
    """Damage in the first hours: counting starts anew."""
    await lived(tmp_path, START, START + timedelta(hours=1))
    garbage(tmp_path / "data" / "dm.db")
    books, notices = await opened(tmp_path)
    assert books is None
    assert "there is no history" in notices[0]


async def test_a_deleted_database_starts_fresh(tmp_path: Path) -> None:
    """Its owner wants it gone: neither the history nor a log that was left behind brings anything back."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    side(path, "-wal").write_bytes(b"left behind")
    path.unlink()
    assert (None, ()) == await opened(tmp_path)


async def test_damage_after_a_deletion_brings_back_the_new_store_only(tmp_path: Path) -> None:
    """What was deleted stays deleted, though its day files still stand in the folder."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    path.unlink()
    again = local("2026-11-21 09:00")
    await lived(tmp_path, again, again + timedelta(days=2))
    assert 5 == len(list((tmp_path / "history").glob("*.json")))
    garbage(path)
    books, notices = await opened(tmp_path)
    assert books is not None
    assert again == books.days[-1].since
    assert "history of 2 days" in notices[0]


async def test_damage_in_the_first_quarter_after_a_gap_of_days_costs_no_energy(tmp_path: Path) -> None:
    """The file of the day before the gap is written then, the one of the gap's day is not: no day may be skipped."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, local("2026-11-17 20:00"))
    await lived(tmp_path, local("2026-11-19 00:02"), local("2026-11-19 00:12"))
    assert ["11-17.json"] == [file.name for file in (tmp_path / "history").glob("*.json")]
    garbage(path)
    books, _ = await opened(tmp_path)
    end = after(books, counted(LATER), FREE)
    assert sum(imported_wh(LATER).values()) - sum(imported_wh(START).values()) == counted_in(end)


async def test_a_damaged_day_is_left_out_and_named(tmp_path: Path) -> None:
    """The other days come back all the same."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    flip(tmp_path / "history" / "11-18.json", 3000, 4)
    (tmp_path / "history" / "11-30.json").write_bytes(b"\xff\x00")
    garbage(path)
    books, notices = await opened(tmp_path)
    assert books is not None
    assert [20, 19, 17] == [one.day.day for one in (books.today, *books.days)]
    assert any("11-18.json: is damaged and left out" in notice for notice in notices)
    assert any("11-30.json: is damaged and left out" in notice for notice in notices)


async def test_a_cut_log_is_no_damage(tmp_path: Path) -> None:
    """A power cut in the middle of the log costs what stood behind it; the counters give it back."""
    home, elsewhere = tmp_path / "home", tmp_path / "copy"
    await lived(home, START, END)
    recorder, kept, _ = recorder_in(home, END)
    at = END
    for books in steps(END, END + timedelta(minutes=10), books=kept.books):
        recorder.take(House(books=books))
        await recorder.commit()
        at = books.last.at
    shutil.copytree(home, elsewhere)
    await recorder.close()
    log = side(elsewhere / "data" / "dm.db", "-wal")
    os.truncate(log, log.stat().st_size * 2 // 3)
    found, notices = await opened(elsewhere)
    assert () == notices
    assert found is not None
    assert END <= found.last.at < at
    end = after(found, counted(LATER), FREE)
    assert counted_in(end) == sum(imported_wh(LATER).values()) - sum(imported_wh(START).values())


def counted_in(books: Books) -> int:
    """What the year took."""
    return sum(periods(books, FREE)[3].tally.amounts.import_wh.values())


@pytest.mark.parametrize("crash", ["before it is set aside", "after it was set aside"])
async def test_a_crash_while_rescuing_loses_nothing(tmp_path: Path, crash: str) -> None:
    """The new database is whole before the damaged one goes; the next start finishes what was begun."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    good = path.read_bytes()
    garbage(path)
    if crash.startswith("before"):
        side(path, ".part").write_bytes(good[:5000])
        side(path, ".new").write_bytes(good[:4096])
    else:
        side(path, ".new").write_bytes(good)
        path.rename(side(path, ".damaged-20261120-110000"))
        side(path, "-wal").write_bytes(b"of the damaged one")
    books, _ = await opened(tmp_path)
    assert books is not None
    assert 3 == len(books.days)
    assert not list(path.parent.glob("*.part")) + list(path.parent.glob("*.new"))


async def test_only_three_damaged_files_are_kept(tmp_path: Path) -> None:
    """A card that dies slowly is not filled by what it damaged."""
    path = tmp_path / "data" / "dm.db"
    for minute in range(5):
        await lived(tmp_path, START, START + timedelta(seconds=1))
        garbage(path)
        recorder, _, _ = recorder_in(tmp_path, LATER + minute * timedelta(minutes=1))
        await recorder.close()
    kept = sorted(file.name for file in path.parent.glob("dm.db.damaged-*"))
    assert [f"dm.db.damaged-20261120-120{minute}00" for minute in (2, 3, 4)] == kept


async def test_the_rows_come_back_as_they_were(tmp_path: Path) -> None:
    """Each quarter of the days that are over, to the cent, and the first of the running day."""
    path = tmp_path / "data" / "dm.db"
    await lived(tmp_path, START, END)
    text = "SELECT number, since, until, import_wh, eur, detail FROM rows WHERE open = 0 ORDER BY number"
    before = query(path, text)
    garbage(path)
    await opened(tmp_path)
    back = query(path, text)
    assert before[: len(back)] == back
    assert 0 < len(before) - len(back) <= 40
    assert 0o600 == path.stat().st_mode & 0o777
