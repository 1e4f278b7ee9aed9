"""Where the battery keeps the meter between two steps: as bs would, were it asked each second."""

from dataclasses import replace

import pytest

from lib.core.cellar import Storage
from lib.core.pool import pool
from lib.sim.year.ours_between import NOWHERE, Kept
from lib.sim.year.ours_between import kept as kept_between
from tests.core.test_storing import RULES, a_help, a_storage

PAID_W = 2500.0 * (1 - RULES.margin)


def kept(known: Storage, *, target_w: float, more_w: float = 0.0) -> Kept:
    """Where it is kept by one that was told so much."""
    whole = pool(known.cells.values())
    return kept_between(replace(known, target_w=target_w), RULES, whole, more_w=more_w)


def test_one_at_its_limit_goes_on_to_what_is_paid_once_the_house_falls() -> None:
    """5 kW are too little for a house of 9: what its meter shows meanwhile is no aim."""
    known = a_storage(9_000.0, soc_pct=20.0)
    assert pytest.approx(PAID_W) == kept(known, target_w=-5_000.0).grid_w


def test_one_that_rests_gives_once_the_house_rises_above_what_is_paid() -> None:
    """And only then."""
    assert pytest.approx((None, PAID_W)) == kept(a_storage(400.0), target_w=0.0)


def test_it_goes_by_what_the_car_will_draw() -> None:
    """A car of 7 kW that was granted 3 from the battery is told to fall to these: then less must be given."""
    known = a_storage(400.0, cars_w=7_000.0, help=a_help(3_000.0))
    assert pytest.approx((7_400.0 - 3_400.0, None)) == kept(known, target_w=-3_400.0)
    assert pytest.approx((PAID_W, None)) == kept(known, target_w=-3_400.0, more_w=-4_000.0)


def test_one_that_stores_keeps_to_it() -> None:
    """What the meter shows with it now; once the house alone is above what is paid, it gives."""
    assert pytest.approx((2_400.0, PAID_W)) == kept(a_storage(400.0), target_w=2_000.0)


def test_one_that_was_told_nothing_is_kept_nowhere() -> None:
    """Its own mode goes on."""
    known = a_storage(400.0)
    assert NOWHERE == kept_between(known, RULES, pool(known.cells.values()), more_w=0.0)
