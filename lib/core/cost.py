"""Counters × tariff → what was used and what it costs, by day, week, month and year. Knows no power and no store.

Energy is what the registers gained between two telegrams, in whole watt-hours and litres; it is never integrated power.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS
from lib.core.tariff import Register, Tariff

REGISTER_SIZE_WH = 1_000_000_000  # nine digits: 999 999.999 kWh is followed by 0
OVERFLOW_WH = 999_000_000  # a smaller fall is a replaced meter
DAYS_KEPT = 4
WATCHED = timedelta(minutes=5)  # the energy of a longer pause over midnight is no single day's
SET_BACK = timedelta(days=1)  # a clock set back further had shown days that never were


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Energy in Wh by register, gas and water in litres; None for a meter that is not there."""

    import_wh: Mapping[str, int] = field(default_factory=dict)
    export_wh: Mapping[str, int] = field(default_factory=dict)
    gas_l: int | None = None
    water_l: int | None = None

    def plus(self, more: "Amounts") -> "Amounts":
        """Both together."""
        return Amounts(
            import_wh=_sum(self.import_wh, more.import_wh),
            export_wh=_sum(self.export_wh, more.export_wh),
            gas_l=_known_sum(self.gas_l, more.gas_l),
            water_l=_known_sum(self.water_l, more.water_l),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Euro, VAT as in the rates; what is injected earns and stands as it is earned, positive."""

    import_eur: Mapping[str, float]
    export_eur: Mapping[str, float]
    gas_eur: float | None = None
    water_eur: float | None = None

    @property
    def electricity_eur(self) -> float:
        """Taken less injected."""
        return sum(self.import_eur.values()) - sum(self.export_eur.values())

    @property
    def total_eur(self) -> float:
        """Electricity, gas and water."""
        return self.electricity_eur + (self.gas_eur or 0.0) + (self.water_eur or 0.0)


def costs(amounts: Amounts, tariff: Tariff) -> Costs:
    """What amounts cost. A register without a price of its own (a total, a third tariff) costs the day's price."""
    return Costs(
        import_eur=_priced(amounts.import_wh, tariff.import_eur_kwh),
        export_eur=_priced(amounts.export_wh, tariff.export_eur_kwh),
        gas_eur=_volume_eur(amounts.gas_l, tariff.gas_eur_m3),
        water_eur=_volume_eur(amounts.water_l, tariff.water_eur_m3),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The counters at an instant: registers in Wh, gas and water in litres by the serials of their meters.

    serial: of the electricity meter; another one tells that it was replaced.
    """

    at: datetime
    serial: str | None
    import_wh: Mapping[str, int]
    export_wh: Mapping[str, int]
    gas_l: Mapping[str, int]
    water_l: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was used from the local day `start` on.

    Attributes:
        since: from when it was counted; later than the start where nobody watched that.
        cut: a pause ran over its end, so its last energy is not in it.

    """

    start: date
    since: datetime
    amounts: Amounts = field(default_factory=Amounts)
    cut: bool = False

    @property
    def complete(self) -> bool:
        """Whether it was counted from its first minute to its last, or to now."""
        return not self.cut and self.since <= midnight(self.start) + WATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPeak:
    """The highest quarter of a day: its average in W and its start."""

    day: date
    peak_w: float
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The books: the days, newest first, the running week, month and year, and the days' highest quarters."""

    last: Counters
    days: tuple[Period, ...]
    week: Period
    month: Period
    year: Period
    peaks: tuple[DayPeak, ...] = ()


def midnight(day: date) -> datetime:
    """The instant, UTC, at which a local day begins."""
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def counters(reading: Reading, at: datetime) -> Counters:
    """The counters of a reading. An M-Bus meter without a valid reading counts nothing, which is not zero."""
    return Counters(
        at=at,
        serial=reading.serial,
        import_wh=reading.imported_wh,
        export_wh=reading.exported_wh,
        gas_l=_volume(reading, "gas"),
        water_l=_volume(reading, "water", "hot_water"),
    )


def drawn_wh(before: Counters | None, now: Counters) -> int | None:
    """The energy taken since `before`; None where the registers are not there."""
    if not now.import_wh:
        return None
    if before is None or not _is_same(before, now):
        return 0
    return sum(_steps(before.import_wh, now.import_wh).values())


def after(usage: Usage | None, now: Counters, closed: DayPeak | None = None) -> Usage:
    """The books as a telegram leaves them; closed: the quarter that just ended.

    Energy drawn during a pause counts in every period that began before the pause; a day that began in it starts late.
    A clock set back to the day before goes on in the day it had come to.
    """
    day = now.at.astimezone(BRUSSELS).date()
    week, month, year = day - timedelta(days=day.weekday()), day.replace(day=1), day.replace(month=1, day=1)
    if usage is None:
        none_yet = _gained(now, now)
        opened = [Period(start=start, since=now.at, amounts=none_yet) for start in (day, week, month, year)]
        return Usage(last=now, days=(opened[0],), week=opened[1], month=opened[2], year=opened[3])
    gained = _gained(usage.last, now)
    watched = abs(now.at - usage.last.at) <= WATCHED

    def booked(period: Period, start: date) -> Period:
        if start > period.start or period.start - day > SET_BACK:
            period = Period(start=start, since=midnight(start) if watched else now.at)
        if not watched and period.since == now.at:
            return period
        return replace(period, amounts=period.amounts.plus(gained))

    newest = next((one for one in usage.days if one.start - day <= SET_BACK), usage.days[0])
    today = booked(newest, day)
    before = [one for one in usage.days if one.start < today.start]
    if before and not watched and today.start > newest.start:
        before[0] = replace(before[0], cut=True)
    return Usage(
        last=_kept(usage.last, now),
        days=(today, *before)[:DAYS_KEPT],
        week=booked(usage.week, week),
        month=booked(usage.month, month),
        year=booked(usage.year, year),
        peaks=usage.peaks if closed is None else _highest((closed, *usage.peaks)),
    )


def _highest(peaks: Iterable[DayPeak]) -> tuple[DayPeak, ...]:
    """The highest quarter of each day, newest day first."""
    by_day: dict[date, DayPeak] = {}
    for one in peaks:
        if one.day not in by_day or one.peak_w > by_day[one.day].peak_w:
            by_day[one.day] = one
    return tuple(sorted(by_day.values(), key=lambda one: one.day, reverse=True))[:DAYS_KEPT]


def _volume(reading: Reading, *kinds: str) -> dict[str, int]:
    meter = reading.meter(*kinds)
    return {meter.serial or "": meter.reading.thousandths} if meter is not None and meter.reading is not None else {}


def _is_same(before: Counters, now: Counters) -> bool:
    return not before.serial or not now.serial or before.serial == now.serial


def _gained(before: Counters, now: Counters) -> Amounts:
    """What the counters gained. The first count of a new or replaced meter is a start, not consumption."""
    same = _is_same(before, now)
    return Amounts(
        import_wh=_steps(before.import_wh, now.import_wh) if same else {},
        export_wh=_steps(before.export_wh, now.export_wh) if same else {},
        gas_l=sum(_steps(before.gas_l, now.gas_l).values()) if now.gas_l else None,
        water_l=sum(_steps(before.water_l, now.water_l).values()) if now.water_l else None,
    )


def _kept(before: Counters, now: Counters) -> Counters:
    """`now`, and what it does not hold as it was: a line that is absent for a while loses no energy."""
    same = _is_same(before, now)
    return Counters(
        at=now.at,
        serial=now.serial or before.serial,
        import_wh={**before.import_wh, **now.import_wh} if same else now.import_wh,
        export_wh={**before.export_wh, **now.export_wh} if same else now.export_wh,
        gas_l={**before.gas_l, **now.gas_l},
        water_l={**before.water_l, **now.water_l},
    )


def _steps(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {register: _step(before[register], wh) for register, wh in now.items() if register in before}


def _step(before_wh: int, now_wh: int) -> int:
    """A register that falls belongs to a replaced meter, unless it fell by nearly all it can hold: it ran over."""
    if before_wh - now_wh > OVERFLOW_WH:
        return now_wh + REGISTER_SIZE_WH - before_wh
    return max(0, now_wh - before_wh)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


def _known_sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _priced(energy_wh: Mapping[str, int], prices: Mapping[str, float]) -> dict[str, float]:
    return {register: wh / 1000 * prices.get(register, prices[Register.DAY]) for register, wh in energy_wh.items()}


def _volume_eur(volume_l: int | None, price: float | None) -> float | None:
    return None if volume_l is None or price is None else volume_l / 1000 * price
