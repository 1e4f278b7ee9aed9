"""Why a quarter was so high: its watts → what ran, and what would have kept the month's peak lower.

In: net power at equal steps of time, what is known of the cars, the other quarters. Out: runs of devices with what they
probably were, ways out in W. Knows no price, no meter and no disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

from lib.core.levels import SMALLEST_W, Level, levels

SAME_SIZE = 0.18  # a device draws that much more or less when it goes off, warm, than when it went on
QUARTER_S = 900.0
LATER_S = 600.0  # who can wait waits ten minutes
WORTH_W = 50.0  # a way out that saves less is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A device that was on; began, ended: whether that was seen, or it ran before, or goes on."""

    power_w: float
    start_s: float
    end_s: float
    began: bool = True
    ended: bool = True

    @property
    def lasts_s(self) -> float:
        """How long it was seen on."""
        return self.end_s - self.start_s

    @property
    def energy_wh(self) -> float:
        """Drawn while it was seen."""
        return self.power_w * self.lasts_s / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One device and its runs in order of time; what: its probable name. is_car: its charger says so."""

    what: str
    runs: tuple[Run, ...]
    is_car: bool = False

    @property
    def power_w(self) -> float:
        """While it is on, as the mean over time."""
        return self.energy_wh * 3600 / max(1e-9, sum(run.lasts_s for run in self.runs))

    @property
    def energy_wh(self) -> float:
        """Of all runs."""
        return sum(run.energy_wh for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a trace shows: base_w ran all the time; devices: by energy, most first."""

    levels: tuple[Level, ...]
    base_w: float
    devices: tuple[Ran, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What would have kept the quarter lower: `what` is left out, comes later, or is given by a battery.

    Attributes:
        kind: "without", "later" or "battery".
        average_w: what the quarter would have counted; peak_w: what the month then would have peaked at.
        wh, power_w: of a battery, what it gives and with how much at the most.

    """

    kind: str
    what: str
    average_w: float
    peak_w: float
    wh: float = 0.0
    power_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The quarter and what stands beside it.

    Attributes:
        average_w: what it counted; after_w: the quarter behind it, None: not known.
        below_w: the highest other quarter of its month; floor_w: what a peak costs at least.
        cars_wh, battery_wh: what they drew in it; None: not known.

    """

    average_w: float
    below_w: float
    floor_w: float
    after_w: float | None = None
    cars_wh: float | None = None
    battery_wh: float | None = None


class Above(NamedTuple):
    """Quarters above a line: how many, the most energy in a row of them, and the most power, as a mean of a quarter."""

    quarters: int
    row_wh: float
    most_w: float


class Signature(NamedTuple):
    """What a device mostly looks like: its watts while on, and how long it is on without a pause."""

    what: str
    least_w: float
    most_w: float
    least_s: float
    most_s: float
    cycles: bool


SIGNATURES: Final = (  # the first that fits; a thermostat switches on and off, others come once
    Signature("an instant water heater or a shower", 5500, 30_000, 10, 1200, cycles=False),
    Signature("a hob or an oven", 700, 4_500, 4, 240, cycles=True),
    Signature("a kettle", 1_500, 3_200, 45, 360, cycles=False),
    Signature("a microwave oven", 700, 1_500, 15, 420, cycles=False),
    Signature("a washing machine, a dishwasher or a dryer", 1_700, 2_900, 240, inf, cycles=False),
    Signature("a heat pump or a boiler", 600, 5_500, 300, inf, cycles=False),
    Signature("a car", 3_200, 22_500, 300, inf, cycles=False),
)


def found(watts: Sequence[float | None], *, step_s: float = 1.0, cars_wh: float | None = None) -> Found | None:
    """What ran in a trace; step_s: between two readings. None: too little of it is known.

    cars_wh: what cars drew in it, by which the run that is theirs is known.
    """
    steps = levels(watts, step_s=step_s)
    if not steps:
        return None
    every, base_w = runs(steps)
    return Found(levels=steps, base_w=base_w, devices=_devices(every, cars_wh, length_s=steps[-1].end_s))


def runs(steps: Sequence[Level]) -> tuple[tuple[Run, ...], float]:
    """The devices that were on above what ran all the time, and that base, which may be below zero by the sun.

    A step down ends the run whose size it has most nearly. One without such a beginning ran from before, where all
    levels before it are high enough for that; else it is a part of what came last. One without an end goes on.
    """
    open_runs: list[Run] = []
    done: list[Run] = []
    end_s, lowest_w = steps[-1].end_s, min(one.power_w for one in steps)
    for before, after in pairwise(steps):
        size_w = after.power_w - before.power_w
        if size_w > 0:
            open_runs.append(Run(power_w=size_w, start_s=after.start_s, end_s=end_s, ended=False))
            continue
        ended = _ended_by(open_runs, -size_w)
        for run in ended:
            open_runs.remove(run)
            done.append(replace(run, end_s=after.start_s, ended=True))
        if ended:
            continue
        rest_w = -size_w
        if min(one.power_w for one in steps if one.start_s < after.start_s) - rest_w < lowest_w - SMALLEST_W:
            rest_w = _lessened(open_runs, done, rest_w, after.start_s)
        if rest_w > 0:
            done.append(Run(power_w=rest_w, start_s=0.0, end_s=after.start_s, began=False))
    every = sorted((*done, *open_runs), key=lambda run: (run.start_s, run.power_w))
    first_w = steps[0].power_w - sum(run.power_w for run in every if run.start_s == 0.0 and not run.began)
    return tuple(every), first_w


def ways(case: Case, what: Found | None) -> tuple[Way, ...]:
    """What would have kept the month's peak lower, the most first; nothing where another quarter is as high."""
    goal_w = max(case.below_w, case.floor_w)
    over_w = case.average_w - goal_w
    if over_w < WORTH_W:
        return ()
    open_ways = [
        Way(
            kind="battery",
            what="a battery",
            average_w=goal_w,
            peak_w=goal_w,
            wh=over_w / 4,
            power_w=_shaving_w(what, goal_w) if what else over_w,
        )
    ]
    if case.cars_wh:
        open_ways.append(_way("without", "the car", case, case.average_w - case.cars_wh * 4, None))
    if case.battery_wh is not None and case.battery_wh > 0:
        open_ways.append(_way("without", "filling the battery", case, case.average_w - case.battery_wh * 4, None))
    for device in what.devices if what else ():
        if device.is_car:
            continue
        open_ways.append(_way("without", device.what, case, case.average_w - device.energy_wh * 4, None))
        if device.runs[0].began:
            later_wh = _pushed_out_wh(device)
            after_w = None if case.after_w is None else case.after_w + later_wh * 4
            open_ways.append(_way("later", device.what, case, case.average_w - later_wh * 4, after_w))
    saving = [way for way in open_ways if case.average_w - way.peak_w >= WORTH_W]
    return tuple(sorted(saving, key=lambda way: way.peak_w))


def above(quarters_w: Iterable[float | None], line_w: float) -> Above:
    """What stood above a line; quarters_w: in order of time, None where one is not known."""
    count, row_wh, most_wh, most_w = 0, 0.0, 0.0, 0.0
    for average_w in quarters_w:
        over_w = 0.0 if average_w is None else max(0.0, average_w - line_w)
        count += over_w > 0
        row_wh = row_wh + over_w / 4 if over_w > 0 else 0.0
        most_wh, most_w = max(most_wh, row_wh), max(most_w, over_w)
    return Above(count, most_wh, most_w)


def _way(kind: str, what: str, case: Case, average_w: float, after_w: float | None) -> Way:
    average_w = max(0.0, average_w)
    return Way(
        kind=kind, what=what, average_w=average_w, peak_w=max(average_w, case.below_w, case.floor_w, after_w or 0.0)
    )


def _pushed_out_wh(device: Ran) -> float:
    """What of it would have been drawn in the next quarter, had it all come later."""
    stays_s = (max(0.0, min(QUARTER_S, run.end_s + LATER_S) - (run.start_s + LATER_S)) for run in device.runs)
    return device.energy_wh - sum(run.power_w * s / 3600 for run, s in zip(device.runs, stays_s, strict=True))


def _shaving_w(what: Found, goal_w: float) -> float:
    """With how much a battery must be able to give so that the quarter ends at the goal, giving above one line only."""
    low_w, high_w = 0.0, max(level.power_w for level in what.levels)
    for _ in range(40):
        line_w = (low_w + high_w) / 2
        kept_ws = sum(max(0.0, min(level.power_w, line_w)) * (level.end_s - level.start_s) for level in what.levels)
        low_w, high_w = (line_w, high_w) if kept_ws < goal_w * what.levels[-1].end_s else (low_w, line_w)
    return max(0.0, max(level.power_w for level in what.levels) - low_w)


def _ended_by(open_runs: Sequence[Run], size_w: float) -> tuple[Run, ...]:
    """The run that a step down of that size ends, or two that end together; of equals the later one."""
    close_w = max(SMALLEST_W, SAME_SIZE * size_w)
    single = [(abs(run.power_w - size_w), -run.start_s, (run,)) for run in open_runs]
    if single and min(single)[0] <= close_w:
        return min(single, key=lambda one: one[:2])[2]
    double = [
        (abs(one.power_w + other.power_w - size_w), -one.start_s, (one, other))
        for at, one in enumerate(open_runs)
        for other in open_runs[at + 1 :]
    ]
    if double and min(one[0] for one in double) <= close_w:
        return min(double, key=lambda one: one[:2])[2]
    return ()


def _lessened(open_runs: list[Run], done: list[Run], size_w: float, end_s: float) -> float:
    """Take a step down off what came last, which a device that turns down does; what is left of the step then."""
    while open_runs and size_w > 0:
        run = open_runs.pop()
        part_w = min(run.power_w, size_w)
        done.append(replace(run, power_w=part_w, end_s=end_s, ended=True))
        if run.power_w > part_w:
            open_runs.append(replace(run, power_w=run.power_w - part_w))
        size_w -= part_w
    return size_w


def _devices(every: Iterable[Run], cars_wh: float | None, *, length_s: float) -> tuple[Ran, ...]:
    """Runs of one size are one device's, if they are not at the same time."""
    groups: list[list[Run]] = []
    for run in every:
        for group in groups:
            mean_w = sum(one.power_w for one in group) / len(group)
            if abs(run.power_w - mean_w) <= max(SMALLEST_W, SAME_SIZE * mean_w) and group[-1].end_s <= run.start_s:
                group.append(run)
                break
        else:
            groups.append([run])
    named = [Ran(what=_name(group, length_s), runs=tuple(group)) for group in groups]
    if cars_wh:
        likely = min(named, key=lambda one: abs(one.energy_wh - cars_wh), default=None)
        if likely is not None and abs(likely.energy_wh - cars_wh) <= 0.3 * cars_wh:
            named[named.index(likely)] = replace(likely, what="the car", is_car=True)
    return tuple(sorted(named, key=lambda one: -one.energy_wh))


def _name(group: Sequence[Run], length_s: float) -> str:
    """What it probably was; a run that begins before or goes on lasted longer than was seen."""
    power_w = sum(one.power_w for one in group) / len(group)
    cycles = len(group) > 2 or (len(group) == 2 and all(one.lasts_s < 240 for one in group))
    whole = [one.lasts_s for one in group if one.began and one.ended]
    seen_s = max(whole) if whole else max(one.lasts_s for one in group)
    open_ended = not whole
    for one in SIGNATURES:
        fits_s = one.least_s <= (max(seen_s, min(one.most_s, length_s)) if open_ended else seen_s)
        if one.cycles == cycles and one.least_w <= power_w <= one.most_w and fits_s and seen_s <= one.most_s:
            return one.what
    return "something"
