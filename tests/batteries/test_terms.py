"""What a battery and its owner allow."""

import pytest

from lib.batteries.profile import Amount, Guard, Profile, Write
from lib.batteries.terms import Terms
from lib.core.battery import BatteryRules, Setpoint
from lib.modbus.register import Register

RULES = BatteryRules(name="cellar", capacity_wh=10_000, charge_w=4_000, discharge_w=3_000)
AMPERES, VOLTS, WATTS, MODE, LIGHT = (Register(at=at) for at in range(5))
TOLD = (Write(register=Register(at=9), value=Amount.POWER),)
PROFILE = Profile(
    soc_pct=Register(at=8),
    charge_w=(AMPERES, VOLTS),
    discharge_w=(WATTS,),
    charge=TOLD,
    discharge=TOLD,
    rest=TOLD,
    release=TOLD,
    guards=(
        Guard(register=LIGHT, values=frozenset({0.0}), says="its light is off", refuses=False),
        Guard(register=MODE, values=frozenset({3.0, 4.0}), says="set it to 1"),
    ),
)


def terms(**values: float | None) -> Terms:
    """What it said: a, v, w, mode, light."""
    names = {"a": AMPERES, "v": VOLTS, "w": WATTS, "mode": MODE, "light": LIGHT}
    return Terms(profile=PROFILE, values={names[name]: value for name, value in values.items()})


@pytest.mark.parametrize(
    ("said", "wish_w", "power_w"),
    [
        ({}, 9_000.0, 4_000.0),
        ({}, -9_000.0, -3_000.0),
        ({"a": 50.0, "v": 50.0}, 9_000.0, 2_500.0),
        ({"a": 50.0, "v": None}, 9_000.0, 4_000.0),
        ({"w": 1_000.0}, -9_000.0, -1_000.0),
        ({"w": 0.0}, -9_000.0, 0.0),
        ({"a": 200.0, "v": 50.0, "w": 8_000.0}, 1_500.0, 1_500.0),
    ],
)
def test_the_narrower_of_both_counts(said: dict[str, float | None], wish_w: float, power_w: float) -> None:
    """And what is left out the meter sees."""
    asked = Setpoint(power_w=wish_w, grid_w=2_000.0 + wish_w)
    assert Setpoint(power_w=power_w, grid_w=2_000.0 + power_w) == terms(**said).clamped(asked, RULES)


def test_what_is_in_the_way_is_said() -> None:
    """Some of it only is odd."""
    assert ("", ()) == (terms().stops, terms().oddities)
    assert ("", ("its light is off",)) == (terms(light=0.0).stops, terms(light=0.0).oddities)
    both = terms(light=0.0, mode=4.0)
    assert ("set it to 1", ("its light is off", "set it to 1")) == (both.stops, both.oddities)


def test_what_is_told_is_read_often_and_what_is_allowed_seldom() -> None:
    """Each register belongs to one of the two."""
    assert {8, 9} == {one.at for one in PROFILE.often}
    assert {0, 1, 2, 3, 4} == {one.at for one in PROFILE.seldom}
