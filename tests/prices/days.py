"""Builders of days with prices, and sources that tests hold in their hand."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from lib.core.slots import Slot
from lib.prices import PriceError
from lib.prices.day import HOUR, QUARTER, bounds
from tests.conftest import folders

WEDNESDAY = date(2025, 1, 15)  # the day on which tests.meters.virtual begins, at 12:00 in Brussels
THURSDAY = date(2025, 1, 16)

Say = tuple[Slot, ...] | PriceError


def recorded(pattern: str) -> list[Path]:
    """The answers of price services that match, ours first."""
    places = [folder / name for folder in folders() for name in ("prices", "homes/fixtures")]
    return [path for place in places for path in sorted(place.glob(pattern))]


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
