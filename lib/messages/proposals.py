"""What each source wants of each charger, circuit and battery, what it comes to, and what fences whom. Said on change.

Powers in W, + goes into the device.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalNow:
    """One live proposal; for_s: how long it still counts, None: the house's own, which is made anew each second."""

    source: str
    priority: int
    wish_w: float | None = None
    low_w: float | None = None
    high_w: float | None = None
    for_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What all above some priority leave who stands there; whose fences these are, "system" for the device itself."""

    priority: int
    low_w: float | None = None
    high_w: float | None = None
    low_by: str = ""
    high_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNow:
    """What several sources want something of.

    Attributes:
        low_w, high_w: what it can do; None while it has not said. band_low_w, band_high_w: it cannot run between.
        target_w: what the proposals come to; decided: whose wish that is, "" when nobody's.
        shares: of a circuit, what each charger below it gets of that, by name.
        rungs: for each priority somebody proposes at, and for 0, the highest first. Who stands between two of them may
            have what the next lower one has. None where many targets are told in short.

    """

    name: str
    kind: Literal["charger", "circuit", "battery"]
    target_w: float
    low_w: float | None = None
    high_w: float | None = None
    band_low_w: float = 0.0
    band_high_w: float = 0.0
    decided: str = ""
    proposals: tuple[ProposalNow, ...] = ()
    rungs: tuple[Rung, ...] = ()
    shares: dict[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """All targets of a program; boot, seq: which start of it says so, and its number there."""

    boot: str
    seq: int
    targets: tuple[TargetNow, ...] = ()
    type: Literal["proposals"] = "proposals"
