"""kill -9 at any moment: no damage, and no Wh that the meter counted is missing."""

import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from lib.core.books import periods
from lib.store.store import Store
from tests.conftest import NOON
from tests.store.builders import FREE, counted_wh, imported_wh

TOP = Path(__file__).parents[2]
ROUNDS = 8


def a_life(home: Path, for_s: float) -> None:
    """Start the program, and kill it so many seconds after it has begun."""
    command = [sys.executable, "-m", "tests.store.saver", str(home)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert "begun\n" == program.stdout.readline()
        time.sleep(for_s)
        program.kill()


def test_no_kill_loses_energy_or_does_damage(tmp_path: Path) -> None:
    """Each time the rows, the days and the counters of the running day agree, over all rounds together."""
    path = tmp_path / "data" / "dm.db"
    chance = random.Random(20)
    seen = []
    for _ in range(ROUNDS):
        a_life(tmp_path, chance.uniform(0.0, 0.4))
        with closing(Store.open(path)) as store:
            assert [("ok",)] == store.connection.execute("PRAGMA integrity_check").fetchall()
            books = store.load().books
        if books is None:
            continue
        seen.append(books.last.at)
        gained_wh = sum(books.last.import_wh.values()) - sum(imported_wh(NOON).values())
        assert gained_wh == counted_wh(path)
        assert gained_wh == sum(periods(books, FREE)[3].tally.amounts.import_wh.values())
    assert seen == sorted(seen)
    assert len(set(seen)) > ROUNDS // 2
    assert not list(path.parent.glob("*damaged*"))


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what a process writes")
def test_an_hour_writes_less_than_three_megabytes(tmp_path: Path) -> None:
    """Sixty commits of a telegram each second wear no card out."""
    command = [sys.executable, "-m", "tests.store.saver", str(tmp_path), "3600"]
    told = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=50, check=True).stdout
    written = int(told.split()[-1])
    assert 100_000 < written < 3_000_000
