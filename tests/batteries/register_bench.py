"""A bench with a battery behind registers: a box, our driver, and one clock for both."""

from typing import Any, Generic, TypeVar

from lib.batteries import open_battery
from lib.batteries.register_battery import RegisterBattery
from lib.clock import TurnedClock
from lib.core.battery import BatteryRules, Setpoint
from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import ModbusBox
from tests.sim.builders import NOON

RULES = BatteryRules(name="cellar", capacity_wh=10_000, charge_w=4_000, discharge_w=4_000)

AnyBox = TypeVar("AnyBox", bound=ModbusBox)


def a_battery(**known: Any) -> HomeBattery:
    """Half full, 5 kW both ways."""
    return HomeBattery(start=NOON, name="cellar", **known)


def power(power_w: float, grid_w: float = 0.0) -> Setpoint:
    """A setpoint."""
    return Setpoint(power_w=power_w, grid_w=grid_w)


class Bench(Generic[AnyBox]):
    """A box with its battery, and our driver."""

    def __init__(self, make: str, box: AnyBox, cell: HomeBattery) -> None:
        self.make = make
        self.box = box
        self.cell = cell
        self.clock = TurnedClock(NOON)
        self.drivers: list[RegisterBattery] = []
        self.battery = self.driver()

    def driver(self, rules: BatteryRules = RULES, **options: Any) -> RegisterBattery:
        """One more driver for the same box."""
        battery = open_battery(self.make, self.box.where, rules=rules, options=options, clock=self.clock)
        assert isinstance(battery, RegisterBattery)
        self.drivers.append(battery)
        return battery

    def turn(self, seconds: float) -> None:
        """Let time pass for the battery and for us."""
        self.cell.step(seconds)
        self.clock.turn(seconds)

    @property
    def writes(self) -> list[tuple[int, tuple[int, ...]]]:
        """What the box was told: address and words."""
        return [(at, words) for _, at, words in self.box.writes]

    def wrote(self, since: int) -> list[tuple[int, tuple[int, ...]]]:
        """The same without the first so many."""
        return self.writes[since:]

    async def close(self) -> None:
        """Everything."""
        for one in self.drivers:
            await one.close()
        await self.box.close()
