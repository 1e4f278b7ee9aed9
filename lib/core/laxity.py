"""How much time a car has to spare, and who is served first by that. Knows no charger, no circuit and no clock.

States of charge in %, powers in W on the car's side of its losses, energy in Wh, times in seconds from now.
Source: least laxity first as datafev has it, by seconds to spare instead of its relative number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from lib.core.car import FULL_PCT

Table = tuple[tuple[float, float, float], ...]  # from %, to %, W: the stretches touch, from 0 to 100
HAIR_W = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A car that waits for current.

    Attributes:
        table: what it takes by its state of charge; () where nobody knows.
        most_w: what charger and car do at most; request_w: what it asks for now.
        efficiency: of what is drawn from the grid so much reaches it.
        leaves_s: until it leaves; None: nobody knows.

    """

    soc_pct: float
    target_pct: float
    capacity_wh: float
    most_w: float
    request_w: float = inf
    efficiency: float = 1.0
    table: Table = ()
    leaves_s: float | None = None


def refused(car: Parked) -> str:
    """What is wrong with a car's numbers, as a sentence; "" when its time can be worked out."""
    if not isfinite(car.soc_pct):
        return "its state of charge is unknown: put an estimate in"
    if not isfinite(car.target_pct) or not 0 < car.capacity_wh < inf:
        return "its target or its capacity is no number above 0"
    if not 0 < car.most_w < inf:
        return "its maximum power must be above 0"
    if not 0 < car.efficiency <= 1:
        return "its efficiency must be above 0, and 1 at most"
    return table_slip(car.table)


def table_slip(table: Table) -> str:
    """What is wrong with a table of powers, as a sentence; "" when nothing is."""
    if not table:
        return ""
    ends = [table[0][0], *(high for _, high, _ in table)]
    touches = all(low == end for (low, _, _), end in zip(table, ends, strict=False))
    rises = all(low < high for low, high, _ in table)
    if table[0][0] != 0 or ends[-1] < FULL_PCT or not touches or not rises:
        return "its power table must go from 0 to 100 % without a gap, each stretch beginning where the last one ends"
    if not all(0 < power_w < inf for _, _, power_w in table):
        return "each stretch of its power table has a power above 0"
    return ""


def accepts_w(table: Table, soc_pct: float) -> float:
    """What a car takes at a state of charge; the end of a stretch belongs to the next, 100 % to the last."""
    return next((power_w for _, high, power_w in table if soc_pct < high), table[-1][2] if table else inf)


def needs_s(car: Parked) -> float:
    """How long it takes to its target at full power; 0 when it is there."""
    if car.soc_pct >= car.target_pct:
        return 0.0
    stretches = car.table or ((0.0, max(FULL_PCT, car.target_pct), inf),)
    return (
        sum(
            max(0.0, min(high, car.target_pct) - max(low, car.soc_pct))
            / 100
            * car.capacity_wh
            / min(power_w, car.most_w)
            for low, high, power_w in stretches
        )
        * 3600
    )


def slack_s(car: Parked) -> float:
    """Seconds that it could wait; below 0 it is late already. Infinite at its target, or when nobody knows its trip."""
    if car.leaves_s is None or car.soc_pct >= car.target_pct:
        return inf
    return car.leaves_s - needs_s(car)


def relative(car: Parked) -> float:
    """The same as a part of the time until it leaves: 1 could wait all of it, below 0 is late. For comparison.

    A car that leaves in an hour and needs a quarter of it counts as less urgent than one with half of ten hours to go.
    """
    if car.leaves_s is None or car.soc_pct >= car.target_pct:
        return inf
    return 1 - needs_s(car) / car.leaves_s if car.leaves_s > 0 else -inf


def line(cars: Sequence[Parked], key: Callable[[Parked], float] = slack_s) -> list[int]:
    """Their positions, least laxity first; of equals the first first."""
    return sorted(range(len(cars)), key=lambda index: key(cars[index]))


def served(cars: Sequence[Parked], limit_w: float) -> list[float]:
    """What each gets of a limit on the grid's side, one after the other in line, on its own side of the losses."""
    given = [0.0] * len(cars)
    left_w = max(0.0, limit_w)
    for index in line(cars):
        car = cars[index]
        power_w = min(car.request_w, left_w * car.efficiency)
        given[index] = power_w
        left_w -= power_w / car.efficiency
        left_w = left_w if left_w > HAIR_W else 0.0
    return given
