"""`--bill 2026-10`: a month that is over, and one that is not."""

from datetime import date
from pathlib import Path

import pytest

from lib.commands import SLIP, bill
from tests.conftest import local
from tests.store.builders import lived


async def test_a_month_that_is_over_is_a_bill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, its year beside it, and since when it was counted."""
    await lived(tmp_path, local("2026-10-31 20:00"), local("2026-11-01 03:00"))
    assert bill.run(tmp_path / "data" / "dm.db", date(2026, 10, 1)) == 0
    said = capsys.readouterr().out
    assert "Oct 2026" in said
    assert "energy Night" in said
    assert "TOTAL" in said
    assert "the month is counted from Sat 31 Oct 20:00 on" in said


async def test_a_month_that_runs_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its peak may still rise, so it has no line."""
    await lived(tmp_path, local("2026-10-31 20:00"), local("2026-11-01 03:00"))
    assert bill.run(tmp_path / "data" / "dm.db", date(2026, 11, 1)) == 0
    assert "what its peak costs is not in it yet" in capsys.readouterr().out
    assert bill.run(tmp_path / "data" / "dm.db", date(2026, 11, 1), peaks_cost=False) == 0
    assert "peak" not in capsys.readouterr().out


async def test_a_month_that_nobody_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is not a bill of nothing."""
    assert SLIP == bill.run(tmp_path / "data" / "dm.db", date(2026, 9, 1))
    await lived(tmp_path, local("2026-10-31 20:00"), local("2026-11-01 03:00"))
    assert SLIP == bill.run(tmp_path / "data" / "dm.db", date(2026, 9, 1))
    assert "nothing was counted in September 2026" in capsys.readouterr().err
