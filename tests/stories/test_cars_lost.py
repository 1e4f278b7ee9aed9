"""What happens when somebody is lost: the meter, a program, a charger, a car, the time of day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core.charging import Heard
from lib.core.claims import Cause
from lib.core.modes import Mode
from lib.core.needs import Step
from lib.core.quarter import start_of
from lib.sim.car import Car
from tests.core.prices import rates
from tests.stories import wire
from tests.stories.driveway import Driveway, steps
from tests.stories.homes import EVENING, NOON, STATES, a_car, a_charger, a_home, a_trip, two_cars
from tests.stories.wire import NO, NO_ANSWER

SAFE = "at its safe setting (6 A): the meter is silent, no telegram comes"


def charging(state: str = "known", **more: object) -> Driveway:
    """A home whose car has charged for some minutes for tomorrow's trip."""
    home = a_home(state=state, base_w=lambda _: 500.0, **more)  # type: ignore[arg-type]
    home.list_trips(a_trip("@car_1@ Antwerpen 150 km", EVENING + timedelta(hours=12)))
    return watched(home)


def in_the_sun(**more: object) -> Driveway:
    """A home whose car has charged for some minutes from the sun."""
    return watched(a_home(NOON, base_w=lambda _: 500.0, sun_w=lambda _: 3500.0, **more))  # type: ignore[arg-type]


def watched(home: Driveway) -> Driveway:
    """After some minutes, from now on each second."""
    home.run(670)
    home.leap_s = 1
    return home.run(30)


def test_five_seconds_without_the_meter_raise_nothing() -> None:
    """And change nothing else."""
    home = a_home(NOON, sun_w=lambda _: 4000.0, leap_s=1).run(75)
    assert 11.0 == home.amps()
    home.meter_talks = False
    assert 12.0 >= home.run(5).amps()
    before = home.told()
    assert before == home.run(10).told()
    home.meter_talks = True
    assert 12.0 < home.run(40).amps()
    assert 0 == home.pauses()


@pytest.mark.parametrize("state", STATES)
def test_a_minute_without_the_meter_brings_the_car_to_its_safe_current(state: str) -> None:
    """After 30 s, not before; when the meter speaks again it goes on without help."""
    home = charging(state)
    was_a = home.amps()
    home.meter_talks = False
    assert was_a == home.run(31).amps()
    assert 6.0 == home.run(4).amps()
    assert SAFE in home.why()
    assert 6.0 == home.run(25).amps()
    home.meter_talks = True
    assert 8 < home.run(60).amps() < 9
    assert (0, []) == (home.pauses(), home.above)


def test_ten_minutes_without_the_meter_are_spent_at_6_a_and_16_end_the_charge() -> None:
    """From the sun as well as by the plan; five minutes after the stop it may start again."""
    for home in (charging(), in_the_sun()):
        home.meter_talks = False
        home.run(minutes=1)
        home.leap_s = 5
        assert 6.0 == home.run(minutes=9).amps()
        assert 6.0 == home.run(minutes=4.9).amps()
        assert 0.0 == home.run(minutes=1).amps()
        assert home.why().endswith("at its safe setting (nothing): the meter is silent, no telegram comes")
        home.meter_talks = True
        home.run(minutes=3)
        assert home.why().endswith("as a car wants after a stop")
        assert 8 < home.run(minutes=3).amps()
        assert 1 == home.pauses()


def test_a_late_trip_and_the_reserve_go_on_at_6_a_without_a_meter() -> None:
    """Longer than a quarter of an hour: what cannot wait is not stopped by a cable."""
    late = a_home(base_w=lambda _: 500.0)
    late.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + timedelta(hours=2)))
    reserve = a_home(soc_pct=12.0, base_w=lambda _: 500.0)
    for home in (late, reserve):
        watched(home)
        home.meter_talks = False
        home.run(minutes=1)
        home.leap_s = 5
        assert 6.0 == home.run(minutes=19).amps()
        assert 0 == home.pauses()


@pytest.mark.parametrize("dm_lives", [True, False])
def test_a_late_trip_goes_on_at_6_a_where_ev_starts_while_nobody_tells_the_peak(*, dm_lives: bool) -> None:
    """A power cut that the cable to the meter, or dm, does not outlive; what fits under the peak is told an hour later.

    Then it is in time, and the peak stays as it is.
    """
    home = a_home(base_w=lambda _: 500.0, peak_w=3_000.0, leap_s=5)
    home.list_trips(a_trip("@car_1@ Gent 58 %", EVENING + timedelta(hours=9.25)))
    home.run(minutes=5)
    assert (Step.ANY_RATE, True) == (home.need().step, home.amps() > 6)
    home.dm_lives, home.meter_talks = dm_lives, not dm_lives
    home.kill_ev()
    home.run(20)
    home.restart_ev()
    if dm_lives:
        home.restart_dm()
    home.run(minutes=10)
    assert 6.0 == home.amps()
    assert "cannot be ready for Gent 58 % at 04:00: it will have 53 %; at its safe setting (6 A)" in home.why()
    home.run(minutes=50)
    assert (6.0, 0) == (home.amps(), home.pauses())
    home.meter_talks = True
    home.restart_dm()
    home.run(minutes=5)
    assert home.need().step <= Step.ANY_RATE
    assert [] == [line for line in home.log if "may take" in line]


def test_three_phases_have_no_safe_current() -> None:
    """4 kW that nobody watches are too much: it pauses after half a minute."""
    home = a_home(NOON, charger=a_charger(phases=3, wired="123"), rules=a_car(phases=3), sun_w=lambda _: 8000.0)
    watched(home)
    assert home.amps() > 9
    home.meter_talks = False
    home.run(34)
    assert 0.0 == home.amps()


@pytest.mark.parametrize(("phases", "safe_a"), [(1, 6.0), (3, 0.0)])
def test_a_lease_that_runs_out_brings_the_car_to_its_safe_current_while_telegrams_come(
    phases: int, safe_a: float
) -> None:
    """A dm that speaks and does not hear ev has granted nothing; when it hears again the car goes on by itself."""
    charger = a_charger(phases=phases, wired="123" if phases == 3 else "1")
    home = charging(peak_w=9000.0, soc_pct=30.0, charger=charger, rules=a_car(phases=phases))
    was_a = home.amps()
    assert was_a > 6
    home.dm_hears = False
    assert was_a == home.run(50).amps()
    assert safe_a == home.run(15).amps()
    said = "6 A" if safe_a else "nothing"
    assert any(f"at its safe setting ({said}): the meter app does not answer" in one for one in home.sentences)
    assert safe_a == home.run(minutes=4).amps()
    home.dm_hears = True
    assert was_a == home.run(minutes=5).amps()


def test_dm_is_killed_and_starts_again() -> None:
    """Within 35 s the car is at its safe current; a start of dm asks nobody to stop."""
    home = charging()
    home.dm_lives = False
    assert 6.0 == home.run(35).amps()
    assert home.why().endswith("at its safe setting (6 A): the meter app is silent")
    home.restart_dm()
    assert 7.5 < home.run(90).amps() < 9
    home.run(minutes=5)
    told = len(home.told())
    home.restart_dm()
    assert told == len(home.run(20).told())
    home.run(minutes=15)
    assert (0, []) == (home.pauses(), home.above)
    assert max(home.averages_w) <= 2500


@pytest.mark.parametrize("away_s", [3, 40, 400])
def test_ev_is_killed_mid_session_and_loses_nothing(away_s: int) -> None:
    """The box keeps its amperes; a start reads, adopts what it finds, and never pulses."""
    for home in (charging(), in_the_sun()):
        was_a, before = home.amps(), home.ev.bays["garage"].session
        home.kill_ev()
        assert was_a == home.run(away_s).amps()
        if away_s > 30:
            assert [False] == [one.controlled for one in home.house.ledger.drawn(home.second)]
        home.restart_ev()
        home.run(3)
        assert all(was_a - 1 < current_a <= was_a for _, current_a in home.told())
        home.run(minutes=3)
        session = home.ev.bays["garage"].session
        assert before
        assert session
        assert (before.since, True) == (session.since, session.energy_wh > before.energy_wh)
        assert session.energy_wh == pytest.approx(home.points["garage"].plugin_wh, abs=40)
        assert all(abs(current_a - was_a) < 1 for _, current_a in home.told())
        assert [] == home.above


def test_a_car_that_came_while_ev_was_away_is_seen() -> None:
    """Another plug-in is another session."""
    home = charging()
    before = home.ev.bays["garage"].session
    home.kill_ev()
    point = home.points["garage"]
    point.unplug()
    home.run(60)
    point.plug_in()
    home.run(60)
    home.restart_ev()
    home.run(60)
    session = home.ev.bays["garage"].session
    assert before
    assert session
    assert (before.since < session.since, True) == (True, session.energy_wh < before.energy_wh)


def test_the_clock_of_evs_machine_decides_nothing() -> None:
    """An hour off from the start, then stepped: amperes, quarters and hours are the meter's."""
    right, wrong = charging(), charging_with_wrong_clock()
    assert right.told() == wrong.told()
    wrong.ev_off = timedelta(0)
    right.run(minutes=20)
    wrong.run(minutes=20)
    assert right.told() == wrong.told()
    assert right.averages_w == wrong.averages_w
    assert right.need().latest_start == wrong.need().latest_start


def test_a_word_dated_years_ahead_holds_no_quarter_back() -> None:
    """What a car charged in the quarter that is over is known again after the next: the peak it makes is told by it."""
    home = a_home(base_w=lambda _: 500.0).run(20)
    home.want(Mode.MAX)
    home.run(minutes=5)
    assert home.word
    home.tell(Heard(word=replace(home.word, at=home.at + timedelta(days=5 * 365))))
    home.run(minutes=26)
    bay = home.ev.bays["garage"]
    assert start_of(home.at) == home.ev.quarter
    assert pytest.approx(920, abs=5) == bay.last_wh
    assert bay.session
    assert max(home.averages_w) - 2500 == pytest.approx(bay.session.peak_w, abs=5)


def charging_with_wrong_clock() -> Driveway:
    """As `charging`, on a machine an hour ahead."""
    home = a_home(base_w=lambda _: 500.0)
    home.ev_off = timedelta(hours=1)
    home.list_trips(a_trip("@car_1@ Antwerpen 150 km", EVENING + timedelta(hours=12)))
    return watched(home)


def test_a_charger_that_hangs_counts_on_with_what_it_may_offer() -> None:
    """One line at the fault, one when it is over; the other car gets none of its room, and it goes on as it was."""
    home = two_cars(peak_w=12_000.0, base_w=lambda _: 900.0)
    home.list_trips(
        a_trip("@car_1@ Gent 80 %", EVENING + timedelta(hours=8)),
        a_trip("@car_2@ Brugge 80 %", EVENING + timedelta(hours=9), key="other"),
    )
    home.run(300)
    both_a = home.amps(), home.amps("street")
    home.deaf.add("garage")
    home.run(120)
    assert f"the charger does not answer: {NO_ANSWER}" == home.why()
    assert both_a == (home.amps(), home.amps("street"))
    home.deaf.clear()
    home.run(60)
    assert both_a == (home.amps(), home.amps("street"))
    assert 1 == home.log.count(f"garage: the charger does not answer: {NO_ANSWER}")
    assert 1 == home.log.count("garage: the charger answers again")
    assert (0, 0) == (home.pauses(), home.over_s)


def test_a_charger_that_refuses_is_asked_again_and_counted_at_its_most() -> None:
    """It goes on with 8 A though 6 were wanted; the reason is shown, the log has a line at the begin and at the end."""
    home = charging()
    was_a = home.amps()
    home.refusing.add("garage")
    home.base_w = lambda _: 1000.0
    assert was_a == home.run(60).amps()
    assert home.why().endswith(f"the charger does not do as it is told: {NO}")
    home.refusing.clear()
    home.run(60)
    assert was_a > home.amps()
    assert ["garage: the charger does not do as it is told: " + NO, "garage: the charger does as it is told again"] == [
        line for line in home.log if "told" in line
    ]


def test_a_charger_that_cannot_say_what_hangs_on_it_is_cut_as_long_as_it_draws() -> None:
    """By a full row and by a silent meter; once it draws nothing it is left paused until it says again."""
    home = a_home(peak_w=6000.0, soc_pct=30.0, leap_s=1, base_w=steps({600: 15_000.0, 900: 500.0}, first=1500.0))
    home.list_trips(a_trip("@car_1@ full", EVENING + timedelta(hours=6)))
    assert 16.0 == home.run(590).amps()
    home.wires["garage"].vague = True
    home.run(200)
    assert 0.0 == home.amps()
    assert home.over_s <= 20
    assert 0.0 == home.run(minutes=20).amps()
    home.wires["garage"].vague = False
    assert 16.0 == home.run(minutes=5).amps()
    home.wires["garage"].vague = True
    home.meter_talks = False
    assert 6.0 == home.run(60).amps()


def test_a_charger_that_reboots_is_told_again() -> None:
    """It comes back paused, as its owner left it: the charge goes on, the counters too."""
    home = charging()
    was_a, total_wh = home.amps(), home.points["garage"].total_wh
    home.points["garage"].reboot(20)
    assert 0.0 == home.run(15).amps()
    home.run(40)
    assert was_a == pytest.approx(home.amps(), abs=0.5)
    home.run(60)
    assert home.points["garage"].total_wh > total_wh
    session = home.ev.bays["garage"].session
    assert session
    assert session.energy_wh == pytest.approx(home.points["garage"].plugin_wh, abs=10)


def test_a_charger_whose_counter_reads_0_for_a_moment_books_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its whole life to the car that hangs there, nor that nobody knows how full it is."""
    home = charging()
    session, pct, said = home.ev.bays["garage"].session, home.pct(), wire.said
    assert session is not None
    assert pct is not None
    with monkeypatch.context() as odd:
        odd.setattr(wire, "said", lambda point, now_s: replace(said(point, now_s), total_wh=0.0))
        home.run(6)
        assert pct == home.pct()
    after = home.run(60).ev.bays["garage"].session
    assert after is not None
    assert 0 < after.energy_wh - session.energy_wh < 200
    assert pct < (home.pct() or 0.0) < pct + 1


def test_unplugged_and_back_within_five_minutes_is_the_same_wish() -> None:
    """MAX stays; after five minutes it is over, and the car that comes then is nobody's guest."""
    home = charging(peak_w=6000.0)
    home.want(Mode.MAX)
    home.run(60)
    point = home.points["garage"]
    car = point.unplug()
    home.run(280)
    assert "no car on the cable" == home.why()
    point.plug_in(car)
    home.run(100)
    assert (Mode.MAX, 16.0) == (home.ev.bays["garage"].mode, home.amps())
    point.unplug()
    home.run(340)
    assert Mode.AUTO is home.ev.bays["garage"].mode
    assert "garage: auto again, no car is there" in home.log


def test_a_car_that_heeds_no_offer_is_given_all_or_nothing() -> None:
    """It takes 16 A whatever it is offered: that is said, and when L1 does not carry them it is paused."""
    home = a_home(car=Car(phases=1, ignores_pilot=True), peak_w=9000.0)
    load = steps({0: 500.0, 700: 3000.0, 1500: 500.0})
    home.base_w = lambda second: (load(second), 0.0, 0.0)
    home.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + timedelta(hours=3)))
    assert 16.0 == home.run(690).amps()
    home.run(100)
    assert 0.0 == home.amps()
    assert "garage: its car takes 16 A whatever it is offered" in home.log
    assert home.why().endswith("waits, place 1: connection L1 has no room for one more")
    assert home.over_s <= 30
    home.run(minutes=20)
    assert 16.0 == home.amps()
    assert home.why().endswith("the car takes 16 A whatever it is offered")


def test_a_car_that_sleeps_is_woken_and_one_that_does_not_wake_is_told_of() -> None:
    """Short pauses, 30 s apart, six at most; then it stays offered."""
    home = a_home(car=Car(phases=1, asleep=True, deaf_to=2))
    home.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + timedelta(hours=12)))
    home.run(150)
    assert home.points["garage"].power_w > 1900
    deaf = a_home(car=Car(phases=1, asleep=True, deaf_to=99))
    deaf.list_trips(a_trip("@car_1@ Gent 60 %", EVENING + timedelta(hours=12)))
    deaf.run(400)
    assert 6 == deaf.ev.bays["garage"].wakes
    assert deaf.why().endswith("A, but the car takes nothing: is its own timer on?")
    assert deaf.amps() >= 6


def test_a_charger_that_stops_its_car_by_itself_is_said_and_asks_for_nothing() -> None:
    """Its own energy limit is reached: no power is kept for it, and it goes on when its owner lifts the limit."""
    home = charging()
    point = home.points["garage"]
    point.tell(limit_wh=100)
    home.run(120)
    assert home.why().endswith("A, but the charger lets its car take nothing: its own limit of 0.1 kWh is reached")
    claim = home.ev.bays["garage"].claim
    assert claim is None or (claim.wish_w, claim.over_w) == (claim.least_w, 0.0)
    point.tell(limit_wh=0)
    assert home.run(60).points["garage"].power_w > 1300
    assert "lets its car" not in home.why()
    assert 1 == sum("lets its car take nothing" in line for line in home.log)


def test_what_a_slow_car_leaves_goes_to_the_other() -> None:
    """It takes 8 A of the 10.5 that it is offered; the other one has what is free under the peak."""
    home = two_cars(EVENING, Car(phases=1, most_a=8.0), Car(phases=1, name="car_2"), peak_w=5500.0)
    home.base_w = lambda _: 500.0
    home.list_trips(
        a_trip("@car_1@ Gent 64 %", EVENING + timedelta(hours=8)),
        a_trip("@car_2@ Brugge 64 %", EVENING + timedelta(hours=9), key="other"),
    )
    assert home.run(60).amps() == home.amps("street") == pytest.approx(10.5, abs=0.2)
    home.run(240)
    assert 9.0 == home.amps()
    assert home.why().endswith("offers 9 A, for the car takes no more")
    assert home.amps("street") > 12
    home.run(minutes=12)
    assert 5100 < home.averages_w[0] <= 5500
    assert [] == home.above


def test_a_second_car_gets_its_part_in_turn() -> None:
    """The first gives way, and only then the second begins."""
    home = two_cars(second_plugged=False, peak_w=12_000.0, base_w=lambda _: 500.0)
    home.list_trips(
        a_trip("@car_1@ Gent 80 %", EVENING + timedelta(hours=8)),
        a_trip("@car_2@ Brugge 80 %", EVENING + timedelta(hours=9), key="other"),
    )
    assert (16.0, "no car on the cable") == (home.run(300).amps(), home.why("street"))
    home.points["street"].plug_in()
    home.run(60)
    assert abs(home.amps() - home.amps("street")) < 2
    begins_s = home.turns("street")[0][0]
    cut_s = next(at_s for at_s, _ in home.told() if at_s > 300)
    assert begins_s > cut_s
    assert (0, 0) == (home.over_s, home.pauses())


def test_a_cause_is_named_for_a_house_that_is_above_by_itself() -> None:
    """Two ovens: the car is off, and the quarter is the base load's."""
    home = charging(tariffs=rates("day_night_all_in"))
    home.base_w = lambda _: 3600.0
    home.run(minutes=20)
    assert (0.0, {Cause.BASE}) == (home.amps(), {above.cause for above in home.above})
