"""Calendars by their addresses: what is opened, what is loaded for it, and what is said of a slip."""

import subprocess
import sys
from pathlib import Path

import pytest

from lib import calendars
from lib.calendars import CalendarSetupError, open_calendar, open_calendars
from tests.calendars.test_ics import END, GOOD, START, calendar
from tests.waiting import LIMIT_S

ROOT = Path(calendars.__file__).parents[2]


@pytest.mark.parametrize("address", ["", "google:", "ics:", "ical:x", "ics:ftp://host/x", "caldav:https://host/x"])
def test_an_address_of_no_kind_is_a_slip(address: str) -> None:
    """The sentence says what there is."""
    with pytest.raises(CalendarSetupError, match="is no calendar; it can be google:CALENDAR_ID, ics:FILE, or ics:http"):
        open_calendar(address, {}, home=Path("/home"))


async def test_a_calendar_that_cannot_be_set_up_stands_among_the_others(tmp_path: Path) -> None:
    """The car is charged all the same, and the screen says what the calendar lacks."""
    (tmp_path / "trips.ics").write_bytes(calendar(GOOD))
    broken, good = open_calendars(["google:jan@gmail.com", "ics:trips.ics"], {}, home=tmp_path)
    assert ("google:jan@gmail.com", "trips.ics") == (broken.name, good.name)
    with pytest.raises(CalendarSetupError, match="Google wants a log-in"):
        await broken.entries(START, END)
    assert 1 == len(await good.entries(START, END))
    for one in (broken, good):
        await one.close()


def test_no_name_holds_a_secret(tmp_path: Path) -> None:
    """Neither of a good address nor of one that cannot be used."""
    secret = "https://jan:PRECIOUS@example.org/PRECIOUS/basic.ics"
    for address in (f"ics:{secret}", f"ical:{secret}"):
        [one] = open_calendars([address], {}, home=tmp_path)
        assert "PRECIOUS" not in one.name
    with pytest.raises(CalendarSetupError) as error:
        open_calendar(f"ical:{secret}", {}, home=tmp_path)
    assert "PRECIOUS" not in str(error.value)


USES = f"""
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from lib.calendars import open_calendar
from lib.calendars.agenda import Agenda
calendar = open_calendar(sys.argv[1], {{"google_service_account": sys.argv[2]}}, home=Path(sys.argv[3]))
try:
    asyncio.run(calendar.entries(datetime.fromisoformat("{START}"), datetime.fromisoformat("{END}")))
except Exception as error:
    print(type(error).__name__)
print(" ".join(name for name in ("icalendar", "aiohttp", "googleapiclient") if name in sys.modules))
"""


def test_each_kind_loads_its_own_library_only(tmp_path: Path) -> None:
    """A house with a file needs neither Google's 30 MB nor the web's."""
    (tmp_path / "trips.ics").write_bytes(calendar(GOOD))
    account = '{"client_email": "a", "private_key": "none", "token_uri": "http://127.0.0.1:1/"}'

    def loaded(address: str) -> str:
        asked = [sys.executable, "-c", USES, address, account, str(tmp_path)]
        return subprocess.run(
            asked, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=True
        ).stdout.strip()

    assert "icalendar" == loaded("ics:trips.ics")
    assert "CalendarError\nicalendar aiohttp" == loaded("ics:http://127.0.0.1:1/x")
    assert "CalendarSetupError\ngoogleapiclient" == loaded("google:jan@gmail.com")
