"""The history folder: `MM-DD.json` and `MM-DD.log` of each of the last 365 days, written once when the day is over.

The JSON holds all that its day needs to come back, and how the books stood when it was written; the log is for people.
In: a database. Out: files, and days from files. It knows no meter.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lib.core.bands import midnight
from lib.core.books import Day, Month, Row
from lib.core.events import Event
from lib.core.parts import Parts
from lib.core.peaks import MonthPeak
from lib.core.quarter import QUARTER
from lib.store import parts as quarters
from lib.store.batch import Batch
from lib.store.database import DamagedError, replace_file, told
from lib.store.records import RecordError, crc_of, parse, record, text_of
from lib.store.report import report
from lib.store.schema import instant, seconds
from lib.store.store import events_of

FORMAT = 1
YEAR = timedelta(days=365)
AT_ONCE = 16  # files of one go: a start after a long while is not held up by them
NAME = "[0-1][0-9]-[0-3][0-9].json"
DATE = re.compile(r'"date": ?"(\d{4}-\d\d-\d\d)"')
CRC = re.compile(r'(?s)(.*),\n"crc": (\d+)\n}\n?')


class HistoryFolder:
    """The folder, and up to which day its files are known to be there."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or written yet."""
        self._folder = folder
        self._done_to = date.min

    def write_due(self, connection: sqlite3.Connection, path: Path) -> None:
        """Write the files of days that are over and not written yet, the oldest first, and only so many at once.

        A day is due once the first quarter of the next is over: late readings of gas are in by then.
        path: of the database, for its errors. Raises StoreError; OSError with the file's name.
        """
        with told(path):
            today, open_row = _running(connection)
            if today is None or open_row is None:
                return
            end = today.day
            if today.counters.at < midnight(end) + QUARTER:
                end -= timedelta(days=1)
            if self._done_to >= end:
                return
            start = max(self._done_to, today.day - YEAR)
            found = connection.execute(
                "SELECT day FROM days WHERE day >= ? AND day < ? AND open = 0 ORDER BY day",
                (start.isoformat(), end.isoformat()),
            ).fetchall()
            days = [date.fromisoformat(day) for (day,) in found]
        newest = days[-1] if days and end == today.day else None  # else a day lies between, whose file is to come
        due = [day for day in days if not self._is_written(day, today.day)]
        for day in due[:AT_ONCE]:
            with told(path):
                text, words = _texts(connection, day, (today, open_row) if day == newest else None)
            replace_file(self._file(day).with_suffix(".log"), words)
            replace_file(self._file(day), text)  # last: by it one sees that both are there
        if len(due) <= AT_ONCE:
            self._done_to = end

    def dates(self) -> list[date]:
        """The days that stand in the folder, oldest first, as far as their files say."""
        try:
            files = sorted(self._folder.glob(NAME))
        except OSError:
            return []
        return sorted(day for day in map(_date_in, files) if day)

    def unreadable(self) -> list[str]:
        """The names of files that say no date."""
        with suppress(OSError):
            return [file.name for file in sorted(self._folder.glob(NAME)) if _date_in(file) is None]
        return []

    def read(self, day: date) -> "DayFile":
        """What stands in the file of a day. Raises RecordError, OSError."""
        return _read(self._file(day).read_text("utf-8"))

    def _file(self, day: date) -> Path:
        return self._folder / f"{day:%m-%d}.json"

    def _is_written(self, day: date, today: date) -> bool:
        """Whether the file is of this day, or of a later year; one from the future came by a wrong clock."""
        found = _date_in(self._file(day))
        return found is not None and day <= found <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFile:
    """One day as its file tells it.

    Attributes:
        born: which store it was written from.
        batch: the day with its rows, quarters by their parts, events, month and peaks; and the running day, where the
            file tells of that.

    """

    day: Day
    born: str
    batch: Batch


def _date_in(file: Path) -> date | None:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            found = DATE.search(opened.read(200))
        return date.fromisoformat(found[1]) if found else None
    except (OSError, ValueError):
        return None


def _running(connection: sqlite3.Connection) -> tuple[Day | None, Row | None]:
    days = connection.execute("SELECT detail FROM days WHERE open = 1").fetchone()
    rows = connection.execute("SELECT detail FROM rows WHERE open = 1").fetchone()
    return days and parse(Day, days[0]), rows and parse(Row, rows[0])


def _texts(connection: sqlite3.Connection, day: date, running: tuple[Day, Row] | None) -> tuple[str, str]:
    """A day for the machine and for people; running: the day and the row that were going on, where they follow it."""
    try:
        (detail,) = connection.execute("SELECT detail FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
        (born,) = connection.execute("SELECT born FROM store").fetchone()
        counted = parse(Day, detail)
    except (RecordError, TypeError) as error:
        raise DamagedError(f"the day {day} cannot be read: {error}") from error
    month = connection.execute(
        "SELECT detail FROM months WHERE month = ?", (day.replace(day=1).isoformat(),)
    ).fetchone()
    peaks = [
        MonthPeak(date.fromisoformat(one), peak_w, None if at is None else instant(at))
        for one, peak_w, at in connection.execute("SELECT month, peak_w, at FROM peaks ORDER BY month DESC LIMIT 13")
    ]
    first_s, last_s = (seconds(midnight(one)) for one in (day, day + timedelta(days=1)))
    found = connection.execute(
        "SELECT at, kind, text FROM events WHERE at >= ? AND at < ? ORDER BY at", (first_s, last_s)
    )
    events = list(events_of(found))
    parts = {
        "date": json.dumps(day.isoformat()),
        "format": str(FORMAT),
        "store": json.dumps(born),
        "day": detail,
        "month": month[0] if month else "null",
        "peaks": text_of(peaks),
        "events": _lines(map(text_of, events)),
        "rows": _lines(_details(connection, day)),
        "parts": _lines(map(text_of, quarters.between(connection, midnight(day), midnight(day + timedelta(days=1))))),
    }
    if running:
        today, open_row = running
        rows = _lines(_details(connection, today.day))
        parts["next"] = f'{{"day": {text_of(today)}, "open": {text_of(open_row)}, "rows": {rows}}}'
    body = "{\n" + ",\n".join(f'"{key}": {text}' for key, text in parts.items())
    words = report(counted, events, peak=next((one for one in peaks if one.month == day.replace(day=1)), None))
    return f'{body},\n"crc": {crc_of(body)}\n}}\n', words


def _details(connection: sqlite3.Connection, day: date) -> Iterator[str]:
    found = connection.execute(
        "SELECT detail FROM rows WHERE open = 0 AND since >= ? AND since < ? ORDER BY since, number",
        (seconds(midnight(day)), seconds(midnight(day + timedelta(days=1)))),
    )
    return (detail for (detail,) in found)


def _lines(texts: Iterator[str]) -> str:
    return "[\n" + ",\n".join(texts) + "\n]"


def _read(text: str) -> DayFile:
    """Raises RecordError."""
    found = CRC.fullmatch(text)
    if not found or int(found[2]) != crc_of(found[1]):
        raise RecordError("it is not as it was written")
    try:
        return _day_file(json.loads(found[1] + "}"))
    except (LookupError, TypeError, ValueError) as error:
        raise RecordError(str(error)) from error


def _day_file(told_there: dict[str, Any]) -> DayFile:
    if told_there["format"] != FORMAT:
        raise RecordError(f"its form is {told_there['format']}, and this program reads {FORMAT}")
    day = record(Day, told_there["day"])
    batch = Batch(peaks={one.month: one for one in record(tuple[MonthPeak, ...], told_there["peaks"])})
    batch.put(
        rows=record(tuple[Row, ...], told_there["rows"]),
        days=[day],
        months=[record(Month, told_there["month"])] if told_there["month"] else (),
        events=record(tuple[Event, ...], told_there["events"]),
    )
    batch.parts = {one.start: one for one in record(tuple[Parts, ...], told_there.get("parts", []))}
    if following := told_there.get("next"):
        batch.open, batch.today = record(Row, following["open"]), record(Day, following["day"])
        batch.put(rows=record(tuple[Row, ...], following["rows"]))
    return DayFile(day=day, born=told_there["store"], batch=batch)
