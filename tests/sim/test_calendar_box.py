"""The calendar box serves its ICS text, says when nothing changed, and has the troubles of every box."""

from datetime import date

import aiohttp
import icalendar
import pytest

from lib.sim.calendar_box import open_calendar_box
from lib.sim.http_box import Trouble
from lib.sim.outings import Outing, family_week
from tests.sim.builders import NOON


async def test_a_calendar_is_told_anew_only_when_it_changed() -> None:
    """200 with an ETag, 304 to who has that one, 200 again after a hand wrote something in."""
    box = await open_calendar_box(family_week(NOON), made=NOON)
    async with aiohttp.ClientSession() as http:
        async with http.get(box.address) as answer:
            tag = answer.headers["ETag"]
            assert (200, "text/calendar", "utf-8") == (answer.status, answer.content_type, answer.charset)
            assert 4 == len(icalendar.Calendar.from_ical(await answer.text()).walk("VEVENT"))
        async with http.get(box.address, headers={"If-None-Match": tag}) as answer:
            assert (304, b"") == (answer.status, await answer.read())
        box.outings.append(Outing(title="@car_1@ Dokter 8 km", day=date(2026, 6, 18)))
        async with http.get(box.address, headers={"If-None-Match": tag}) as answer:
            assert (200, True) == (answer.status, tag != answer.headers["ETag"])
        box.trouble = Trouble.BROKEN
        async with http.get(box.address) as answer:
            assert (502, "text/html") == (answer.status, answer.content_type)
        box.trouble = Trouble.CUT
        async with http.get(box.address) as answer:
            assert "END:VCALENDAR" not in await answer.text()
    with pytest.raises(OSError, match="in use"):
        await open_calendar_box((), box.port, made=NOON)
    await box.close()
    await box.close()
