"""A car comes to a cable and leaves it: what is known of its level then."""

from itertools import pairwise

import pytest

from lib.core.arrival import plugged_in, swapped, unplugged
from lib.core.car import CarRules
from lib.core.soc import Confidence, charged, opened, read
from tests.conftest import NOON
from tests.core.levels import CAR, HOUR, MINUTE, START_WH, at_home, says


def test_a_drive_makes_it_unknown() -> None:
    """At unplugging the last value stays with its age; plugged in again without a word of the car it is gone."""
    away = unplugged(charged(at_home(), START_WH + 9_059, NOON + HOUR), NOON + HOUR)
    assert 60.0 == pytest.approx(away.pct(), abs=0.01)
    assert Confidence.OLD == away.confidence(NOON + HOUR)
    back = plugged_in(away, "garage", START_WH + 9_059, NOON + 3 * HOUR, 8)
    assert (None, Confidence.UNKNOWN) == (back.pct(), back.confidence(NOON + 3 * HOUR))
    stale = read(back, says(61.0, NOON + HOUR), NOON + 3 * HOUR)
    assert stale.pct() is None
    repeated = read(back, says(50.0, NOON + 3 * HOUR), NOON + 3 * HOUR)
    assert repeated.pct() is None
    assert 41.0 == read(back, says(41.0, NOON + 3 * HOUR), NOON + 3 * HOUR).pct()


def test_a_trip_makes_it_a_guess() -> None:
    """60 km take 14 % of this car; the low end allows for more, and a reading ends the guessing."""
    away = unplugged(at_home(), NOON + MINUTE)
    at = NOON + 3 * HOUR
    back = plugged_in(away, "garage", START_WH, at, 8, driven_wh=60 * CAR.wh_km)
    assert 36.0 == pytest.approx(back.pct(), abs=0.1)
    assert Confidence.GUESS == back.confidence(at)
    low = back.low_pct(at)
    assert low is not None
    assert low < 30
    assert (31.0, Confidence.MEASURED) == ((told := read(back, says(31.0, at), at)).pct(), told.confidence(at))


def test_what_a_car_takes_that_should_be_full_was_missing_before() -> None:
    """The low end of a guess rises with all that is charged, though the guess itself ends at 100 %."""
    at = NOON + 3 * HOUR
    away = unplugged(at_home(100.0), NOON + MINUTE)
    back = plugged_in(away, "garage", START_WH, at, 8, driven_wh=0.2 * CAR.capacity_wh)
    full = charged(back, START_WH + 25 * CAR.wall_wh_pct, at + HOUR)
    assert 100.0 == full.pct()
    before_pct, after_pct = back.low_pct(at + HOUR), full.low_pct(at + HOUR)
    assert before_pct is not None
    assert after_pct == pytest.approx(before_pct + 25 * (1 - full.spread), abs=0.1)


def test_a_guess_of_a_guess_is_so_much_wider_by_its_drive_alone() -> None:
    """That the reading was of an unknown hour is allowed for once."""
    soc, widths = unplugged(at_home(), NOON + MINUTE), []
    for hours in (3, 6, 9):
        soc = plugged_in(soc, "garage", START_WH, NOON + hours * HOUR, hours, driven_wh=0.05 * CAR.capacity_wh)
        assert soc.anchor
        widths.append(soc.anchor.below_pct)
        soc = unplugged(soc, NOON + hours * HOUR + MINUTE)
    assert [second - first for first, second in pairwise(widths)] == pytest.approx([1.5, 1.5], abs=0.4)


def test_a_guess_is_never_empty() -> None:
    """400 km with 50 %: it was charged somewhere, so nobody knows."""
    away = unplugged(at_home(), NOON + MINUTE)
    assert plugged_in(away, "garage", START_WH, NOON + 3 * HOUR, 8, driven_wh=400 * CAR.wh_km).pct() is None


def test_a_car_that_was_away_for_a_minute_did_not_drive() -> None:
    """Its plug was wiggled; after some minutes more it is a guess."""
    away = unplugged(at_home(), NOON + MINUTE)
    wiggled = plugged_in(away, "garage", START_WH, NOON + 2 * MINUTE, 8)
    assert (50.0, Confidence.MEASURED) == (wiggled.pct(), wiggled.confidence(NOON + 2 * MINUTE))
    moved = plugged_in(away, "garage", START_WH, NOON + 8 * MINUTE, 8)
    assert (50.0, Confidence.GUESS) == (moved.pct(), moved.confidence(NOON + 8 * MINUTE))


def test_in_some_minutes_no_trip_is_driven() -> None:
    """It was about to leave for 60 km, and is back."""
    away = unplugged(at_home(), NOON + MINUTE)
    back = plugged_in(away, "garage", START_WH, NOON + 8 * MINUTE, 8, driven_wh=60 * CAR.wh_km)
    assert (50.0, Confidence.GUESS) == (back.pct(), back.confidence(NOON + 8 * MINUTE))


def test_a_reading_since_the_drive_holds_at_the_plug_in() -> None:
    """Read on the street at two, plugged in at six: parked since, and a little less sure."""
    away = unplugged(at_home(), NOON + MINUTE)
    parked = read(away, says(41.0, NOON + 2 * HOUR), NOON + 2 * HOUR)
    soc = plugged_in(parked, "garage", START_WH + 500, NOON + 6 * HOUR, 8)
    assert (41.0, Confidence.OLD) == (soc.pct(), soc.confidence(NOON + 6 * HOUR))
    assert 42.0 == pytest.approx(charged(soc, START_WH + 500 + 906, NOON + 7 * HOUR).pct(), abs=0.01)


def test_a_plug_in_that_nobody_saw_is_noticed_by_its_number() -> None:
    """The program was down; the charger counted one more."""
    assert 50.0 == plugged_in(at_home(), "garage", START_WH, NOON + 5 * HOUR, 7).pct()
    assert plugged_in(at_home(), "garage", START_WH, NOON + 5 * HOUR, 8).pct() is None
    assert plugged_in(at_home(), "drive", 99.0, NOON + 5 * HOUR, 3).pct() is None
    late = NOON + 5 * HOUR
    assert plugged_in(unplugged(at_home(), late), "garage", START_WH, late, 8).pct() is None  # both at one look


def test_a_number_that_was_not_read_yet_is_no_other_plug_in() -> None:
    """The charger tells its count only later."""
    soc = read(plugged_in(opened(CAR), "garage", None, NOON), says(50), NOON)
    soc = plugged_in(soc, "garage", START_WH, NOON + MINUTE, 7)
    assert 51.0 == pytest.approx(charged(soc, START_WH + 906, NOON + HOUR).pct(), abs=0.01)
    assert plugged_in(soc, "garage", START_WH, NOON + HOUR, 8).pct() is None


def test_the_other_car_gets_what_was_charged() -> None:
    """It was the second one: its own reading counts with the Wh since, the first is unknown until it is read again."""
    wrong = charged(at_home(), START_WH + 9_059, NOON + HOUR)
    right = read(opened(CarRules(name="car_2", capacity_wh=50_000)), says(20.0, NOON - MINUTE), NOON)
    former, found = swapped(wrong, right)
    assert former.pct() is None
    assert 20.0 + 9_059 / found.wall_wh_pct == pytest.approx(found.pct(), abs=0.01)
    assert found.plugged
    assert 64.0 == read(former, says(64.0, NOON + HOUR), NOON + HOUR).pct()


def test_a_car_that_is_named_late_has_what_was_charged_since_the_plug_in() -> None:
    """An hour later the owner says which one it is; half way its cloud had told 30 %."""
    read_since = read(opened(CAR), says(30.0, NOON + 30 * MINUTE), NOON + 30 * MINUTE)
    soc = charged(plugged_in(read_since, "garage", START_WH, NOON, 7), START_WH + 9_059, NOON + HOUR)
    assert 35.0 == pytest.approx(soc.pct(), abs=0.01)
    read_before = read(opened(CAR), says(30.0, NOON - MINUTE), NOON)
    soc = charged(plugged_in(read_before, "garage", START_WH, NOON, 7), START_WH + 9_059, NOON + HOUR)
    assert 40.0 == pytest.approx(soc.pct(), abs=0.01)
