"""Calendars in iCal format: what is repeated, moved, excluded, cancelled or broken."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.calendars import CalendarError
from lib.calendars.ics import Ics
from lib.calendars.order import instant
from lib.calendars.vevents import relevant
from lib.core.stamp import BRUSSELS
from lib.core.trip import TAG, Entry
from tests.calendars.recorded import GCAL
from tests.conftest import local
from tests.yardstick import cost

START, END = local("2026-11-20 12:00"), local("2026-11-27 12:00")


def vevent(*lines: str) -> str:
    """One event."""
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*events: str, head: str = "") -> bytes:
    """A whole calendar."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{''.join(events)}END:VCALENDAR\r\n".encode()


def parsed(body: bytes, start: datetime = START, end: datetime = END) -> tuple[Entry, ...]:
    """What a calendar holds."""
    return Ics("place").parse(body, start, end)


def starts(entries: Iterable[Entry]) -> list[str]:
    """In local time."""
    return [
        f"{entry.start.astimezone(BRUSSELS):%d %b %H:%M}"
        if isinstance(entry.start, datetime)
        else f"{entry.start:%d %b}"
        for entry in entries
    ]


def titles(body: bytes) -> list[str]:
    """Of the events in the week."""
    return [entry.title for entry in parsed(body)]


@pytest.mark.parametrize("folder", GCAL, ids=str)
def test_recorded_departures(folder: Path) -> None:
    """A weekly event over a clock change, an exclusion, a moved time, all-day, cancelled, without a zone."""
    expected = json.loads((folder / "trips_expected.json").read_text("utf-8"))
    start, end = (datetime.fromisoformat(at).astimezone(UTC) for at in expected["range"])
    found = [entry for entry in parsed((folder / "trips.ics").read_bytes(), start, end) if not entry.cancelled]
    cars = {name.split()[0]: rows for name, rows in expected.items() if name.endswith(" departures")}
    for car, rows in cars.items():
        mine = [entry.start for entry in found if car.casefold() in map(str.casefold, TAG.findall(entry.title))]
        words = [row.partition(" (")[0] for row in rows]
        days = [date.fromisoformat(word) if len(word) == 10 else datetime.fromisoformat(word) for word in words]
        assert sorted(map(instant, days)) == sorted(map(instant, mine)), car
        assert sum(not isinstance(day, datetime) for day in days) == sum(not isinstance(at, datetime) for at in mine)


def test_a_moved_time_is_the_same_event() -> None:
    """Its key stays: the event, and when that time of it was to be; so its trip moves instead of ending."""
    row = vevent("UID:work", "DTSTART;TZID=Europe/Brussels:20261019T070000", "RRULE:FREQ=WEEKLY", "SUMMARY:Work")
    moved = vevent(
        "UID:work",
        "RECURRENCE-ID:20261123T060000Z",  # the same instant in another zone
        "DTSTART;TZID=Europe/Brussels:20261124T093000",
        "SUMMARY:Work later",
    )
    [before], [after] = parsed(calendar(row)), parsed(calendar(row, moved))
    assert (["23 Nov 07:00"], ["24 Nov 09:30"]) == (starts([before]), starts([after]))
    assert before.key == after.key == "place/work/2026-11-23T06:00:00+00:00"


def test_an_event_that_is_alone_keeps_its_key_wherever_it_goes() -> None:
    """Its UID says all."""
    [before] = parsed(calendar(vevent("UID:once", "DTSTART:20261122T080000Z")))
    [after] = parsed(calendar(vevent("UID:once", "DTSTART:20261123T090000Z")))
    assert before.key == after.key == "place/once"


def test_all_that_follows_moves_and_no_two_share_a_key() -> None:
    """RANGE=THISANDFUTURE moves each later time, with one original start for all of them."""
    row = vevent("UID:w", "DTSTART:20261120T120000Z", "RRULE:FREQ=DAILY;COUNT=5")
    later = vevent("UID:w", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261122T120000Z", "DTSTART:20261122T150000Z")
    found = parsed(calendar(row, later))
    assert ["20 Nov 13:00", "21 Nov 13:00", "22 Nov 16:00", "23 Nov 16:00", "24 Nov 16:00"] == starts(found)
    assert 5 == len({entry.key for entry in found})


def test_an_event_without_uid_is_known_by_what_it_is() -> None:
    """Two of them are two, and the next export, with its new stamp, names the same ones."""

    def export(stamp: str) -> bytes:
        said = ("SUMMARY:Dentist", "DTSTART:20261121T080000Z"), ("SUMMARY:Sea", "DTSTART:20261121T080000Z")
        return calendar(*(vevent(f"DTSTAMP:{stamp}", *lines) for lines in said))

    first, second = parsed(export("20261101T000000Z")), parsed(export("20261102T000000Z"))
    assert {"Dentist", "Sea"} == {entry.title for entry in first}
    assert 2 == len({entry.key for entry in first})
    assert first == second


@pytest.mark.parametrize("uid", ["UID;X-ID:2", "UID;X=1;Y:2", "UID;=1:2", 'UID;X="1:2', 'UID;X=1"2:3', "UID;X=1\x01:2"])
def test_an_event_whose_uid_is_garbled_spoils_no_other(uid: str) -> None:
    """It is told like one without, two of them are two."""
    bad, worse = (vevent(uid, f"SUMMARY:{title}", "DTSTART:20261121T080000Z") for title in ("bad", "worse"))
    found = parsed(calendar(bad, GOOD, worse))
    assert ["bad", "good", "worse"] == sorted(entry.title for entry in found)
    assert 3 == len({entry.key for entry in found})


@pytest.mark.parametrize("uid", ["UID;X=1:2", 'UID;X="1;:2":2', "UID;X=1;Y-Z=3,4:2", "uid:2"])
def test_a_uid_with_parameters_is_the_events_own(uid: str) -> None:
    """Its key is that of the plain one."""
    plain, other = (calendar(vevent(line, "SUMMARY:Sea", "DTSTART:20261121T080000Z")) for line in ("UID:2", uid))
    assert parsed(plain) == parsed(other)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("DTSTART:20261121T080000",), "21 Nov 08:00"),
        (("DTSTART;TZID=Moon/Base:20261121T080000",), "21 Nov 08:00"),
        (("DTSTART;TZID=Romance Standard Time:20261121T080000",), "21 Nov 08:00"),
        (('DTSTART;TZID="(UTC+01:00) Brussels, Copenhagen: Madrid, Paris":20261121T080000',), "21 Nov 08:00"),
        (("DTSTART;TZID=America/New_York:20261121T080000",), "21 Nov 14:00"),
        (("DTSTART:20261121T080000Z",), "21 Nov 09:00"),
        (("DTSTART;VALUE=DATE:20261121",), "21 Nov"),
    ],
)
def test_times_are_those_of_the_wall_clock_at_home(lines: tuple[str, ...], said: str) -> None:
    """A zone that is missing or that nobody knows is Belgian; Windows' names for zones are known."""
    assert [said] == starts(parsed(calendar(vevent("UID:a", *lines))))


def test_a_local_time_that_is_there_twice_is_the_first() -> None:
    """And one that is left out in spring is an hour later, as every clock shows it."""
    autumn = calendar(vevent("UID:a", "DTSTART:20261025T023000"))
    [entry] = parsed(autumn, local("2026-10-24 00:00"), local("2026-10-26 00:00"))
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == entry.start
    spring = calendar(vevent("UID:a", "DTSTART:20260329T023000"))
    assert ["29 Mar 03:30"] == starts(parsed(spring, local("2026-03-28 00:00"), local("2026-03-30 00:00")))


def test_a_row_in_utc_follows_the_calendars_own_zone() -> None:
    """As some services write them: 07:00 stays 07:00 over the change of clocks."""
    row = vevent("UID:a", "DTSTART:20261021T050000Z", "RRULE:FREQ=WEEKLY")
    found = parsed(calendar(row, head="X-WR-TIMEZONE:Europe/Brussels\r\n"), local("2026-10-20 00:00"))
    assert ["21 Oct 07:00", "28 Oct 07:00", "04 Nov 07:00"] == starts(found)[:3]


@pytest.mark.parametrize("zone", ["Romance Standard Time", "", "UTC", "../../etc/passwd", "Europe"])
def test_a_zone_of_the_calendar_that_is_none_harms_nothing(zone: str) -> None:
    """Then times say their own, or are Belgian."""
    body = calendar(vevent("UID:a", "DTSTART:20261121T080000"), head=f"X-WR-TIMEZONE:{zone}\r\n")
    assert ["21 Nov 08:00"] == starts(parsed(body))


def test_ends_by_duration_by_day_or_not_at_all() -> None:
    """An event has a length, lasts its days, or is a moment."""
    long = vevent("UID:a", "DTSTART:20261121T080000Z", "DURATION:PT2H30M")
    days = vevent("UID:b", "DTSTART;VALUE=DATE:20261122", "DTEND;VALUE=DATE:20261124")
    day = vevent("UID:c", "DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261125")
    moment = vevent("UID:d", "DTSTART:20261126T080000Z")
    ends = [entry.end for entry in parsed(calendar(long, days, day, moment))]
    assert [
        datetime(2026, 11, 21, 10, 30, tzinfo=UTC),
        date(2026, 11, 24),
        date(2026, 11, 26),
        datetime(2026, 11, 26, 8, tzinfo=UTC),
    ] == ends


def test_only_what_touches_the_time_is_told() -> None:
    """From its first instant up to, and without, its last; a moment belongs to the time it begins."""

    def lasting(name: str, start: datetime, end: datetime) -> str:
        return vevent(
            f"UID:{name}", f"SUMMARY:{name}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"
        )

    hour, second = timedelta(hours=1), timedelta(seconds=1)
    body = calendar(
        lasting("over", START - hour, START),
        lasting("running", START - 30 * hour, START + second),
        lasting("moment at the start", START, START),
        lasting("last", END - second, END + hour),
        lasting("too late", END, END + hour),
        lasting("all of it", START - 400 * hour, END + 400 * hour),
    )
    assert ["all of it", "running", "moment at the start", "last"] == titles(body)


def test_a_cancelled_event_says_so() -> None:
    """It is told, so that its trip can be ended with a word."""
    [entry] = parsed(calendar(vevent("UID:a", "DTSTART:20261121T080000Z", "STATUS:Cancelled")))
    assert entry.cancelled


def test_texts_lose_their_escapes_and_folds() -> None:
    """A long line is folded, a comma and a new line are escaped."""
    body = calendar(vevent("UID:a", "DTSTART:20261121T080000Z", "SUMMARY:Sea\\, @ca", " r_1@", "DESCRIPTION:one\\ntwo"))
    assert [("Sea, @car_1@", "one\ntwo")] == [(entry.title, entry.description) for entry in parsed(body)]


GOOD = vevent("UID:good", "SUMMARY:good", "DTSTART:20261121T080000Z")
BROKEN = {
    "no start": ("SUMMARY:x",),
    "a start that is none": ("DTSTART:tomorrow",),
    "a start with a hyphen": ("DTSTART:2026-11-21T08:00:00",),
    "two starts": ("DTSTART:20261121T080000Z", "DTSTART:20261122T080000Z"),
    "an end after all time": ("DTSTART:20261121T080000Z", "DTEND:99991231T235959Z"),
    "a month of 13": ("DTSTART:20261321T080000Z",),
    "a rule that is none": ("DTSTART:20261021T080000Z", "RRULE:FREQ=NOW"),
    "a rule in bits": ("DTSTART:20261021T080000Z", "RRULE:FREQ=DAILY;UNTIL=x;BYDAY=??"),
    "a row every second": ("DTSTART:20000101T080000Z", "RRULE:FREQ=SECONDLY"),
    "a line of nothing": ("this is nothing",),
    "an exclusion that is none": ("DTSTART:20261021T080000Z", "RRULE:FREQ=DAILY", "EXDATE:soon"),
    "its own end": ("END:VEVENT", "BEGIN:VEVENT"),
}


@pytest.mark.parametrize("lines", BROKEN.values(), ids=BROKEN)
def test_one_broken_event_spoils_no_other(lines: tuple[str, ...]) -> None:
    """The good one is told."""
    assert "good" in titles(calendar(vevent("UID:bad", *lines), GOOD, vevent("UID:worse", *lines)))


def test_a_broken_event_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A calendar is read every ten minutes; its owner learns of it where nothing else shows it."""
    reader = Ics("place")
    broken = vevent("UID:bad", "SUMMARY:Sea", "DTSTART:20261121T080000Z", "DTSTART:20261122T080000Z")
    for _ in range(3):
        assert () == reader.parse(calendar(broken), START, END)
    [record] = caplog.records
    assert record.message.startswith("the event 'Sea' cannot be understood and is left out: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "what stands there is no calendar in iCal format but nothing at all"),
        (b"  \r\n", "what stands there is no calendar in iCal format but nothing at all"),
        (b"<!doctype html><title>Log in</title>", "what stands there is no calendar in iCal format but a web page"),
        (b'{"error": 1}', "what stands there is no calendar in iCal format but something else"),
        (calendar(GOOD)[:-20], "the calendar is cut short"),
        (b"BEGIN:VCALENDAR\r\nVERSION", "the calendar is cut short"),
    ],
)
def test_what_is_no_calendar_is_one_sentence(body: bytes, said: str) -> None:
    """So that the last good list stays, instead of an empty one."""
    with pytest.raises(CalendarError) as error:
        parsed(body)
    assert str(error.value).startswith(said)


def test_what_editors_do_to_a_file_is_forgiven() -> None:
    """A mark before the first letter, line ends of one kind, empty lines."""
    plain = calendar(GOOD)
    for body in (b"\xef\xbb\xbf" + plain, plain.replace(b"\r\n", b"\n"), b"\n" + plain + b"\n\n"):
        assert ["good"] == titles(body)


def test_two_calendars_in_one_file_are_both_told() -> None:
    """As some exports put them together."""
    other = calendar(vevent("UID:other", "SUMMARY:other", "DTSTART:20261122T080000Z"))
    assert ["good", "other"] == titles(calendar(GOOD) + other)


DAYS = st.integers(-40, 40).map(lambda days: START + timedelta(days=days, hours=days % 24))
LINES = st.one_of(
    DAYS.map(lambda at: (f"DTSTART:{at:%Y%m%dT%H%M%SZ}",)),
    DAYS.map(lambda at: (f"DTSTART;VALUE=DATE:{at:%Y%m%d}",)),
    st.tuples(DAYS, st.integers(0, 500)).map(
        lambda two: (
            f"DTSTART;TZID=Europe/Brussels:{two[0]:%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Europe/Brussels:{two[0] + timedelta(hours=two[1]):%Y%m%dT%H%M%S}",
        )
    ),
    st.tuples(DAYS, st.integers(0, 500)).map(lambda two: (f"DTSTART:{two[0]:%Y%m%dT%H%M%S}", f"DURATION:PT{two[1]}H")),
    st.tuples(DAYS, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(1, 9)).map(
        lambda three: (f"DTSTART:{three[0]:%Y%m%dT%H%M%SZ}", f"RRULE:FREQ={three[1]};COUNT={three[2]}")
    ),
    st.tuples(DAYS, DAYS).map(
        lambda two: (f"DTSTART:{two[0]:%Y%m%dT%H%M%SZ}", f"RRULE:FREQ=DAILY;UNTIL={two[1]:%Y%m%dT%H%M%SZ}")
    ),
)


@given(events=st.lists(LINES, max_size=8))
def test_what_is_sorted_out_beforehand_would_not_be_told(events: list[tuple[str, ...]]) -> None:
    """The law of the sieve: what it leaves out by the digits of days, the whole reading leaves out too."""
    body = calendar(*(vevent(f"UID:{number}", f"SUMMARY:{number}", *lines) for number, lines in enumerate(events)))
    wide = START - timedelta(days=100), END + timedelta(days=100)
    all_told = [
        entry
        for entry in parsed(body, *wide)
        if instant(entry.start) < END and max(instant(entry.start) + timedelta.resolution, instant(entry.end)) > START
    ]
    assert all_told == list(parsed(body))


def test_a_calendar_of_many_years_is_read_soon() -> None:
    """5 MB with 10 000 events, of which a week needs ten: the others are sorted out by their digits."""
    words = "DESCRIPTION:" + "words of an invitation " * 15
    old = [
        vevent(
            f"UID:{number}", f"DTSTART:{local('2010-01-01 08:00') + timedelta(hours=14 * number):%Y%m%dT%H%M%SZ}", words
        )
        for number in range(10_000)
    ]
    body = calendar(*old, vevent("UID:row", "SUMMARY:row", "DTSTART:20150105T060000Z", "RRULE:FREQ=WEEKLY"))
    assert 4_000_000 < len(body)
    week = (local("2025-12-01 00:00"), local("2025-12-08 00:00"))
    assert "row" in [entry.title for entry in parsed(body, *week)]
    assert cost(lambda: parsed(body, *week)) < 300
    assert len(relevant(body, START, END)) < 1_000
