"""Cars and their trips: late ones, deleted ones, and what happens when nobody knows how full the car is."""

from datetime import timedelta

import pytest

from lib.core.agenda import Unlisted
from lib.core.car import CarMissed, CarReading, CarTold
from lib.core.carport import ChargingRules
from lib.core.claims import Cause
from lib.core.needs import Step
from lib.core.plugged import Ground, Named
from lib.core.soc import Confidence
from lib.core.states import replace
from lib.core.usual import Usual
from lib.sim.car import Car
from tests.conftest import local
from tests.core.prices import rates
from tests.stories.driveway import Driveway, steps
from tests.stories.homes import EVENING, STATES, a_car, a_charger, a_home, a_point, a_trip, day_and_night

HOUR = timedelta(hours=1)
TWO = ("car_1", "car_2")


def announced(home: Driveway) -> list[str]:
    """What was said of quarters that may end above their target."""
    return [line for line in home.log if "may take" in line]


def test_a_sudden_trip_that_is_late_takes_what_it_needs_above_the_peak_and_no_more() -> None:
    """Entered an hour before: announced with its price, spread evenly, stored with its cause, ready in time."""
    home = a_home(base_w=lambda _: 500.0, tariffs=rates("day_night_all_in")).run(300)
    home.list_trips(a_trip("@car_1@ Gent 42.5 %", EVENING + 5 * timedelta(minutes=1) + 1.25 * HOUR))
    home.run(4)
    need = home.need()
    assert (Step.OVER, False) == (need.step, need.feasible)
    (first,) = announced(home)
    needed_w = need.power_w + 500 + 100  # with the house, and what is kept back for kettles
    assert f"{needed_w / 1000:.2f} kW (late trip), which costs €" in first
    home.run(minutes=5)
    assert need.power_w / 230 == pytest.approx(home.amps(), abs=0.2)
    assert " to be ready for Gent 42.5 % at 20:05, above the paid peak; the new peak costs €" in home.why()
    home.run(minutes=60, until=lambda: home.pauses() > 0)
    assert {Cause.LATE_TRIP} == {above.cause for above in home.above}
    assert needed_w - 150 < max(home.averages_w) < 1.08 * needed_w  # what is only reckoned is taken for a little less
    told_kw = [float(line.split(" kW")[0].split()[-1]) for line in announced(home)]
    assert max(home.averages_w) / 1000 <= max(told_kw)
    assert (home.points["garage"].home or Car()).soc_pct > 42
    assert home.at <= need.trip.departs


def test_a_late_trip_that_stays_under_the_peak_says_so() -> None:
    """The house usually draws 1.4 kW, which leaves too little for it; now it draws 400 W."""
    home = a_home(base_w=lambda _: 400.0, peak_w=4_000.0).run(30)
    home.ev = replace(home.ev, usual=Usual(by_hour={str(hour): 1_400.0 for hour in range(24)}))
    home.list_trips(a_trip("@car_1@ Antwerpen 80 %", EVENING + 12 * HOUR))
    home.run(minutes=5)
    assert (Step.OVER, []) == (home.need().step, announced(home))
    assert "for Antwerpen 80 % at 06:45: the time is short, so at any price under the peak" in home.why()
    assert not [line for line in home.sentences if "above the paid peak" in line]


def test_a_late_trip_of_a_car_below_its_reserve_is_spread_evenly() -> None:
    """The reserve wants all there is, and may go no higher than its least: what the trip takes is not lost in that."""
    charger = a_charger(phases=3, wired="123", switches=True)
    home = a_home(soc_pct=10.0, base_w=lambda _: 900.0, charger=charger, rules=a_car(phases=3, reserve_pct=20.0))
    home.list_trips(a_trip("@car_1@ Gent 38 %", EVENING + 6 * HOUR))
    home.run(minutes=20)
    assert (Step.OVER, "below its reserve") == (home.need().step, home.why().split("; ")[0].split(", ")[-1])
    home.run(hours=5.5)
    assert 38 <= (home.points["garage"].home or Car()).soc_pct < 45
    assert 5_400 < min(home.averages_w) < max(home.averages_w) < 7_200
    assert {Cause.LATE_TRIP} == {above.cause for above in home.above}


def test_what_cannot_be_met_is_said_at_once_with_what_there_will_be() -> None:
    """Full power from now on."""
    home = a_home(base_w=lambda _: 500.0)
    home.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + 1.25 * HOUR))
    home.run(120)
    assert Step.UNREACHABLE is home.need().step
    assert "charges at 3.7 kW, but cannot be ready for Gent 60 % at 20:00: it will have 43 %" == home.why()
    assert 16.0 == home.amps()


def test_a_trip_that_does_not_fit_under_the_peak_is_known_a_day_before() -> None:
    """60 % in a day: what is missing is spread over all of it, at once, so that the new peak is the lowest."""
    home = a_home(base_w=lambda _: 500.0, tariffs=rates("day_night_all_in"))
    home.list_trips(a_trip("@car_1@ Paris full", EVENING + 24 * HOUR))
    home.run(90)
    need = home.need()
    assert (Step.OVER, False) == (need.step, need.feasible)
    assert 2300 < need.power_w + 100 < 2600
    assert need.power_w / 230 == pytest.approx(home.amps(), abs=0.2)
    (first,) = announced(home)
    assert first.startswith("garage may take a quarter to 2.95 kW (late trip), which costs €")


def test_without_dms_plan_a_car_is_charged_in_the_night_before_a_short_trip_for_the_long_one_after_it() -> None:
    """An hour between both brings 5 % of the 40 that the second lacks: the rest comes in the cheap hours before."""
    home = a_home(
        local("2026-11-20 21:30"),
        peak_w=5_000.0,
        tariffs=rates("day_night_all_in"),
        prices=day_and_night(EVENING),
        leap_s=60,
    )
    school = local("2026-11-21 07:30")
    home.list_trips(
        a_trip("@car_1@ School 4 km", school, hours=1 / 3),
        a_trip("@car_1@ Parijs 80 %", school + 1.5 * HOUR, key="far"),
    )
    home.run(hours=9.5)
    assert 76 <= (home.pct() or 0) <= 80
    assert not home.above


def test_a_trip_that_is_deleted_stops_its_charge() -> None:
    """And says so; nothing holds it."""
    home = a_home(base_w=lambda _: 500.0)
    home.list_trips(a_trip("@car_1@ Gent 48 %", EVENING + 6 * HOUR))
    assert 8 < home.run(650).amps() < 9
    assert "for Gent 48 % at 00:45: the time is short, so at any price under the peak" in home.why()
    home.list_trips()
    assert 0.0 == home.run(20).amps()
    assert "waits for the sun: 0.0 kW is left over, it needs more" == home.why()
    assert 'car_1: "Gent 48 %" on Sat 21 Nov 01:00 is no longer ahead' in home.log


def test_two_trips_on_one_cable_are_charged_one_after_the_other() -> None:
    """The first one's need; when the car is back, the second one's, from what it came home with."""
    home = a_home(base_w=lambda _: 400.0, soc_pct=44.0, peak_w=4500.0, leap_s=15)
    home.list_trips(
        a_trip("@car_1@ Gent 46 %", EVENING + 1.5 * HOUR, hours=1),
        a_trip("@car_1@ Brugge 47 %", EVENING + 5 * HOUR, key="second"),
    )
    home.run(hours=1.3)
    first, second = home.ev.needs["car_1"]
    assert (0.0, 47.0) == (first.energy_wh, second.target_pct)
    assert 27 == round((second.energy_wh or 0) / home.ev.cars["car_1"].soc.wall_wh_pct)
    point = home.points["garage"]
    car = point.unplug()
    assert car
    home.run(hours=1.2)
    car.drive(3 * 770.0)
    point.plug_in()
    home.type_soc(car.soc_pct)
    home.run(hours=2.2)
    assert car.soc_pct >= 47
    assert [] == home.above


@pytest.mark.parametrize("state", STATES)
def test_a_trip_of_tomorrow_is_charged_in_the_cheap_hours_under_the_peak(state: str) -> None:
    """From 22 o'clock on, whatever is known of the battery; an unknown one is asked for, and is taken for low."""
    start = local("2026-11-20 21:30")
    home = a_home(
        start,
        state=state,
        rules=a_car(night_pct=30.0),
        base_w=lambda _: 400.0,
        prices=day_and_night(start),
        peak_w=4000.0,
        leap_s=15,
    )
    home.list_trips(a_trip("@car_1@ Gent 42 %", local("2026-11-21 07:00")))
    home.run(minutes=29)
    assert [] == home.turns()
    if state == "unknown":
        assert "how full is the car? Type its state of charge, so that it can be planned" == home.why()
    else:
        assert "waits for its hour: starts at 22:00 at € 0.300/kWh, for Gent 42 %" == home.why()
    home.run(minutes=10)
    assert home.amps() > 14
    assert "as planned at € 0.300/kWh, for Gent 42 %" in home.why()
    home.run(hours=1.5)
    assert (state != "unknown", []) == (home.pauses() == 1, home.above)
    if state != "unknown":
        assert 42 <= (home.points["garage"].home or Car()).soc_pct <= 44
    assert max(home.averages_w) <= 4000


def test_a_car_that_nobody_knows_is_not_charged_for_ever() -> None:
    """It is taken to have come home with 20 %, and has what was charged since."""
    home = a_home(state="unknown", base_w=lambda _: 400.0, peak_w=4500.0, leap_s=15)
    home.list_trips(a_trip("@car_1@ Gent 25 %", EVENING + 3.5 * HOUR))
    home.run(hours=3)
    session = home.ev.bays["garage"].session
    assert session
    assert 5 * 906 == pytest.approx(session.energy_wh, rel=0.15)
    assert (1, 1) == (len(home.turns()) - 1, home.pauses())
    assert "how full is the car? Type its state of charge, so that it can be planned" == home.why()


def test_soc_19_at_the_dear_rate_charges_at_once() -> None:
    """Under the peak, though cheap hours are three hours away; from 25 % on it waits for them."""
    home = a_home(soc_pct=19.0, base_w=lambda _: 500.0, prices=day_and_night(EVENING), peak_w=4500.0, leap_s=10)
    home.run(60)
    assert 10 <= home.amps()
    assert "below its reserve" in home.why()
    home.run(hours=1.9)
    assert 25 == round(home.pct() or 0)
    assert 0.0 == home.amps()
    home.run(hours=1.3)
    assert 6.0 <= home.amps()
    assert "in the cheap hours, up to 60 % at € 0.300/kWh" in home.why()
    assert [] == home.above


def test_an_unknown_state_of_charge_is_asked_for_and_is_no_emergency() -> None:
    """Nothing is charged at the dear rate, and an hour before a trip nothing goes above the peak."""
    home = a_home(state="unknown", base_w=lambda _: 500.0)
    home.run(600)
    assert ([], "how full is the car? Type its state of charge, so that it can be planned") == (
        home.turns(),
        home.why(),
    )
    home.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + HOUR))
    home.run(1500)
    assert Step.ANY_RATE is home.need().step
    assert 8 < home.amps() < 9
    home.type_soc(39.0)
    home.run(30)
    assert Step.UNREACHABLE is home.need().step


def test_a_car_that_tells_nobody_is_known_from_its_limit_on() -> None:
    """Nobody reads it, but its owner wrote where it ends by itself: then a trip in kWh or km leaves a guess."""
    for need, left_pct in (("15,4 kWh", 80.0), ("77 km", 82.0), ("50 %", None)):
        home = a_home(soc_pct=99.0, state="unknown", rules=a_car(limit_pct=100.0), base_w=lambda _: 400.0, leap_s=15)
        home.list_trips(a_trip(f"@car_1@ Gent {need}", EVENING + 2 * HOUR, hours=3))
        assert home.pct() is None
        home.run(hours=2)
        assert 100.0 == home.pct(), need
        point = home.points["garage"]
        car = point.unplug()
        home.run(hours=3)
        assert car
        car.set_soc(left_pct or 80.0)
        point.plug_in(car)
        home.run(60)
        assert (left_pct, Confidence.UNKNOWN if left_pct is None else Confidence.GUESS) == (
            home.pct() and round(home.pct() or 0.0, 1),
            home.ev.cars["car_1"].soc.confidence(home.at),
        )


def test_a_guess_makes_nothing_urgent_that_it_does_not_need_itself() -> None:
    """It came home with 80 % or a little less: for a trip that takes 78 % in half an hour nothing passes the peak."""
    home = a_home(soc_pct=100.0, rules=a_car(), base_w=lambda _: 500.0, leap_s=15)
    home.list_trips(a_trip("@car_1@ Gent 15,4 kWh", EVENING + HOUR, hours=1))
    home.run(hours=1)
    point = home.points["garage"]
    car = point.unplug()
    home.run(hours=1)
    assert car
    car.set_soc(80.0)
    point.plug_in(car)
    for pct, step in ((78, Step.ANY_RATE), (98, Step.UNREACHABLE)):
        home.list_trips(a_trip(f"@car_1@ Brugge {pct} %", home.at + HOUR / 2, key=f"{pct}"))
        home.run(60)
        low_pct = home.ev.cars["car_1"].soc.low_pct(home.at)
        assert low_pct is not None
        assert low_pct < 70 < (home.pct() or 0.0) - 9
        assert step is home.need().step


def test_a_guess_below_the_reserve_charges_at_once_under_the_peak() -> None:
    """36 % less 75 km may be 18 %: with 1.2 kW left it goes by what is left, and what is said is no certainty."""
    home = a_home(
        soc_pct=36.0,
        base_w=steps({0: 1200.0, 3 * 3600: 400.0}),
        tariffs=rates("day_night_all_in"),
        rules=a_car(arrival_pct=10.0),
    )
    home.list_trips(a_trip("@car_1@ Werk 75 km", EVENING + HOUR / 2, hours=2))
    home.run(minutes=20)
    point = home.points["garage"]
    car = point.unplug()
    home.run(hours=2.2)
    assert car
    car.set_soc(22.0)
    point.plug_in(car)
    home.run(minutes=20)
    assert Confidence.GUESS is home.ev.cars["car_1"].soc.confidence(home.at)
    assert [] == announced(home)
    assert "the battery may be at 19 %, below its reserve" in home.why()
    home.run(minutes=20)
    assert 6.0 < home.amps()
    assert not home.above
    home.type_soc(19.0)
    assert "the battery is at 19 %, below its reserve" in home.run(20).why()


def test_a_doubt_makes_nothing_urgent_that_the_car_does_not_need_itself() -> None:
    """Its cloud says 0 % once, of a car with 70: for a trip that takes 55 nothing passes the peak."""
    home = a_home(soc_pct=70.0, state="unknown", charger=a_charger(phases=3, wired="123"), rules=a_car(phases=3))
    home.run(60)

    def told(soc_pct: float) -> None:
        home.tell(CarTold(car="car_1", reading=CarReading(source="cloud", as_of=home.at, soc_pct=soc_pct)))
        home.run(minutes=10)

    home.list_trips(a_trip("@car_1@ Gent 150 km", EVENING + 3 * HOUR))
    told(70.0)
    assert not home.need().energy_wh
    told(0.0)
    assert Confidence.DOUBTFUL is home.ev.cars["car_1"].soc.confidence(home.at)
    assert Step.ANY_RATE is home.need().step
    assert [] == announced(home)
    told(1.0)
    assert home.need().step >= Step.OVER


def test_a_car_that_ended_by_itself_has_its_trip_met() -> None:
    """Nobody knows its limit; by reckoning it may be full, and it takes no more. That is no alarm."""
    home = a_home(soc_pct=97.0, state="unknown", base_w=lambda _: 400.0, peak_w=4_500.0).run(5)
    home.type_soc(96.0)
    home.list_trips(a_trip("@car_1@ Paris full", EVENING + 8 * HOUR))
    home.run(hours=7.5, until=lambda: home.ev.bays["garage"].ended)
    home.run(minutes=5)
    assert home.ev.bays["garage"].ended
    assert not home.need().energy_wh
    assert not [line for line in home.log if "cannot be met" in line]


def test_a_car_that_comes_home_from_its_trip_is_known_by_it() -> None:
    """Another one is the cable's default; the trip has been over the calendar's edge for hours."""
    start = local("2026-11-20 08:00")
    rules = ChargingRules(chargers={"garage": a_charger(car="car_2")}, cars={name: a_car(name) for name in TWO})
    home = Driveway(start, a_point(start, Car(phases=1, soc_pct=60.0)), rules=rules).run(20)
    home.tell(Named(charger="garage", car="car_1"))
    home.list_trips(a_trip("@car_1@ Gent 100 km", start + HOUR, hours=8))
    home.run(minutes=45)
    home.points["garage"].unplug()
    home.run(hours=8.3)
    home.points["garage"].plug_in()
    home.run(minutes=1)
    cable = home.ev.plugged.cables["garage"]
    assert ("car_1", Ground.TRIP) == (cable.car, cable.ground)


@pytest.mark.parametrize(("leaves", "away"), [(15, 3), (15, 20), (119, 5), (121, 20)])
def test_who_is_back_before_the_trip_is_under_way_has_not_driven_it(leaves: float, away: float) -> None:
    """It fetches bread, or passports were forgotten: the 270 km are still ahead, and nothing is called urgent."""
    start = local("2026-11-21 08:00")
    home = a_home(
        start,
        soc_pct=87.0,
        tariffs=rates("day_night_all_in"),
        charger=a_charger(phases=3, wired="123"),
        rules=a_car(phases=3),
        leap_s=15,
    )
    home.list_trips(a_trip("@car_1@ Ardennes 270 km", start + 2 * HOUR))
    home.run(minutes=leaves)
    assert not home.need().energy_wh
    car = home.points["garage"].unplug()
    home.run(minutes=away)
    assert car
    car.drive(1_000.0)
    home.points["garage"].plug_in(car)
    home.run(minutes=2)
    assert home.need().step <= Step.ANY_RATE
    assert home.pct() == (87.0 if away < 10 else None)  # so long it may have been anywhere
    home.run(minutes=10)
    assert [] == announced(home)
    assert not home.above


def test_an_entry_may_be_of_the_appointment_alone() -> None:
    """Of one hour, but the car left 45 minutes before it and was back 20 minutes after its begin: it was there."""
    start = local("2026-11-21 07:00")
    home = a_home(start, charger=a_charger(phases=3, wired="123"), rules=a_car(phases=3), leap_s=15)
    home.list_trips(a_trip("@car_1@ Werk 40 km", start + 2 * HOUR, hours=1))
    home.run(minutes=75)
    car = home.points["garage"].unplug()
    home.run(minutes=65)
    assert car
    car.drive(8_000.0)
    home.points["garage"].plug_in(car)
    home.run(minutes=3)
    assert home.pct() == pytest.approx(car.soc_pct, abs=2.0)


def test_of_two_trips_in_a_row_a_car_that_is_home_between_has_driven_the_first() -> None:
    """60 km are gone and 80 are ahead, for which it has enough, also where ev was started anew meanwhile."""
    start = local("2026-11-21 07:30")
    home = a_home(
        start,
        soc_pct=60.0,
        tariffs=rates("day_night_all_in"),
        charger=a_charger(phases=3, wired="123"),
        rules=a_car(phases=3),
        leap_s=15,
    )
    home.list_trips(
        a_trip("@car_1@ Sport 60 km", start + HOUR, hours=1),
        a_trip("@car_1@ Oma 80 km", start + 2.75 * HOUR, key="oma", hours=3),
    )
    home.run(minutes=50)
    point = home.points["garage"]
    car = point.unplug()
    home.run(minutes=30)
    home.kill_ev()
    home.restart_ev()
    home.run(minutes=35)
    assert car
    car.drive(60 * 180.0)
    point.plug_in(car)
    home.run(minutes=10)
    assert home.pct() == pytest.approx(46.0, abs=2.0)
    assert ("Oma 80 km", True) == (home.need().trip.title, home.need().step <= Step.ANY_RATE)
    assert [] == announced(home)


def test_a_car_cloud_that_is_dead_for_a_week_is_told_once() -> None:
    """Its last value counts on by what was charged, with its age; night by night it goes on, under the peak."""
    home = a_home(
        soc_pct=30.0,
        state="unknown",
        base_w=lambda _: 400.0,
        prices=day_and_night(EVENING, days=9),
        peak_w=3500.0,
        leap_s=300,
    )
    home.tell(CarTold(car="car_1", reading=CarReading(source="Smartcar", as_of=home.at, soc_pct=30.0)))
    home.run(60)
    car = home.points["garage"].home or Car()
    for hours in range(0, 7 * 24, 2):
        home.tell(CarMissed(car="car_1", why="Smartcar does not answer", since_s=60.0 + 3600 * hours))
        home.run(hours=2)
        soc = home.ev.cars["car_1"].soc
        assert Confidence.ESTIMATED is soc.confidence(home.at)
        assert (soc.low_pct(home.at) or 0) <= car.soc_pct <= (soc.high_pct(home.at) or 0)
        assert 0 <= home.amps() <= 8.5  # 30 % are spread over the cheap hours
    assert 1 == home.log.count("car_1: Smartcar does not answer")
    assert 60 < car.soc_pct < 70
    assert max(home.averages_w) < 3500
    assert "% is enough for every day" in home.why()
    home.tell(CarTold(car="car_1", reading=CarReading(source="Smartcar", as_of=home.at, soc_pct=car.soc_pct)))
    assert "car_1: Smartcar answers again" in home.log


def test_a_calendar_that_is_down_keeps_its_last_good_list() -> None:
    """The trip is charged for; the trouble is told once."""
    home = a_home(base_w=lambda _: 500.0)
    home.list_trips(a_trip("@car_1@ Gent 45 %", EVENING + 5 * HOUR))
    for _ in range(3):
        home.run(minutes=5)
        home.tell(Unlisted(calendar="calendar", why="no answer from the calendar", at_s=home.second))
    home.run(minutes=10)
    assert 8 < home.amps() < 9
    assert 1 == home.log.count("calendar calendar: no answer from the calendar")
    assert 1 == len(home.ev.needs["car_1"])


def test_a_trip_on_the_morning_after_the_clock_change_is_met_to_the_minute() -> None:
    """7 o'clock on 25 October is six hours after 2 o'clock of that night."""
    start, departs = local("2026-10-25 02:00"), local("2026-10-25 07:00")
    assert 6 * HOUR == departs - start
    home = a_home(start, base_w=lambda _: 400.0, leap_s=15)
    home.list_trips(a_trip("@car_1@ Gent 48 %", departs))
    home.run(hours=5.8)
    assert departs - timedelta(minutes=15) == home.need().trip.ready
    assert 48 <= (home.points["garage"].home or Car()).soc_pct <= 51
    assert "for Gent 48 % at 06:45: the time is short" in " ".join(home.sentences)
    assert ([], 23) == (home.above, len(home.averages_w))
    assert max(home.averages_w) <= 2500


def test_a_morning_minimum_is_kept_without_a_trip() -> None:
    """At 7 o'clock there are 45 %, from the cheapest hours before."""
    start = local("2026-11-20 21:30")
    rules = a_car(at_least_pct=42.0, night_pct=30.0)
    home = a_home(start, rules=rules, base_w=lambda _: 400.0, prices=day_and_night(start), leap_s=15)
    assert [] == home.run(minutes=29).turns()
    home.run(hours=2.5)
    assert 42 <= (home.points["garage"].home or Car()).soc_pct
