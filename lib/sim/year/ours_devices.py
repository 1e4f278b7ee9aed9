"""The devices of a year as dm, ev and bs read and tell them: meter, inverter, charger with car, battery.

In: what shows at the home, and what a device is told. Out: readings, and what was told. Knows no rule and no plan.
"""

from math import inf

from lib.core.battery import BatteryReading, BatteryTold, BatteryTook, Setpoint
from lib.core.car import CarReading, CarTold
from lib.core.charger import LEAST_A, Accepted, ChargerReading, Order, Plug, Told, Took, power_w
from lib.core.power import PHASE_V
from lib.core.reading import Reading
from lib.core.stamp import Stamp
from lib.core.sun import InverterReading, InverterTold
from lib.sim.year.home import BatterySpec, CarSpec
from lib.sim.year.ours_between import NOWHERE
from lib.sim.year.ours_rules import CAR, CELLAR, CHARGER, ROOF
from lib.sim.year.seen import Seen

TELLS_S = 300  # a car tells how full it is so often
DRAWS_W = 100.0


def metered(seen: Seen) -> Reading:
    """What the meter says, its registers in whole Wh as they are printed."""
    return Reading(
        clock=Stamp("", seen.at),
        tariff=1,
        import_1_wh=round(seen.import_wh),
        export_1_wh=round(seen.export_wh),
        import_w=max(0.0, seen.grid_w),
        export_w=max(0.0, -seen.grid_w),
        quarter_w=seen.used_wh * 4,
    )


def made(seen: Seen, now_s: float) -> InverterTold:
    """What the inverter says."""
    return InverterTold(inverter=ROOF, reading=InverterReading(read_s=now_s, power_w=seen.sun_w))


class Wallbox:
    """The charger with its car, and the order that it has."""

    def __init__(self, car: CarSpec, *, least_a: float = LEAST_A) -> None:
        """least_a: what it takes at least."""
        self._car, self._least_a = car, least_a
        self.order: Order | None = None
        self._plugins, self._was_plugged, self._told_s = 0, False, -inf
        self._total_wh = self._taken_wh = 0.0

    @property
    def go(self) -> bool:
        """Whether the car may charge."""
        return self.order is not None and self.order.go

    @property
    def phases(self) -> int:
        """On which it may."""
        return self.order.phases if self.order and self.order.phases else self._car.phases

    @property
    def current_a(self) -> float:
        """What it may draw on each."""
        return self.order.current_a if self.order and self.order.go else 0.0

    @property
    def power_w(self) -> float:
        """What it may draw on all of them."""
        return power_w(self.current_a, self.phases)

    def take(self, order: Order | None, now_s: float) -> Took | None:
        """It is told; None: it knows."""
        if order is None or order == self.order:
            return None
        self.order = order
        return Took(
            charger=CHARGER,
            order=order,
            accepted=Accepted(current_a=order.current_a, go=order.go, phases=order.phases),
            sent_s=now_s,
        )

    def read(self, seen: Seen, now_s: float) -> Told:
        """What it says; it counts plug-ins, and what they took."""
        if seen.plugged and not self._was_plugged:
            self._plugins += 1
            self._told_s = -inf
            self._taken_wh = 0.0
        self._was_plugged = seen.plugged
        self._total_wh += max(0.0, seen.taken_wh - self._taken_wh)
        self._taken_wh = seen.taken_wh
        return Told(charger=CHARGER, reading=self._reading(seen, now_s))

    def read_car(self, seen: Seen, now_s: float) -> CarTold | None:
        """What the car says now and then of how full it is."""
        if seen.level_wh is None or now_s - self._told_s < TELLS_S:
            return None
        self._told_s = now_s
        pct = min(100.0, 100 * seen.level_wh / self._car.capacity_wh)
        return CarTold(car=CAR, reading=CarReading(source="car", as_of=seen.at, soc_pct=pct, plugged=True))

    def _reading(self, seen: Seen, now_s: float) -> ChargerReading:
        amps = self.order.current_a if self.order else 6.0
        plug = Plug.EMPTY if not seen.plugged else Plug.CHARGING if seen.car_w > DRAWS_W else Plug.CONNECTED
        go, phases = self.go, self.phases
        current_a = seen.car_w / PHASE_V / seen.phases  # an order that does not show yet leaves it on those before
        one, two, three = (current_a if phase < seen.phases else 0.0 for phase in range(3))
        return ChargerReading(
            plug=plug,
            read_s=now_s,
            offered_a=amps if go else 0.0,
            set_a=amps,
            phases_a=(one, two, three),
            power_w=seen.car_w,
            plugin_wh=seen.taken_wh,
            total_wh=self._total_wh,
            permitted=go,
            paused=not go,
            phases=phases,
            least_a=self._least_a,
            most_a=float(self._car.most_a),
            plugins=self._plugins,
        )


class HomeBattery:
    """The battery, and what it is told; kept: where bs would keep the meter between two steps."""

    def __init__(self, battery: BatterySpec) -> None:
        self.kept = NOWHERE
        self._battery = battery
        self._setpoint: Setpoint | None = None

    @property
    def power_w(self) -> float | None:
        """What it shall draw; None: its own mode."""
        return self._setpoint.power_w if self._setpoint else None

    @property
    def _told_grid_w(self) -> float | None:
        return self._setpoint.grid_w if self._setpoint and self._setpoint.power_w != 0 else None

    def take(self, wanted: Setpoint | None, now_s: float) -> BatteryTook | None:
        """It is told; None: it knows."""
        if wanted == self._setpoint:
            return None
        self._setpoint = wanted
        return BatteryTook(
            battery=CELLAR, setpoint=wanted, power_w=self.power_w, sent_s=now_s, grid_w=self._told_grid_w
        )

    def read(self, seen: Seen, stored_wh: float, now_s: float) -> BatteryTold:
        """What it says; stored_wh: what it holds."""
        battery = self._battery
        reading = BatteryReading(
            read_s=now_s,
            soc_pct=100 * stored_wh / battery.capacity_wh,
            power_w=seen.store_w,
            charge_w=battery.power_w if stored_wh < battery.capacity_wh - 1 else 0.0,
            discharge_w=battery.power_w if stored_wh > 1 else 0.0,
            set_w=self.power_w,
            ours=True,
        )
        return BatteryTold(battery=CELLAR, reading=reading)
