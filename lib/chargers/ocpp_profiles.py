"""What a charger with OCPP 1.6 is told: amperes as charging profiles that end by themselves. Pure; time is an argument.

In: the owner's rules, an order, what the charger can do. Out: the profile that says it, and the next way to say it when
one was refused. A profile of what is safe always lies below, in force by any clock; an order lies above it and lapses
unless it is renewed, so a charger that hears no more falls back by itself. Source: OCPP 1.6, edition 2, chapter 3.13.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from lib.chargers.values import text, whole
from lib.core.charger import ChargerRules, Order, in_steps
from lib.core.circuits import safe_a
from lib.core.power import PHASE_V

LEASE_S = 30  # an order holds so long; the core counts on it
SKEW_S = 60  # and began so long ago, for a clock that is behind
EVER = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)  # before any clock, also one that nobody set; 0 is no time to some
STEP_A = 0.1
AMPERES, WATTS = "A", "W"
SAFE, ORDERED = 1, 2  # of the profiles that are ours, by connector


class Way(Enum):
    """How an order is said.

    TRANSACTION: as a profile of the transaction, for a time. STACKED: as a default profile above the safe one, for a
    time. BARE: as the default profile itself, for good: nothing ends it when nobody talks to the charger any more.
    """

    TRANSACTION = "transaction"
    STACKED = "stacked"
    BARE = "bare"

    @property
    def is_lease(self) -> bool:
        """Whether an order ends by itself."""
        return self is not Way.BARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """What one charger can do, as it told or as we found out.

    Attributes:
        units: in which it takes a limit, the better one first; unit: the one in use.
        top: its highest stack level; None: it does not say.
        way: how orders are said; proven: it took one so.
        regulates: it told that it can be regulated at all, or does not say.
        pauses: it takes a limit of 0; starts_with: it takes a profile with the order to start.

    """

    units: tuple[str, ...] = (AMPERES, WATTS)
    unit: str = AMPERES
    top: int | None = None
    way: Way = Way.TRANSACTION
    proven: bool = False
    regulates: bool = True
    pauses: bool = True
    starts_with: bool = True


def skill(configuration: Mapping[str, str]) -> Skill:
    """What its configuration keys say it can do."""
    allowed = configuration.get("ChargingScheduleAllowedChargingRateUnit", "").lower()
    units = tuple(unit for unit, word in ((AMPERES, "current"), (WATTS, "power")) if word in allowed)
    top = whole(configuration.get("ChargeProfileMaxStackLevel"))
    most = whole(configuration.get("MaxChargingProfilesInstalled"))
    features = configuration.get("SupportedFeatureProfiles", "")
    units = units or (AMPERES, WATTS)
    return Skill(
        units=units,
        unit=units[0],
        top=None if top is None else max(0, top),
        way=Way.BARE if most == 1 else Way.TRANSACTION,
        regulates=not features or "smartcharging" in features.lower(),
    )


def next_skill(now: Skill) -> Skill | None:
    """The next way to try after a refusal: another unit, then another way; None when all were tried."""
    later = now.units[now.units.index(now.unit) + 1 :]
    if later:
        return replace(now, unit=later[0])
    ways = [way for way in Way if way is not Way.STACKED or now.top is None or now.top > 0]
    if now.way is ways[-1]:
        return None
    return replace(now, unit=now.units[0], way=ways[ways.index(now.way) + 1])


def profile_id(connector: int, kind: int) -> int:
    """The number of one of our profiles."""
    return 10 * connector + kind


def safe_profile(rules: ChargerRules, connector: int, can: Skill) -> dict[str, Any]:
    """What holds when nobody talks to it: for good, and whatever its clock says."""
    return _profile(
        profile_id(connector, SAFE),
        level=_safe_level(can),
        purpose="TxDefaultProfile",
        schedule=_schedule(safe_a(rules), rules.phases, can),
    )


def order_profile(
    order: Order,
    rules: ChargerRules,
    connector: int,
    can: Skill,
    at: datetime,
    *,
    transaction: int | None = None,
    lapses: bool = True,
) -> dict[str, Any]:
    """An order: for LEASE_S from now, but in the way that has no end.

    at: now, by the charger's own clock. transaction: its number, where it is known. lapses: False where nothing safe
    lies below it to fall back to.
    """
    is_lease = lapses and can.way.is_lease
    current_a = order.current_a if order.go else 0.0
    schedule = _schedule(current_a, phases(order, rules), can, since=at if is_lease else None)
    if can.way is Way.BARE:
        return _profile(
            profile_id(connector, SAFE), level=_safe_level(can), purpose="TxDefaultProfile", schedule=schedule
        )
    if can.way is Way.STACKED:
        level = 1 if can.top is None else can.top
        return _profile(profile_id(connector, ORDERED), level=level, purpose="TxDefaultProfile", schedule=schedule)
    profile = _profile(profile_id(connector, ORDERED), level=can.top or 0, purpose="TxProfile", schedule=schedule)
    return profile if transaction is None else profile | {"transaction_id": transaction}


def phases(order: Order, rules: ChargerRules) -> int:
    """On how many phases an order has it charge."""
    return order.phases if rules.switches and order.phases in {1, 3} else rules.phases


def taken_a(order: Order, rules: ChargerRules) -> float:
    """The amperes of an order as they are written."""
    return in_steps(min(order.current_a, rules.current_a), STEP_A)


def words(profile: Mapping[str, Any]) -> str:
    """A profile in short, for a sentence: its purpose and its limit."""
    schedule = profile["charging_schedule"]
    limit = schedule["charging_schedule_period"][0]["limit"]
    return f"{text(profile['charging_profile_purpose'])} of {limit:g} {schedule['charging_rate_unit']}"


def _safe_level(can: Skill) -> int:
    return max(0, (can.top or 0) - 1)


def _profile(number: int, *, level: int, purpose: str, schedule: dict[str, Any]) -> dict[str, Any]:
    return {
        "charging_profile_id": number,
        "stack_level": level,
        "charging_profile_purpose": purpose,
        "charging_profile_kind": "Absolute",
        "charging_schedule": schedule,
    }


def _schedule(current_a: float, on_phases: int, can: Skill, since: datetime | None = None) -> dict[str, Any]:
    """One limit, for LEASE_S from `since` on; None: without a beginning and an end."""
    limit = current_a if can.unit == AMPERES else float(int(current_a * PHASE_V * on_phases))
    schedule: dict[str, Any] = {
        "charging_rate_unit": can.unit,
        "start_schedule": wire_time(EVER if since is None else since - timedelta(seconds=SKEW_S)),
        "charging_schedule_period": [{"start_period": 0, "limit": round(limit, 1), "number_phases": on_phases}],
    }
    return schedule if since is None else schedule | {"duration": SKEW_S + LEASE_S}


def wire_time(at: datetime) -> str:
    """An instant as the wire has it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
