"""The ways to set an OpenEVSE: a claim beside its owner's, his own override, or the controller's commands.

In: settings. Out: what holds by that way. Which of them there is its firmware decides: claims and override came with
version 4 of the WiFi module's. A claim and an override vanish when it restarts and when the car is unplugged.
"""

from dataclasses import dataclass
from typing import Protocol

from lib.chargers import RefusedError, UnreachableError
from lib.chargers.openevse_answers import Status
from lib.chargers.openevse_wire import Wire
from lib.chargers.values import number
from lib.core.charger import Plug

CLIENT = 61851  # ours among all who may claim; the maker's own begin at 65537
ACTIVE, DISABLED = "active", "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What it is set to. None: that is left to others."""

    go: bool | None = None
    current_a: float | None = None


class Lever(Protocol):
    """One way to set it.

    Attributes:
        is_ours: nobody else sets it this way. vanishes: it is gone after a restart, and may be when the car is
            unplugged.

    """

    is_ours: bool
    vanishes: bool

    async def look(self, status: Status) -> Setting | None:
        """What holds by this way; None: nothing."""

    async def write(self, setting: Setting, before: Setting | None, *, watched: bool) -> None:
        """Have `setting` hold, for the next car too where its watchdog watches. Raises ChargerError."""

    async def release(self) -> None:
        """Have nothing hold by this way. Raises ChargerError."""


class Claim:
    """A claim of ours or, where firmware knows none, the override that is also its owner's."""

    vanishes = True

    def __init__(self, wire: Wire, *, is_ours: bool) -> None:
        self._wire = wire
        self.is_ours = is_ours
        self._path = f"claims/{CLIENT}" if is_ours else "override"

    async def look(self, status: Status) -> Setting | None:
        """By a question."""
        del status
        answer = await self._wire.ask(self._path)
        body = answer.body or {}
        if answer.status >= 300 or not {"state", "charge_current"} & set(body):
            return None
        go = {ACTIVE: True, DISABLED: False}.get(str(body.get("state")))
        return Setting(go=go, current_a=number(body.get("charge_current")))

    async def write(self, setting: Setting, before: Setting | None, *, watched: bool) -> None:
        """In one call, which it takes whole or not at all.

        Without a watchdog it ends with the plug-in, so that the box is its owner's again if nobody steers any more.
        With one it stays: a car that comes while nobody reaches the box is offered no more than was told.
        """
        del before
        told: dict[str, object] = {"auto_release": not watched}
        if setting.go is not None:
            told["state"] = ACTIVE if setting.go else DISABLED
        if setting.current_a is not None:
            told["charge_current"] = int(setting.current_a)
        await self._wire.tell(self._path, told)

    async def release(self) -> None:
        """What is gone already is released too."""
        answer = await self._wire.ask(self._path, method="DELETE")
        if answer.status >= 300 and answer.status != 404:
            raise RefusedError(f"it refuses to release /{self._path}: HTTP {answer.status}")


class Commands:
    """The controller's own commands, of which nobody reminds it after a restart: firmware before version 4."""

    is_ours = False
    vanishes = False

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def look(self, status: Status) -> Setting | None:
        """By its status."""
        return Setting(go=status.awake, current_a=status.pilot_a)

    async def write(self, setting: Setting, before: Setting | None, *, watched: bool) -> None:
        """One command at a time: to sleep before the amperes, the amperes before it may go."""
        del watched
        was = before or Setting()
        amperes = [] if setting.current_a in {None, was.current_a} else [f"$SC {setting.current_a:.0f} V"]
        go = [] if setting.go in {None, was.go} else ["$FE" if setting.go else "$FS"]
        for command in amperes + go if setting.go else go + amperes:
            said = await self._wire.rapi(command)
            if said is None:
                raise UnreachableError(f"{self._wire.where} does not say what became of {command}")
            if not said[0]:
                raise RefusedError(f"it refuses {command}")

    async def release(self) -> None:
        """There is nothing that holds besides."""

    async def plug(self) -> Plug | None:
        """Whether a car hangs on it while it sleeps: its module does not say."""
        said = await self._wire.rapi("$G0")
        return {0: Plug.EMPTY, 1: Plug.CONNECTED}.get(said[1][0]) if said and said[0] and said[1] else None

    async def most_a(self) -> float | None:
        """The most that it takes."""
        said = await self._wire.rapi("$GC")
        return float(said[1][-1]) if said and said[0] and said[1] else None


async def find_lever(wire: Wire) -> Lever:
    """The best that its firmware has. Raises ChargerError."""
    if (await wire.ask("claims")).status == 200:
        return Claim(wire, is_ours=True)
    override = await wire.ask("override")
    if override.status == 200 or override.body is not None:  # early ones say 404, but in their own words, for none
        return Claim(wire, is_ours=False)
    return Commands(wire)
