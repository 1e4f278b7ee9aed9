"""A bill's parts, their sums and their lines."""

from dataclasses import replace
from datetime import date

import pytest

from lib.core.charges import Part
from lib.messages import Bill
from lib.messages.bills import DECIMALS, Amount, Entry, entries, is_late, late
from tests.panels.words import a_bill, a_row, a_simple_bill, brussels


def by_name(bill: Bill) -> dict[tuple[str, str], Entry]:
    """The entries of a bill by part and name."""
    return {(entry.part.value, entry.name): entry for entry in entries(bill)}


def test_the_same_kilowatt_hours_are_counted_once() -> None:
    """Energy, network and excise are paid for the same 400 kWh; the bands of one name together make them."""
    found = by_name(a_bill())["import", ""].month
    assert (400.0, "kWh") == (found.quantity, found.unit)
    assert 99.581 == pytest.approx(found.eur)


def test_what_is_injected_is_earned() -> None:
    """It stands below zero, and a single line is its own sum."""
    found = by_name(a_bill())
    assert Amount(50.0, "kWh", -0.835) == found["export", ""].month
    assert ("export", "energy") not in found
    assert ("import", "energy Day") in found


def test_each_quantity_has_its_unit() -> None:
    """A fee for gas is by the day; days make no sum, nor do the powers of a year's months."""
    found = by_name(a_bill())
    assert ("m³", 23.502) == (found["gas", "gas"].month.unit, found["gas", "gas"].month.quantity)
    assert Amount(21, "days", 2.015) == found["gas", "supplier"].month
    assert (23.502, "m³") == (found["gas", ""].month.quantity, found["gas", ""].month.unit)
    assert 39.054 == pytest.approx(found["gas", ""].month.eur)
    assert found["fixed", ""].month.quantity is None
    capacity = found["capacity", ""]
    assert "kW" == capacity.month.unit
    assert 3.516667 == pytest.approx(capacity.month.quantity)
    assert capacity.year.quantity is None


def test_one_day_is_one_day() -> None:
    """On the first of a month no fee is paid for "1 days"."""
    row = a_row(Part.FIXED, "supplier", month=(1, 0.25), year=(32, 8.0))
    found = by_name(a_bill(rows=(row,)))["fixed", "supplier"]
    assert (Amount(1, "day", 0.25), Amount(32, "days", 8.0)) == (found.month, found.year)
    assert found.month.unit in DECIMALS


def test_the_sums_make_the_total() -> None:
    """Of the month and of the year, with what is earned taken off."""
    bill = a_bill()
    sums = [entry for entry in entries(bill) if not entry.name]
    assert bill.month_eur == pytest.approx(sum(entry.month.eur or 0.0 for entry in sums))
    assert bill.year_eur == pytest.approx(sum(entry.year.eur or 0.0 for entry in sums))


def test_a_line_that_the_month_lacks_is_not_zero() -> None:
    """A supplier that was left in spring is in the year alone."""
    row = replace(a_row(Part.FIXED, "old supplier", month=(0, 0), year=(90, 20.0)), month_quantity=None, month_eur=None)
    found = by_name(a_bill(rows=(row,)))
    assert Amount(None, "days", None) == found["fixed", "old supplier"].month
    assert Amount(None, "days", None) == found["fixed", ""].month


def test_a_part_without_lines_is_not_there() -> None:
    """No gas, no word of gas."""
    assert [Part.IMPORT] == [entry.part for entry in entries(a_simple_bill()) if not entry.name]


def test_what_was_not_counted_from_its_start_is_late() -> None:
    """The first minutes do not matter."""
    assert [] == list(late(a_bill()))
    assert [False, True] == [is_year for is_year, _ in late(a_simple_bill())]
    assert not is_late(date(2026, 6, 1), brussels("2026-06-01 00:05"))
    assert is_late(date(2026, 6, 1), brussels("2026-06-01 00:07"))
