"""What other programs want of a whole circuit of chargers → what each charger is wished to take. Knows no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lib.core.proposals import Device, Resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One circuit that somebody wants something of: what it can take, what that comes to, each charger's part in W."""

    device: Device
    resolved: Resolved
    shares_w: Mapping[str, float] = field(default_factory=dict)
