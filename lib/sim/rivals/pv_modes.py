"""pv-control in a home's year: its modes of the sun, left on all the time.

In: what meter and charger show. Out: current, phases and whether it charges, by the cycle of `pv_control`. It reads no
calendar and no level of the car; a battery is left to its own mode, of which that program only reads power and level.

Set up as its manual allows: the mode begins anew whenever a car is connected, phases switch by themselves, 11 kW and
32 A chargers give their full current. A step that is longer than its cycle is a cycle.
"""

from dataclasses import replace
from functools import partial

from lib.core.charger import LEAST_A
from lib.core.modes import Mode
from lib.core.surplus import PV_CONTROL
from lib.sim.rivals.cable import NO_CAR
from lib.sim.rivals.pv_control import CYCLE_S, SUN, Charger, Cycle, Meter, Options, State, Vehicle, after
from lib.sim.year.seen import Known, Orders, Seen, Setup

NO_SUN_W = 300.0  # less than any of its modes starts for
FLOWS_W = 100.0


class PvMode:
    """One of its two modes of the sun."""

    def __init__(self, setup: Setup, known: Known, *, mode: Mode) -> None:
        """known: is not looked at."""
        car = setup.car or NO_CAR
        self._cycle_s = max(int(CYCLE_S), setup.step_s)
        self._options = Options(
            cycle_s=float(self._cycle_s),
            on_connect=mode,
            relay=car.phases > 1,
            profile=replace(PV_CONTROL, most_a=float(car.most_a)),
        )
        self._capacity_wh = setup.battery.capacity_wh if setup.battery else 0.0
        self._state = State()
        self._wished: Mode | None = mode
        self._go, self._amps, self._phases = False, LEAST_A, 1
        self._next_s, self._rests = 0, False

    def step(self, seen: Seen) -> Orders:
        """Its cycle, left out where it would say the same again."""
        if seen.second >= self._next_s:
            self._next_s = seen.second + self._cycle_s
            charger = self._state.charger
            is_same = charger is not None and seen.plugged is not (charger.vehicle is Vehicle.NONE)
            if not (self._rests and is_same and (seen.sun_w < NO_SUN_W or not seen.plugged)):
                self._cycle(seen)
        return Orders(self._amps if self._go else 0.0, self._phases)

    def _cycle(self, seen: Seen) -> None:
        before = self._state
        cycle = Cycle(meter=self._meter(seen), charger=self._charger(seen), mode=self._wished)
        self._state, self._wished = after(before, cycle, self._options), None
        commands = self._state.commands
        self._go = self._go if commands.go is None else commands.go
        self._amps = commands.current_a or self._amps
        self._phases = commands.phases or self._phases
        settled = (before.wish, before.wait_s, before.commands) == (self._state.wish, self._state.wait_s, commands)
        self._rests = settled and not self._go and (seen.plugged or self._state.wish not in SUN)

    def _meter(self, seen: Seen) -> Meter:
        soc_pct = 100 * seen.stored_wh / self._capacity_wh if seen.stored_wh is not None else 0.0
        return Meter(grid_w=seen.grid_w, battery_w=seen.store_w, soc_pct=soc_pct)

    def _charger(self, seen: Seen) -> Charger:
        flows = self._go and seen.car_w >= FLOWS_W
        vehicle = Vehicle.CHARGING if flows else Vehicle.WAITING
        return Charger(
            power_w=seen.car_w,
            go=self._go,
            current_a=self._amps,
            phases_in=self._phases,
            phases_out=self._phases if flows else 0,
            vehicle=vehicle if seen.plugged else Vehicle.NONE,
            session_wh=seen.taken_wh,
        )


PV_ONLY, PV_ALL = partial(PvMode, mode=Mode.PV_ONLY), partial(PvMode, mode=Mode.PV_ALL)
