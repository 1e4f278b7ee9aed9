"""An OpenEVSE's own watchdog: what it falls to by itself when nobody has talked to it for `WATCH_S`.

In: that somebody still steers it. Out: whether it had fallen. Which there is its firmware decides.
- From version 5 its WiFi module pauses when its load shaper has no word of the house for as long as it is told; we say
  that the house has all the room there is. It pauses, whatever the safe current.
- Before version 4 the controller's heartbeat supervision ($SY) is ours to feed: it falls to the safe current, 6 A at
  least. From version 4 on the WiFi module feeds it itself each second, whether we live or not: it guards against the
  module's death, not against ours, and is left as it is.
- In between there is none.
Source: the maker's openevse_esp32_firmware (current_shaper, evse_monitor) and open_evse (rapi_proc.h).
"""

from typing import Protocol

from lib.chargers import RefusedError
from lib.chargers.openevse_answers import Config, Status
from lib.chargers.openevse_wire import Wire
from lib.core.charger import LEAST_A

WATCH_S = 28  # it looks every two seconds, and a lease is 30 s; no owner would choose it: so we know it is ours
USUAL_S = 120  # that a shaper waits until its owner says otherwise
ROOM_W = 100_000  # what the house is said to have to spare
NONE = "while nobody steers it, it keeps its last current"


class Watch(Protocol):
    """A watchdog.

    Attributes:
        is_set: it watches us, or did when an earlier run ended.
        was: its seconds, and amperes where it has any, before we set it.
        warning: why it does not watch as it should, "" when it does.

    """

    is_set: bool
    was: tuple[int, int]
    warning: str

    async def begin(self) -> None:
        """Have it watch us. Raises ChargerError."""

    async def feed(self, status: Status | None) -> bool:
        """Somebody still steers; whether it had fallen, as far as it says so now. Raises ChargerError."""

    async def end(self) -> None:
        """Have it be as it was. Raises ChargerError."""


class Unwatched:
    """None that we could use; warning: why."""

    is_set = False
    was = (0, 0)

    def __init__(self, why: str) -> None:
        self.warning = f"it has no watchdog: {why}; {NONE}"

    async def begin(self) -> None:
        """Nothing to be set."""

    async def feed(self, status: Status | None) -> bool:
        """Nothing to be fed."""
        del status
        return False

    async def end(self) -> None:
        """Nothing to be given back."""


class Shaper:
    """The load shaper, where its owner does not use it. It pauses; going on may take it some minutes."""

    def __init__(self, wire: Wire, config: Config) -> None:
        self._wire = wire
        self.is_set = config.shaper and config.shaper_s == WATCH_S
        self.was = (USUAL_S if config.shaper_s in {None, WATCH_S} else config.shaper_s, 0)
        self.warning = ""

    async def begin(self) -> None:
        """First a word of the house: without any it would pause at once."""
        if self.is_set:
            return
        try:
            await self._say_room()
            told = {"current_shaper_data_maxinterval": WATCH_S, "current_shaper_enabled": True}
            await self._wire.tell("config", told)
        except RefusedError as error:
            self.warning = f"its watchdog cannot be set: {error}; {NONE}"
            return
        self.is_set, self.warning = True, ""

    async def feed(self, status: Status | None) -> bool:
        """One its owner switched off stays off until it is begun anew."""
        if not self.is_set:
            return False
        if status and status.shaper is False:
            self.is_set = False
            self.warning = f"its load shaper, which watches us, was switched off; {NONE}"
            return False
        try:
            await self._say_room()
        except RefusedError as error:
            self.warning = f"its watchdog cannot be fed: {error}"
            return False
        self.warning = ""
        return status is not None and status.shaped is False

    async def end(self) -> None:
        """Off, and as patient as before."""
        if not self.is_set:
            return
        told = {"current_shaper_enabled": False, "current_shaper_data_maxinterval": self.was[0]}
        await self._wire.tell("config", told)
        self.is_set = False

    async def _say_room(self) -> None:
        await self._wire.tell("status", {"shaper_live_pwr": -ROOM_W})


class Heartbeat:
    """The controller's heartbeat supervision. safe_a: what it falls to; it cannot fall below 6 A."""

    def __init__(self, wire: Wire, *, safe_a: float) -> None:
        self._wire = wire
        self._ours = (WATCH_S, int(max(LEAST_A, safe_a)))
        self.was = (0, 0)  # seconds and amperes; off
        self.is_set = False
        self._low = "" if safe_a >= LEAST_A else f"its watchdog falls to {LEAST_A:g} A, not to 0: set safe_a to that"
        self.warning = self._low

    async def look(self) -> bool:
        """Whether its controller has one; what it was is remembered."""
        said = await self._wire.rapi("$GY")
        if said is None or not said[0] or len(said[1]) < 2:
            return False
        found = (said[1][0], said[1][1])
        self.is_set = found == self._ours
        self.was = (0, 0) if found[0] == WATCH_S else found
        return True

    async def begin(self) -> None:
        """Set it, which also forgets that it had fallen."""
        if not self.is_set:
            self.is_set = await self._set(self._ours)

    async def feed(self, status: Status | None) -> bool:
        """Its beat. One that it missed is not acknowledged, which would let go all it has; it is set anew."""
        del status
        if not self.is_set:
            return False
        said = await self._wire.rapi("$SY")
        if said is None or said[0]:
            return False
        await self._set(self._ours)
        return True

    async def end(self) -> None:
        """As it was."""
        if self.is_set and not await self._set(self.was):
            raise RefusedError("it refuses to have its heartbeat as it was")
        self.is_set = False

    async def _set(self, wanted: tuple[int, int]) -> bool:
        said = await self._wire.rapi(f"$SY {wanted[0]} {wanted[1]}")
        took = said is not None and said[0] and said[1][:2] == wanted
        self.warning = self._low if took else f"its watchdog cannot be set; {NONE}"
        return took


async def find_watch(wire: Wire, config: Config, known: Watch, *, has_claims: bool, safe_a: float) -> Watch:
    """What there is of it. known: what there was when we last asked. Raises ChargerError."""
    found = await _find(wire, config, has_claims=has_claims, safe_a=safe_a)
    if found.is_set and type(found) is type(known):
        found.was = known.was
    return found


async def _find(wire: Wire, config: Config, *, has_claims: bool, safe_a: float) -> Watch:
    if not has_claims:
        heartbeat = Heartbeat(wire, safe_a=safe_a)
        return heartbeat if await heartbeat.look() else Unwatched("its controller is too old")
    if config.shaper_s is None:
        return Unwatched("its WiFi firmware is too old, version 5 brings one")
    if config.taken or (config.shaper and config.shaper_s != WATCH_S):
        return Unwatched("its owner uses the load shaper, which it would be")
    return Shaper(wire, config)
