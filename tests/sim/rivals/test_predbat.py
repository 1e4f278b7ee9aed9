"""Predbat, rule by rule."""

from dataclasses import replace
from functools import partial

import pytest

from lib.sim.rivals.predbat import Options, Predbat
from lib.sim.year.home import Home, Journey
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import DAY_QUARTERS, a_bench, a_home, journey, lively, looks_ahead, run

FULL, NONE = Orders(10.0, 1), Orders(0.0, 1)
HOUR_WH = 2_300.0


def priced(*journeys: Journey, days: int = 3, sun_w: float = 0.0, **eur_mwh: float) -> Home:
    """A home where hours such as h13 of each day have a price of their own, by local time; the others cost 80."""
    home = a_home(*journeys, days=days, sun_w=sun_w)
    hours = {int(name[1:]): price for name, price in eur_mwh.items()}
    return replace(home, index=[hours.get(n // 4 % 24, 80.0) for n in range(days * DAY_QUARTERS)])


def charging(home: Home, *hours: float, missing_wh: float = HOUR_WH) -> list[bool]:
    """When a car charges that came at midnight."""
    bench = a_bench(Predbat, home, tariff="dynamic")
    return [bench.at(hour, level_wh=60_000 - missing_wh).current_a > 0 for hour in hours]


def test_the_cheapest_hour_before_departure_is_taken() -> None:
    """At 13:00, the trip is at 18:00; a cheaper hour after it does not count."""
    home = priced(journey(departs_h=18), h13=20, h20=5)
    assert [False, True, True] == charging(home, 12.75, 13, 13.75)


def test_without_a_departure_within_the_prices_it_must_be_ready_at_seven() -> None:
    """The cheap hour that then begins is too late."""
    home = priced(journey(departs_h=60), h3=40, h7=20)
    assert [False, True, True] == charging(home, 2, 3, 3.75)


def test_prices_that_are_not_told_are_those_of_the_day_before() -> None:
    """At 10:00 tomorrow's are not out; the hours before the next 07:00 are thought to cost what today's did."""
    home = priced(h3=40)
    bench = a_bench(Predbat, home, tariff="dynamic")
    level_wh = 60_000 - HOUR_WH
    assert [False, False, True] == [bench.at(hour, level_wh=level_wh).current_a > 0 for hour in (10, 23, 27)]


def test_it_charges_at_its_rate_and_stops_near_its_target() -> None:
    """10 A; 100 Wh below full is full."""
    bench = a_bench(Predbat, a_home(journey(departs_h=6)))
    assert [FULL, NONE] == [bench.at(0, level_wh=30_000.0), bench.at(1, level_wh=59_900.0)]


def test_a_level_that_nobody_tells_counts_from_empty() -> None:
    """60 kWh take more than eight hours, 2 kWh less than one."""
    home = priced(journey(departs_h=12), h11=20)
    bench = a_bench(Predbat, home, tariff="dynamic")
    assert FULL == bench.at(4, level_wh=None, taken_wh=0.0)
    assert [NONE, FULL] == [bench.at(hour, level_wh=None, taken_wh=58_000.0) for hour in (5, 11)]


def test_the_battery_may_be_held_while_the_car_charges() -> None:
    """It stores the sun; else it is in its own mode."""
    holding = partial(Predbat, options=Options(holds=True))
    bench = a_bench(holding, a_home(journey(departs_h=18)), battery=True)
    assert [0.0, None] == [bench.at(0, level_wh=level_wh).store_w for level_wh in (30_000.0, 60_000.0)]
    assert 600.0 == bench.at(0.1, level_wh=30_000.0, sun_w=1_000.0).store_w


def test_the_battery_is_filled_in_cheap_hours() -> None:
    """Where the evening costs four times as much."""
    home = priced(h13=0, h18=400, h19=400, h20=400)
    bench = a_bench(Predbat, home, battery=True, tariff="dynamic")
    orders = [bench.at(hour, level_wh=60_000.0, stored_wh=1_000.0).store_w for hour in (12, 13, 18)]
    assert [None, True, None] == [store_w if store_w is None else store_w > 0 for store_w in orders]


def test_prices_of_day_and_night_are_too_near_for_the_battery() -> None:
    """It loses more than it gains."""
    course = run(Predbat, a_home(), tariff="daynight", battery=True)
    assert sum(course["charged_wh"]) == 0.0


def test_trips_are_met() -> None:
    """With the plant."""
    levels_wh = [departure.level_wh for departure in run(Predbat, lively(), battery=True).departures]
    assert [60_000.0] * 4 == pytest.approx(levels_wh, rel=0.005)


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(Predbat, battery=battery) for battery in (False, True)]
