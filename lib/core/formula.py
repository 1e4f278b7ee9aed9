"""The day-ahead index → the price of a kWh by a supplier's formula. Knows no register and no band.

An hourly formula takes the mean of the clock hour. A monthly one takes the mean that is published after the month,
weighted with a load profile (rlp) or with the sun (spp); until then an estimate from the index stands in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from lib.core.bands import DAY, midnight
from lib.core.slots import Series
from lib.core.stamp import BRUSSELS

HOUR = timedelta(hours=1)
SUN_FROM, SUN_UNTIL = time(10), time(17)  # local: the hours that stand for the sun's profile until it is published


class Resolution(StrEnum):
    """How long one value of the index holds."""

    QUARTER = "PT15M"
    HOUR = "PT60M"
    MONTH_BY_LOAD = "month_rlp"
    MONTH_BY_SUN = "month_spp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """€/kWh = base + factor × index in €/MWh, VAT included; months: published means by the month's first day."""

    factor: float
    base: float = 0.0
    resolution: Resolution = Resolution.QUARTER
    months: Mapping[date, float] = field(default_factory=dict)


Price = float | Formula  # in €/kWh


class Quote(NamedTuple):
    """What a kWh costs; `estimated` until the month's mean is published."""

    eur_kwh: float
    estimated: bool = False


def quote(price: Price, start: datetime, end: datetime, index: Series) -> Quote | None:
    """The mean price from `start` to `end`, both in one local month, or at the instant that both are.

    index: day-ahead in €/MWh. None while a value that is needed is not known.
    """
    if not isinstance(price, Formula):
        return Quote(price)
    estimated = False
    value: float | None
    match price.resolution:
        case Resolution.QUARTER:
            value = _mean(index, start, end)
        case Resolution.HOUR:
            value = _hourly_mean(index, start, end)
        case Resolution.MONTH_BY_LOAD | Resolution.MONTH_BY_SUN:
            month = start.astimezone(BRUSSELS).date().replace(day=1)
            value = price.months.get(month)
            if value is None:
                value, estimated = _estimate(index, month, price.resolution), True
    return None if value is None else Quote(price.base + price.factor * value, estimated)


def _mean(index: Series, start: datetime, end: datetime) -> float | None:
    if start < end:
        return index.mean(start, end)
    slot = index.at(start)
    return None if slot is None else slot.value


def _hourly_mean(index: Series, start: datetime, end: datetime) -> float | None:
    """The mean over time of the means of the clock hours, each of which must be known whole."""
    hour, total = start.replace(minute=0, second=0, microsecond=0), 0.0
    while True:
        value = index.mean(hour, hour + HOUR)
        if value is None:
            return None
        if end <= hour + HOUR and hour <= start:
            return value
        total += value * ((min(end, hour + HOUR) - max(start, hour)) / (end - start))
        hour += HOUR
        if hour >= end:
            return total


def _estimate(index: Series, month: date, resolution: Resolution) -> float | None:
    """The mean of what is known of the month; for the sun's profile, of its hours around noon."""
    asked = month, resolution
    if asked not in index.worked_out:  # by thousands of slots, for each of thousands of rows
        index.worked_out[asked] = _mean_of_month(index, month, resolution)
    return index.worked_out[asked]


def _mean_of_month(index: Series, month: date, resolution: Resolution) -> float | None:
    following = (month + 31 * DAY).replace(day=1)
    if resolution is Resolution.MONTH_BY_LOAD:
        return _known_mean(index, [(midnight(month), midnight(following))])
    days = [month + n * DAY for n in range((following - month).days)]
    return _known_mean(index, [(_local(day, SUN_FROM), _local(day, SUN_UNTIL)) for day in days])


def _local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BRUSSELS).astimezone(midnight(day).tzinfo)


def _known_mean(index: Series, windows: Iterable[tuple[datetime, datetime]]) -> float | None:
    known, total = 0.0, 0.0
    for start, end in windows:
        for slot in index.between(start, end):
            whole = start <= slot.start and slot.end <= end
            length = slot.end - slot.start if whole else min(end, slot.end) - max(start, slot.start)
            known += length.total_seconds()
            total += slot.value * length.total_seconds()
    return total / known if known else None
