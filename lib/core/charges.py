"""What is paid for: the items of a bill with their quantities and euro. Knows no price and no time.

Import and fees cost, export earns; both stand positive in their own part, and only a total takes one from the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from lib.core.counters import Amounts


class Part(StrEnum):
    """The part of the bill an item stands in."""

    IMPORT = "import"  # quantity in Wh
    EXPORT = "export"  # quantity in Wh; euro are earned
    FIXED = "fixed"  # quantity in days
    CAPACITY = "capacity"  # quantity in W
    GAS = "gas"  # quantity in litres; days where it is a fee
    WATER = "water"  # quantity in litres; days where it is a fee


class Item(NamedTuple):
    """One line of a bill, by what the rates call it.

    band: "Day", "PIC" …, "" where there is one price; register: of the meter, "" for what no register counts.
    """

    part: Part
    name: str
    band: str = ""
    register: str = ""


class Charge(NamedTuple):
    """How much of an item, in the unit of its part, and what it costs or earns, VAT included."""

    quantity: float
    eur: float


Charges = Mapping[Item, Charge]
NOTHING: Charges = MappingProxyType({})


def plus(one: Charges, other: Charges) -> Charges:
    """Both together, in the order in which the items were first met."""
    if not one or not other:
        return one or other
    both = dict(one)
    for item, charge in other.items():
        known = both.get(item)
        both[item] = charge if known is None else Charge(known.quantity + charge.quantity, known.eur + charge.eur)
    return both


def less(one: Charges, part: Charges) -> Charges:
    """What is left without a part of it."""
    return plus(one, {item: Charge(-charge.quantity, -charge.eur) for item, charge in part.items()})


def total_eur(charges: Charges) -> float:
    """What is to be paid: everything less what is earned."""
    return sum(-charge.eur if item.part is Part.EXPORT else charge.eur for item, charge in charges.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What the local year had counted before an interval begins: blocks and netting go by the year.

    Registers in Wh, water in litres.
    """

    import_wh: Mapping[str, int] = field(default_factory=dict)
    export_wh: Mapping[str, int] = field(default_factory=dict)
    water_l: int = 0

    def plus(self, amounts: Amounts) -> "Used":
        """What was used after `amounts` more."""
        both = Amounts(import_wh=self.import_wh, export_wh=self.export_wh, water_l=self.water_l).plus(amounts)
        return Used(import_wh=both.import_wh, export_wh=both.export_wh, water_l=both.water_l or 0)
