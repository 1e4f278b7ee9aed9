"""A meter that turns back, or a contract that counts like one: import and export of the year against each other.

Knows no price list: what is charged is the change of what the year's net energy comes to, never less than nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lib.core.charges import Used


@dataclass(frozen=True, slots=True, kw_only=True)
class Netting:
    """per_register: day and night net on their own, else together in money; carry: surplus goes into the next year."""

    per_register: bool = True
    carry: bool = False


class Drawn(NamedTuple):
    """Energy in Wh that is charged to a register, evenly over a stretch of time; negative where it is given back."""

    register: str
    wh: float
    start: datetime
    end: datetime


def opening(used: Used, netting: Netting | None) -> Used:
    """What a new year begins with, from what the old one ended with: nothing, or the surplus, where it is carried."""
    if netting is None or not netting.carry:
        return Used()
    import_wh, export_wh = carried(used.import_wh, used.export_wh, netting)
    return Used(
        import_wh={register: int(wh) for register, wh in import_wh.items()},
        export_wh={register: int(wh) for register, wh in export_wh.items()},
    )


def carried(
    import_wh: Mapping[str, float], export_wh: Mapping[str, float], netting: Netting
) -> tuple[dict[str, float], dict[str, float]]:
    """The import and export that stand for a year's surplus in the next; nothing where there is none, or it is lost."""
    net = net_wh(import_wh, export_wh)
    if not netting.carry or (not netting.per_register and sum(net.values()) >= 0):
        return {}, {}
    drawn = {} if netting.per_register else {register: wh for register, wh in net.items() if wh > 0}
    return drawn, {register: -wh for register, wh in net.items() if wh < 0}


def net_wh(import_wh: Mapping[str, float], export_wh: Mapping[str, float]) -> dict[str, float]:
    """Import less export by register."""
    registers = {**import_wh, **export_wh}
    return {register: import_wh.get(register, 0) - export_wh.get(register, 0) for register in registers}


def above_zero(before: float, change: float) -> tuple[float, float]:
    """Where the way from `before` to `before + change` is not below zero: its part, from 0 to 1."""
    after = before + change
    if before >= 0 and after >= 0:
        return 0.0, 1.0
    if before <= 0 and after <= 0:
        return 0.0, 0.0
    crossing = -before / change
    return (0.0, crossing) if before > 0 else (crossing, 1.0)


def netted(
    before_wh: Mapping[str, float],
    change_wh: Mapping[str, float],
    start: datetime,
    end: datetime,
    *,
    worth: Mapping[str, float] | None = None,
) -> list[Drawn]:
    """What is charged of the net energy from `start` to `end`: that which falls while the year is above zero.

    before_wh, change_wh: net energy by register, of the year before and of the stretch; worth: €/kWh by register where
    they net together in money, None where each nets on its own.
    """
    together = worth and above_zero(value(before_wh, worth), value(change_wh, worth))
    drawn = []
    for register, wh in change_wh.items():
        since, until = together or above_zero(before_wh.get(register, 0), wh)
        if wh and since < until:
            length = end - start
            drawn.append(Drawn(register, wh * (until - since), start + since * length, start + until * length))
    return drawn


def chargeable_wh(net: Mapping[str, float], netting: Netting) -> float:
    """The energy of a year that is charged, whatever its register."""
    return sum(max(0, wh) for wh in net.values()) if netting.per_register else max(0, sum(net.values()))


def value(net: Mapping[str, float], worth: Mapping[str, float]) -> float:
    """What net energy comes to, at a worth for each register."""
    return sum(wh * worth[register] for register, wh in net.items())
