"""A relay in a charger's line that gives it one phase or three, for a charger that cannot switch phases itself.

In: the owner's words for the relay, orders. Out: a charger with phases. The relay moves only while the charger pauses,
nothing flows, and it has just said so. A start finds it as the last run left it; it never moves by itself.
"""

import asyncio
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from platform import node
from typing import Any, Protocol, runtime_checkable

from lib.chargers import Charger, ChargerError, ChargerSetupError, RefusedError
from lib.chargers.gpio import Line, keeps_outputs, open_line
from lib.clock import Clock, WallClock
from lib.core.charger import Accepted, ChargerReading, Found, Order, Plug

SETTLE_S = 2.0  # from the relay's move to the charger's new start
SHOWS_S = 3.0  # a pause holds by then, also for a car that was about to begin
IDLE_A = 0.5
PATIENCE_S = 90.0  # a car that still draws so long after the pause will not stop by itself
OPTIONS = ("pin", "contact", "host", "active_low", "enabled")
USUAL_PIN = 26  # channel 1 of a common board with three relays

log = logging.getLogger(__name__)


class Contact(StrEnum):
    """The contact that the phases 2 and 3 go through: open or closed while the coil has no current."""

    NORMALLY_OPEN = "NO"
    NORMALLY_CLOSED = "NC"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRules:
    """What the owner set for the relay.

    Attributes:
        pin: its line, by Broadcom's count.
        host: the name of the machine that it hangs on; "" for any. On another one it is left alone.
        active_low: whether the line is low while the coil has current, as on most boards.

    """

    pin: int = USUAL_PIN
    contact: Contact = Contact.NORMALLY_OPEN
    host: str = ""
    active_low: bool = True
    enabled: bool = True

    def is_enabled(self, host: str) -> bool:
        """Whether the machine of this name drives it."""
        return self.enabled and self.host in {"", host}

    def coil(self, phases: int) -> bool:
        """Whether the coil has current while there are so many phases, 1 or 3."""
        return (phases == 3) is (self.contact is Contact.NORMALLY_OPEN)


class Relay:
    """The relay. line: None where it is not enabled; why: then the reason, for a sentence."""

    def __init__(self, rules: RelayRules, line: Line | None, *, why: str = "") -> None:
        self._rules = rules
        self._line = line
        self.why = why

    @property
    def phases(self) -> int | None:
        """How many it lets through, 1 or 3, by the level of its line; None where it is not enabled."""
        if self._line is None:
            return None
        coil = self._line.level is not self._rules.active_low
        return 3 if coil is self._rules.coil(3) else 1

    def switch(self, phases: int) -> None:
        """Let 1 or 3 through. Nothing may flow. Raises RefusedError where it is not enabled."""
        if self._line is None:
            raise RefusedError(f"the phase relay is not used: {self.why}")
        self._line.drive(level=self._rules.coil(phases) is not self._rules.active_low)


@runtime_checkable
class Resettable(Protocol):
    """A charger that can start anew, as some must after their line has changed."""

    async def reset(self) -> None:
        """Start anew. Raises ChargerError."""


def parse_relay(name: str, options: Mapping[str, Any]) -> RelayRules:
    """The options of charger `name`: pin, contact NO or NC, host, active_low, enabled. Raises ChargerSetupError."""
    if unknown := sorted(set(options) - set(OPTIONS)):
        raise ChargerSetupError(f"{name}: {unknown[0]!r} is no option of a relay; it has {', '.join(OPTIONS)}")
    said: dict[str, Any] = {"pin": USUAL_PIN, "contact": "NO", "host": "", "active_low": True, "enabled": True}
    said |= options
    checks = {
        "pin": (isinstance(said["pin"], int) and 2 <= said["pin"] <= 27, "a GPIO line from 2 to 27"),
        "contact": (said["contact"] in list(Contact), '"NO" (coil on: 3 phases) or "NC" (coil on: 1 phase)'),
        "host": (isinstance(said["host"], str), "the name of the machine it hangs on"),
        "active_low": (isinstance(said["active_low"], bool), "true or false"),
        "enabled": (isinstance(said["enabled"], bool), "true or false"),
    }
    for key, (is_good, allowed) in checks.items():
        if not is_good:
            raise ChargerSetupError(f"{name}: the relay's {key} is {said[key]!r}; allowed is {allowed}")
    return RelayRules(**said | {"contact": Contact(said["contact"])})


def open_relay(name: str, options: Mapping[str, Any], *, host: str | None = None, factory: Any = None) -> Relay:
    """The relay of charger `name`, as it is.

    host: the name of this machine; factory: of gpiozero's pins; None: this machine's own. Raises ChargerSetupError.
    """
    rules, host = parse_relay(name, options), node() if host is None else host
    if not rules.is_enabled(host):
        why = f"it hangs on {rules.host}, and this is {host}" if rules.enabled else "it is switched off in its settings"
        return Relay(rules, None, why=why)
    line = open_line(rules.pin, factory=factory)
    if factory is None and not keeps_outputs():
        log.warning(
            "%s: this system lets go of the relay's line when the program ends: the relay may fall under load", name
        )
    return Relay(rules, line)


class Relayed:
    """A charger behind a relay."""

    def __init__(
        self,
        charger: Charger,
        relay: Relay,
        *,
        name: str,
        clock: Clock | None = None,
        settle_s: float = SETTLE_S,
        shows_s: float = SHOWS_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._charger = charger
        self._relay = relay
        self._name = name
        self._clock = clock or WallClock()
        self._settle_s = settle_s
        self._shows_s = shows_s
        self._patience_s = patience_s
        self._last: ChargerReading | None = None  # None also after a read that failed
        self._paused_s: float | None = None  # since when it pauses for the relay's sake
        self._moved_s: float | None = None  # when the relay moved, until the charger has started anew

    @property
    def step_a(self) -> float:
        """The charger's."""
        return self._charger.step_a

    @property
    def polite_s(self) -> float:
        """The charger's."""
        return self._charger.polite_s

    @property
    def owner(self) -> Found | None:
        """The charger's; the relay has none: it stays as it is."""
        return self._charger.owner

    @owner.setter
    def owner(self, owner: Found | None) -> None:
        self._charger.owner = owner

    async def read(self) -> ChargerReading:
        """What the charger says, with the phases that the relay gives it."""
        self._last = None
        reading = await self._charger.read()
        self._last = reading
        phases = self._relay.phases
        if phases is None:
            return reading
        waits_s = math.inf if self._paused_s is None else reading.read_s - self._paused_s
        is_switching = self._moved_s is not None or waits_s <= self._patience_s
        if reading.phases not in {None, phases} and not is_switching:
            said = (
                f"the charger has {reading.phases} phases where the relay gives it {phases}: is it wired as it is set?"
            )
            reading = replace(reading, warning=", ".join(filter(None, (reading.warning, said))))
        return replace(reading, phases=None if is_switching else phases)

    async def order(self, order: Order) -> Accepted:
        """One step at a time: pause, wait until nothing flows, move the relay and let the charger start anew, go."""
        if self._moved_s is not None:
            await self._start_anew(self._moved_s)
        if order.phases is None or order.phases == self._relay.phases:
            self._paused_s = None
            accepted = await self._charger.order(replace(order, phases=None))
            return replace(accepted, phases=self._relay.phases)
        if self._relay.phases is None:
            raise RefusedError(f"it stays on its phases: {self._relay.why}")
        accepted = await self._charger.order(replace(order, go=False, phases=None))
        if accepted.go is not False:
            return accepted
        now_s = self._clock.monotonic()
        self._paused_s = now_s if self._paused_s is None else self._paused_s
        if not self._is_idle_since(self._paused_s):
            if now_s - self._paused_s > self._patience_s:
                raise RefusedError("the car still draws although it was paused, so the phase relay stays as it is")
            return replace(accepted, phases=None)
        self._moved_s, self._paused_s = now_s, None
        self._relay.switch(order.phases)
        log.info("%s: the phase relay gives %d phases", self._name, order.phases)
        await self._start_anew(now_s)
        return replace(accepted, phases=order.phases)

    async def close(self, *, restore: bool) -> None:
        """Let the charger go; the relay stays as it is."""
        await self._charger.close(restore=restore)

    def _is_idle_since(self, paused_s: float) -> bool:
        """Whether the last question was answered, was asked when the pause held, and nothing flowed."""
        last = self._last
        if last is None or last.read_s < paused_s + self._shows_s or last.plug is Plug.CHARGING or not last.paused:
            return False
        return max(last.phases_a or (math.inf,)) < IDLE_A

    async def _start_anew(self, moved_s: float) -> None:
        """After the relay has settled."""
        await asyncio.sleep(max(0.0, moved_s + self._settle_s - self._clock.monotonic()))
        self._moved_s = None
        if isinstance(self._charger, Resettable):
            try:
                await self._charger.reset()
            except ChargerError as error:  # it hangs up while it starts
                log.debug("%s: %s", self._name, error)
