"""kill -9 at any moment: no damage, and no Wh and no cent that the meter counted is missing."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import local
from tests.programs.kills import killed
from tests.programs.program import ROOT
from tests.programs.reckoning import DYNAMIC, SIMPLE

ROUNDS = 25  # of each; `./do_py.sh -m tests.bench kills` goes 1 000


@pytest.mark.parametrize(
    ("rates", "start", "seed"),
    [(SIMPLE, "2026-10-22 20:00", 1), (DYNAMIC, "2027-03-24 20:00", 2)],
    ids=["simple", "dynamic"],
)
async def test_no_kill_loses_energy_or_money(tmp_path: Path, rates: Mapping[str, Any], start: str, seed: int) -> None:
    """Start, run, kill -9; the house goes on, over nights without an hour and with one more, and a month's end.

    After each round the rows, the days and the euro are what the simulated meter counted itself.
    """
    toll = await killed(tmp_path / "home", rates, rounds=ROUNDS, start=local(start), seed=seed)
    assert ROUNDS == toll.deaths.total()
    assert toll.checked > ROUNDS // 2
    assert toll.days > 7


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what a process writes")
def test_an_hour_writes_less_than_three_megabytes(tmp_path: Path) -> None:
    """Sixty commits of a telegram each second wear no card out."""
    command = [sys.executable, "-m", "tests.store.saver", str(tmp_path), "3600"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=True).stdout
    assert 100_000 < int(told) < 3_000_000
