"""A value that holds for a while: prices, later sun and load. Knows no unit and no source."""

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Slot:
    """`value` holds from `start` up to, but not at, `end` (UTC)."""

    start: datetime
    end: datetime
    value: float


@dataclass(frozen=True)
class Series:
    """Slots in order of time that do not overlap; between two of them may be a hole, where nothing is known."""

    slots: tuple[Slot, ...] = ()

    @cached_property
    def _starts(self) -> list[datetime]:
        return [slot.start for slot in self.slots]

    @cached_property
    def worked_out(self) -> dict[Hashable, float | None]:
        """Answers from these slots that take a while, by their question: they hold as long as the slots do."""
        return {}

    def at(self, instant: datetime) -> Slot | None:
        """The slot that holds `instant`; None in a hole."""
        place = bisect_right(self._starts, instant) - 1
        return self.slots[place] if place >= 0 and instant < self.slots[place].end else None

    def between(self, start: datetime, end: datetime) -> tuple[Slot, ...]:
        """The slots that hold any instant from `start` up to `end`, uncut."""
        first = max(0, bisect_right(self._starts, start) - 1)
        return tuple(
            slot
            for slot in self.slots[first : bisect_right(self._starts, end)]
            if start < slot.end and slot.start < end
        )

    def mean(self, start: datetime, end: datetime) -> float | None:
        """The mean over time; None when any instant of it is unknown, or there is none."""
        known, total = timedelta(0), 0.0
        for slot in self.between(start, end):
            length = min(end, slot.end) - max(start, slot.start)
            known += length
            total += slot.value * (length / (end - start))
        return total if known == end - start and known else None

    def joined(self, newer: Iterable[Slot]) -> "Series":
        """These slots and `newer`, which win where both say something."""
        cuts = sorted(newer, key=lambda slot: slot.start)
        if not cuts:
            return self
        first, last = cuts[0].start, max(cut.end for cut in cuts)
        kept: list[Slot] = []
        for slot in self.slots:
            kept += [slot] if slot.end <= first or last <= slot.start else _without(slot, cuts)
        return Series(tuple(sorted((*kept, *cuts), key=lambda slot: slot.start)))


def _without(slot: Slot, cuts: list[Slot]) -> list[Slot]:
    """The parts of a slot that none of `cuts`, in order of time, covers."""
    parts, start = [], slot.start
    for cut in cuts:
        if cut.end <= start or slot.end <= cut.start:
            continue
        if start < cut.start:
            parts.append(Slot(start, cut.start, slot.value))
        start = max(start, cut.end)
    if start < slot.end:
        parts.append(Slot(start, slot.end, slot.value))
    return parts
