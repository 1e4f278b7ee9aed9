"""Core state → what is wanted of each charger, circuit and battery, and what fences whom, as ev and bs say it.

A target that another program wants something of is told whole. So are all of them while they are few; of many the rest
is told in short, without what the house itself wants and whom that fences.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lib.core.carport import Charging
from lib.core.cellar import Storage
from lib.core.claims import BATTERY
from lib.core.outside import Outside, left_s
from lib.core.proposals import Device, Proposal, Resolved, report, resolve
from lib.messages.proposals import ProposalNow, Proposals, Rung, TargetNow

Lives = Mapping[tuple[str, str, int], float]  # by target, "" for all of them, source and priority
MOST_WHOLE: Final = 24  # targets that are all told whole; more would cost a second's worth of steps
UNKNOWN: Final = Device()


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """One target as the core has it: what it can do, all that is proposed for it, and what that comes to.

    theirs: what other programs want of it. resolved: None where nobody has worked that out. shares_w: of a circuit.
    """

    name: str
    kind: Literal["charger", "circuit", "battery"]
    device: Device
    put: tuple[Proposal, ...] = ()
    theirs: tuple[Proposal, ...] = ()
    resolved: Resolved | None = None
    shares_w: Mapping[str, float] | None = None


def of_cars(charging: Charging) -> Iterator[Put]:
    """The circuits that somebody wants something of, and all chargers."""
    for name in (*charging.pools, *charging.bays):
        one = car_put(charging, name)
        if one is not None:
            yield one


def car_put(charging: Charging, name: str) -> Put | None:
    """A circuit that somebody wants something of, or a charger; None for anything else."""
    theirs = charging.outside.get(name, ())
    pooled, bay = charging.pools.get(name), charging.bays.get(name)
    if bay is not None:
        return Put(name=name, kind="charger", device=bay.device or UNKNOWN, put=bay.put, theirs=theirs)
    if pooled is None:
        return None
    return Put(
        name=name,
        kind="circuit",
        device=pooled.device,
        put=theirs,
        theirs=theirs,
        resolved=pooled.resolved,
        shares_w=pooled.shares_w,
    )


def battery_put(storage: Storage, name: str = BATTERY) -> Put | None:
    """All batteries together; None where there is none, and for any other name."""
    if name != BATTERY or not storage.cells:
        return None
    theirs = storage.outside.get(BATTERY, ())
    put = storage.put if storage.device else theirs
    return Put(name=BATTERY, kind="battery", device=storage.device or UNKNOWN, put=put, theirs=theirs)


def say_proposals(puts: Collection[Put], outside: Outside, *, boot: str, seq: int, now_s: float) -> Proposals:
    """All targets of a program; outside: all that other programs want of it; now_s: our monotonic seconds."""
    lives = lives_s(outside, now_s)
    few = len(puts) <= MOST_WHOLE
    targets = tuple(target_of(one, lives, whole=few or bool(one.theirs)) for one in puts)
    return Proposals(boot=boot, seq=seq, targets=targets)


def lives_s(outside: Outside, now_s: float) -> Lives:
    """For how long what other programs want still counts.

    What they want of a circuit counts for each of its chargers, there under the circuit's name besides their own.
    """
    found = {}
    for target, theirs in outside.items():
        for one in theirs:
            found[target, one.source, one.priority] = left_s(one, now_s)
            found["", f"{one.source} ({target})", one.priority] = left_s(one, now_s)
    return found


def target_of(one: Put, lives: Lives, *, whole: bool = True) -> TargetNow:
    """One target; whole: with all that is proposed for it, and whom that fences."""
    resolved = one.resolved or resolve(one.device, one.put)
    ordered = sorted(one.put, key=lambda put: (put.priority, put.source), reverse=True) if whole else ()
    priorities = dict.fromkeys([put.priority for put in ordered] + [0] * whole)
    return TargetNow(
        name=one.name,
        kind=one.kind,
        target_w=resolved.target_w,
        low_w=one.device.low_w if one.device.high_w is not None else None,
        high_w=one.device.high_w,
        band_low_w=one.device.band_low_w,
        band_high_w=one.device.band_high_w,
        decided=resolved.decided.source if resolved.decided else "",
        proposals=tuple(
            ProposalNow(
                source=put.source,
                priority=put.priority,
                wish_w=put.wish_w,
                low_w=put.low_w,
                high_w=put.high_w,
                for_s=lives.get((one.name, put.source, put.priority), lives.get(("", put.source, put.priority))),
            )
            for put in ordered
        ),
        rungs=tuple(rung_of(one, priority) for priority in priorities),
        shares=None if one.shares_w is None else dict(one.shares_w),
    )


def rung_of(one: Put, priority: int) -> Rung:
    """What all above a priority leave who stands there."""
    found = report(one.device, one.put, priority)
    return Rung(priority=priority, low_w=found.low_w, high_w=found.high_w, low_by=found.low_by, high_by=found.high_by)
