"""The capacity tariff: month peaks → the power that is billed, what it costs, and what a higher peak adds.

Knows no meter and no quarter. Source: Flemish network tariffs since 2023: the mean of the last twelve month peaks, a
floor of 2.5 kW, and a maximum for capacity and network kWh together, judged bill by bill.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from lib.core.charges import NOTHING, Charge, Charges, Item, Part

CAPACITY = Item(Part.CAPACITY, "capacity tariff")
MAXIMUM = Item(Part.CAPACITY, "maximum tariff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The rules, prices VAT included; all defaults: a capacity tariff whose price is not known.

    Attributes:
        eur_kw_year: for one kW of billed power.
        floor_applies: whether the floor lifts each month's peak or only the mean.
        missing_months: unknown months are left out of the mean, or count as the floor.
        max_eur_kwh: more than this for each imported kWh capacity and network kWh never cost; None: no maximum.
        network_eur_kwh: the network's part of an all-in price of a kWh, which counts under the maximum.
        network_lines: names of the lines that count under it in its stead.
        history: month peaks in W before the meter's own, by the first day of the month.

    """

    eur_kw_year: float | None = None
    floor_w: float = 2_500.0
    floor_applies: Literal["month", "mean"] = "month"
    window_months: int = 12
    missing_months: Literal["mean", "floor"] = "mean"
    max_eur_kwh: float | None = None
    network_eur_kwh: float | None = None
    network_lines: frozenset[str] = frozenset()
    history: Mapping[date, float] = field(default_factory=dict)


def billed_w(capacity: Capacity, peaks: Mapping[date, float], month: date) -> float | None:
    """The power that the bill of `month` counts, in W; None while no month peak is known.

    peaks: month peaks in W by the first day of the month, the running one as it stands; `history` fills what they lack.
    """
    mean_w = _mean_w(capacity, window_w(capacity, peaks, month))
    return None if mean_w is None else max(mean_w, capacity.floor_w) if capacity.floor_applies == "mean" else mean_w


def month_charges(
    capacity: Capacity, *, billed_w: float | None, charges: Charges, import_wh: float, months: int = 1
) -> Charges:
    """What a bill adds for capacity, less what the maximum tariff takes off. Nothing while the price is unknown.

    charges, import_wh: the energy of the bill; months: how many it is for.
    """
    if capacity.eur_kw_year is None or billed_w is None:
        return NOTHING
    eur = capacity.eur_kw_year * billed_w / 1000 * months / 12
    added = {CAPACITY: Charge(billed_w, eur)}
    if capacity.max_eur_kwh is not None:
        over_eur = eur + _network_eur(capacity, charges, import_wh) - _most_eur(capacity, import_wh, months)
        if over_eur > 0:
            added[MAXIMUM] = Charge(0.0, -over_eur)
    return added


def new_peak_eur(
    capacity: Capacity,
    peaks: Mapping[date, float],
    month: date,
    peak_w: float,
    *,
    charges: Charges = NOTHING,
    import_wh: float | None = None,
) -> float | None:
    """What it costs in all, over the bills of the window, that `month` peaks at `peak_w`. None: the price is unknown.

    Nothing up to the peak that is already there, or under the floor. Each of the bills counts the month once among
    `window_months`; other months are taken as they are. charges, import_wh: the energy of a whole bill like the coming
    ones, such as last month's, to see whether the maximum tariff holds; None leaves it out.
    """
    if capacity.eur_kw_year is None:
        return None
    paid_w = window_w(capacity, peaks, month)[-1] or 0.0
    rise_w = _counted_w(capacity, max(peak_w, paid_w)) - _counted_w(capacity, paid_w)
    mean_w = _mean_w(capacity, window_w(capacity, {**peaks, month: paid_w}, month)) or 0.0
    bills_eur = []
    for power_w in (mean_w, mean_w + rise_w / capacity.window_months):
        billed = max(power_w, capacity.floor_w) if capacity.floor_applies == "mean" else power_w
        rules = capacity if import_wh is not None else replace(capacity, max_eur_kwh=None)
        bill = month_charges(rules, billed_w=billed, charges=charges, import_wh=import_wh or 0.0)
        bills_eur.append(sum(charge.eur for charge in bill.values()))
    return (bills_eur[1] - bills_eur[0]) * capacity.window_months


def kw_eur(
    capacity: Capacity,
    peaks: Mapping[date, float],
    month: date,
    *,
    charges: Charges = NOTHING,
    import_wh: float | None = None,
) -> float | None:
    """What 1 kW more of month peak costs over the next bills; arguments and None as in `new_peak_eur`."""
    paid_w = window_w(capacity, peaks, month)[-1] or 0.0
    return new_peak_eur(capacity, peaks, month, paid_w + 1000, charges=charges, import_wh=import_wh)


def over_kw_eur(
    capacity: Capacity,
    peaks: Mapping[date, float],
    month: date,
    *,
    charges: Charges = NOTHING,
    import_wh: float | None = None,
) -> float | None:
    """What 1 kW costs above what a month counts at the least: a peak under the floor counts as the floor."""
    counts_w = max(window_w(capacity, peaks, month)[-1] or 0.0, capacity.floor_w)
    return kw_eur(capacity, {**peaks, month: counts_w}, month, charges=charges, import_wh=import_wh)


def kwh_eur(
    capacity: Capacity, *, billed_w: float | None, charges: Charges, import_wh: float, months: int = 1
) -> float:
    """What the maximum tariff adds to the price of the next kWh of a bill; arguments as in `month_charges`.

    Nothing while it is idle. While it holds, a kWh costs the maximum in place of the network's own kWh; while the
    floor's price is all that is due, it costs no network at all, so that what is added is below zero.
    """
    if MAXIMUM not in month_charges(capacity, billed_w=billed_w, charges=charges, import_wh=import_wh, months=months):
        return 0.0
    assert capacity.max_eur_kwh is not None
    line_eur = _network_eur(capacity, charges, import_wh)
    line_eur_kwh = line_eur * 1000 / import_wh if import_wh else capacity.network_eur_kwh or 0.0
    is_floor = _most_eur(capacity, import_wh, months) > capacity.max_eur_kwh * import_wh / 1000
    return -line_eur_kwh if is_floor else capacity.max_eur_kwh - line_eur_kwh


def window_w(capacity: Capacity, peaks: Mapping[date, float], month: date) -> list[float | None]:
    """The peaks of the months that the bill of `month` counts, oldest first; None where nobody knows one."""
    last = month.year * 12 + month.month - 1
    months = [date(n // 12, n % 12 + 1, 1) for n in range(last - capacity.window_months + 1, last + 1)]
    return [peaks.get(one, capacity.history.get(one)) for one in months]


def _mean_w(capacity: Capacity, window: list[float | None]) -> float | None:
    """The mean of a window before a floor on the mean."""
    if capacity.missing_months == "floor":
        window = [capacity.floor_w if peak_w is None else peak_w for peak_w in window]
    known = [_counted_w(capacity, peak_w) for peak_w in window if peak_w is not None]
    return sum(known) / len(known) if known else None


def _counted_w(capacity: Capacity, peak_w: float) -> float:
    """What one month's peak counts."""
    return max(peak_w, capacity.floor_w) if capacity.floor_applies == "month" else peak_w


def _network_eur(capacity: Capacity, charges: Charges, import_wh: float) -> float:
    """The network kWh that count under the maximum: the marked lines, or a part of the all-in price."""
    if capacity.network_lines:
        lines = (item for item in charges if item.part is Part.IMPORT and item.name in capacity.network_lines)
        return sum(charges[item].eur for item in lines)
    return (capacity.network_eur_kwh or 0.0) * import_wh / 1000


def _most_eur(capacity: Capacity, import_wh: float, months: int) -> float:
    """What capacity and network kWh together may cost: the maximum, but the floor at least."""
    assert capacity.max_eur_kwh is not None
    assert capacity.eur_kw_year is not None
    floor_eur = capacity.eur_kw_year * capacity.floor_w / 1000 * months / 12
    return max(capacity.max_eur_kwh * import_wh / 1000, floor_eur)
