"""What several actors want of one device → the power it shall take, and who fences it. Knows no actor and no clock.

The lowest priority with a wish decides; everyone above it only fences. The result depends on the live proposals alone,
never on the order in which they came. Powers in W, + goes into the device; times in seconds of any one clock.
Source: the actor model of frequenz-sdk, repaired so that there is always a number and 0 W can always be reached.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from operator import attrgetter
from typing import Final

from lib.core.why import Why

LIFE_S: Final = 60.0  # actors renew every 20 s; what is older than this is gone
SYSTEM: Final = "system"


class Default(StrEnum):
    """What a device does that nobody wishes anything of: a charger its most, a battery nothing, panels all they can."""

    MAX = "max"
    ZERO = "zero"
    MIN = "min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What can run: from `low_w` to `high_w`, but not strictly between the edges of the dead band; 0 W is always rest.

    high_w: None while the device has not said what it can. band_low_w, band_high_w: a three-phase charger with a
    minimum of 6 A has 0 and 4140; equal edges are none.
    """

    low_w: float = 0.0
    high_w: float | None = None
    band_low_w: float = 0.0
    band_high_w: float = 0.0
    default: Default = Default.MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one source wants. Without wish and bounds it withdraws what the source wanted before.

    Attributes:
        source: who; of two with the same priority the alphabetically later one stands above.
        wish_w: the power it would like. It does not hold against those below: to force a power, bound it on both sides.
        low_w, high_w: what it fences those below in with; both 0 is a pause. None: no limit on that side.
        at_s: when it was made.

    """

    source: str
    priority: int
    at_s: float
    wish_w: float | None = None
    low_w: float | None = None
    high_w: float | None = None
    why: Why | None = None

    @property
    def withdraws(self) -> bool:
        """Whether it wants nothing any more."""
        return self.wish_w is None and self.low_w is None and self.high_w is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What is done, `target_w`: always a number, 0 or something the device can run at.

    Attributes:
        wish_w: what was wished, with all the default: ±inf where that is the most or the least.
        decided: whose wish it is; None: nobody's, it is the default.
        low_w, high_w: the fences around the target; None while the device is unknown.
        low_by, high_by: whose they are; None: the device's own.

    """

    target_w: float
    wish_w: float = 0.0
    decided: Proposal | None = None
    low_w: float | None = None
    high_w: float | None = None
    low_by: Proposal | None = None
    high_by: Proposal | None = None

    @property
    def raised_by(self) -> Proposal | None:
        """Whose lower fence the target stands on: more than was wished, or nobody wished anything."""
        if self.low_w is None or self.target_w != self.low_w:
            return None
        return self.low_by if self.wish_w < self.low_w or self.decided is None else None

    @property
    def held_by(self) -> Proposal | None:
        """Whose upper fence keeps the target below what was wished or forced, or lets nothing run at all."""
        if self.high_w is None:
            return None
        forced_w = self.low_by.low_w if self.low_by is not None and self.low_by.low_w is not None else -inf
        return self.high_by if max(self.wish_w, forced_w) > self.high_w or self.high_w == 0 else None

    @property
    def because(self) -> Proposal | None:
        """Whose reason the target has: who pauses, who forces, or else who wished; None: nobody, it is the default."""
        pause = self.held_by if self.target_w == 0 else None
        return pause or self.raised_by or self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a source of some priority has to reckon with.

    Attributes:
        target_w: what is done now.
        low_w, high_w: what all above leave it, None while the device is unknown; low_by, high_by: whose these fences
            are, `SYSTEM` for the device itself, "" while unknown.

    """

    device: Device
    target_w: float
    low_w: float | None = None
    high_w: float | None = None
    low_by: str = ""
    high_by: str = ""

    def around(self, wish_w: float) -> tuple[float | None, float | None]:
        """The next permitted power at or below a wish, and at or above it; None: there is none on that side."""
        if self.low_w is None or self.high_w is None:
            return None, None
        below_w, above_w = _down(self.device, min(wish_w, self.high_w)), _up(self.device, max(wish_w, self.low_w))
        return below_w if below_w >= self.low_w else None, above_w if above_w <= self.high_w else None


Fences = tuple[float, float, Proposal | None, Proposal | None]  # low_w, high_w, low_by, high_by


def refused(proposal: Proposal, device: Device) -> str:
    """What is wrong with a proposal, as a sentence; "" when it can be put."""
    numbers = [value for value in (proposal.wish_w, proposal.low_w, proposal.high_w) if value is not None]
    if not all(isfinite(value) for value in numbers):
        return f"{proposal.source}: a power is a finite number of watts; leave it out where there is no limit"
    if proposal.low_w is not None and proposal.high_w is not None and proposal.low_w > proposal.high_w:
        return f"{proposal.source}: the lower bound {proposal.low_w:g} W is above the upper one {proposal.high_w:g} W"
    least_w = min((value for value in (proposal.wish_w, proposal.high_w) if value is not None), default=0.0)
    if device.low_w >= 0 and least_w < 0:
        return f"{proposal.source}: {least_w:g} W asks to discharge what can only charge; 0 pauses it"
    return ""


def put(proposals: Iterable[Proposal], proposal: Proposal) -> tuple[Proposal, ...]:
    """The proposals with a newer one in the place of that of the same priority and source, or without it."""
    kept = [one for one in proposals if one.source != proposal.source or one.priority != proposal.priority]
    return tuple(kept if proposal.withdraws else [*kept, proposal])


def live(proposals: Iterable[Proposal], now_s: float) -> tuple[Proposal, ...]:
    """The proposals that still count: not older than `LIFE_S`."""
    return tuple(one for one in proposals if now_s - one.at_s <= LIFE_S)


def resolve(device: Device, proposals: Iterable[Proposal]) -> Resolved:
    """The power that the device shall take, of proposals that are all live and none refused."""
    if device.high_w is None:
        return Resolved(target_w=0.0)
    decided: Proposal | None = None
    fences = around = _own(device, device.high_w)
    for one in _from_the_top(proposals):
        if one.low_w is not None or one.high_w is not None:
            fences = _fenced(device, one, fences)
        if one.wish_w is not None:
            decided, around = one, fences
    if decided is not None and decided.wish_w is not None:
        wish_w = decided.wish_w
    else:
        wish_w = inf if device.default is Default.MAX else -inf if device.default is Default.MIN else 0.0
        around = fences
    low_w, high_w, low_by, high_by = around
    return Resolved(
        target_w=_nearest(device, wish_w, low_w, high_w),
        wish_w=wish_w,
        decided=decided,
        low_w=low_w,
        high_w=high_w,
        low_by=low_by,
        high_by=high_by,
    )


def report(device: Device, proposals: Iterable[Proposal], priority: int) -> Report:
    """What a source of `priority` is told: the target, and the fences of all that stand strictly above it."""
    ordered = _from_the_top(proposals)
    target_w = resolve(device, ordered).target_w
    if device.high_w is None:
        return Report(device=device, target_w=target_w)
    fences = _own(device, device.high_w)
    for one in ordered:
        if one.priority > priority:
            fences = _fenced(device, one, fences)
    low_w, high_w, low_by, high_by = fences
    return Report(
        device=device,
        target_w=target_w,
        low_w=low_w,
        high_w=high_w,
        low_by=low_by.source if low_by else SYSTEM,
        high_by=high_by.source if high_by else SYSTEM,
    )


_rank = attrgetter("priority", "source")


def _from_the_top(proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=_rank, reverse=True)


def _own(device: Device, high_w: float) -> Fences:
    """The fences of the device itself."""
    return (*_settled(device, device.low_w, high_w), None, None)


def _fenced(device: Device, one: Proposal, fences: Fences) -> Fences:
    """The fences with those of one more: what misses them collapses them to the edge next to it."""
    low_w, high_w, low_by, high_by = fences
    own_low_w = low_w if one.low_w is None else one.low_w
    own_high_w = high_w if one.high_w is None else one.high_w
    if own_low_w > high_w:
        new_low_w = new_high_w = high_w
    elif own_high_w < low_w:
        new_low_w = new_high_w = low_w
    else:
        new_low_w, new_high_w = _settled(device, max(low_w, own_low_w), min(high_w, own_high_w))
    return new_low_w, new_high_w, low_by if new_low_w == low_w else one, high_by if new_high_w == high_w else one


def _settled(device: Device, low_w: float, high_w: float) -> tuple[float, float]:
    """An interval with both ends moved inwards to what can run; wholly within the dead band it is a pause."""
    if device.band_low_w < device.band_high_w:
        low_w, high_w = _up(device, low_w), _down(device, high_w)
    if low_w > high_w:
        low_w = high_w = min(max(0.0, device.band_low_w), device.band_high_w)
    return low_w, high_w


def _up(device: Device, power_w: float) -> float:
    """The next power from `power_w` upwards that is not within the dead band."""
    if not device.band_low_w < power_w < device.band_high_w:
        return power_w
    return 0.0 if device.band_low_w < power_w <= 0 <= device.band_high_w else device.band_high_w


def _down(device: Device, power_w: float) -> float:
    """The next power from `power_w` downwards that is not within the dead band."""
    if not device.band_low_w < power_w < device.band_high_w:
        return power_w
    return 0.0 if device.band_low_w <= 0 <= power_w else device.band_low_w


def _nearest(device: Device, wish_w: float, low_w: float, high_w: float) -> float:
    """What can run from `low_w` to `high_w`, both of which can, and lies nearest to a wish; of two the one nearer 0."""
    wish_w = min(max(wish_w, low_w), high_w)
    if not device.band_low_w < wish_w < device.band_high_w:
        return wish_w
    below_w, above_w = _down(device, wish_w), _up(device, wish_w)
    if below_w < low_w or above_w > high_w:
        return above_w if below_w < low_w else below_w
    return min(below_w, above_w, key=lambda power_w: (abs(power_w - wish_w), abs(power_w)))
