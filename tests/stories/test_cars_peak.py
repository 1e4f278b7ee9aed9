"""Cars under the month's peak: ovens and kettles, the month's turn, and what may go above it at what price."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core.circuits import Circuit
from lib.core.claims import Cause
from lib.core.modes import Mode
from lib.core.plugged import Named
from lib.sim.car import Car
from tests.conftest import local
from tests.core.prices import rates
from tests.stories.driveway import Driveway, steps
from tests.stories.homes import EVENING, NOON, STATES, a_car, a_charger, a_home, a_trip, two_cars

MORNING = EVENING + timedelta(hours=12)
PEAK_EUR = "over the next 12 bills"


def charging(state: str = "known", **more: object) -> Driveway:
    """A home whose car charges for tomorrow's trip under 2.5 kW."""
    home = a_home(state=state, **more)  # type: ignore[arg-type]
    home.list_trips(a_trip("@car_1@ Antwerpen 150 km", MORNING))
    return home


@pytest.mark.parametrize("state", STATES)
def test_the_oven_at_minute_13_brings_the_car_to_its_least_and_then_to_a_pause(state: str) -> None:
    """At once to 6 A, to a pause at the last moment, and the quarter keeps its target; after the oven it goes on."""
    home = charging(state, base_w=steps({0: 400.0, 780: 2500.0, 1800: 400.0})).run(779)
    assert 8 < home.amps() < 10
    assert 6.0 == home.run(4).amps()
    assert home.why().endswith("held to 6 A under the month's peak")
    home.run(80)
    assert 0.0 == home.amps()
    assert home.why().endswith("paused: no room is left under the month's peak in this quarter")
    home.run(minutes=20)
    assert 820 < home.turns()[1][0] < 880
    assert [True, False, True] == [go for _, go in home.turns()]
    assert 2400 < home.averages_w[0] <= 2500
    assert ([], 6.0) == (home.above, min(current_a for _, current_a in home.told() if current_a))


def test_a_kettle_at_any_second_stops_no_car_and_makes_no_peak() -> None:
    """Ten seconds of 2 kW in each quarter, each time later in it, through both programs."""
    boils = [900 * (n + 1) + at for n, at in enumerate((3, 170, 391, 612, 655, 700, 777, 840, 884, 897))]
    load_w = {second: power_w for at in boils for second, power_w in ((at, 2400.0), (at + 10, 400.0))}
    home = charging(base_w=steps(load_w, 400.0), leap_s=10).run(hours=2.75)
    assert (1, 0) == (len(home.turns()), home.pauses())
    assert max(home.averages_w) <= 2500
    assert 2250 < min(home.averages_w[1:])
    assert [] == home.above


def test_starting_the_car_is_not_taken_for_the_oven() -> None:
    """0 → 16 → 6 A on a box with 2 s lag and 8 s ramp: neither program moves its base load, and nothing reverses."""
    home = charging(base_w=lambda _: 500.0, peak_w=12_000.0)
    off_w = []
    for second in range(300):
        if second == 150:
            home.base_w = lambda _: 10_700.0  # 1.3 kW are left of 12
            home.sun_w = lambda _: 10_200.0  # the house itself stays at 500
        if second == 180:
            home.want(Mode.PV_ONLY)
        home.run(1)
        off_w += [abs((home.house.ledger.base_w or 500) - 500), abs((home.ev.site.base_w or 500) - 500)]
    rises = [current_a for _, current_a in home.told()]
    assert max(off_w) < 200
    assert rises[: rises.index(16.0) + 1] == sorted(rises[: rises.index(16.0) + 1])
    assert 6.0 in rises[rises.index(16.0) :]


def test_the_month_begins_with_its_floor() -> None:
    """At midnight the 5 kW that were paid in November are worth nothing: all obey 2.5 kW in the same second."""
    start = local("2026-11-30 23:00")
    home = a_home(start, base_w=lambda _: 500.0, peak_w=5000.0)
    home.list_trips(a_trip("@car_1@ Gent 45 %", start + timedelta(hours=8)))
    home.run(3598)
    assert (5000.0, 16.0) == (home.ev.site.word.target_w, home.amps())
    home.run(4)
    assert 2500.0 == home.ev.site.word.target_w
    assert home.told()[-1][0] == 3600
    assert 8.0 < home.told()[-1][1] < 8.5
    home.run(minutes=30)
    assert all(4100 < average_w <= 5000 for average_w in home.averages_w[1:4])
    assert all(average_w <= 2500 for average_w in home.averages_w[4:])
    assert [] == home.above


def test_max_is_announced_with_its_price_before_it_takes_more() -> None:
    """All that the car takes, the peak it makes and what that costs, and a cause for the quarter."""
    home = a_home(tariffs=rates("day_night_all_in")).run(20)
    home.want(Mode.MAX)
    home.run(2)
    (announced,) = [line for line in home.log if "may take" in line]
    assert "garage may take a quarter to 4.18 kW (max), which costs € 17.56 over the next 12 bills" == announced
    assert home.points["garage"].power_w == 0
    assert 16.0 == home.run(minutes=5).amps()
    assert home.why() == (
        "charges at 3.7 kW, all it can, as you set it; the new peak costs € 17.56 over the next 12 bills"
    )
    home.run(minutes=26)
    assert 4080 == pytest.approx(home.averages_w[1], abs=2)
    assert 2500 == home.above[0].target_w
    assert {Cause.MAX} == {above.cause for above in home.above}
    assert 16.0 == home.amps()


def test_a_boost_ends_by_itself_and_leaves_the_peak_as_it_is() -> None:
    """Ten minutes of all it can; then the quarter is too far, so it pauses."""
    home = a_home().run(30)
    home.want(boost_until=home.at + timedelta(minutes=10))
    assert 16.0 == home.run(minutes=9).amps()
    assert "charges at 3.7 kW until 19:10: you asked for it fast" == home.why()
    home.run(minutes=2)
    assert 0.0 == home.amps()
    assert "garage: no longer charges fast" in home.log
    home.run(minutes=20)
    assert [Cause.MAX] == [above.cause for above in home.above]
    assert "waits for the sun: 0.0 kW is left over, it needs more" == home.why()


def test_an_accepted_peak_is_used_until_the_month_ends() -> None:
    """4 kW, and a cause for each quarter that is above what was paid; in December it is 2.5 kW again."""
    start = local("2026-11-30 22:30")
    home = a_home(start, base_w=lambda _: 500.0, leap_s=10).run(5)
    home.accept(4000.0)
    home.list_trips(a_trip("@car_1@ Gent 52 %", start + timedelta(hours=9)))
    home.run(hours=1.4)
    assert 3300 / 230 < home.amps() < 16
    assert all(3500 < average_w <= 4000 for average_w in home.averages_w[1:])
    assert {Cause.ACCEPTED} == {above.cause for above in home.above}
    assert not [line for line in home.log if "may take" in line]
    home.run(minutes=40)
    assert all(average_w <= 2500 for average_w in home.averages_w[6:])
    assert 8.0 < home.amps() < 9.0


def test_a_car_at_12_per_cent_charges_at_once_above_the_guard_at_its_least() -> None:
    """The house alone leaves 1 kW: 6 A all the same, said with price and cause; more when there is more."""
    home = a_home(soc_pct=12.0, base_w=steps({0: 1500.0, 2700: 400.0}), tariffs=rates("day_night_all_in"))
    home.run(12)
    assert 6.0 == home.amps()
    assert [line for line in home.log if "may take" in line] == [
        f"garage may take a quarter to 2.98 kW (reserve minimum), which costs € 12.52 {PEAK_EUR}"
    ]
    assert "the battery is at 12 %, below its reserve; the new peak costs € 12.52" in home.run(20).why()
    home.run(2650)
    assert {Cause.RESERVE} == {above.cause for above in home.above}
    assert all(2860 < average_w < 2900 for average_w in home.averages_w[1:])
    home.run(minutes=10)
    assert 9 < home.amps() < 12
    assert "held to" in home.why()


def test_the_reserve_is_left_at_25_per_cent() -> None:
    """On below 20, off at 25, at any rate."""
    home = a_home(soc_pct=19.5, base_w=lambda _: 400.0, peak_w=5000.0, leap_s=10)
    home.run(hours=3, until=lambda: home.pauses() > 0)
    assert 25 == round(home.pct() or 0)
    assert "the battery is at 25 %, below its reserve" in " ".join(home.sentences[-3:]) or 24.9 < (home.pct() or 0)
    assert "waits for the sun: 0.0 kW is left over, it needs more" == home.run(5).why()
    assert [] == home.above


def test_manual_is_left_alone_except_where_a_row_is_full() -> None:
    """16 A that the owner set in the charger's app stay, above the peak, until the fuse of L1 does not carry them."""
    oven = {900: (4000.0, 0.0, 0.0)}
    home = charging(peak_w=6000.0)
    home.base_w = lambda second: (500.0, 0.0, 0.0) if second < 900 else oven[900]
    home.want(Mode.MANUAL)
    home.run(60)
    assert ("manual: left as it is", 0) == (home.why(), len(home.told()))
    home.points["garage"].tell(current_a=16.0, paused=False)
    assert 16.0 == home.run(800).amps()
    home.run(60)
    assert 7.6 == home.amps()
    assert "manual: left as it is; held to 7.6 A by connection L1" in home.sentences
    assert home.over_s <= 10


def test_beside_a_car_in_manual_another_keeps_to_what_is_left_under_the_peak() -> None:
    """6 A that the owner set on the one box: the other car gets less by as much, and is never stopped for it."""
    home = two_cars(peak_w=4000.0, leap_s=1).run(30)
    home.tell(Named(charger="street", car="car_2"))
    home.list_trips(a_trip("@car_2@ Antwerpen 70 %", MORNING))
    home.want(Mode.MANUAL)
    home.run(2).points["garage"].tell(current_a=6.0, paused=False)
    home.run(minutes=45)
    assert [1380, True] == [home.points["garage"].power_w, home.points["street"].power_w > 1380]
    assert 3800 < min(home.averages_w[1:]) <= max(home.averages_w) <= 4000
    assert ([], 0) == (home.above, home.pauses("street"))


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(("oven_w", "until"), [(4000.0, 1200), (4800.0, 1200), (4800.0, 960)])
def test_what_a_full_row_took_from_manual_is_given_back_once(oven_w: float, until: int, *, restarts: bool) -> None:
    """When it carries it again, after five minutes at least, also over a restart; what its owner sets then stays."""
    home = charging(peak_w=6000.0)
    home.base_w = lambda second: (oven_w if 900 <= second < until else 500.0, 0.0, 0.0)
    home.want(Mode.MANUAL)
    home.run(60)
    point = home.points["garage"]
    point.tell(current_a=16.0, paused=False)
    home.run(1100 - home.second)
    cut_a = home.amps()
    assert cut_a < 8
    assert ("by connection L1" if until > home.second else "rests until 19:20") in home.why()
    if restarts:
        home.restart_ev()
    assert cut_a == home.run(1190 - home.second).amps()
    assert 16.0 == home.run(minutes=5).amps()
    assert "manual: left as it is" == home.run(60).why()
    point.tell(current_a=10.0, paused=False)
    assert 10.0 == home.run(minutes=20).amps()


def test_what_its_owner_sets_while_manual_is_cut_stays() -> None:
    """He pauses it: nothing is given back."""
    home = charging(peak_w=6000.0)
    home.base_w = lambda second: (4000.0 if 900 <= second < 1200 else 500.0, 0.0, 0.0)
    home.want(Mode.MANUAL)
    home.run(60)
    home.points["garage"].tell(current_a=16.0, paused=False)
    home.run(1100 - home.second)
    home.points["garage"].tell(current_a=6.0, paused=True)
    assert 0.0 == home.run(minutes=20).amps()
    assert "manual: left as it is" == home.why()


@pytest.mark.parametrize(("mode", "cause"), [(Mode.AUTO, Cause.LATE_TRIP), (Mode.MAX, Cause.MAX)])
def test_two_that_fit_under_the_peak_one_by_one_go_above_it_together(mode: Mode, cause: Cause) -> None:
    """`max` on the one box, a trip that cannot be met or `max` on the other: each charges with all it can."""
    home = two_cars(peak_w=6000.0).run(30)
    home.rules = replace(home.rules, circuits=(Circuit(name="connection", limits_a=(40.0, 40.0, 40.0)),))
    home.tell(Named(charger="street", car="car_2"))
    home.list_trips(a_trip("@car_2@ Antwerpen 90 %", EVENING + timedelta(hours=6)))
    home.want(Mode.MAX)
    home.want(mode, charger="street")
    home.run(minutes=35)
    assert [3680, 3680] == [point.power_w for point in home.points.values()]
    assert f"street may take a quarter to 8.00 kW ({cause})" in " ".join(home.log)
    assert 7760 == pytest.approx(home.averages_w[1], abs=2)
    assert {Cause.MAX, cause} >= {above.cause for above in home.above} > set()
    assert [0.0, 0.0] == [claim.over_w for claim in home.ev_said.claims]  # alone none does, and older listeners know so


@pytest.mark.parametrize("how", ["ended", "asleep", "barred"])
def test_a_car_that_takes_nothing_makes_no_peak_for_its_late_trip_and_keeps_no_room(how: str) -> None:
    """What it cannot take is neither announced nor granted: the other one is ready in time under the paid peak."""
    first = Car(phases=1, limit_pct=41.0 if how == "ended" else 100.0, asleep=how == "asleep", deaf_to=99)
    home = two_cars(EVENING, first, Car(phases=1, name="car_2"), sun_w=steps({0: 7000.0, 2700: 0.0}), leap_s=15)
    if how == "barred":
        home.points["garage"].tell(limit_wh=500)
    home.run(hours=1)
    bay = home.ev.bays["garage"]
    assert [how == "ended", how == "asleep", how == "barred"] == [bay.ended, bay.asleep, bay.barred]
    home.list_trips(
        a_trip("@car_1@ Oostende 100 %", home.at + timedelta(hours=10)),
        a_trip("@car_2@ Gent 50 %", home.at + timedelta(hours=5), key="other"),
    )
    home.run(hours=4.5)
    assert 50 <= (home.pct("car_2") or 0)
    assert ([], []) == (home.above, [line for line in home.log if "may take" in line])
    assert home.ev.bays["garage"].pace.go  # there is room for it again, should it go on


def test_a_car_that_takes_nothing_is_tried_again_while_another_one_charges() -> None:
    """Its own timer lets it charge from 23:00 on; all night the other one could use all that is under the peak."""
    first = Car(phases=1, asleep=True, deaf_to=99)
    home = two_cars(EVENING, first, Car(phases=1, name="car_2"), leap_s=15)
    home.list_trips(
        a_trip("@car_1@ Oostende 55 %", home.at + timedelta(hours=11)),
        a_trip("@car_2@ Gent 65 %", home.at + timedelta(hours=11), key="other"),
    )
    home.run(hours=4)
    assert (True, 40.0) == (home.ev.bays["garage"].asleep, first.soc_pct)
    first.asleep = False
    home.run(hours=1)
    assert 40.5 < first.soc_pct
    home.run(hours=5.75)
    assert 55.0 <= first.soc_pct


def test_a_boost_is_given_to_a_car_that_had_ended() -> None:
    """Its owner raised the limit in the car, and there is no room under the peak for so much as its least."""
    car = Car(phases=1, limit_pct=41.0)
    home = a_home(NOON, car=car, base_w=steps({0: 400.0, 3600: 2100.0}), sun_w=steps({0: 4000.0, 3600: 0.0}), leap_s=5)
    home.run(minutes=98)
    assert (True, False) == (home.ev.bays["garage"].ended, home.ev.bays["garage"].pace.go)
    car.limit_pct = 100.0
    home.want(boost_until=home.at + timedelta(hours=1))
    home.run(minutes=5)
    assert 16.0 == home.amps()


def test_what_the_circuits_do_not_carry_takes_the_quarter_less_far() -> None:
    """`max` on three phases that carry 10 A: alone it keeps the 9 kW that are paid, and by how much is said."""
    home = a_home(charger=a_charger(phases=3, wired="123"), rules=a_car(phases=3), peak_w=9000.0).run(30)
    home.rules = replace(home.rules, circuits=(Circuit(name="connection", limits_a=(10.0, 10.0, 10.0)),))
    home.want(Mode.MAX)
    (claim,) = home.run(60).ev_said.claims
    assert 5000 < claim.wish_w < 6900
    assert 9000 * 0.96 - 400 - claim.wish_w == pytest.approx(claim.under_w, abs=1)
    assert 0.0 == claim.over_w


def test_two_cars_on_one_phase_stay_within_it() -> None:
    """3×25 A, all on L1: they share what the house leaves, and who has no room waits and says its place."""
    other = {0: 500.0, 600: 2700.0, 1200: 3700.0, 1800: 500.0}
    home = two_cars(peak_w=12_000.0)
    load = steps(other)
    home.base_w = lambda second: (load(second), 300.0, 300.0)
    home.list_trips(
        a_trip("@car_1@ Gent 80 %", EVENING + timedelta(hours=8)),
        a_trip("@car_2@ Brugge 80 %", EVENING + timedelta(hours=9), key="other"),
    )
    home.run(500)
    assert [11.4, 11.4] == [home.amps(), home.amps("street")]
    assert "held to 11.4 A by connection L1" in home.why()
    home.run(200)
    assert [6.6, 6.6] == [home.amps(), home.amps("street")]
    home.run(600)
    assert [8.9, 0.0] == [home.amps(), home.amps("street")]
    assert home.why("street").endswith("waits, place 1: connection L1 has no room for one more")
    home.run(900)
    assert [11.4, 11.4] == [home.amps(), home.amps("street")]
    assert home.over_s <= 20  # a minimum is given ten seconds before it is stopped
    assert 1 == home.pauses("street")


@pytest.mark.parametrize("phases", [3, 2])
def test_max_on_more_phases_goes_to_one_where_another_is_full(phases: int) -> None:
    """The oven hangs on L2: the car goes on, on L1 alone, without a pause between; and back when the oven is off."""
    home = a_home(
        NOON,
        charger=a_charger(phases=3, wired="123", switches=True),
        rules=a_car(phases=phases),
        peak_w=12_000.0,
    )
    home.base_w = lambda second: (300.0, 4800.0 if 600 < second <= 1500 else 300.0, 300.0)
    home.run(5)
    home.want(Mode.MAX)
    assert (16.0, phases) == (home.run(590).amps(), home.points["garage"].relays)
    home.run(minutes=5)
    assert (16.0, 1, 0) == (home.amps(), home.points["garage"].relays, home.pauses())
    assert home.over_s <= 10
    assert ["garage may take a quarter to 12.42 kW (max)"] * (phases == 3) == [
        line for line in home.log if "may take" in line
    ]
    assert (16.0, phases) == (home.run(minutes=20).amps(), home.points["garage"].relays)
