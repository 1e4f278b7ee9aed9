"""What other programs wish of chargers and circuits at this instant. Knows no owner's wish.

In: the EV app's state. Out: what each circuit comes to, and the proposals for a charger.
"""

from collections.abc import Iterator
from dataclasses import replace

from lib.core.carport import Charging, ChargingRules
from lib.core.flows import rows_of
from lib.core.pools import Pooled, explained, parts, pooled
from lib.core.proposals import Proposal
from lib.core.prospects import most_phases
from lib.core.sharing import Ask


def pools_of(charging: Charging, rules: ChargingRules) -> dict[str, Pooled]:
    """What other programs want of circuits, and what that comes to for each charger with a car."""
    if not any(circuit.name in charging.outside for circuit in rules.circuits):
        return {}
    asks = []
    for rank, (name, bay) in enumerate(charging.bays.items()):
        post, car = bay.post, rules.cars.get(charging.car_on(name) or "")
        if post.plug.is_car and post.missed is None and not bay.takes_nothing:
            most_a = min(post.most_a, car.current_a if car else post.most_a)
            asks.append(
                Ask(
                    charger=name,
                    conductors=post.loads(),
                    phases=most_phases(post, car),
                    least_a=post.least_a,
                    most_a=max(most_a, post.least_a),
                    step_a=post.rules.step_a,
                    rank=rank,
                    runs=bay.pace.go,
                )
            )
    return pooled(rules.circuits, charging.outside, asks, rows_of(replace(charging, pools={}), rules, {}))


def wishes_for(charging: Charging, name: str) -> Iterator[Proposal]:
    """What other programs want of it, or of a circuit that it hangs on."""
    for proposal in charging.outside.get(name, ()):
        yield explained(proposal)
    yield from parts(charging.pools, name)
