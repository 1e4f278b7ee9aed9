"""On what terms the house draws from now on: the price of each kWh ahead, and what its peaks cost. For plans.

In: the house and its rates. Out: prices by slot, the maximum tariff in them where it holds, and the price of 1 kW more
of this month's peak and the next one's.
"""

from datetime import date, datetime, timedelta

from lib.core import months
from lib.core.bands import midnight
from lib.core.books import Books, local_day
from lib.core.charges import Used
from lib.core.cost import PriceSlot, ahead
from lib.core.expected import SUPPOSED_KW_EUR
from lib.core.horizon import PeakPrices
from lib.core.house import House, Rules, accepted_w, limit_w, over_kw_eur, paid_w, target_w
from lib.core.quarter import start_of
from lib.core.states import replace
from lib.core.tariff import Tariff

MARKET_DAYS = 2  # a price of the market is known until tomorrow
BAND_DAYS = 6  # a long weekend of cheap hours, and the day before and after it, which tell that they are cheap
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def prices_ahead(house: House, rules: Rules, *, days_back: int = 1) -> tuple[PriceSlot, ...]:
    """What the next kWh costs and earns, from the midnight of some days before on; () before the first telegram."""
    if house.at is None:
        return ()
    today = local_day(house.at)
    until = priced_until(rules.tariffs.on(today), today)
    used = used_now(house.books)
    slots = ahead(rules.tariffs, midnight(today - days_back * DAY), until, at=house.at, index=house.index, used=used)
    more_eur = _maximum_eur_kwh(house, rules)
    if not more_eur:
        return slots
    return tuple(
        slot if slot.import_eur_kwh is None else slot._replace(import_eur_kwh=slot.import_eur_kwh + more_eur)
        for slot in slots
    )


def peak_prices(house: House, rules: Rules) -> PeakPrices:
    """What peaks cost."""
    if not rules.capacity_tariff or house.peaks is None:
        carries_w = limit_w(house, rules)
        return PeakPrices(paid_w=carries_w, next_w=carries_w)
    month = (house.peaks.month + timedelta(days=31)).replace(day=1)
    tariff = rules.capacity(month)
    floor_w = tariff.floor_w if tariff else 0.0
    next_eur = months.over_kw_eur(month, house.books, house.peaks, tariff) if tariff else 0.0
    kw_eur = over_kw_eur(house, rules)
    return PeakPrices(
        paid_w=max(paid_w(house, rules), accepted_w(house) or 0.0),
        next_w=max(floor_w, rules.owner_target_w or 0.0),
        kw_eur=SUPPOSED_KW_EUR if kw_eur is None else kw_eur,
        next_kw_eur=SUPPOSED_KW_EUR if next_eur is None else next_eur,
        margin=rules.margin,
    )


def priced_until(tariff: Tariff, today: date) -> datetime:
    """So far ahead prices are told."""
    return midnight(today + timedelta(days=MARKET_DAYS if tariff.is_dynamic else BAND_DAYS))


def used_now(books: Books | None) -> Used:
    """What the year has used up to now."""
    return Used() if books is None else books.open.used.plus(books.open.amounts)


def _maximum_eur_kwh(house: House, rules: Rules) -> float:
    """What the maximum tariff adds to a kWh of this month; 0 where it does not hold, or nobody can tell."""
    tariff = rules.capacity(house.peaks.month) if house.peaks else None
    if tariff is None or house.peaks is None:
        return 0.0
    return months.kwh_eur(house.peaks.month, house.books, house.peaks, tariff)


def used_wh(house: House, rules: Rules, at: datetime, *, planned_w: float | None = None) -> float:
    """What the running quarter has drawn, as a plan counts it: at least as if it had gone along at its target.

    What it has not used is not caught up with: that buys no cheaper kWh, and the ledger lets less of it through the
    later it is. Of a quarter whose start nobody watched the ledger supposes the same. planned_w: what the plan in force
    counts there above what is paid; the ledger lets it go a little higher, and what a plan does not count makes none
    dearer.
    """
    running, start = house.quarter, start_of(at)
    known_wh = running.used_wh if running is not None and running.start == start else None
    counts_w = max(target_w(replace(house, raised=None), rules), planned_w or 0.0)
    return max(known_wh or 0.0, counts_w * ((at - start) / HOUR))
