"""The sun's own production, by its inverters: what each says, what all give, and how far they are held back.

Powers in W on the AC side, never negative. An inverter that sleeps at night gives 0; one that fell silent by day is
unknown, which is not 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lib.core.daylight import height_deg
from lib.core.states import replace

OLD_S = 30.0  # what an inverter said that long ago tells nothing of now
ASLEEP_OLD_S = 180.0  # one that sleeps is asked once a minute
LIMIT_S = 60.0  # so long an order to hold it back lasts, unless it is given again
DOWN_DEG = 1.0  # under it the sun drives no inverter
LOW_DEG, FADED_W = 8.0, 60.0  # so low a sun may be too faint for a roof, and is where it faded before


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterReading:
    """What an inverter says at one instant. None: it does not say.

    Attributes:
        read_s: when the question that this answers was sent, by the asker's monotonic clock.
        power_w: what the sun gives now, without what a battery behind the same inverter does.
        energy_wh: what the inverter gave in all, which only grows.
        most_w: what it gives at most.
        limit_w: what it is held back to; None: nothing. able: whether it can be held back.
        asleep: it does not answer as it does at night, so it gives nothing.
        fault: what is wrong with it, in words.

    """

    read_s: float
    power_w: float | None = None
    energy_wh: float | None = None
    most_w: float | None = None
    limit_w: float | None = None
    able: bool = False
    asleep: bool = False
    fault: str = ""

    def is_fresh(self, now_s: float) -> bool:
        """Whether it tells of now."""
        return now_s - self.read_s <= (ASLEEP_OLD_S if self.asleep else OLD_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterTold:
    """An inverter was read."""

    inverter: str
    reading: InverterReading


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterMissed:
    """An inverter did not answer, and it is not known to sleep; why: in a sentence."""

    inverter: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterHeld:
    """An inverter was told to hold back to `limit_w`, None: to let go; why: in a sentence why it does not, "": it does.

    What it then does stands in its next reading.
    """

    inverter: str
    limit_w: float | None
    why: str = ""


InverterEvent = InverterTold | InverterMissed | InverterHeld


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Roof:
    """All inverters as they are known.

    Attributes:
        names: of those that there are; may_hold: of those that their owner lets us hold back.
        readings: the last of each, however old; troubles: why one does not answer, by name.
        balks: why one does not hold back as it was told, by name.

    """

    names: tuple[str, ...] = ()
    may_hold: frozenset[str] = frozenset()
    readings: Mapping[str, InverterReading] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict)
    balks: Mapping[str, str] = field(default_factory=dict)

    def fresh(self, name: str, now_s: float) -> InverterReading | None:
        """What an inverter says now; None while that is not known."""
        reading = self.readings.get(name)
        return reading if reading is not None and reading.is_fresh(now_s) else None

    def power_w(self, now_s: float) -> float | None:
        """What all of them give; None without any, and while one of them is not known."""
        total_w = 0.0
        for name in self.names:
            reading = self.fresh(name, now_s)
            if reading is None or reading.power_w is None:
                return None
            total_w += reading.power_w
        return total_w if self.names else None

    @property
    def able(self) -> tuple[str, ...]:
        """Those that can be held back, and whose owner lets us."""
        return tuple(
            name for name in self.names if name in self.may_hold and name in self.readings and self.readings[name].able
        )

    @property
    def why_unable(self) -> str:
        """Why the sun cannot be held back, in a sentence; "": it can."""
        if self.able:
            return ""
        if not self.names:
            return "no inverter is set up, so the sun cannot be held back: inverters in config.py names them"
        if not self.may_hold:
            names = ", ".join(self.names)
            return f"its owner did not allow it: set may_hold in config.py to True for an inverter ({names})"
        unread = [name for name in self.names if name in self.may_hold and name not in self.readings]
        if unread:
            return f"{unread[0]} has not been read yet{_because(self.troubles.get(unread[0], ''))}: try again soon"
        names = ", ".join(name for name in self.names if name in self.may_hold)
        return f"{names} cannot be held back: that takes SunSpec's model 123 with its timer, opened to Modbus writes"

    def limits_w(self, limit_w: float) -> Mapping[str, float]:
        """To what each that is able is held back, so that all of them together give `limit_w` at most.

        What the others gave last counts first. The rest is shared by size; where one does not say its own, equally.
        """
        others_w = sum(
            reading.power_w or 0.0
            for name, reading in self.readings.items()
            if name in self.names and name not in self.able
        )
        sizes = {name: self.readings[name].most_w or 0.0 for name in self.able}
        if not all(sizes.values()):
            sizes = dict.fromkeys(sizes, 1.0)
        rest_w, whole = max(0.0, limit_w - others_w), sum(sizes.values())
        return {name: rest_w * size / whole for name, size in sizes.items()}


def after(roof: Roof, event: InverterEvent) -> Roof:
    """The roof after an inverter's word."""
    name = event.inverter
    match event:
        case InverterTold(reading=reading):
            return replace(roof, readings={**roof.readings, name: reading}, troubles=_said(roof.troubles, name, ""))
        case InverterMissed(why=why):
            return replace(roof, troubles=_said(roof.troubles, name, why))
        case InverterHeld(why=why):
            return replace(roof, balks=_said(roof.balks, name, why))


def sleeps(last: InverterReading | None, at: datetime) -> bool:
    """Whether an inverter that does not answer sleeps at `at`; last: what it said before, None: nothing.

    Under the horizon it does. While the sun is low only one that had faded; by day silence is a fault.
    """
    height = height_deg(at)
    if height < DOWN_DEG:
        return True
    has_faded = last is not None and last.power_w is not None and last.power_w <= FADED_W
    return height < LOW_DEG and has_faded


def _said(known: Mapping[str, str], name: str, why: str) -> Mapping[str, str]:
    rest = {other: said for other, said in known.items() if other != name}
    return {**rest, name: why} if why else rest


def _because(why: str) -> str:
    return f" ({why})" if why else ""
