"""What a kWh costs and earns at an instant, for plans: as it is published, else as on days like that one lately.

In: prices as far as they are known, those of some days past among them. Out: both for any instant, and whether they are
published. Source of the rule: over a year of the Belgian auction the mean of the last weeks' days of the same kind puts
a day's hours in the right order far better than the day before does. Knows no plan.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from lib.core.cost import PriceSlot
from lib.core.quarter import QUARTER
from lib.core.routine import kind_of, quarter_of
from lib.core.stamp import BRUSSELS

IMPORT_EUR_KWH, EXPORT_EUR_KWH = 0.30, 0.05  # supposed where no price at all is known
DAYS_BACK = 14  # two weekends

Key = tuple[bool, int]  # whether a day without work, and which quarter of it by the wall clock


class Supposed:
    """Prices for any instant."""

    def __init__(self, slots: Sequence[PriceSlot]) -> None:
        """slots: in order of time; what has no price in them is not known."""
        self._slots = [slot for slot in slots if slot.import_eur_kwh is not None]
        self._starts = [slot.start for slot in self._slots]
        self._usual: dict[Key, tuple[float, float]] | None = None

    def at(self, instant: datetime) -> tuple[float, float, bool]:
        """€/kWh drawn and injected, and whether that is published."""
        place = bisect_right(self._starts, instant) - 1
        if place >= 0 and instant < (slot := self._slots[place]).end:
            return _drawn(slot), _injected(slot), True
        if self._usual is None:
            self._usual = self._days()
        free, quarter = _key(instant)
        found = self._usual.get((free, quarter)) or self._usual.get((not free, quarter))
        return (*(found or (IMPORT_EUR_KWH, EXPORT_EUR_KWH)), False)

    def _days(self) -> dict[Key, tuple[float, float]]:
        """The mean of each quarter of the day, by kind of day."""
        sums: dict[Key, tuple[float, float, int]] = {}
        for slot in self._slots:
            start = slot.start
            while start < slot.end:
                key = _key(start)
                drawn, injected, count = sums.get(key, (0.0, 0.0, 0))
                sums[key] = drawn + _drawn(slot), injected + _injected(slot), count + 1
                start += QUARTER
        return {key: (drawn / count, injected / count) for key, (drawn, injected, count) in sums.items()}


@lru_cache(maxsize=2048)
def _key(at: datetime) -> Key:
    there = at.astimezone(BRUSSELS)
    return kind_of(there.date()) > 0, quarter_of(there)


def _drawn(slot: PriceSlot) -> float:
    return IMPORT_EUR_KWH if slot.import_eur_kwh is None else slot.import_eur_kwh


def _injected(slot: PriceSlot) -> float:
    return EXPORT_EUR_KWH if slot.export_eur_kwh is None else slot.export_eur_kwh
