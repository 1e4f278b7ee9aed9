"""The charging profiles that lie in a simulated charger, and what they make of one instant. Pure; time is an argument.

In: profiles as OCPP 1.6 writes them. Out: amperes and phases, or that nothing limits it. A profile of the transaction
outweighs a default one; among those of a purpose the highest stack level that has something to say at that instant
counts, so one whose duration is over makes room for the next. Source: OCPP 1.6, edition 2, chapter 3.13.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.core.power import PHASE_V

TRANSACTION, DEFAULT, MOST = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What it may offer: amperes on each of so many phases."""

    current_a: float
    phases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One profile. duration_s: None has no end; periods: from which second on which limit, in `unit`, and phases."""

    number: int
    purpose: str
    level: int
    start: datetime
    duration_s: int | None
    unit: str
    periods: tuple[tuple[int, float, int], ...]
    transaction: int | None = None

    def at(self, now: datetime) -> Limit | None:
        """What it says at an instant; None: nothing."""
        since_s = (now - self.start).total_seconds()
        if since_s < 0 or (self.duration_s is not None and since_s >= self.duration_s):
            return None
        begun = [period for period in self.periods if period[0] <= since_s]
        if not begun:
            return None
        _, limit, phases = begun[-1]
        return Limit(current_a=limit if self.unit == "A" else limit / PHASE_V / phases, phases=phases)


def parse_profile(said: Mapping[str, Any]) -> Stored:
    """A profile as the wire has it. Raises KeyError or ValueError for one that says too little."""
    schedule = said["chargingSchedule"]
    return Stored(
        number=int(said["chargingProfileId"]),
        purpose=str(said["chargingProfilePurpose"]),
        level=int(said["stackLevel"]),
        start=datetime.fromisoformat(schedule["startSchedule"]),
        duration_s=schedule.get("duration"),
        unit=str(schedule["chargingRateUnit"]),
        periods=tuple(
            (int(one["startPeriod"]), float(one["limit"]), int(one.get("numberPhases", 3)))
            for one in schedule["chargingSchedulePeriod"]
        ),
        transaction=said.get("transactionId"),
    )


def limit_at(profiles: Iterable[Stored], now: datetime) -> Limit | None:
    """What limits it at an instant; None: nothing does."""
    by_level = sorted(profiles, key=lambda one: -one.level)
    said = {
        purpose: next((limit for one in by_level if one.purpose == purpose and (limit := one.at(now))), None)
        for purpose in (TRANSACTION, DEFAULT, MOST)
    }
    wanted, most = said[TRANSACTION] or said[DEFAULT], said[MOST]
    if wanted and most:
        return Limit(current_a=min(wanted.current_a, most.current_a), phases=min(wanted.phases, most.phases))
    return wanted or most
