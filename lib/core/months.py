"""What the months cost for their peaks: those that are over, once and for good, and the running one as it stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from lib.core import capacity
from lib.core.bands import midnight
from lib.core.books import Books, Month, Period
from lib.core.capacity import Capacity
from lib.core.charges import NOTHING, Charge, Charges, plus
from lib.core.peaks import MonthPeak, Peaks

Tariffs = Callable[[date], Capacity | None]  # by the first day of a month; None where peaks cost nothing


def peaks_w(booked: Books | None, peaks: Peaks | None) -> dict[date, float]:
    """All peaks that are known, in W by month: what the meter tells wins over what was kept."""
    kept = {one.month: one.peak_w for one in booked.months if one.peak_w is not None} if booked else {}
    return kept | (peaks.by_month if peaks else {})


def over(booked: Books, peaks: Peaks, tariffs: Tariffs) -> Iterator[Month]:
    """The months that are over and not closed yet. To be asked when a quarter is over: then the meter has told all."""
    this = booked.today.day.replace(day=1)
    known = {one.month for one in booked.months}
    if max(known, default=date.min) >= (this - timedelta(days=1)).replace(day=1):
        return
    for month in sorted({day.day.replace(day=1) for day in booked.days} - known - {this}):
        days = [day for day in booked.days if day.day.replace(day=1) == month]
        charges = NOTHING
        for day in days:
            charges = plus(charges, day.whole.charges)
        import_wh = sum(sum(day.whole.amounts.import_wh.values()) for day in days)
        yield cost(month, peaks, peaks_w(booked, peaks), tariffs(month), charges, import_wh)


def cost(
    month: date,
    peaks: Peaks,
    known_w: Mapping[date, float],
    tariff: Capacity | None,
    charges: Charges,
    import_wh: int,
) -> Month:
    """A month with what its peak costs. charges, import_wh: of the whole month, for the maximum tariff."""
    peak = next((one for one in _every(peaks) if one.month == month), None)
    closed = Month(month=month, import_wh=import_wh)
    if peak is not None:
        closed = replace(closed, peak_w=peak.peak_w, peak_at=peak.at)
    if tariff is None:
        return closed
    marked = {item: charge for item, charge in charges.items() if item.name in tariff.network_lines}
    closed = replace(closed, network=marked)
    billed_w = capacity.billed_w(tariff, known_w, month)
    if billed_w is None:
        return closed
    due = capacity.month_charges(tariff, billed_w=billed_w, charges=charges, import_wh=import_wh)
    return replace(closed, billed_w=billed_w, charges=due)


def _every(peaks: Peaks) -> Iterable[MonthPeak]:
    return (*((peaks.running,) if peaks.running else ()), *peaks.past)


def so_far(
    month: Period, at: datetime, peaks: Peaks, known_w: Mapping[date, float], tariff: Capacity | None
) -> Charges:
    """What the running month costs for its peak as it stands.

    Whether the maximum tariff holds is judged as if the month went on like the part of it that was counted; on its
    first day nobody can tell.
    """
    if tariff is None:
        return NOTHING
    counted = at - month.since
    if counted < timedelta(days=1):
        return cost(month.start, peaks, known_w, replace(tariff, max_eur_kwh=None), NOTHING, 0).charges
    length = midnight((month.start + timedelta(days=31)).replace(day=1)) - midnight(month.start)
    share = max(1.0, length / counted)
    charges = {item: Charge(one.quantity * share, one.eur * share) for item, one in month.tally.charges.items()}
    import_wh = round(sum(month.tally.amounts.import_wh.values()) * share)
    return cost(month.start, peaks, known_w, tariff, charges, import_wh).charges


def new_peak_eur(
    month: date, booked: Books | None, peaks: Peaks, tariff: Capacity, peak_w: float | None = None
) -> float | None:
    """What it costs over the next 12 bills that a month peaks at `peak_w`, or None: at 1 kW more than now.

    Whether the maximum tariff holds is seen by the last month that is over. None: the price is not known.
    """
    if tariff.eur_kw_year is None:
        return None
    known_w = peaks_w(booked, peaks)
    if peak_w is None:
        peak_w = known_w.get(month, 0.0) + 1000
    if peak_w <= known_w.get(month, 0.0):
        return 0.0
    last = booked.months[0] if booked and booked.months else None
    if last is None or not last.import_wh:
        return capacity.new_peak_eur(tariff, known_w, month, peak_w)
    return capacity.new_peak_eur(tariff, known_w, month, peak_w, charges=last.network, import_wh=last.import_wh)
