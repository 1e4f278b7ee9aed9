"""Google Calendar: the events of the coming days, read with a service account or the owner's own log-in.

In: a calendar's id and the secrets. Out: entries. Google's library is not made for two threads, waits in many places
and takes 30 MB: so it is loaded, and works, in one thread of this calendar's own, when it is first asked.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.calendars import CalendarError, CalendarSetupError, place_of
from lib.calendars.google_login import Login, parse_login
from lib.calendars.order import in_order
from lib.core.trip import Entry

if TYPE_CHECKING:
    from lib.calendars.google_api import GoogleApi

LIMIT_S = 28.0
CLOSING_S = 2.0
RETRIES = 3
GROUP = "@group.calendar.google.com"
NOT_INSTALLED = "google-api-python-client is not installed here: rm -r .venv, then start again with ./do_py.sh"


def open_google(
    calendar_id: str, secrets: Mapping[str, str], *, home: Path, url: str | None = None, retries: int = RETRIES
) -> "GoogleCalendar":
    """The calendar of that id; url: of the API elsewhere. Raises CalendarSetupError. Nothing is asked yet."""
    login = parse_login(secrets, home=home)
    if login.service and calendar_id == "primary":
        raise CalendarSetupError(
            f"google:primary is the service account's own, empty calendar: share yours with {login.who} and write its "
            "id, which stands in the settings of the calendar"
        )
    if find_spec("googleapiclient") is None:
        raise CalendarSetupError(NOT_INSTALLED)
    return GoogleCalendar(calendar_id, login, url=url, retries=retries)


class GoogleCalendar:
    """See Calendar."""

    def __init__(self, calendar_id: str, login: Login, *, url: str | None, retries: int) -> None:
        local, at, domain = calendar_id.partition("@")
        self.name = f"Google {local[:8]}…" if at + domain == GROUP else f"Google {calendar_id}"
        self._id = calendar_id
        self._login = login
        self._url = url
        self._retries = retries
        self._place = place_of(f"google:{calendar_id}")
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="google")
        self._api: GoogleApi | None = None
        self._asking: Future[list[Any]] | None = None

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """See Calendar."""
        if self._asking and not self._asking.done():
            raise CalendarError("Google has not answered the last question yet")
        self._asking = self._thread.submit(self._ask, start, end)
        try:
            async with asyncio.timeout(LIMIT_S):
                items = await asyncio.wrap_future(self._asking)
        except TimeoutError:
            raise CalendarError(f"Google does not answer within {LIMIT_S:.0f} s") from None
        return in_order(parse_items(items, place=self._place), start, end)

    async def close(self) -> None:
        """Let it go; a question that is under way is not waited for."""
        if self._api and (self._asking is None or self._asking.done()):
            closing = asyncio.wrap_future(self._thread.submit(self._api.close))
            await asyncio.wait({closing}, timeout=CLOSING_S)
        elif self._api:
            self._api.hurry()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self, start: datetime, end: datetime) -> list[Any]:
        """In the thread: what Google says. Raises CalendarError."""
        if self._api is None:
            from lib.calendars.google_api import GoogleApi

            self._api = GoogleApi(self._login, url=self._url, retries=self._retries)
        return self._api.events(self._id, start, end)


def parse_items(items: Iterable[Any], *, place: str) -> tuple[Entry, ...]:
    """Google's items → entries; what is left of a deleted event has no time and is none.

    place: stands first in their keys.
    """
    return tuple({entry.key: entry for item in items for entry in _entry(item, place)}.values())


def _entry(item: Any, place: str) -> Iterator[Entry]:
    match item:
        case {"id": str(event), "start": {**starts}, "end": {**ends}}:
            start, end = _at(starts), _at(ends)
        case _:
            return
    if start is None or end is None:
        return
    match item:  # one time of a repeated event: it may be moved, and is still the same
        case {"recurringEventId": str(series), "originalStartTime": {**origin}} if original := _at(origin):
            event = f"{series}/{original.isoformat()}"
    attendees = item.get("attendees", ())
    yield Entry(
        key=f"{place}/{event}",
        title=str(item.get("summary", "")),
        description=str(item.get("description", "")),
        start=start,
        end=end,
        cancelled=item.get("status") == "cancelled",
        declined=any(one.get("self") and one.get("responseStatus") == "declined" for one in attendees),
        kind=str(item.get("eventType", "")),
    )


def _at(said: Mapping[Any, Any]) -> date | None:
    """A time in UTC, or a day; its offset is Google's own, so the hour that autumn repeats is settled by it."""
    try:
        match said:
            case {"dateTime": str(text)}:
                return datetime.fromisoformat(text).astimezone(UTC)
            case {"date": str(text)}:
                return date.fromisoformat(text)
    except (ValueError, OverflowError):  # the latter of a time before or after all that can be told in UTC
        pass
    return None
