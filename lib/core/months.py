"""What the months cost for their peaks: those that are over, once and for good, and the running one as it stands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lib.core import capacity
from lib.core.bands import midnight
from lib.core.books import WATCHED, Books, Month, Period, Tally
from lib.core.capacity import Capacity
from lib.core.charges import NOTHING, Charge, Charges
from lib.core.peaks import Peaks

Tariffs = Callable[[date], Capacity | None]  # by the first day of a month; None where peaks cost nothing


def peaks_w(booked: Books | None, peaks: Peaks | None) -> dict[date, float]:
    """All peaks that are known, in W by month: what the meter tells wins over what was kept."""
    kept = {one.month: one.peak_w for one in booked.months if one.peak_w is not None} if booked else {}
    return kept | (peaks.by_month if peaks else {})


def over(booked: Books, peaks: Peaks, tariffs: Tariffs) -> Iterator[Month]:
    """The months that are over and not closed yet. To be asked when a row is finished, a quarter or a gap.

    The last month is closed anew when the meter tells another peak for it: some print it minutes after midnight.
    """
    this = booked.today.day.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    closed = {one.month: one.peak_w for one in booked.months}
    known_w = peaks_w(booked, peaks)
    if last in closed and known_w.get(last) != closed[last]:
        del closed[last]
    elif max(closed, default=date.min) >= last:
        return
    for month in sorted({day.day.replace(day=1) for day in booked.days if day.day < this} - set(closed)):
        days = [day for day in booked.days if day.day.replace(day=1) == month]
        tally = Tally()
        for day in days:
            tally = tally.plus(day.whole)
        usage = _whole(month, tally, min(day.since for day in days), _end(month))
        yield _cost(month, peaks, known_w, tariffs(month), usage)


def so_far(
    month: Period, at: datetime, peaks: Peaks, known_w: Mapping[date, float], tariff: Capacity | None
) -> Charges:
    """What the running month costs for its peak as it stands.

    Whether the maximum tariff holds is judged as if the month went on like the part of it that was counted.
    """
    usage = _whole(month.start, month.tally, month.since, at)
    return _cost(month.start, peaks, known_w, tariff, usage).charges


class _Usage(NamedTuple):
    """What a whole month is charged for its energy, and the Wh it takes, for the maximum tariff."""

    charges: Charges
    import_wh: int


def _whole(month: date, tally: Tally, since: datetime, until: datetime) -> _Usage | None:
    """A month like the part of it that was counted and priced; None where that is too little to tell by."""
    import_wh = sum(tally.amounts.import_wh.values())
    energy_wh = import_wh + sum(tally.amounts.export_wh.values())
    priced_wh = energy_wh - tally.unpriced_wh
    start, end = midnight(month), _end(month)
    counted = until - (start if since <= start + WATCHED else since)
    if counted < timedelta(days=1) or (tally.unpriced_wh and priced_wh <= 0):
        return None
    share = max(1.0, (end - start) / counted)
    priced = share * energy_wh / priced_wh if tally.unpriced_wh else share
    charges = {item: Charge(one.quantity * priced, one.eur * priced) for item, one in tally.charges.items()}
    return _Usage(charges, round(import_wh * share))


def _end(month: date) -> datetime:
    return midnight((month + timedelta(days=31)).replace(day=1))


def _cost(
    month: date, peaks: Peaks, known_w: Mapping[date, float], tariff: Capacity | None, usage: _Usage | None
) -> Month:
    """A month with what its peak costs; usage: None leaves the maximum tariff out."""
    peak = next((one for one in peaks.every if one.month == month), None)
    found = Month(month=month, import_wh=usage.import_wh if usage else 0)
    if peak is not None:
        found = replace(found, peak_w=peak.peak_w, peak_at=peak.at)
    if tariff is None:
        return found
    charges, import_wh = usage or (NOTHING, 0)
    marked = {item: charge for item, charge in charges.items() if item.name in tariff.network_lines}
    found = replace(found, network=marked)
    billed_w = capacity.billed_w(tariff, known_w, month)
    if billed_w is None:
        return found
    rules = tariff if usage else replace(tariff, max_eur_kwh=None)
    due = capacity.month_charges(rules, billed_w=billed_w, charges=charges, import_wh=import_wh)
    return replace(found, billed_w=billed_w, charges=due)


def new_peak_eur(
    month: date, booked: Books | None, peaks: Peaks, tariff: Capacity, peak_w: float | None = None
) -> float | None:
    """What it costs over the next 12 bills that a month peaks at `peak_w`, or None: at 1 kW more than now.

    Whether the maximum tariff holds is seen by the last month that is over. None: the price is not known.
    """
    if tariff.eur_kw_year is None:
        return None
    known_w = peaks_w(booked, peaks)
    if peak_w is not None and peak_w <= known_w.get(month, 0.0):
        return 0.0
    charges, import_wh = _last(booked)
    if peak_w is None:
        return capacity.kw_eur(tariff, known_w, month, charges=charges, import_wh=import_wh)
    return capacity.new_peak_eur(tariff, known_w, month, peak_w, charges=charges, import_wh=import_wh)


def over_kw_eur(month: date, booked: Books | None, peaks: Peaks, tariff: Capacity) -> float | None:
    """What 1 kW above what a month counts costs over the next 12 bills; None: the price is not known."""
    if tariff.eur_kw_year is None:
        return None
    charges, import_wh = _last(booked)
    return capacity.over_kw_eur(tariff, peaks_w(booked, peaks), month, charges=charges, import_wh=import_wh)


def kwh_eur(month: date, booked: Books | None, peaks: Peaks, tariff: Capacity) -> float:
    """What the maximum tariff adds to the price of a kWh of a month; whether it holds is seen by the last one."""
    charges, import_wh = _last(booked)
    billed_w = capacity.billed_w(tariff, peaks_w(booked, peaks), month)
    if import_wh is None or tariff.max_eur_kwh is None or tariff.eur_kw_year is None or billed_w is None:
        return 0.0
    return capacity.kwh_eur(tariff, billed_w=billed_w, charges=charges, import_wh=import_wh)


def _last(booked: Books | None) -> tuple[Charges, int | None]:
    """What the last month that is over was charged for the network, and what it took; None where nobody knows."""
    last = booked.months[0] if booked and booked.months else None
    return (last.network, last.import_wh) if last and last.import_wh else (NOTHING, None)
