"""What one step of the three cores takes, without messages and without waiting, as a simulated year calls them.

A house in steps of a minute: its charger, its battery and its meter are read, dm grants, ev and bs decide and ask anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter_ns
from typing import TypeVar

from lib.core import charging as ev
from lib.core import metering as dm
from lib.core import storage as bs
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold, BatteryTook, Setpoint
from lib.core.car import CarReading, CarRules, CarTold
from lib.core.carport import Charging, ChargingRules
from lib.core.cellar import Storage, StorageRules
from lib.core.charger import Accepted, ChargerReading, ChargerRules, Order, Plug, Told, Took
from lib.core.circuits import Circuit
from lib.core.cost import PriceSlot
from lib.core.dispatch import dispatched
from lib.core.house import House, Rules
from lib.core.modes import Mode
from lib.core.power import PHASE_V
from lib.core.rates import parse_rates
from lib.core.reading import Reading
from lib.core.stamp import Stamp
from lib.core.steering import steered
from lib.sim.year import words
from tests.bench.result import Result, at_most
from tests.conftest import local

TITLE = "Steps"
HOW = (
    "A house with a battery, in steps of a minute: what dm, ev and bs compute in one of them, without messages and "
    "without a new plan, which is due once in fifteen. Medians, so that what else runs on the machine counts little."
)
STEP_S, STEPS, QUICK_STEPS = 60, 600, 150
WARM = 30  # steps before anything is counted
START = local("2026-03-01 20:00")
HOUR = timedelta(hours=1)
CAR_US, EMPTY_US = 250.0, 120.0
LEASE_S = 120.0
CIRCUITS = (Circuit(name="connection", limits_a=(40.0, 40.0, 40.0)),)
T = TypeVar("T")


class Steps:
    """The house, and what each of its programs took in each step; plugged: a car hangs on the cable, and charges."""

    def __init__(self, *, plugged: bool) -> None:
        rates = {"version": 2, "Electricity": {"+": 0.3, "-": 0.03, "capacity": {"eur_per_kw_year": 57.45}}}
        self.took_us: dict[str, list[float]] = defaultdict(list)
        self._spent: dict[str, int] = {}
        self._plugged, self._second = plugged, 0
        self._dm_rules = Rules(tariffs=parse_rates(rates), connection_w=27_600.0, lease_s=LEASE_S)
        charger = ChargerRules(name="garage", current_a=32.0, phases=1, wired="1", car="car", mode=Mode.AUTO)
        car = CarRules(name="car", capacity_wh=60_000.0, phases=1, current_a=32.0, at_least_pct=90.0)
        self._ev_rules = ChargingRules(
            chargers={"garage": charger}, cars={"car": car}, circuits=CIRCUITS, lease_s=LEASE_S, plan_s=900.0
        )
        cellar = BatteryRules(name="cellar", capacity_wh=10_000.0)
        self._bs_rules = StorageRules(batteries={"cellar": cellar}, circuits=CIRCUITS, lease_s=LEASE_S, turn_s=0.0)
        self.house = House()
        self.ev = ev.opened(self._ev_rules, at=START, now_s=0.0)
        self.bs = bs.opened(self._bs_rules, at=START, now_s=0.0)
        self._order: Order | None = None
        self._setpoint: Setpoint | None = None
        self._import_wh = self._quarter_wh = self._car_wh = 0.0
        self.car_w = self._store_w = 0.0
        slots = tuple(PriceSlot(START + n * HOUR, START + (n + 1) * HOUR, 0.2 + 0.1 * (n % 3), 0.03) for n in range(36))
        self._tell(ev.Priced(prices=slots))
        self._put(bs.Priced(prices=slots))
        self._tell(CarTold(car="car", reading=CarReading(source="car", as_of=START, soc_pct=30.0)))

    def run(self, steps: int) -> "Steps":
        """Let so many steps pass."""
        for _ in range(steps):
            self._step()
        return self

    def _step(self) -> None:
        self._second += STEP_S
        self._spent = {"dm": 0, "ev": 0, "bs": 0}
        self._flow()
        self._tell(Told(charger="garage", reading=self._charger()))
        self._claim()
        self._put(BatteryTold(battery="cellar", reading=self._battery()))
        self._claim_store()
        self._hear(dm.Heard(reading=self._meter(), received=self._at, now_s=self._second))
        word = words.house_word(self.house, self._dm_rules, kw_eur=57.45, now_s=self._second)
        self._tell(ev.Heard(word=word))
        self._tell(ev.Ticked())
        self.ev = self._timed("ev", lambda: steered(self.ev, self._ev_rules))
        self._put(bs.Heard(word=word))
        drawn = words.cars_drawn(self.ev)
        self._put(bs.CarsTold(word=words.cars_word(self.ev, self._ev_rules, drawn, heard_s=self._second)))
        self._put(bs.Ticked())
        self.bs = self._timed("bs", lambda: dispatched(self.bs, self._bs_rules))
        self._send()
        self._claim()
        self._claim_store()
        for program, spent_ns in self._spent.items():
            self.took_us[program].append(spent_ns / 1000)

    @property
    def _at(self) -> datetime:
        return START + timedelta(seconds=self._second)

    def _flow(self) -> None:
        """What car and battery did in the minute that ended."""
        going = self._plugged and self._order is not None and self._order.go
        self.car_w = self._order.current_a * PHASE_V if going and self._order else 0.0
        self._store_w = self._setpoint.power_w if self._setpoint else 0.0
        self._grid_w = 400.0 + 50.0 * (self._second // STEP_S % 7) + self.car_w + self._store_w
        hours = STEP_S / 3600
        taken_wh = max(0.0, self._grid_w) * hours
        self._import_wh += taken_wh
        self._quarter_wh = taken_wh + (0.0 if (self._second - STEP_S) % 900 == 0 else self._quarter_wh)
        self._car_wh += self.car_w * hours

    def _charger(self) -> ChargerReading:
        plug = Plug.EMPTY if not self._plugged else Plug.CHARGING if self.car_w else Plug.CONNECTED
        order = self._order
        return ChargerReading(
            plug=plug,
            read_s=self._second,
            offered_a=order.current_a if order and order.go else 0.0,
            set_a=order.current_a if order else 6.0,
            phases_a=(self.car_w / PHASE_V, 0.0, 0.0),
            power_w=self.car_w,
            total_wh=self._car_wh,
            permitted=bool(order and order.go),
            paused=not (order and order.go),
            phases=1,
        )

    def _battery(self) -> BatteryReading:
        return BatteryReading(read_s=self._second, soc_pct=50.0 + self._second // 600 % 20, power_w=self._store_w)

    def _meter(self) -> Reading:
        return Reading(
            clock=Stamp("", self._at),
            import_1_wh=round(self._import_wh),
            export_1_wh=0,
            import_w=max(0.0, self._grid_w),
            export_w=max(0.0, -self._grid_w),
            quarter_w=0.0 if self._second % 900 == 0 else self._quarter_wh * 4,
        )

    def _send(self) -> None:
        order, setpoint = self.ev.bays["garage"].post.order, self.bs.cells["cellar"].setpoint
        if order is not None and order != self._order:
            self._order = order
            self._tell(Took(charger="garage", order=order, accepted=Accepted(), sent_s=self._second))
        if setpoint != self._setpoint:
            self._setpoint = setpoint
            power_w = setpoint.power_w if setpoint else None
            self._put(BatteryTook(battery="cellar", setpoint=setpoint, power_w=power_w, sent_s=self._second))

    def _claim(self) -> None:
        claims, drawn = words.cars_claims(self.ev), words.cars_drawn(self.ev)
        self._hear(dm.Claimed(program="ev", claims=claims, drawn=drawn, now_s=self._second))

    def _claim_store(self) -> None:
        claims = (self.bs.claim,) if self.bs.claim else ()
        drawn = words.store_drawn(words.pool_of(self.bs))
        self._hear(dm.Claimed(program="bs", claims=claims, drawn=drawn, now_s=self._second))

    def _hear(self, event: dm.Happening) -> None:
        self.house = self._timed("dm", lambda: dm.after(self.house, event, self._dm_rules))

    def _tell(self, event: ev.Event) -> None:
        def told() -> Charging:
            return ev.after(self.ev, event, self._ev_rules, now_s=self._second, now=self._at)

        self.ev = self._timed("ev", told)

    def _put(self, event: bs.Event) -> None:
        def told() -> Storage:
            return bs.after(self.bs, event, self._bs_rules, now_s=self._second, now=self._at)

        self.bs = self._timed("bs", told)

    def _timed(self, program: str, work: Callable[[], T]) -> T:
        began = perf_counter_ns()
        done = work()
        self._spent[program] = self._spent.get(program, 0) + perf_counter_ns() - began
        return done


def results(*, quick: bool) -> Iterator[Result]:
    """With a car that charges, and with none on the cable."""
    steps = QUICK_STEPS if quick else STEPS
    for what, plugged, goal_us in (("a car charges", True, CAR_US), ("no car is there", False, EMPTY_US)):
        lived = Steps(plugged=plugged).run(WARM + steps)
        took = {program: median(each[WARM:]) for program, each in lived.took_us.items()}
        beside = ", ".join(f"{program} {spent_us:.0f} µs" for program, spent_us in took.items())
        yield at_most(f"a step while {what} and a battery works", sum(took.values()), goal_us, "{:.0f} µs", beside)
