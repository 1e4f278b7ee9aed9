"""A car that gives back through its charge point: off by default, exact whatever the steps, never below its least."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.world import World
from tests.sim.builders import NOON


def a_giver(**said: object) -> ChargePoint:
    """A car of 60 kWh, half full, that gives up to 5 kW."""
    car = Car(capacity_wh=60_000, soc_pct=50.0, discharge_w=5_000)
    return ChargePoint(start=NOON, **{"car": car, "gives_back": True} | said)  # type: ignore[arg-type]  # any of its keywords


def test_hardly_any_charge_point_can_be_told_a_negative_power() -> None:
    """And what a car takes is told in amperes."""
    with pytest.raises(ValueError, match="gives nothing back"):
        a_giver(gives_back=False).tell(power_w=-1_000)
    with pytest.raises(ValueError, match="told in amperes"):
        a_giver().tell(power_w=1_000)


def test_it_charges_no_more_and_then_gives() -> None:
    """From 11 kW down over eight seconds, then 3 kW back on its three phases, and 0 W again when told so."""
    point = a_giver()
    point.step(60)
    assert 11_040 == point.power_w
    point.tell(power_w=-3_000)
    point.step(5)
    assert 0 < point.power_w < 11_040
    point.step(20)
    assert ((-1_000, -1_000, -1_000), -3_000) == (point.flow_w, point.power_w)
    point.tell(power_w=0, paused=True)
    point.step(20)
    assert 0 == point.power_w


def test_a_car_gives_what_it_can_and_one_that_cannot_gives_nothing() -> None:
    """5 kW of 9 asked; a fault ends it."""
    point = a_giver()
    point.tell(power_w=-9_000)
    point.step(60)
    assert -4_998 == point.power_w  # the same whole watts on each phase
    point.fail(Fault.TOO_HOT)
    assert 0 == point.power_w
    plain = a_giver(car=Car())
    plain.tell(power_w=-9_000)
    plain.step(60)
    assert 0 == plain.power_w


def test_it_stops_at_its_least() -> None:
    """At 10 % of its battery; what was given is counted apart from what was charged."""
    car = Car(capacity_wh=10_000, soc_pct=11.0, discharge_w=5_000)
    point = a_giver(car=car, settings=ChargeSettings(paused=True))
    charged_wh = point.total_wh
    point.tell(power_w=-3_000)
    point.step(3_600)
    assert 10.0 == pytest.approx(car.soc_pct, abs=1e-4)
    assert (0, charged_wh) == (point.power_w, point.total_wh)
    assert point.register.given_wh == car.given_wh > 80


@given(cuts=st.lists(st.integers(1, 900), min_size=1, max_size=6))
@settings(deadline=None)
def test_any_steps_give_the_same_books(cuts: list[int]) -> None:
    """To the last watt-microsecond."""
    cut, whole = a_giver(), a_giver()
    for point in (cut, whole):
        point.step(30)
        point.tell(power_w=-2_500)
    for seconds in cuts:
        cut.step(seconds)
    whole.step(sum(cuts))
    assert cut.car is not None
    assert whole.car is not None
    assert (cut.car.given_wh, cut.car.spent_wh, cut.car.soc_pct) == (
        whole.car.given_wh,
        whole.car.spent_wh,
        whole.car.soc_pct,
    )


def test_in_a_world_it_lowers_what_the_house_draws() -> None:
    """The meter counts it; the cars' watts are below zero."""
    point = a_giver()
    world = World(seed=3, start=NOON, points=[point])
    point.tell(power_w=-3_000)
    world.step(60)
    assert -3_000 == world.cars_w
    assert world.grid_w == world.base_w + world.cars_w - world.sun_w
