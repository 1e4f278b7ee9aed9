"""The owner's circuits and chargers → what is wrong with them: what may flow while nobody steers must fit everywhere.

Knows no file and no share. Source: sum of safe currents <= limit x margin - worst other load, for every row.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from lib.core.charger import LEAST_A, ChargerRules
from lib.core.circuits import NOTHING, Amps, Circuit, conductors, on, safe_a, wires


def check(
    circuits: Collection[Circuit],
    chargers: Collection[ChargerRules],
    worst_other_a: Mapping[str, Amps],
    accepted: Collection[str] = (),
) -> tuple[str, ...]:
    """What is wrong with the owner's circuits and chargers, each slip a sentence; with one the program must not start.

    worst_other_a: by circuit, what may flow there besides all chargers while nobody steers; accepted: chargers without
    a watchdog that the owner lets count with their safe current all the same.
    """
    slips = [slip for charger in chargers for slip in _charger_slips(charger)]
    names = Counter([*(circuit.name for circuit in circuits), *(charger.name for charger in chargers)])
    slips += [f"{name}: the name is given twice; each needs its own" for name, times in names.items() if times > 1]
    kept_a = {
        charger.name: on(
            conductors(charger.wired, charger.phases),
            safe_a(charger) if charger.watched or charger.name in accepted else charger.current_a,
        )
        for charger in chargers
    }
    for circuit in circuits:
        unknown = sorted((circuit.chargers or frozenset()) - kept_a.keys())
        slips += [f"{circuit.name}: there is no charger {name}" for name in unknown]
        if not 0 < circuit.margin <= 1:
            slips.append(f"{circuit.name}: the margin {circuit.margin:g} must be above 0, and 1 at most")
        for index, limit_a in enumerate(circuit.limits_a):
            if limit_a is not None and limit_a <= 0:
                slips.append(f"{circuit.name} L{index + 1}: the limit {limit_a:g} A must be above 0")
            elif limit_a is not None:
                carried = {name: amps[index] for name, amps in kept_a.items() if circuit.carries(name) and amps[index]}
                other_a = worst_other_a.get(circuit.name, NOTHING)[index]
                if carried and sum(carried.values()) + other_a > limit_a * circuit.margin + 1e-6:
                    parts = " + ".join(f"{name} {current_a:g} A" for name, current_a in carried.items())
                    slips.append(
                        f"{circuit.name} L{index + 1}: carries {limit_a * circuit.margin:g} A, but while nobody steers "
                        f"{parts} + other load {other_a:g} A may flow: lower a safe_a, or the current_a of one "
                        "without a watchdog, or accept explicitly that it has none"
                    )
    return tuple(slips)


def _charger_slips(charger: ChargerRules) -> list[str]:
    slips = []
    if charger.current_a < LEAST_A:
        slips.append(f"{charger.name}: current_a {charger.current_a:g} is below the {LEAST_A:g} A that every car needs")
    if safe_a(charger) and not LEAST_A <= safe_a(charger) <= charger.current_a:
        slips.append(f"{charger.name}: safe_a {safe_a(charger):g} must be 0, or from {LEAST_A:g} to its current_a")
    if charger.phases not in {1, 3} or len(wires(charger.wired)) < charger.phases:
        slips.append(
            f"{charger.name}: phases {charger.phases} does not go with wired {charger.wired!r}; three are "
            '"123" in the order of its cable, one is "1", "2" or "3", or "12" between two'
        )
    return slips
