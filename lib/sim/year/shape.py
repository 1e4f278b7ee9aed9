"""What the house draws minute by minute, where only its quarters are known: their energy is kept.

In: a seed and a quarter. Out: 15 powers whose mean is the quarter's. Each quarter has chances of its own, so that a
part of a year is the same as that part of the whole.
"""

from math import exp
from random import Random

MINUTES = 15
SPREAD = 0.4  # of the logarithm: minutes then differ by some 220 W where the house draws 540 W
LASTS = 0.6  # of one minute's chance that the next keeps


def minutes_w(load_wh: float, *, seed: int, quarter: int) -> tuple[float, ...]:
    """The house's powers in the minutes of a quarter; quarter: by its number since 1970."""
    chance = Random(f"{seed} {quarter}")
    level, weights = chance.gauss(0.0, 1.0), []
    for _ in range(MINUTES):
        weights.append(exp(SPREAD * level))
        level = LASTS * level + (1 - LASTS * LASTS) ** 0.5 * chance.gauss(0.0, 1.0)
    part = load_wh * 4 * MINUTES / sum(weights)
    return tuple(part * weight for weight in weights)
