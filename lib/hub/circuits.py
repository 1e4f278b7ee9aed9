"""The circuits that ev told → text for people: the tree from the connection to the chargers. Pure.

In lines of some 72 columns. A load near its limit has a "!", one above it "!!"; what is unknown says so.
"""

from collections.abc import Iterator

from lib.hub.wording import UNKNOWN, kw, near, span, wrapped
from lib.messages.charging import ChargerNow, Charging, CircuitNow
from lib.messages.circuits import ENDED, SHARES, Node, counted, held, nodes, strain

STEP, MOST_DEPTH = 2, 8
NAME = 12
MANY = 40  # chargers from more of which on only the circuits are told
LAPSES_S = 10.0  # a lease is renewed each second; one that ends so soon will lapse
COUNTS = 60


def circuits(charging: Charging | None) -> str:
    """Each circuit with what flows and what may, and the chargers on it with what they are told and what holds them."""
    if charging is None:
        return f"the circuits are {UNKNOWN}: the program has just started"
    if not charging.circuits:
        return f"the circuits are {UNKNOWN}"
    tree = nodes(charging)
    all_told = len(charging.chargers) <= MANY
    lines = [line for node in tree for line in _node(node, charging, all_told=all_told)]
    more = [] if all_told else ['of so many chargers each has its sentence with "why"']
    return "\n".join([*lines, *more])


def _node(node: Node, charging: Charging, *, all_told: bool) -> Iterator[str]:
    circuit, indent = node.circuit, " " * STEP * min(node.depth, MOST_DEPTH)
    yield from _folded(indent, f"{circuit.name:<{NAME}} {_loads(circuit)}")
    inner = f"{indent}{' ' * STEP}"
    counts = counted(node.counts, COUNTS)
    shared = f"shared {SHARES[circuit.profile]}" if node.own else ""
    if said := "; ".join(one for one in (counts, shared, _other(circuit)) if one):
        yield from _folded(inner, said)
    if circuit.follows:
        until = "" if circuit.until is None else f"until {near(circuit.until, charging.at)} "
        yield from _folded(inner, f"{until}its limit comes from {circuit.follows}")
    if circuit.trouble:
        yield from _folded(inner, circuit.trouble)
    for one in node.members if all_told else ():
        yield from _folded(inner, f"{one.name:<{NAME}} {_charger(one, peaks_cost=charging.capacity_tariff)}")


def _loads(circuit: CircuitNow) -> str:
    """By phase, and in all where there is such a limit."""
    said = [f"L{one.phase} {_of(one.load_a, one.limit_a)} A{strain(one.load_a, one.limit_a)}" for one in circuit.phases]
    if circuit.limit_w is not None:
        sign = strain(circuit.load_w, circuit.limit_w)
        said.append(f"{_figure(circuit.load_w, 1000)} of {kw(circuit.limit_w)}{sign}")
    return ", ".join(said) or "no limit of its own"


def _of(load_a: float | None, limit_a: float) -> str:
    return f"{_figure(load_a)}/{limit_a:g}"


def _figure(value: float | None, unit: float = 1.0) -> str:
    return "?" if value is None else f"{round(value / unit, 1) + 0.0:.1f}"


def _other(circuit: CircuitNow) -> str:
    """What flows there beside the chargers; nothing of nothing."""
    if circuit.other_a is None:
        return "what else flows there is not known"
    return f"beside the cars {' '.join(map(_figure, circuit.other_a))} A" if any(circuit.other_a) else ""


def _charger(one: ChargerNow, *, peaks_cost: bool) -> str:
    return "; ".join(said for said in (_does(one), held(one, peaks_cost=peaks_cost), _lease(one)) if said)


def _does(one: ChargerNow) -> str:
    """What it is told and what its car draws."""
    if one.silent_s is not None:
        return f"SILENT for {span(one.silent_s)}"
    match one.plug.value:
        case "empty":
            return "no car"
        case "fault":
            return "FAULT"
        case "unknown":
            return f"whether a car is there is {UNKNOWN}"
    if one.place:
        return f"waits, place {one.place}"
    if not one.go and one.plug != "charging":
        return "done" if one.because.reason in ENDED else "paused"
    told = "0" if not one.go else "?" if one.set_a is None else f"{one.set_a:g}"
    draws = "?" if one.phases_a is None else _figure(max(one.phases_a))
    return f"told {told} A, draws {draws}"


def _lease(one: ChargerNow) -> str:
    """How long what it was granted still holds."""
    if one.lease_s is None:
        return "no lease" if one.go and one.plug == "charging" else ""
    return f"lease {max(0.0, one.lease_s):.0f} s{'!' * (one.lease_s < LAPSES_S)}"


def _folded(indent: str, said: str) -> list[str]:
    """A line, or what goes on of it further in."""
    further = f"{indent}{' ' * STEP * 2}"
    return wrapped(said, first=indent, further=further) or [indent]
