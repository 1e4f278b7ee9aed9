"""A calendar that is a file on this machine, in iCal format."""

from datetime import datetime
from pathlib import Path

from lib.apart import Apart
from lib.calendars import CalendarError, place_of
from lib.calendars.ics import LARGEST, TOO_LARGE, Ics
from lib.core.trip import Entry

Mark = tuple[int, int, int]  # which file it is, when it was changed, in ns, and its size


class IcsFile:
    """See Calendar and OnDisk. It may come, go and be written anew at any time, and lie on a share that hangs."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._apart = Apart(f"ics:{path}")
        self._ics = Ics(place_of(str(path)))
        self._mark: Mark | None = None

    async def entries(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """See Calendar."""
        return await self._apart.do(lambda: self._read(start, end))

    async def changed(self) -> bool:
        """See OnDisk."""
        return await self._apart.do(self._look) != self._mark

    async def close(self) -> None:
        """Nothing stays open."""

    def _read(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        self._mark = self._look()
        try:
            with self._path.open("rb") as file:
                body = file.read(LARGEST + 1)
        except FileNotFoundError:
            raise CalendarError(f"{self._path} is not there: put the calendar there, or correct calendars") from None
        except OSError as error:
            raise CalendarError(f"{self._path} cannot be read: {error.strerror}") from None
        if len(body) > LARGEST:
            raise CalendarError(f"{self._path}: {TOO_LARGE}")
        try:
            return self._ics.parse(body, start, end)
        except CalendarError as error:
            raise CalendarError(f"{self._path}: {error}") from error.__cause__

    def _look(self) -> Mark | None:
        try:
            about = self._path.stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns, about.st_size
