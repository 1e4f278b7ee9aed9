"""The cars: how full, how sure, and whether the next trip can be met."""

from dataclasses import replace

import pytest
from rich.text import Text

from lib.core.needs import Step
from lib.core.soc import Confidence
from lib.messages.charging import CarNow, TripNow
from lib.panels.cars import NONE_SET_UP, render_cars
from lib.panels.look import Room
from lib.panels.seen import Choice
from lib.panels.trips import trip_name, trip_start, trip_takes, verdict
from tests.panels.carpark import carpark
from tests.panels.garage import NOW, blue_car, charging, late_trip, trips, unknown_red_car
from tests.panels.golden import LOOK, seen, styles

ROOM = Room(76, 18, whole=True)
COLOURS = LOOK.colours
OSTEND = trips()[0]


def drawn(*cars: CarNow, room: Room = ROOM, trip: TripNow | None = OSTEND, keys: bool = True) -> Text:
    """The panel of some cars, with a trip of Blue car."""
    told = replace(charging(), cars=cars, trips=(trip,) if trip else ())
    return render_cars(seen([told], chosen=Choice("charger", "garage") if keys else None), LOOK, room)


def test_a_car_says_how_full_it_is_and_how_old_that_is() -> None:
    """A bar with the target, per cent, age and confidence, the target."""
    head, trip = drawn(blue_car()).plain.split("\n")
    assert head.startswith("  Blue car  █")
    assert head.endswith("63 % · 4 h estimated      to 78 %")
    assert "  Ostend 190 km by Sat 09:15: 9.4 kWh, start by Sat 05:48            in time" == trip


def test_the_bar_is_full_to_the_state_of_charge_and_half_to_the_target() -> None:
    """In fractions of its cells."""
    bar = [one for one in drawn(blue_car(soc_pct=50.0, target_pct=75.0)).plain.split("\n")[0] if one in "█▒│░"]
    full, half = bar.count("█"), bar.count("▒")
    assert abs(full - len(bar) / 2) <= 1
    assert abs(half - len(bar) / 4) <= 1
    assert "│" == bar[full + half]


def test_what_was_typed_was_not_measured() -> None:
    """What its owner said a while ago is called so, until it is only an estimate."""
    assert "· 4 h typed" in drawn(blue_car(source="typed", confidence=Confidence.MEASURED)).plain
    assert "· 4 h estimated" in drawn(blue_car(source="typed", confidence=Confidence.ESTIMATED)).plain


@pytest.mark.parametrize("confidence", [one for one in Confidence if one is not Confidence.UNKNOWN])
def test_each_confidence_is_named(confidence: Confidence) -> None:
    """And what is only guessed looks like a guess."""
    text = drawn(blue_car(confidence=confidence, source="Smartcar"))
    unsure = confidence in {Confidence.GUESS, Confidence.DOUBTFUL}
    assert {COLOURS.warn if unsure else COLOURS.quiet} == styles(text, confidence.value)
    assert {COLOURS.quiet if unsure else COLOURS.title} == styles(text, "63 %")


def test_an_unknown_state_of_charge_is_asked_and_never_zero() -> None:
    """With the key that answers; a screen that only looks has none."""
    asked = drawn(unknown_red_car())
    assert {COLOURS.warn} == styles(asked, "how full is Red car? press s")
    assert "%" not in asked.plain.split("\n")[0]
    assert "█" not in asked.plain
    only_looks = drawn(unknown_red_car(), keys=False).plain
    assert "how full is Red car?" in only_looks
    assert "press" not in only_looks


def test_a_doubtful_reading_is_shown_too() -> None:
    """The owner sees what is doubted."""
    ask = "how full is Blue car? Type its state of charge"
    assert "63 %" in drawn(blue_car(confidence=Confidence.DOUBTFUL, ask=ask)).plain


@pytest.mark.parametrize(
    ("changes", "word", "role"),
    [
        ({}, "in time", "good"),
        ({"energy_wh": 0.0}, "ready", "good"),
        ({"step": Step.ANY_RATE}, "just in time", "warn"),
        ({"step": Step.HELP, "feasible": False}, "late", "over"),
        ({"step": Step.HELP, "feasible": True}, "late", "over"),
        ({"step": Step.OVER, "feasible": False}, "over the peak", "over"),
        ({"step": Step.UNREACHABLE, "feasible": False}, "too late", "over"),
        ({"feasible": None, "energy_wh": None}, "not known", "warn"),
        ({"barred": "not while off"}, "not while off", "warn"),
        ({"barred": "only with sun", "step": Step.OVER, "feasible": False}, "only with sun", "over"),
        ({"barred": "not while off", "step": Step.UNREACHABLE, "feasible": False}, "too late", "over"),
    ],
)
def test_whether_a_trip_can_be_met_has_a_word_and_a_colour(changes: dict[str, object], word: str, role: str) -> None:
    """From calm to late."""
    trip = replace(OSTEND, **changes)  # type: ignore[arg-type]
    assert (word, getattr(COLOURS, role)) == verdict(trip, LOOK, peaks_cost=True)
    assert {getattr(COLOURS, role)} == styles(drawn(blue_car(), trip=trip), f"  {word}")


def test_a_trip_above_a_peak_that_costs_nothing_is_late() -> None:
    """There is none to be above."""
    trip = replace(OSTEND, step=Step.OVER, feasible=False)
    assert ("late", COLOURS.over) == verdict(trip, LOOK, peaks_cost=False)


def test_a_trip_that_cannot_be_met_says_so_in_a_sentence() -> None:
    """One that can does with its line."""
    lines = drawn(blue_car(), trip=late_trip()).plain.split("\n")
    assert ["  Antwerp 150 km by 15:30: 14.9 kWh", "over the peak"] == [lines[1][:35], lines[1][-13:]]
    assert "will have 58 % of 67 % at 15:30; it takes 7.1 kW" in " ".join(" ".join(lines[2:]).split())
    assert 2 == len(drawn(blue_car()).plain.split("\n"))


def test_what_a_trip_asks_is_said_once() -> None:
    """Owners write the km into the title, or not."""
    assert "Ostend 190 km" == trip_name(OSTEND)
    assert "Ostend, 190 km" == trip_name(replace(OSTEND, title="Ostend"))
    assert "190km to Ostend" == trip_name(replace(OSTEND, title="190km to Ostend"))
    assert "trip, 80 %" == trip_name(replace(OSTEND, title="", ask="80 %"))


def test_a_need_is_as_sure_as_it_is() -> None:
    """About so much while nobody knows how full the car is; a per cent where even that is unknown."""
    assert "about 9.4 kWh" == trip_takes(OSTEND, LOOK, guessed=True)
    assert "to 78 %" == trip_takes(replace(OSTEND, energy_wh=None), LOOK, guessed=True)
    assert "has its 78 %" == trip_takes(replace(OSTEND, energy_wh=0.0), LOOK, guessed=False)


def test_a_latest_start_that_is_over_is_not_said() -> None:
    """Nor one of a trip that needs nothing."""
    assert "start by Sat 05:48" == trip_start(OSTEND, NOW)
    for changes in ({"slack_s": -60.0}, {"energy_wh": 0.0}, {"latest_start": None}):
        assert "" == trip_start(replace(OSTEND, **changes), NOW)


def test_a_car_without_a_trip_says_how_far_it_is_charged() -> None:
    """From day to day."""
    assert "no trip ahead; charged to 80 % from day to day" in drawn(blue_car(), trip=None).plain


def test_the_trouble_of_a_source_stands_with_its_car() -> None:
    """In the colour of what wants an eye."""
    text = drawn(unknown_red_car())
    assert {COLOURS.warn} == styles(text, "Smartcar has not answered since Fri 13 Nov 09:02 (HTTP 503)")


def test_a_small_room_keeps_the_first_lines_of_each_car() -> None:
    """How full it is goes last."""
    cars = blue_car(), unknown_red_car()
    lines = drawn(*cars, room=Room(76, 2), trip=late_trip()).plain.split("\n")
    assert [True, True] == ["Blue car" in lines[0], "Red car" in lines[1]]
    four = drawn(*cars, room=Room(76, 4), trip=late_trip()).plain
    assert "over the peak" in four
    assert "will have" not in four


def test_a_narrow_room_does_without_the_bar() -> None:
    """Never without the figures."""
    text = drawn(blue_car(), room=Room(44, 9)).plain
    assert "█" not in text
    assert "63 % · 4 h estimated" in text
    assert "start by Sat 05:48" in " ".join(text.split())


def test_no_car_and_no_word_yet_are_drawn_friendly() -> None:
    """Where to read on, and what is waited for."""
    assert NONE_SET_UP == drawn().plain
    assert "waiting for the cars" == render_cars(seen([]), LOOK, ROOM).plain


def test_many_have_a_line_each_and_the_chosen_one_its_trip() -> None:
    """The bar and how full it is; where it goes only of the one that is chosen."""
    text = render_cars(seen([carpark(30)], chosen=Choice("car", "car_2")), LOOK, Room(76, 18, whole=True)).plain
    lines = text.split("\n")
    assert 31 == len(lines)
    assert lines[1].startswith("▸ Car 2")
    assert "Ardennes, 290 km" in lines[2]
    assert lines[3].startswith("  Car 3")
