"""Calendars: one file per service. What they hold are the entries of lib/core/trip.py."""

from datetime import datetime
from typing import Protocol

from lib.core.trip import Entry


class CalendarError(Exception):
    """A calendar cannot be read now; the sentence is for the owner and says what to do."""


class CalendarSetupError(CalendarError):
    """A calendar that can never be read as it is set up."""


class Calendar(Protocol):
    """One calendar; name: as screens call it, without a secret address."""

    name: str

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """Its events that touch the time from `start` to `end`, a repeated one once for each time.

        Raises CalendarError, within 30 s.
        """

    async def close(self) -> None:
        """Let it go."""
