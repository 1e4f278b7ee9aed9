"""When the car is on its cable, by quarter, and what it misses when it comes home. In: a home. Out: stays.

The quarters are those of the plant: a trip begins with the quarter in which it departs, takes one at least, and what
it took is booked with the quarter in which it returns. Knows no price.
"""

from collections.abc import Iterable
from typing import NamedTuple

from lib.sim.year.home import Home


class Stay(NamedTuple):
    """Quarters on the cable, half-open, by their numbers.

    Attributes:
        first: the car is back, with `booked_wh` less than it left with; 0 for the stay that the period begins with.
        until: it leaves, on a trip that will take `ahead_wh`; None: the period ends first.

    """

    first: int
    until: int
    booked_wh: float
    ahead_wh: float | None

    @property
    def quarters(self) -> int:
        """How long it is; 0 for a car that leaves in the quarter in which it came."""
        return self.until - self.first


class Lack(NamedTuple):
    """The least that a car can miss, which charges as soon as it can; by stay.

    Attributes:
        back_wh: when the car is back; leaves_wh: at the stay's end.
        outside_wh: what of the trip before the battery did not hold, so that it was charged elsewhere.

    """

    back_wh: float
    leaves_wh: float
    outside_wh: float


def stays_of(home: Home) -> list[Stay]:
    """In order of time; none without a car. The last one may end before the period does, if the car stays away."""
    if home.car is None:
        return []
    found: list[Stay] = []
    first, booked_wh = 0, 0.0
    for trip in home.journeys:
        departs = max(first, home.quarter(trip.departs))
        if departs >= home.quarters:
            break
        found.append(Stay(first, departs, booked_wh, trip.energy_wh))
        first, booked_wh = max(home.quarter(trip.returns), departs + 1), trip.energy_wh
        if first >= home.quarters:
            return found
    found.append(Stay(first, home.quarters, booked_wh, None))
    return found


def lacks_of(home: Home, stays: Iterable[Stay]) -> list[Lack]:
    """By stay what the car misses that charges at full power whenever it can: no other misses less at any time."""
    car = home.car
    if car is None:
        return []
    found: list[Lack] = []
    missing_wh = 0.0
    for stay in stays:
        wished_wh = missing_wh + stay.booked_wh
        back_wh = min(wished_wh, car.capacity_wh)
        missing_wh = max(0.0, back_wh - car.charger_w / 4 * stay.quarters)
        found.append(Lack(back_wh, missing_wh, wished_wh - back_wh))
    return found
