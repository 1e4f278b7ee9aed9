"""Prices from files of the owner: a CSV, a saved JSON answer of a service, or a folder of such files.

In: a path. Out: the slots of a day. A CSV has the head `start,eur_mwh`, then a line for each quarter or hour with an
ISO time with its zone, such as `2026-01-15T00:00+01:00,83.5`; an empty price is a hole.
A JSON is what energy-charts, Elia, Nord Pool or EnergyZero answered, told apart by its keys.
"""

import csv
from datetime import date, datetime
from pathlib import Path

from lib.apart import Apart
from lib.core.slots import Slot
from lib.prices import AnswerError, PriceError
from lib.prices.day import Point, bounds, instant, laid_out, price, shortened
from lib.prices.json_answer import from_json, points_of
from lib.tilde import filled

HEAD = ["start", "eur_mwh"]
KINDS = {".csv", ".json"}
LARGEST = 8_000_000  # bytes; a year of quarters is 1 MB
MOST_FILES = 1_000

Mark = tuple[int, int]  # when a file was changed, in ns, and its size


class PriceFile:
    """The price as files say it; a file is read again when it was changed. They may lie on a share that hangs."""

    def __init__(self, path: str) -> None:
        self.name = f"file:{path}"
        self._path = filled(path)
        self._apart = Apart(self.name)
        self._read: dict[Path, tuple[Mark, list[Point]]] = {}

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource. Of several files the first, by name, that has prices of the day counts."""
        return await self._apart.do(lambda: self._look(day))

    def _look(self, day: date) -> tuple[Slot, ...]:
        try:
            self._read = {file: self._points(file) for file in self._files()}
        except OSError as error:
            raise PriceError(f"{error.filename or self._path} cannot be read: {error.strerror}") from None
        start, end = bounds(day)
        for file, (_, points) in self._read.items():
            if slots := laid_out(str(file), day, [point for point in points if start <= point[0] < end]):
                return slots
        return ()

    def _files(self) -> list[Path]:
        if not self._path.is_dir():
            return [self._path]
        files = sorted(file for file in self._path.iterdir() if file.suffix.lower() in KINDS)
        if not files or len(files) > MOST_FILES:
            raise PriceError(f"{self._path} holds {len(files)} CSV and JSON files; 1 to {MOST_FILES} are read")
        return files

    def _points(self, file: Path) -> tuple[Mark, list[Point]]:
        """The starts and prices of a file, with its mark. Raises OSError, PriceError."""
        about = file.stat()
        mark = (about.st_mtime_ns, about.st_size)
        known = self._read.get(file)
        if known and known[0] == mark:
            return known
        if about.st_size > LARGEST:
            raise PriceError(f"{file} is larger than {LARGEST // 1_000_000} MB")
        body = file.read_bytes()
        if file.suffix.lower() == ".json":
            return mark, points_of(str(file), from_json(str(file), body))
        return mark, parse_csv(str(file), body)


def parse_csv(name: str, body: bytes) -> list[Point]:
    """Starts and prices of a CSV. Raises AnswerError, which names the line."""
    try:
        rows = csv.reader(body.decode("utf-8-sig").splitlines())
        head = next(rows, [])
        if [word.strip() for word in head] != HEAD:
            raise AnswerError(f"{name}: the first line is {shortened(','.join(head))}; it must be {','.join(HEAD)}")
        return [_point(f"{name}: line {rows.line_num}", row) for row in rows if row]
    except (UnicodeDecodeError, csv.Error):
        raise AnswerError(f"{name}: is no CSV") from None


def _point(line: str, row: list[str]) -> Point:
    try:
        start, eur_mwh = row
        at = datetime.fromisoformat(start.strip())
        value = float(eur_mwh) if eur_mwh.strip() else None
    except ValueError:
        raise AnswerError(f"{line}: {shortened(','.join(row))} is no time and price in EUR/MWh") from None
    if at.tzinfo is None:
        raise AnswerError(f"{line}: {shortened(start)} has no zone; write such as +01:00 or Z behind it")
    return instant(line, start.strip()), price(line, value)
