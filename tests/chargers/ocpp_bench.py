"""A central system, a charger that dials in, a driver, and one clock for all of them."""

import asyncio
from collections.abc import Callable
from typing import Any

from lib.chargers import UnreachableError
from lib.chargers.ocpp import Ocpp
from lib.chargers.ocpp_central import Central
from lib.clock import TurnedClock
from lib.core.charger import Accepted, ChargerReading, ChargerRules, Order
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint
from lib.sim.ocpp_box import OcppBox, open_ocpp_box
from lib.sim.ocpp_memory import Quirks
from tests.sim.builders import NOON
from tests.waiting import LIMIT_S

HOST = "127.0.0.1"
RULES = ChargerRules(name="garage", step_a=0.1, safe_a=6.0, watched=True)
GO_10 = Order(current_a=10.0, go=True)
GO_16 = Order(current_a=16.0, go=True)
PAUSE = Order(current_a=6.0, go=False)


async def until(is_so: Callable[[], object]) -> None:
    """Wait for something to be so, but not for ever."""
    async with asyncio.timeout(LIMIT_S):
        while not is_so():  # noqa: ASYNC110 - a box tells nobody what it was told
            await asyncio.sleep(0.01)


def a_point(*, plugged: bool = True, **known: Any) -> ChargePoint:
    """A charge point of 16 A on three phases that does at once what it is told, with a car."""
    return ChargePoint(start=NOON, car=Car(soc_pct=40), plugged=plugged, lag_s=0.0, ramp_s=1.0, **known)


class Bench:
    """The one that most tests need. `close` it at the end."""

    def __init__(self, *, rules: ChargerRules = RULES) -> None:
        self.clock = TurnedClock(NOON)
        self.central = Central(HOST, 0, clock=self.clock)
        self.rules = rules
        self.boxes: list[OcppBox] = []
        self.drivers: list[Ocpp] = []

    @property
    def url(self) -> str:
        """Where chargers dial in."""
        return f"ws://{HOST}:{self.central.port}"

    @property
    def box(self) -> OcppBox:
        """The first charger."""
        return self.boxes[0]

    @property
    def charger(self) -> Ocpp:
        """Its driver."""
        return self.drivers[0]

    async def open(self, *, name: str = "CP_1", point: ChargePoint | None = None, **known: Any) -> "Bench":
        """Have a charger dial in that our settings know; known: its quirks."""
        driver = self.driver(name)
        if not self.boxes:
            await self.central.open()
        box = await open_ocpp_box(point or a_point(), self.url, name=name, quirks=Quirks(**known))
        self.boxes.append(box)
        await self.ready(driver)
        return self

    def driver(self, address: str = "CP_1", password: str | None = None) -> Ocpp:
        """A driver of it."""
        driver = Ocpp(address, rules=self.rules, central=self.central, password=password, clock=self.clock)
        self.drivers.append(driver)
        return driver

    async def ready(self, driver: Ocpp) -> None:
        """Wait until its connection is set up."""
        await until(lambda: driver._station.ready)

    def turn(self, seconds: float) -> None:
        """Let time pass for all of them, without a word between them."""
        self.clock.turn(seconds)
        for box in self.boxes:
            box.step(seconds)

    async def live(self, seconds: int, *, every_s: int = 5) -> ChargerReading:
        """Let time pass while the driver is read, as somebody does who keeps it alive; its last reading."""
        reading = await self.charger.read()
        for _ in range(seconds // every_s):
            self.turn(every_s)
            reading = await self.charger.read()
        return reading

    async def told(self, order: Order) -> Accepted:
        """Order, when there is a connection."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                try:
                    return await self.charger.order(order)
                except UnreachableError:
                    await asyncio.sleep(0.05)

    async def charging(self, order: Order = GO_10) -> "Bench":
        """Have its car charge by an order."""
        await self.charger.read()
        await self.charger.order(order)
        await until(lambda: self.box.transaction is not None)
        await self.charger.read()
        await until(lambda: self.box.offer_a == order.current_a)
        self.turn(5)
        await until(lambda: self.charger._connector.status == "Charging")
        return self

    async def close(self) -> None:
        """Let all go."""
        for driver in self.drivers:
            await driver.close(restore=False)
        for box in self.boxes:
            await box.close()
        await self.central.close()
