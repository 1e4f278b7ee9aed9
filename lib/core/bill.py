"""Charges → the lines of a bill, as one reads them from top to bottom. Knows no price and no time."""

from typing import NamedTuple

from lib.core.charges import Charge, Charges, Part

ORDER = (Part.IMPORT, Part.EXPORT, Part.FIXED, Part.CAPACITY, Part.GAS, Part.WATER)


class BillLine(NamedTuple):
    """One line: quantity in the unit of its part, euro in full precision; of an export line they are earned."""

    part: Part
    name: str
    band: str
    quantity: float
    eur: float


def lines(charges: Charges) -> tuple[BillLine, ...]:
    """The lines of a bill: registers summed; by part, within it by name as the charges first name it, then by band."""
    summed: dict[tuple[Part, str, str], Charge] = {}
    names: dict[tuple[Part, str], int] = {}
    for item, charge in charges.items():
        names.setdefault((item.part, item.name), len(names))
        key = (item.part, item.name, item.band)
        known = summed.get(key, Charge(0.0, 0.0))
        summed[key] = Charge(known.quantity + charge.quantity, known.eur + charge.eur)
    ordered = sorted(summed.items(), key=lambda line: (ORDER.index(line[0][0]), names[line[0][:2]], line[0][2]))
    return tuple(BillLine(*key, *charge) for key, charge in ordered)


def total_eur(bill: tuple[BillLine, ...]) -> float:
    """What is to be paid: everything less what is earned."""
    return sum(-line.eur if line.part is Part.EXPORT else line.eur for line in bill)
