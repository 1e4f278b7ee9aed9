"""What controllers of the quarter-hour share: the house on its own, what is paid, and what is left of the quarter."""

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.sim.year.home import CarSpec
from lib.sim.year.seen import Seen, Setup


def house_w(seen: Seen) -> float:
    """House less roof: what the meter would show without car and battery."""
    return seen.grid_w - seen.car_w - seen.store_w


def paid_w(seen: Seen, setup: Setup) -> float:
    """The month's peak so far, at least what is charged anyway."""
    return max(setup.contract.floor_w, seen.peak_w)


def left_w(target_w: float, seen: Seen) -> float:
    """The even power over the rest of the quarter that ends it at the target.

    What is not used grows without end towards the quarter's end, and is below 0 when more was used: that is for the
    caller to bound.
    """
    return (target_w / 4 - seen.used_wh) * 3600 / seen.left_s


def current_a(power_w: float, phases: int, car: CarSpec) -> float:
    """Whole amperes that such a power carries, 0 below the least current."""
    amps = min(car.most_a, int(power_w / PHASE_V / phases))
    return float(amps) if amps >= LEAST_A else 0.0
