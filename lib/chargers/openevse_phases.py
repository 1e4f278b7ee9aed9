"""The phases of an OpenEVSE whose hardware can switch them, by its controller's commands $S7 and $S8.

In: on how many it shall charge. Out: on how many it does. Most hardware cannot, and says so.
"""

from lib.chargers import RefusedError
from lib.chargers.openevse_wire import Wire

AUTOMATIC = 0


class Phases:
    """Attributes: now: on how many it charges; found: the same, or 0 when it decides itself; None: it cannot switch."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.now: int | None = None
        self.found: int | None = None
        self.warning = ""

    async def look(self) -> None:
        """Ask for both. Raises ChargerError."""
        now, automatic = await self._flag("$G7"), await self._flag("$G8")
        self.now = None if now is None else 3 if now else 1
        self.found = AUTOMATIC if automatic and self.now else self.now
        self.warning = "" if self.now else "it cannot switch phases: set switches_phases to False"

    async def switch(self, phases: int) -> None:
        """To 1 or 3, and no more by itself. Raises ChargerError."""
        if self.now in {None, phases}:
            return
        if self.found == AUTOMATIC:
            await self._do("$S8 0")
        await self._do(f"$S7 {int(phases == 3)}")
        self.now = self.found = phases

    async def give_back(self, found: int) -> None:
        """As its owner had it. Raises ChargerError."""
        await self._do("$S8 1" if found == AUTOMATIC else f"$S7 {int(found == 3)}")
        self.found = found

    async def _flag(self, command: str) -> bool | None:
        said = await self._wire.rapi(command)
        return bool(said[1][0]) if said and said[0] and said[1] else None

    async def _do(self, command: str) -> None:
        said = await self._wire.rapi(command)
        if said is None or not said[0]:
            raise RefusedError(f"it refuses to switch phases ({command})")
