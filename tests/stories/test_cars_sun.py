"""Cars and the sun: clouds, a whole day, phases that switch, and the owner who says no."""

from itertools import pairwise

import pytest

from lib.core.modes import Mode, Phases
from lib.core.plugged import Named
from lib.sim.car import Car
from tests.stories.driveway import Load, steps
from tests.stories.homes import NOON, STATES, a_car, a_charger, a_home, two_cars


@pytest.mark.parametrize("state", STATES)
def test_a_cloud_of_90_s_stops_no_car(state: str) -> None:
    """Down to 6 A at once, said why, and back ampere by ampere; whatever is known of the battery."""
    home = a_home(NOON, state=state, sun_w=steps({60: 3000.0, 900: 0.0, 990: 3000.0}))
    assert 11.3 == home.run(899).amps()
    assert "charges at 2.6 kW from the sun" == home.why()
    assert 6.0 == home.run(10).amps()
    assert home.why() == (
        "waits for the sun: 0.0 kW is left over, it needs more; holds 6 A while the sun is away for a moment"
    )
    assert 6.0 == home.run(80).amps()
    assert 7.0 == home.run(5).amps()
    assert "charges at 1.8 kW from the sun; at 8 A, going up slowly" == home.run(10).why()
    assert 11.3 == home.run(60).amps()
    home.run(minutes=15)
    assert (1, 0, []) == (len(home.turns()), home.pauses(), home.above)
    assert 30 > home.averages_w[0]
    assert 200 > home.averages_w[1]


def test_a_cloud_of_four_minutes_stops_it_once() -> None:
    """After two minutes at 6 A; it starts again after five minutes of rest."""
    home = a_home(NOON, sun_w=steps({60: 3000.0, 900: 0.0, 1140: 3000.0})).run(1180)
    assert "is to charge from the sun; rests until 12:22, as a car wants after a stop" == home.why()
    home.run(minutes=8)
    assert [True, False, True] == [go for _, go in home.turns()]
    (start, stop, again) = [at_s for at_s, _ in home.turns()]
    assert (900 + 120, 300) == (stop, again - stop)
    assert start < 130


def test_a_sunny_day_fills_the_car_to_its_everyday_limit_for_nothing() -> None:
    """The house is served first, the car has the rest; little comes from the grid, and 80 % are enough."""
    base_w = steps({second: 300.0 + 1500.0 * (second // 900 % 4 == 0) for second in range(0, 28_800, 900)})
    home = a_home(NOON, soc_pct=72.0, base_w=base_w, sun_w=_parabola(4200.0, 25_200), leap_s=10)
    home.run(hours=7.5, until=lambda: "nothing to charge" in home.why())
    assert "has its 80 %: nothing to charge" == home.why()
    session = home.ev.bays["garage"].session
    assert session
    assert session.sun_wh > 20 * session.grid_wh
    assert 80 == round(home.points["garage"].home.soc_pct if home.points["garage"].home else 0)
    assert 2 >= home.pauses()
    assert [] == home.above


def test_pv_all_fills_up_what_a_little_sun_lacks_and_pv_only_does_not() -> None:
    """0.9 kW of sun: 6 A in the one mode, nothing in the other."""
    home = a_home(NOON, sun_w=lambda _: 1300.0, charger=a_charger(mode="pv_all")).run(120)
    assert (6.0, "charges at 1.4 kW from the sun") == (home.amps(), home.why())
    home.want(Mode.PV_ONLY)
    home.run(minutes=15)
    assert (0.0, "waits for the sun: 0.9 kW is left over, it needs more") == (home.amps(), home.why())


def test_off_while_the_car_waits_is_off() -> None:
    """The sun that would have started it in half a minute does not, today or later."""
    home = a_home(NOON, sun_w=lambda _: 3000.0).run(30)
    assert "is to charge from the sun; starts in a moment, if that lasts" == home.why()
    home.want(Mode.OFF)
    home.run(minutes=20)
    assert ([], "off, as you set it") == (home.turns(), home.why())
    assert "garage: off, as you set it" in home.log


def test_a_guest_charges_from_the_sun_and_faster_when_asked() -> None:
    """Nobody knows its battery, and nobody asks for it."""
    home = a_home(NOON, sun_w=lambda _: 3000.0, state="unknown").run(3)
    home.tell(Named(charger="garage", car=""))
    assert 11.3 == home.run(minutes=3).amps()
    assert "charges at 2.6 kW from the sun" == home.why()
    assert "garage: you said that a guest is on it" in home.log


@pytest.mark.parametrize(("limit_pct", "deaf_to"), [(41.0, 0), (100.0, 99)])
def test_a_car_that_takes_nothing_leaves_the_sun_to_the_next_one(limit_pct: float, deaf_to: int) -> None:
    """It has ended or does not wake, and is first in the list: the other has all that the house feeds in."""
    first = Car(phases=1, limit_pct=limit_pct, asleep=deaf_to > 0, deaf_to=deaf_to)
    home = two_cars(NOON, first, Car(phases=1, name="car_2"), sun_w=steps({0: 7000.0, 3600: 3000.0})).run(hours=1.5)
    assert ("charges at 2.6 kW from the sun", 11.3) == (home.why("street"), home.amps("street"))
    assert home.ev.bays["garage"].takes_nothing
    assert 50 > -home.meter.grid_w


def test_phases_follow_the_sun_but_not_each_cloud() -> None:
    """One phase with 2.6 kW, three with 5.6; clouds of 90 s are sat out at 6 A on three."""
    switching = {"charger": a_charger(phases=3, wired="123", switches=True), "rules": a_car(phases=3)}
    clouds = {
        second: 6000.0 if second % 240 == 0 else 2500.0 for at in range(3600, 5400, 240) for second in (at, at + 150)
    }
    home = a_home(NOON, sun_w=steps({0: 3000.0, 900: 6000.0, 2400: 3000.0, **clouds}), **switching)  # type: ignore[arg-type]
    point = home.points["garage"]
    assert (11.3, 1) == (home.run(890).amps(), point.relays)
    assert (8.1, 3) == (home.run(180).amps(), point.relays)
    assert "switches phases" in " ".join(home.sentences)
    assert (11.3, 1) == (home.run(1630).amps(), point.relays)
    home.run(2700)
    assert (3, 3) == (point.relays, point.switches)
    asked = [(at_s, order.phases) for at_s, order in home.wires["garage"].sent]
    switched = [at_s for (_, was), (at_s, phases) in pairwise(asked) if phases != was]
    assert all(later - earlier >= 600 for earlier, later in pairwise(switched))
    assert (1, []) == (len(home.turns()), home.above)
    home.want(phases=Phases.ONE)
    assert 1 == (home.run(minutes=12), point.relays)[1]


def test_a_car_of_two_phases_comes_back_to_one_on_a_box_that_knows_one_or_three(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is told three, as it says that it has; when less sun is left, one phase takes all of it."""
    charger = a_charger(phases=3, wired="123", switches=True, step_a=1.0)
    home = a_home(NOON, sun_w=steps({0: 7400.0, 1800: 2900.0}), charger=charger, rules=a_car(phases=2))
    point = home.points["garage"]
    tell = point.tell
    monkeypatch.setattr(point, "tell", lambda *, phases, **rest: tell(phases=3 if phases == 2 else phases, **rest))
    home.run(minutes=29)
    assert (15.0, 3, "charges at 6.9 kW from the sun") == (home.amps(), point.settings.phases, home.why())
    home.run(minutes=20)
    assert (10.0, 1, "charges at 2.3 kW from the sun") == (home.amps(), point.settings.phases, home.why())
    assert (0, {1, 3}) == (home.pauses(), {order.phases for _, order in home.wires["garage"].sent})


def _parabola(most_w: float, day_s: int) -> Load:
    """A clear sky, in steps of five minutes."""

    def sun_w(second: int) -> float:
        part = (second // 300 * 300) / day_s
        return max(0.0, 4 * most_w * part * (1 - part))

    return sun_w
