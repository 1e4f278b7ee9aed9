"""What the prices ahead come down to: days, extremes, cheap hours. For every face that shows them; knows none of them.

Slots stand in order of time and do not overlap; where one is missing, or has no price, the price is unknown.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.cost import PriceSlot, slot_at
from lib.messages import Rates

__all__ = [
    "HOUR",
    "NOTHING",
    "Stretch",
    "Summary",
    "ahead",
    "cheapest",
    "local_days",
    "moves",
    "slot_at",
    "summary",
    "varies",
]

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)


class Summary(NamedTuple):
    """A price from one instant to another: the least and the most with the first time of each, and the mean over time.

    unknown: how much of it has no price; the figures are of the rest.
    """

    least: float
    mean: float
    most: float
    least_at: datetime
    most_at: datetime
    unknown: timedelta


class Stretch(NamedTuple):
    """From `start` to `end` a kWh costs `price` on average."""

    start: datetime
    end: datetime
    price: float


def local_days(at: datetime) -> tuple[datetime, datetime, datetime]:
    """Where the local day of `at` begins, where the next one does, and where that one ends. In UTC."""
    day = local_day(at)
    return midnight(day), midnight(day + timedelta(days=1)), midnight(day + timedelta(days=2))


def varies(slots: Sequence[PriceSlot]) -> bool:
    """Whether any price is another than the first."""
    return any(_prices(slot) != _prices(slots[0]) for slot in slots)


def moves(rates: Rates) -> bool:
    """Whether the price of a band changes by itself: with the market, or where there is one band, with the hours."""
    return rates.dynamic or (len(rates.bands) == 1 and varies(rates.slots))


def ahead(slots: Sequence[PriceSlot], at: datetime) -> Iterator[PriceSlot]:
    """The slots from the one that holds `at` on; neighbours of one price are one slot."""
    held: PriceSlot | None = None
    for slot in slots:
        if slot.end <= at:
            continue
        if held is not None and held.end == slot.start and _prices(held) == _prices(slot):
            held = PriceSlot(held.start, slot.end, *_prices(slot))
            continue
        if held is not None:
            yield held
        held = slot
    if held is not None:
        yield held


def summary(slots: Sequence[PriceSlot], start: datetime, end: datetime, *, taken: bool = True) -> Summary | None:
    """The price of what is taken, or injected, from `start` up to `end`; None where nothing of it is known."""
    known = list(_known(slots, start, end, taken=taken))
    if not known:
        return None
    length = sum((slot.end - slot.start for slot in known), NOTHING)
    least = min(known, key=lambda slot: slot.price)
    most = max(known, key=lambda slot: slot.price)
    mean = sum(slot.price * ((slot.end - slot.start) / length) for slot in known)
    return Summary(least.price, mean, most.price, least.start, most.start, end - start - length)


def cheapest(slots: Sequence[PriceSlot], at: datetime, length: timedelta) -> Stretch | None:
    """The cheapest `length` on end from `at` on, of equals the first; None where so much on end is not known."""
    best: Stretch | None = None
    for run in _runs(slots, at):
        last = run[-1].end - length
        starts = {one.start for one in run} | {one.end - length for one in run}
        for start in sorted(one for one in starts if run[0].start <= one <= last):
            end = start + length
            price = sum(
                one.price * ((min(end, one.end) - max(start, one.start)) / length)
                for one in run
                if one.start < end and start < one.end
            )
            if best is None or price < best.price - 1e-9:
                best = Stretch(start, end, price)
    return best


def _prices(slot: PriceSlot) -> tuple[float | None, float | None]:
    return slot.import_eur_kwh, slot.export_eur_kwh


def _known(slots: Sequence[PriceSlot], start: datetime, end: datetime, *, taken: bool = True) -> Iterator[Stretch]:
    """What is known from `start` up to `end`, cut to it."""
    for slot in slots:
        price = slot.import_eur_kwh if taken else slot.export_eur_kwh
        if price is not None and slot.start < end and start < slot.end:
            yield Stretch(max(start, slot.start), min(end, slot.end), price)


def _runs(slots: Sequence[PriceSlot], at: datetime) -> list[list[Stretch]]:
    """The known prices of what is taken from `at` on, in runs without a hole."""
    runs: list[list[Stretch]] = []
    if not slots:
        return runs
    for one in _known(slots, at, slots[-1].end):
        if runs and runs[-1][-1].end == one.start:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
