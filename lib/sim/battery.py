"""A home battery of the simulated house: what it was told, what its own mode would do, and what it holds.

In: setpoints, what flows through the meter, time. Out: watts on each phase of the house, + into the battery, and until
when they hold. Between two changes nothing changes and energy is counted in whole numbers, so any steps give the same
battery. Knows no box, no protocol and no clock.
"""

import math
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from lib.sim.brussels import HOUR, SECOND
from lib.sim.joined import NEVER_US, Joined

TICK = SECOND // 5  # a battery that takes its time moves its power so often
TAPER_TO = 0.1  # of its power a nearly full battery takes at last
_PPM = 1_000_000


class OwnMode(StrEnum):
    """What a battery does when nobody tells it anything."""

    SELF = "self"  # keeps its own meter near zero, both ways
    IDLE = "idle"  # neither takes nor gives


class HomeBattery(Joined):
    """One battery. Powers in W on its AC side, + goes into it.

    Half of the loss of a round trip falls on each way. Over `ramp_s` it goes from nothing to all it can. From
    `taper_pct` on it takes less and less, down to a tenth when full. Raises ValueError for what no battery can be.

    Attributes:
        charge_w, discharge_w: the most that it takes and gives, told or by itself.
        watchdog_s: after so long without a word it goes back to its own mode; None: never.
        set_w, set_grid_w: what it was told; both None while it is left to its own mode.
        expired: how often its watchdog ended what it was told.
        power_w: what flows now.

    """

    def __init__(
        self,
        *,
        start: datetime,
        name: str,
        capacity_wh: int = 10_000,
        soc_pct: float = 50.0,
        charge_w: int = 5_000,
        discharge_w: int = 5_000,
        efficiency: float = 0.9,
        phases: int = 1,
        wired: str = "1",
        watchdog_s: float | None = None,
        own: OwnMode = OwnMode.SELF,
        ramp_s: float = 0.0,
        taper_pct: int = 100,
    ) -> None:
        if phases not in {1, 3} or len(wired) != phases or len(set(wired) & set("123")) != phases:
            raise ValueError(f'wired {wired!r} is none of a battery on {phases} phases: take "2" for one, "123" for 3')
        if not 0 < efficiency <= 1 or capacity_wh <= 0 or (watchdog_s is not None and watchdog_s <= 0):
            raise ValueError(f"{name}: efficiency above 0 to 1, a capacity and a watchdog above 0, or no watchdog")
        super().__init__(name=name, start=start)
        self.capacity_wh = capacity_wh
        self.charge_w = charge_w
        self.discharge_w = discharge_w
        self.phases = phases
        self.wired = tuple(int(one) - 1 for one in wired)
        self.watchdog_s = watchdog_s
        self.set_w: float | None = None
        self.set_grid_w: float | None = None
        self.expired = 0
        self.power_w = 0
        self._own = own
        self._warmth = 1.0
        self._taper_pct = taper_pct
        self._step_w = max(charge_w, discharge_w) * TICK / SECOND / ramp_s if ramp_s else None
        self._ticked_us = -1
        self._ends_us: int | None = None  # when its watchdog does
        self._rest_w: float | None = None  # what flowed through the meter without it, when it looked last
        # Watt-microseconds, counted on its AC side. What it holds is in units of 1 / (a million × what a way keeps of a
        # million) of them: so nothing is lost between two steps.
        self._keeps: int = round(math.sqrt(efficiency) * _PPM)
        self._full = capacity_wh * HOUR * _PPM * self._keeps
        self._charged = self._discharged = self._began = 0
        self.set_soc(soc_pct)

    @property
    def soc_pct(self) -> float:
        """How full it is, 0 to 100."""
        return min(100.0, max(0.0, 100 * self._stored / self._full))

    @property
    def stored_wh(self) -> float:
        """What it holds, before the loss on the way out."""
        return self._stored / (_PPM * self._keeps * HOUR)

    @property
    def charged_wh(self) -> float:
        """What it took in its life here; only grows."""
        return self._charged / HOUR

    @property
    def discharged_wh(self) -> float:
        """What it gave in its life here; only grows."""
        return self._discharged / HOUR

    @property
    def losses_wh(self) -> float:
        """What became heat in its life here, on both ways."""
        lost = self._charged * (_PPM - self._keeps) * self._keeps + self._discharged * (_PPM - self._keeps) * _PPM
        return lost / (_PPM * self._keeps * HOUR)

    @property
    def is_told(self) -> bool:
        """Whether it does as it was told; False: it is left to its own mode."""
        return self.set_w is not None or self.set_grid_w is not None

    @property
    def takes_w(self) -> int:
        """The most that it takes now: less when cold or nearly full, nothing when full."""
        if self._stored >= self._full:
            return 0
        part = (self._whole_pct() - self._taper_pct) / max(1, 100 - self._taper_pct)
        return round(self.charge_w * self._warmth * (1 - (1 - TAPER_TO) * max(0.0, part)))

    @property
    def gives_w(self) -> int:
        """The most that it gives now: less when cold, nothing when empty."""
        return round(self.discharge_w * self._warmth) if self._stored > 0 else 0

    @property
    def own(self) -> OwnMode:
        """Its own mode."""
        return self._own

    @own.setter
    def own(self, own: OwnMode) -> None:
        self._own = own
        self.look()

    @property
    def warmth(self) -> float:
        """What part of its powers it can do, 0 to 1: less when it is cold."""
        return self._warmth

    @warmth.setter
    def warmth(self, warmth: float) -> None:
        self._warmth = warmth
        self.look()

    def set_soc(self, soc_pct: float) -> None:
        """Make it so full, by magic. Raises ValueError outside 0 to 100."""
        if not 0 <= soc_pct <= 100:
            raise ValueError(f"{self.name}: a battery of {soc_pct} %: take 0 to 100")
        self._began += self._full * round(soc_pct * _PPM) // (100 * _PPM) - self._stored
        self.look()

    def told(self, power_w: float | None, *, anew: bool = True) -> float:
        """Do so much from now on, None: go back to its own mode. What it takes of it, clamped to its powers.

        Starts its watchdog anew, also when it was told the same before; anew False: the one that runs goes on.
        """
        self.set_grid_w = None
        self.set_w = None if power_w is None else min(float(self.charge_w), max(-float(self.discharge_w), power_w))
        if anew or power_w is None or self._ends_us is None:
            self.refresh()
        else:
            self.look()
        return self._aim_w() if self.set_w is None else self.set_w

    def told_grid(self, grid_w: float | None) -> float:
        """Keep the grid there by its own meter, + is drawn, None: go back to its own mode. What it aims at for that."""
        self.set_w, self.set_grid_w = None, grid_w
        self.refresh()
        return self._aim_w()

    def refresh(self) -> None:
        """Start its watchdog anew, if it was told anything."""
        running = self.watchdog_s is not None and self.is_told
        self._ends_us = self._at_us + round((self.watchdog_s or 0) * SECOND) if running else None
        self.look()

    def look(self, grid_w: float | None = None) -> None:
        """See what flows through the meter, its own power in it; None: follow what a hand changed. Harmless again."""
        if grid_w is not None:
            self._rest_w = grid_w - self.power_w
        self._follow()

    @property
    def _stored(self) -> int:
        return self._began + self._charged * self._keeps * self._keeps - self._discharged * _PPM * _PPM

    def _whole_pct(self) -> int:
        return 100 * self._stored // self._full

    def _aim_w(self) -> float:
        """What it would do if it could."""
        if self.set_w is not None:
            return self.set_w
        grid_w = self.set_grid_w if self.set_grid_w is not None else 0.0 if self.own is OwnMode.SELF else None
        if grid_w is None or self._rest_w is None:
            return 0.0
        return min(float(self.charge_w), max(-float(self.discharge_w), grid_w - self._rest_w))

    def _count(self, until_us: int) -> None:
        for_us, self._at_us = until_us - self._at_us, until_us
        self._charged += max(0, self.power_w) * for_us
        self._discharged += max(0, -self.power_w) * for_us

    def _settle(self) -> None:
        if self._ends_us is not None and self._ends_us <= self._at_us:
            self.set_w = self.set_grid_w = self._ends_us = None
            self.expired += 1
        aim_w = self._can_w(self._aim_w())
        power_w = self._can_w(self.power_w)
        if self._step_w is None:
            power_w = aim_w
        elif power_w != aim_w and self._at_us % TICK == 0 and self._ticked_us != self._at_us:
            self._ticked_us = self._at_us
            power_w = round(power_w + min(self._step_w, max(-self._step_w, aim_w - power_w)))
        self.power_w = power_w
        each_w, rest_w = divmod(power_w, self.phases)
        flow_w = [0, 0, 0]
        for phase in self.wired:
            flow_w[phase] = each_w
        flow_w[self.wired[0]] += rest_w
        self.flow_w = (flow_w[0], flow_w[1], flow_w[2])
        self.until_us = min(self._changes(is_moving=power_w != aim_w), default=NEVER_US)

    def _can_w(self, power_w: float) -> int:
        return min(self.takes_w, max(-self.gives_w, round(power_w)))

    def _changes(self, *, is_moving: bool) -> Iterator[int]:
        """The instants after this one at which something may change by itself."""
        if self._ends_us is not None:
            yield self._ends_us
        if is_moving:
            yield (self._at_us // TICK + 1) * TICK
        if self.power_w > 0:
            pct = min(100, max(self._taper_pct, self._whole_pct() + 1))
            yield self._at_us - (self._stored - self._full // 100 * pct) // (self.power_w * self._keeps * self._keeps)
        elif self.power_w < 0:
            yield self._at_us - self._stored // (self.power_w * _PPM * _PPM)
