"""The peak cap: the car takes what fits under the month's peak, but as much as the time left needs; a battery helps.

In: what house and roof draw, the month's peak, what the car misses, when the calendar says that it leaves. Out: a
current, and what the battery does: 4 kWh are kept for what is above the cap and refilled under it, the rest covers all
import and gives the car up to 5 kW more. The cap is one of energy by quarter: what was drawn too much in a quarter is
made up for in its rest, what was drawn too little is not.

Source: B3 and B5 of docs/YEAR.md.
"""

from lib.core.power import PHASE_V
from lib.sim.rivals.cable import HOUR_S, IDLE, LEAST_W, Cable, current
from lib.sim.year.seen import Known, Orders, Seen, Setup

KEPT_WH = 4_000.0  # of the battery, for peaks
LATE_WH = 100.0  # what may be refilled too much before the battery hears of it; it is not given away again
HELP_W = 5_000.0
QUARTER_H = 0.25


class PeakCap:
    """Under the higher of the month's peak and the capacity tariff's floor."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self._cable = Cable(setup, known)
        self._floor_w = setup.contract.floor_w
        battery = setup.battery
        self._refill_w = HOUR_S / setup.step_s / battery.way if battery else 0.0  # for each Wh in a step

    def step(self, seen: Seen) -> Orders:
        """The car first, then the battery with what the car is going to draw."""
        cap_w = max(seen.peak_w, self._floor_w)
        cap_w = min(cap_w, (cap_w * QUARTER_H - seen.used_wh) * HOUR_S / seen.left_s)
        net_w = seen.load_w - seen.sun_w
        stored_wh = seen.stored_wh
        is_rich = stored_wh is not None and stored_wh > KEPT_WH + LATE_WH
        amps, phases = 0.0, 1
        if self._cable.note(seen):
            amps, phases = self._current(cap_w - net_w + (HELP_W if is_rich else 0.0), seen.second)
        if stored_wh is None:
            return Orders(amps, phases) if amps else IDLE
        grid_w = net_w + amps * phases * PHASE_V
        if is_rich or grid_w <= 0:
            return Orders(amps, phases)  # its own mode covers all import and stores all surplus
        refill_w = max(0.0, KEPT_WH - stored_wh) * self._refill_w
        return Orders(amps, phases, refill_w, shave_w=cap_w)

    def _current(self, room_w: float, second: int) -> tuple[float, int]:
        """What fits, or what must be; below the least current it waits until that is what must be."""
        cable = self._cable
        amps, phases = current(room_w, cable.car)
        due_w = cable.missing_wh * HOUR_S / (cable.leaves_s - second)
        if due_w >= LEAST_W and due_w > amps * phases * PHASE_V:
            return current(due_w, cable.car, up=True)
        return amps, phases
