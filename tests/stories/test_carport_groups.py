"""What a carport of groups in groups comes to when nobody comes or leaves, and over a day on which twenty cars do."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest

from lib.core.carport import ChargingRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Amps, Circuit
from tests.stories.carport import Carport, Ledger, chargers, guest
from tests.stories.carport_line import Fate
from tests.stories.carport_members import Guest

HOUR = 3600
GROUPS, EACH = 4, 5
ALIKE_A = 1.05  # two that wait for the same row are a step apart at most
LEAST_WH = 1_500
MOVES_S = 60  # what one leaves has gone to the others by then, and what one needs has been given up


def carport(
    rules: Mapping[str, ChargerRules],
    limits: Mapping[str, tuple[float | Amps, Sequence[str] | None]],
    *,
    base_a: Amps = (0.0, 0.0, 0.0),
    empty: Sequence[str] = (),
    phases: int = 1,
) -> Carport:
    """Chargers on circuits, each with a car but for some; limits: of each circuit, and what hangs below it."""
    circuits = []
    for name, (limit, below) in limits.items():
        limits_a = limit if isinstance(limit, tuple) else (limit, limit, limit)
        held = None if below is None else frozenset(below)
        circuits.append(
            Circuit(name=name, limits_a=limits_a, chargers=held, above="" if held is None else "connection")
        )
    port = Carport(ChargingRules(chargers=rules, circuits=tuple(circuits)), base_a=lambda _: base_a, leap_s=5)
    for name, member in port.members.items():
        if name not in empty:
            member.plug_in(guest(phases=phases))
    return port


def juicenet(*plugged: str, step_a: float = 1.0, leap_s: int = 5) -> Carport:
    """Four groups of 40 A with five chargers each below a service of 100 A; all on one phase."""
    names = [f"g{group}c{n}" for group in range(1, GROUPS + 1) for n in range(1, EACH + 1)]
    rules = chargers(names, current_a=40.0, phases=1, wired="1", step_a=step_a, watched=True, safe_a=0.0)
    limits: dict[str, tuple[float | Amps, Sequence[str] | None]] = {"connection": (100.0, None)}
    limits |= {f"group {n}": (40.0, names[(n - 1) * EACH : n * EACH]) for n in range(1, GROUPS + 1)}
    port = carport(rules, limits, empty=[name for name in names if name not in plugged])
    port.leap_s = leap_s
    return port


def offered(port: Carport, seconds: float = 420) -> dict[str, float]:
    """What each charger with a car offers, once that has settled; no circuit was ever exceeded."""
    port.run(seconds)
    port.laws.end()
    assert ([], [], []) == (port.laws.could, port.laws.between, port.laws.pulses())
    return {name: member.offered_a for name, member in port.members.items() if member.guest is not None}


def test_twenty_cars_below_100_a() -> None:
    """Sixteen run, four wait: a car takes 6 A or nothing."""
    names = list(juicenet().members)
    port = juicenet(*names)
    amps = sorted(offered(port, 120).values(), reverse=True)
    assert [7.0] * 4 + [6.0] * 12 + [0.0] * 4 == amps
    waiting = [name for name, member in port.members.items() if not member.go]
    assert all("waits, place" in port.why(name) for name in waiting)
    fine = sorted(offered(juicenet(*names, step_a=0.1), 120).values(), reverse=True)
    assert 100 == pytest.approx(sum(fine), abs=0.2)
    assert 0.1 >= round(fine[0] - fine[15], 3)
    assert [0.0] * 4 == fine[16:]


@pytest.mark.parametrize(
    ("plugged", "amps"),
    [
        (("g1c1", "g2c1"), (40.0, 40.0)),
        (("g1c1", "g1c2"), (20.0, 20.0)),
        (("g1c1", "g1c2", "g2c1"), (20.0, 20.0, 40.0)),
    ],
)
def test_two_or_three_cars_below_100_a(plugged: tuple[str, ...], amps: tuple[float, ...]) -> None:
    """Each group is a limit of its own, and none of the others' business."""
    assert dict(zip(plugged, amps, strict=True)) == offered(juicenet(*plugged), 480)


def a_charger(name: str, current_a: float = 32.0, *, step_a: float = 1.0) -> ChargerRules:
    """On one phase, giving all it can."""
    return ChargerRules(name=name, current_a=current_a, phases=1, wired="1", step_a=step_a, mode="max")


def test_dm_without_a_capacity_tariff_grants_all_that_the_circuits_carry() -> None:
    """Its own core in place of one that gives what is asked."""
    port = juicenet("g1c1", "g1c2", "g2c1")
    port.meter = Ledger(port.start, connection_w=69_000.0)
    assert {"g1c1": 20.0, "g1c2": 20.0, "g2c1": 40.0} == offered(port, 480)


SITES: dict[str, tuple[list[ChargerRules], dict[str, tuple[float | Amps, Sequence[str] | None]], Amps, list[float]]] = {
    "maxima of 10, 32 and 32 A on 40 A": (
        [a_charger("a", 10.0), a_charger("b"), a_charger("c")],
        {"connection": (40.0, None)},
        (0.0, 0.0, 0.0),
        [10.0, 15.0, 15.0],
    ),
    "11.9 A for two": (
        [a_charger("a", step_a=0.1), a_charger("b", step_a=0.1)],
        {"connection": (11.9, None)},
        (0.0, 0.0, 0.0),
        [11.9, 0.0],
    ),
    "a group of 6 A below 50 A": (
        [a_charger("a"), a_charger("b"), a_charger("c", 40.0)],
        {"connection": (50.0, None), "group": (6.0, ["a", "b"])},
        (0.0, 0.0, 0.0),
        [6.0, 0.0, 40.0],
    ),
    "three phases, one car on each": (
        [ChargerRules(name=f"c{n}", phases=1, wired=str(n), mode="max") for n in (1, 2, 3)],
        {"connection": (16.0, None)},
        (0.0, 0.0, 0.0),
        [16.0, 16.0, 16.0],
    ),
    "three phases, all cars on one": (
        [a_charger("a", 16.0), a_charger("b", 16.0), a_charger("c", 16.0)],
        {"connection": (16.0, None)},
        (0.0, 0.0, 0.0),
        [8.0, 8.0, 0.0],
    ),
    "a phase that others overload is not its business": (
        [a_charger("a", 16.0)],
        {"connection": (25.0, None)},
        (1.0, 16.0, 26.0),
        [16.0],
    ),
    "three phases wait for the fullest of them": (
        list(chargers(["a"], current_a=16.0).values()),
        {"connection": (25.0, None)},
        (1.0, 16.0, 20.0),
        [0.0],
    ),
}


@pytest.mark.parametrize("site", SITES)
def test_what_a_site_comes_to(site: str) -> None:
    """In amperes, by the owner's order of the chargers."""
    rules, limits, base_a, amps = SITES[site]
    port = carport({one.name: one for one in rules}, limits, base_a=base_a, phases=rules[0].phases)
    if max(base_a) > 25:
        port.run(420)
        assert amps == port.amps()
    else:
        assert amps == list(offered(port).values())


def test_one_that_needs_13_a_waits_where_two_others_have_9() -> None:
    """18 A: 6 and 13 do not go together."""
    rules = chargers(["a", "b", "c"], phases=1, wired="1")
    port = carport(rules, {"connection": (18.0, None)})
    port.members["b"].least_a = 13.0
    assert [9.0, 0.0, 9.0] == list(offered(port, 180).values())


def test_one_that_is_lost_at_6_a_leaves_26() -> None:
    """Of 32 A; and as it watches nothing itself, for as long as it is lost."""
    rules = chargers(["a"], phases=1, wired="1") | chargers(["b"], phases=1, wired="1", current_a=6.0)
    port = carport(rules, {"connection": (32.0, None)}, empty=["a"]).run(60)
    port.lines["b"].fate = Fate.LOST
    port.plug_in("a", guest(phases=1))
    assert [26.0, 6.0] == list(offered(port).values())


def test_a_day_of_twenty_cars() -> None:
    """They come in the morning and leave when they like: no circuit is ever exceeded, and nothing is left unused."""
    chance = Random(20)
    port = juicenet(leap_s=20)
    names = list(port.members)
    comes = {name: chance.randrange(0, HOUR, 300) for name in names}
    leaves = {name: chance.randrange(3 * HOUR, 6 * HOUR, 600) for name in names}
    wants = {name: chance.choice((4e3, 9e3, 20e3, 60e3)) for name in names}
    starved: list[tuple[int, str]] = []
    for moment in sorted({*comes.values(), *leaves.values(), *range(0, 6 * HOUR, HOUR // 4)}):
        port.run(moment - port.second)
        starved += unused(port)
        for name in names:
            if comes[name] == moment:
                port.plug_in(
                    name,
                    Guest(
                        phases=1,
                        most_a=chance.choice((12.0, 16.0, 16.0, 40.0)),
                        follows_s=chance.randrange(1, 9),
                        wants_wh=wants[name],
                    ),
                )
            elif leaves[name] == moment:
                port.unplug(name)
    port.laws.end()
    assert ([], [], []) == (port.laws.could, port.laws.between, port.laws.pulses())
    assert [] == starved
    short = [name for name in names if port.members[name].plugin_wh < LEAST_WH]  # each had its turn
    assert [] == short


def unused(port: Carport) -> list[tuple[int, str]]:
    """Who waits though its least would fit, when nothing has moved for a while."""
    if port.second - port.eventful_s < 10 * MOVES_S:
        return []
    total_a = sum(port.amps())
    found = []
    for name, member in port.members.items():
        group = [port.members[one].offered_a for one in port.members if one[:2] == name[:2]]
        waits = member.guest is not None and not member.go and member.plugin_wh < member.guest.wants_wh
        if waits and total_a + 6.5 <= 100 and sum(group) + 6.5 <= 40:
            found.append((port.second, name))
    return found
