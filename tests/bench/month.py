"""A month at home with a battery: dm's, ev's and bs's core in steps of ten seconds over the simulated house.

In: tariffs, days, a seed. Out: what flowed in each quarter with and without the battery, and the quarters above their
target. Energies come from the registers of meter, car and battery; the house without its battery from what is seen at
each step.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.core import charging as ev
from lib.core import metering as dm
from lib.core import storage as bs
from lib.core.agenda import Listed
from lib.core.battery import BatteryRules
from lib.core.books import local_day
from lib.core.car import CarReading, CarRules, CarTold
from lib.core.carport import ChargingRules
from lib.core.cellar import StorageRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Circuit
from lib.core.claims import Cause
from lib.core.cost import PriceSlot
from lib.core.dispatch import dispatched
from lib.core.house import Above, House, Rules
from lib.core.quarter import start_of
from lib.core.reading import Reading
from lib.core.slots import Series
from lib.core.steering import steered
from lib.core.tariff import Tariffs
from lib.core.trip import Entry
from lib.messages.bs import say_storage
from lib.messages.dm import say_house, say_rates
from lib.messages.ev import say_charging
from lib.messages.heard import battery_word, cars_word, house_word
from lib.sim.battery import HomeBattery
from lib.sim.brussels import ZONE
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.outings import Outing, family_week, journeys
from lib.sim.world import World
from tests.programs.market import prices_of
from tests.stories.homestead import Cord
from tests.stories.wire import Wire

STEP_S = 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUBLISHED_H = 13  # tomorrow's prices are known by then
TOLD_S = 900  # so often the car's cloud says how full it is
CONNECTION = Circuit(name="connection", limits_a=(25.0, 25.0, 25.0))
CAPACITY_WH, BATTERY_W = 10_000, 5_000


@dataclass(slots=True, kw_only=True)
class Lived:
    """A quarter that is over, energies in Wh.

    Attributes:
        net_wh: of house and cars less the sun. imported_wh, exported_wh: by the meter; without_*: without the battery.
        charged_wh, discharged_wh: of the battery; stored_wh: in it as the quarter began.

    """

    start: datetime
    price: PriceSlot
    net_wh: float = 0.0
    imported_wh: float = 0.0
    exported_wh: float = 0.0
    without_import_wh: float = 0.0
    without_export_wh: float = 0.0
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    stored_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A quarter above its target: by how much, why by dm's word, and whether the battery could have kept it under."""

    start: datetime
    average_w: float
    target_w: float
    cause: Cause | None
    avoidable: bool


@dataclass(slots=True)
class Counters:
    """The registers at an instant."""

    imported_wh: float = 0.0
    exported_wh: float = 0.0
    cars_wh: float = 0.0
    charged_wh: float = 0.0
    discharged_wh: float = 0.0


@dataclass(slots=True)
class Without:
    """What the running quarter would have taken and given without the battery."""

    imported_wh: float = 0.0
    exported_wh: float = 0.0
    flow_w: float = field(default=0.0)


class Month:
    """The house, its car, its battery and the three cores.

    Attributes:
        quarters: those that are over. passed: those of them above their target.
        off_w: how far sun + grid were at most from house + cars + battery, at any step.

    """

    def __init__(self, tariffs: Tariffs, start: datetime, *, seed: int = 1) -> None:
        self.outings = family_week(start)
        car = Car(capacity_wh=60_000, soc_pct=60.0, phases=1)
        self.point = ChargePoint(
            start=start,
            name="garage",
            settings=ChargeSettings(current_a=6.0, paused=True, phases=1),
            phases=1,
            most_a=32.0,
            wired="1",
            car=car,
            journeys=journeys(self.outings, start),
        )
        self.car = car
        self.battery = HomeBattery(start=start, name="cellar", capacity_wh=CAPACITY_WH, phases=1, wired="2")
        self.world = World(
            seed=seed, start=start, pace_s=STEP_S, points=[self.point], batteries=[self.battery], glance_s=STEP_S
        )
        self.rules = ChargingRules(
            chargers={
                "garage": ChargerRules(name="garage", current_a=32.0, phases=1, wired="1", step_a=0.1, car="car_1")
            },
            cars={"car_1": CarRules(name="car_1", capacity_wh=60_000, phases=1, current_a=32.0)},
            circuits=(CONNECTION,),
        )
        self.storing = StorageRules(
            batteries={"cellar": BatteryRules(name="cellar", capacity_wh=CAPACITY_WH, wired="2")},
            circuits=(CONNECTION,),
        )
        self.dm_rules = Rules(tariffs=tariffs, connection_w=17_250)
        self.house = House()
        self.ev = ev.opened(self.rules, at=start, now_s=0.0)
        self.bs = bs.opened(self.storing, at=start, now_s=0.0)
        self.wire, self.cord = Wire("garage", self.point), Cord(self.battery)
        self.quarters: list[Lived] = []
        self.passed: list[Passed] = []
        self.off_w = 0
        self.second = 0
        self._prices: tuple[PriceSlot, ...] = ()
        self._known_until: datetime | None = None
        self._without = Without()
        self._before = self._counters()
        self._publish()
        self._price()
        self._list()
        self._running = self._begun()

    @property
    def at(self) -> datetime:
        """The meter's time."""
        return self.world.at

    def live(self, length: timedelta) -> "Month":
        """Let time pass."""
        end = self.at + length
        while self.at < end:
            self._step()
        return self

    def _step(self) -> None:
        quarter = start_of(self.at)
        self.world.step(STEP_S)
        self.second += STEP_S
        hours = STEP_S / 3600
        self._without.imported_wh += max(0.0, self._without.flow_w) * hours
        self._without.exported_wh += max(0.0, -self._without.flow_w) * hours
        if start_of(self.at) != quarter:
            self._close()
        world = self.world
        off_w = world.sun_w + world.grid_w - world.base_w - world.cars_w - world.battery_w
        self.off_w = max(self.off_w, abs(off_w))
        self._dm()
        self._without.flow_w = self.world.grid_w - self.world.battery_w
        self._ev()
        self._bs()

    def _dm(self) -> None:
        shown = self.world.show()
        one, two, three = shown.phases_w
        reading = Reading(
            import_w=shown.taken_w,
            export_w=shown.injected_w,
            import_l1_w=max(0, one),
            import_l2_w=max(0, two),
            import_l3_w=max(0, three),
            export_l1_w=max(0, -one),
            export_l2_w=max(0, -two),
            export_l3_w=max(0, -three),
            current_l1_a=shown.currents_a[0],
            current_l2_a=shown.currents_a[1],
            current_l3_a=shown.currents_a[2],
            quarter_w=shown.quarter_w,
            tariff=shown.tariff,
        )
        self.house = dm.after(self.house, dm.Heard(reading=reading, received=self.at, now_s=self.second), self.dm_rules)
        if self.house.above:
            self._pass_above(self.house.above)
        said = say_house(self.house, self.dm_rules, boot="dm", seq=self.second, now=self.at, now_s=self.second)
        self.word = house_word(said)

    def _ev(self) -> None:
        self._to_ev(ev.Heard(word=self.word))
        told = self.wire.read(self.second, deaf=False)
        if told is not None:
            self._to_ev(told)
        if self.point.car and self.second % TOLD_S == 0:
            reading = CarReading(source="cloud", as_of=self.at, soc_pct=self.car.soc_pct)
            self._to_ev(CarTold(car="car_1", reading=reading))
        self._to_ev(ev.Ticked())
        self.ev = steered(replace(self.ev, said=()), self.rules)
        done = self.wire.write(self.ev.bays["garage"].post.order, self.second, deaf=False, refusing=False)
        if done is not None:
            self._to_ev(done)
        said = say_charging(self.ev, self.rules, boot="ev", seq=self.second, now=self.at, makes={})
        claimed = dm.Claimed(program="ev", claims=said.claims, drawn=said.drawn, now_s=self.second)
        self.house = dm.after(self.house, claimed, self.dm_rules)
        self.ev_said = said

    def _bs(self) -> None:
        self._to_bs(bs.Heard(word=replace(self.word, sun_w=float(self.world.sun_w))))
        self._to_bs(bs.CarsTold(word=cars_word(self.ev_said, heard_s=self.second)))
        told = self.cord.read(self.second, deaf=False, unknown=False)
        if told is not None:
            self._to_bs(told)
        self._to_bs(bs.Ticked())
        self.bs = dispatched(replace(self.bs, said=()), self.storing)
        done = self.cord.write(self.bs.cells["cellar"].setpoint, self.second, deaf=False, refusing=False)
        if done is not None:
            self._to_bs(done)
        said = say_storage(self.bs, self.storing, boot="bs", seq=self.second, now=self.at, makes={})
        claimed = dm.Claimed(program="bs", claims=said.claims, drawn=said.drawn, now_s=self.second, help_w=said.help_w)
        self.house = dm.after(self.house, claimed, self.dm_rules)
        self._to_ev(ev.Stored(word=battery_word(said, heard_s=self.second)))

    def _to_ev(self, event: ev.Event) -> None:
        self.ev = ev.after(self.ev, event, self.rules, now_s=self.second, now=self.at)

    def _to_bs(self, event: bs.Event) -> None:
        self.bs = bs.after(self.bs, event, self.storing, now_s=self.second, now=self.at)

    def _close(self) -> None:
        """The quarter is over: its registers are read; each hour the prices, each day the calendar."""
        now, before, lived = self._counters(), self._before, self._running
        lived.imported_wh = now.imported_wh - before.imported_wh
        lived.exported_wh = now.exported_wh - before.exported_wh
        lived.charged_wh = now.charged_wh - before.charged_wh
        lived.discharged_wh = now.discharged_wh - before.discharged_wh
        lived.net_wh = lived.imported_wh - lived.exported_wh - lived.charged_wh + lived.discharged_wh
        lived.without_import_wh, lived.without_export_wh = self._without.imported_wh, self._without.exported_wh
        self.quarters.append(lived)
        self._before, self._without = now, Without(flow_w=self._without.flow_w)
        there = self.at.astimezone(ZONE)
        if there.minute == 0:
            if there.hour in {0, PUBLISHED_H}:
                self._publish()
            if there.hour == 0:
                self._list()
            self._price()
        self._running = self._begun()

    def _begun(self) -> Lived:
        slot = next(one for one in self._prices if one.start <= self.at < one.end)
        return Lived(start=self.at, price=slot, stored_wh=self.battery.stored_wh)

    def _counters(self) -> Counters:
        shown = self.world.show()
        return Counters(
            imported_wh=sum(shown.taken_wh),
            exported_wh=sum(shown.injected_wh),
            cars_wh=self.car.drawn_wh,
            charged_wh=self.battery.charged_wh,
            discharged_wh=self.battery.discharged_wh,
        )

    def _pass_above(self, above: Above) -> None:
        """A quarter ended above its target: what the battery could have given in it, beyond what it did."""
        lived = self.quarters[-1]
        usable_wh = max(0.0, lived.stored_wh - CAPACITY_WH * 0.1) * 0.9**0.5
        could_wh = min(BATTERY_W / 4, usable_wh, lived.without_import_wh)
        self.passed.append(
            Passed(
                start=above.start,
                average_w=above.average_w,
                target_w=above.target_w,
                cause=above.cause,
                avoidable=(lived.without_import_wh - could_wh) * 4 <= above.target_w,
            )
        )

    def _publish(self) -> None:
        """The day-ahead prices up to what is known by now."""
        there = self.at.astimezone(ZONE)
        days = range(-1, 2 if there.hour >= PUBLISHED_H else 1)
        today = local_day(self.at)
        index = Series(tuple(slot for ahead in days for slot in prices_of(today + ahead * DAY)))
        self.house = dm.after(self.house, dm.Published(index=index), self.dm_rules)

    def _price(self) -> None:
        slots = say_rates(self.house, self.dm_rules, now=self.at).slots
        if slots != self._prices:
            self._prices = slots
            self._to_ev(ev.Priced(prices=slots))
            self._to_bs(bs.Priced(prices=slots))

    def _list(self) -> None:
        entries = tuple(_entries(self.outings, self.at))
        self._to_ev(Listed(calendar="family", entries=entries, at_s=self.second))


def _entries(outings: tuple[Outing, ...], at: datetime) -> Iterator[Entry]:
    """What the calendar holds of the next week."""
    today = local_day(at)
    for day in (today + ahead * DAY for ahead in range(8)):
        for number, outing in enumerate(outings):
            if outing.is_on(day):
                start = outing.starts(day)
                yield Entry(
                    key=f"{number}-{day}",
                    title=f"{outing.title} {outing.description}".strip(),
                    start=start,
                    end=start + timedelta(hours=outing.hours),
                )
