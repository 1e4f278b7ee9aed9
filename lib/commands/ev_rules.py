"""The owner's settings → the rules of ev's core. Refuses circuits that could carry too much while nobody steers."""

from collections.abc import Iterator, Mapping, Sequence

from lib.commands.connection import NAME, connection
from lib.core.carport import ChargingRules
from lib.core.checking import check
from lib.core.circuits import Amps, Circuit
from lib.settings import CircuitPlace, Settings, SettingsError


def charging_rules(config: Settings) -> ChargingRules:
    """The rules. Raises SettingsError for circuits and chargers that do not go together."""
    if found := slips(config):
        raise SettingsError(f"config.py: {found[0]}")
    return ChargingRules(
        chargers={place.rules.name: place.rules for place in config.chargers},
        cars={place.rules.name: place.rules for place in config.cars},
        circuits=circuits(config),
        priority=config.priority,
        margin=config.rules.margin,
        ready_before=config.ready_before,
        all_day_departure=config.all_day_departure,
        worst_a=config.other_load_worst_a,
        late=frozenset(place.rules.name for place in config.cars if place.soc.get("from") == "eu_data_act"),
        rotation_s=config.rotation_s,
    )


def slips(config: Settings) -> tuple[str, ...]:
    """What is wrong with the circuits and what hangs on them, each a sentence."""
    return check(circuits(config), [place.rules for place in config.chargers], config.unwatched)


def circuits(config: Settings) -> tuple[Circuit, ...]:
    """The connection first, each circuit before those that hang on it, in the owner's order."""
    return (connection(config), *_below("", config.circuits))


def _below(above: str, places: Sequence[CircuitPlace]) -> Iterator[Circuit]:
    """The circuits that hang on another one, each followed by those that hang on it."""
    for place in places:
        if place.above == above:
            yield _circuit(place, places)
            yield from _below(place.name, places)


def _circuit(place: CircuitPlace, places: Sequence[CircuitPlace]) -> Circuit:
    return Circuit(
        name=place.name,
        limits_a=place.limits_a,
        limit_w=place.limit_w,
        chargers=frozenset(_chargers(place, places)),
        margin=place.margin,
        above=place.above or NAME,
        profile=place.profile,
        other_a=_other_a(place, places),
        worst_a=place.worst_a,
        measured=bool(place.meter),
        credits=place.credits,
    )


def _chargers(place: CircuitPlace, places: Sequence[CircuitPlace]) -> Iterator[str]:
    yield from place.chargers
    for other in places:
        if other.above == place.name:
            yield from _chargers(other, places)


def _other_a(place: CircuitPlace, places: Sequence[CircuitPlace]) -> Amps:
    """What flows besides all chargers, at least what does so further down: the owner need not add it up."""
    further = [_other_a(other, places) for other in places if other.above == place.name]
    one, two, three = (max(own, sum(one[phase] for one in further)) for phase, own in enumerate(place.other_a))
    return one, two, three


def tree(config: Settings) -> Mapping[str, tuple[str, ...]]:
    """By circuit, the connection first, the chargers that hang on it directly, in the owner's order."""
    hung = {charger: place.name for place in config.circuits for charger in place.chargers}
    chargers = [place.rules.name for place in config.chargers]
    root = connection(config).name
    return {
        circuit.name: tuple(name for name in chargers if hung.get(name, root) == circuit.name)
        for circuit in circuits(config)
    }
