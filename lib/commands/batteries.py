"""The batteries of a home, opened from its settings, kept, and handed back at the end. One `hear` hears them all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lib.batteries import open_battery
from lib.batteries.keeper import Keeper
from lib.clock import Clock
from lib.commands.beside import beside
from lib.commands.passwords import password_of
from lib.core.battery import BatteryEvent
from lib.core.cellar import Storage
from lib.secrets import Secrets
from lib.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Batteries:
    """All that bs talks to: the keepers of the batteries, by name."""

    keepers: Mapping[str, Keeper]

    def follow(self, storage: Storage) -> None:
        """Tell each what it shall do; never waits. What is not told again lapses."""
        for name, keeper in self.keepers.items():
            keeper.want(storage.cells[name].setpoint)

    def take_back(self) -> None:
        """The owner spoke: steer those again that somebody else steers."""
        for keeper in self.keepers.values():
            keeper.take_back()


@asynccontextmanager
async def opened(
    config: Settings, secrets: Secrets, hear: Callable[[BatteryEvent], None], clock: Clock
) -> AsyncIterator[Batteries]:
    """Open them and have them kept meanwhile. Raises BatterySetupError before anything runs.

    A bug in what keeps a battery is raised in the block's place: that battery would be steered no more.
    """
    keepers: dict[str, Keeper] = {}
    for place in config.batteries:
        battery = open_battery(
            place.make,
            place.address,
            rules=place.rules,
            user=place.user,
            password=password_of(secrets, place.make, place.address),
            options=place.options,
            clock=clock,
        )
        keepers[place.rules.name] = Keeper(place.rules.name, battery, hear, clock=clock)
    try:
        async with beside({f"battery {name}": keeper.run() for name, keeper in keepers.items()}):
            yield Batteries(keepers=keepers)
    finally:
        await asyncio.gather(*(keeper.close() for keeper in keepers.values()))
