"""dm's plan as ev and bs follow it: while it is fresh and was made for what they still want. Knows no message.

In: the plan, and our seconds. Out: the blocks of a car, or what is expected of a quarter. What is stale counts for
nothing; then each goes by its own rules.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from lib.core.plan import Block, Plan, Want
from lib.core.states import replace
from lib.core.wants import left_wh

SAME = timedelta(minutes=1)
SLIVER = timedelta(minutes=5)
SAME_WH, SAME_PART = 1000.0, 0.15  # a car that still needs so much more than the plan has for it is another case
SHORT_WH = 100.0  # a crumb that finds no place is none
FULL_W = 20.0  # a quarter with no more left is full


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the plan expects of a stretch: house, sun, cars and battery, and what a quarter in it may count.

    fills: cars draw all that is paid in it. keep_wh: what the battery should hold at its end for the peak, None: nobody
    knows. import_eur_kwh, export_eur_kwh: what it reckons with, also where no price is published yet.
    """

    start: datetime
    end: datetime
    load_w: float
    sun_w: float = 0.0
    cars_w: float = 0.0
    battery_w: float = 0.0
    target_w: float | None = None
    fills: bool = False
    keep_wh: float | None = None
    import_eur_kwh: float | None = None
    export_eur_kwh: float | None = None

    @property
    def is_sun(self) -> bool:
        """Whether cars draw no more than the sun leaves, so that nothing is bought for them."""
        return self.cars_w > 0 and self.load_w - self.sun_w + self.cars_w < FULL_W

    @property
    def stores_sun_w(self) -> float:
        """What of the sun the battery stores beside the cars; what it stores besides is bought."""
        return max(0.0, min(self.battery_w, self.sun_w - self.load_w - self.cars_w))

    @property
    def help_w(self) -> float:
        """What the battery gives beyond the house, so that cars stay under the peak."""
        return max(0.0, min(self.cars_w, -self.battery_w - max(0.0, self.load_w - self.sun_w)))


def fills(*, cars_w: float, battery_w: float, counts_w: float, paid_w: float | None) -> bool:
    """Whether cars draw all that is paid in a quarter; paid_w: None where peaks cost nothing.

    Then they may have what the house does not take of what is kept for it, too: it is lost for the cheap hour else.
    """
    return paid_w is not None and cars_w > 0 and battery_w < FULL_W and abs(counts_w - paid_w) < FULL_W


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A want that the plan was made for, and what of it finds no place."""

    car: str
    trip: str
    until: datetime
    short_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The plan; until_s: by our clock, when it is stale; made: by the meter's, None: nobody says."""

    until_s: float
    made: datetime | None = None
    blocks: tuple[Block, ...] = ()
    served: tuple[Served, ...] = ()
    stretches: tuple[Expected, ...] = ()

    def at(self, at: datetime) -> Expected | None:
        """What is expected of the stretch that holds `at`."""
        place = bisect_right(self.stretches, at, key=_start) - 1
        found = self.stretches[place] if place >= 0 else None
        return found if found is not None and at < found.end else None


_start = attrgetter("start")


def aged(followed: Followed, at: datetime) -> Followed:
    """A plan as it is heard at `at`, by the meter's clock, which dm and we share: who comes late gets an old one."""
    age_s = 0.0 if followed.made is None else (at - followed.made).total_seconds()
    return replace(followed, until_s=followed.until_s - max(0.0, age_s))


def fresh(followed: Followed | None, now_s: float) -> Followed | None:
    """The plan while it holds."""
    return followed if followed is not None and now_s < followed.until_s else None


def served(followed: Followed | None, wants: Sequence[Want], at: datetime) -> frozenset[str]:
    """The cars of which dm's plan serves what they want."""
    if followed is None:
        return frozenset()
    cars = {want.car for want in wants}
    return frozenset(car for car in cars if _serves(followed, [want for want in wants if want.car == car], at))


def joined(followed: Followed | None, theirs: Collection[str], own: Plan, at: datetime) -> Plan:
    """The plan of all cars: dm's for `theirs`, our own for the others."""
    if followed is None or not theirs:
        return own
    blocks = [block for block in followed.blocks if block.car in theirs and block.end > at]
    blocks = [block for block in blocks if not _is_sliver(block, blocks)]
    blocks += [block for block in own.blocks if block.car not in theirs]
    short_wh = {car: wh for car, wh in own.short_wh.items() if car not in theirs}
    for one in followed.served:
        if one.car in theirs and one.short_wh >= SHORT_WH:
            short_wh[one.car] = short_wh.get(one.car, 0.0) + one.short_wh
    return Plan(blocks=tuple(sorted(blocks, key=lambda one: (one.start, one.car))), short_wh=short_wh)


def _is_sliver(block: Block, blocks: Iterable[Block]) -> bool:
    """Whether it is a moment by itself: no car is started for that, it is planned elsewhere a quarter later."""
    if block.end - block.start >= SLIVER:
        return False
    return not any(one.car == block.car and (one.end == block.start or one.start == block.end) for one in blocks)


def _serves(followed: Followed, wants: Iterable[Want], at: datetime) -> bool:
    """Whether each want of a car that must be met is one that the plan knows, and has enough left for."""
    return all(has(followed, want, at) for want in wants if want.worth_eur_kwh is None)


def has(followed: Followed, want: Want, at: datetime) -> bool:
    """Whether the plan was made for a want, and has enough left for it."""
    known = next(
        (
            one
            for one in followed.served
            if (one.car, one.trip) == (want.car, want.trip) and abs(one.until - want.until) <= SAME
        ),
        None,
    )
    if known is None:
        return False
    has_wh = left_wh(followed.blocks, want, at) + known.short_wh
    return has_wh >= want.energy_wh - max(SAME_WH, SAME_PART * want.energy_wh)
