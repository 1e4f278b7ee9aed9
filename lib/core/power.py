"""The sign convention, and amperes ↔ watts.

+ is drawn from the grid, + goes into a car or a battery: `grid_w = base_w + cars_w + battery_w - sun_w`.
"""

PHASE_V = 230.0  # between a phase and neutral, and between two phases of a 3×230 V grid
SQRT_3 = 3**0.5


def connection_w(*, current_a: float, phases: int, delta: bool = False) -> float:
    """The power, in W, that a connection of so many amperes a phase carries at most.

    phases: 1 or 3; delta: a 3×230 V grid without neutral, where three phases carry √3 times one.
    """
    lines = phases if phases == 1 or not delta else SQRT_3
    return current_a * PHASE_V * lines
