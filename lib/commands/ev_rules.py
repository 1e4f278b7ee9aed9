"""The owner's settings → the rules of ev's core. Refuses circuits that could carry too much while nobody steers."""

from lib.commands.connection import NAME, connection
from lib.core.carport import ChargingRules
from lib.core.checking import check
from lib.core.circuits import NOTHING, Circuit
from lib.settings import Settings, SettingsError


def charging_rules(config: Settings) -> ChargingRules:
    """The rules. Raises SettingsError for circuits and chargers that do not go together."""
    chargers = {place.rules.name: place.rules for place in config.chargers}
    circuits = (
        connection(config),
        *(Circuit(name=place.name, limits_a=place.limits_a, chargers=place.chargers) for place in config.cables),
    )
    worst_a = config.other_load_worst_a
    slips = check(circuits, chargers.values(), {NAME: worst_a or NOTHING}, config.unwatched)
    if slips:
        raise SettingsError(f"config.py: {slips[0]}")
    return ChargingRules(
        chargers=chargers,
        cars={place.rules.name: place.rules for place in config.cars},
        circuits=circuits,
        priority=config.priority,
        margin=config.rules.margin,
        ready_before=config.ready_before,
        all_day_departure=config.all_day_departure,
        worst_a=worst_a,
        late=frozenset(place.rules.name for place in config.cars if place.soc.get("from") == "eu_data_act"),
    )
