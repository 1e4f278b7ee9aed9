"""The sign convention, and amperes ↔ watts.

+ is drawn from the grid, + goes into a car or a battery: `grid_w = base_w + cars_w + battery_w - sun_w`.
"""

PHASE_V = 230.0  # between a phase and neutral, and between two phases of a 3×230 V grid
SQRT_3 = 3**0.5


def connection_w(*, current_a: float, phases: int) -> float:
    """The power, in W, that a connection of so many amperes a phase carries at most, each against the neutral."""
    return current_a * PHASE_V * phases


def without_neutral_w(power_w: float) -> float:
    """What three phases that carry `power_w` against a neutral carry on a 3×230 V grid, which has none: √3 for 3."""
    return power_w / SQRT_3
