"""What ev says of carports with one to hundreds of chargers on shared circuits: the messages that its panels draw."""

from dataclasses import replace

from lib.commands.picture_cars import blue_car, charging, garage, local, sessions
from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.modes import Mode
from lib.core.why import Hold, Reason, Why
from lib.messages import Message
from lib.messages.charging import Budget, CarNow, ChargerNow, Charging, CircuitNow, PhaseLoad
from lib.messages.circuits import drawn_w

GROUP = 10  # chargers on a circuit, at most
HALL = 5  # circuits in a hall
PROFILES = tuple(Profile)


def phases(limit_a: float, *load_a: float | None) -> tuple[PhaseLoad, ...]:
    """L1 to L3 of a circuit."""
    return tuple(PhaseLoad(phase=at + 1, limit_a=limit_a, load_a=one) for at, one in enumerate(load_a))


def a_circuit(name: str = "carport", **changes: object) -> CircuitNow:
    """One that is well used."""
    told: dict[str, object] = {"above": "connection", "phases": phases(40.0, 31.2, 24.0, 12.4), "other_a": (0, 0, 0)}
    return CircuitNow(**{"name": name, **told} | changes)  # type: ignore[arg-type]


def a_place(at: int, circuit: str) -> ChargerNow:
    """One of many: each in another state than its neighbours."""
    name, car = f"place {at + 1:02d}", f"car_{at + 1}"
    told: dict[str, object] = {"name": name, "circuit": circuit, "car": car, "mode": tuple(Mode)[at % 6]}
    match at % 8:
        case 0 | 1 | 2:
            amps = 6.0 + at % 5
            because = Why(reason=Reason.MAX, power_w=690 * amps, current_a=amps, held=Hold.ROW, by=f"{circuit} L2")
            flows = {"set_a": amps, "phases": 3, "phases_a": (amps - 0.2, amps - 0.1, amps), "power_w": 690 * amps}
            told |= flows | {"offered_a": amps, "share_a": amps, "row": f"{circuit} L2", "lease_s": 29.0 - at % 24}
        case 3 | 4:
            place = 1 + at % 3
            because = Why(reason=Reason.MAX, current_a=0.0, held=Hold.WAITING, by=f"{circuit} L1", count=place)
            told |= {"plug": Plug.CONNECTED, "go": False, "power_w": 0.0, "share_a": 0.0, "row": f"{circuit} L1"}
            told |= {"place": place, "granted_w": None, "lease_s": None}
        case 5:
            because = Why(reason=Reason.NO_CAR)
            told |= {"plug": Plug.EMPTY, "car": None, "go": False, "plug_in": None, "power_w": 0.0}
            told |= {"granted_w": None, "share_a": None, "lease_s": None}
        case 6:
            because = Why(reason=Reason.SURPLUS, power_w=2310.0, current_a=10.0)
            told |= {"share_a": 10.0, "lease_s": 27.0}
        case _:
            because = Why(reason=Reason.SILENT, name="192.168.1.61: no answer within 5 s", current_a=6.0)
            told |= {"silent_s": 161.0, "granted_w": None, "lease_s": None}
    return garage(because, **told)


def carpark(count: int, *, cars: int | None = None) -> Charging:
    """So many chargers below one connection: in circuits from seven on, in halls of circuits from sixty on."""
    if count <= GROUP // 2:
        places = tuple(a_place(at, "connection") for at in range(count))
        names = tuple(one.name for one in places)
        circuits: tuple[CircuitNow, ...] = (connection(chargers=names, waiting=_waiting(places)),)
    else:
        groups = [range(at, min(at + GROUP, count)) for at in range(0, count, GROUP)]
        places = tuple(a_place(at, f"row {number + 1:02d}") for number, group in enumerate(groups) for at in group)
        circuits = (connection(waiting=_waiting(places)), *_rows(groups, places))
    many = range(count if cars is None else cars)
    return replace(
        charging(),
        chargers=places,
        circuits=circuits,
        cars=tuple(a_car(at) for at in many),
        budget=Budget(used_w=drawn_w(places), granted_w=3120.0 * count, until=local("2026-11-20 13:30")),
    )


def _waiting(places: tuple[ChargerNow, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in sorted(places, key=lambda one: one.place) if one.place)


def _rows(groups: list[range], places: tuple[ChargerNow, ...]) -> list[CircuitNow]:
    """Circuits of chargers; where they are many below halls."""
    found: list[CircuitNow] = []
    halls = len(groups) > HALL
    for number, group in enumerate(groups):
        hall = f"hall {number // HALL + 1}"
        if halls and number % HALL == 0:
            found.append(a_circuit(hall, phases=phases(125.0, 101.0, 88.4, 120.3), limit_w=60_000.0, load_w=41_000.0))
        members = tuple(places[at] for at in group)
        row = a_circuit(
            f"row {number + 1:02d}",
            above=hall if halls else "connection",
            profile=PROFILES[number % len(PROFILES)],
            chargers=tuple(one.name for one in members),
            waiting=_waiting(members),
            phases=phases(40.0, 12.0 + 5.3 * (number % 6), 40.0 if number % 2 else 9.0, None if number == 2 else 3.0),
        )
        if number == 1:
            row = replace(row, follows="http://192.168.1.20/limit", until=local("2026-11-20 13:26"))
        if number == 2:
            row = replace(row, trouble="its meter at 192.168.1.70 has not answered for 42 s: its worst case counts")
        found.append(row)
    return found


def connection(**changes: object) -> CircuitNow:
    """Of the whole site: nearly full on L2."""
    told: dict[str, object] = {
        "name": "connection",
        "profile": Profile.EQUAL,
        "phases": phases(63.0, 48.2, 59.4, 22.7),
        "other_a": (8.2, 3.1, 0.7),
    }
    return CircuitNow(**told | changes)  # type: ignore[arg-type]


def a_car(at: int) -> CarNow:
    """On the place of its number."""
    return blue_car(name=f"car_{at + 1}", title=f"Car {at + 1}", soc_pct=15.0 + at % 80, charger=f"place {at + 1:02d}")


def told(count: int) -> list[Message]:
    """All that a screen hears."""
    return [carpark(count), sessions()]
