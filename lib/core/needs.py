"""Trip + car + state of charge → how much energy by when, from when on at the latest, and whether it can be met.

Powers in W from the wall, energy in Wh from the wall, states of charge in %. Knows no calendar, no charger and no
price.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil, floor

from lib.core.car import FULL_PCT, Ask, CarRules
from lib.core.plan import Quarters
from lib.core.stamp import clock
from lib.core.taper import Taper
from lib.core.trip import Trip

MARGIN = 1.1  # charging takes longer than it should: cold, a car that rounds down, a kettle
EARLY_S = 2 * 3600.0  # with so much to spare a need waits for cheap hours and sun
SPARE_S = 1800.0  # and goes back to an earlier step only with so much more
NO_ANSWER_S = 5.0  # a battery that was asked for so long gives no help
ENOUGH_PCT = 0.5  # a state of charge is not known better than that
AGAIN_PCT = 2.0  # for less, a car that has what it needs is not started once more
COLD_C, COLD = 5.0, 1.2  # below it a car takes so much more
HOUR = timedelta(hours=1)

Supply = Callable[[Quarters], float]


class Step(IntEnum):
    """How far a need has escalated."""

    CHEAP = 1  # cheap hours and expected sun only
    ANY_RATE = 2  # at any price, under the paid peak
    HELP = 3  # the battery is asked too
    OVER = 4  # above the paid peak, announced with its price
    UNREACHABLE = 5  # not even full power suffices


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a trip takes.

    Attributes:
        target_pct: at departure.
        energy_wh: from the wall, until then; 0 when it is there; None while the state of charge is not known.
        latest_start: when charging must begin at the power that is really there; None as `energy_wh`.
        slack_s: seconds to spare until then, negative when it is late.
        reach_pct: what the car will have at that power; full_pct: at full power.
        power_w: what must be drawn on the mean from now on until it is ready.
        planned: dm's plan has it ready, whatever is said here of the power that is there.

    """

    trip: Trip
    target_pct: float
    energy_wh: float | None = None
    latest_start: datetime | None = None
    slack_s: float | None = None
    reach_pct: float | None = None
    full_pct: float | None = None
    power_w: float = 0.0
    step: Step = Step.CHEAP
    planned: bool = False

    @property
    def feasible(self) -> bool | None:
        """Whether the car will be ready under the paid peak, or as planned; None while nobody knows how full it is."""
        return None if self.slack_s is None else self.planned or self.slack_s >= 0


def target_pct(ask: Ask, car: CarRules, *, outside_c: float | None = None) -> float:
    """The state of charge at departure: what must be left on arrival and the need, at most 100; a % is as it is said.

    outside_c: the temperature outside, where it is known; below 5 °C a km takes a fifth more.
    """
    driven_wh = car.driven_wh(ask)
    if driven_wh is None:
        return FULL_PCT if ask.soc_pct is None else min(FULL_PCT, ask.soc_pct)
    if ask.km is not None and outside_c is not None and outside_c < COLD_C:
        driven_wh *= COLD
    return min(FULL_PCT, car.arrival_pct + driven_wh / car.capacity_wh * 100)


def need(
    trip: Trip,
    car: CarRules,
    *,
    soc_low_pct: float | None,
    wall_wh_pct: float,
    full_w: float,
    least_w: float,
    rooms: Sequence[Quarters],
    at: datetime,
    before: Need | None = None,
    helped_w: float = 0.0,
    helped_until: datetime | None = None,
    help_asked_s: float | None = None,
    outside_c: float | None = None,
) -> Need:
    """What a trip takes at `at`.

    Args:
        trip: for a trip after another, `at` and `soc_low_pct` may be its car's return and what is left then.
        car: whose rules count.
        soc_low_pct: the low end of what the car may have.
        wall_wh_pct: Wh for 1 %, as learned.
        full_w, least_w: what charger and car can do.
        rooms: what is left under the target, in order of time; beyond the last one it goes on, none is no limit.
        at: now.
        before: the need as it was, so that its step goes back only with time to spare.
        helped_w, helped_until: what the battery adds to every room, and until when, None: all the time.
        help_asked_s: for how long the battery has been asked, None: not yet. Infinite where there is none.
        outside_c: the temperature outside.

    """
    target = target_pct(trip.ask, car, outside_c=outside_c)
    if soc_low_pct is None:
        return Need(trip=trip, target_pct=target)
    until = trip.ready if at < trip.ready else max(at, trip.departs)
    left_h = (until - at) / HOUR
    had = before is not None and before.trip.key == trip.key and before.energy_wh == 0
    if target - soc_low_pct < (AGAIN_PCT if had else ENOUGH_PCT):
        done = max(target, soc_low_pct)
        return Need(
            trip=trip,
            target_pct=target,
            energy_wh=0.0,
            latest_start=until,
            slack_s=left_h * 3600,
            reach_pct=done,
            full_pct=done,
        )
    taper, slow = Taper(wall_wh_pct), Taper(wall_wh_pct * MARGIN)

    def room(quarter: Quarters) -> float:
        return _usable(quarter.room_w, full_w, least_w)

    def helped(quarter: Quarters) -> float:
        is_helped = helped_until is None or quarter.start < helped_until
        return _usable(quarter.room_w + (helped_w if is_helped else 0.0), full_w, least_w)

    def slack_s(supply: Supply) -> float:
        back = _back(rooms, at, until, supply, full_w)
        return _slack_s(slow, soc_low_pct, target, back=back, left_h=left_h, least_w=max(least_w, 1.0))

    slack = slack_s(room)
    spare = Spare(
        room_s=slack,
        helped_s=slack_s(helped) if helped_w > 0 and slack < SPARE_S else slack,
        full_s=(left_h - taper.hours(soc_low_pct, target - ENOUGH_PCT, full_w)) * 3600,
        helps=helped_w > 0,
        refused=helped_w <= 0 and help_asked_s is not None and help_asked_s >= NO_ANSWER_S,
    )
    step = spare.step(0.0)
    if before is not None and before.trip.key == trip.key and step < before.step:
        step = min(before.step, spare.step(SPARE_S))
    reach = full = target
    if slack < 0:
        reach = _reach_pct(slow, soc_low_pct, target, reversed([*_back(rooms, at, until, room, full_w)]))
        full = _reach_pct(taper, soc_low_pct, target, [(left_h, full_w)])
    return Need(
        trip=trip,
        target_pct=target,
        energy_wh=(target - soc_low_pct) * wall_wh_pct,
        latest_start=at + timedelta(seconds=slack),
        slack_s=slack,
        reach_pct=reach,
        full_pct=full,
        power_w=min(full_w, max(least_w, taper.even_w(soc_low_pct, target, left_h, full_w))),
        step=step,
    )


def said(need: Need, *, at: datetime, title: str = "") -> str:
    """One sentence about a need, for the owner; title: what screens call the car. Times in Brussels."""
    ready, target = clock(need.trip.ready, at), f"{ceil(need.target_pct - 1e-6)} %"
    if need.energy_wh is None or need.latest_start is None or need.reach_pct is None or need.full_pct is None:
        return (
            f"how full is {title or need.trip.car}? Type its state of charge, so that it can be ready at {ready}"
            f" with {target}"
        )
    if need.energy_wh == 0:
        return f"has its {target} for {ready}: nothing to charge"
    if need.step is Step.UNREACHABLE and need.full_pct < need.target_pct:
        return f"cannot be met: will have {floor(need.full_pct)} % of {target} at {ready}, with all there is"
    if not need.feasible:
        reach = f"cannot be met under the paid peak: will have {floor(need.reach_pct)} % of {target} at {ready}"
        if need.step >= Step.OVER:
            return f"{reach}; it takes {need.power_w / 1000:.1f} kW from now on, above it"
        if need.step is Step.CHEAP:  # a later trip: only the hours after the one before it are counted
            return reach.replace("peak", "peak after the trip before it alone")
        return f"{reach}; the battery is asked for help"
    energy = f"ready at {ready} with {target}: {need.energy_wh / 1000:.0f} kWh"
    if need.planned:
        return f"{energy}, as planned"
    if need.step is Step.CHEAP:
        return f"{energy}, must start by {clock(need.latest_start, at)}"
    return f"{energy}, charges at any price from now on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """Seconds to spare at the power of the rooms, with the battery's help, and at full power."""

    room_s: float
    helped_s: float
    full_s: float
    helps: bool
    refused: bool

    def step(self, less_s: float) -> Step:
        """How far a need has escalated that has `less_s` less to spare."""
        if self.full_s < less_s:
            return Step.UNREACHABLE
        if self.room_s >= less_s:
            return Step.CHEAP if self.room_s >= EARLY_S + less_s else Step.ANY_RATE
        if self.helps:
            return Step.HELP if self.helped_s >= less_s else Step.OVER
        return Step.OVER if self.refused else Step.HELP


def _slack_s(
    taper: Taper,
    low_pct: float,
    high_pct: float,
    *,
    back: Iterator[tuple[float, float]],
    left_h: float,
    least_w: float,
) -> float:
    """Seconds to spare before charging must begin.

    back: stretches of hours and power, from the end of the time back to now, `left_h` in all. What they do not hold is
    late by the power of now, counted as at least `least_w`.
    """
    power_w = 0.0
    for hours, power_w in back:
        before_pct = taper.before_pct(high_pct, hours, power_w)
        if before_pct <= low_pct:
            return (left_h - taper.hours(low_pct, high_pct, power_w)) * 3600
        left_h, high_pct = left_h - hours, before_pct
    return -taper.hours(low_pct, high_pct, max(power_w, least_w)) * 3600


def _reach_pct(taper: Taper, low_pct: float, high_pct: float, stretches: Iterable[tuple[float, float]]) -> float:
    """What the car has after stretches of hours and power, in order of time; no more than the target."""
    for hours, power_w in stretches:
        low_pct = taper.after_pct(low_pct, hours, power_w)
    return min(low_pct, high_pct)


def _usable(room_w: float, full_w: float, least_w: float) -> float:
    power_w = min(full_w, room_w)
    return power_w if power_w >= least_w else 0.0


def _back(
    rooms: Sequence[Quarters], at: datetime, until: datetime, supply: Supply, full_w: float
) -> Iterator[tuple[float, float]]:
    """Stretches of hours and power from `until` back to `at`: a room holds until the next one, the last for ever."""
    place = bisect_left(rooms, until, key=lambda room: room.start) - 1
    while until > at:
        room = rooms[max(place, 0)] if rooms else None
        start = at if room is None or place <= 0 else max(at, room.start)
        yield (until - start) / HOUR, full_w if room is None else supply(room)
        until, place = start, place - 1
