"""The meters' counters and what they gained between two telegrams, in whole Wh and litres; never integrated power.

Knows no day and no price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from lib.core.reading import Reading
from lib.core.states import replace

REGISTER_SIZE_WH = 1_000_000_000  # nine digits: 999 999.999 kWh is followed by 0
OVERFLOW_WH = 999_000_000  # a smaller fall is a replaced meter
AT_ONCE = 100_000  # Wh or litres that may come in no time: clocks are set, and lines are absent for a while
AN_HOUR = 100_000  # Wh or litres: no connection of a house gives more
HOUR = timedelta(hours=1)
ASIDE = timedelta(days=7)  # for no longer does a counter show what is false
REGISTERS, VOLUMES = ("import_wh", "export_wh"), ("gas_l", "water_l")
KINDS = REGISTERS + VOLUMES
GAS = ("gas",)
WATER = ("water", "hot_water")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Energy in Wh by register, gas and water in litres; None for a meter that is not there."""

    import_wh: Mapping[str, int] = field(default_factory=dict)
    export_wh: Mapping[str, int] = field(default_factory=dict)
    gas_l: int | None = None
    water_l: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything was counted."""
        return any(self.import_wh.values()) or any(self.export_wh.values()) or bool(self.gas_l or self.water_l)

    def plus(self, more: "Amounts") -> "Amounts":
        """Both together."""
        return Amounts(
            import_wh=_sum(self.import_wh, more.import_wh),
            export_wh=_sum(self.export_wh, more.export_wh),
            gas_l=_known_sum(self.gas_l, more.gas_l),
            water_l=_known_sum(self.water_l, more.water_l),
        )

    def less(self, part: "Amounts") -> "Amounts":
        """What is left without a part of it."""
        return Amounts(
            import_wh={register: wh - part.import_wh.get(register, 0) for register, wh in self.import_wh.items()},
            export_wh={register: wh - part.export_wh.get(register, 0) for register, wh in self.export_wh.items()},
            gas_l=None if self.gas_l is None else self.gas_l - (part.gas_l or 0),
            water_l=None if self.water_l is None else self.water_l - (part.water_l or 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Counters that did not go on, as they would stand by what was counted since; at: since when.

    What they show now is a new start, or was false for a moment: within a week they may go on from here.
    """

    at: datetime
    import_wh: Mapping[str, int] = field(default_factory=dict)
    export_wh: Mapping[str, int] = field(default_factory=dict)
    gas_l: Mapping[str, int] = field(default_factory=dict)
    water_l: Mapping[str, int] = field(default_factory=dict)


class Turn(NamedTuple):
    """A counter of a kind that does not go on from what it showed `before`, in Wh or litres."""

    kind: str
    name: str
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The counters at an instant: registers in Wh, gas and water in litres by the serials of their meters.

    serial: of the electricity meter; another one tells that it was replaced. gas_at, water_at: when those meters were
    read, which is minutes or an hour before they are told. aside: what they may come back to.
    """

    at: datetime
    serial: str | None
    import_wh: Mapping[str, int]
    export_wh: Mapping[str, int]
    gas_l: Mapping[str, int]
    water_l: Mapping[str, int]
    gas_at: datetime | None = None
    water_at: datetime | None = None
    aside: Aside | None = None


def counters(reading: Reading, at: datetime) -> Counters:
    """The counters of a reading. An M-Bus meter without a valid reading counts nothing, which is not zero."""
    if not reading.mbus:
        return Counters(
            at=at,
            serial=reading.serial,
            import_wh=reading.imported_wh,
            export_wh=reading.exported_wh,
            gas_l={},
            water_l={},
        )
    return Counters(
        at=at,
        serial=reading.serial,
        import_wh=reading.imported_wh,
        export_wh=reading.exported_wh,
        gas_l=_volumes(reading, *GAS),
        water_l=_volumes(reading, *WATER),
        gas_at=_read_at(reading, *GAS),
        water_at=_read_at(reading, *WATER),
    )


def drawn_wh(before: Counters | None, now: Counters) -> int | None:
    """The energy taken since `before`; None where the registers are not there."""
    if not now.import_wh:
        return None
    if before is None or not is_same(before, now):
        return 0
    return sum(_steps(resumed(before, now), now, "import_wh").values())


def _volumes(reading: Reading, *kinds: str) -> dict[str, int]:
    """By the serial of each meter, and by its channel too where another one of its kind prints the same serial."""
    serials = [one.serial for one in reading.meters(*kinds)]
    return {
        (one.serial or "") if serials.count(one.serial) == 1 else f"{one.serial or ''} {one.channel}": count.thousandths
        for one in reading.counting(*kinds)
        if (count := one.reading)
    }


def _read_at(reading: Reading, *kinds: str) -> datetime | None:
    """When the one that was read last was read."""
    stamps = [one.reading.stamp.known for one in reading.counting(*kinds) if one.reading]
    return max(filter(None, stamps), default=None)


def is_same(before: Counters, now: Counters) -> bool:
    """Whether both are of one electricity meter, as far as its serial tells."""
    return not before.serial or not now.serial or before.serial == now.serial


def gained(before: Counters, now: Counters) -> Amounts:
    """What the counters gained. The first count of a new or replaced meter is a start, not consumption."""
    same, before = is_same(before, now), resumed(before, now)
    return Amounts(
        import_wh=_steps(before, now, "import_wh") if same else {},
        export_wh=_steps(before, now, "export_wh") if same else {},
        gas_l=sum(_steps(before, now, "gas_l").values()) if now.gas_l else None,
        water_l=sum(_steps(before, now, "water_l").values()) if now.water_l else None,
    )


def litres(before: Counters, now: Counters, kind: str) -> dict[str, int]:
    """What each gas or water meter gained, by its serial."""
    return _steps(resumed(before, now), now, kind)


def started(before: Counters, now: Counters) -> tuple[Turn, ...]:
    """The counters of one meter that fell, or rose by more than can have flowed: each is a new start."""
    before = resumed(before, now)
    return tuple(
        Turn(kind, name, known[name], told)
        for kind in _kinds(before, now)
        for known, since in ((getattr(before, kind), _since(before, kind)),)
        for name, told in getattr(now, kind).items()
        if name in known and _step(known[name], told, since, now.at) is None
    )


def returned(before: Counters, now: Counters) -> tuple[Turn, ...]:
    """The counters that go on from what is aside, not from what they showed last."""
    known = resumed(before, now)
    if known is before:
        return ()
    return tuple(
        Turn(kind, name, showed, getattr(now, kind)[name])
        for kind in KINDS
        for name, showed in getattr(before, kind).items()
        if getattr(known, kind)[name] != showed
    )


def resumed(before: Counters, now: Counters) -> Counters:
    """`before`, with what is aside in place of what a counter showed for a moment, where `now` goes on from there.

    Where it may go on from either, the nearer one was true.
    """
    if before.aside is None or now.at - before.aside.at > ASIDE:
        return before
    changes: dict[str, Any] = {}
    for kind in _kinds(before, now):
        showed, told, since = getattr(before, kind), getattr(now, kind), _since(before, kind)
        for name, stood in getattr(before.aside, kind).items():
            if name not in told or (gain := _step(stood, told[name], since, now.at)) is None:
                continue
            other = _step(showed[name], told[name], since, now.at)
            if other is None or gain < other:
                changes[kind] = {**changes.get(kind, showed), name: stood}
    return replace(before, **changes) if changes else before


def kept(before: Counters, now: Counters) -> Counters:
    """`now`, and what it does not hold as it was: a line that is absent for a while loses no energy."""
    same = is_same(before, now)
    return Counters(
        at=now.at,
        serial=now.serial or before.serial,
        import_wh={**before.import_wh, **now.import_wh} if same else now.import_wh,
        export_wh={**before.export_wh, **now.export_wh} if same else now.export_wh,
        gas_l={**before.gas_l, **now.gas_l},
        water_l={**before.water_l, **now.water_l},
        gas_at=now.gas_at or before.gas_at,
        water_at=now.water_at or before.water_at,
        aside=_aside(before, now),
    )


def _aside(before: Counters, now: Counters) -> Aside | None:
    """What is aside after `now`: what did not go on, and what was there, with what was counted since."""
    turns = started(before, now)
    old = before.aside if before.aside and now.at - before.aside.at <= ASIDE else None
    if old is None and not turns:
        return None
    found: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for turn in turns:
        found[turn.kind][turn.name] = turn.before
    back = {turn[:2] for turn in returned(before, now)}
    for kind in _kinds(before, now) if old else ():
        steps = _steps(before, now, kind)
        left = {name: wh + steps.get(name, 0) for name, wh in getattr(old, kind).items() if (kind, name) not in back}
        found[kind].update(left)
    return Aside(at=old.at if old else now.at, **found) if any(found.values()) else None


def spread(amounts: Amounts, over: Sequence[timedelta]) -> list[Amounts]:
    """Amounts cut by time into one part for each length; whole Wh and litres, and together what they were."""
    whole = sum(over, timedelta(0)) or timedelta(1)
    ends = [sum(over[: at + 1], timedelta(0)) / whole for at in range(len(over))]

    def parts(total: int) -> list[int]:
        marks = [0, *(round(total * end) for end in ends[:-1]), total]
        return [after - before for before, after in pairwise(marks)]

    imports = {register: parts(wh) for register, wh in amounts.import_wh.items()}
    exports = {register: parts(wh) for register, wh in amounts.export_wh.items()}
    gas, water = (None if total is None else parts(total) for total in (amounts.gas_l, amounts.water_l))
    return [
        Amounts(
            import_wh={register: cut[at] for register, cut in imports.items()},
            export_wh={register: cut[at] for register, cut in exports.items()},
            gas_l=None if gas is None else gas[at],
            water_l=None if water is None else water[at],
        )
        for at in range(len(over))
    ]


def _kinds(before: Counters, now: Counters) -> tuple[str, ...]:
    return KINDS if is_same(before, now) else VOLUMES


def _steps(before: Counters, now: Counters, kind: str) -> dict[str, int]:
    """What the counters of a kind gained; nothing where one is new, or starts anew."""
    known, since, at = getattr(before, kind), _since(before, kind), now.at
    told = getattr(now, kind).items()
    return {name: _step(known[name], wh, since, at) or 0 for name, wh in told if name in known}


def _since(before: Counters, kind: str) -> datetime:
    """Since when a kind is counted; a gas or water meter that nobody could read went on all the while."""
    read = before.gas_at if kind == "gas_l" else before.water_at if kind == "water_l" else None
    return read or before.at


def _step(before: int, now: int, since: datetime, at: datetime) -> int | None:
    """What a counter gained; None where it does not go on from `before`: it was replaced, or one of both is false.

    One that fell by nearly all it can hold ran over. A clock may have been set, so time counts in either direction.
    """
    step = now - before
    if step < -OVERFLOW_WH:
        step += REGISTER_SIZE_WH
    if 0 <= step <= AT_ONCE:
        return step
    return step if 0 < step <= AT_ONCE + AN_HOUR * (abs(at - since) / HOUR) else None


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    if one.keys() == other.keys():
        return {key: value + other[key] for key, value in one.items()}
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


def _known_sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
