"""What lies in a simulated charger with OCPP 1.6: its charging profiles and its configuration keys, and its quirks.

In: profiles and keys as the wire has them. Out: what it takes, what limits it, what it tells of itself. Knows no line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lib.sim.ocpp_limits import TRANSACTION, Limit, Stored, limit_at, parse_profile

RATES = {"A": "Current", "W": "Power"}


@dataclass(slots=True, kw_only=True)
class Quirks:
    """How it differs from what the standard has in mind.

    Attributes:
        refuses: purposes of profiles that it rejects; refuses_duration: any that ends by itself; refuses_none: a limit
            of 0; cannot: actions that it answers with an error.
        units: of limits that it takes; top: its highest stack level.
        starts_itself: it needs nobody to start a transaction; drops_at_end: it forgets all profiles when one ends.
        kilo: it tells kW and kWh; tells: what its meter tells; names: the phases of which it tells amperes.
        tells_config: it answers what its configuration is.
        mute: it answers nothing; delay_s: it answers so late. off_s: its clock is ahead by so much.

    """

    refuses: Sequence[str] = ()
    refuses_duration: bool = False
    refuses_none: bool = False
    cannot: Sequence[str] = ()
    units: Sequence[str] = ("A", "W")
    top: int = 3
    starts_itself: bool = False
    drops_at_end: bool = False
    kilo: bool = False
    tells: Sequence[str] = ("power", "current", "energy")
    names: Sequence[int] = (1, 2, 3)
    tells_config: bool = True
    mute: bool = False
    delay_s: float = 0.0
    off_s: float = 0.0


class OcppMemory:
    """What one charger keeps. profiles: those that lie in it; config: its keys."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self.profiles: list[Stored] = []
        self.config = {
            "MeterValuesSampledData": "Energy.Active.Import.Register",
            "MeterValueSampleInterval": "60",
            "WebSocketPingInterval": "30",
        }

    def limit(self, now: datetime) -> Limit | None:
        """What limits it at an instant; None: nothing does."""
        return limit_at(self.profiles, now)

    def take(self, said: dict[str, Any], transaction: int | None) -> bool:
        """Take a profile, or refuse it; transaction: the one that runs."""
        profile, quirks = parse_profile(said), self._quirks
        refused = (
            profile.purpose in quirks.refuses
            or profile.unit not in quirks.units
            or not 0 <= profile.level <= quirks.top
            or (quirks.refuses_duration and profile.duration_s is not None)
            or (quirks.refuses_none and any(limit == 0 for _, limit, _ in profile.periods))
            or (profile.purpose == TRANSACTION and transaction is None)
            or (profile.purpose == TRANSACTION and profile.transaction not in {None, transaction})
        )
        if not refused:
            self._store(profile)
        return not refused

    def take_early(self, said: dict[str, Any]) -> bool:
        """Take the profile of a transaction that is still to begin, or refuse it."""
        profile = parse_profile(said)
        if profile.purpose in self._quirks.refuses or profile.transaction is not None:
            return False
        self._store(profile)
        return True

    def clear(self, number: int | None) -> bool:
        """Forget the profile of this number, or all; whether there was one."""
        left = [] if number is None else [one for one in self.profiles if one.number != number]
        was_there, self.profiles = len(left) < len(self.profiles), left
        return was_there

    def begin(self, transaction: int) -> None:
        """A transaction begins: what came for it early is its own."""
        self.profiles = [
            replace(one, transaction=transaction) if one.purpose == TRANSACTION else one for one in self.profiles
        ]

    def end(self) -> None:
        """A transaction ends, and with it what was for it alone."""
        self.profiles = [one for one in self.profiles if not self._quirks.drops_at_end and one.purpose != TRANSACTION]

    def tell(self, asked: Sequence[str]) -> dict[str, Any]:
        """Its keys, as GetConfiguration is answered."""
        quirks = self._quirks
        told = {
            "ChargingScheduleAllowedChargingRateUnit": ",".join(RATES[unit] for unit in quirks.units),
            "ChargeProfileMaxStackLevel": str(quirks.top),
            "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
        }
        known = self.config | (told if quirks.tells_config else {})
        return {
            "configurationKey": [{"key": key, "readonly": False, "value": known[key]} for key in asked if key in known],
            "unknownKey": [key for key in asked if key not in known],
        }

    def write(self, key: str, value: str) -> bool:
        """Set a key; whether it knows it."""
        known = key in self.config
        if known:
            self.config[key] = value
        return known

    def _store(self, profile: Stored) -> None:
        """In the place of one with its number, or of its purpose and level."""
        key = (profile.purpose, profile.level)
        others = [one for one in self.profiles if one.number != profile.number and (one.purpose, one.level) != key]
        self.profiles = [*others, profile]
