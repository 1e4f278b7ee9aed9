"""What is expected of the next two days: load, sun and cars by the hour, prices, and what is left at the end."""

from datetime import timedelta
from itertools import pairwise
from math import inf

import pytest

from lib.core.arbitrage import Store, Stretch
from lib.core.cost import PriceSlot
from lib.core.expected import AHEAD, brightness, end_eur_kwh, stretches
from lib.core.followed import Expected, Followed
from lib.core.quarter import start_of
from lib.core.usual import Usual
from tests.conftest import local

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
AT = local("2026-06-17 10:20")
LOAD = Usual(by_hour={str(hour): 500.0 for hour in range(24)})
SUN = Usual(by_hour={str(hour): 3_000.0 for hour in range(10, 16)})
STORE = Store(energy_wh=0.0, least_wh=0.0, most_wh=1e4, charge_w=5e3, discharge_w=5e3, efficiency=1.0, wear_eur_kwh=0.0)


def expected(**said: object) -> tuple[Stretch, ...]:
    """What is expected from AT on; a day of one price unless said otherwise."""
    usual: dict[str, object] = {
        "prices": (PriceSlot(AT - HOUR, AT + AHEAD, 0.4, 0.1),),
        "load": LOAD,
        "sun": SUN,
        "target_w": 2_500.0,
    }
    return stretches(AT, **(usual | said))  # type: ignore[arg-type]  # any of its keywords


def at(found: tuple[Stretch, ...], text: str) -> Stretch:
    """The stretch that holds an instant."""
    instant = local(text)
    return next(one for one in found if one.start <= instant < one.end)


def test_two_days_follow_without_a_hole_in_quarters_and_then_in_hours() -> None:
    """The running quarter is cut, clock quarters follow for twelve hours, then clock hours."""
    found = expected()
    assert AT == found[0].start
    assert all(one.end == other.start for one, other in pairwise(found))
    assert {10 * timedelta(minutes=1), QUARTER, HOUR} == {one.end - one.start for one in found}
    assert found[-1].start < AT + AHEAD <= found[-1].end
    assert all(one.end - one.start <= QUARTER for one in found if one.start < AT + 12 * HOUR)


def test_the_sun_is_off_the_load_by_its_usual_hour() -> None:
    """500 W less 3 kW at noon; by night the load alone."""
    found = expected()
    assert (-2_500, 500) == (at(found, "2026-06-17 12:00").load_w, at(found, "2026-06-17 23:00").load_w)


def test_the_sun_of_this_hour_tells_of_the_next_ones() -> None:
    """Half of what is usual makes the next hours duller, tomorrow's not; a moment tells nothing."""
    dull = Usual(by_hour=SUN.by_hour, hour=10, seconds=1_200.0, energy_ws=1_200 * 1_500.0, at=AT)
    assert 0.5 == brightness(dull, AT)
    found = expected(sun=dull)
    soon_w, later_w = (500 - at(found, f"2026-06-17 {hour}:00").load_w for hour in (11, 15))
    assert 1_500 < soon_w < later_w < 3_000
    assert -2_500 == at(found, "2026-06-18 12:00").load_w
    assert 1.0 == brightness(Usual(by_hour=SUN.by_hour, hour=10, seconds=60.0, energy_ws=0.0, at=AT), AT)
    assert 1.0 == brightness(Usual(), AT)


def test_cars_take_the_sun_first_and_then_the_room() -> None:
    """At noon 3.7 kW of a car take 2.5 kW of sun; by night all of it comes from the room, and no load is added."""
    noon, night = local("2026-06-17 12:00"), local("2026-06-17 22:00")
    found = expected(cars=((noon, noon + HOUR, 3_700.0), (night, night + HOUR / 8, 1_400.0)), margin=0.04)
    sunny, dark = at(found, "2026-06-17 12:15"), at(found, "2026-06-17 22:00")
    assert (0, 1_200) == pytest.approx((sunny.load_w, sunny.room_w))
    assert (500, 1_700) == pytest.approx((dark.load_w, dark.room_w))
    assert 2_400 == at(found, "2026-06-17 23:00").room_w


def test_a_price_is_the_mean_of_its_time_and_unknown_when_a_part_is() -> None:
    """Quarter prices within an hour; a price that ends in its middle."""
    start = local("2026-06-18 03:00")
    quarters = tuple(
        PriceSlot(start + n * QUARTER, start + (n + 1) * QUARTER, price, None)
        for n, price in enumerate((1, 2, 3, 6, 5))
    )
    found = expected(prices=quarters)
    hours = [at(found, f"2026-06-18 0{hour}:00") for hour in (2, 3, 4)]
    assert [None, 3, None] == [one.import_eur_kwh for one in hours]
    assert [None, None, None] == [one.export_eur_kwh for one in hours]


def test_above_the_target_a_kwh_costs_what_it_adds_to_the_peak() -> None:
    """A kWh in a quarter is 4 kW of it; nothing where no quarter counts, and never free where one does."""
    priced = expected(kw_eur=5.0)
    assert (20, 5) == pytest.approx((priced[1].over_eur_kwh, priced[-1].over_eur_kwh))
    assert (0, inf) == (expected(target_w=None)[1].over_eur_kwh, expected(target_w=None)[1].room_w)
    assert expected(kw_eur=0.0)[1].over_eur_kwh > 0


def test_what_is_left_at_the_end_replaces_what_is_drawn() -> None:
    """By night 40 ct; where the sun fills the battery anyway no more than it would earn."""
    assert 0.4 == pytest.approx(end_eur_kwh(expected(sun=Usual()), STORE))
    assert 0.1 == pytest.approx(end_eur_kwh(expected(), STORE))
    some = Usual(by_hour={"12": 3_000.0})
    assert 0.1 < end_eur_kwh(expected(sun=some), STORE) < 0.4
    assert 0.0 == end_eur_kwh((), STORE)


def test_dms_plan_tells_of_house_sun_help_and_prices_to_come() -> None:
    """700 W less 200 of sun and 900 for cars that the battery helps; a price that is published stays."""
    start = start_of(AT)
    known = Expected(
        start=start,
        end=start + 48 * HOUR,
        load_w=700.0,
        sun_w=200.0,
        cars_w=900.0,
        battery_w=-1_400.0,
        target_w=3_000.0,
        import_eur_kwh=0.21,
        export_eur_kwh=0.04,
    )
    published = PriceSlot(AT - HOUR, AT + HOUR, 0.30, 0.05)
    found = expected(prices=(published,), followed=Followed(until_s=1.0, stretches=(known,)), target_w=2_500.0)
    assert {(1_400.0, 3_900.0)} == {(one.load_w, one.room_w) for one in found[:-1]}
    assert (0.30, 0.05) == (found[0].import_eur_kwh, found[0].export_eur_kwh)
    assert (0.21, 0.04) == (found[-2].import_eur_kwh, found[-2].export_eur_kwh)
