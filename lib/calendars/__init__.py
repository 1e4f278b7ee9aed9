"""Calendars: one file per service. What they hold are the entries of lib/core/trip.py.

In: an address, as the owner writes it. Out: a `Calendar`, which is asked by lib/calendars/agenda.py. It knows no trip
and no car.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

from lib.core.trip import Entry
from lib.tilde import filled

ALLOWED = "google:CALENDAR_ID, ics:FILE, or ics:https://… with the address of a calendar in iCal format"
WEB = ("https://", "http://", "webcal://")


class CalendarError(Exception):
    """A calendar cannot be read now; the sentence is for the owner and says what to do."""


class CalendarSetupError(CalendarError):
    """A calendar that can never be read as it is set up."""


class Calendar(Protocol):
    """One calendar; name: as screens call it, without a secret address."""

    name: str

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """Its events that touch the time from `start` to `end`, a repeated one once for each time.

        In order of time. Raises CalendarError, within 30 s.
        """

    async def close(self) -> None:
        """Let it go."""


@runtime_checkable
class OnDisk(Protocol):
    """What a calendar can that is a file: be looked at often, for nothing."""

    async def changed(self) -> bool:
        """Whether it is another one than when its entries were last asked for."""


def open_calendar(address: str, secrets: Mapping[str, str], *, home: Path, google_url: str | None = None) -> Calendar:
    """The calendar at `address`, which is one of ALLOWED; a file's path counts from `home`. Nothing is asked yet.

    secrets: "google_service_account" and "google_token", for Google. google_url: its calendar API elsewhere, such as
    "http://127.0.0.1:8000/calendar/v3/". Raises CalendarSetupError; no error and no name tells a secret.
    """
    match address.partition(":"):
        case ("google", ":", calendar_id) if calendar_id.strip():
            from lib.calendars.google import open_google

            return open_google(calendar_id.strip(), secrets, home=home, url=google_url)
        case ("ics", ":", url) if url.startswith(WEB):
            from lib.calendars.ics_web import open_web

            return open_web(url.strip())
        case ("ics", ":", path) if path.strip() and "://" not in path:
            from lib.calendars.ics_file import IcsFile

            return IcsFile(home / filled(path.strip()))
    raise CalendarSetupError(f"{kind_of(address)} is no calendar; it can be {ALLOWED}")


def open_calendars(addresses: Iterable[str], secrets: Mapping[str, str], *, home: Path) -> tuple[Calendar, ...]:
    """The calendars at `addresses`, in their order.

    One that can never be read stands among them all the same and says why whenever it is asked: cars are charged
    without it too.
    """
    found: list[Calendar] = []
    for address in addresses:
        try:
            found.append(open_calendar(address, secrets, home=home))
        except CalendarSetupError as error:
            found.append(Unusable(kind_of(address), error))
    return tuple(found)


class Unusable:
    """A calendar that can never be read as it is set up."""

    def __init__(self, name: str, why: CalendarSetupError) -> None:
        self.name = name
        self._why = why

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """Raises CalendarSetupError."""
        raise CalendarSetupError(str(self._why))

    async def close(self) -> None:
        """Nothing was opened."""


def kind_of(address: str) -> str:
    """What may be shown of an address: one on the web is a secret in itself, so only its host."""
    kind, _, rest = address.partition(":")
    scheme, there, where = rest.partition("://")
    return f"{kind}:{scheme}://{where.partition('/')[0].rpartition('@')[2]}" if there else address


def place_of(address: str) -> str:
    """A short mark of an address, for the keys of its entries: the same from start to start, and it tells nothing."""
    return sha256(address.encode()).hexdigest()[:8]
