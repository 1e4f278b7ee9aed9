"""What the cars ask the battery for: what is missing under the peak, or behind a cloud; nothing for what can wait."""

from datetime import timedelta

import pytest

from lib.core.asking import BRIDGE, LONGEST, Asked, asked, urgent_need
from lib.core.charging import Planned
from lib.core.followed import Expected, Followed, Served
from lib.core.modes import Mode
from lib.core.plan import Block
from lib.sim.car import Car
from tests.stories.driveway import Driveway, steps
from tests.stories.homes import EVENING, NOON, a_home, a_trip, day_and_night, two_cars


def asks(home: Driveway) -> Asked | None:
    """What it asks now."""
    return asked(home.ev, home.rules)


def test_a_late_trip_asks_for_what_it_needs_beyond_the_room() -> None:
    """7 kWh in 2 h 45 under 2.4 kW, of which the house draws 0.4: some 0.7 kW are missing."""
    home = a_home(base_w=lambda _: 400.0).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=3)))
    home.run(10)
    found, need = asks(home), urgent_need(home.ev, "garage")
    assert found
    assert need
    assert found.power_w == pytest.approx(need.power_w - 2000.0, abs=1)
    assert ("late for Gent 49 %", frozenset({"garage"}), False) == (found.why, found.chargers, found.bridge)
    assert home.ev.at < found.until <= home.ev.at + LONGEST


def test_a_trip_that_takes_the_quarter_above_the_peak_says_so_until_it_leaves() -> None:
    """7 kWh in an hour under 2.4 kW: without help a new peak. Once the car should be ready it is still asked for."""
    home = a_home(base_w=lambda _: 400.0).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=1)))
    found = asks(home.run(10))
    assert found
    assert found.late
    home.run(until=lambda: home.ev.at >= EVENING + timedelta(minutes=50), minutes=60)
    need, found = urgent_need(home.ev, "garage"), asks(home)
    assert need
    assert need.trip.ready <= home.ev.at < need.trip.departs
    assert found
    assert found.late
    assert home.ev.at < found.until


def test_a_car_below_its_reserve_asks_for_all_that_it_takes() -> None:
    """12 % are known: 3.7 kW, of which 2 are under the peak."""
    found = asks(a_home(soc_pct=12.0, base_w=lambda _: 400.0).run(20))
    assert found
    assert (1680, "car_1 is below its reserve") == (round(found.power_w), found.why)


def test_nothing_is_asked_for_what_can_wait_or_what_nobody_knows() -> None:
    """A plan, a night, a state of charge that is not known, an owner who says no, an empty place."""
    planned = a_home(base_w=lambda _: 400.0, prices=day_and_night(EVENING)).run(5)
    planned.list_trips(a_trip("@car_1@ Antwerpen 150 km", EVENING + timedelta(hours=12)))
    assert asks(planned.run(20)) is None
    assert asks(a_home(soc_pct=12.0, state="unknown", base_w=lambda _: 400.0).run(20)) is None
    assert asks(a_home(soc_pct=12.0, plugged=False).run(20)) is None
    assert asks(a_home(NOON, sun_w=lambda _: 3000.0).run(120)) is None


def test_what_dm_planned_is_asked_for_whatever_fits_under_the_peak() -> None:
    """It has the battery give 1.5 kW for the car, as a kWh costs less later."""
    home = a_home(base_w=lambda _: 400.0, prices=day_and_night(EVENING)).run(5)
    home.list_trips(a_trip("@car_1@ Gent 49 %", EVENING + timedelta(hours=12)))
    home.run(10)
    want, end = home.ev.wants[0], EVENING + timedelta(hours=5)
    block = Block(car=want.car, trip=want.trip, start=EVENING, end=end, power_w=2000.0)
    expected = Expected(start=EVENING, end=end, load_w=400.0, cars_w=2000.0, battery_w=-1900.0)
    served = Served(car=want.car, trip=want.trip, until=want.until)
    home.tell(Planned(followed=Followed(until_s=2100.0, blocks=(block,), served=(served,), stretches=(expected,))))
    found = asks(home.run(20))
    assert found
    assert (1500.0, "as planned", False) == (found.power_w, found.why, found.bridge)
    assert asks(home.run(2100)) is None


def test_what_fits_under_the_peak_is_not_asked_for() -> None:
    """A car below its reserve in a month of 8 kW."""
    assert asks(a_home(soc_pct=12.0, base_w=lambda _: 400.0, peak_w=8000.0).run(20)) is None


def test_a_cloud_is_bridged_for_five_minutes_at_the_least_current() -> None:
    """Only what its 6 A lack of the sun, and only while it charges from that."""
    home = a_home(NOON, sun_w=steps({0: 3400.0, 300: 900.0})).run(295)
    assert asks(home) is None
    found = asks(home.run(10))
    assert found
    assert (880, True, "a cloud before the sun") == (round(found.power_w), found.bridge, found.why)
    assert home.ev.at + BRIDGE == found.until
    home.run(minutes=10, until=lambda: home.pauses() > 0)
    assert asks(home) is None


def test_two_that_cannot_wait_ask_together() -> None:
    """Both below their reserve, with one room."""
    home = two_cars(EVENING, Car(phases=1), Car(phases=1, name="car_2"), base_w=lambda _: 400.0)
    for name, point in zip(("car_1", "car_2"), home.points.values(), strict=True):
        assert point.home
        point.home.set_soc(12.0)
        home.type_soc(12.0, car=name)
    found = asks(home.run(20))
    assert found
    assert (5360, frozenset({"garage", "street"})) == (round(found.power_w), found.chargers)


def test_an_owner_who_says_off_asks_for_nothing() -> None:
    """A car that shall not charge needs no help, however empty it is."""
    home = a_home(soc_pct=12.0, base_w=lambda _: 400.0).run(20)
    home.want(Mode.OFF)
    assert asks(home.run(5)) is None
