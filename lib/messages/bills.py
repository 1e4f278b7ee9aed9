"""What a bill comes down to: its parts with their sums, and the lines in them. For every face; knows none of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.charges import Part
from lib.messages import Bill, BillRow

LATE = timedelta(minutes=6)  # what is counted from its first minutes on is counted from its start
DECIMALS = {"kWh": 2, "kW": 2, "m³": 3, "days": 0, "day": 0}


class Amount(NamedTuple):
    """How much, in `unit` (kWh, kW, m³, days), and the euro of it, negative where it is earned; None: not there."""

    quantity: float | None
    unit: str
    eur: float | None


class Entry(NamedTuple):
    """One line of the bill, or with an empty name the sum of its part, for the month and for the year."""

    part: Part
    name: str
    month: Amount
    year: Amount


def entries(bill: Bill) -> Iterator[Entry]:
    """Each part that has lines: its sum, then the lines, unless there is but one that says no more than the sum."""
    for part in Part:
        rows = [row for row in bill.rows if row.part is part]
        if not rows:
            continue
        yield Entry(part, "", _sum(rows, _month), _sum(rows, _year))
        if len(rows) > 1 or rows[0].band or part is Part.FIXED:
            for row in rows:
                yield Entry(part, f"{row.name} {row.band}".rstrip(), _amount(row, _month), _amount(row, _year))


def late(bill: Bill) -> Iterator[tuple[bool, datetime]]:
    """(Whether it is the year, since when it is counted) for the month and the year that were not from their start."""
    for is_year, first, since in ((False, bill.month, bill.month_since), (True, bill.year, bill.year_since)):
        if is_late(first, since):
            yield is_year, since


def is_late(first: date, since: datetime) -> bool:
    """Whether a month or year that begins on `first` was not counted from its start."""
    return since > midnight(first) + LATE


Column = Callable[[BillRow], tuple[float | None, float | None]]


def _month(row: BillRow) -> tuple[float | None, float | None]:
    return row.month_quantity, row.month_eur


def _year(row: BillRow) -> tuple[float | None, float | None]:
    """The year pays for the powers of its months, which make no sum."""
    return None if row.part is Part.CAPACITY else row.year_quantity, row.year_eur


def _amount(row: BillRow, column: Column) -> Amount:
    quantity, eur = column(row)
    unit = _unit(row)
    if unit == "days":
        unit = "day" if quantity == 1 else unit
    elif quantity is not None:
        quantity /= 1000
    return Amount(quantity, unit, -eur if eur is not None and row.part is Part.EXPORT else eur)


def _sum(rows: Sequence[BillRow], column: Column) -> Amount:
    """The euro of all lines, and how much they are about.

    The same kWh stand in the lines of several names, under each of them once for all its bands. Days make no sum.
    """
    unit = _unit(rows[0])
    euro, by_name = list[float](), dict[str, float]()
    for row in rows:
        amount = _amount(row, column)
        if amount.eur is not None:
            euro.append(amount.eur)
        if amount.quantity is not None and amount.unit == unit != "days":
            by_name[row.name] = by_name.get(row.name, 0.0) + amount.quantity
    return Amount(max(by_name.values(), default=None), unit, sum(euro) if euro else None)


def _unit(row: BillRow) -> str:
    """A fee for gas or water is by the day."""
    match row.part:
        case Part.IMPORT | Part.EXPORT:
            return "kWh"
        case Part.CAPACITY:
            return "kW"
        case Part.GAS | Part.WATER if row.name == row.part:
            return "m³"
    return "days"
