"""Google Calendar over real HTTP on loopback: both log-ins, paging, and every way in which it says no."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.calendars import CalendarError, google, google_api, open_calendar
from lib.calendars.google import GoogleCalendar, open_google
from lib.calendars.order import instant
from lib.core.car import Ask, CarRules
from lib.core.trip import Entry, trips
from tests.calendars.recorded import GCAL
from tests.conftest import local
from tests.fakes.google_calendar import EMAIL, REFRESH_TOKEN, FakeGoogle, refusal

FAMILY = "family@group.calendar.google.com"
START, END = local("2026-11-20 12:00"), local("2026-11-27 12:00")


def event(name: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """An item of a calendar, in local time."""
    times = {"start": {"dateTime": local(start).isoformat()}, "end": {"dateTime": local(end).isoformat()}}
    return {"id": name, "status": "confirmed", "summary": name, **times, "eventType": "default", **more}


@pytest.fixture
async def fake() -> AsyncIterator[FakeGoogle]:
    """A Google that knows one calendar with one event."""
    items = [event("sea", "2026-11-21 08:00", "2026-11-21 18:00")]
    async with FakeGoogle({FAMILY: items}) as served:
        yield served


def opened(fake: FakeGoogle, *, calendar: str = FAMILY, owner: bool = False, retries: int = 0) -> GoogleCalendar:
    """The calendar at the fake, by its service account or by the owner's log-in."""
    secrets = (
        {"google_token": json.dumps(fake.token)} if owner else {"google_service_account": json.dumps(fake.account)}
    )
    return open_google(calendar, secrets, home=Path(), url=fake.url, retries=retries)


async def read(fake: FakeGoogle, start: datetime = START, end: datetime = END, **how: Any) -> tuple[Entry, ...]:
    """What the calendar holds, once."""
    calendar = opened(fake, **how)
    try:
        return await calendar.entries(start, end)
    finally:
        await calendar.close()


async def trouble(fake: FakeGoogle, **how: Any) -> str:
    """The sentence when it cannot be read."""
    with pytest.raises(CalendarError) as error:
        await read(fake, **how)
    said = str(error.value)
    assert "\n" not in said
    assert not [secret for secret in ("BEGIN", REFRESH_TOKEN, "client-secret", "ya29") if secret in said]
    return said


@pytest.mark.parametrize("owner", [False, True], ids=["service account", "log-in"])
async def test_both_log_ins_open_the_calendar(fake: FakeGoogle, owner: bool) -> None:
    """One token is asked for and used for an hour; the question is the one that Google documents."""
    calendar = opened(fake, owner=owner)
    for _ in range(2):
        assert ["sea"] == [entry.title for entry in await calendar.entries(START, END)]
    await calendar.close()
    assert 1 == len(fake.grants)
    assert {
        "timeMin": "2026-11-20T11:00:00+00:00",
        "timeMax": "2026-11-27T11:00:00+00:00",
        "singleEvents": "true",
        "orderBy": "startTime",
        "maxResults": "250",
        "fields": google_api.FIELDS,
        "alt": "json",
    } == fake.asked[0]


async def test_nobody_else_is_asked(fake: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's own log-in of a service account would ask a further service in a thread of its own."""
    looked_up: list[str] = []
    look_up = socket.getaddrinfo

    def listened(host: str, *more: Any, **named: Any) -> Any:
        looked_up.append(host)
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", listened)
    await read(fake)
    assert {"127.0.0.1"} == set(looked_up)


@pytest.mark.parametrize("folder", GCAL, ids=str)
async def test_recorded_pages_become_entries(folder: Path) -> None:
    """All-day, repeated, private: each event as it stands there, and what is left of a deleted one is none."""
    items = recorded_items(folder, "events_page_1", "events_page_2", "events_odd")
    events = [item for item in items if "start" in item]
    start = min(first_instant(item["start"]) for item in events)
    async with FakeGoogle({FAMILY: items}, page=2) as fake:
        found = await read(fake, start, start + timedelta(days=400))
    assert -(-len(items) // 2) == len(fake.asked)
    assert sorted(
        (
            item.get("summary", ""),
            item.get("description", ""),
            str(first_instant(item["start"])),
            str(first_instant(item["end"])),
            item.get("eventType", ""),
        )
        for item in events
    ) == sorted(
        (entry.title, entry.description, str(instant(entry.start)), str(instant(entry.end)), entry.kind)
        for entry in found
    )
    assert [instant(entry.start) for entry in found] == sorted(instant(entry.start) for entry in found)
    assert len(events) == len({entry.key for entry in found})
    assert not any(entry.cancelled or entry.declined for entry in found)


def recorded_items(folder: Path, *names: str) -> list[dict[str, Any]]:
    """The items of some recorded answers."""
    pages = [json.loads((folder / f"{name}.json").read_text("utf-8")) for name in names]
    return [item for page in pages for item in page["items"]]


def first_instant(said: dict[str, str]) -> datetime:
    """The instant of Google's own form of a time, or the first one of a day."""
    return (
        local(f"{said['date']} 00:00") if "date" in said else datetime.fromisoformat(said["dateTime"]).astimezone(UTC)
    )


async def test_the_hour_that_autumn_repeats_is_settled_by_its_offset(fake: FakeGoogle) -> None:
    """02:30 is there twice; Google says which."""
    times = {"start": {"dateTime": "2026-10-25T02:30:00+01:00"}, "end": {"dateTime": "2026-10-25T03:30:00+01:00"}}
    fake.calendars[FAMILY] = [{"id": "late", "summary": "late", **times}]
    [entry] = await read(fake, local("2026-10-24 00:00"))
    assert datetime(2026, 10, 25, 1, 30, tzinfo=UTC) == entry.start


async def test_what_the_owner_declined_says_so(fake: FakeGoogle) -> None:
    """Of all who are invited one is the owner of the calendar."""
    guests = [{"self": True, "responseStatus": "declined"}, {"responseStatus": "accepted"}]
    fake.calendars[FAMILY] = [
        event("no", "2026-11-21 08:00", "2026-11-21 18:00", attendees=guests),
        event("yes", "2026-11-22 08:00", "2026-11-22 18:00", attendees=[{"self": True, "responseStatus": "accepted"}]),
    ]
    assert [("no", True), ("yes", False)] == [(entry.title, entry.declined) for entry in await read(fake)]


async def test_a_birthday_says_that_it_is_one(fake: FakeGoogle) -> None:
    """As do other kinds of events, which no car drives to."""
    fake.calendars[FAMILY] = [event("Jan", "2026-11-21 08:00", "2026-11-21 18:00", eventType="birthday")]
    [entry] = await read(fake)
    assert "birthday" == entry.kind


async def test_a_moved_event_is_the_same_event(fake: FakeGoogle) -> None:
    """Alone by its id, and one of a row by the row and the time at which it was to be."""
    origin = {"originalStartTime": {"dateTime": "2026-11-23T07:00:00+01:00"}, "recurringEventId": "work"}
    keys = []
    for hour in ("06", "09"):
        fake.calendars[FAMILY] = [
            event("once", f"2026-11-21 {hour}:00", "2026-11-21 18:00"),
            event("work_20261123T060000Z", f"2026-11-23 {hour}:00", "2026-11-23 18:00", **origin),
        ]
        keys.append([entry.key for entry in await read(fake)])
    assert keys[0] == keys[1]
    assert ["once", "work/2026-11-23T06:00:00+00:00"] == [key.partition("/")[2] for key in keys[0]]


async def test_items_that_are_none_are_left_out(fake: FakeGoogle) -> None:
    """What a later version may send beside the events we know."""
    good = fake.calendars[FAMILY][0]
    times = {"start": {"dateTime": "tomorrow"}, "end": {"dateTime": "later"}}
    far = {"start": {"dateTime": "0001-01-01T00:00:00+14:00"}, "end": {"dateTime": "9999-12-31T23:59:59-12:00"}}
    items = [{"id": "a"}, 7, {"id": "b", **times}, {"id": "c", **far}, good]
    fake.troubles.append((200, {"accessRole": "owner", "items": items}))
    assert ["sea"] == [entry.title for entry in await read(fake)]


async def test_a_calendar_that_is_not_shared_says_with_whom(fake: FakeGoogle) -> None:
    """The e-mail of the service account, as it must be typed into Google's page."""
    said = await trouble(fake, calendar="mine@gmail.com")
    assert said.startswith(f"mine@gmail.com is no calendar that {EMAIL} may see: check its id")
    assert "the account that logged in" in await trouble(fake, calendar="mine@gmail.com", owner=True)


async def test_a_calendar_that_shows_only_when_one_is_busy_says_so(fake: FakeGoogle) -> None:
    """Its events have no titles, so no trip would ever be found, and nobody would know why."""
    fake.role = "freeBusyReader"
    assert (
        f"the calendar shows only when you are busy: share it with {EMAIL} again, with 'See all event details'"
        == await trouble(fake)
    )


async def test_a_dead_log_in_names_the_seven_days(fake: FakeGoogle) -> None:
    """The commonest trouble of all: an app in publishing state Testing."""
    fake.token_troubles.append(
        (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
    )
    assert (
        "the log-in has expired: in publishing state Testing Google ends it after 7 days; a service account does not; "
        "do ev_app.py --connect google again"
    ) == await trouble(fake, owner=True)


async def test_a_refused_key_asks_for_the_clock(fake: FakeGoogle) -> None:
    """A Pi without network time signs for an hour that is not now."""
    words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    fake.token_troubles.append((400, {"error": "invalid_grant", "error_description": words}))
    said = await trouble(fake)
    assert f"Google does not accept the key of {EMAIL} ({words}): is the clock of this machine right" in said


TROUBLES: dict[str, tuple[int, Any, str]] = {
    "asked too often, 429": (*refusal(429, "rateLimitExceeded", "Rate Limit Exceeded"), "Google was asked too often"),
    "asked too often, 403": (*refusal(403, "rateLimitExceeded", "Rate Limit Exceeded"), "Google was asked too often"),
    "forbidden": (*refusal(403, "forbidden", "Forbidden"), "Google says no (Forbidden): share the calendar with"),
    "API off": (*refusal(403, "accessNotConfigured", "Calendar API has not been used"), "the Google Calendar API is"),
    "scope": (*refusal(403, "insufficientPermissions", "Insufficient"), "the log-in may not read events"),
    "bad question": (*refusal(400, "badRequest", "Bad Request"), "Google refuses the question (HTTP 400: Bad Request)"),
    "gone": (*refusal(410, "fullSyncRequired", "Sync token"), "Google refuses the question (HTTP 410"),
    "trouble of its own": (*refusal(503, "backendError", "Backend Error"), "Google has trouble of its own (HTTP 503)"),
    "a proxy's page": (502, b"<html>Bad Gateway</html>", "Google has trouble of its own (HTTP 502)"),
    "a log-in page": (200, b"<html>Welcome to our hotel</html>", "Google answers, but not as it should"),
    "a list": (200, [], "Google answers, but not as it should"),
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_every_no_is_a_sentence(fake: FakeGoogle, kind: str) -> None:
    """It says what to do, and holds no secret."""
    status, body, said = TROUBLES[kind]
    fake.troubles.append((status, body))
    assert (await trouble(fake)).startswith(said)


async def test_recorded_errors_are_understood(fake: FakeGoogle) -> None:
    """Each of Google's bodies that was recorded, in its own words."""
    for folder in GCAL:
        for name, recorded in json.loads((folder / "errors.json").read_text("utf-8")).items():
            troubles = fake.token_troubles if name.startswith("token_endpoint") else fake.troubles
            troubles.extend([(recorded["status"], recorded["body"])] * 3)  # a 401 is asked twice, after a new token
            said = await trouble(fake, owner=True)
            assert not said.startswith("Google answers, but"), name
            troubles.clear()
            fake.token_troubles.clear()


async def test_a_refused_token_is_renewed_once(fake: FakeGoogle) -> None:
    """One that ended early is replaced without a word; one that is refused twice is trouble."""
    fake.troubles.append(refusal(401, "authError", "Invalid Credentials"))
    assert 1 == len(await read(fake))
    fake.troubles.extend([refusal(401, "authError", "Invalid Credentials")] * 3)
    assert (await trouble(fake)).startswith(f"Google does not accept the log-in of {EMAIL}: make a new key")


async def test_a_hiccup_is_asked_again_at_once(fake: FakeGoogle) -> None:
    """Within the same question, after a second or so."""
    fake.troubles.append(refusal(503, "backendError", "Backend Error"))
    assert 1 == len(await read(fake, retries=1))
    assert 2 == len(fake.asked)


async def test_a_log_in_service_with_trouble_is_not_the_owners_fault(fake: FakeGoogle) -> None:
    """Nobody is sent to make a new key because of a bad minute at Google."""
    fake.token_troubles.extend([(503, b"<html>busy</html>")] * 3)
    assert "Google's log-in service has trouble of its own" == await trouble(fake, owner=True)


async def test_a_server_that_is_away_comes_back(fake: FakeGoogle) -> None:
    """The next question finds it."""
    calendar = opened(fake)
    await fake.__aexit__(None, None, None)
    with pytest.raises(CalendarError, match="Google cannot be reached: Connection refused"):
        await calendar.entries(START, END)
    async with fake:
        assert 1 == len(await calendar.entries(START, END))
    await calendar.close()


@contextmanager
def silence() -> Iterator[int]:
    """A port on which somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_silent_server_is_given_up(fake: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten seconds, and not after Google's own minute; a second try of the library's own is not begun too late."""
    monkeypatch.setattr(google_api, "PATIENCE_S", 0.2)
    monkeypatch.setattr(google_api, "BEGIN_S", 0.1)
    with silence() as port:
        account = json.dumps(fake.account)
        url = f"http://127.0.0.1:{port}/calendar/v3/"
        calendar = open_google(FAMILY, {"google_service_account": account}, home=Path(), url=url, retries=3)
        with pytest.raises(CalendarError, match="Google has no good answer in time"):
            await calendar.entries(START, END)
        await calendar.close()


async def test_a_question_that_hangs_is_not_asked_a_second_time(
    fake: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads do not pile up behind one that waits, and the program goes on."""
    monkeypatch.setattr(google, "LIMIT_S", 0.3)
    monkeypatch.setattr(google_api, "PATIENCE_S", 1.0)
    with silence() as port:
        account = json.dumps(fake.account | {"token_uri": f"http://127.0.0.1:{port}/token"})
        calendar = open_google(FAMILY, {"google_service_account": account}, home=Path(), url=fake.url, retries=0)
        with pytest.raises(CalendarError, match="Google does not answer within"):
            await calendar.entries(START, END)
        with pytest.raises(CalendarError, match="Google has not answered the last question yet"):
            await calendar.entries(START, END)
        await calendar.close()
    for thread in threading.enumerate():
        if thread.name.startswith("google"):
            await asyncio.to_thread(thread.join, 5.0)
            assert not thread.is_alive()


async def test_the_library_is_loaded_by_its_own_thread(fake: FakeGoogle) -> None:
    """All calls of one calendar come from one thread, which is not the program's."""
    calendar = opened(fake)
    await calendar.entries(START, END)
    names = [thread.name for thread in threading.enumerate()]
    assert 1 == sum(name.startswith("google") for name in names)
    await calendar.close()


async def test_a_calendar_by_its_address(fake: FakeGoogle) -> None:
    """As an owner writes it, with a short name for the screen."""
    secrets = {"google_service_account": json.dumps(fake.account)}
    calendar = open_calendar(f"google:{FAMILY}", secrets, home=Path(), google_url=fake.url)
    assert "Google family…" == calendar.name
    assert 1 == len(await calendar.entries(START, END))
    await calendar.close()
    assert "Google jan@gmail.com" == open_calendar("google:jan@gmail.com", secrets, home=Path()).name


async def test_an_event_becomes_a_trip(fake: FakeGoogle) -> None:
    """The whole way: two cars in one event, the need in a description of HTML, and a space that is none."""
    fake.calendars[FAMILY] = [
        event("Airport @car_1@ @Car_2@", "2026-11-25 04:45", "2026-11-25 07:00", description="gate<br>95&nbsp;km"),
        event("by train", "2026-11-26 08:00", "2026-11-26 18:00"),
    ]
    cars = {name: CarRules(name=name, capacity_wh=60_000) for name in ("car_1", "car_2")}
    found = trips(await read(fake), cars, now=START)
    assert [("car_1", Ask(km=95)), ("car_2", Ask(km=95))] == [(trip.car, trip.ask) for trip in found.trips]
    assert {(local("2026-11-25 04:45"), local("2026-11-25 04:30"))} == {
        (trip.departs, trip.ready) for trip in found.trips
    }
    assert () == found.notes
