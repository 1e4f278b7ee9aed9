"""What a person reads about what is ahead."""

from datetime import timedelta

from lib.core.needs import Step
from lib.core.plan import Block
from lib.hub import trips
from lib.messages.charging import CalendarNow

from .builders import NOON
from .garage import LATE, a_charging, a_trip

HOUR = timedelta(hours=1)


def test_a_trip_says_what_it_needs_and_from_when_on() -> None:
    """Energy, the latest start, and whether it can be met; then how the calendars are."""
    expected = """\
20:05 to the sea (car_1), 180 km
               ready 19:50 with 76 %: 8.5 kWh to charge
               latest start 17:05, 5 h 00 min to spare
               it will be ready
calendar       family: 1 trip, read 4 min 00 s ago"""
    family = CalendarNow(name="family", trips=1, age_s=240.0)
    assert expected == trips.trips(a_charging(trips=(a_trip(),), calendars=(family,)))


def last_line(**changes: object) -> str:
    """What is said at last of a trip."""
    return trips.trips(a_charging(trips=(a_trip(**changes),), calendars=())).splitlines()[-1].strip()


def test_whether_a_trip_can_be_met_is_said() -> None:
    """In ev's own sentence where it has one."""
    assert "it will be ready, but not under the paid peak" == last_line(feasible=False, step=Step.OVER)
    assert "not known whether in time: type how full the car is" == last_line(feasible=None)
    assert "late by an hour" == last_line(said="late by an hour")
    assert "it will NOT be ready: it will have 61 %" in trips.trips(a_charging(trips=(LATE,)))
    assert "30 min 00 s late" in trips.trips(a_charging(trips=(LATE,)))


def test_what_is_not_known_about_a_trip_says_so() -> None:
    """Without a state of charge there is no energy and no latest start; a full car needs nothing."""
    unknown = trips.trips(a_charging(trips=(a_trip(energy_wh=None, latest_start=None, slack_s=None),)))
    assert "energy not known yet" in unknown
    assert "latest start" not in unknown
    full = trips.trips(a_charging(trips=(a_trip(energy_wh=0.0),)))
    assert "nothing to charge" in full
    assert "latest start" not in full


def test_no_trips_and_a_calendar_that_is_not_there() -> None:
    """Why nothing is ahead can be seen."""
    broken = CalendarNow(name="work", trouble="the address is not found (HTTP 404)")
    expected = """\
no trip is ahead
calendar       work: 0 trips, not read yet; the address is not found
               (HTTP 404)"""
    assert expected == trips.trips(a_charging(trips=(), calendars=(broken,)))


def test_the_plan_says_when_with_what_and_at_which_price() -> None:
    """One line for each block, in order of time."""
    blocks = (
        Block(car="car_1", start=NOON + HOUR, end=NOON + 2 * HOUR, power_w=3680.0, eur_kwh=0.2012, trip="to the sea"),
        Block(car="car_2", start=NOON + 14 * HOUR, end=NOON + 15 * HOUR, power_w=1380.0),
    )
    expected = """\
13:05 to 14:05  car_1  3.68 kW at 0.2012 €/kWh, for to the sea
Thu 18 Jun 02:05 to 03:05  car_2  1.38 kW
garage is in pv_only, and in no plan"""
    assert expected == trips.plan(a_charging(plan=blocks))
    assert "nothing is planned" == trips.plan(a_charging(plan=(), chargers=()))


def test_long_lists_are_cut_and_say_so() -> None:
    """An answer stays an answer."""
    many = a_charging(trips=(a_trip(),) * 100, plan=a_charging().plan * 100, calendars=())
    assert "and 80 more" == trips.trips(many).splitlines()[-1]
    assert "and 60 more" in trips.plan(many).splitlines()
