"""Any hour of a house with a battery: laws that hold whatever house and sun do. The home itself asserts most."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from lib.core.surplus import Priority
from tests.conftest import local
from tests.stories.cellars import a_battery, a_cellar, with_a_car
from tests.stories.driveway import steps
from tests.stories.homes import a_trip
from tests.stories.homestead import Homestead

STARTS = (local("2026-11-20 17:00"), local("2026-06-17 11:00"), local("2026-01-14 03:00"))
SECONDS = 1800
loads = some.dictionaries(some.integers(0, SECONDS), some.sampled_from([150.0, 400.0, 2300.0, 5200.0]), max_size=12)
suns = some.dictionaries(some.integers(0, SECONDS), some.sampled_from([0.0, 700.0, 2600.0, 4800.0]), max_size=12)


@pytest.mark.parametrize("start", STARTS, ids=lambda start: f"{start:%B}")
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(load=loads, sun=suns, soc_pct=some.sampled_from([10.0, 26.0, 41.0, 70.0, 99.0]))
def test_the_laws_hold_whatever_house_and_sun_do(
    start: datetime, load: dict[int, float], sun: dict[int, float], soc_pct: float
) -> None:
    """Half an hour: energies, ends, directions, setpoints, and no quarter that the battery could have kept."""
    battery = a_battery(start, soc_pct=soc_pct)
    home = a_cellar(start, battery, base_w=steps(load, 300.0), sun_w=steps(sun))
    home.run(SECONDS)
    assert min(10.0, soc_pct) - 0.1 <= battery.soc_pct <= 100
    assert turns(home) <= SECONDS / 60
    assert len(home.told_w()) <= 4 * (len(load) + len(sun)) + SECONDS / 15
    assert max(home.averages_w) <= 2501 or any("empty" in line for line in home.why_stored)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    load=loads,
    sun=suns,
    soc_pct=some.sampled_from([16.0, 41.0, 70.0]),
    car_pct=some.sampled_from([12.0, 40.0]),
    first=some.sampled_from(Priority),
    ramp_s=some.sampled_from([0.0, 5.0]),
)
def test_the_laws_hold_with_a_car_that_is_late(
    load: dict[int, float], sun: dict[int, float], soc_pct: float, car_pct: float, first: Priority, ramp_s: float
) -> None:
    """Whoever is first, however empty they are: nothing is given to a car that was not granted, and nothing swings."""
    start = STARTS[0]
    battery = a_battery(start, soc_pct=soc_pct, ramp_s=ramp_s)
    home = with_a_car(start, battery, car_pct=car_pct, first=first, base_w=steps(load, 300.0), sun_w=steps(sun))
    home.list_trips(a_trip("@car_1@ Gent 48 %", start + timedelta(hours=3)))
    home.run(SECONDS)
    assert turns(home) <= SECONDS / 60
    assert home.most_told() <= 45
    assert not [line for line in home.why_stored if "?" in line]


def turns(home: Homestead) -> int:
    """How often the direction changed."""
    ways = [flow.battery_w > 0 for flow in home.flows if flow.battery_w]
    return sum(one is not other for one, other in pairwise(ways))
