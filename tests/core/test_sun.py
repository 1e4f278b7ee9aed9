"""What the inverters of a house say together, and to what each is held back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.sun import (
    ASLEEP_OLD_S,
    OLD_S,
    InverterHeld,
    InverterMissed,
    InverterReading,
    InverterTold,
    Roof,
    after,
    sleeps,
)
from tests.conftest import local

NIGHT, DAWN, DAY = local("2026-06-21 02:00"), local("2026-06-21 05:50"), local("2026-06-21 12:00")


def a_roof(*, may_hold: tuple[str, ...] = (), **said: InverterReading) -> Roof:
    """A roof whose inverters said this; their owner lets us hold back these."""
    roof = Roof(names=tuple(said), may_hold=frozenset(may_hold))
    for name, reading in said.items():
        roof = after(roof, InverterTold(inverter=name, reading=reading))
    return roof


def gives(
    power_w: float | None, *, read_s: float = 0.0, able: bool = False, most_w: float = 5_000.0
) -> InverterReading:
    """An inverter's word."""
    return InverterReading(read_s=read_s, power_w=power_w, able=able, most_w=most_w)


def test_all_inverters_together_are_the_sun() -> None:
    """East and west are added up; without any nobody knows the sun."""
    assert 3_500.0 == a_roof(east=gives(3_000.0), west=gives(500.0)).power_w(1.0)
    assert Roof().power_w(0.0) is None


def test_one_that_is_not_known_makes_the_sun_unknown() -> None:
    """Half a sum would be worse than none: never read, without a number, or read too long ago."""
    roof = a_roof(east=gives(3_000.0, read_s=100.0), west=gives(500.0, read_s=100.0))
    assert 3_500.0 == roof.power_w(100.0 + OLD_S)
    assert roof.power_w(100.1 + OLD_S) is None
    assert after(roof, InverterTold(inverter="west", reading=gives(None, read_s=101.0))).power_w(101.0) is None
    assert Roof(names=("east",)).power_w(0.0) is None


def test_one_that_sleeps_gives_nothing_for_longer() -> None:
    """It is asked once a minute, so its word holds for three."""
    roof = a_roof(east=InverterReading(read_s=0.0, power_w=0.0, asleep=True))
    assert 0.0 == roof.power_w(ASLEEP_OLD_S)
    assert roof.power_w(ASLEEP_OLD_S + 1) is None


def test_what_was_said_stands_when_one_answer_is_missed() -> None:
    """One lost answer is no news; why it does not answer is told until it does."""
    roof = after(a_roof(east=gives(3_000.0)), InverterMissed(inverter="east", why="no answer"))
    assert (3_000.0, {"east": "no answer"}) == (roof.power_w(5.0), roof.troubles)
    assert {} == after(roof, InverterTold(inverter="east", reading=gives(1.0))).troubles


def test_why_one_is_not_held_back_is_told_until_it_is() -> None:
    """Its readings do not hide it."""
    roof = after(a_roof(east=gives(3_000.0)), InverterHeld(inverter="east", limit_w=0.0, why="it says no"))
    roof = after(roof, InverterTold(inverter="east", reading=gives(2_000.0)))
    assert {"east": "it says no"} == roof.balks
    assert {} == after(roof, InverterHeld(inverter="east", limit_w=0.0)).balks


@pytest.mark.parametrize(
    ("roof", "why"),
    [
        (Roof(), "no inverter is set up"),
        (a_roof(east=gives(1.0, able=True)), "its owner did not allow it"),
        (Roof(names=("east",), may_hold=frozenset({"east"})), "east has not been read yet: try again soon"),
        (a_roof(may_hold=("east",), east=gives(1.0)), "east cannot be held back"),
        (a_roof(may_hold=("west",), west=gives(1.0), east=gives(1.0, able=True)), "west cannot be held back"),
        (a_roof(may_hold=("east",), east=gives(1.0, able=True)), ""),
    ],
)
def test_why_the_sun_cannot_be_held_back_is_said(roof: Roof, why: str) -> None:
    """Each in one sentence."""
    assert roof.why_unable.startswith(why)
    assert bool(why) == bool(roof.why_unable)


def test_the_limit_is_shared_by_size_after_the_others() -> None:
    """What cannot be held back gives what it gives; the rest is shared, and never less than nothing."""
    able = {"east": gives(2_000.0, able=True, most_w=6_000.0), "west": gives(100.0, able=True, most_w=3_000.0)}
    assert {"east": 2_000.0, "west": 1_000.0} == a_roof(may_hold=("east", "west"), **able).limits_w(3_000.0)
    roof = a_roof(may_hold=("east", "west"), **able, shed=gives(900.0))
    assert {"east": 1_400.0, "west": 700.0} == roof.limits_w(3_000.0)
    assert {"east": 0.0, "west": 0.0} == roof.limits_w(500.0)


@given(
    limit_w=st.floats(0, 20_000),
    powers_w=st.lists(st.floats(0, 6_000), min_size=1, max_size=4),
    able=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_all_together_never_give_more_than_the_limit(limit_w: float, powers_w: list[float], able: list[bool]) -> None:
    """But for what cannot be held back; and no share is negative."""
    said = {f"sun {at}": gives(power_w, able=able[at], most_w=1_000.0 + at) for at, power_w in enumerate(powers_w)}
    roof = a_roof(may_hold=tuple(said), **said)
    limits_w = roof.limits_w(limit_w)
    free_w = sum(power_w for at, power_w in enumerate(powers_w) if not able[at])
    assert roof.able == tuple(limits_w)
    assert all(share_w >= 0 for share_w in limits_w.values())
    assert sum(limits_w.values()) <= max(0.0, limit_w - free_w) + 1e-6


def test_without_sizes_the_limit_is_shared_equally() -> None:
    """Where one does not tell its own."""
    east, west = gives(1.0, able=True), InverterReading(read_s=0.0, power_w=1.0, able=True)
    assert {"east": 500.0, "west": 500.0} == a_roof(may_hold=("east", "west"), east=east, west=west).limits_w(1_000.0)


def test_silence_by_night_is_sleep_and_by_day_a_fault() -> None:
    """At dawn it is sleep for one that had faded, and a fault for one that just gave a kilowatt or was never read."""
    assert sleeps(None, NIGHT)
    assert sleeps(gives(3_000.0), NIGHT)
    assert sleeps(gives(20.0), DAWN)
    assert not sleeps(gives(1_000.0), DAWN)
    assert not sleeps(None, DAWN)
    assert not sleeps(gives(0.0), DAY)
