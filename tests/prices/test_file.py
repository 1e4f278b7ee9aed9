"""Prices out of files of the owner."""

import asyncio
import os
import threading
from datetime import date
from pathlib import Path

import pytest

from lib.prices import AnswerError, PriceError, open_prices
from lib.prices.day import whole
from tests.conftest import folders
from tests.prices.days import SAVED, THURSDAY, WEDNESDAY, a_day, day_of, hours, recorded

OWN = folders()[0] / "prices"
AUTUMN = date(2026, 10, 25)


def csv_of(*days: date, hourly: bool = False) -> str:
    """A CSV of those days."""
    rows = [f"{slot.start.isoformat()},{slot.value}" for day in days for slot in (hours if hourly else a_day)(day)]
    return "\n".join(["start,eur_mwh", *rows, ""])


async def test_a_csv_of_quarters_hours_and_long_days(tmp_path: Path) -> None:
    """One file with days of any length; each day of it is found."""
    file = tmp_path / "prices.csv"
    file.write_text(csv_of(WEDNESDAY, AUTUMN), "utf-8")
    source = open_prices(f"file:{file}")
    assert f"file:{file}" == source.name
    assert a_day(WEDNESDAY) == await source.fetch(WEDNESDAY)
    assert 100 == len(await source.fetch(AUTUMN))
    assert () == await source.fetch(THURSDAY)
    file.write_text(csv_of(THURSDAY, hourly=True), "utf-8")
    assert hours(THURSDAY) == await source.fetch(THURSDAY)  # a changed file is read again
    assert () == await source.fetch(WEDNESDAY)


async def test_local_times_with_their_offset(tmp_path: Path) -> None:
    """The hour that autumn repeats is told apart by its offset; a byte order mark and spaces do no harm."""
    file = tmp_path / "prices.csv"
    text = "\ufeffstart, eur_mwh\n2026-10-25T02:00+02:00, 10\n2026-10-25T02:00+01:00, 20\n2026-10-25T03:00+01:00,\n"
    file.write_text(text, "utf-8")
    slots = await open_prices(f"file:{file}").fetch(AUTUMN)
    assert [10.0, 20.0] == [slot.value for slot in slots]
    assert slots[0].end == slots[1].start


async def test_a_folder_of_files(tmp_path: Path) -> None:
    """CSV and JSON together; of two files with the same day the first by name counts; others are not looked at."""
    (tmp_path / "b.csv").write_text(csv_of(WEDNESDAY), "utf-8")
    (tmp_path / "a.csv").write_text(csv_of(WEDNESDAY, hourly=True), "utf-8")
    (tmp_path / "notes.txt").write_text("no prices", "utf-8")
    (tmp_path / "c.json").write_bytes((OWN / "energy_charts_price_BE_2026-02-10_qh.json").read_bytes())
    source = open_prices(f"file:{tmp_path}")
    assert hours(WEDNESDAY) == await source.fetch(WEDNESDAY)
    assert whole(date(2026, 2, 10), await source.fetch(date(2026, 2, 10)))


@pytest.mark.parametrize("saved", SAVED, ids=lambda path: path.name)
def test_a_saved_answer_of_any_service(tmp_path: Path, saved: Path) -> None:
    """Whatever its file is called, its keys tell what it is; beside it lies the answer to a day not yet published."""
    (tmp_path / "2.JSON").write_bytes(saved.read_bytes())
    (tmp_path / "1.json").write_bytes(recorded("energy_charts_price_BE_404.json")[-1].read_bytes())
    source = open_prices(f"file:{tmp_path}")
    assert whole(day_of(saved), asyncio.run(source.fetch(day_of(saved))))
    assert () == asyncio.run(source.fetch(WEDNESDAY))


@pytest.mark.parametrize("text", ["{}", '"prices"', '{"multiIndexEntries": []}', '{"detail": {}}'])
async def test_a_json_without_prices(tmp_path: Path, text: str) -> None:
    """A shape that is none of ours is named, with the file."""
    file = tmp_path / "saved.json"
    file.write_text(text, "utf-8")
    why = f"{file}: is no answer of energy-charts, Elia, Nord Pool or EnergyZero with prices"
    with pytest.raises(AnswerError) as raised:
        await open_prices(f"file:{file}").fetch(WEDNESDAY)
    assert why == str(raised.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the first line is ; it must be start,eur_mwh"),
        ("t,price\n", "the first line is t,price; it must be start,eur_mwh"),
        ("start,eur_mwh\n2025-01-15T00:00,1\n", "line 2: 2025-01-15T00:00 has no zone"),
        ("start,eur_mwh\n9999-12-31T23:30Z,1\n", "line 2: 9999-12-31T23:30Z is no time of a price"),
        ("start,eur_mwh\n0001-01-01T00:00+14:00,1\n", "line 2: 0001-01-01T00:00+14:00 is no time of a price"),
        ("start,eur_mwh\n\n2025-01-15T00:00Z\n", "line 3: 2025-01-15T00:00Z is no time and price"),
        ('start,eur_mwh\n2025-01-15T00:00Z,"0,1"\n', "line 2: 2025-01-15T00:00Z,0,1 is no time and price"),
        ("start,eur_mwh\n2025-01-15T00:00Z,nan\n", "line 2: nan EUR/MWh is no price"),
        ("start,eur_mwh\n2025-01-15T00:00Z,70000\n", "line 2: 70000.0 EUR/MWh is no price"),
        ("start,eur_mwh\n2025-01-15T00:00Z,1\n2025-01-15T00:00Z,1\n", "2025-01-15 00:00Z has two prices"),
        ("start,eur_mwh\n2025-01-15T00:07Z,1\n", "2025-01-15 00:07:00Z is no quarter"),
    ],
)
async def test_a_slip_names_file_and_line(tmp_path: Path, text: str, why: str) -> None:
    """The owner can mend it; nothing of it is taken for a price."""
    file = tmp_path / "prices.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(AnswerError) as raised:
        await open_prices(f"file:{file}").fetch(WEDNESDAY)
    assert str(raised.value).startswith(f"{file}: {why}")


async def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Not there, nothing in it, too large, no text: each is a sentence with the path."""
    with pytest.raises(PriceError, match=r"gone\.csv cannot be read: No such file"):
        await open_prices(f"file:{tmp_path / 'gone.csv'}").fetch(WEDNESDAY)
    with pytest.raises(PriceError, match="holds 0 CSV and JSON files"):
        await open_prices(f"file:{tmp_path}").fetch(WEDNESDAY)
    noise = tmp_path / "noise.csv"
    noise.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnswerError, match=r"noise\.csv: is no CSV"):
        await open_prices(f"file:{noise}").fetch(WEDNESDAY)
    os.truncate(noise, 9_000_000)
    with pytest.raises(PriceError, match="larger than 8 MB"):
        await open_prices(f"file:{noise}").fetch(WEDNESDAY)


async def test_a_share_that_hangs_costs_one_thread(tmp_path: Path) -> None:
    """However often it is tried, as a pipe nobody writes into; when it is there again its prices are read."""
    file = tmp_path / "prices.csv"
    os.mkfifo(file)
    source = open_prices(f"file:{file}")
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(source.fetch(WEDNESDAY), 0.05)
    assert threading.active_count() <= before + 1
    end = os.open(file, os.O_WRONLY)  # waits for the look that hangs, which then reads nothing
    file.unlink()
    file.write_text(csv_of(WEDNESDAY), "utf-8")
    os.close(end)
    assert a_day(WEDNESDAY) == await source.fetch(WEDNESDAY)
