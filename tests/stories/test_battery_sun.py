"""The battery and the sun: what is left over, clouds, and a car that wants it too."""

import pytest

from lib.core.modes import Mode
from lib.core.surplus import Priority
from tests.stories.cellars import NIGHT, SUMMER, a_battery, a_cellar, with_a_car
from tests.stories.driveway import Load, steps
from tests.stories.homes import NOON


def a_clear_sky(most_w: float, day_s: int, step_s: int = 60) -> Load:
    """From nothing to nothing, in steps of a minute."""

    def sun_w(second: int) -> float:
        part = (second // step_s * step_s) / day_s
        return max(0.0, 4 * most_w * part * (1 - part))

    return sun_w


@pytest.mark.parametrize("measured", [True, False])
def test_a_sunny_day_is_stored_and_carries_the_evening(*, measured: bool) -> None:
    """A short day of 4 kW and a small battery: nothing comes from the grid until it is at its reserve."""
    battery = a_battery(SUMMER, capacity_wh=3000, soc_pct=26.0)
    home = a_cellar(SUMMER, battery, base_w=lambda _: 500.0, sun_w=a_clear_sky(4000.0, 5400), measured=measured)
    home.run(minutes=45)
    assert home.stored.startswith("stores 3.")
    assert home.stored.endswith("kW from the sun")
    home.run(minutes=40)
    assert ("full", 100) == (home.stored, battery.soc_pct)
    full_s = home.second
    home.run(minutes=35)
    assert "gives 0.5 kW in place of the grid" == home.stored
    drawn_wh = sum(max(0.0, flow.grid_w) for flow in home.flows[600:]) / 3600
    assert drawn_wh < 10
    assert full_s > 0
    assert [] == home.battery_log
    assert len(home.why_stored) <= 8


def test_nothing_is_given_to_the_grid_while_the_house_flickers() -> None:
    """A load that jumps each few seconds is followed, and what is injected by mistake is little."""
    flicker = {second: 1500.0 if second // 7 % 2 else 300.0 for second in range(0, 900, 7)}
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=steps(flicker)).run(minutes=15)
    injected_wh = sum(-min(0.0, flow.grid_w) for flow in home.flows) / 3600
    given_wh = sum(-flow.battery_w for flow in home.flows) / 3600
    assert 0.15 * given_wh > injected_wh
    assert 30 >= home.most_told()


def test_full_leaves_the_sun_to_the_grid_and_empty_the_house_to_it() -> None:
    """Both are said, and neither is tried again each second."""
    full = a_cellar(NOON, soc_pct=100.0, base_w=lambda _: 500.0, sun_w=lambda _: 3000.0).run(minutes=3)
    assert ("full", 0) == (full.stored, full.battery_w)
    empty = a_cellar(NIGHT, soc_pct=10.0, base_w=lambda _: 500.0)
    empty.reserve(5.0)
    empty.run(minutes=3)
    assert ("empty: it is kept above 10 %", 0) == (empty.stored, empty.battery_w)
    assert 1 >= len(full.told_w()) + len(empty.told_w()) - 1


def test_a_cloud_is_bridged_for_the_car() -> None:
    """Its 6 A come from the battery, not from the grid; that is asked, given, said once, and over with the cloud."""
    home = with_a_car(NOON, soc_pct=70.0, sun_w=steps({0: 3600.0, 600: 300.0, 720: 3600.0}))
    home.run(595)
    assert home.why().endswith("from the sun")
    home.run(60)
    assert 6.0 == home.amps()
    assert home.stored == "gives 1.5 kW for the cars, a cloud before the sun"
    assert 30 > abs(home.flows[-1].grid_w)
    home.run(minutes=4)
    assert (0, True) == (home.pauses(), home.stored.startswith(("stores", "nothing")))
    assert [
        "battery: helps the cars with 1.4 kW: a cloud before the sun",
        "battery: its help for the cars is over",
    ] == home.battery_log


def test_a_long_cloud_stops_the_car_and_the_help_with_it() -> None:
    """Two minutes at 6 A from the battery, then both rest; the battery is left with what the house needs."""
    home = with_a_car(NOON, soc_pct=70.0, sun_w=steps({0: 3600.0, 600: 0.0})).run(minutes=20)
    assert (1, 0.0) == (home.pauses(), home.amps())
    assert "gives 0.4 kW in place of the grid" == home.stored
    assert sum(max(0.0, flow.grid_w) for flow in home.flows[620:]) / 3600 < 10


def test_no_help_behind_a_cloud_below_the_reserve() -> None:
    """The car goes on at 6 A from the grid for its two minutes, as without a battery."""
    home = with_a_car(NOON, soc_pct=20.0, first=Priority.CAR, sun_w=steps({0: 3600.0, 600: 0.0})).run(660)
    assert 6.0 == home.amps()
    assert home.battery_w >= 0
    why = "the battery is at its reserve, which is kept for the month's peak"
    assert [f"the battery does not help: {why}"] == home.battery_log
    assert why == home.bs.refused


@pytest.mark.parametrize("first", Priority)
def test_car_and_battery_share_the_sun_without_swinging(first: Priority) -> None:
    """5 kW with ripples: who is first gets it, the other has the rest, and neither chases the other."""
    ripple = {second: 5000.0 + 400.0 * ((second // 20) % 3 - 1) for second in range(0, 1800, 20)}
    home = with_a_car(NOON, soc_pct=60.0, first=first, base_w=lambda _: 400.0, sun_w=steps(ripple))
    home.run(minutes=10)
    if first is Priority.HOME_BATTERY:
        assert (0.0, True) == (home.amps(), home.battery_w > 4000)
    else:
        assert (16.0, True) == (home.amps(), 300 < home.battery_w < 1500)
    before, way = len(home.told()), [flow.battery_w > 0 for flow in home.flows[300:]]
    home.run(minutes=20)
    assert (0, True) == (home.pauses(), all(way))
    assert len(home.told()) - before <= 12
    assert (True, True) == (home.most_told() <= 30, home.most_told(since_s=600) <= 8)
    assert 40 > max(0.0, sum(flow.grid_w for flow in home.flows[700:]) / len(home.flows[700:]))


def test_auto_serves_the_battery_until_it_is_half_full_and_then_the_car() -> None:
    """At 48 % the battery is first; from 50 % on the car starts, once."""
    home = with_a_car(NOON, soc_pct=48.0, base_w=lambda _: 400.0, sun_w=lambda _: 3400.0).run(minutes=3)
    assert (0.0, True) == (home.amps(), home.battery_w > 2900)
    home.run(minutes=20)
    assert home.amps() > 12
    assert 51 > home.stored_pct() > 50
    assert ([True], 0) == ([go for _, go in home.turns()], home.pauses())


def test_a_car_that_only_wants_the_sun_gets_nothing_of_the_battery() -> None:
    """PV_ALL fills up from the grid what the sun lacks: not from the battery, which nobody asked."""
    home = with_a_car(NOON, soc_pct=70.0, base_w=lambda _: 400.0, sun_w=lambda _: 1300.0)
    home.want(Mode.PV_ALL)
    home.run(minutes=10)
    assert (6.0, 0) == (home.amps(), home.battery_w)
    assert "nothing to do" == home.stored
