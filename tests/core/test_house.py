"""The state of the house: what the running quarter may count."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core.house import House, Raised, Rules, target_w
from lib.core.metering import after
from lib.core.shares import SPARE_W
from lib.core.values import Peak
from tests.conftest import NOON, SIMPLE, a_reading, hear, local, stamp

HOUR = timedelta(hours=1)


def with_peak(peak_w: float) -> House:
    """A house whose meter shows this month's peak."""
    return hear(House(), a_reading(month_peak=Peak(stamp(local("2026-11-06 17:15")), peak_w)))


@pytest.mark.parametrize(
    ("peak_w", "owner_w", "target"),
    [(1_200, None, 2_500), (8_777, None, 8_777), (3_000, 4_000, 4_000), (5_000, 4_000, 5_000)],
)
def test_the_target_is_the_most_that_costs_nothing_more(peak_w: float, owner_w: float | None, target: float) -> None:
    """The floor is billed anyway, a peak is paid already, and an owner may accept more."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250, owner_target_w=owner_w)
    assert target_w(with_peak(peak_w), rules) == target


def test_what_the_plan_needs_fits_under_the_target_that_it_raises() -> None:
    """It counts 100 W of margin above 4.54 kW, as under the 2.5 that are paid; the ledger keeps back more of more."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250)
    house = with_peak(1_200)
    assert house.quarter
    quarters = frozenset({house.quarter.start})
    raised = Raised(peak_w=4_640.0, quarters=quarters, until=NOON + HOUR)
    higher = after(house, raised, rules)
    assert target_w(higher, rules) * (1 - rules.margin) == pytest.approx(4_540.0 + SPARE_W)
    assert 2_500.0 == target_w(after(house, replace(raised, quarters=frozenset()), rules), rules)
    assert 2_500.0 == target_w(replace(higher, at=NOON + HOUR), rules)  # nobody renewed it


def test_without_capacity_tariff_the_connection_is_the_target() -> None:
    """In Wallonia and Brussels only the connection limits, whatever the meter prints as peak."""
    assert target_w(with_peak(8_777), Rules(tariffs=SIMPLE, connection_w=9_200, capacity_tariff=False)) == 9_200


def test_a_connection_without_neutral_carries_less() -> None:
    """3×25 A carry 17.25 kW with a neutral, and 10 kW on the 3×230 V grids of Brussels; the meter tells which it is."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250, capacity_tariff=False)
    targets_w = [target_w(hear(House(), a_reading(grid=grid)), rules) for grid in (400, 230)]
    assert targets_w == [17_250, pytest.approx(9_959, abs=1)]
