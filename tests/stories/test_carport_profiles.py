"""How a circuit shares: who came first, who leaves soonest, whose turn it is; and limits and meters of a group."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from math import inf

import pytest

from lib.core.agenda import Listed
from lib.core.car import CarReading, CarRules, CarTold
from lib.core.carport import ChargingRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Amps, Circuit, Profile
from lib.core.gauges import Limited
from lib.core.power import PHASE_V
from lib.core.soc import TYPED
from lib.core.trip import Entry
from tests.stories.carport import Carport, chargers, guest
from tests.stories.carport_line import Fate

ROTATION_S = 1800


def port_of(
    *rules: ChargerRules,
    limit_a: float,
    profile: Profile | None = None,
    cars: tuple[CarRules, ...] = (),
    leap_s: int = 5,
) -> Carport:
    """Chargers on one circuit that shares by a profile, each with a car."""
    chosen = ChargingRules(
        chargers={one.name: one for one in rules},
        cars={car.name: car for car in cars},
        circuits=(Circuit(name="connection", limits_a=(limit_a,) * 3, profile=profile),),
        rotation_s=ROTATION_S,
    )
    port = Carport(chosen, leap_s=leap_s)
    for member in port.members.values():
        member.plug_in(guest(phases=member.rules.phases))
    return port


def charger(name: str, current_a: float = 32.0, *, priority: int = 0) -> ChargerRules:
    """On one phase, giving all it can."""
    return ChargerRules(name=name, current_a=current_a, phases=1, wired="1", mode="max", priority=priority)


def settled(port: Carport, seconds: float = 360) -> list[float]:
    """What each offers in the end; no phase of a circuit carried too much for longer than cars take to follow."""
    port.run(seconds)
    assert all(found.for_s <= 8 for found in port.laws.did)
    assert [] == port.laws.between
    return port.amps()


@pytest.mark.parametrize(
    ("profile", "amps"),
    [
        (Profile.EQUAL, [10.0, 15.0, 15.0]),
        (Profile.PROPORTIONAL, [6.0, 17.0, 17.0]),
        (Profile.STATION, [10.0, 24.0, 6.0]),
        (Profile.RAMP, [10.0, 15.0, 15.0]),
    ],
)
def test_maxima_of_10_32_and_32_a_on_40_a(profile: Profile, amps: list[float]) -> None:
    """The same three cars, by four ways to share."""
    port = port_of(charger("a", 10.0), charger("b"), charger("c"), limit_a=40.0, profile=profile)
    assert amps == settled(port)


def test_who_came_first_is_served_first() -> None:
    """The last in the list came first, so it has all it takes; who came last waits for the least."""
    port = port_of(charger("a", 20.0), charger("b", 20.0), charger("c", 20.0), limit_a=40.0, profile=Profile.FIFO)
    for name in ("a", "b"):
        port.unplug(name)
    assert [0.0, 0.0, 20.0] == settled(port, 240)
    port.plug_in("b", guest(phases=1))
    assert [0.0, 20.0, 20.0] == settled(port, 240)
    port.plug_in("a", guest(phases=1))
    assert [6.0, 14.0, 20.0] == settled(port, 240)
    port.unplug("c")
    assert [20.0, 20.0, 0.0] == settled(port, 300)


def test_the_higher_priority_has_all_it_takes() -> None:
    """Equals among themselves; whoever has none is left its least."""
    rules = charger("a"), charger("b", priority=5), charger("c", priority=5)
    assert [6.0, 17.0, 17.0] == settled(port_of(*rules, limit_a=40.0, profile=Profile.PRIORITY))


def with_trips(profile: Profile, hours: dict[str, float], *, soc_pct: float = 40.0, limit_a: float = 30.0) -> Carport:
    """A car on each charger, which leaves in so many hours with 80 %."""
    cars = tuple(CarRules(name=f"car_{name}", capacity_wh=60_000.0, phases=1, current_a=32.0) for name in hours)
    rules = [
        ChargerRules(name=name, current_a=20.0, phases=1, wired="1", mode="max", car=f"car_{name}") for name in hours
    ]
    port = port_of(*rules, limit_a=limit_a, profile=profile, cars=cars)
    port.run(10)
    for name, ahead in hours.items():
        port.tell(CarTold(car=f"car_{name}", reading=CarReading(source=TYPED, as_of=port.at, soc_pct=soc_pct)))
        del ahead
    trips = tuple(
        Entry(
            key=name,
            title=f"@car_{name}@ Gent 80 %",
            start=port.at + timedelta(hours=ahead),
            end=port.at + timedelta(hours=ahead + 4),
        )
        for name, ahead in hours.items()
    )
    port.tell(Listed(calendar="calendar", entries=trips, at_s=port.second))
    return port


def test_least_laxity_serves_who_leaves_soonest() -> None:
    """The last in the list leaves first; who has no trip is served last."""
    port = with_trips(Profile.LAXITY, {"a": 40.0, "b": 20.0, "c": 9.0})
    assert [6.0, 6.0, 18.0] == settled(port)
    port = with_trips(Profile.LAXITY, {"a": 9.0, "b": 20.0, "c": 40.0})
    assert [18.0, 6.0, 6.0] == settled(port)


def test_who_needs_least_of_its_time_waits_longest() -> None:
    """Relative: the same order for equal cars."""
    assert [6.0, 6.0, 18.0] == settled(with_trips(Profile.RELATIVE, {"a": 40.0, "b": 20.0, "c": 9.0}))


@pytest.mark.parametrize("profile", [Profile.LAXITY, Profile.RELATIVE])
@pytest.mark.parametrize("limit_a", [10.0, 26.0])
def test_two_with_the_same_time_to_spare_do_not_take_turns_by_the_second(profile: Profile, limit_a: float) -> None:
    """Who is served keeps its time while the other's runs out; nearly all that the circuit carries is charged."""
    port = with_trips(profile, {"a": 12.0, "b": 12.0}, limit_a=limit_a)
    port.run(hours=2)
    assert sum(member.total_wh for member in port.members.values()) > 0.85 * 2 * limit_a * PHASE_V
    assert all(len(turns) <= 14 for turns in port.laws.turns.values())
    assert [] == port.laws.pulses()


@pytest.mark.parametrize("wants_wh", [0.0, 300.0])
@pytest.mark.parametrize("profile", [Profile.EQUAL, Profile.STATION])
def test_a_car_that_takes_nothing_gives_way_to_one_that_does(profile: Profile, wants_wh: float) -> None:
    """It came full, or it is done: the other one does not wait for its leaving."""
    port = port_of(charger("a"), charger("b"), limit_a=10.0, profile=profile)
    port.unplug("a")
    port.plug_in("a", guest(phases=1, wants_wh=wants_wh))
    port.run(hours=1)
    assert [0.0, 10.0] == port.amps()
    assert [0.0, 10.0] == port.run(hours=1).amps()


@pytest.mark.parametrize("wants_wh", [0.0, 300.0])
def test_what_a_car_does_not_take_another_one_has(wants_wh: float) -> None:
    """It is left offered its least, and has its part again when it does."""
    port = port_of(charger("a"), charger("b"), limit_a=32.0)
    port.unplug("a")
    port.plug_in("a", guest(phases=1, wants_wh=wants_wh))
    assert [6.0, 26.0] == port.run(minutes=40).amps()
    car = port.members["a"].guest
    assert car
    port.members["a"].guest = replace(car, wants_wh=9e9)
    assert [16.0, 16.0] == port.run(minutes=10).amps()


def test_each_that_waits_has_its_turn() -> None:
    """12 A carry two of three: every half hour another one waits, and nobody is stopped more often than that."""
    port = port_of(charger("a"), charger("b"), charger("c"), limit_a=12.0, leap_s=15)
    waited = dict.fromkeys(port.members, 0)
    for _ in range(6 * ROTATION_S // 60):
        port.run(60)
        assert sum(port.amps()) <= 12
        for name, member in port.members.items():
            waited[name] += not member.go
    assert all(1.5 * ROTATION_S / 60 <= minutes <= 3 * ROTATION_S / 60 for minutes in waited.values()), waited
    port.laws.end()
    assert [] == [found for found in port.laws.did if found.for_s > 8]
    assert [] == port.laws.pulses()
    for turns in port.laws.turns.values():
        stops = [at_s for at_s, goes in turns if not goes]
        assert all(later - sooner >= ROTATION_S for sooner, later in pairwise(stops))


@pytest.mark.parametrize("first", ["a", "b"])
def test_who_charges_goes_on_when_its_charger_missed_a_reading(first: str) -> None:
    """It does not answer for six seconds while another waits: the line does not turn for that."""
    port = port_of(charger("a"), charger("b"), limit_a=10.0, leap_s=1)
    second = "b" if first == "a" else "a"
    port.unplug(second)
    port.run(60)
    port.plug_in(second, guest(phases=1))
    port.run(300)
    port.lines[first].fate = Fate.LOST
    port.run(6)
    assert port.ev.bays[first].post.missed
    port.lines[first].fate = Fate.WELL
    port.run(300)
    assert (10.0, 0.0) == (port.members[first].offered_a, port.members[second].offered_a)
    assert {first: [True]} == {name: [goes for _, goes in turns] for name, turns in port.laws.turns.items()}


def test_a_ramp_waits_until_its_least_was_free_for_some_cycles() -> None:
    """Then it rises by a kilowatt at a time, and what is missing is shed at once."""
    rules = {"a": charger("a")}
    base_a = [25.0]
    port = Carport(
        ChargingRules(
            chargers=rules, circuits=(Circuit(name="connection", limits_a=(40.0,) * 3, profile=Profile.RAMP),)
        ),
        base_a=lambda _: (base_a[0], 0.0, 0.0),
    )
    port.members["a"].plug_in(guest(phases=1))
    base_a[0] = 36.0
    port.run(60)
    assert [0.0] == port.amps()
    base_a[0] = 5.0
    freed_s = port.second
    port.run(90)
    sent = [(at_s, order.current_a) for at_s, order in port.lines["a"].sent if order.go]
    assert sent[0][0] - freed_s >= 15
    assert 6.0 == sent[0][1]
    assert all(later - sooner <= 1000 / PHASE_V + 1 for (_, sooner), (_, later) in pairwise(sent))
    assert [32.0] == port.amps()
    base_a[0] = 30.0
    port.run(3)
    assert [10.0] == port.amps()


def below(limit: Callable[[Circuit], Circuit]) -> Carport:
    """Two chargers in a group of 40 A below a connection of 100 A."""
    group = limit(Circuit(name="group", limits_a=(40.0,) * 3, chargers=frozenset({"a", "b"}), above="connection"))
    rules = chargers(["a", "b"], phases=1, wired="1")
    port = Carport(
        ChargingRules(chargers=rules, circuits=(Circuit(name="connection", limits_a=(100.0,) * 3), group)), leap_s=1
    )
    for member in port.members.values():
        member.plug_in(guest(phases=1))
    return port


def test_a_limit_that_follows_holds_as_long_as_it_was_said_to() -> None:
    """Cut within a second, back to the owner's own when nothing newer comes; never above that."""
    port = below(lambda circuit: circuit).run(150)
    assert [20.0, 20.0] == port.amps()
    port.tell(Limited(circuit="group", until_s=port.second + 120, limits_a=(16.0, 16.0, 16.0), by="the grid"))
    port.run(2)
    assert [8.0, 8.0] == port.amps()
    port.run(60)
    port.tell(Limited(circuit="group", until_s=port.second + 120, limits_a=(18.0, 18.0, 18.0), by="the grid"))
    assert [9.0, 9.0] == port.run(100).amps()
    assert [20.0, 20.0] == port.run(150).amps()
    port.tell(Limited(circuit="group", until_s=port.second + 120, limits_a=(90.0, 90.0, 90.0), by="the grid"))
    assert [20.0, 20.0] == port.run(100).amps()


def test_a_limit_of_nothing_pauses_all() -> None:
    """And they go on after their rest."""
    port = below(lambda circuit: circuit).run(100)
    port.tell(Limited(circuit="group", until_s=port.second + 60, limits_a=(0.0, 0.0, 0.0), by="the grid"))
    assert [0.0, 0.0] == port.run(20).amps()
    port.run(120)
    assert [0.0, 0.0] == port.amps()
    assert [20.0, 20.0] == port.run(400).amps()
    assert [] == port.laws.pulses()


def measured(circuit: Circuit) -> Circuit:
    """With a meter of its own, and the most that may flow there."""
    return Circuit(
        name=circuit.name,
        limits_a=circuit.limits_a,
        chargers=circuit.chargers,
        above=circuit.above,
        measured=True,
        worst_a=(20.0, 20.0, 20.0),
    )


def test_a_group_with_a_meter_of_its_own_makes_room_for_what_else_flows() -> None:
    """Within a second of the meter, and back when that is over."""
    other_a: list[Amps] = [(4.0, 0.0, 0.0)]
    port = below(measured)
    port.others_a["group"] = lambda _: other_a[0]
    assert [18.0, 18.0] == port.run(150).amps()
    other_a[0] = (20.0, 0.0, 0.0)
    assert [10.0, 10.0] == port.run(10).amps()
    other_a[0] = (4.0, 0.0, 0.0)
    assert [18.0, 18.0] == port.run(150).amps()


def test_what_a_meter_further_down_sees_flows_above_it_too() -> None:
    """A row of 40 A without a meter, with a group in it that has one."""
    port = below(measured)
    row = replace(port.rules.circuits[1], name="row", measured=False, worst_a=None)
    rules = replace(port.rules, circuits=(port.rules.circuits[0], row, replace(port.rules.circuits[1], above="row")))
    port = Carport(replace(rules, circuits=(*rules.circuits[:2], replace(rules.circuits[2], limits_a=(63.0,) * 3))))
    for member in port.members.values():
        member.plug_in(guest(phases=1))
    port.others_a["group"] = lambda _: (20.0, 0.0, 0.0)
    assert [10.0, 10.0] == port.run(150).amps()


def test_a_meter_of_a_group_that_dies() -> None:
    """Nothing is raised after three seconds, its worst case counts after thirty; it recovers by itself."""
    port = below(measured)
    port.others_a["group"] = lambda _: (4.0, 0.0, 0.0)
    port.run(60)
    port.gauges.clear()
    port.run(4)
    before = port.amps()
    assert sum(before) < 36
    assert before == port.run(20).amps()
    assert [10.0, 10.0] == port.run(15).amps()
    port.gauges.add("group")
    assert [18.0, 18.0] == port.run(180).amps()
    assert [] == port.laws.could


def test_a_charger_that_cannot_say_what_hangs_on_it_keeps_its_room() -> None:
    """Its car takes nothing for a while, and another comes: when the first goes on, the cable carries both."""
    port = port_of(charger("a", 16.0), charger("b", 16.0), limit_a=20.0, leap_s=1)
    port.unplug("b")
    port.run(300)
    assert [16.0, 0.0] == port.amps()
    first = port.members["a"].guest
    assert first is not None
    first.wants_wh = 0.0
    port.run(20)
    port.lines["a"].vague = True
    port.run(20)
    port.plug_in("b", guest(phases=1))
    port.run(120)
    first.wants_wh = inf
    port.run(60)
    port.laws.end()
    assert [] == [*port.laws.could, *port.laws.did]
