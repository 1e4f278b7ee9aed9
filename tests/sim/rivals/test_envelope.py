"""What controllers of the quarter-hour share."""

import pytest

from lib.sim.rivals.envelope import current_a, house_w, left_w, paid_w
from lib.sim.year.seen import Seen
from tests.sim.rivals.seen import MONDAY, ONE_PHASE, a_home, a_setup


def a_seen(**shows: float) -> Seen:
    """What shows at a quarter's start, but for what is said."""
    seen = Seen(MONDAY)
    for name, value in shows.items():
        setattr(seen, name, value)
    return seen


def test_the_house_is_free_of_car_and_battery() -> None:
    """A battery that gives hides what the house draws, and a car adds to it."""
    assert 500.0 == house_w(a_seen(grid_w=100.0, car_w=2_000.0, store_w=-2_400.0))


@pytest.mark.parametrize(("peak_w", "paid"), [(0.0, 2_500.0), (4_100.0, 4_100.0)])
def test_what_is_paid_is_the_floor_at_least(peak_w: float, paid: float) -> None:
    """A month that has just begun has paid for the floor."""
    assert paid == paid_w(a_seen(peak_w=peak_w), a_setup(a_home()))


@pytest.mark.parametrize(
    ("used_wh", "left_s", "left"), [(0.0, 900.0, 2_400.0), (0.0, 300.0, 7_200.0), (700.0, 360.0, -1_000.0)]
)
def test_what_is_left_grows_towards_the_end(used_wh: float, left_s: float, left: float) -> None:
    """Nothing bounds energy over time, neither above nor below."""
    assert left == left_w(2_400.0, a_seen(used_wh=used_wh, left_s=left_s))


@pytest.mark.parametrize(("power_w", "phases", "amps"), [(1_379.0, 1, 0.0), (1_390.0, 1, 6.0), (9_000.0, 1, 32.0)])
def test_a_power_is_whole_amperes(power_w: float, phases: int, amps: float) -> None:
    """Rounded down, at most the charger's, and nothing below 6 A."""
    assert amps == current_a(power_w, phases, ONE_PHASE)
