"""Core books → what was used and what it costs: the usage table and the bill. Knows no wire."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from lib.core import bill, months
from lib.core import house as core
from lib.core.books import Day, Month, Period, Tally, periods
from lib.core.charges import Charges, plus
from lib.core.cost import Costs, costs
from lib.messages import Bill, BillRow, Column, Usage

Billed = tuple[Period, tuple[bill.BillLine, ...]]  # what was counted, and the lines it comes to


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
    return _counted(replace(column, since=day.since, complete=day.complete), day.watched)


def _column(label: str, period: Period) -> Column:
    column = Column(name=label, start=period.start, since=period.since, complete=period.complete)
    return _counted(column, period.tally)


def _counted(column: Column, tally: Tally) -> Column:
    return replace(
        column,
        estimated=tally.estimated,
        unpriced_wh=tally.unpriced_wh,
        provisional_wh=tally.provisional_wh,
        amounts=tally.amounts,
        costs=_costs(tally),
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
    said = _bill((month, month_lines), (year, year_lines))
    return replace(said, if_peak_eur=new_eur) if new_eur is not None and new_eur > said.month_eur else said


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
    of_month, of_year = parts
    return _bill(of_month, of_year)


def _bill(of_month: Billed, of_year: Billed) -> Bill:
    (month, month_lines), (year, year_lines) = of_month, of_year
    return Bill(
        month=month.start,
        year=year.start,
        month_since=month.since,
        year_since=year.since,
        rows=tuple(_bill_rows(month_lines, year_lines)),
        month_eur=bill.total_eur(month_lines),
        year_eur=bill.total_eur(year_lines),
        estimated=year.tally.estimated,
        unpriced_wh=year.tally.unpriced_wh,
        provisional_wh=year.tally.provisional_wh,
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
