"""Carports by chance, and what befalls them: programs, chargers, meter and network go and come back at any second.

Each carport is one whose start ev would not refuse: the safe currents of all, and all that one without a watchdog may
take, fit every circuit beside the other load, which stays as it is. So nothing may ever be exceeded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from random import Random

from lib.core.carport import ChargingRules
from lib.core.charger import LEAST_A, ChargerRules
from lib.core.checking import check
from lib.core.circuits import NOTHING, Amps, Circuit, conductors, on, rows, safe_a
from lib.core.sharing import Ask, share
from tests.stories.carport import Carport
from tests.stories.carport_line import Fate
from tests.stories.carport_members import Guest

WIRED = ("123", "231", "312")
LAST_S, LONGEST_S, RUN_S = 40, 80, 135
SEEN_S = 30  # by then it was seen that a car has left
WORDS = ("ev", "dm", "meter", "network", *Fate, "power", "comes", "leaves")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """What goes, from a second on and for so long; who: the charger, where it is one."""

    what: str
    at_s: int
    for_s: int
    who: str = ""


def a_carport(chance: Random) -> Carport:
    """A carport of two to four chargers in up to two groups, most of them charging already."""
    names = [f"c{n}" for n in range(1, chance.choice((2, 3, 3, 4)) + 1)]
    one_full = chance.random() < 0.15
    rules = {name: _a_charger(chance, name, n, one_full=one_full) for n, name in enumerate(names)}
    base_a: Amps = (chance.uniform(-3, 9), chance.uniform(0, 9), chance.uniform(0, 9))
    cut = chance.randrange(1, len(names))
    groups = [frozenset(names[:cut]), frozenset(names[cut:])][: chance.choice((0, 1, 2, 2))]
    circuits = [_a_circuit(chance, "connection", None, rules, base_a)]
    circuits += [_a_circuit(chance, f"group {n}", held, rules, NOTHING) for n, held in enumerate(groups)]
    slips = check(circuits, rules.values())
    assert slips == (), slips
    chosen = ChargingRules(chargers=rules, circuits=tuple(circuits))
    port = Carport(chosen, base_a=lambda _: base_a)
    for member in port.members.values():
        if chance.random() < 0.85:
            member.plug_in(_a_guest(chance))
    if chance.random() < 0.8:
        port.adopt(_fair(port, base_a))
    return port


def blows(chance: Random, names: list[str], *, but: Collection[str] = ()) -> list[Blow]:
    """One to four of them, but none of these."""
    words = [word for word in WORDS if word != Fate.WELL and word not in but]
    found = []
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
        what = chance.choice(words)
        for_s = round(LONGEST_S ** chance.random())
        found.append(Blow(what=what, at_s=chance.randrange(3, LAST_S), for_s=for_s, who=chance.choice(names)))
    return found


def lived(seed: int, *, but: Collection[str] = ()) -> tuple[Carport, list[Blow]]:
    """One carport, and all that befell it; but: what does not."""
    chance = Random(seed)
    port = a_carport(chance)
    fell = blows(chance, list(port.members), but=but)
    for second in range(RUN_S):
        for blow in fell:
            if second == blow.at_s:
                _strike(port, blow, chance)
        _mend(port, fell, second)
        port.run(1)
    port.laws.end()
    return port, fell


def _strike(port: Carport, blow: Blow, chance: Random) -> None:
    member = port.members[blow.who]
    if blow.what == "comes" and member.guest is None and blow.at_s - member.empty_s > SEEN_S:
        member.plug_in(_a_guest(chance))
    elif blow.what == "leaves" and member.guest is not None:
        member.unplug(blow.at_s)


def _mend(port: Carport, fell: list[Blow], second: int) -> None:
    """All is as what goes on at this second leaves it."""
    now = [blow for blow in fell if blow.at_s <= second < blow.at_s + blow.for_s]
    gone = {blow.what for blow in now}
    port.dm_lives, port.meter_talks = "dm" not in gone, "meter" not in gone
    for name, line in port.lines.items():
        own = {blow.what for blow in now if blow.who == name}
        line.member.up = "power" not in own
        line.fate = next((fate for fate in Fate if fate in own), Fate.LOST if "network" in gone else Fate.WELL)
    if "ev" in gone and port.ev_lives:
        port.kill_ev()
    elif "ev" not in gone and not port.ev_lives:
        port.start_ev()


def _a_charger(chance: Random, name: str, n: int, *, one_full: bool) -> ChargerRules:
    if one_full:
        return ChargerRules(name=name, current_a=32.0, watched=True, safe_a=0.0 if n else 32.0, mode="max")
    watched = chance.random() < 0.7
    phases = chance.choice((1, 3, 3))
    return ChargerRules(
        name=name,
        current_a=chance.choice((16.0, 20.0, 32.0)) if watched else chance.choice((10.0, 16.0)),
        phases=phases,
        wired=chance.choice(WIRED) if phases == 3 else chance.choice("123"),
        step_a=chance.choice((0.1, 1.0)),
        safe_a=chance.choice((0.0, LEAST_A, 10.0)),
        watched=watched,
        mode="max",
    )


def _a_circuit(
    chance: Random, name: str, held: frozenset[str] | None, rules: dict[str, ChargerRules], other_a: Amps
) -> Circuit:
    """With room for what must fit, and some more."""
    margin, kept = chance.choice((1.0, 1.0, 0.8)), [max(0.0, current_a) for current_a in other_a]
    for charger in rules.values():
        if held is None or charger.name in held:
            kept_a = safe_a(charger) if charger.watched else charger.current_a
            kept = [a + b for a, b in zip(kept, on(conductors(charger.wired, charger.phases), kept_a), strict=True)]
    more_a = chance.choice((0.0, 3.0, 8.0, 15.0))
    one, two, three = (ceil(max(6.0, current_a + more_a) / margin) for current_a in kept)
    limits = (one, two, three) if chance.random() < 0.5 else (max(one, two, three),) * 3
    return Circuit(
        name=name,
        limits_a=limits,
        chargers=held,
        margin=margin,
        above="" if held is None else "connection",
        worst_a=other_a if held is None else None,
    )


def _a_guest(chance: Random) -> Guest:
    return Guest(
        phases=chance.choice((1, 3, 3)),
        most_a=chance.choice((8.0, 16.0, 32.0, 32.0)),
        follows_s=chance.randrange(1, 9),
    )


def _fair(port: Carport, base_a: Amps) -> dict[str, float]:
    """What they charge with before the story begins: each its share, on all its phases."""
    chosen = port.rules
    asks = [
        Ask(
            charger=name,
            conductors=conductors(rules.wired, rules.phases),
            least_a=LEAST_A,
            most_a=rules.current_a,
            step_a=rules.step_a,
            rank=rank,
        )
        for rank, (name, rules) in enumerate(chosen.chargers.items())
        if port.members[name].guest is not None
    ]
    shares = share(rows(chosen.circuits, {"connection": base_a}, {}), asks)
    return {name: found.current_a for name, found in shares.items()}
