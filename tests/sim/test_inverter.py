"""The inverter of the toy house, held back."""

from datetime import timedelta

from lib.sim.world import World


def test_held_back_a_roof_gives_less_until_it_is_let_go(house: World) -> None:
    """From its next look at the sun on, and the meter sees the rest of it go."""
    house.clear_sky()
    free_w = house.sun_w
    assert free_w > 2_000
    house.inverter.hold(1_000.0)
    house.step(timedelta(seconds=6))
    assert 1_000 == house.sun_w
    assert house.grid_w == house.base_w - 1_000
    house.inverter.hold(0.0)
    house.step(timedelta(seconds=6))
    assert 0 == house.sun_w
    house.inverter.hold(None)
    house.step(timedelta(seconds=6))
    assert abs(house.sun_w - free_w) < 100


def test_a_limit_above_the_sun_changes_nothing(house: World) -> None:
    """It is a ceiling and no wish."""
    house.inverter.hold(50_000.0)
    before_w = house.sun_w
    house.clear_sky()
    assert house.sun_w >= min(before_w, 4_600)
