"""bs's core at noon, with one battery, and somebody who takes what happens to it."""

from typing import Any

from lib.clock import TurnedClock
from lib.core import storage as core
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold
from lib.core.cellar import Storage, StorageRules
from lib.core.claims import LEASE_S, Grant
from lib.core.dispatch import dispatched
from lib.core.site import Word
from lib.core.storage import Event
from tests.conftest import NOON

RULES = StorageRules(batteries={"home": BatteryRules(name="home", capacity_wh=10_000)})


class Vault:
    """The state, as a program has it."""

    def __init__(
        self, storage: Storage | None = None, clock: TurnedClock | None = None, rules: StorageRules = RULES
    ) -> None:
        self.clock, self.rules = clock or TurnedClock(NOON), rules
        self.storage = storage or core.opened(rules, at=NOON, now_s=self.clock.monotonic())

    def take(self, event: Event) -> None:
        """Something happened."""
        now_s, now = self.clock.monotonic(), self.clock.now()
        self.storage = dispatched(core.after(self.storage, event, self.rules, now_s=now_s, now=now), self.rules)

    def pass_by(self, seconds: int, *, grid_w: float = 300.0, sun_w: float | None = None, **said: Any) -> None:
        """Time passes, a second at a time, and dm speaks."""
        for _ in range(seconds):
            self.clock.turn(1)
            word = Word(
                at=self.clock.now(),
                good=True,
                grid_w=grid_w,
                target_w=2_500.0,
                left_s=600.0,
                sun_w=sun_w,
                grants=(Grant(who="battery", power_w=2_000.0, for_s=LEASE_S),),
                **said,
            )
            self.take(core.Heard(word=word))

    def read(self, battery: str = "home", soc_pct: float = 60.0, **said: Any) -> None:
        """A battery is read."""
        known: dict[str, Any] = {"power_w": 0.0, "ours": True}
        reading = BatteryReading(read_s=self.clock.monotonic(), soc_pct=soc_pct, **known | said)
        self.take(BatteryTold(battery=battery, reading=reading))
