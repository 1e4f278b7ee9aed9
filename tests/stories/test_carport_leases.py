"""The lease timeline: whoever is lost, at whatever second and for how long, no circuit could be carrying too much."""

import os
from collections.abc import Iterable

import pytest

from lib.core.carport import ChargingRules
from lib.core.circuits import Amps, Circuit
from tests.stories.carport import Carport, chargers, guest, numbered
from tests.stories.carport_fates import lived
from tests.stories.carport_line import Fate

RUNS = int(os.environ.get("DM_LEASE_RUNS", "60"))  # the bench `leases` lives through thousands
PARTS = 6
SURE_S = 40  # by then the lease of one that fell silent has ended: its 30 s, and two cycles
CYCLE_S = 5
FOLLOWS_S = 8


def a_port(*, limit_a: float, count: int = 3, base_a: Amps = (0.0, 0.0, 0.0), **more: object) -> Carport:
    """So many chargers on one circuit, each with a car that takes all it is offered, for some minutes already."""
    rules = ChargingRules(
        chargers=chargers(numbered(count), **({"watched": True} | more)),
        circuits=(Circuit(name="connection", limits_a=(limit_a,) * 3),),
    )
    port = Carport(rules, base_a=lambda _: base_a)
    for member in port.members.values():
        member.plug_in(guest(phases=member.rules.phases))
    return port


def ended(port: Carport) -> Carport:
    """With all that was exceeded."""
    port.laws.end()
    return port


def slow(port: Carport) -> Carport:
    """With cars that take their time."""
    for member in port.members.values():
        member.guest = guest(phases=member.rules.phases, follows_s=FOLLOWS_S - 1)
    return port


def lose(port: Carport, names: Iterable[str], fate: Fate = Fate.LOST) -> None:
    """From now on nothing reaches these."""
    for name in names:
        port.lines[name].fate = fate


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_ever_exceeded(part: int) -> None:
    """Ev, dm, the meter, the network, a charger or its answers lost at random: the worst case fits always.

    Nor is anybody offered less than its least, or let go on within five minutes of a stop that was told it.
    """
    for seed in range(part, RUNS, PARTS):
        port, blows = lived(seed)
        laws = port.laws
        assert ([], [], []) == (laws.could, laws.between, laws.pulses()), f"run {seed}: {blows}"


def test_one_without_power_keeps_its_room() -> None:
    """What it drew is gone from the meter, and that is no sun: it may be back at any second."""
    port = a_port(limit_a=32.0, phases=1, wired="1").run(120)
    assert [10.0, 10.0, 10.0] <= port.amps()
    port.members["c2"].up = False
    port.run(25)
    port.members["c2"].up = True
    assert [] == ended(port.run(60)).laws.could


def test_nobody_begins_before_all_have_come_down() -> None:
    """Ten give way by an ampere or less each: what the newcomer has is what was given, not what will be."""
    port = a_port(limit_a=100.0, count=11, phases=1, wired="1")
    port.members["c11"].unplug(0)
    port.run(150)
    assert 90 < sum(port.amps())
    port.members["c11"].plug_in(guest(phases=1, follows_s=1))
    assert [] == ended(port.run(120)).laws.could
    assert port.members["c11"].offered_a >= 9


def test_one_that_was_never_read_counts_with_all_it_may_take() -> None:
    """Ev starts while one does not answer: nobody knows what that one was told before."""
    port = a_port(limit_a=50.0, count=2, phases=1, wired="1")
    cable = Circuit(name="cable", limits_a=(50.0, None, None), chargers=frozenset(port.members), above="connection")
    connection = Circuit(name="connection", limits_a=(100.0, 100.0, 100.0))
    port = Carport(ChargingRules(chargers=port.rules.chargers, circuits=(connection, cable)))
    for member in port.members.values():
        member.plug_in(guest(phases=1))
    port.adopt({"c1": 25.0, "c2": 25.0})
    port.run(100)
    port.kill_ev()
    lose(port, ["c2"])
    port.run(3)
    port.start_ev()
    assert [] == ended(port.run(60)).laws.could


def test_one_that_was_never_read_and_watches_itself_counts_once_with_its_safe_current() -> None:
    """On a cable without a meter: not as other load and as a silent charger."""
    members = chargers(["c1", "c2"], phases=1, wired="1", safe_a=6.0, watched=True)
    cable = Circuit(name="cable", limits_a=(22.0, None, None), chargers=frozenset(members), above="connection")
    connection = Circuit(name="connection", limits_a=(100.0, 100.0, 100.0))
    port = Carport(ChargingRules(chargers=members, circuits=(connection, cable)))
    port.members["c1"].plug_in(guest(phases=1))
    lose(port, ["c2"])
    assert [] == ended(port.run(SURE_S + 120)).laws.could
    assert 16.0 == port.members["c1"].offered_a


def test_the_room_of_a_silent_one_is_given_away_when_its_lease_has_surely_ended() -> None:
    """Not a second before; then the others have all but its safe current, and it has its part again in the end."""
    port = a_port(limit_a=40.0, phases=1, wired="1", safe_a=6.0).run(200)
    assert [14.0, 13.0, 13.0] == port.amps()
    lose(port, ["c3"])
    before = port.amps()[:2]
    assert before == port.run(30).amps()[:2]
    assert 6.0 == port.run(5).members["c3"].offered_a
    port.run(SURE_S + 60)
    assert 34.0 == sum(port.amps()[:2])
    assert [] == ended(port).laws.could
    lose(port, ["c3"], Fate.WELL)
    assert [14.0, 13.0, 13.0] == sorted(port.run(200).amps(), reverse=True)


def test_one_that_was_lost_for_long_begins_again_when_the_others_have_given_way() -> None:
    """It has fallen to its safe current; what it had is somebody else's by then."""
    port = slow(a_port(limit_a=40.0, phases=1, wired="1", safe_a=6.0)).run(150)
    lose(port, ["c3"])
    port.run(135)
    lose(port, ["c3"], Fate.WELL)
    assert [] == ended(port.run(30)).laws.could


def test_one_whose_answers_are_lost_is_not_taken_for_one_that_hears_nobody() -> None:
    """It is slow to answer, so its watchdog is content: what it is told at last holds when its car has followed."""
    port = slow(a_port(limit_a=20.0, count=2, phases=1, wired="1", safe_a=6.0))
    port.members["c1"].unplug(0)
    port.run(200)
    assert [0.0, 20.0] == port.amps()
    lose(port, ["c2"], Fate.UNANSWERED)
    port.run(10)
    port.plug_in("c1", guest(phases=1, follows_s=1))
    assert [] == ended(port.run(60)).laws.could


def test_one_whose_answers_are_lost_is_not_stopped_and_let_go_on_at_once() -> None:
    """Three phases have no safe current, so it is paused; then it rests for five minutes as after any stop."""
    port = a_port(limit_a=40.0, count=2).run(150)
    lose(port, ["c1"], Fate.UNANSWERED)
    port.run(60)
    lose(port, ["c1"], Fate.WELL)
    assert [] == port.run(100).laws.pulses()


def test_a_start_leaves_one_alone_whose_car_is_about_to_draw() -> None:
    """It was told to go, its car has not followed yet, and ev starts anew: nobody told it to stop."""
    port = a_port(limit_a=40.0, count=1)
    port.members["c1"].guest = guest(follows_s=7)
    while not port.members["c1"].go:
        port.run(1)
    port.kill_ev()
    port.run(2)
    port.start_ev()
    assert [(True, 10.0)] == [(order.go, order.current_a) for _, order in port.run(12).lines["c1"].sent] or (
        [] == port.lines["c1"].sent
    )


def test_one_without_a_watchdog_keeps_its_room_for_good() -> None:
    """Its last current is its safe current."""
    port = a_port(limit_a=40.0, phases=1, wired="1", current_a=13.0, watched=False).run(200)
    lose(port, ["c3"])
    assert [13.0, 13.0, 13.0] == port.run(300).amps()
    assert [] == ended(port).laws.could


def test_one_that_refused_has_more_only_when_the_others_have_given_way() -> None:
    """It was to have an ampere more, and said no for minutes: that ampere is somebody else's by now."""
    port = slow(a_port(limit_a=40.0, count=2, phases=1, wired="1")).run(12)
    assert [10.0, 10.0] == port.amps()
    lose(port, ["c1"], Fate.REFUSED)
    one, two = port.run(180).amps()
    assert (True, True) == (one == 10, two > 22)
    lose(port, ["c1"], Fate.WELL)
    assert [] == ended(port.run(200)).laws.could
    assert [20.0, 20.0] == port.run(100).amps()


def one_full(*, lifts: bool) -> Carport:
    """32 A for three chargers; when nobody steers the first has them all, the others nothing."""
    port = a_port(limit_a=32.0, phases=1, wired="1")
    rules = {
        name: chargers([name], phases=1, wired="1", watched=True, safe_a=0.0 if n else 32.0)[name]
        for n, name in enumerate(port.members)
    }
    port = Carport(ChargingRules(chargers=rules, circuits=port.rules.circuits))
    for member in port.members.values():
        member.plug_in(guest(phases=1))
        member.lifts = lifts
    return port.run(120)


def test_one_full_the_others_off() -> None:
    """By their safe currents; a watchdog that never gives more than there was exceeds nothing meanwhile."""
    port = one_full(lifts=False)
    before = port.amps()
    assert 32.0 >= sum(before) > 29
    port.kill_ev()
    assert [before[0], 0.0, 0.0] == port.run(60).amps()
    port.start_ev()
    port.run(400)
    assert sorted(before) == sorted(port.amps())
    assert [] == ended(port).laws.could


def test_one_full_by_a_watchdog_that_lifts() -> None:
    """All are lost in one cycle, so for that long and until the cars have followed there is too much, no longer."""
    port = one_full(lifts=True)
    port.kill_ev()
    assert [32.0, 0.0, 0.0] == port.run(60).amps()
    assert all(found.for_s <= CYCLE_S + FOLLOWS_S for found in ended(port).laws.could)


def test_one_that_lifts_itself_has_its_room_by_then() -> None:
    """The first alone is lost: the others are off before its own watchdog gives it all."""
    port = one_full(lifts=True)
    lose(port, ["c1"])
    assert [32.0, 0.0, 0.0] == port.run(70).amps()
    assert [] == ended(port).laws.could


def test_all_have_back_what_they_had() -> None:
    """Ev, dm, the meter or the network lost for a minute: seven minutes later all is as it was, without help."""
    for what in ("ev", "dm", "meter", "network"):
        port = a_port(limit_a=40.0, phases=1, wired="1", safe_a=6.0).run(100)
        before = port.amps()
        port.ev_lives, port.dm_lives, port.meter_talks = what != "ev", what != "dm", what != "meter"
        lose(port, port.lines, Fate.LOST if what == "network" else Fate.WELL)
        assert [6.0, 6.0, 6.0] == port.run(60).amps(), what
        port.dm_lives = port.meter_talks = True
        if what == "ev":
            port.start_ev()
        lose(port, port.lines, Fate.WELL)
        assert sorted(before) == sorted(port.run(420).amps()), what
        assert [] == ended(port).laws.could, what
