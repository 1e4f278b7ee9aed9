"""A CSV file of a folder of homes → checked columns, each read once and only when asked for.

In: a path, plain or .gz, comma separated with one header line. Out: floats by line, in time without hole. Any slip is a
HomesError that names file, line and column, says what is wrong there and what to do. Knows no home.
"""

import csv
import gzip
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite
from pathlib import Path

from lib.core.quarter import QUARTER

TIME = "t_utc"
FORM = "%Y-%m-%dT%H:%MZ"
HOUR = timedelta(hours=1)
STEPS = {QUARTER: "quarter-hour", HOUR: "hour"}
SHOWN = 40  # characters of a cell in a sentence
MOST_BYTES = 50_000_000  # ten years of quarters with twenty columns; a Pi has room for no more
YEARS = range(1990, 2101)


class HomesError(ValueError):
    """A folder of homes that cannot be used; its sentence says where, and what to do."""


class Table:
    """One file. Raises HomesError when it cannot be read, or a line has not as many cells as the header."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = _lines(path)
        self.header = [name.strip() for name in lines[0]] if lines else []
        if len(lines) < 2:
            raise HomesError(f"{path}: holds no rows; write a header line and then one row each")
        width = len(self.header)
        for number, line in enumerate(lines[1:], 2):
            if len(line) != width:
                raise HomesError(
                    f"{path} line {number}: has {len(line)} cells where the header has {width} "
                    f"({','.join(self.header)}); write them all, with commas between"
                )
        self._cells: tuple[tuple[str, ...], ...] = tuple(zip(*lines[1:], strict=True))
        self._numbers: dict[str, list[float]] = {}
        self._times: tuple[datetime, timedelta] | None = None

    def texts(self, column: str) -> Sequence[str]:
        """A column as it is written. Raises HomesError when the file has none of that name, or more than one."""
        if self.header.count(column) != 1:
            how = "twice" if column in self.header else "not"
            raise HomesError(
                f"{self.path} line 1: has the column {column} {how}; it has {', '.join(self.header)}: "
                "correct the header, or the name in homes.json"
            )
        return self._cells[self.header.index(column)]

    def numbers(self, column: str, *, least: float | None = None) -> list[float]:
        """A column as numbers. Raises HomesError for what is empty, no finite number, or below `least`."""
        if column not in self._numbers:
            self._numbers[column] = self._parsed(column)
        numbers = self._numbers[column]
        if least is not None and min(numbers) < least:
            row = next(row for row, number in enumerate(numbers) if number < least)
            raise self.slip(row, column, f"is below {least:g}; write what is meant, or leave the household out")
        return numbers

    def times(self) -> tuple[datetime, timedelta]:
        """When the first row starts, and how long each lasts, a quarter or an hour. Raises HomesError for a hole."""
        if self._times is None:
            texts = self.texts(TIME)
            start = self.time(0, TIME)
            step = self.time(1, TIME) - start if len(texts) > 1 else HOUR
            if step not in STEPS:
                raise self.slip(1, TIME, f"is {step} after the line before; rows come each quarter-hour or each hour")
            if start.minute % (step // timedelta(minutes=1)):
                raise self.slip(0, TIME, f"is not where a whole {STEPS[step]} begins; start each row there")
            if list(texts) != stamps(start, len(texts), step):
                self._refuse_times(start, step)
            self._times = start, step
        return self._times

    def span(self) -> tuple[datetime, datetime]:
        """From when until when it holds rows."""
        start, step = self.times()
        return start, start + len(self.texts(TIME)) * step

    def series(
        self, column: str, start: datetime, end: datetime, *, least: float | None = None, hourly: bool = False
    ) -> list[float]:
        """A column by quarter, all of `start` to `end`; hourly: a row may be of an hour and holds for all of it."""
        (first, until), (_, step) = self.span(), self.times()
        if step == HOUR and not hourly:
            raise self.slip(1, TIME, "is an hour after the line before; here each quarter-hour has its row")
        if first > start or until < end:
            raise HomesError(
                f"{self.path}: holds {first:{FORM}} to {until:{FORM}} where {start:{FORM}} to {end:{FORM}} is needed; "
                "add the rows, or shorten the period in homes.json"
            )
        numbers, each = self.numbers(column, least=least), step // QUARTER
        one, two = (start - first) // QUARTER, (end - first) // QUARTER
        if each == 1:
            return numbers[one:two]
        return [numbers[quarter // each] for quarter in range(one, two)]

    def time(self, row: int, column: str) -> datetime:
        """A time in UTC. Raises HomesError."""
        text = self.texts(column)[row]
        try:
            at = datetime.strptime(text, FORM).replace(tzinfo=UTC)
        except ValueError:
            raise self.slip(row, column, "is no time in UTC; write it such as 2024-01-31T23:15Z") from None
        if at.year not in YEARS:
            raise self.slip(row, column, f"is no time from {YEARS[0]} to {YEARS[-1]}; correct its year")
        return at

    def slip(self, row: int, column: str, wrong: str) -> HomesError:
        """What is wrong with a cell; row: from 0, after the header."""
        text = self.texts(column)[row][:SHOWN]
        return HomesError(f"{self.path} line {row + 2}, column {column}: {text!r} {wrong}")

    def _parsed(self, column: str) -> list[float]:
        texts = self.texts(column)
        try:
            numbers = [float(text) for text in texts]
        except ValueError:
            numbers = []
        if not numbers or not all(map(isfinite, numbers)):
            row = next(row for row, text in enumerate(texts) if not _is_number(text))
            wrong = "is no number" if texts[row].strip() else "is empty"
            raise self.slip(row, column, f"{wrong}; every row needs one, such as 12.5: fill it in")
        return numbers

    def _refuse_times(self, start: datetime, step: timedelta) -> None:
        found = [self.time(row, TIME) for row in range(len(self.texts(TIME)))]
        for row, (one, two) in enumerate(pairwise(found), 1):
            if two - one == step:
                continue
            should = f"{one + step:{FORM}} should come after {one:{FORM}}"
            if two == one:
                wrong = f"is there twice; {should}: delete one of the lines"
            elif two < one:
                wrong = f"runs back; {should}: sort the lines"
            elif one + step < two:
                wrong = f"leaves a hole; {should}: add what is missing"
            else:
                wrong = f"begins a finer step; {should}: put quarters and hours into files of their own"
            raise self.slip(row, TIME, wrong)
        row = next(row for row, at in enumerate(found) if self.texts(TIME)[row] != f"{at:{FORM}}")
        raise self.slip(row, TIME, f"is not written in full; write {start + row * step:{FORM}}")


def stamps(start: datetime, count: int, step: timedelta) -> list[str]:
    """So many times one after the other, as files hold them."""
    each = timedelta(days=1) // step
    day = start.replace(hour=0, minute=0)
    clocks = [f"{day + n * step:T%H:%MZ}" for n in range(each)]
    skipped = (start - day) // step
    days = -(-(skipped + count) // each)
    found = [f"{day + timedelta(days=n):%Y-%m-%d}{clock}" for n in range(days) for clock in clocks]
    return found[skipped : skipped + count]


def _lines(path: Path) -> list[list[str]]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise HomesError(f"{path}: is no whole gzip file ({error}); pack it anew") from None
    except UnicodeDecodeError as error:
        raise HomesError(
            f"{path}: is no text in UTF-8 ({error.reason} at byte {error.start}); save it as such"
        ) from None
    except (OSError, ValueError) as error:  # a path that cannot be one
        why = "is not there" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
        raise HomesError(f"{path}: {why}; correct its path in homes.json, or the file") from None
    if len(raw) > MOST_BYTES:
        raise HomesError(f"{path}: holds more than {MOST_BYTES // 1_000_000} MB; keep the columns and the years needed")
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise HomesError(f"{path}: is no CSV ({error}); write cells with commas between") from None
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
