"""Core state → the words of dm. Knows no wire."""

from dataclasses import replace
from datetime import datetime, timedelta

from lib.core import house as core
from lib.core.books import Books, Period
from lib.core.cost import costs
from lib.core.obis import name
from lib.core.peaks import Peaks
from lib.core.quarter import Quarter
from lib.core.values import printable, spelled
from lib.messages import Column, House, Line, MonthPeaks, QuarterNow, Rates, Telegram, Usage


def say_house(house: core.House, rules: core.Rules, *, boot: str, seq: int, now: datetime, demo: bool = False) -> House:
    """The state of the house as dm says it at `now` (the machine's time)."""
    reading = house.reading
    register = None if reading is None or reading.tariff is None else str(reading.tariff)
    running = house.quarter
    return House(
        boot=boot,
        seq=seq,
        said=now,
        link=house.link,
        at=house.at,
        reading=reading,
        grid_w=reading.grid_w if reading else None,
        register=register,
        next_change=rules.day_hours.next_change(house.at, register) if house.at and register else None,
        quarter=None
        if running is None
        else _quarter(running, target_w=core.target_w(house, rules), limit_w=core.limit_w(house, rules)),
        months=None if house.peaks is None else _months(house.peaks),
        capacity_tariff=rules.capacity_tariff,
        demo=demo,
        notices=house.notices,
    )


def _quarter(running: Quarter, *, target_w: float, limit_w: float) -> QuarterNow:
    forecast_w, allowed_w = running.forecast_w, running.allowed_w(target_w)
    return QuarterNow(
        start=running.start,
        at=running.at,
        left_s=running.left_s,
        target_w=target_w,
        used_wh=running.used_wh,
        average_w=running.average_w,
        base_w=running.base_w,
        forecast_w=forecast_w,
        gap_w=None if forecast_w is None else target_w - forecast_w,
        allowed_w=None if allowed_w is None else min(allowed_w, limit_w),
        curve=running.curve,
    )


def _months(peaks: Peaks) -> MonthPeaks:
    return MonthPeaks(
        month=peaks.month,
        running=peaks.running,
        past=peaks.past,
        mean_w=peaks.mean_w,
        months_known=len(peaks.billed),
    )


def say_rates(rules: core.Rules) -> Rates:
    """The prices in force."""
    tariff = rules.tariff
    return Rates(
        import_eur_kwh=tariff.import_eur_kwh,
        export_eur_kwh=tariff.export_eur_kwh,
        gas_eur_m3=tariff.gas_eur_m3,
        gas_kwh_m3=tariff.gas_kwh_m3,
        water_eur_m3=tariff.water_eur_m3,
    )


def say_usage(books: Books, rules: core.Rules) -> Usage:
    """The books, priced; days nobody counted are there without amounts."""
    today = books.days[0].start
    periods = {period.start: period for period in books.days}
    peaks = {peak.day: peak for peak in books.peaks}
    columns: list[Column] = []
    for back in (3, 2, 1, 0):
        day = today - timedelta(days=back)
        label = f"day-{back}" if back else "today"
        peak = peaks.get(day)
        columns.append(
            replace(
                _column(label, periods[day], rules) if day in periods else Column(name=label, start=day),
                peak_w=peak.peak_w if peak else None,
                peak_start=peak.start if peak else None,
            )
        )
    columns += [
        _column(label, period, rules)
        for label, period in (("week", books.week), ("month", books.month), ("year", books.year))
    ]
    return Usage(columns=tuple(columns))


def _column(label: str, period: Period, rules: core.Rules) -> Column:
    return Column(
        name=label,
        start=period.start,
        since=period.since,
        complete=period.complete,
        amounts=period.amounts,
        costs=costs(period.amounts, rules.tariff),
    )


def say_telegram(telegram: bytes, received: datetime) -> Telegram:
    """A telegram as the framer gave it, line by line."""
    ident, *lines = telegram.decode("latin-1").replace("\r", "").split("\n")
    return Telegram(
        ident=printable(ident), received=received, lines=tuple(_line(line) for line in lines if line not in {"", "!"})
    )


def _line(text: str) -> Line:
    code, _, rest = text.partition("(")
    value, unit = rest.removesuffix(")").replace(")(", " "), ""
    if value.count("*") == 1:
        value, _, unit = value.partition("*")
    return Line(code=printable(code), name=name(code), value=printable(spelled(code, value)), unit=printable(unit))
