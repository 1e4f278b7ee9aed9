"""The night rule: full power while the meter shows night; what does not fit goes last before departure.

In: whether it is night, what the car misses, when the calendar says that it leaves. Out: full current or none. A
battery is left to its own mode. Source: what people do with a day/night meter and a timer; B1 of docs/YEAR.md.
"""

from datetime import datetime
from itertools import accumulate

from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.core.stamp import BRUSSELS
from lib.sim.rivals.cable import HOUR_S, IDLE, Cable, full
from lib.sim.year.seen import Known, Orders, Seen, Setup

SATURDAY, EVENING_H, MORNING_H = 5, 22, 7


def is_night(at: datetime) -> bool:
    """From 22:00 to 07:00, and all weekend, local time."""
    there = at.astimezone(BRUSSELS)
    return there.weekday() >= SATURDAY or not MORNING_H <= there.hour < EVENING_H


class Night:
    """Full power at night, on all phases."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self._cable = Cable(setup, known)
        car = self._cable.car
        self._full, self._step_s = full(car), setup.step_s
        self._full_w = car.most_a * car.phases * PHASE_V
        self._is_night = [is_night(known.at(quarter)) for quarter in range(known.quarters)]
        self._nights = list(accumulate(self._is_night, initial=0))

    def step(self, seen: Seen) -> Orders:
        """By day only as long as the nights and days ahead are too short without."""
        if not self._cable.note(seen):
            return IDLE
        if self._is_night[seen.quarter]:
            return self._full
        until = min(len(self._is_night), self._cable.leaves_s // int(QUARTER_S))
        night_s = (self._nights[until] - self._nights[seen.quarter]) * QUARTER_S
        day_s = until * QUARTER_S - seen.second - night_s
        needs_s = self._cable.missing_wh * HOUR_S / self._full_w
        return self._full if needs_s - night_s > day_s - self._step_s else IDLE
