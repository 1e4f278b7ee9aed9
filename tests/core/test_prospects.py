"""What each car will do, as others are told of it."""

from datetime import timedelta

import pytest

from lib.core.carport import BatteryWord
from lib.core.charging import Planned, Stored
from lib.core.followed import Expected, Followed, Served, fills
from lib.core.plan import Block
from lib.core.states import replace
from lib.core.usual import Usual
from tests.stories.homes import EVENING, a_home, a_trip, day_and_night


def test_what_dm_planned_for_a_car_that_is_away_is_planned() -> None:
    """Else the battery would not be full when it is back, and what it was to help with would make a peak."""
    home = a_home(plugged=False, base_w=lambda _: 400.0, prices=day_and_night(EVENING)).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=12)))
    home.run(10)
    want, start = home.ev.wants[0], EVENING + timedelta(hours=3)
    assert want.since is not None
    block = Block(car=want.car, trip=want.trip, start=start, end=want.until, power_w=2000.0)
    served = Served(car=want.car, trip=want.trip, until=want.until)
    home.tell(Planned(followed=Followed(until_s=2100.0, blocks=(block,), served=(served,))))
    assert (block,) == home.run(5).ev.plan.blocks


@pytest.mark.parametrize(("net_w", "charges_w"), [(-2_000.0, 2_000), (300.0, 1_380), (-6_000.0, 3_680)])
def test_what_the_plan_leaves_to_the_sun_is_as_much_as_the_sun_leaves(net_w: float, charges_w: int) -> None:
    """3 kW of sun are foreseen for it. It buys none of what is missing but the least that keeps it going."""
    home = a_home(base_w=lambda _: net_w, prices=day_and_night(EVENING)).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=12)))
    home.run(10)
    want, end = home.ev.wants[0], EVENING + timedelta(hours=8)
    expected = Expected(start=EVENING, end=end, load_w=300.0, sun_w=3_300.0, cars_w=3_000.0, target_w=2_500.0)
    block = Block(car=want.car, trip=want.trip, start=EVENING, end=end, power_w=3_000.0)
    served = Served(car=want.car, trip=want.trip, until=want.until)
    home.tell(Planned(followed=Followed(until_s=2100.0, blocks=(block,), served=(served,), stretches=(expected,))))
    home.run(minutes=20)
    assert charges_w == pytest.approx(home.amps() * 230, abs=115)


@pytest.mark.parametrize(
    ("counts_w", "battery_w", "charges_w"), [(2_500.0, 0.0, 2_300), (2_200.0, 0.0, 1_610), (2_500.0, 500.0, 1_610)]
)
def test_a_quarter_that_the_plan_fills_is_filled(counts_w: float, battery_w: float, charges_w: int) -> None:
    """1.6 kW are planned beside a house of 600 W, and what is kept for it; it draws 100 W.

    Where the peak leaves no more, the car has what the house does not take, but not what the battery shall store.
    """
    home = a_home(base_w=lambda _: 100.0, prices=day_and_night(EVENING)).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=12)))
    home.run(10)
    want, end = home.ev.wants[0], EVENING + timedelta(hours=8)
    expected = Expected(
        start=EVENING,
        end=end,
        load_w=600.0,
        cars_w=1_610.0,
        battery_w=battery_w,
        target_w=2_500.0,
        fills=fills(cars_w=1_610.0, battery_w=battery_w, counts_w=counts_w, paid_w=2_500.0),
    )
    block = Block(car=want.car, trip=want.trip, start=EVENING, end=end, power_w=1_610.0)
    served = Served(car=want.car, trip=want.trip, until=want.until)
    home.tell(Planned(followed=Followed(until_s=2100.0, blocks=(block,), served=(served,), stretches=(expected,))))
    home.run(minutes=20)
    assert charges_w == pytest.approx(home.amps() * 230, abs=115)


@pytest.mark.parametrize("lacks_w", [2e-5, 0.5, 1_000.0])
def test_a_hair_that_a_battery_could_add_is_no_help(lacks_w: float) -> None:
    """What the peak leaves is all that the car takes, but for a rounding, which a battery could give for ages."""
    home = a_home(peak_w=6_000.0, soc_pct=30.0, base_w=lambda _: 500.0)
    home.list_trips(a_trip("@car_1@ full", EVENING + timedelta(hours=9)))
    home.run(60)
    house_w = 6_000.0 * (1 - home.rules.margin) - 3_680.0 + lacks_w
    usual = Usual(by_hour={str(hour): house_w for hour in range(24)})
    home.ev = replace(home.ev, usual=usual, planned_s=None)
    home.tell(Stored(word=BatteryWord(heard_s=home.second, soc_pct=80.0, can_w=3_000.0, spare_wh=5_000.0)))
    assert home.run(1).ev.needs["car_1"][0].feasible is not None
