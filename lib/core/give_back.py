"""A car that may give back, planned as a battery: plugged in for some stays, with what its trips need. Knows no car.

The home battery is planned first, then the car on what is left. No driver of a charger offers this yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lib.core.arbitrage import Store, StorePlan, Stretch, beside, planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A car is plugged in from `start` until `end`, leaves with at least floor_wh, and its trip takes gone_wh."""

    start: datetime
    end: datetime
    floor_wh: float = 0.0
    gone_wh: float = 0.0


def parked(stretches: Sequence[Stretch], stays: Iterable[Stay]) -> tuple[Stretch, ...]:
    """The stretches of a car: present where a stay holds all of one, the floor at its end, the trip right after it."""
    found = [replace(stretch, present=False) for stretch in stretches]
    for stay in stays:
        inside = [place for place, one in enumerate(stretches) if stay.start <= one.start and one.end <= stay.end]
        for place in inside:
            found[place] = replace(found[place], present=True)
        if inside:
            last = inside[-1]
            found[last] = replace(found[last], floor_wh=stay.floor_wh)
            if last + 1 < len(found):
                found[last + 1] = replace(found[last + 1], gone_wh=stay.gone_wh)
    return tuple(found)


def planned_in_turn(
    battery: Store | None, car: Store, stretches: Sequence[Stretch], stays: Iterable[Stay], *, end_eur_kwh: float
) -> tuple[StorePlan, StorePlan]:
    """The battery's plan, empty without one, and the car's beside it; end_eur_kwh: of what is left in either."""
    first = StorePlan() if battery is None else planned(battery, stretches, end_eur_kwh=end_eur_kwh)
    left = stretches if battery is None else beside(stretches, first)
    return first, planned(car, parked(left, stays), end_eur_kwh=end_eur_kwh)
