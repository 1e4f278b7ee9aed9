"""What an owner noticed while he lived with it."""

from datetime import timedelta

import pytest

from lib.core.modes import Mode
from tests.stories.driveway import Driveway
from tests.stories.homes import EVENING, NOON, a_car, a_charger, a_home, a_trip, day_and_night


def three_phases(**more: object) -> Driveway:
    """A charger that can switch, and a car that takes three phases."""
    charger = a_charger(phases=3, wired="123", switches=True)
    return a_home(NOON, charger=charger, rules=a_car(phases=3), **more)  # type: ignore[arg-type]


def test_nothing_switches_phases_while_dm_is_gone() -> None:
    """Grants run out; the charger goes to its safe setting as it is."""
    home = three_phases(peak_w=9000.0, soc_pct=10.0).run(minutes=5)
    assert home.amps() >= 6
    home.dm_lives = False
    switches = home.points["garage"].switches
    home.run(minutes=3)
    assert (switches, 0.0) == (home.points["garage"].switches, home.amps())


def test_a_car_that_sleeps_after_a_stop_of_ours_is_woken() -> None:
    """It had charged, was stopped, and takes nothing when it may again."""
    home = a_home(NOON, soc_pct=10.0).run(minutes=12)
    car = home.points["garage"].car
    assert car
    home.meter_talks = False
    home.run(minutes=17)
    assert home.amps() in {0.0, 6.0}
    home.want(mode=Mode.OFF)
    home.run(minutes=1)
    car.asleep = True
    home.meter_talks = True
    home.want(mode=Mode.AUTO)
    home.run(minutes=10)
    assert not car.asleep
    assert home.points["garage"].power_w > 1000


def test_the_sun_fills_a_car_that_has_enough_for_its_trip() -> None:
    """Up to the everyday level, however little the trip wants."""
    home = three_phases(soc_pct=63.0, sun_w=lambda _: 2_600.0, prices=day_and_night(NOON))
    home.list_trips(a_trip("@car_1@ Antwerpen 180 km", NOON + timedelta(hours=19)))
    home.run(minutes=5)
    assert home.why() == "charges at 2.2 kW from the sun"


def test_a_car_that_began_on_one_phase_goes_to_three_when_there_is_room() -> None:
    """What it asks of dm is what three phases carry, on however many it charges just now: so its grant stays."""
    home = three_phases(peak_w=15_000.0)
    home.base_w = lambda second: (300.0, 2_000.0 if second > 600 else 4_800.0, 300.0)
    home.run(5)
    home.want(Mode.MAX)
    assert (16.0, 1) == (home.run(590).amps(), home.points["garage"].relays)
    home.run(20)
    wishes_w = set()
    for _ in range(20):
        [claim] = [bay.claim for bay in home.run(1).ev.bays.values()]
        assert claim
        wishes_w.add(claim.wish_w)
    assert {11_040.0} == wishes_w
    home.run(minutes=15)
    assert (16.0, 3) == (home.amps(), home.points["garage"].relays)


@pytest.mark.parametrize("mode", [Mode.MAX, Mode.MANUAL])
def test_a_mode_that_is_chosen_before_the_car_comes_waits_five_minutes_for_it(mode: Mode) -> None:
    """However long the last car is gone; without a car it ends then, and with one it stays."""
    home = a_home(plugged=False).run(minutes=10)
    home.want(mode)
    assert mode is home.run(minutes=4).ev.bays["garage"].mode
    home.want(mode)
    assert mode is home.run(minutes=4).ev.bays["garage"].mode
    assert Mode.AUTO is home.run(minutes=2).ev.bays["garage"].mode
    assert "garage: auto again, no car is there" in home.log
    home.want(mode)
    home.run(minutes=4)
    home.points["garage"].plug_in()
    assert mode is home.run(minutes=10).ev.bays["garage"].mode


@pytest.mark.parametrize("was_a", [0.0, 6.0, 16.0])
def test_a_car_goes_on_when_manual_ends(was_a: float) -> None:
    """AUTO begins with what the charger was set to by hand, and neither stops a car nor jumps."""
    home = a_home(peak_w=6000.0, soc_pct=30.0, leap_s=1)
    home.list_trips(a_trip("@car_1@ full", EVENING + timedelta(hours=9)))
    home.want(Mode.MANUAL)
    home.run(30)
    home.points["garage"].tell(current_a=max(6.0, was_a), paused=not was_a)
    assert was_a == home.run(minutes=20).amps()
    home.want(Mode.AUTO)
    assert (was_a or 10.0) <= home.run(10).amps()
    assert 16.0 == home.run(minutes=3).amps()
    assert 0 == home.points["garage"].interruptions


def test_off_after_manual_stops_the_car_at_once() -> None:
    """However short it has charged; and it may start again without a rest."""
    home = a_home(peak_w=6000.0, soc_pct=30.0, leap_s=1)
    home.want(Mode.MANUAL)
    home.run(30)
    home.points["garage"].tell(current_a=16.0, paused=False)
    assert 16.0 == home.run(minutes=2).amps()
    home.want(Mode.OFF)
    assert 0.0 == home.run(10).amps()
    home.want(Mode.MAX)
    assert 6.0 <= home.run(15).amps()
