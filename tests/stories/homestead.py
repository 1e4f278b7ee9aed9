"""A day at a home with a battery: dm's, ev's and bs's core, second by second, over a toy house; nobody sleeps.

At each step the energies are checked, sun + grid = house + cars + battery; and, while bs has the batteries in its
hands, what holds always: nothing is given to the grid or to a car that was not granted help, nothing is taken from the
grid beyond dm's grant, and there is rest before the direction turns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from lib.core import charging as ev
from lib.core import metering as dm
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
from lib.core.claims import BATTERY
from lib.core.cost import PriceSlot
from lib.core.dispatch import dispatched
from lib.core.modes import StorageMode
from lib.messages.bs import say_storage
from lib.messages.heard import battery_word, cars_word
from lib.sim.battery import HomeBattery
from lib.sim.charge_point import ChargePoint
from tests.stories.driveway import CONNECTION, Driveway, Load
from tests.stories.toy_meter import ToyMeter, Watts

READ_S, REFRESH_S, RETRY_S = 2, 20, 5
NO_ANSWER = "no answer within 4.5 s"
LAG_S = 6  # so long a step of the house may be taken for a battery's that was told something just before
NEAR_W = 80.0  # a change of 25 W is not told, and less than 50 W are nothing
REST_S = 5


class Flow(NamedTuple):
    """What flows in a second, and what bs had been allowed by then. Powers in W; house_w: less its sun."""

    second: int
    house_w: float
    sun_w: float
    cars_w: float
    battery_w: float
    grid_w: float
    help_w: float
    granted_w: float
    blur_w: float  # by so much nobody knows what the cars draw, after an order

    @property
    def gives_w(self) -> float:
        """The most that the batteries may give for it."""
        return max(0.0, min(self.house_w + self.cars_w, max(0.0, self.house_w) + self.help_w))

    @property
    def takes_w(self) -> float:
        """The most that they may take in it."""
        return max(self.granted_w, -self.house_w - self.cars_w)


class Cord:
    """The wire to one battery on a virtual clock, as lib/batteries/keeper.py keeps it; sent: what it was told."""

    def __init__(self, battery: HomeBattery) -> None:
        self.battery = battery
        self.sent: list[tuple[int, float | None]] = []
        self._told: Setpoint | None = None
        self._told_s = self._try_s = -inf
        self._misses, self._since_s = 0, 0

    def read(self, now_s: int, *, deaf: bool, unknown: bool) -> BatteryEvent | None:
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
            soc_pct=None if unknown else one.soc_pct,
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
        same = wanted == self._told or (wanted and self._told and self._is_same(wanted, self._told))
        if (same and not due) or now_s < self._try_s:
            return None
        if deaf or refusing:
            self._try_s = now_s + RETRY_S
            why = NO_ANSWER if deaf else "it is busy"
            return BatteryBalked(battery=self.battery.name, setpoint=wanted, why=why, sent_s=now_s, answered=not deaf)
        self._told, self._told_s = wanted, now_s
        if not same:
            self.sent.append((now_s, wanted.power_w if wanted else None))
        took, grid_w = self._tell(wanted)
        return BatteryTook(battery=self.battery.name, setpoint=wanted, power_w=took, sent_s=now_s, grid_w=grid_w)

    def _is_same(self, wanted: Setpoint, told: Setpoint) -> bool:
        return wanted.power_w == told.power_w

    def _tell(self, wanted: Setpoint | None) -> tuple[float, float | None]:
        return self.battery.told(wanted.power_w if wanted else None), None


class GridCord(Cord):
    """The same to a make that keeps the meter somewhere by itself, as a Victron does."""

    def _is_same(self, wanted: Setpoint, told: Setpoint) -> bool:
        return wanted.grid_w == told.grid_w

    def _tell(self, wanted: Setpoint | None) -> tuple[float, float | None]:
        self.battery.told_grid(wanted.grid_w if wanted else None)
        return wanted.power_w if wanted else self.battery.power_w, wanted.grid_w if wanted else None


class MuteCord(Cord):
    """The same to a make that does not say what it takes and gives at most."""

    def read(self, now_s: int, *, deaf: bool, unknown: bool) -> BatteryEvent | None:
        """As it says it."""
        event = super().read(now_s, deaf=deaf, unknown=unknown)
        if not isinstance(event, BatteryTold):
            return event
        return replace(event, reading=replace(event.reading, charge_w=None, discharge_w=None))


class Homestead(Driveway):
    """The house, its charge points, its batteries, dm, ev and bs.

    Attributes:
        bs_lives: kill it. silent, grumpy, unknown: batteries that do not answer, say no, or not how full they are.
        measured: an inverter tells what the sun gives; held_w: to what it holds that back, as bs wants it.
        sells: the owner lets the batteries be emptied into the grid.
        why_stored: what bs said, whenever that was another ground; flows: of each second.

    """

    def __init__(
        self,
        start: datetime,
        *points: ChargePoint,
        batteries: Iterable[HomeBattery] = (),
        storing: Mapping[str, Any] | None = None,
        rules: ChargingRules | None = None,
        measured: bool = True,
        sells: bool = False,
        cord: type[Cord] = Cord,
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
                sells=sells,
            )
            for name, one in self.batteries.items()
        }
        self.bs_lives, self.measured, self.sells = True, measured, sells
        self.silent: set[str] = set()
        self.grumpy: set[str] = set()
        self.unknown: set[str] = set()
        self.why_stored: list[str] = []
        self.flows: list[Flow] = []
        self.held_w: float | None = None
        self._sky: Load = lambda _: 0.0
        self._ground: object = None
        self._metered_w: dict[str, int] = {}
        self._ruled_s = 0
        self._way, self._moved_s = 0, -inf
        super().__init__(start, *points, rules=rules or ChargingRules(chargers={}), leap_s=1, **more)
        self.ev_lives = bool(points)  # where nothing is charged nobody starts it
        self.storing = StorageRules(batteries=known, circuits=(CONNECTION,), **(storing or {}))
        self.dm_rules = replace(self.dm_rules, capacity_tariff=self.storing.peaks_cost)
        self.cords = {name: cord(battery) for name, battery in self.batteries.items()}
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
            self.cords[name] = type(cord)(cord.battery)

    def reprice(self, *prices: PriceSlot) -> None:
        """The prices are these from now on."""
        self.prices = prices
        for_ev, for_bs = ev.Priced(prices=prices), bs.Priced(prices=prices)
        self.ev = ev.after(self.ev, for_ev, self.rules, now_s=self.second, now=self.now)
        self.put(for_bs)

    def store(self, mode: StorageMode) -> None:
        """The owner's word for the battery."""
        self.put(bs.Chosen(mode=mode))

    def reserve(self, reserve_pct: float | None) -> None:
        """So much shall be kept for the peak; None: as dm learned, else by the time of day."""
        self.put(bs.Reserved(reserve_pct=reserve_pct))

    def put(self, event: bs.Event) -> None:
        """Something happens to bs."""
        self.bs = bs.after(self.bs, event, self.storing, now_s=self.second, now=self.now)
        self.log += self.bs.said

    @property
    def sun_w(self) -> Load:
        """What the sun gives, as far as it is not held back."""
        return self._let_w

    @sun_w.setter
    def sun_w(self, sky: Load) -> None:
        self._sky = sky

    def _let_w(self, second: int) -> Watts:
        sky_w = self._sky(second)
        if self.held_w is None or _sum(sky_w) <= self.held_w:
            return sky_w
        part = self.held_w / _sum(sky_w)
        return tuple(part * one for one in sky_w) if isinstance(sky_w, tuple) else self.held_w  # type: ignore[return-value]  # three stay three

    def _stride(self, end: int) -> int:
        return 1

    def _pass(self, seconds: int) -> None:
        for name, battery in self.batteries.items():
            battery.look(self.meter.grid_w - self._metered_w.get(name, 0) + battery.power_w)
            battery.step(seconds)
        super()._pass(seconds)
        self._balance()
        if self.bs_lives:
            self._bs()

    def _balance(self) -> None:
        sun_w = _sum(self.sun_w(self.second))
        grant = self.bs.site.grant(BATTERY, self.second)
        now = Flow(
            second=self.second,
            house_w=_sum(self.base_w(self.second)) - sun_w,
            sun_w=sun_w,
            cars_w=sum(point.power_w for point in self.points.values()),
            battery_w=self.battery_w,
            grid_w=self.meter.grid_w,
            help_w=self.helps_w,
            granted_w=grant.power_w if grant else 0.0,
            blur_w=sum(one.high_w - one.low_w for one in self.bs.site.word.drawn if one.who != BATTERY),
        )
        self._metered_w = {name: battery.power_w for name, battery in self.batteries.items()}
        assert abs(now.grid_w - now.house_w - now.cars_w - now.battery_w) <= 1.0
        self.flows.append(now)
        self._ruled_s = self._ruled_s + 1 if self._is_ruled() else 0
        if not self._ruled_s:
            self._way = 0
        if self._ruled_s > LAG_S:
            self._is_lawful(self.flows[-LAG_S - 1 :], now)

    def _is_ruled(self) -> bool:
        """Whether all batteries do what bs tells them."""
        if any(isinstance(cord, GridCord) for cord in self.cords.values()):
            return False  # by its own measure it follows what nobody told it
        free = not self.silent and not self.grumpy and self.bs_lives and self.bs.target_w is not None
        return free and all(battery.is_told for battery in self.batteries.values())

    def _is_lawful(self, last: Iterable[Flow], now: Flow) -> None:
        last = list(last)
        near_w = NEAR_W + max(one.blur_w for one in last) / 2
        gives_w = inf if self.sells else max(one.gives_w for one in last) + near_w
        assert -now.battery_w <= gives_w, f"{self.at}: it gives too much: {now}"
        assert now.battery_w <= max(one.takes_w for one in last) + near_w, f"{self.at}: it takes too much: {now}"
        way = (now.battery_w > 0) - (now.battery_w < 0)
        if way and way == -self._way:
            assert self.second - self._moved_s > REST_S, f"{self.at}: it turns round at once: {now}"
        if way:
            self._way, self._moved_s = way, self.second

    def _bs(self) -> None:
        if self.word is not None:
            sun_w = _sum(self.sun_w(self.second)) if self.measured else None
            self.put(bs.Heard(word=replace(self.word, sun_w=sun_w)))
        if self.ev_lives and self.points:
            self.put(bs.CarsTold(word=cars_word(self.ev_said, heard_s=self.second)))
        for name, cord in self.cords.items():
            told = cord.read(self.second, deaf=name in self.silent, unknown=name in self.unknown)
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
        self.held_w = said.hold_sun_w if self.storing.holds_sun else None
        if self.dm_lives:
            claimed = dm.Claimed(
                program="bs", claims=said.claims, drawn=said.drawn, now_s=self.second, help_w=said.help_w
            )
            self.house = dm.after(self.house, claimed, self.dm_rules)
        if self.ev_lives:
            self.tell(ev.Stored(word=battery_word(said, heard_s=self.second)))

    @property
    def stored(self) -> str:
        """The sentence of the battery now."""
        return sentence(self.bs.why)

    @property
    def helps_w(self) -> float:
        """What the cars are given; 0: nothing."""
        return self.bs.help.power_w if self.bs.help else 0.0

    @property
    def battery_w(self) -> float:
        """What flows into all batteries now."""
        return sum(battery.power_w for battery in self.batteries.values())

    def stored_pct(self, name: str = "cellar") -> float:
        """How full a battery is."""
        return self.batteries[name].soc_pct

    def told_w(self, name: str = "cellar") -> list[tuple[int, float | None]]:
        """When a battery was told what; None: it was handed back to its own mode."""
        return self.cords[name].sent

    def most_told(self, name: str = "cellar", *, since_s: int = 0) -> int:
        """In a minute, of another power than before."""
        at = [second for second, _ in self.cords[name].sent if second >= since_s]
        return max((sum(since <= one < since + 60 for one in at) for since in at), default=0)

    @property
    def battery_log(self) -> list[str]:
        """What was told of the batteries."""
        return [line for line in self.log if "battery" in line]


def _sum(watts: Watts) -> float:
    return sum(watts) if isinstance(watts, tuple) else watts
