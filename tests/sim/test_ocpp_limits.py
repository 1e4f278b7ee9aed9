"""Profiles in a simulated charger: which one counts at an instant, as the standard has it."""

from datetime import timedelta
from typing import Any

from lib.sim.ocpp_limits import Limit, Stored, limit_at, parse_profile

from .builders import NOON

HOUR = timedelta(hours=1)


def a_profile(purpose: str, limit: float, **known: Any) -> Stored:
    """One that began an hour ago, on three phases."""
    usual: dict[str, Any] = {"number": 1, "level": 0, "start": NOON - HOUR, "duration_s": None, "unit": "A"}
    return Stored(purpose=purpose, periods=((0, limit, 3),), **(usual | known))


def test_nothing_limits_a_charger_without_profiles() -> None:
    """It offers what it can."""
    assert None is limit_at([], NOON)


def test_the_transaction_outweighs_the_default_also_upwards() -> None:
    """Whatever their levels."""
    both = [a_profile("TxDefaultProfile", 6.0, level=9), a_profile("TxProfile", 16.0)]
    assert Limit(current_a=16.0, phases=3) == limit_at(both, NOON)


def test_the_highest_level_that_has_something_to_say_counts() -> None:
    """One that is over, or not begun, makes room."""
    low = a_profile("TxDefaultProfile", 6.0)
    over = a_profile("TxDefaultProfile", 16.0, level=1, duration_s=3600)
    coming = a_profile("TxDefaultProfile", 10.0, level=2, start=NOON + HOUR)
    assert Limit(current_a=6.0, phases=3) == limit_at([over, coming, low], NOON)
    assert Limit(current_a=16.0, phases=3) == limit_at([over, coming, low], NOON - timedelta(seconds=1))
    assert Limit(current_a=10.0, phases=3) == limit_at([over, coming, low], NOON + HOUR)


def test_the_most_of_the_charger_bounds_them_all() -> None:
    """ChargePointMaxProfile is no wish."""
    both = [a_profile("ChargePointMaxProfile", 10.0), a_profile("TxProfile", 16.0)]
    assert Limit(current_a=10.0, phases=3) == limit_at(both, NOON)
    assert Limit(current_a=10.0, phases=3) == limit_at(both[:1], NOON)


def test_watts_are_amperes_on_its_phases() -> None:
    """6900 W on three phases are 10 A, on one 30 A."""
    assert Limit(current_a=10.0, phases=3) == limit_at([a_profile("TxProfile", 6900.0, unit="W")], NOON)
    one = a_profile("TxProfile", 6900.0, unit="W")
    assert Limit(current_a=30.0, phases=1) == limit_at([Stored(**{**_fields(one), "periods": ((0, 6900.0, 1),)})], NOON)


def test_periods_follow_one_another() -> None:
    """Each holds until the next begins; phases that are not said are three."""
    said = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": NOON.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}, {"startPeriod": 600, "limit": 16}],
        },
    }
    profile = parse_profile(said)
    assert [6.0, 6.0, 16.0] == [
        limit.current_a
        for seconds in (0, 599, 600)
        if (limit := limit_at([profile], NOON + timedelta(seconds=seconds)))
    ]


def _fields(profile: Stored) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in Stored.__dataclass_fields__}
