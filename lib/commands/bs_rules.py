"""The owner's settings → the rules of bs's core."""

from lib.commands.connection import connection
from lib.core.cellar import StorageRules
from lib.settings import Settings


def storage_rules(config: Settings) -> StorageRules:
    """The rules; what the settings let pass, they take."""
    return StorageRules(
        batteries={place.rules.name: place.rules for place in config.batteries},
        circuits=(connection(config),),
        mode=config.battery_mode,
        reserve_pct=config.battery_reserve_pct,
        margin=config.rules.margin,
        has_sun=bool(config.inverters),
        holds_sun=any(place.may_hold for place in config.inverters),
        peaks_cost=config.rules.capacity_tariff,
    )
