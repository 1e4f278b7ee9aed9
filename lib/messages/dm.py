"""Core state → the words of dm. Knows no wire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from lib.core import bill, capacity, months
from lib.core import house as core
from lib.core.bands import midnight
from lib.core.books import Books, Day, Month, Period, Tally, local_day, periods
from lib.core.charges import Charges, Used, plus
from lib.core.cost import Costs, ahead, costs, marginal
from lib.core.events import Event
from lib.core.obis import name
from lib.core.quarter import Quarter
from lib.core.tariff import Tariff
from lib.core.values import OFF, printable, spelled
from lib.messages import (
    Band,
    Bill,
    BillRow,
    Column,
    Events,
    House,
    Line,
    MonthPeaks,
    QuarterNow,
    Rates,
    Telegram,
    Usage,
)


def say_house(
    house: core.House,
    rules: core.Rules,
    *,
    boot: str,
    seq: int,
    now: datetime,
    demo: bool = False,
    notices: Mapping[str, str] | None = None,
) -> House:
    """The state of the house as dm says it at `now` (the machine's time); notices: what else the owner should know."""
    reading = house.reading
    register = None if reading is None or reading.tariff is None else str(reading.tariff)
    running = house.quarter
    band, change = None, None
    if house.at:
        tariff = rules.tariffs.on(local_day(house.at))
        band, change = tariff.band(house.at, register), tariff.next_change(house.at, register)
    return House(
        boot=boot,
        seq=seq,
        said=now,
        link=house.link,
        at=house.at,
        reading=reading,
        grid_w=reading.grid_w if reading else None,
        register=register,
        band=band or None,
        next_band=change[1] if change else None,
        next_change=change[0] if change else None,
        quarter=None if running is None else _quarter(running, house, rules),
        months=None if house.peaks is None else _months(house, rules),
        capacity_tariff=rules.capacity_tariff,
        demo=demo,
        notices={**house.notices, **(notices or {})},
    )


def _quarter(running: Quarter, house: core.House, rules: core.Rules) -> QuarterNow:
    target_w, limit_w = core.target_w(house, rules), core.limit_w(house, rules)
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
        new_peak_eur=None if forecast_w is None else core.new_peak_eur(house, rules, forecast_w),
        curve=running.curve,
    )


def _months(house: core.House, rules: core.Rules) -> MonthPeaks:
    peaks = house.peaks
    assert peaks is not None
    said = MonthPeaks(month=peaks.month, running=peaks.running, past=peaks.past)
    tariff = rules.capacity(peaks.month)
    if tariff is None:
        return said
    known_w = months.peaks_w(house.books, peaks)
    return replace(
        said,
        mean_w=capacity.billed_w(tariff, known_w, peaks.month),
        floor_w=tariff.floor_w,
        months_billed=tariff.window_months,
        months_known=sum(peak_w is not None for peak_w in capacity.window_w(tariff, known_w, peaks.month)),
        kw_eur=core.new_peak_eur(house, rules),
    )


def say_rates(house: core.House, rules: core.Rules, *, now: datetime, trouble: str = "") -> Rates:
    """The prices in force, and those of today and tomorrow as far as they are known.

    trouble: why the day-ahead price is known no further.
    """
    at = house.at or now
    today = local_day(at)
    tariff = rules.tariffs.on(today)
    used = _used(house.books)
    slots = ahead(rules.tariffs, midnight(today), midnight(today + timedelta(days=2)), index=house.index, used=used)
    known = [slot.end for slot in house.index.slots]
    return Rates(
        bands=tuple(_band(band, tariff, house, rules, at, used) for band in tariff.band_names or ("",)),
        gas_eur_m3=tariff.gas_eur_m3(today),
        gas_kwh_m3=tariff.gas_kwh_m3(today),
        water_eur_m3=tariff.water_eur_m3(used),
        dynamic=tariff.is_dynamic,
        slots=slots if len(slots) > 1 or tariff.is_dynamic else (),
        known_until=max(known, default=None) if tariff.is_dynamic else None,
        trouble=trouble,
        warnings=rules.tariffs.warnings,
    )


def _band(name: str, tariff: Tariff, house: core.House, rules: core.Rules, at: datetime, used: Used) -> Band:
    """The price of the next kWh in a band: now, or where the clock decides, the next time it is in force."""
    register = next((register for register, band in tariff.registers.items() if band == name), None)
    if tariff.by_clock and tariff.bands:
        register = None
        in_force = (piece for piece in tariff.bands.between(at, at + timedelta(days=7)) if piece.band == name)
        at = max(at, next((piece.start for piece in in_force), at))
    price = marginal(rules.tariffs, at, register=register, used=used, index=house.index)
    return Band(name=name, import_eur_kwh=price.import_eur_kwh, export_eur_kwh=price.export_eur_kwh)


def _used(books: Books | None) -> Used:
    """What the year has used up to now."""
    return Used() if books is None else books.open.used.plus(books.open.amounts)


def say_usage(house: core.House, rules: core.Rules) -> Usage:
    """The books; days nobody watched are there without amounts."""
    assert house.books is not None
    today, *longer = periods(house.books, core.prices(house, rules))
    days = {day.day: day for day in (*house.books.days, today)}  # a wrong clock may have shown days to come
    columns = []
    for back in (3, 2, 1, 0):
        day, label = today.day - timedelta(days=back), f"day-{back}" if back else "today"
        columns.append(_day_column(label, days[day]) if day in days else Column(name=label, start=day))
    columns += [_column(label, period) for label, period in zip(("week", "month", "year"), longer, strict=True)]
    return Usage(columns=tuple(columns))


def _day_column(label: str, day: Day) -> Column:
    column = Column(name=label, start=day.day, peak_w=day.peak_w, peak_start=day.peak_start)
    if not day.watched.amounts.import_wh and not day.watched.amounts.export_wh:
        return column
    return replace(
        column,
        since=day.since,
        complete=day.complete,
        estimated=day.watched.estimated,
        unpriced_wh=day.watched.unpriced_wh,
        provisional_wh=day.watched.provisional_wh,
        amounts=day.watched.amounts,
        costs=_costs(day.watched),
    )


def _costs(tally: Tally) -> Costs:
    """What a sum cost; a register that counted nothing cost nothing, one without a price is left out."""
    found = costs(tally.charges)
    if tally.unpriced_wh:
        return found
    return replace(
        found,
        import_eur=dict.fromkeys(tally.amounts.import_wh, 0.0) | dict(found.import_eur),
        export_eur=dict.fromkeys(tally.amounts.export_wh, 0.0) | dict(found.export_eur),
    )


def _column(label: str, period: Period) -> Column:
    return Column(
        name=label,
        start=period.start,
        since=period.since,
        complete=period.complete,
        estimated=period.tally.estimated,
        unpriced_wh=period.tally.unpriced_wh,
        provisional_wh=period.tally.provisional_wh,
        amounts=period.tally.amounts,
        costs=_costs(period.tally),
    )


def say_bill(house: core.House, rules: core.Rules) -> Bill:
    """The running month and year line by line, capacity included."""
    assert house.books is not None
    _, _, month, year = periods(house.books, core.prices(house, rules))
    running = _capacity(house, rules, month)
    before = [one.charges for one in house.books.months if one.month.year == year.start.year]
    month_lines = bill.lines(_all(month.tally.charges, month.fees, running))
    year_lines = bill.lines(_all(year.tally.charges, year.fees, *before, running))
    new_eur = None
    forecast_w = house.quarter.forecast_w if house.quarter else None
    if forecast_w is not None and house.peaks and running:
        known_w = months.peaks_w(house.books, house.peaks).get(house.peaks.month, 0.0)
        if forecast_w > known_w:
            raised = _capacity(house, rules, month, peak_w=forecast_w)
            new_eur = bill.total_eur(bill.lines(_all(month.tally.charges, month.fees, raised)))
    month_eur = bill.total_eur(month_lines)
    return Bill(
        month=month.start,
        year=year.start,
        month_since=month.since,
        year_since=year.since,
        rows=tuple(_bill_rows(month_lines, year_lines)),
        month_eur=month_eur,
        year_eur=bill.total_eur(year_lines),
        if_peak_eur=new_eur if new_eur is not None and new_eur > month_eur else None,
        estimated=year.tally.estimated,
        unpriced_wh=year.tally.unpriced_wh,
        provisional_wh=year.tally.provisional_wh,
    )


def say_past_bill(days: Sequence[Day], closed: Iterable[Month], month: date) -> Bill:
    """A month that is over, and its year up to its end, line by line.

    days: those of the year that were kept, oldest first, some of them in the month; closed: its months that are over.
    """
    year_days = [day for day in days if day.day.year == month.year and day.day.replace(day=1) <= month]
    parts = []
    for start, found in ((month, [day for day in year_days if day.day >= month]), (month.replace(month=1), year_days)):
        whole = Period(start=start, since=found[0].since)
        for day in found:
            whole = whole.plus(day)
        due = [one.charges for one in closed if start <= one.month <= month]
        parts.append((whole, bill.lines(_all(whole.tally.charges, whole.fees, *due))))
    (of_month, month_lines), (of_year, year_lines) = parts
    return Bill(
        month=month,
        year=of_year.start,
        month_since=of_month.since,
        year_since=of_year.since,
        rows=tuple(_bill_rows(month_lines, year_lines)),
        month_eur=bill.total_eur(month_lines),
        year_eur=bill.total_eur(year_lines),
        estimated=of_year.tally.estimated,
        unpriced_wh=of_year.tally.unpriced_wh,
        provisional_wh=of_year.tally.provisional_wh,
    )


def _capacity(house: core.House, rules: core.Rules, month: Period, *, peak_w: float | None = None) -> Charges:
    """What the running month costs for its peak, or for a higher one."""
    tariff = rules.capacity(month.start)
    if house.peaks is None or house.books is None:
        return {}
    known_w = months.peaks_w(house.books, house.peaks)
    if peak_w is not None:
        known_w[month.start] = peak_w
    return months.so_far(month, house.books.last.at, house.peaks, known_w, tariff)


def _all(*parts: Charges) -> Charges:
    found: Charges = {}
    for one in parts:
        found = plus(found, one)
    return found


def _bill_rows(month: Iterable[bill.BillLine], year: Iterable[bill.BillLine]) -> Iterable[BillRow]:
    """The lines of the year, which has all of the month's, with the month's beside them."""
    of_month = {(line.part, line.name, line.band): line for line in month}
    for line in year:
        beside = of_month.get((line.part, line.name, line.band))
        yield BillRow(
            part=line.part,
            name=line.name,
            band=line.band,
            month_quantity=beside and beside.quantity,
            month_eur=beside and beside.eur,
            year_quantity=line.quantity,
            year_eur=line.eur,
        )


def say_events(last: Iterable[Event]) -> Events:
    """What happened lately, newest first."""
    return Events(last=tuple(last))


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
    shown = printable(spelled(code, value))
    return Line(code=printable(code), name=name(code), value=shown, unit="" if shown == OFF else printable(unit))
