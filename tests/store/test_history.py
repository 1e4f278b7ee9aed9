"""The day files: written once, whole or not at all, and healed at the next start."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib.core.booking import after
from lib.core.books import Day, Row
from lib.core.charges import Charge, Item, Part
from lib.core.counters import Amounts
from lib.core.events import Event, Kind
from lib.core.house import House
from lib.core.peaks import MonthPeak
from lib.store.history import AT_ONCE, HistoryFolder
from lib.store.report import report
from lib.store.store import Store
from tests.conftest import local
from tests.store.builders import FREE, counted, lived, recorder_in, steps

START = local("2026-11-18 20:00")


def files(home: Path) -> list[str]:
    """The names in the history folder."""
    return sorted(file.name for file in (home / "history").glob("*"))


async def test_a_day_is_written_when_the_first_quarter_of_the_next_is_over(tmp_path: Path) -> None:
    """By then the gas of the last hour is in; at midnight it is not."""
    await lived(tmp_path, START, local("2026-11-19 00:14"))
    assert [] == files(tmp_path)
    await lived(tmp_path, local("2026-11-19 00:14"), local("2026-11-19 00:20"))
    assert ["11-18.json", "11-18.log"] == files(tmp_path)
    told = json.loads((tmp_path / "history" / "11-18.json").read_text("utf-8"))
    assert "2026-11-18" == told["date"]
    assert 16 == len(told["rows"])
    assert "2026-11-19" == told["next"]["day"]["day"]


async def test_a_day_is_written_at_the_next_start(tmp_path: Path) -> None:
    """The program was off at midnight, for two days; each gets its file."""
    await lived(tmp_path, START, START + timedelta(hours=1))
    await lived(tmp_path, local("2026-11-20 09:00"), local("2026-11-20 09:20"))
    assert ["11-18.json", "11-18.log", "11-19.json", "11-19.log"] == files(tmp_path)
    assert "not watched" in (tmp_path / "history" / "11-19.log").read_text("utf-8")


async def test_a_file_is_written_once(tmp_path: Path) -> None:
    """What stands there of this very date stays, whatever else is started; a lost one comes back."""
    await lived(tmp_path, START, local("2026-11-20 00:20"))
    kept, lost = (tmp_path / "history" / name for name in ("11-18.json", "11-19.json"))
    kept.write_text('{\n"date": "2026-11-18",\n"mine": 1}', "utf-8")
    lost.unlink()
    await lived(tmp_path, local("2026-11-20 08:00"), local("2026-11-20 08:20"))
    assert "mine" in kept.read_text("utf-8")
    assert lost.exists()


@pytest.mark.parametrize(("year", "stays"), [(2025, False), (2026, True), (2031, False)])
async def test_last_years_file_gives_way(tmp_path: Path, year: int, stays: bool) -> None:
    """Two files for each date, at most; one from the future was written by a clock that was wrong."""
    old = tmp_path / "history" / "11-18.json"
    old.parent.mkdir()
    old.write_text(f'{{"date": "{year}-11-18"}}', "utf-8")
    await lived(tmp_path, START, local("2026-11-19 00:20"))
    assert stays == (f"{year}-11-18" in old.read_text("utf-8"))


async def test_healing_takes_only_so_much_at_once(tmp_path: Path) -> None:
    """A year without a folder is written some days a minute, the oldest first."""
    await lived(tmp_path, START, START + timedelta(hours=1))
    end = START + timedelta(days=2 * AT_ONCE + 3)
    recorder, kept, _ = recorder_in(tmp_path, end)

    recorder.take(House(books=after(kept.books, counted(end), FREE)))
    for most in (AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 3, 2 * AT_ONCE + 3):
        await recorder.commit()
        assert most == len(list((tmp_path / "history").glob("*.json")))
    assert (tmp_path / "history" / "11-18.json").exists()
    await recorder.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB at `history`; as root only, a user has none to fill."""
    folder = tmp_path / "history"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


async def test_a_full_disk_leaves_no_half_file(tmp_path: Path, small_disk: Path) -> None:
    """The books go on; the file comes once there is room, and the trouble is told until then."""
    filler = small_disk / "film"
    filler.write_bytes(b"x" * 65_536)
    recorder, _, clock = recorder_in(tmp_path, START)

    for books in steps(START, local("2026-11-19 00:20"), step=timedelta(minutes=5)):
        recorder.take(House(books=books))
    await recorder.commit()
    assert recorder.trouble is not None
    assert "11-18.log: cannot be written: No space left on device" in recorder.trouble
    assert ["film"] == files(tmp_path)
    filler.unlink()
    clock.turn(60)
    await recorder.commit()
    assert recorder.trouble is None
    assert ["11-18.json", "11-18.log"] == files(tmp_path)
    await recorder.close()


async def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """A file stands where the folder should: said, and the database is written all the same."""
    (tmp_path / "history").write_text("", "utf-8")
    recorder, _, _ = recorder_in(tmp_path, START)

    for books in steps(START, local("2026-11-19 00:20"), step=timedelta(minutes=5)):
        recorder.take(House(books=books))
    await recorder.commit()
    assert "history" in str(recorder.trouble)
    await recorder.close()
    with closing(Store.open(tmp_path / "data" / "dm.db")) as store:
        kept = store.load().books
    assert kept is not None
    assert local("2026-11-19 00:15") == kept.last.at


def test_the_dates_are_those_in_the_files(tmp_path: Path) -> None:
    """Other files in the folder are somebody's, and nobody's business."""
    (tmp_path / "11-18.json").write_text('{"date": "2026-11-18"}', "utf-8")
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    (tmp_path / "11-19.json").write_text("{}", "utf-8")
    folder = HistoryFolder(tmp_path)
    assert [date(2026, 11, 18)] == folder.dates()
    assert ["11-19.json"] == folder.unreadable()


def test_the_log_tells_a_day_in_words() -> None:
    """Amounts, money as a bill rounds, the peak, what happened by local time, and what is not sure."""
    night = Item(Part.IMPORT, "Energy", "Night", "2")
    gaps = Amounts(import_wh={"1": 0, "2": 500}, export_wh={"1": 0, "2": 0})
    day = Day(day=date(2026, 11, 18), since=local("2026-11-18 00:00"), counters=counted(START), hole=True)

    for number, gap in ((1, False), (2, True)):
        amounts = gaps if gap else Amounts(import_wh={"1": 1234, "2": 0}, export_wh={"1": 0, "2": 0}, gas_l=1500)
        charge = (
            {night: Charge(500.0, 0.125)} if gap else {Item(Part.IMPORT, "Energy", "Day", "1"): Charge(1234.0, 0.49)}
        )
        row = Row(number=number, since=START, until=START, amounts=amounts, charges=charge, gap=gap, estimated=gap)
        day = day.plus(row)
    day = replace(day, fees={Item(Part.FIXED, "Subscription"): Charge(1.0, 0.2)}, peak_w=2345.0, peak_start=START)
    events = [Event(at=local("2026-11-18 13:37"), kind=Kind.PRODUCTION, text="production started: 0.60 kW injected")]
    peak = MonthPeak(date(2026, 11, 1), 4567.0, local("2026-11-03 18:15"))
    assert report(day, events, peak=peak) == (
        """\
Wednesday 18-11-2026

  taken, day                           1.234 kWh  €      0.49
  taken, night                         0.500 kWh  €      0.13
electricity taken                      1.734 kWh  €      0.62
  injected, day                        0.000 kWh
  injected, night                      0.000 kWh
electricity injected                   0.000 kWh
gas                                     1.500 m³
fixed, a day's share                              €      0.20
together                                          €      0.82

highest quarter  2.35 kW, from 20:00
month's highest  4.57 kW, until 03-11 18:15

13:37  production started: 0.60 kW injected

A part of the day was not watched; the meter counted 0.500 kWh taken meanwhile.
Some of it is estimated: when it was used is not known well.
"""
    )
