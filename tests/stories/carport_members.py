"""Chargers of a carport with the cars on them, in whole seconds: what they hold, what they fall to, what is drawn.

Leaner than lib/sim's charge points, so that thousands of runs take seconds, and with a watchdog of their own.
"""

from collections import deque
from dataclasses import dataclass, field
from math import inf

from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Order, Plug
from lib.core.circuits import NOTHING, Amps
from lib.core.power import PHASE_V

LEASE_S = 30.0


@dataclass(slots=True, kw_only=True)
class Guest:
    """A car: on so many phases it takes up to `most_a`, `follows_s` seconds after it is offered that.

    wants_wh: it stops by itself when it has so much.
    """

    name: str = ""
    phases: int = 3
    most_a: float = 40.0
    follows_s: int = 4
    wants_wh: float = inf


@dataclass(slots=True, kw_only=True)
class Member:
    """One charger: what it was told holds at once; one that watches falls to its safe current when nobody talks to it.

    Attributes:
        lifts: at its safe current it also lets a car charge that was told to pause, or to take less.
        set_a, go: what holds. heard_s: when somebody talked to it last; fell: it is at its safe current by itself.
        drawn_a: what its car takes on each of its phases. up: it has power.

    """

    rules: ChargerRules
    safe_a: float = 0.0
    lifts: bool = False
    least_a: float = LEAST_A
    set_a: float = LEAST_A
    go: bool = False
    guest: Guest | None = None
    up: bool = True
    fell: bool = False
    heard_s: float = 0.0
    drawn_a: float = 0.0
    plugin_wh: float = 0.0
    total_wh: float = 0.0
    plugins: int = 0
    empty_s: float = -inf
    _coming: deque[tuple[float, float]] = field(default_factory=deque)

    @property
    def wires(self) -> tuple[int, ...]:
        """The meter's phases that its car loads, or any car could."""
        own = tuple(int(digit) for digit in self.rules.wired)
        return own[: min(self.rules.phases, self.guest.phases)] if self.guest and self.rules.phases == 3 else own

    @property
    def offered_a(self) -> float:
        """What it signals, also to the car that is plugged in next."""
        return self.set_a if self.go and self.up else 0.0

    @property
    def flow_a(self) -> Amps:
        """What its car draws by the meter's phases."""
        return self._on(self.drawn_a)

    @property
    def worst_a(self) -> Amps:
        """What its car may draw at this second: all that it is offered, or still draws of what it was."""
        return self._on(max(self.offered_a, self.drawn_a)) if self.guest else NOTHING

    @property
    def power_w(self) -> float:
        """What its car draws."""
        return sum(self.flow_a) * PHASE_V if len(self.rules.wired) != 2 else self.drawn_a * PHASE_V

    def _on(self, current_a: float) -> Amps:
        if current_a == 0:
            return NOTHING
        wires = self.wires
        return current_a * (1 in wires), current_a * (2 in wires), current_a * (3 in wires)

    def plug_in(self, guest: Guest) -> None:
        """A car comes."""
        self.guest, self.drawn_a, self.plugin_wh = guest, 0.0, 0.0
        self.plugins += 1
        self._coming.clear()

    def unplug(self, now_s: float) -> None:
        """It leaves."""
        self.guest, self.drawn_a, self.empty_s = None, 0.0, now_s
        self._coming.clear()

    def tell(self, order: Order, now_s: float) -> Accepted:
        """An order reaches it."""
        self.set_a, self.go, self.fell = min(order.current_a, self.rules.current_a), order.go, False
        self.heard_s = now_s
        return Accepted(current_a=self.set_a, go=self.go, phases=order.phases)

    def said(self, now_s: float) -> ChargerReading:
        """What it answers to a question, which counts as being talked to."""
        self.heard_s = now_s
        plug = Plug.EMPTY if self.guest is None else Plug.CHARGING if self.drawn_a else Plug.CONNECTED
        lines = 0 if self.guest is None else min(self.rules.phases, self.guest.phases)
        one, two, three = (self.drawn_a if n < lines else 0.0 for n in range(3))
        return ChargerReading(
            plug=plug,
            read_s=now_s,
            offered_a=self.offered_a if self.guest else 0.0,
            set_a=self.set_a,
            phases_a=(one, two, three),
            power_w=self.power_w,
            plugin_wh=self.plugin_wh,
            total_wh=self.total_wh,
            permitted=self.go and self.guest is not None,
            paused=not self.go,
            phases=self.rules.phases,
            least_a=self.least_a,
            most_a=self.rules.current_a,
            plugins=self.plugins,
        )

    def _fall(self) -> None:
        self.fell = True
        if self.lifts:
            self.go = True
            self.set_a = self.safe_a
        self.go = self.go and self.safe_a > 0
        self.set_a = min(self.set_a, self.safe_a) if self.go else self.set_a

    def step(self, now_s: float, passed_s: float = 1.0) -> None:
        """Time passes."""
        if self.rules.watched and not self.fell and now_s - self.heard_s > LEASE_S:
            self._fall()
        guest = self.guest
        if guest is None or not self.up:
            self.drawn_a = 0.0
            self._coming.clear()
            return
        wh = self.power_w * passed_s / 3600
        self.plugin_wh += wh
        self.total_wh += wh
        taken_a = min(self.offered_a, guest.most_a) if self.plugin_wh < guest.wants_wh else 0.0
        taken_a = taken_a if taken_a >= LEAST_A else 0.0
        if taken_a != (self._coming[-1][1] if self._coming else self.drawn_a):
            self._coming.append((now_s + guest.follows_s, taken_a))
        while self._coming and self._coming[0][0] <= now_s:
            self.drawn_a = self._coming.popleft()[1]
