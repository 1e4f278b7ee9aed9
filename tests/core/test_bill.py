"""A bill: registers summed, parts in order, lines as the rates name them."""

import pytest

from lib.core.bill import BillLine, lines, total_eur
from lib.core.charges import Charge, Charges, Item, Part
from lib.core.charges import total_eur as charges_eur

CHARGES: Charges = {
    Item(Part.WATER, "bill"): Charge(30, 3.0),
    Item(Part.IMPORT, "energy", "Day", "1"): Charge(1000, 0.25),
    Item(Part.IMPORT, "network", "", "1"): Charge(1000, 0.125),
    Item(Part.CAPACITY, "capacity tariff"): Charge(3500, 16.0),
    Item(Part.IMPORT, "energy", "Night", "2"): Charge(500, 0.5),
    Item(Part.IMPORT, "network", "", "2"): Charge(500, 0.25),
    Item(Part.IMPORT, "energy", "Day", "3"): Charge(100, 0.75),
    Item(Part.EXPORT, "injection", "", "1"): Charge(2000, 0.0625),
    Item(Part.FIXED, "supplier"): Charge(30, 4.0),
    Item(Part.GAS, "gas"): Charge(700, 0.8),
    Item(Part.CAPACITY, "maximum tariff"): Charge(0, -1.0),
    Item(Part.WATER, "water", "basis"): Charge(900, 2.5),
}


def test_a_bill_from_top_to_bottom() -> None:
    """Energy by band, then what is added to it, injection, fees, capacity, gas and water; no register is told apart."""
    assert [
        BillLine(Part.IMPORT, "energy", "Day", 1100, 1.0),
        BillLine(Part.IMPORT, "energy", "Night", 500, 0.5),
        BillLine(Part.IMPORT, "network", "", 1500, 0.375),
        BillLine(Part.EXPORT, "injection", "", 2000, 0.0625),
        BillLine(Part.FIXED, "supplier", "", 30, 4.0),
        BillLine(Part.CAPACITY, "capacity tariff", "", 3500, 16.0),
        BillLine(Part.CAPACITY, "maximum tariff", "", 0, -1.0),
        BillLine(Part.GAS, "gas", "", 700, 0.8),
        BillLine(Part.WATER, "bill", "", 30, 3.0),
        BillLine(Part.WATER, "water", "basis", 900, 2.5),
    ] == list(lines(CHARGES))


def test_the_total_is_that_of_the_charges() -> None:
    """What is injected is taken off."""
    assert total_eur(lines(CHARGES)) == pytest.approx(charges_eur(CHARGES))
    assert total_eur(lines(CHARGES)) == pytest.approx(27.1125)


def test_a_bill_of_nothing() -> None:
    """No line, nothing to pay."""
    assert () == lines({})
    assert 0 == total_eur(())
