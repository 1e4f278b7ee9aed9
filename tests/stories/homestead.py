"""A day at a home with a battery: dm's, ev's and bs's core, second by second, over a toy house; nobody sleeps.

At each step the energies are checked: sun + grid + battery = house + cars.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any

from lib.core import charging as ev
from lib.core import house as dm
from lib.core import storage as bs
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMissed,
    BatteryReading,
    BatteryRules,
    BatteryTold,
    BatteryTook,
    Setpoint,
)
from lib.core.battery_why import sentence
from lib.core.carport import ChargingRules
from lib.core.cellar import Storage, StorageRules
from lib.core.cost import PriceSlot
from lib.core.dispatch import dispatched
from lib.core.modes import StorageMode
from lib.messages.bs import cars_word, say_storage
from lib.messages.ev import battery_of
from lib.sim.battery import HomeBattery
from lib.sim.charge_point import ChargePoint
from tests.stories.driveway import CONNECTION, Driveway, Watts
from tests.stories.toy_meter import ToyMeter

READ_S, REFRESH_S, RETRY_S = 2, 20, 5
NO_ANSWER = "no answer within 4.5 s"


class Cord:
    """The wire to one battery on a virtual clock, as lib/batteries/keeper.py keeps it; sent: what it was told."""

    def __init__(self, battery: HomeBattery) -> None:
        self.battery = battery
        self.sent: list[tuple[int, float | None]] = []
        self._told: Setpoint | None = None
        self._told_s = self._try_s = -inf
        self._misses, self._since_s = 0, 0

    def read(self, now_s: int, *, deaf: bool) -> BatteryEvent | None:
        """What it says, when it is time to ask."""
        if now_s % READ_S:
            return None
        if deaf:
            self._since_s = self._since_s if self._misses else now_s
            self._misses += 1
            if self._misses < 3:
                return None
            return BatteryMissed(battery=self.battery.name, why=NO_ANSWER, since_s=self._since_s, count=self._misses)
        self._misses = 0
        one = self.battery
        reading = BatteryReading(
            read_s=now_s,
            soc_pct=one.soc_pct,
            power_w=one.power_w,
            charge_w=one.takes_w,
            discharge_w=one.gives_w,
            set_w=one.set_w,
            ours=one.is_told,
            charged_wh=one.charged_wh,
            discharged_wh=one.discharged_wh,
        )
        return BatteryTold(battery=one.name, reading=reading)

    def write(self, wanted: Setpoint | None, now_s: int, *, deaf: bool, refusing: bool) -> BatteryEvent | None:
        """Tell it what it does not hold yet."""
        due = wanted is not None and now_s - self._told_s >= REFRESH_S
        same = wanted == self._told or (wanted and self._told and wanted.power_w == self._told.power_w)
        if (same and not due) or now_s < self._try_s:
            return None
        if deaf or refusing:
            self._try_s = now_s + RETRY_S
            why = NO_ANSWER if deaf else "it is busy"
            return BatteryBalked(battery=self.battery.name, setpoint=wanted, why=why, sent_s=now_s, answered=not deaf)
        self._told, self._told_s = wanted, now_s
        if not same:
            self.sent.append((now_s, wanted.power_w if wanted else None))
        took = self.battery.told(wanted.power_w if wanted else None)
        return BatteryTook(battery=self.battery.name, setpoint=wanted, power_w=took, sent_s=now_s)


class Homestead(Driveway):
    """The house, its charge points, its batteries, dm, ev and bs.

    Attributes:
        bs_lives: kill it. silent, grumpy: batteries that do not answer, or say no.
        measured: an inverter tells what the sun gives.
        why_stored: what bs said, whenever that was another ground; flows: (second, base, sun, cars, battery, grid).

    """

    def __init__(
        self,
        start: datetime,
        *points: ChargePoint,
        batteries: Iterable[HomeBattery] = (),
        storing: Mapping[str, Any] | None = None,
        rules: ChargingRules | None = None,
        measured: bool = True,
        **more: Any,
    ) -> None:
        self.batteries = {battery.name: battery for battery in batteries}
        known = {
            name: BatteryRules(
                name=name,
                capacity_wh=one.capacity_wh,
                charge_w=one.charge_w,
                discharge_w=one.discharge_w,
                phases=one.phases,
                wired="".join(str(phase + 1) for phase in one.wired),
            )
            for name, one in self.batteries.items()
        }
        self.bs_lives, self.measured = True, measured
        self.silent: set[str] = set()
        self.grumpy: set[str] = set()
        self.why_stored: list[str] = []
        self.flows: list[tuple[int, float, float, float, float, float]] = []
        self._ground: object = None
        super().__init__(start, *points, rules=rules or ChargingRules(chargers={}), leap_s=1, **more)
        self.storing = StorageRules(batteries=known, circuits=(CONNECTION,), **(storing or {}))
        self.cords = {name: Cord(battery) for name, battery in self.batteries.items()}
        self.bs = self._opened()

    def _new_meter(self) -> ToyMeter:
        return ToyMeter(self.points, self.rules.circuits, self.batteries.values())

    def _opened(self) -> Storage:
        storage = bs.opened(self.storing, at=self.now, now_s=self.second)
        return bs.after(storage, bs.Priced(prices=self.prices), self.storing, now_s=self.second, now=self.now)

    def kill_bs(self) -> None:
        """Bs stops without a word: the batteries keep what they were told, unless they have a watchdog."""
        self.bs_lives = False

    def restart_bs(self) -> None:
        """Bs starts again; its keepers hand back first."""
        self.bs_lives = True
        self.bs = self._opened()
        for name, cord in self.cords.items():
            self.batteries[name].told(None)
            self.cords[name] = Cord(cord.battery)

    def reprice(self, *prices: PriceSlot) -> None:
        """The prices are these from now on."""
        self.prices = prices
        for_ev, for_bs = ev.Priced(prices=prices), bs.Priced(prices=prices)
        self.ev = ev.after(self.ev, for_ev, self.rules, now_s=self.second, now=self.now)
        self.put(for_bs)

    def store(self, mode: StorageMode) -> None:
        """The owner's word for the battery."""
        self.put(bs.Chosen(mode=mode))

    def put(self, event: bs.Event) -> None:
        """Something happens to bs."""
        self.bs = bs.after(self.bs, event, self.storing, now_s=self.second, now=self.now)
        self.log += self.bs.said

    def _stride(self, end: int) -> int:
        return 1

    def _pass(self, seconds: int) -> None:
        for battery in self.batteries.values():
            battery.look(self.meter.grid_w)
            battery.step(seconds)
        super()._pass(seconds)
        self._balance()
        if self.bs_lives:
            self._bs()

    def _balance(self) -> None:
        base_w, sun_w = _sum(self.base_w(self.second)), _sum(self.sun_w(self.second))
        cars_w = sum(point.power_w for point in self.points.values())
        battery_w = sum(battery.power_w for battery in self.batteries.values())
        grid_w = self.meter.grid_w
        assert abs(sun_w + grid_w - battery_w - base_w - cars_w) <= 1.0
        self.flows.append((self.second, base_w, sun_w, cars_w, battery_w, grid_w))

    def _bs(self) -> None:
        if self.dm_lives:
            sun_w = _sum(self.sun_w(self.second)) if self.measured else None
            self.put(bs.Heard(word=self.word, sun_w=sun_w))
        if self.ev_lives and self.points:
            self.put(bs.CarsTold(word=cars_word(self.ev_said, heard_s=self.second)))
        for name, cord in self.cords.items():
            told = cord.read(self.second, deaf=name in self.silent)
            if told is not None:
                self.put(told)
        self.put(bs.Ticked())
        self.bs = dispatched(replace(self.bs, said=()), self.storing)
        self.log += self.bs.said
        for name, cord in self.cords.items():
            wanted = self.bs.cells[name].setpoint
            done = cord.write(wanted, self.second, deaf=name in self.silent, refusing=name in self.grumpy)
            if done is not None:
                self.put(done)
        kind = self.bs.why.ground, self.bs.why.barred
        if kind != self._ground:
            self._ground = kind
            self.why_stored.append(f"{self.at:%H:%M:%S} {sentence(self.bs.why)}")
        said = say_storage(self.bs, self.storing, boot="bs", seq=self.second, now=self.now, makes={})
        self.bs_said = said
        if self.dm_lives:
            claimed = dm.Claimed(
                program="bs", claims=said.claims, drawn=said.drawn, now_s=self.second, help_w=said.help_w
            )
            self.house = dm.after(self.house, claimed, self.dm_rules)
        if self.ev_lives:
            self.tell(ev.Stored(word=battery_of(said, heard_s=self.second)))

    @property
    def stored(self) -> str:
        """The sentence of the battery now."""
        return sentence(self.bs.why)

    @property
    def battery_w(self) -> float:
        """What flows into all batteries now."""
        return sum(battery.power_w for battery in self.batteries.values())


def _sum(watts: Watts) -> float:
    return sum(watts) if isinstance(watts, tuple) else watts
