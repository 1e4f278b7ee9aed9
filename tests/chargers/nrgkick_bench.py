"""A bench with an NRGkick on it: a box, a car, drivers, and one clock for all."""

from typing import Any

from lib.chargers.nrgkick import NRGkick
from lib.clock import TurnedClock
from lib.core.charger import ChargerRules, Order
from lib.sim.nrgkick_box import NrgkickBox
from tests.sim.builders import NOON

RULES = ChargerRules(name="garage", current_a=16.0, switches=True, step_a=0.1)
GO_10 = Order(current_a=10.0, go=True)


class Bench:
    """A box, a car, our driver, and a clock for both."""

    def __init__(self, box: NrgkickBox) -> None:
        self.box = box
        self.point = box.point
        self.clock = TurnedClock(NOON)
        self.drivers: list[NRGkick] = []
        self.charger = self.driver()

    def driver(self, rules: ChargerRules = RULES, **login: str) -> NRGkick:
        """One more driver for the same box."""
        self.drivers.append(NRGkick(self.box.where, rules=rules, clock=self.clock, **login))
        return self.drivers[-1]

    def turn(self, seconds: float) -> None:
        """Let time pass for the box and for us."""
        self.point.step(seconds)
        self.clock.turn(seconds)

    @property
    def writes(self) -> list[dict[str, Any]]:
        """What the box was told."""
        return [keys for _, keys in self.box.writes]
