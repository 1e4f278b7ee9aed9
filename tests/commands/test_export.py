"""`--export csv`: every quarter once, and sums that agree with the books."""

import csv
import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from lib.commands import SLIP, export
from lib.core.bands import midnight
from lib.core.charges import total_eur
from tests.conftest import local
from tests.programs.program import ROOT
from tests.store.builders import counted_wh, lived, recorder_in
from tests.waiting import LIMIT_S

START, END = local("2026-10-24 20:03"), local("2026-10-26 09:07")


def exported(home: Path, start: date | None = None, end: date | None = None) -> list[dict[str, str]]:
    """The lines of the table."""
    out = io.StringIO()
    assert 0 == export.run(home / "data" / "dm.db", "csv", start, end, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


async def test_the_table_holds_what_was_counted(tmp_path: Path) -> None:
    """Energy to the Wh, money to the cent, each quarter of the longest night with its own time."""
    books = await lived(tmp_path, START, END)
    lines = exported(tmp_path)
    assert counted_wh(tmp_path / "data" / "dm.db") == sum(
        int(line["import 1 (Wh)"]) + int(line["import 2 (Wh)"]) for line in lines
    )
    closed_eur = total_eur(books.year.plus(books.today).tally.charges)
    eur = sum(float(line["total (EUR)"] or 0) for line in lines)
    running = [line for line in lines if line["running"] == "1"]
    assert [lines[-1]] == running
    assert "" == lines[-1]["total (EUR)"]
    assert eur == pytest.approx(closed_eur, abs=1e-6)
    assert len({line["from (Brussels)"] for line in lines}) == len(lines)
    night = [line for line in lines if line["from (Brussels)"].startswith("2026-10-25 02:15")]
    assert ["+02:00", "+01:00"] == [line["from (Brussels)"][-6:] for line in night]
    assert ["2026-10-25 00:15:00", "2026-10-25 01:15:00"] == [line["from (UTC)"] for line in night]
    assert all(line["average (W)"] == "540.0" for line in lines[1:-1])


async def test_from_and_to_are_days_and_both_count(tmp_path: Path) -> None:
    """The 25th alone has a hundred quarters."""
    await lived(tmp_path, START, END)
    lines = exported(tmp_path, date(2026, 10, 25), date(2026, 10, 25))
    assert 100 == len(lines)
    assert "2026-10-25 00:00:00+02:00" == lines[0]["from (Brussels)"]
    assert "2026-10-26 00:00:00+01:00" == lines[-1]["to (Brussels)"]


async def test_it_works_while_the_program_runs(tmp_path: Path) -> None:
    """The database is open and being written; the table is of one moment."""
    await lived(tmp_path, START, END)
    recorder, _, _ = recorder_in(tmp_path, END)
    assert exported(tmp_path)
    await recorder.close()


async def test_slips_are_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what to do, and ends with the code of a slip."""
    path, day = tmp_path / "data" / "dm.db", date(2026, 10, 25)
    assert SLIP == export.run(path, "csv", None, None)
    assert "is not there yet" in capsys.readouterr().err
    await lived(tmp_path, START, END)
    assert SLIP == export.run(path, "xls", None, None)
    assert "allowed is csv" in capsys.readouterr().err
    assert SLIP == export.run(path, "csv", day, date(2026, 10, 24))
    assert "--to 2026-10-24 is before --from 2026-10-25" in capsys.readouterr().err
    assert SLIP == export.run(path, "csv", date(2020, 1, 1), date(2020, 2, 1))
    captured = capsys.readouterr()
    assert "nothing was counted from 2020-01-01 to 2020-02-01" in captured.err
    assert "" == captured.out
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE rows SET detail = '[]'")
        other.commit()
    assert SLIP == export.run(path, "csv", None, None)
    assert "is damaged" in capsys.readouterr().err
    path.write_bytes(b"no database at all, but long enough to be read")
    assert SLIP == export.run(path, "csv", None, None)
    assert "is damaged" in capsys.readouterr().err


async def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    """`--export csv | head -1` ends quietly, however long the table is."""
    await lived(tmp_path, START, END)
    with as_process(tmp_path, subprocess.PIPE) as exporting:
        assert exporting.stdout
        exporting.stdout.close()
        _, told = exporting.communicate(timeout=LIMIT_S)
    assert (0, "") == (exporting.returncode, told)


async def test_a_table_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """A full disk under it is not taken for a fault of the database."""
    await lived(tmp_path, START, END)
    full = os.open("/dev/full", os.O_WRONLY)
    with as_process(tmp_path, full) as exporting:
        os.close(full)
        _, told = exporting.communicate(timeout=LIMIT_S)
    assert (SLIP, "dm: the table cannot be written: No space left on device\n") == (exporting.returncode, told)


def as_process(home: Path, out: int) -> "subprocess.Popen[str]":
    """The command as its owner starts it."""
    return subprocess.Popen(
        [sys.executable, ROOT / "dm.py", "--export", "csv"],
        env=os.environ | {"DM_HOME": str(home)},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_midnight_is_the_border() -> None:
    """The days of the arguments are local ones."""
    assert "2026-10-24T22:00:00+00:00" == midnight(date(2026, 10, 25)).isoformat()
