"""Each ground and each bar has its sentence, and it reads well with the numbers that it is given."""

from datetime import UTC, datetime

import pytest

from lib.core.battery_why import BARRED, ENGLISH, GIVES, TAKES, UNKNOWN, Bar, BatteryWhy, Ground, sentence

FIVE = datetime(2026, 11, 20, 16, tzinfo=UTC)
NUMBERS = {
    "target_w": 2500.0,
    "left_w": 900.0,
    "soc_pct": 64.0,
    "eur_kwh": 0.31,
    "then_eur_kwh": 0.42,
    "until": FIVE,
    "name": "late for Gent",
    "by": "the connection",
}


def why(ground: Ground, power_w: float = 0.0, **more: object) -> BatteryWhy:
    """A reason with all its numbers."""
    return BatteryWhy(ground=ground, power_w=power_w, **(NUMBERS | more))  # type: ignore[arg-type]  # any of its fields


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("power_w", [-2100.0, 0.0, 1500.0])
def test_every_ground_has_a_sentence(ground: Ground, power_w: float) -> None:
    """And asks for no number that it cannot have."""
    assert set(Ground) == set(ENGLISH)
    assert UNKNOWN not in sentence(why(ground, power_w))
    assert sentence(why(ground, power_w)).strip()


@pytest.mark.parametrize("bar", Bar)
@pytest.mark.parametrize("power_w", [0.0, 1500.0])
def test_everything_that_bars_a_battery_has_a_sentence(bar: Bar, power_w: float) -> None:
    """Behind that of what it wants."""
    assert set(Bar) == set(BARRED)
    said = sentence(why(Ground.FILL, power_w, barred=bar))
    assert said.startswith(
        "stores 1.5 kW: you asked for it full; " if power_w else "is to store: you asked for it full; "
    )
    assert UNKNOWN not in said
    assert "0.0 kW" not in said


@pytest.mark.parametrize("ground", sorted(TAKES | GIVES))
def test_what_rests_is_to_do_something(ground: Ground) -> None:
    """At no power it says what it would do."""
    said = sentence(why(ground))
    assert said.startswith("is to store" if ground in TAKES else "is to give")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (why(Ground.SHAVES, -2100.0), "gives 2.1 kW to keep the quarter under 2.5 kW"),
        (why(Ground.HELPS, -1400.0), "gives 1.4 kW for the cars, late for Gent"),
        (why(Ground.COVERS, -400.0), "gives 0.4 kW in place of the grid at € 0.310"),
        (why(Ground.COVERS, -400.0, eur_kwh=None), "gives 0.4 kW in place of the grid"),
        (why(Ground.BUYS, 2000.0), "stores 2.0 kW at € 0.310, for 17:00, when a kWh costs € 0.420"),
        (why(Ground.WAITS), "keeps its 64 % for 17:00, when a kWh costs € 0.420"),
        (why(Ground.WAITS, then_eur_kwh=None), "keeps its 64 % for 17:00"),
        (why(Ground.WAITS, until=None), "keeps its 64 % for a dearer hour"),
        (
            why(Ground.REFILLS, barred=Bar.PEAK),
            "is to store until its reserve is back; nothing is left for it under the month's peak",
        ),
        (
            why(Ground.REFILLS, 800.0, barred=Bar.CIRCUIT),
            "stores 0.8 kW until its reserve is back; the connection leaves it 0.8 kW",
        ),
        (why(Ground.STORES, 900.0), "stores 0.9 kW from the sun"),
    ],
)
def test_sentences_read_well(known: BatteryWhy, said: str) -> None:
    """Also where a price or an hour is not known."""
    assert said == sentence(known)


@pytest.mark.parametrize("bar", [Bar.REFUSED, Bar.MEDDLED])
def test_what_its_owner_did_not_set_is_not_said_to_be_his(bar: Bar) -> None:
    """Left to itself because it obeys somebody else, or nobody: only that is said, and not that he chose it."""
    assert "left to its own mode, as you set it" == sentence(why(Ground.OWN))
    assert sentence(why(Ground.OWN, barred=bar)) == BARRED[bar].format(by="the connection")
