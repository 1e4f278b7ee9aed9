"""What dm learned of the last weeks' peaks: the battery holds it for what nobody foresees, and gives the rest."""

import pytest

from lib.core.insured import Insured
from lib.core.routine import QUARTERS
from tests.conftest import local
from tests.stories.cellars import a_battery, prices
from tests.stories.driveway import steps
from tests.stories.planned import Planned

NOON = local("2026-11-20 15:00")
FLOOR_W = 2_500.0
OVEN_W, OVEN_S = 4_900.0, (3 * 3600, 3 * 3600 + 2700)  # from 18:00 until 18:45
CALM = (800.0,) * QUARTERS
OVENS = (*[800.0] * 72, *[OVEN_W] * 3, *[800.0] * 21)


def an_afternoon(day: tuple[float, ...]) -> Planned:
    """A kWh costs a cent less after 18:00. The last weeks were like that day, and no oven is foreseen today."""
    start_s, end_s = OVEN_S
    return Planned(
        NOON,
        batteries=(a_battery(NOON, soc_pct=32.0),),
        prices=prices(NOON, *[(0.32, 0.03)] * 3, *[(0.31, 0.03)] * 45),
        base_w=steps({start_s: OVEN_W, end_s: 800.0}, 800.0),
        load_ahead=lambda _: 800.0,
        insured=Insured(days=(day,) * 10),
    )


def test_what_the_last_evenings_needed_is_held_for_an_oven_that_nobody_foresaw() -> None:
    """2 kWh at 18:00, above the tenth that it never gives: they keep nearly all of the oven from the month's peak."""
    home = an_afternoon(OVENS).run(hours=2.9)
    assert home.stored_pct() >= 27.0
    home.run(hours=1.1)
    assert max(home.averages_w) <= FLOOR_W + 800.0


@pytest.mark.parametrize("reserve_pct", [0.0, 20.0])
def test_what_the_owner_wants_kept_is_all_that_is_kept(reserve_pct: float) -> None:
    """What the last evenings needed is kept on top of it no more: `reserve 0` left the battery at a third."""
    home = an_afternoon(OVENS)
    home.base_w = lambda _: 800.0
    home.batteries["cellar"].set_soc(60.0)
    home.reserve(reserve_pct)
    home.run(hours=7)
    assert home.stored_pct() == pytest.approx(max(10.0, reserve_pct), abs=1.0)


def test_where_nothing_was_needed_all_of_it_is_given() -> None:
    """In the dearer hours, down to where it is never emptied further; of an oven all is seen at the meter."""
    home = an_afternoon(CALM).run(hours=4)
    assert home.stored_pct() == pytest.approx(10.0, abs=0.5)
    assert max(home.averages_w) > OVEN_W - 100.0
