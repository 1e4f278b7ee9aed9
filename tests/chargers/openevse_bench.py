"""A bench with an OpenEVSE on it: a box of some age, a car, drivers that may be killed, and one clock for all."""

from typing import Any

from lib.chargers.openevse import OpenEvse
from lib.clock import TurnedClock
from lib.core.charger import ChargerRules, Found, Order
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.openevse_box import OpenEvseBox, open_openevse_box
from lib.sim.openevse_words import Firmware
from tests.sim.builders import NOON

RULES = ChargerRules(name="garage", current_a=16.0, safe_a=6.0, watched=True)
GO_10, GO_16, PAUSE = (Order(current_a=a, go=go) for a, go in ((10.0, True), (16.0, True), (6.0, False)))


class Bench:
    """A box, a car, our driver, and a clock for both."""

    def __init__(self, box: OpenEvseBox) -> None:
        self.box = box
        self.point = box.point
        self.clock = TurnedClock(NOON)
        self.drivers: list[OpenEvse] = []
        self.charger = self.start()

    def start(self, owner: Found | None = None, *, rules: ChargerRules = RULES, **login: str) -> OpenEvse:
        """One more driver for the same box; owner: what one before it had found."""
        self.charger = OpenEvse(self.box.where, rules=rules, clock=self.clock, **login)
        self.charger.owner = owner
        self.drivers.append(self.charger)
        return self.charger

    def turn(self, seconds: float) -> None:
        """Let time pass for the box and for us, and nobody says a word."""
        self.point.step(seconds)
        self.clock.turn(seconds)

    async def steer(self, seconds: float) -> None:
        """Let time pass while the box is read each 5 s, as by a charge point that lives."""
        for _ in range(round(seconds / 5)):
            self.turn(5)
            await self.charger.read()

    @property
    def told(self) -> tuple[float, bool]:
        """What the box is set to: amperes, and whether it pauses."""
        return self.point.told.current_a, self.point.told.paused

    @property
    def writes(self) -> list[dict[str, Any]]:
        """What the box was told, but for what feeds its watchdog."""
        told = [dict(keys) for _, keys in self.box.writes]
        return [keys for keys in told if "shaper_live_pwr" not in keys and keys != {"rapi": "$SY"}]

    async def close(self) -> None:
        """Hang up everybody."""
        for charger in self.drivers:
            await charger.close(restore=False)
        await self.box.close()


async def a_bench(firmware: Firmware, *, car: bool = True, phases: int = 3) -> Bench:
    """A box whose owner lets any car charge with 16 A, with one on its cable."""
    point = ChargePoint(
        start=NOON, car=Car(soc_pct=40), settings=ChargeSettings(current_a=16.0), plugged=car, phases=phases
    )
    return Bench(await open_openevse_box(point, firmware=firmware))
