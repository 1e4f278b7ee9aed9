"""Charging profiles: what they say, when they end, and which way is tried after which."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpp.charge_point import snake_to_camel_case  # type: ignore[import-untyped]  # it has no types

from lib.chargers.ocpp_profiles import EVER, LEASE_S, SKEW_S, Skill, Way, next_skill, order_profile, safe_profile, skill
from lib.core.charger import ChargerRules, Order
from lib.sim.ocpp_limits import Limit, Stored, limit_at, parse_profile
from tests.sim.builders import NOON

RULES = ChargerRules(name="garage", safe_a=6.0)
GO_16 = Order(current_a=16.0, go=True)
SECOND = timedelta(seconds=1)


def stored(profile: dict[str, Any]) -> Stored:
    """A profile as it lies in a charger."""
    return parse_profile(snake_to_camel_case(profile))


@pytest.mark.parametrize("way", [Way.TRANSACTION, Way.STACKED])
@pytest.mark.parametrize("top", [None, 1, 8])
@pytest.mark.parametrize("unit", ["A", "W"])
def test_an_order_ends_half_a_minute_later_and_leaves_what_is_safe(way: Way, top: int | None, unit: str) -> None:
    """By the charger's own clock, also when that is up to a minute behind ours."""
    can = Skill(way=way, top=top, unit=unit)
    both = [
        stored(safe_profile(RULES, 1, can)),
        stored(order_profile(GO_16, RULES, 1, can, NOON, transaction=7)),
    ]
    assert Limit(current_a=16.0, phases=3) == limit_at(both, NOON)
    assert Limit(current_a=16.0, phases=3) == limit_at(both, NOON + (LEASE_S - 1) * SECOND)
    assert Limit(current_a=6.0, phases=3) == limit_at(both, NOON + LEASE_S * SECOND)
    assert Limit(current_a=16.0, phases=3) == limit_at(both, NOON - SKEW_S * SECOND)


@pytest.mark.parametrize("at", [EVER, datetime(2000, 1, 1, tzinfo=UTC), NOON - timedelta(hours=3), NOON])
def test_what_is_safe_is_in_force_by_any_clock(at: datetime) -> None:
    """A clock that nobody set, or that is hours behind, as much as one that is right; so is what has no end."""
    assert Limit(current_a=6.0, phases=3) == limit_at([stored(safe_profile(RULES, 1, Skill()))], at)
    for profile in (
        order_profile(GO_16, RULES, 1, Skill(way=Way.BARE), NOON),
        order_profile(GO_16, RULES, 1, Skill(), NOON, transaction=7, lapses=False),
    ):
        assert Limit(current_a=16.0, phases=3) == limit_at([stored(profile)], at)


def test_the_way_without_an_end_replaces_what_is_safe() -> None:
    """Same number, same level, no duration."""
    can = Skill(way=Way.BARE, top=0)
    safe, order = safe_profile(RULES, 1, can), order_profile(GO_16, RULES, 1, can, NOON, transaction=7)
    assert (safe["charging_profile_id"], safe["stack_level"]) == (order["charging_profile_id"], order["stack_level"])
    assert "duration" not in order["charging_schedule"]
    assert "transaction_id" not in order


def test_two_connectors_have_profiles_of_their_own() -> None:
    """Numbers never meet."""
    can = Skill()
    numbers = [
        profile["charging_profile_id"]
        for connector in (1, 2, 3)
        for profile in (safe_profile(RULES, connector, can), order_profile(GO_16, RULES, connector, can, NOON))
    ]
    assert len(set(numbers)) == len(numbers)


@given(
    current_a=st.floats(6, 32),
    go=st.booleans(),
    phases=st.sampled_from([None, 1, 3]),
    unit=st.sampled_from(["A", "W"]),
    switches=st.booleans(),
)
def test_no_profile_lets_more_through_than_the_order(
    *, current_a: float, go: bool, phases: int | None, unit: str, switches: bool
) -> None:
    """In tenths of amperes, or whole watts rounded down; a pause is a limit of 0."""
    rules = replace(RULES, switches=switches)
    order = Order(current_a=round(current_a, 1), go=go, phases=phases)
    profile = stored(order_profile(order, rules, 1, Skill(unit=unit), NOON))
    limit = limit_at([profile], NOON)
    assert limit
    assert (limit.current_a == 0.0) == (not go)
    assert limit.current_a <= order.current_a + 1e-9
    assert not go or limit.current_a > order.current_a - 0.01
    assert limit.phases == (phases if switches and phases else 3)


def test_what_a_charger_tells_decides_where_it_begins() -> None:
    """Units, levels, room for one profile only, and whether it can be told anything at all."""
    assert ("W",) == skill({"ChargingScheduleAllowedChargingRateUnit": "Power"}).units
    assert ("A", "W") == skill({"ChargingScheduleAllowedChargingRateUnit": "Current,Power"}).units
    assert ("A", "W") == skill({}).units
    assert 8 == skill({"ChargeProfileMaxStackLevel": "8"}).top
    assert None is skill({"ChargeProfileMaxStackLevel": "?"}).top
    assert Way.BARE is skill({"MaxChargingProfilesInstalled": "1"}).way
    assert not skill({"SupportedFeatureProfiles": "Core,RemoteTrigger"}).regulates
    assert skill({"SupportedFeatureProfiles": "Core, SmartCharging"}).regulates


def test_each_way_is_tried_once_the_surest_first() -> None:
    """Another unit before another way; a charger with one level has nothing to stack."""
    tried, now = [], Skill()
    while now := next_skill(now):  # type: ignore[assignment]  # the last one ends it
        tried.append((now.way, now.unit))
    ways = [Way.TRANSACTION, Way.STACKED, Way.BARE]
    assert [(way, unit) for way in ways for unit in ("A", "W")][1:] == tried
    one_level = next_skill(Skill(units=("A",), top=0))
    assert one_level
    assert Way.BARE is one_level.way
    assert None is next_skill(one_level)
