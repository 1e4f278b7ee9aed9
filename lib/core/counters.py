"""The meters' counters and what they gained between two telegrams, in whole Wh and litres; never integrated power.

Knows no day and no price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from lib.core.reading import Reading

REGISTER_SIZE_WH = 1_000_000_000  # nine digits: 999 999.999 kWh is followed by 0
OVERFLOW_WH = 999_000_000  # a smaller fall is a replaced meter
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
class Counters:
    """The counters at an instant: registers in Wh, gas and water in litres by the serials of their meters.

    serial: of the electricity meter; another one tells that it was replaced. gas_at, water_at: when those meters were
    read, which is minutes or an hour before they are told.
    """

    at: datetime
    serial: str | None
    import_wh: Mapping[str, int]
    export_wh: Mapping[str, int]
    gas_l: Mapping[str, int]
    water_l: Mapping[str, int]
    gas_at: datetime | None = None
    water_at: datetime | None = None


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
        gas_l=_volume(reading, *GAS),
        water_l=_volume(reading, *WATER),
        gas_at=_read_at(reading, *GAS),
        water_at=_read_at(reading, *WATER),
    )


def drawn_wh(before: Counters | None, now: Counters) -> int | None:
    """The energy taken since `before`; None where the registers are not there."""
    if not now.import_wh:
        return None
    if before is None or not is_same(before, now):
        return 0
    return sum(_steps(before.import_wh, now.import_wh).values())


def _volume(reading: Reading, *kinds: str) -> dict[str, int]:
    """By the serial of the meter, and by its channel too where another one of its kind prints the same serial."""
    meter = reading.meter(*kinds)
    if meter is None or meter.reading is None:
        return {}
    serials = [one.serial for one in reading.meters(*kinds)]
    own = meter.serial or ""
    return {own if serials.count(meter.serial) == 1 else f"{own} {meter.channel}": meter.reading.thousandths}


def _read_at(reading: Reading, *kinds: str) -> datetime | None:
    meter = reading.meter(*kinds)
    return meter.reading.stamp.known if meter is not None and meter.reading is not None else None


def is_same(before: Counters, now: Counters) -> bool:
    """Whether both are of one electricity meter, as far as its serial tells."""
    return not before.serial or not now.serial or before.serial == now.serial


def gained(before: Counters, now: Counters) -> Amounts:
    """What the counters gained. The first count of a new or replaced meter is a start, not consumption."""
    same = is_same(before, now)
    return Amounts(
        import_wh=_steps(before.import_wh, now.import_wh) if same else {},
        export_wh=_steps(before.export_wh, now.export_wh) if same else {},
        gas_l=sum(_steps(before.gas_l, now.gas_l).values()) if now.gas_l else None,
        water_l=sum(_steps(before.water_l, now.water_l).values()) if now.water_l else None,
    )


def fallen(before: Counters, now: Counters) -> tuple[tuple[str, int, int], ...]:
    """The registers of one meter that fell, in words, from how many Wh to how many: each is a new start."""
    if not is_same(before, now):
        return ()
    ways = (("taken", before.import_wh, now.import_wh), ("injected", before.export_wh, now.export_wh))
    return tuple(
        (f"energy {way} in register {register}", known[register], wh)
        for way, known, told in ways
        for register, wh in told.items()
        if 0 < known.get(register, 0) - wh <= OVERFLOW_WH
    )


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
    )


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


def _steps(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {register: _step(before[register], wh) for register, wh in now.items() if register in before}


def _step(before_wh: int, now_wh: int) -> int:
    """A register that falls belongs to a replaced meter, unless it fell by nearly all it can hold: it ran over."""
    if before_wh - now_wh > OVERFLOW_WH:
        return now_wh + REGISTER_SIZE_WH - before_wh
    return max(0, now_wh - before_wh)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    if one.keys() == other.keys():
        return {key: value + other[key] for key, value in one.items()}
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


def _known_sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
