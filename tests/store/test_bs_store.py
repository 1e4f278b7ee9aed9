"""bs's database: what was written is what is read, an owner's word at once; what damage leaves is taken over."""

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lib.core.modes import StorageMode
from lib.store.bs_standing import Level, Standing
from lib.store.bs_store import STEPS
from lib.store.database import NewerError, open_reading
from tests.conftest import NOON
from tests.store.bs_builders import HOUR, a_standing, kept_in, lived, recorder_in
from tests.waiting import LIMIT_S


def commits(home: Path) -> int:
    """How often it was written."""
    with closing(open_reading(home / "data" / "bs.db", STEPS)) as connection:
        return int(connection.execute("SELECT commits FROM store").fetchone()[0])


async def test_all_of_it_comes_back(tmp_path: Path) -> None:
    """Each kind, to the last digit."""
    await lived(tmp_path, a_standing())
    kept = kept_in(tmp_path)
    assert (a_standing(), ()) == (kept.standing, kept.notices)


async def test_a_first_start_knows_nothing(tmp_path: Path) -> None:
    """And says nothing; what is not known yet is not written."""
    recorder, kept, _ = recorder_in(tmp_path)
    assert (Standing(), (), None, None) == (kept.standing, kept.notices, kept.tip, recorder.trouble)
    recorder.take(Standing())
    await recorder.close()
    assert Standing() == kept_in(tmp_path).standing


async def test_a_battery_that_is_no_longer_there_is_forgotten(tmp_path: Path) -> None:
    """The others are not."""
    await lived(tmp_path, a_standing())
    left = {"home": a_standing().levels["home"]}
    await lived(tmp_path, replace(a_standing(), levels=left))
    assert left == kept_in(tmp_path).standing.levels


async def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """Nothing at all when somebody only looked at clocks, and a battery is about as full as it was."""
    recorder, _, _ = recorder_in(tmp_path)
    standing = a_standing()
    recorder.take(standing)
    await recorder.commit()
    assert standing.booked
    minute = timedelta(minutes=1)
    looked = replace(
        standing,
        booked=replace(standing.booked, at=NOON + minute),
        load=replace(standing.load, seconds=900.0, energy_ws=5e5, at=NOON + 2 * HOUR),
        levels={**standing.levels, "home": Level(soc_pct=63.2, at=NOON + minute)},
    )
    store = recorder._writer._store
    assert store is not None
    before = store.connection.total_changes
    recorder.take(looked)
    await recorder.commit()
    assert before == store.connection.total_changes
    recorder.take(replace(looked, booked=replace(standing.booked, grid_wh=130.0)))
    await recorder.commit()
    assert before + 2 == store.connection.total_changes  # it, and the number of commits
    await recorder.close()


async def test_an_owners_word_is_written_at_once(tmp_path: Path) -> None:
    """What flows waits for its minute."""
    recorder, _, _ = recorder_in(tmp_path)
    standing = a_standing()
    recorder.take(standing)
    writing = asyncio.create_task(recorder.run(commit_s=3_600))
    assert standing.booked
    recorder.take(replace(standing, booked=replace(standing.booked, grid_wh=130.0)))
    assert not recorder._urgent.is_set()
    recorder.take(a_standing(StorageMode.OFF))
    end_s = time.monotonic() + LIMIT_S
    while not commits(tmp_path):
        assert time.monotonic() < end_s, "it was not written"
        await asyncio.sleep(0.01)
    writing.cancel()
    await asyncio.wait({writing})
    await recorder.close()
    intent = kept_in(tmp_path).standing.intent
    assert intent
    assert StorageMode.OFF is intent.mode
    assert 1 == commits(tmp_path)


async def test_a_folder_that_cannot_be_made_yet(tmp_path: Path) -> None:
    """A file stands where the folder should; later it is gone, and what waited is written."""
    (tmp_path / "data").write_text("no folder", "utf-8")
    recorder, kept, clock = recorder_in(tmp_path)
    assert Standing() == kept.standing
    assert recorder.trouble is not None
    recorder.take(a_standing())
    (tmp_path / "data").unlink()
    clock.turn(60)
    await recorder.close()
    assert recorder.trouble is None
    assert a_standing() == kept_in(tmp_path).standing


def test_a_newer_database_stops_the_start(tmp_path: Path) -> None:
    """That is the owner's to decide."""
    kept_in(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data" / "bs.db")) as other:
        other.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    with pytest.raises(NewerError, match="newer version"):
        recorder_in(tmp_path)


def garbage(path: Path) -> None:
    """Something else altogether."""
    path.write_bytes(random.Random(1).randbytes(20_000))


def cut(path: Path) -> None:
    """The second half is gone."""
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [garbage, cut])
async def test_a_damaged_one_is_set_aside_and_begun_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """With a notice; the file is kept, and the new one is good."""
    path = tmp_path / "data" / "bs.db"
    await lived(tmp_path, a_standing())
    damage(path)
    broken = path.read_bytes()
    kept = kept_in(tmp_path)
    assert "is damaged" in kept.notices[0]
    assert "a new one was begun" in kept.notices[0]
    (aside,) = path.parent.glob("bs.db.damaged-*[0-9]")
    assert broken == aside.read_bytes()
    await lived(tmp_path, a_standing())
    assert (a_standing(), ()) == ((again := kept_in(tmp_path)).standing, again.notices)


async def test_one_bad_record_costs_no_other(tmp_path: Path) -> None:
    """A digit of what is usual changed; the owner's words and what the battery brought are taken over."""
    await lived(tmp_path, a_standing())
    with closing(sqlite3.connect(tmp_path / "data" / "bs.db")) as other, other:
        other.execute("UPDATE standing SET detail = replace(detail, '431', '931') WHERE kind = 'load'")
    kept = kept_in(tmp_path)
    assert replace(a_standing(), load=Standing().load) == kept.standing
    assert kept.notices[0].endswith("with what can be read of it: 5 records")
