"""The house's connection as a circuit, for the rules of each program that must keep below it."""

from lib.core.circuits import Circuit
from lib.settings import Settings

NAME = "connection"


def connection(config: Settings) -> Circuit:
    """What its phases carry, and how it shares; every device hangs below it, and dm's meter measures it."""
    one, two, three = (config.connection_a if phase < config.connection_phases else None for phase in range(3))
    return Circuit(name=NAME, limits_a=(one, two, three), profile=config.sharing, worst_a=config.other_load_worst_a)
