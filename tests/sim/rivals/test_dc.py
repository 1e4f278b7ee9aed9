"""DC, rule by rule."""

import pytest

from lib.sim.rivals.dc import DC
from tests.sim.rivals.seen import THREE_PHASES, Bench, a_bench, a_home, looks_ahead

MINUTE = 1 / 60


def bench(*, step_s: int = 60) -> Bench:
    """A house of 400 W with a car."""
    return a_bench(DC, a_home(), step_s=step_s)


@pytest.mark.parametrize(("peak_w", "amps"), [(0.0, 9.0), (4_400.0, 17.0)])
def test_the_car_stays_under_the_limit_of_the_moment(peak_w: float, amps: float) -> None:
    """The month's peak, at least 2.5 kW, less the house; also in a quarter in which nothing was used."""
    assert [amps, amps] == [bench().at(hour, peak_w=peak_w).current_a for hour in (0, 14 * MINUTE)]


def test_the_car_stays_under_what_is_left_of_the_quarter() -> None:
    """400 Wh in six minutes leave 1.5 kW: off; 325 Wh leave 2 kW: 6 A."""
    assert [0.0, 6.0] == [bench().at(0.1, used_wh=used_wh).current_a for used_wh in (400.0, 325.0)]


def test_it_decides_every_three_seconds() -> None:
    """In between nothing changes."""
    dc = bench(step_s=1)
    found = [
        dc.at(second / 3600, load_w=load_w).current_a for second, load_w in ((0, 400), (1, 900), (2, 900), (3, 900))
    ]
    assert [9.0, 9.0, 9.0, 6.0] == found


def test_a_house_above_the_limit_keeps_the_car_off_until_the_end_of_the_next_quarter() -> None:
    """Thirty minutes from the start of its own."""
    dc = bench()
    assert 0.0 == dc.at(5 * MINUTE, load_w=2_500.0).current_a
    found = [dc.at(minute * MINUTE, load_w=400.0).current_a for minute in (6, 15, 29, 30)]
    assert [0.0, 0.0, 0.0, 9.0] == found


def test_a_pause_for_less_ends_with_its_reason() -> None:
    """A house below the limit that leaves less than six amperes."""
    dc = bench()
    assert [0.0, 9.0] == [
        dc.at(minute * MINUTE, load_w=load_w).current_a for minute, load_w in ((5, 2_400.0), (6, 400.0))
    ]


def test_what_is_to_come_changes_nothing() -> None:
    """Not before it is there."""
    assert not looks_ahead(DC, car=THREE_PHASES)
