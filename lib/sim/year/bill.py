"""What a period costs. In: energy by quarter, prices, a contract. Out: a bill in parts. Knows no strategy.

Yearly amounts (capacity, fees) count by quarters / 35 040. The capacity tariff is charged on the mean of the months'
highest quarters, each month at least the floor; a month that the period only touches counts like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.sim.year.contract import Contract, Prices
from lib.sim.year.home import Home

QUARTERS_AN_HOUR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What was paid, in €; total = energy - injection + capacity + fees.

    Attributes:
        month_peaks_w: by calendar month the highest quarter's mean, as it was, without the floor.
        mean_peak_w: of the months, each at least the floor: what the capacity tariff is charged on.

    """

    energy_eur: float
    injection_eur: float
    capacity_eur: float
    fees_eur: float
    month_peaks_w: dict[date, float]
    mean_peak_w: float

    @property
    def total_eur(self) -> float:
        """All parts together."""
        return self.energy_eur - self.injection_eur + self.capacity_eur + self.fees_eur


def bill(
    import_wh: Sequence[float], export_wh: Sequence[float], home: Home, contract: Contract, prices: Prices
) -> Bill:
    """The bill of a period, all lists by its quarters. Raises ValueError when one has another length."""
    peaks = month_peaks_w(import_wh, home.months)
    mean_w = sum(max(contract.floor_w, peak_w) for peak_w in peaks.values()) / len(peaks)
    part = contract.year_part(len(import_wh))
    return Bill(
        energy_eur=_eur(import_wh, prices.import_eur_kwh),
        injection_eur=_eur(export_wh, prices.export_eur_kwh),
        capacity_eur=contract.eur_kw_year * mean_w / 1000 * part,
        fees_eur=contract.fees_eur_year * part,
        month_peaks_w=peaks,
        mean_peak_w=mean_w,
    )


def month_peaks_w(import_wh: Sequence[float], months: Sequence[date]) -> dict[date, float]:
    """By calendar month, in order, the highest mean power of a quarter. In: energy and month by quarter."""
    peaks: dict[date, float] = {}
    for month, energy_wh in zip(months, import_wh, strict=True):
        if energy_wh > peaks.get(month, -1.0):
            peaks[month] = energy_wh
    return {month: energy_wh * QUARTERS_AN_HOUR for month, energy_wh in peaks.items()}


def _eur(energy_wh: Sequence[float], prices_eur_kwh: Sequence[float]) -> float:
    return sum(wh * eur for wh, eur in zip(energy_wh, prices_eur_kwh, strict=True)) / 1000
