"""What amounts cost: the golden bill, and what is not there."""

import pytest

from lib.core.cost import costs
from lib.core.counters import Amounts
from tests.conftest import SIMPLE


def test_the_simple_bill() -> None:
    """The golden example: 28.70 day, 14.83 night, 1.52 injected, 2 m³ gas, 0.3 m³ water: 20.759 €."""
    day = Amounts(import_wh={"1": 28_700, "2": 14_830}, export_wh={"1": 1_520, "2": 0}, gas_l=2000, water_l=300)
    euro = costs(day, SIMPLE)
    assert euro.electricity_eur == pytest.approx(15.777)
    assert euro.total_eur == pytest.approx(20.759)


def test_what_is_not_there_costs_nothing_and_says_so() -> None:
    """No gas meter: no gas cost, and not a gas cost of zero."""
    euro = costs(Amounts(import_wh={"1": 1000}), SIMPLE)
    assert euro.gas_eur is None
    assert euro.total_eur == pytest.approx(0.4)
