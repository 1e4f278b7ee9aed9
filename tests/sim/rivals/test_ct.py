"""CT, rule by rule."""

from functools import partial

import pytest

from lib.sim.rivals.ct import CT
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, a_bench, a_home, looks_ahead


@pytest.mark.parametrize(("peak_w", "amps"), [(0.0, 8.0), (4_400.0, 16.0)])
def test_the_car_gets_all_but_500_watts(peak_w: float, amps: float) -> None:
    """Of the month's peak, at least 2.5 kW, whatever the house draws at the moment."""
    found = {a_bench(CT, a_home()).at(0, peak_w=peak_w, load_w=load_w) for load_w in (0.0, 4_000.0)}
    assert {Orders(amps)} == found


def test_what_is_left_over_explodes_towards_the_end() -> None:
    """625 Wh in a minute are 37.5 kW: the charger's most."""
    assert Orders(32.0) == a_bench(CT, a_home()).at(14 / 60)


@pytest.mark.parametrize(("least_a", "amps"), [(6.0, 6.0), (0.0, 0.0)])
def test_with_nothing_left_it_stays_at_the_least_current_or_pauses(least_a: float, amps: float) -> None:
    """As it is set up."""
    assert Orders(amps) == a_bench(partial(CT, least_a=least_a), a_home()).at(0.2, used_wh=700.0)


def test_a_car_that_is_away_gets_nothing() -> None:
    """The least current neither."""
    assert Orders() == a_bench(CT, a_home()).at(0, plugged=False)


def test_what_is_to_come_changes_nothing() -> None:
    """Not before it is there."""
    assert not looks_ahead(CT, car=THREE_PHASES)
