"""The sun's own production, by its inverters: what each says, what all give, and how far they are held back.

Powers in W on the AC side, never negative. An inverter that sleeps at night gives 0; one that fell silent by day is
unknown, which is not 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

OLD_S = 30.0  # what an inverter said that long ago tells nothing of now
LIMIT_S = 60.0  # so long an order to hold it back lasts, unless it is given again


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterReading:
    """What an inverter says at one instant. None: it does not say.

    Attributes:
        read_s: when the question that this answers was sent, by the asker's monotonic clock.
        power_w: what the sun gives now; energy_wh: in all, which only grows.
        limit_w: what it is held back to; None: nothing. able: whether it can be held back.
        asleep: it does not answer as it does at night, so it gives nothing.

    """

    read_s: float
    power_w: float | None = None
    energy_wh: float | None = None
    limit_w: float | None = None
    able: bool = False
    asleep: bool = False
    fault: str = ""


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


InverterEvent = InverterTold | InverterMissed


@dataclass(frozen=True, slots=True, kw_only=True)
class Roof:
    """All inverters as they are known; names: of those that there are. troubles: why one is not known, by name."""

    names: tuple[str, ...] = ()
    readings: Mapping[str, InverterReading] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict)

    def power_w(self, now_s: float) -> float | None:
        """What all of them give; None without any, and while one of them is not known."""
        found = [self.readings.get(name) for name in self.names]
        fresh = [one for one in found if one is not None and one.power_w is not None and now_s - one.read_s <= OLD_S]
        if not found or len(fresh) < len(found):
            return None
        return sum(one.power_w or 0.0 for one in fresh)

    @property
    def is_able(self) -> bool:
        """Whether one of them can be held back."""
        return any(one.able for one in self.readings.values())


def after(roof: Roof, event: InverterEvent) -> Roof:
    """The roof after an inverter's word."""
    troubles = {name: why for name, why in roof.troubles.items() if name != event.inverter}
    match event:
        case InverterTold(inverter=name, reading=reading):
            return replace(roof, readings={**roof.readings, name: reading}, troubles=troubles)
        case InverterMissed(inverter=name, why=why):
            return replace(roof, troubles={**troubles, name: why})
