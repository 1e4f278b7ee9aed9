"""A battery that keeps the meter where it is told, by its own measure: what it does is only known by asking it."""

import pytest

from lib.core.carport import ChargingRules
from lib.core.modes import Mode, StorageMode
from lib.sim.car import Car
from tests.stories.cellars import WINTER, a_battery, a_cellar
from tests.stories.driveway import steps
from tests.stories.homes import a_car, a_charger, a_point, day_and_night
from tests.stories.homestead import GridCord, Homestead


def with_a_large_car(*, soc_pct: float = 50.0, **more: object) -> Homestead:
    """A car on three phases, whose power climbs for some seconds."""
    car = Car(phases=3)
    car.set_soc(40.0)
    charger = a_charger(phases=3, wired="123")
    rules = ChargingRules(chargers={"garage": charger}, cars={"car_1": a_car(phases=3)})
    battery = a_battery(WINTER, soc_pct=soc_pct)
    home = Homestead(WINTER, a_point(WINTER, car, phases=3), batteries=[battery], rules=rules, cord=GridCord, **more)  # type: ignore[arg-type]
    home.type_soc(40.0)
    return home


def test_it_covers_the_house_without_being_told_anew() -> None:
    """Kettles and all: the meter stays at zero by its own measure."""
    home = a_cellar(WINTER, cord=GridCord, base_w=steps({60: 2_500.0, 90: 800.0, 300: 1_900.0}, 500.0))
    home.run(minutes=10)
    assert home.flows[-1].battery_w == pytest.approx(-1_900, abs=5)
    assert all(abs(flow.grid_w) < 5 for flow in home.flows[320:])
    assert 6 > len(home.cords["cellar"].sent)


@pytest.mark.parametrize(("mode", "house_w"), [(StorageMode.AUTO, 900.0), (StorageMode.HOLD, 0.0)])
def test_it_does_not_feed_a_car_that_climbs_nor_swing_afterwards(mode: StorageMode, house_w: float) -> None:
    """While the power of a car on MAX grows it lags by seconds; then it gives the house's own, or rests."""
    home = with_a_large_car(base_w=lambda _: 900.0, peak_w=12_000.0, prices=day_and_night(WINTER))
    home.store(mode)
    home.run(20)
    home.want(Mode.MAX)
    home.run(minutes=6)
    assert home.flows[-1].cars_w > 8_000
    assert all(abs(flow.battery_w + house_w) < 60 for flow in home.flows[-120:])
    fed_wh = sum(max(0.0, -flow.battery_w - house_w) for flow in home.flows[30:]) / 3600
    assert fed_wh < 8  # in all the seconds in which the car climbs
