"""Each reason and each hold has its sentence, and it reads well with the numbers that it is given."""

from datetime import UTC, datetime

import pytest

from lib.core.why import ENGLISH, HELD, UNKNOWN, Hold, Reason, Why, sentence

SIX = datetime(2026, 11, 20, 18, tzinfo=UTC)
NUMBERS = {
    "power_w": 2300.0,
    "sun_w": 900.0,
    "current_a": 10.0,
    "soc_pct": 64.0,
    "until": SIX,
    "held_until": SIX,
    "eur_kwh": 0.31,
    "name": "Antwerpen",
    "by": "connection L1",
    "count": 2,
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    """And asks for no number that a reason cannot have."""
    assert reason in ENGLISH
    asks = reason in {Reason.ASLEEP, Reason.ASK_SOC}
    assert int(asks) == sentence(Why(reason=reason, **NUMBERS)).count(UNKNOWN)  # type: ignore[arg-type]


@pytest.mark.parametrize("hold", Hold)
def test_everything_that_holds_a_charger_has_a_sentence(hold: Hold) -> None:
    """Behind that of whose wish it holds."""
    assert set(Hold) == set(HELD)
    said = sentence(Why(reason=Reason.SURPLUS, held=hold, **NUMBERS))  # type: ignore[arg-type]
    assert said.startswith("charges at 2.3 kW from the sun; ")
    assert UNKNOWN not in said


def test_the_sun_that_is_missing_is_not_the_power_of_the_car() -> None:
    """Behind a cloud: what is left over, not what the car takes meanwhile."""
    why = Why(reason=Reason.NO_SUN, held=Hold.CLOUD, sun_w=200.0, power_w=1380.0, current_a=6.0)
    assert sentence(why) == (
        "waits for the sun: 0.2 kW is left over, it needs more; holds 6 A while the sun is away for a moment"
    )


def test_a_trip_keeps_its_hour_while_something_holds_the_charger() -> None:
    """Until when it rests is another hour than that of the trip."""
    why = Why(reason=Reason.TRIP, held=Hold.RESTING, name="Gent", until=SIX, held_until=SIX.replace(minute=5))
    assert sentence(why) == (
        "is to charge for Gent at 19:00: the time is short, so at any price under the peak; "
        "rests until 19:05, as a car wants after a stop"
    )


def test_a_car_that_takes_nothing_is_offered_amperes() -> None:
    """It does not charge at 0 kW."""
    assert "offers 8.6 A as planned" == sentence(Why(reason=Reason.PLANNED, power_w=0.0, current_a=8.6))
