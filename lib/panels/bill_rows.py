"""The bill → its rows: each part's sum, the lines below it, the total, and what the reader must know of them.

Knows no width and no colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lib.messages import Bill
from lib.messages.bills import DECIMALS, Amount, entries, late
from lib.panels.dates import MONTHS, clock, day_name, local_day
from lib.panels.look import Look

PARTS = {  # their names, also for a narrow place
    "import": ("Electricity taken", "Taken"),
    "export": ("Electricity injected", "Injected"),
    "fixed": ("Fixed", "Fixed"),
    "capacity": ("Capacity tariff", "Capacity"),
    "gas": ("Gas", "Gas"),
    "water": ("Water", "Water"),
}
DIGITS = 8  # cells of a quantity


class Rank(Enum):
    """What a row is."""

    SUM = auto()
    LINE = auto()
    TOTAL = auto()
    WARNING = auto()


@dataclass(frozen=True, slots=True)
class Figures:
    """A quantity with its unit, "" where it says nothing, and euro; None where they are not there."""

    quantity: str = ""
    eur: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the bill, for the month and for the year; `short` is its label in a narrow place."""

    rank: Rank
    label: str
    short: str
    month: Figures
    year: Figures


def bill_rows(bill: Bill, look: Look) -> list[Row]:
    """From top to bottom: each part with its lines, then the total, and what the running quarter makes of it."""
    rows = []
    for part, name, month, year in entries(bill):
        rank, labels = (Rank.LINE, (f"  {name}",) * 2) if name else (Rank.SUM, PARTS[part])
        rows.append(Row(rank, *labels, _figures(month, look), _figures(year, look)))
    marks = "~" * (bill.estimated or bill.provisional_wh > 0) + "?" * (bill.unpriced_wh > 0)
    total = f"Total {marks}".rstrip()
    rows.append(Row(Rank.TOTAL, total, total, Figures(eur=bill.month_eur), Figures(eur=bill.year_eur)))
    if bill.if_peak_eur is not None:
        month_if = Figures(eur=bill.if_peak_eur)
        rows.append(Row(Rank.WARNING, "If this quarter ends as forecast", "As forecast", month_if, Figures()))
    return rows


def sums(rows: Sequence[Row]) -> list[Row]:
    """What it comes to, and the sum of each part: what a low place has room for."""
    order = (Rank.TOTAL, Rank.WARNING, Rank.SUM)
    return sorted((row for row in rows if row.rank in order), key=lambda row: order.index(row.rank))


def notes(bill: Bill, look: Look) -> Iterator[str]:
    """What is not as a bill would have it, a sentence each."""
    names: dict[str, list[str]] = {}
    for is_year, since in late(bill):
        name = str(bill.year.year) if is_year else MONTHS[bill.month.month - 1]
        names.setdefault(f"{day_name(local_day(since))} {clock(since)}", []).append(name)
    if names:
        yield "~ " + ", ".join(f"{' and '.join(some)} counted since {since}" for since, some in names.items())
    if bill.estimated:
        yield "~ a pause of the program is in it, by the meter's counters"
    if bill.provisional_wh:
        yield f"~ {look.number(bill.provisional_wh / 1000, 1)} kWh stand at an estimated price until it is published"
    if bill.unpriced_wh:
        yield f"? {look.number(bill.unpriced_wh / 1000, 1)} kWh wait for their price"


def _figures(amount: Amount, look: Look) -> Figures:
    if amount.quantity is None:
        return Figures(eur=amount.eur)
    unit = look.glyphs.cubic if amount.unit == "m³" else amount.unit
    return Figures(f"{look.number(amount.quantity, DECIMALS[amount.unit], DIGITS)} {unit}", amount.eur)
