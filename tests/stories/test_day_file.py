"""The file of a day that is over, over the whole of the next day: the facts of the recorded cases, on a real folder."""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.core.house import House
from tests.conftest import folders, local
from tests.store.builders import recorder_in, steps

START, END = local("2026-11-19 22:00"), local("2026-11-21 00:15")
DAY = date(2026, 11, 19)
CHECKS = [
    case["check"]
    for folder in folders()
    for case in json.loads((folder / "vectors" / "digital_meter.json").read_text("utf-8"))["regressions"]
    if "written" in case["check"]
]


@pytest.mark.parametrize("check", CHECKS)
async def test_the_file_of_a_day_is_written_once_and_whole(tmp_path: Path, check: dict[str, Any]) -> None:
    """It appears when its day is over, complete; the next day never touches it, and last year's is replaced."""
    assert check["written"].startswith("once")
    assert check["atomic"]
    file, last_year = tmp_path / "history" / f"{DAY:%m-%d}.json", tmp_path / "last_year.json"
    file.parent.mkdir()
    last_year.write_text(before := '{"date": "2025-11-19"}', "utf-8")
    os.link(last_year, file)  # who writes into the file writes into this one too
    recorder, kept, _ = recorder_in(tmp_path, START)
    seen: list[tuple[int, int, str]] = []
    for books in steps(START, END, step=timedelta(minutes=5), books=kept.books):
        recorder.take(House(books=books))
        await recorder.commit()
        found = file.stat()
        told = json.loads(file.read_text("utf-8"))
        if told["date"] == f"{DAY}":
            assert books.today.day > DAY
            seen.append((found.st_ino, found.st_mtime_ns, file.read_text("utf-8")))
    await recorder.close()
    assert len(seen) > 24 * 12 - 6
    assert len(set(seen)) == 1
    assert before == last_year.read_text("utf-8")
