"""The night rule, rule by rule."""

from datetime import UTC, datetime

from lib.sim.rivals.cable import IDLE
from lib.sim.rivals.night import Night, is_night
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, a_bench, a_home, journey, looks_ahead, run

FULL = Orders(32.0, 1)


def test_night_is_from_ten_to_seven_and_all_weekend() -> None:
    """By local time, in summer too."""
    friday = datetime(2024, 6, 7, tzinfo=UTC)  # 02:00 in Brussels
    assert [True, True, False, False, True] == [is_night(friday.replace(hour=hour)) for hour in (0, 4, 5, 19, 20)]
    assert [True] * 24 == [is_night(friday.replace(day=8, hour=hour)) for hour in range(24)]


def test_it_charges_fully_at_night_and_not_by_day() -> None:
    """A car that stays for days waits for the night."""
    bench = a_bench(Night, a_home())
    assert [FULL, FULL, IDLE, IDLE, FULL] == [bench.at(hour) for hour in (0, 6.75, 7, 21.75, 22)]


def test_it_charges_on_all_phases() -> None:
    """11 kW are 16 A on three."""
    assert Orders(16.0, 3) == a_bench(Night, a_home(car=THREE_PHASES)).at(1)


def test_a_full_car_or_none_is_left_alone() -> None:
    """Nothing is ordered."""
    bench = a_bench(Night, a_home())
    assert IDLE == bench.at(1, level_wh=60_000.0)
    assert IDLE == bench.at(2, plugged=False, level_wh=None)


def test_what_no_night_holds_goes_last_before_departure() -> None:
    """7.36 kWh by day before 18:00 begin at 17:00."""
    bench = a_bench(Night, a_home(journey(departs_h=18)))
    bench.at(9, level_wh=60_000 - 7_360.0)
    assert [IDLE, FULL, FULL] == [bench.at(hour) for hour in (16.9, 17, 17.5)]


def test_what_one_night_does_not_hold_is_charged_before_it() -> None:
    """The evening before a trip at 07:00 gives what the nine hours of the night do not."""
    bench = a_bench(Night, a_home(journey(departs_h=31)))
    bench.at(12, level_wh=0.0)
    assert IDLE == bench.at(12)  # 66 kWh fit
    bench = a_bench(Night, a_home(journey(departs_h=24)))  # 15 kWh fit, 45 are 6.2 hours
    assert [IDLE, FULL] == [bench.at(hour, level_wh=0.0) for hour in (15.75, 16)]


def test_the_car_is_full_for_each_trip() -> None:
    """With the plant: a day at home is charged at its end, the night in time."""
    home = a_home(journey(departs_h=12, hours=2, kwh=20), journey(departs_h=18, hours=12, kwh=20))
    course = run(Night, home)
    assert [60_000, 60_000] == [round(departure.level_wh) for departure in course.departures]
    assert not sum(course["car_wh"][14 * 4 : 15 * 4])


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert not looks_ahead(Night)
