"""Prices and the bill → text for people, in the wording of all answers.

Pure: same values in, same text out. What is unknown says so.
"""

from collections.abc import Iterator
from datetime import datetime

from lib.hub.wording import BRUSSELS, UNKNOWN, answer, euro, labelled, near, price, span
from lib.messages import Bill, House, Rates
from lib.messages.bills import DECIMALS, Amount, entries, late
from lib.messages.prices import HOUR, Summary, ahead, cheapest, local_days, moves, slot_at, summary

CHEAP_H = (1, 3, 6)
BESIDE = 3  # hours in a line
LABEL, QUANTITY, EURO = 24, 14, 10
PARTS = {
    "import": "electricity taken",
    "export": "electricity injected",
    "fixed": "fixed",
    "capacity": "capacity tariff",
    "gas": "gas",
    "water": "water",
}


def rates(rates: Rates | None, house: House | None) -> str:
    """The prices; a star marks the band in force."""
    if rates is None:
        return f"the rates are {UNKNOWN}"
    now = house.band if house else None
    names = max(9, *(len(band.name) for band in rates.bands)) if rates.bands else 9
    lines = [f"{'':{names + 2}}{'taken':>14}{'injected':>14}"]
    for band in rates.bands:
        star = "*" if band.name == now or len(rates.bands) == 1 else " "
        name = band.name or ("now" if moves(rates) else "always")
        lines.append(f"{star} {name:<{names}}{price(band.import_eur_kwh):>14}{price(band.export_eur_kwh):>14}")
    if rates.gas_eur_m3 is not None:
        energy = "" if rates.gas_kwh_m3 is None else f", {rates.gas_kwh_m3:g} kWh/m³"
        lines.append(f"  {'gas':<{names}}{rates.gas_eur_m3:>8.4f} €/m³{energy}")
    if rates.water_eur_m3 is not None:
        lines.append(f"  {'water':<{names}}{rates.water_eur_m3:>8.4f} €/m³")
    lines.append(
        f"* in force: {rate(house, rates)}" if now or len(rates.bands) == 1 else f"the rate in force is {UNKNOWN}"
    )
    if rates.dynamic:
        lines.append(rates.trouble or "the price follows the market: `prices` tells those ahead")
    return answer(*lines, *(f"! {warning}" for warning in rates.warnings))


def rate(house: House | None, rates: Rates | None) -> str:
    """What counts now, and what comes next; an old word says of when it is."""
    if house is None:
        return UNKNOWN
    if rates is not None and house.at is not None and moves(rates):
        slot = slot_at(rates.slots, house.at)
        if slot is not None and slot.import_eur_kwh is not None:
            until = next(ahead(rates.slots, house.at)).end
            named = f"{price(slot.import_eur_kwh)} until {near(until, house.at)}"
        else:
            named = f"the price now is {UNKNOWN}"
        named = f"{house.band}, {named}" if house.band else named
    elif rates is not None and len(rates.bands) == 1:
        named = "one price, day and night"
    else:
        named = house.band or UNKNOWN
    if house.at is not None and house.link.state.value != "good":
        return named if named == UNKNOWN else f"{named}, as of {near(house.at, house.said)}"
    if house.next_change is None or house.at is None or house.band is None:
        return named
    return f"{named}, {house.next_band or 'another'} from {near(house.next_change, house.at)}"


def prices(rates: Rates | None, house: House | None) -> str:
    """Today's and tomorrow's prices: now, the cheapest hours, the extremes, and each hour that is ahead."""
    if rates is None or house is None or house.at is None:
        return f"the prices ahead are {UNKNOWN}"
    if not rates.slots:
        return answer(f"the prices ahead are {UNKNOWN}", rates.trouble) if rates.dynamic else "there is but one price"
    at = house.at
    today, tomorrow, end = local_days(at)
    now = slot_at(rates.slots, at)
    lines = [labelled("now", price(now.import_eur_kwh if now else None))]
    if now is not None and now.export_eur_kwh is not None:
        lines.append(labelled("injected", price(now.export_eur_kwh)))
    for hours in CHEAP_H:
        found = cheapest(rates.slots, at, hours * HOUR)
        if found is not None:
            stretch = f"{near(found.start, at)} to {near(found.end, at)}"
            lines.append(labelled(f"cheapest {hours} h", f"{stretch} at {price(found.price)}"))
    for name, start, until in (("today", today, tomorrow), ("tomorrow", tomorrow, end)):
        lines += _day(rates, name, start, until)
    return answer(*lines, *_hours(rates, at, end))


def _day(rates: Rates, name: str, start: datetime, end: datetime) -> Iterator[str]:
    known = False
    for label, taken in ((name, True), ("  injected", False)):
        found = summary(rates.slots, start, end, taken=taken)
        if found is not None:
            known = True
            hole = f", {span(found.unknown.total_seconds())} unknown" if found.unknown else ""
            yield labelled(label, f"{_extremes(found)}{hole}")
    if not known:
        yield labelled(name, f"{UNKNOWN}{': ' + rates.trouble if rates.trouble else ''}")


def _extremes(found: Summary) -> str:
    if found.least == found.most:
        return f"{found.least:.4f} all the time"
    least, most = (
        f"{eur:.4f} at {at.astimezone(BRUSSELS):%H:%M}"
        for eur, at in ((found.least, found.least_at), (found.most, found.most_at))
    )
    return f"least {least}, mean {found.mean:.4f}, most {most}"


def _hours(rates: Rates, at: datetime, end: datetime) -> Iterator[str]:
    """The mean of each hour from now on, taken and injected, some beside one another."""
    start = at.replace(minute=0, second=0, microsecond=0)
    cells = []
    while start < end:
        taken, injected = (summary(rates.slots, start, start + HOUR, taken=way) for way in (True, False))
        if taken is not None or injected is not None:
            figures = "".join(f"{'unknown' if one is None else f'{one.mean:.4f}':>8}" for one in (taken, injected))
            cells.append(f"{start.astimezone(BRUSSELS):%H:%M}{figures}")
        start += HOUR
    if cells:
        yield "by the hour, €/kWh taken and injected:"
    for first in range(0, len(cells), BESIDE):
        yield "   ".join(cells[first : first + BESIDE])


def bill(bill: Bill | None) -> str:
    """The running month and the year, part by part and line by line."""
    if bill is None:
        return f"the bill is {UNKNOWN}"
    lines = [
        f"{'':{LABEL}}{f'{bill.month:%b %Y}':>{QUANTITY}}{'€':>{EURO}}{f'{bill.year:%Y}':>{QUANTITY}}{'€':>{EURO}}"
    ]
    for part, name, month, year in entries(bill):
        lines.append(f"{_label(f'  {name}' if name else PARTS[part])}{_amount(month)}{_amount(year)}")
    marks = "~" * (bill.estimated or bill.provisional_wh > 0) + "?" * (bill.unpriced_wh > 0)
    total = f"{euro(bill.month_eur):>{QUANTITY + EURO}}{euro(bill.year_eur):>{QUANTITY + EURO}}"
    lines.append(f"{_label(f'TOTAL {marks}')}{total}")
    if bill.if_peak_eur is not None:
        said = "if this quarter ends as forecast"
        lines.append(f"{said:<{LABEL + QUANTITY - 4}}{euro(bill.if_peak_eur):>{EURO + 4}}")
    return answer(*lines, *_remarks(bill))


def _label(said: str) -> str:
    return f"{said if len(said) < LABEL else said[: LABEL - 2] + '…':<{LABEL}}"


def _amount(amount: Amount) -> str:
    quantity = "" if amount.quantity is None else f"{amount.quantity:.{DECIMALS[amount.unit]}f} {amount.unit}"
    return f"{quantity:>{QUANTITY}}{euro(amount.eur):>{EURO}}"


def _remarks(bill: Bill) -> Iterator[str]:
    for is_year, since in late(bill):
        name = "the year" if is_year else "the month"
        yield f"{name} is counted from {since.astimezone(BRUSSELS):%a %d %b %H:%M} on"
    if bill.estimated:
        yield "~ a pause of the program is in it, by the meter's counters"
    if bill.provisional_wh:
        yield f"~ {bill.provisional_wh / 1000:.1f} kWh stand at an estimated price until it is published"
    if bill.unpriced_wh:
        yield f"? {bill.unpriced_wh / 1000:.1f} kWh wait for their price"
