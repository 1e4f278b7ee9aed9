"""What really happens at a home: house, roof, car with its charger, battery and meter, step by step.

In: orders. Out: what shows at the meter, the car and the battery. An order shows after its lag; a charger takes whole
amperes from 6 on, where that is not made perfect. Knows no price and no strategy.
"""

from collections import deque
from datetime import timedelta
from statistics import fmean

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.sim.year.conditions import Conditions, Perfect
from lib.sim.year.course import Course, Departure, Row
from lib.sim.year.home import BatterySpec, CarSpec, Home
from lib.sim.year.seen import Orders, Seen
from lib.sim.year.shape import MINUTES, minutes_w

LAG_S = 8  # a car has followed by then, and a battery
HOUR_S, MINUTE_S = 3600.0, 60
_SECONDS = int(QUARTER_S)
NEAR_WH = 0.01
STARTS_W = 100.0
STEPS = "a part of a minute, such as 1 or 10, or minutes that are a part of a quarter, such as 60 or 300"


def is_step(step_s: int) -> bool:
    """Whether a quarter may be run in steps of so many seconds; one across minutes would draw another energy."""
    return step_s > 0 and _SECONDS % step_s == 0 and (MINUTE_S % step_s == 0 or step_s % MINUTE_S == 0)


class Plant:
    """One home as it is run; `seen` is what shows now, `course` what has been."""

    def __init__(self, home: Home, *, battery: bool, step_s: int, seed: int, conditions: Conditions) -> None:
        if not is_step(step_s):
            raise ValueError(f"steps of {step_s} s: take {STEPS}")
        self._home, self._step_s, self._seed = home, step_s, seed
        self._battery: BatterySpec | None = home.battery if battery else None
        self._car: CarSpec | None = home.car
        self._finely = Perfect.MINIMUM in conditions.perfect
        self._evenly = Perfect.REGULATOR in conditions.perfect
        self._lag_s = 0 if self._evenly else LAG_S
        self._soc_known = conditions.soc_known
        early = round(conditions.early_h * 4)
        self._ahead = deque(
            (home.quarter(trip.departs) - early, home.quarter(trip.returns), trip.energy_wh) for trip in home.journeys
        )
        self.seen = Seen(home.start)
        self.course = Course()
        self.level_wh = home.car.capacity_wh if home.car else 0.0
        self.stored_wh = self._battery.start_wh if self._battery else 0.0
        self._away: tuple[int, float] | None = None
        self._amps, self._phases = 0.0, 1
        self._orders = self._obeyed = Orders(store_w=0.0 if battery else None)
        self._coming: deque[tuple[int, Orders]] = deque()
        self._epoch_quarter = round(home.start.timestamp()) // _SECONDS
        self._minutes: tuple[float, ...] = ()
        self._sums = [0.0] * 7
        self._was_w = 0.0
        self._counted = 0.0, 0.0
        self._quarter_peak_w = 0.0
        self.seen.plugged = home.car is not None
        self._show()
        self._begin()

    def step(self, orders: Orders) -> None:
        """Time passes by a step, with these orders from now on."""
        seen = self.seen
        second, end = seen.second, seen.second + self._step_s
        if orders != self._orders:
            self._orders = orders
            self._coming.append((second + self._lag_s, orders))
        minute = second % _SECONDS // MINUTE_S
        if self._step_s <= MINUTE_S:
            load_w = self._minutes[minute]
        else:
            load_w = fmean(self._minutes[minute : minute + self._step_s // MINUTE_S])
        sun_w = self._home.sun_w[seen.quarter]
        car_ws = store_ws = grid_ws = 0.0
        while second < end:
            until = end
            while self._coming and self._coming[0][0] <= second:
                self._obey(self._coming.popleft()[1])
            if self._coming and self._coming[0][0] < end:
                until = self._coming[0][0]
            for_s = until - second
            car_w = self._charge(for_s)
            store_w = self._store(load_w - sun_w + car_w, for_s)
            grid_w = load_w - sun_w + car_w + store_w
            if grid_w > 0:
                self._sums[0] += grid_w * for_s
                self.course.most_w = max(self.course.most_w, grid_w)
            else:
                self._sums[1] -= grid_w * for_s
            car_ws += car_w * for_s
            store_ws += store_w * for_s
            grid_ws += grid_w * for_s
            second = until
        step_s = self._step_s
        self._sums[2] += load_w * step_s
        self._sums[3] += sun_w * step_s
        self._sums[4] += car_ws
        seen.second = end
        seen.load_w, seen.sun_w = load_w, sun_w
        seen.car_w, seen.store_w, seen.grid_w = car_ws / step_s, store_ws / step_s, grid_ws / step_s
        seen.used_wh = self._sums[0] / HOUR_S
        seen.import_wh = self._counted[0] + seen.used_wh
        seen.export_wh = self._counted[1] + self._sums[1] / HOUR_S
        seen.left_s = QUARTER_S - end % QUARTER_S
        if end % _SECONDS == 0:
            self._close()
        else:
            self._show()

    def _obey(self, orders: Orders) -> None:
        car = self._car
        self._obeyed = orders
        if car is None:
            return
        phases = min(car.phases, 3 if orders.phases == 3 else 1)
        amps = min(float(car.most_a), orders.current_a)
        if not self._finely:
            amps = float(int(amps + 1e-6))
            amps = 0.0 if amps < LEAST_A else amps
        if amps == self._amps and (not amps or phases == self._phases):
            return
        if amps > 0 and phases != self._phases:
            self.course.phase_switches += 1
        self.course.settings += 1
        self._amps = max(0.0, amps)
        self._phases = phases if amps > 0 else self._phases  # what pauses does not switch

    def _charge(self, for_s: int) -> float:
        """What the car draws for so long, W."""
        car = self._car
        power_w = 0.0
        if car is not None and self.seen.plugged and self._amps > 0:
            power_w = self._amps * self._phases * PHASE_V
            free_wh = car.capacity_wh - self.level_wh
            if free_wh < NEAR_WH:
                power_w = 0.0
            else:
                power_w = min(power_w, free_wh * HOUR_S / for_s)
                self.level_wh += power_w * for_s / HOUR_S
                self.seen.taken_wh += power_w * for_s / HOUR_S
        if power_w >= STARTS_W > self._was_w:
            self.course.starts += 1
        self._was_w = power_w
        return power_w

    def _store(self, net_w: float, for_s: int) -> float:
        """What the battery draws for so long, W; net_w: what flows through the meter without it."""
        battery = self._battery
        if battery is None:
            return 0.0
        told_w, grid_w, shave_w = self._obeyed.store_w, self._obeyed.grid_w, self._obeyed.shave_w
        if told_w is None or grid_w is not None:
            power_w = (grid_w or 0.0) - net_w
            if told_w is not None:
                power_w = max(0.0, power_w) if told_w > 0 else min(0.0, power_w)
        else:
            power_w = told_w
        if shave_w is not None:
            power_w = min(power_w, shave_w - net_w)
        power_w = min(battery.power_w, max(-battery.power_w, power_w))
        hours = for_s / HOUR_S
        if power_w > 0:
            power_w = min(power_w, (battery.capacity_wh - self.stored_wh) / battery.way / hours)
            self.stored_wh += power_w * battery.way * hours
            self._sums[5] += power_w * for_s
        elif power_w < 0:
            power_w = max(power_w, -self.stored_wh * battery.way / hours)
            self.stored_wh += power_w / battery.way * hours
            self._sums[6] -= power_w * for_s
        return power_w

    def _close(self) -> None:
        """A quarter is over."""
        seen = self.seen
        imported, exported, load, sun, car, charged, discharged = (one / HOUR_S for one in self._sums)
        self.course.add(Row(imported, exported, load, sun, car, charged, discharged, self.stored_wh, self.level_wh))
        self._counted = self._counted[0] + imported, self._counted[1] + exported
        seen.used_wh = 0.0
        self._quarter_peak_w = max(self._quarter_peak_w, imported * 4)
        self._sums = [0.0] * 7
        seen.quarter += 1
        seen.left_s = float(QUARTER_S)
        if seen.quarter < self._home.quarters:
            if self._home.months[seen.quarter] != self._home.months[seen.quarter - 1]:
                self._quarter_peak_w = 0.0
            self._begin()
        seen.peak_w = self._quarter_peak_w
        self._show()

    def _begin(self) -> None:
        """A quarter begins: the house has its minutes, and the car leaves or comes home."""
        seen, quarter = self.seen, self.seen.quarter
        load_wh = self._home.load_wh[quarter]
        self._minutes = (
            (load_wh * 4,) * MINUTES
            if self._evenly
            else minutes_w(load_wh, seed=self._seed, quarter=self._epoch_quarter + quarter)
        )
        if self._away is not None and self._away[0] <= quarter:
            self._back()
        if self._away is None and self._ahead and self._ahead[0][0] <= quarter:
            _, returns, energy_wh = self._ahead.popleft()
            if self._car is not None:
                self.course.departures.append(Departure(quarter, self.level_wh, energy_wh))
                self._away = max(returns, quarter + 1), energy_wh
                seen.plugged = False
                self._was_w = 0.0

    def _back(self) -> None:
        assert self._away is not None
        self.level_wh = max(0.0, self.level_wh - self._away[1])
        self._away = None
        self.seen.plugged, self.seen.since_s, self.seen.taken_wh = True, self.seen.second, 0.0

    def _show(self) -> None:
        seen = self.seen
        seen.at = self._home.start + timedelta(seconds=seen.second)
        seen.phases = self._phases
        seen.level_wh = self.level_wh if self._soc_known and seen.plugged else None
        seen.stored_wh = self.stored_wh if self._battery else None
