"""Builders of days with prices, and sources that tests hold in their hand."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from lib.core.books import local_day
from lib.core.slots import Slot
from lib.prices import PriceError
from lib.prices.day import HOUR, QUARTER, bounds, laid_out
from lib.prices.json_answer import from_json, points_of
from lib.prices.web import Answer
from tests.conftest import folders

WEDNESDAY = date(2025, 1, 15)  # the day on which tests.meters.virtual begins, at 12:00 in Brussels
THURSDAY = date(2025, 1, 16)

Say = tuple[Slot, ...] | PriceError


def recorded(pattern: str) -> list[Path]:
    """The answers of price services that match, ours first."""
    places = [folder / name for folder in folders() for name in ("prices", "homes/fixtures")]
    return [path for place in places for path in sorted(place.glob(pattern))]


SAVED = [
    path
    for pattern in ("energy_charts_price_BE_2*.json", "elia_*.json", "nordpool_*.json", "energyzero_*.json")
    for path in recorded(pattern)
]


def day_of(path: Path) -> date:
    """The day in a recording's name, or else the day its range begins."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
    if found:
        return date.fromisoformat(found[0])
    return local_day(datetime.fromisoformat(json.loads(path.read_bytes())["range"]["start"]))


def read_as_file(day: date, answer: Answer) -> tuple[Slot, ...]:
    """The slots of a JSON whose shape shows in its keys alone."""
    return laid_out("saved", day, points_of("saved", from_json("saved", answer.body)))


def slots(day: date, values: Sequence[float | None], *, step: timedelta = QUARTER) -> tuple[Slot, ...]:
    """Slots from midnight on; None leaves a hole."""
    start, _ = bounds(day)
    return tuple(
        Slot(start + place * step, start + (place + 1) * step, value)
        for place, value in enumerate(values)
        if value is not None
    )


def a_day(day: date, *, of: int = 1000) -> tuple[Slot, ...]:
    """The first `of` quarters of `day`, each with a price of its own."""
    start, end = bounds(day)
    return slots(day, [50.0 + place / 10 for place in range(min(of, (end - start) // QUARTER))])


def hours(day: date) -> tuple[Slot, ...]:
    """`day` in hours."""
    start, end = bounds(day)
    return slots(day, [60.0 + place for place in range((end - start) // HOUR)], step=HOUR)


class Told:
    """A source that answers as it is told, and remembers when it was asked for what."""

    def __init__(self, answer: Callable[[date], Say], *, name: str = "told", seconds: Callable[[], float]) -> None:
        self.name = name
        self.answer = answer
        self.asked: list[tuple[float, date]] = []
        self._seconds = seconds

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """What it was told to say."""
        self.asked.append((self._seconds(), day))
        said = self.answer(day)
        if isinstance(said, PriceError):
            raise said
        return said

    def times(self, day: date) -> list[float]:
        """When it was asked for `day`, in whole seconds."""
        return [float(round(at)) for at, one in self.asked if one == day]
