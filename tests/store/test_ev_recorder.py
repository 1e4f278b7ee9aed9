"""ev's recorder: takes how things stand, writes at once what matters, and outlives whatever the disk does."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lib.core.car import CarReading
from lib.core.charger import Found
from lib.core.counting import QuarterWh
from lib.core.modes import Mode
from lib.core.plugged import OnCable, Plugged
from lib.core.quarter import QUARTER
from lib.core.soc import TYPED, read
from lib.store import ev_recorder
from lib.store.database import SIDES, open_reading, side
from lib.store.disk import LONGEST_PAUSE_S
from lib.store.ev_recorder import EvRecorder
from lib.store.ev_standing import Intent, Standing
from lib.store.ev_store import STEPS, quarters_between
from tests.conftest import NOON
from tests.store.builders import unwritable
from tests.store.ev_builders import HOUR, a_session, a_soc, a_standing, an_ended_session, kept_in, lived, recorder_in
from tests.waiting import LIMIT_S


def commits(home: Path) -> int:
    """How often it was written."""
    with closing(open_reading(home / "data" / "ev.db", STEPS)) as connection:
        return int(connection.execute("SELECT commits FROM store").fetchone()[0])


async def reached(home: Path, count: int) -> None:
    """Wait until it was written so often."""
    end_s = time.monotonic() + LIMIT_S
    while commits(home) < count:
        assert time.monotonic() < end_s, f"it was not written {count} times"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(recorder: EvRecorder) -> AsyncIterator[None]:
    """The recorder writes; its minute is never up."""
    writing = asyncio.create_task(recorder.run(commit_s=3_600))
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await recorder.close()


async def test_an_owners_word_is_written_at_once(tmp_path: Path) -> None:
    """A mode, a car, a typed state of charge, what a charger was set to; a session that ends too.

    What else changes waits for its minute.
    """
    recorder, _, _ = recorder_in(tmp_path)
    standing = a_standing()
    recorder.take(standing)
    async with running(recorder):
        standing = replace(standing, intents={"garage": Intent(mode=Mode.MAX)})
        recorder.take(standing)
        await reached(tmp_path, 1)
        standing = replace(standing, plugged=Plugged(cables={"garage": OnCable(charger="garage", since=NOON)}))
        recorder.take(standing)
        await reached(tmp_path, 2)
        typed = read(standing.socs["car_1"], CarReading(source=TYPED, soc_pct=70.0), NOON + 2 * HOUR)
        standing = replace(standing, socs={"car_1": typed})
        recorder.take(standing)
        await reached(tmp_path, 3)
        recorder.take(standing, [an_ended_session()])
        await reached(tmp_path, 4)
        standing = replace(standing, owners={"garage": Found(current_a=10.0, go=True)})
        recorder.take(standing)
        await reached(tmp_path, 5)
        standing = replace(standing, sessions={"garage": a_session(wh=9_999.0)})
        recorder.take(standing)
        assert not recorder._urgent.is_set()
    kept = kept_in(tmp_path)
    assert standing == kept.standing
    assert 6 == commits(tmp_path)


async def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    """The same standing once more; and before the first one there is nothing to write."""
    recorder, _, _ = recorder_in(tmp_path)
    await recorder.commit()
    standing = a_standing()
    for _ in range(3):
        recorder.take(standing)
        await recorder.commit()
    assert 1 == commits(tmp_path)
    await recorder.close()


async def test_its_minute_writes_what_is_not_urgent(tmp_path: Path) -> None:
    """Here the minute is short."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take(a_standing())
    writing = asyncio.create_task(recorder.run(commit_s=0.05))
    await reached(tmp_path, 1)
    writing.cancel()
    await asyncio.wait({writing})
    await recorder.close()


async def test_a_cancelled_commit_is_made_up_for(tmp_path: Path) -> None:
    """The program is told to stop in the middle of a commit: to write it again does no harm."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take(a_standing(), [an_ended_session()])
    committing = asyncio.create_task(recorder.commit())
    await asyncio.sleep(0)
    committing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await committing
    await recorder.close()
    kept = kept_in(tmp_path)
    assert (a_standing(), 1) == (kept.standing, len(kept.last))


async def test_a_quota_is_told_and_survived(tmp_path: Path) -> None:
    """The database may not grow, and then it may: what waited is written, sessions and all."""
    recorder, _, clock = recorder_in(tmp_path)
    recorder.take(Standing())
    await recorder.commit()
    store = recorder._writer._store
    assert store is not None
    store.connection.execute("PRAGMA max_page_count=1")
    recorder.take(a_standing(), [an_ended_session(NOON + number * HOUR) for number in range(40)])
    await recorder.commit()
    assert "the disk is full" in str(recorder.trouble)
    await recorder.commit()  # it waits for a while first
    assert recorder.trouble is not None
    clock.turn(60)
    await recorder.commit()
    assert recorder.trouble is None
    await recorder.close()
    kept = kept_in(tmp_path)
    assert (a_standing(), 40) == (kept.standing, len(kept.last))


async def test_a_locked_database_is_told_and_survived(tmp_path: Path) -> None:
    """Somebody holds it open in a transaction."""
    recorder, _, clock = recorder_in(tmp_path)
    store = recorder._writer._store
    assert store is not None
    store.connection.execute("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(tmp_path / "data" / "ev.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        recorder.take(a_standing())
        await recorder.commit()
        assert "another program keeps it locked" in str(recorder.trouble)
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    assert a_standing() == kept_in(tmp_path).standing


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


async def test_a_read_only_disk_is_told_and_survived(tmp_path: Path) -> None:
    """All that was kept is known, and is gone on with later."""
    before, home = tmp_path / "before", tmp_path / "home"
    recorder, _, _ = recorder_in(before)
    recorder.take(a_standing(), [an_ended_session()])
    await recorder.commit()
    shutil.copytree(before, home)  # as it is after kill -9: with a log that is not written into the file
    await recorder.close()
    with read_only(home / "data"):
        recorder, kept, clock = recorder_in(home)
        assert (a_standing(), 1) == (kept.standing, len(kept.last))
        recorder.take(replace(kept.standing, intents={}), [an_ended_session(NOON + 5 * HOUR)])
        await recorder.commit()
        assert "read-only" in str(recorder.trouble)
    clock.turn(LONGEST_PAUSE_S)
    await recorder.commit()
    assert recorder.trouble is None
    await recorder.close()
    kept = kept_in(home)
    assert ({}, 2) == (kept.standing.intents, len(kept.last))


async def test_a_start_on_one_card_that_cannot_be_written(tmp_path: Path) -> None:
    """No temporary file can be made either: a charger that is off stays off, and what is new is written later."""
    await lived(tmp_path, a_standing(), (an_ended_session(),))
    with unwritable(tmp_path / "data" / "ev.db"):
        recorder, kept, clock = recorder_in(tmp_path)
        assert recorder.trouble is not None
        assert (Mode.OFF, 1) == (kept.standing.intents["drive"].mode, len(kept.last))
        recorder.take(replace(kept.standing, intents={}))
        await recorder.commit()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    kept = kept_in(tmp_path)
    assert ({}, 1) == (kept.standing.intents, len(kept.last))


async def test_a_folder_that_cannot_be_made_yet(tmp_path: Path) -> None:
    """A file stands where the folder should; later it is gone."""
    (tmp_path / "data").write_text("no folder", "utf-8")
    recorder, kept, clock = recorder_in(tmp_path)
    assert Standing() == kept.standing
    assert recorder.trouble is not None
    recorder.take(a_standing(), [an_ended_session()])
    (tmp_path / "data").unlink()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    kept = kept_in(tmp_path)
    assert (a_standing(), 1) == (kept.standing, len(kept.last))


async def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years without a disk: the oldest sessions and quarters go."""
    monkeypatch.setattr(ev_recorder, "MOST_CLOSED", 3)
    recorder, _, _ = recorder_in(tmp_path)
    monkeypatch.setattr(ev_recorder, "MOST_ENDED", 2)
    quarters = [QuarterWh(charger="garage", start=NOON + number * QUARTER, energy_wh=1.0) for number in range(4)]
    recorder.take(Standing(), [an_ended_session(NOON + number * HOUR) for number in range(5)], quarters)
    await recorder.close()
    assert [NOON + 2 * QUARTER, NOON + 3 * QUARTER] == list(
        quarters_between(tmp_path / "data" / "ev.db", NOON, NOON + HOUR)[0]
    )
    kept = kept_in(tmp_path)
    assert [NOON + number * HOUR for number in (4, 3, 2)] == [one.since for one in kept.last]


async def test_damage_while_running_costs_nothing_that_stands(tmp_path: Path) -> None:
    """A card that loses pages: a new database is begun, with all that is known now."""
    await lived(tmp_path, a_standing(), tuple(an_ended_session(NOON + number * HOUR) for number in range(200)))
    path = tmp_path / "data" / "ev.db"
    recorder, kept, clock = recorder_in(tmp_path)
    store = recorder._writer._store
    assert store is not None
    os.truncate(path, 8192)
    store.connection.execute("PRAGMA shrink_memory")  # or it would go on by what it remembers
    standing = replace(kept.standing, intents={"garage": Intent(mode=Mode.MAX)})
    for _ in range(3):
        recorder.take(standing, [an_ended_session(NOON + 900 * HOUR)])
        await recorder.commit()
        clock.turn(LONGEST_PAUSE_S)
    assert recorder.trouble is None
    await recorder.close()
    assert list(path.parent.glob("ev.db.damaged-*"))
    kept = kept_in(tmp_path)
    assert standing == kept.standing
    assert an_ended_session(NOON + 900 * HOUR) == kept.last[0]


async def test_a_database_removed_while_running_is_left_removed(tmp_path: Path) -> None:
    """It is told; the next start begins anew, as its owner wanted."""
    recorder, _, _ = recorder_in(tmp_path)
    recorder.take(a_standing())
    await recorder.commit()
    (tmp_path / "data" / "ev.db").unlink()
    recorder.take(replace(a_standing(), intents={}))
    await recorder.close()
    assert "was removed; start the program again" in str(recorder.trouble)
    assert not (tmp_path / "data" / "ev.db").exists()
    assert Standing() == kept_in(tmp_path).standing


async def test_a_database_put_in_its_place_is_not_written_over(tmp_path: Path) -> None:
    """An older copy, restored while the program runs."""
    await lived(tmp_path, a_standing())
    path, copy = tmp_path / "data" / "ev.db", tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    recorder, kept, _ = recorder_in(tmp_path)
    recorder.take(replace(kept.standing, intents={}))
    await recorder.commit()
    for ending in SIDES:
        side(path, ending).unlink()
    copy.replace(path)
    before = path.read_bytes()
    recorder.take(replace(kept.standing, socs={"car_1": a_soc(20.0)}))
    await recorder.close()
    assert "start the program again" in str(recorder.trouble)
    assert before == path.read_bytes()
