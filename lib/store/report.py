"""A day in words, for `history/MM-DD.log`: what was used and paid, the peak, and what happened. Knows no disk."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from lib.core.bands import midnight
from lib.core.books import Day, local_day
from lib.core.charges import Charges, Part, plus, total_eur
from lib.core.events import Event
from lib.core.peaks import MonthPeak
from lib.core.stamp import BRUSSELS

NAMES = {"1": "day", "2": "night"}
WIDE = 34


def report(day: Day, events: Iterable[Event], *, peak: MonthPeak | None = None) -> str:
    """The day, line by line; peak: the highest quarter of its month so far."""
    whole = day.whole
    lines = [f"{day.day:%A %d-%m-%Y}", ""]
    lines += _energy("taken", whole.amounts.import_wh, whole.charges, Part.IMPORT)
    lines += _energy("injected", whole.amounts.export_wh, whole.charges, Part.EXPORT)
    lines += _volume("gas", whole.amounts.gas_l, whole.charges, Part.GAS)
    lines += _volume("water", whole.amounts.water_l, whole.charges, Part.WATER)
    if day.fees:
        lines.append(_line("fixed, a day's share", "", total_eur(day.fees)))
    lines.append(_line("together", "", total_eur(plus(whole.charges, day.fees))))
    lines += ["", *_peaks(day, peak), ""]
    lines += [f"{_clock(event.at)}  {event.text}" for event in events]
    lines += ["", *_notes(day)]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _energy(way: str, registers_wh: Mapping[str, int], charges: Charges, part: Part) -> Iterator[str]:
    if not registers_wh:
        return
    eur = {item.register: 0.0 for item in charges if item.part is part}
    for item, charge in charges.items():
        if item.part is part:
            eur[item.register] += charge.eur
    if len(registers_wh) > 1:
        for register, energy_wh in registers_wh.items():
            yield _line(f"  {way}, {NAMES.get(register, register)}", _kilo(energy_wh, "kWh"), eur.get(register))
    yield _line(f"electricity {way}", _kilo(sum(registers_wh.values()), "kWh"), sum(eur.values()) if eur else None)


def _volume(name: str, litres: int | None, charges: Charges, part: Part) -> Iterator[str]:
    if litres is not None:
        eur = [charge.eur for item, charge in charges.items() if item.part is part]
        yield _line(name, _kilo(litres, "m³"), sum(eur) if eur else None)


def _line(name: str, amount: str, eur: float | None) -> str:
    cost = "" if eur is None else f"€ {_cents(eur):>9}"
    return f"{name:<{WIDE}}{amount:>14}  {cost}".rstrip()


def _kilo(thousandths: int, unit: str) -> str:
    return f"{Decimal(thousandths) / 1000:.3f} {unit}"


def _cents(eur: float) -> Decimal:
    """As a bill rounds: half a cent up, and a zero has no sign."""
    return Decimal(repr(round(eur, 6))).quantize(Decimal("0.01"), ROUND_HALF_UP) or Decimal("0.00")


def _peaks(day: Day, peak: MonthPeak | None) -> Iterator[str]:
    if day.peak_w is not None and day.peak_start is not None:
        yield f"highest quarter  {day.peak_w / 1000:.2f} kW, from {_clock(day.peak_start)}"
    if peak is not None:
        at = f", until {peak.at.astimezone(BRUSSELS):%d-%m %H:%M}" if peak.at else ""
        yield f"month's highest  {peak.peak_w / 1000:.2f} kW{at}"


def _notes(day: Day) -> Iterator[str]:
    if day.hole:
        taken_wh = sum(day.gaps.amounts.import_wh.values())
        yield f"A part of the day was not watched; the meter counted {_kilo(taken_wh, 'kWh')} taken meanwhile."
    elif not day.complete:
        since = _clock(day.since) if local_day(day.since) == day.day else _clock(midnight(day.day))
        yield f"The day was counted from {since} on."
    if day.whole.estimated:
        yield "Some of it is estimated: when it was used is not known well."
    if day.whole.unpriced_wh:
        yield f"{_kilo(day.whole.unpriced_wh, 'kWh')} have no price yet and are not in the euro."
    if day.whole.provisional_wh:
        yield f"{_kilo(day.whole.provisional_wh, 'kWh')} have a price that is not final."


def _clock(at: datetime) -> str:
    return f"{at.astimezone(BRUSSELS):%H:%M}"
