"""The battery helps a car that is late: asked, given, used, ended; and refused with its reason."""

from datetime import timedelta

import pytest

from lib.core.modes import StorageMode
from tests.stories.cellars import NIGHT, WINTER, a_battery, with_a_car
from tests.stories.driveway import steps
from tests.stories.homes import a_trip
from tests.stories.homestead import Homestead

RESERVE = "the battery is at its reserve, which is kept for the month's peak"


def late(soc_pct: float = 70.0, *, hours: float = 3.0, trip_pct: int = 48, **more: object) -> Homestead:
    """A car of 40 % that needs 6 kWh in three hours: a little more than fits under the peak."""
    home = with_a_car(NIGHT, soc_pct=soc_pct, **({"base_w": lambda _: 400.0} | more))  # type: ignore[arg-type]  # as of a home
    home.list_trips(a_trip(f"@car_1@ Gent {trip_pct} %", NIGHT + timedelta(hours=hours)))
    return home


def test_help_is_asked_given_and_used_and_no_peak_is_made() -> None:
    """The car gets the room under the peak and the battery's watts on top; both say so, once."""
    home = late().run(minutes=20)
    assert home.helps_w > 0
    assert home.why().startswith("charges at 3.0 kW to be ready for Gent 48 % at 01:45, with the home battery's help")
    assert home.stored == "gives 1.0 kW for the cars, late for Gent 48 %"
    assert 2000 + 230 < home.points["garage"].power_w < 3680
    home.run(minutes=26)
    assert ([], True) == (home.above, max(home.averages_w) <= 2500)
    assert 2300 < home.averages_w[1]
    assert 1 == sum("helps the cars" in line for line in home.battery_log)
    assert 0 == home.pauses()


def test_help_gives_only_what_the_peak_lacks() -> None:
    """The house is covered from the battery anyway; of the car it carries no more than is above the ceiling."""
    home = late().run(minutes=20)
    assert home.helps_w > 0
    flow = home.flows[-1]
    assert -flow.battery_w <= flow.house_w + home.helps_w + 50
    assert 0 < flow.grid_w <= 2500


def test_help_ends_early_when_the_reserve_is_needed() -> None:
    """19 % at night, 15 are kept: with the quarter that had enough it is over, that is said, and the car goes above."""
    home = late(soc_pct=19.0).run(minutes=5)
    assert home.helps_w > 0
    home.run(hours=1, until=lambda: not home.helps_w)
    assert f"battery: no help for the cars any more: {RESERVE}" in home.battery_log
    assert 1 >= home.second % 900
    assert 13 < home.stored_pct() < 18
    home.run(minutes=5)
    assert f"the battery does not help: {RESERVE}" in home.battery_log
    assert [line for line in home.log if "may take" in line]
    assert "with the home battery's help" not in home.why()
    home.run(minutes=20)
    assert 1 == home.battery_log.count(f"battery: no help for the cars any more: {RESERVE}")
    assert 1 == home.battery_log.count(f"the battery does not help: {RESERVE}")
    assert home.stored_pct() > 13


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (StorageMode.HOLD, "you set the battery to hold"),
        (StorageMode.OFF, "you set the battery to off"),
        (StorageMode.OWN, "left to its own mode, as you set it"),
    ],
)
def test_an_owner_who_keeps_the_battery_refuses_for_it(mode: StorageMode, why: str) -> None:
    """The car is told why, and goes above the peak, announced, within seconds."""
    home = late()
    home.store(mode)
    home.run(minutes=2)
    assert (0, why) == (home.helps_w, home.bs.refused)
    assert 1 == home.log.count(f"the battery does not help: {why}")
    assert [line for line in home.log if "may take" in line]
    assert home.points["garage"].power_w > 2100


def test_a_battery_of_which_nobody_knows_how_full_it_is_does_not_help() -> None:
    """But it stores the sun, covers the house and shaves."""
    home = late()
    home.unknown.add("cellar")
    home.run(minutes=3)
    assert (0, "nobody knows how full the battery is") == (home.helps_w, home.bs.refused)
    assert home.battery_w == pytest.approx(-400, abs=30)
    home.base_w = lambda _: 4000.0
    home.run(minutes=2)
    assert home.battery_w < -1400


def test_without_need_nothing_is_asked_and_nothing_given() -> None:
    """A car that charges in the night by its plan: the battery carries the house alone."""
    home = with_a_car(NIGHT, soc_pct=70.0, base_w=lambda _: 400.0)
    home.list_trips(a_trip("@car_1@ Antwerpen 50 %", NIGHT + timedelta(hours=9)))
    home.run(minutes=20)
    assert home.points["garage"].power_w > 1300
    assert (0, "") == (home.helps_w, home.bs.refused)
    assert home.battery_w == pytest.approx(-400, abs=30)
    assert [] == home.battery_log


def test_the_oven_beside_a_helped_car_takes_from_the_help() -> None:
    """House first: the peak is kept, the car has less for a while, and nothing stops."""
    home = late(base_w=steps({0: 400.0, 1200: 2400.0, 1800: 400.0})).run(minutes=46)
    assert ([], True) == (home.above, max(home.averages_w) <= 2500)
    assert home.pauses() <= 1


def test_a_car_below_its_reserve_is_helped_too() -> None:
    """12 %: all that it takes, without a new peak."""
    home = with_a_car(WINTER, a_battery(WINTER, soc_pct=80.0), car_pct=12.0, base_w=lambda _: 400.0).run(minutes=31)
    assert home.points["garage"].power_w > 3000
    assert ([], True) == (home.above, max(home.averages_w) <= 2500)
    assert "battery: helps the cars with 1.7 kW: car_1 is below its reserve" in home.battery_log
    assert "for the cars, car_1 is below its reserve" in home.stored


def test_help_is_over_when_the_car_leaves() -> None:
    """Unplugged in the middle of it: within seconds the battery gives the house's share alone."""
    home = late().run(minutes=10)
    assert home.helps_w > 0
    home.points["garage"].unplug()
    home.run(12)
    assert 0 == home.helps_w
    assert home.battery_w == pytest.approx(-400, abs=30)
    assert "battery: its help for the cars is over" == home.battery_log[-1]


def test_a_house_above_the_peak_and_a_late_car_do_not_make_the_battery_swing() -> None:
    """The house alone draws 4.2 kW: it is shaved first, the car gets what is left, and nothing goes to and fro."""
    home = late(soc_pct=60.0, base_w=lambda _: 4200.0).run(minutes=10)
    assert home.battery_w < -1750
    assert home.most_told(since_s=120) <= 6
    home.run(minutes=20)
    ways = {flow.battery_w < 0 for flow in home.flows[60:]}
    assert ({True}, 0) == (ways, home.pauses())
