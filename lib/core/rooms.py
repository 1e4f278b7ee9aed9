"""Prices and what the house usually draws → what cars may draw in each quarter of the next days, and what that costs.

Knows no car.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import overload

from lib.core.cost import PriceSlot
from lib.core.plan import Quarters, quarters
from lib.core.quarter import QUARTER, start_of
from lib.core.stamp import BRUSSELS

PLANNED = timedelta(hours=48)
PRICED = timedelta(days=5)  # a weekend with a holiday on each side of it is one long night of some contracts
_start = attrgetter("start")


def rooms(
    slots: Sequence[PriceSlot], at: datetime, *, target_w: float, usual_w: Mapping[int, float], else_w: float
) -> Sequence[Quarters]:
    """What cars may draw in each quarter of the next days.

    usual_w: what the house draws by local hour; else_w: in an hour of which that is not known.
    """
    return _Rooms(slots, at, lambda start: target_w - usual_w.get(start.astimezone(BRUSSELS).hour, else_w))


class _Rooms(Sequence[Quarters]):
    """The quarters of the next days, each worked out when it is asked for: of two hundred few are."""

    def __init__(self, slots: Sequence[PriceSlot], at: datetime, left_w: Callable[[datetime], float]) -> None:
        """left_w: beside what the house draws at an instant."""
        self._slots, self._at, self._end, self._left_w = slots, at, at + PLANNED, left_w
        self._first = start_of(at)
        self._count = -((self._first - self._end) // QUARTER)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Quarters: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Quarters]: ...
    def __getitem__(self, place: int | slice) -> Quarters | Sequence[Quarters]:
        """The one so many quarters after the running one; IndexError where there is none."""
        if isinstance(place, slice):
            return tuple(self)[place]
        if not 0 <= place < self._count:
            raise IndexError(place)
        start = self._first + place * QUARTER
        first = max(0, bisect_right(self._slots, start, key=_start) - 1)
        one = quarters(self._slots[first:], max(start, self._at), min(start + QUARTER, self._end), self._room_w)
        return one[0]

    def __iter__(self) -> Iterator[Quarters]:
        return iter(quarters(self._slots, self._at, self._end, self._room_w))

    def _room_w(self, start: datetime) -> float:
        return max(0.0, self._left_w(start))


def priced(slots: Iterable[PriceSlot], at: datetime) -> tuple[Quarters, ...]:
    """What a kWh costs in the next days, to see which hours are cheap: a price by day and night may stay for long."""
    until = at + PRICED
    return tuple(
        Quarters(start=max(slot.start, at), end=slot.end, eur_kwh=slot.import_eur_kwh, room_w=0.0)
        for slot in slots
        if at < slot.end and slot.start < until
    )
