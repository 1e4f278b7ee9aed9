"""A calendar that is a file: read anew when it is another one, and said when it cannot be."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from lib.calendars import CalendarError, OnDisk, open_calendar
from lib.calendars.ics_file import IcsFile
from tests.calendars.test_ics import END, GOOD, START, calendar


async def test_a_file_by_its_address(tmp_path: Path) -> None:
    """Its path counts from the home, and its name is what screens call it."""
    (tmp_path / "trips.ics").write_bytes(calendar(GOOD))
    opened = open_calendar("ics:trips.ics", {}, home=tmp_path)
    assert "trips.ics" == opened.name
    assert isinstance(opened, OnDisk)
    assert ["good"] == [entry.title for entry in await opened.entries(START, END)]
    same = open_calendar(f"ics:{tmp_path}/trips.ics", {}, home=Path("/elsewhere"))
    assert await opened.entries(START, END) == await same.entries(START, END)
    await opened.close()


async def test_a_change_is_seen(tmp_path: Path) -> None:
    """Also when the file is replaced within the same second by one of the same length, goes, or comes."""
    path = tmp_path / "trips.ics"
    file = IcsFile(path)
    assert not await file.changed()
    path.write_bytes(calendar(GOOD))
    assert await file.changed()
    await file.entries(START, END)
    assert not await file.changed()
    other = tmp_path / "new"
    other.write_bytes(calendar(GOOD))
    about = path.stat()
    os.utime(other, ns=(about.st_atime_ns, about.st_mtime_ns))
    other.replace(path)
    assert await file.changed()
    await file.entries(START, END)
    path.unlink()
    assert await file.changed()


async def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """With the path, which is the owner's own."""
    path = tmp_path / "trips.ics"
    file = IcsFile(path)

    async def said() -> str:
        with pytest.raises(CalendarError) as error:
            await file.entries(START, END)
        return str(error.value)

    assert f"{path} is not there: put the calendar there, or correct calendars" == await said()
    path.mkdir()
    assert f"{path} cannot be read: Is a directory" == await said()
    path.rmdir()
    path.write_bytes(b"<html>")
    assert f"{path}: what stands there is no calendar in iCal format but a web page" == await said()
    path.write_bytes(calendar(GOOD)[:-9])
    assert (await said()).startswith(f"{path}: the calendar is cut short")
    path.write_bytes(b"x" * 5_000_001)
    assert f"{path}: it is larger than 5 MB: make a calendar of its own for the trips" == await said()


async def test_a_share_that_hangs_costs_one_thread(tmp_path: Path) -> None:
    """However often it is tried or looked at; when it is there again it is read."""
    path = tmp_path / "trips.ics"
    os.mkfifo(path)
    file = IcsFile(path)
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(file.entries(START, END), 0.05)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(file.changed(), 0.05)
    assert threading.active_count() <= before + 1
    end = os.open(path, os.O_WRONLY)  # waits for the look that hangs, which then reads nothing
    path.unlink()
    path.write_bytes(calendar(GOOD))
    os.close(end)
    assert ["good"] == [entry.title for entry in await file.entries(START, END)]
