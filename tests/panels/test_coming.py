"""What comes next: plan, trips, calendars, and a chart of two days."""

from dataclasses import replace
from datetime import timedelta

from rich.text import Text

from lib.core.modes import Mode
from lib.core.plan import Block
from lib.messages.charging import CalendarNow, Charging
from lib.messages.planned import NOT_HEARD
from lib.panels.coming import render_coming
from lib.panels.look import Room
from tests.panels.ahead import planned
from tests.panels.garage import NOW, STORIES, blue_car, charging, local
from tests.panels.golden import LOOK, seen, styles

WIDE = Room(90, 20)
COLOURS = LOOK.colours


def drawn(told: Charging, room: Room = WIDE) -> Text:
    """The panel."""
    return render_coming(seen([told]), LOOK, room)


def test_the_plan_says_when_which_car_how_much_and_at_what_price() -> None:
    """What runs now says until when; the day is said where it is another."""
    text = drawn(charging())
    assert "until 15:30      Blue car   2.31 kW  € 0.061" in text.plain
    assert "Sat 01:00-05:00  Red car    3.32 kW  € 0.214  Ardennes" in text.plain
    assert {COLOURS.good} == styles(text, "until 15:30")


def test_a_price_that_is_not_known_is_no_zero() -> None:
    """It stands empty."""
    block = Block(car="car_1", start=NOW + timedelta(hours=1), end=NOW + timedelta(hours=2), power_w=3680.0)
    line = next(one for one in drawn(replace(charging(), plan=(block,))).plain.split("\n") if "3.68" in one)
    assert "€" not in line


def test_trips_say_whether_they_can_be_met() -> None:
    """The verdict stands at the right, in its colour."""
    text = drawn(charging())
    assert {COLOURS.good} == styles(text, "  in time")
    assert any(line.endswith("  ready") for line in text.plain.split("\n"))


def test_a_calendar_says_how_old_its_list_is() -> None:
    """In another colour when it is old, and why it is no newer."""
    calendars = (
        CalendarNow(name="family", trips=3, age_s=260.0),
        CalendarNow(name="work", trips=1, age_s=12_400.0, trouble="no answer"),
        CalendarNow(name="school"),
    )
    text = drawn(replace(charging(), calendars=calendars))
    assert {COLOURS.quiet} == styles(text, "3 trips, read 4 min ago")
    assert {COLOURS.warn} == styles(text, "1 trip, read 3 h ago; no answer")
    assert {COLOURS.warn} == styles(text, "0 trips, not read yet")


def test_the_chart_shows_when_each_car_charges() -> None:
    """From this hour to the end of tomorrow; a mark where the car must be ready."""
    plan = (Block(car="car_1", start=local("2026-11-21 01:00"), end=local("2026-11-21 13:00"), power_w=2000.0),)
    told = replace(charging(), plan=plan, cars=(blue_car(),), trips=())
    lane, hours, *_ = drawn(told, Room(80, 12)).plain.split("\n")
    cells = lane[10:]
    assert 70 == len(cells)  # twice as many as hours from 13:00 to the end of tomorrow
    assert (24, 48) == (cells.index("█"), cells.rindex("█") + 1)
    assert "Sat" in hours


def test_what_is_over_has_no_place_in_the_chart() -> None:
    """Nor what comes after it."""
    past = Block(car="car_1", start=NOW - timedelta(hours=5), end=NOW - timedelta(hours=3), power_w=2000.0)
    ahead = Block(car="car_1", start=NOW + timedelta(days=4), end=NOW + timedelta(days=5), power_w=2000.0)
    lane = drawn(replace(charging(), plan=(past, ahead), trips=())).plain.split("\n")[0]
    assert "█" not in lane


def test_the_chart_knows_a_day_of_twenty_five_hours() -> None:
    """The last Sunday of October: its midnight is the clock's."""
    told = replace(charging(), at=local("2026-10-24 12:00"), plan=(), trips=())
    assert "Sun" in drawn(told).plain.split("\n")[2]


def test_a_small_room_has_something_of_each() -> None:
    """The first of the plan, then the first trips, then the calendars."""
    lines = drawn(charging(), Room(60, 4)).plain.split("\n")
    assert ["until", "Sat 0", "Sat 0", "calen"] == [line[:5] for line in lines]
    assert ["until", "Sat 0"] == [line[:5] for line in drawn(charging(), Room(60, 2)).plain.split("\n")]


def test_an_empty_week_says_so() -> None:
    """Nothing planned, no trip."""
    (bare,) = [one for one in STORIES["bare"]() if isinstance(one, Charging)]
    assert ["nothing is planned", "", "no trip ahead", "", NOT_HEARD] == drawn(bare).plain.split("\n")
    assert "waiting for the plan" == render_coming(seen([]), LOOK, WIDE).plain


def test_a_car_that_no_plan_has_is_named() -> None:
    """Its owner wants something else of its charger."""
    chargers = (replace(charging().chargers[0], mode=Mode.MAX), *charging().chargers[1:])
    text = drawn(replace(charging(), chargers=chargers))
    assert {COLOURS.warn} == styles(text, "garage is in max, and in no plan")
    assert "in no plan" not in drawn(charging()).plain
    many = tuple(replace(chargers[0], name=f"place {number}") for number in range(4))
    assert "4 chargers are not in auto, and in no plan" in drawn(replace(charging(), chargers=many)).plain


def test_dms_plan_takes_the_place_of_its_own() -> None:
    """With what it costs, the price and the battery; the trips and the calendars stay."""
    text = render_coming(seen([charging(), planned()]), LOOK, Room(76, 40, whole=True)).plain
    for words in (
        "Costs € 13.87",
        "battery   ··",
        "the cheapest quarters before Sat 09:15",
        "in time",
        "calendar family",
    ):
        assert words in text, words
    assert "battery gives" not in text
    assert NOT_HEARD not in text


def test_a_small_room_has_the_blocks_of_dms_plan() -> None:
    """And says how old it is where there is room."""
    lines = render_coming(seen([charging(), planned()]), LOOK, Room(60, 9)).plain.split("\n")
    assert ["until", "Sat 0"] == [line[:5] for line in lines[:2]]
    assert "dm's plan of 13:24" == lines[-1]


def test_dms_plan_of_an_hour_ago_is_no_plan() -> None:
    """It says so in amber, and draws its own."""
    text = render_coming(seen([charging(), planned(NOW - timedelta(hours=1))]), LOOK, WIDE)
    assert {COLOURS.warn} == styles(text, NOT_HEARD)
    assert "Costs" not in text.plain


def test_many_trips_leave_room_for_the_plan() -> None:
    """The first of them are said, and all on the page."""
    trips = tuple(replace(one, title=f"trip {at}") for at, one in enumerate((charging().trips * 5)[:12]))
    told = seen([replace(charging(), trips=trips), planned()])
    text = render_coming(told, LOOK, Room(76, 22)).plain
    assert "Costs € 13.87" in text
    assert ("trip 3" in text, "trip 4" in text) == (True, False)
    assert "trip 11" in render_coming(told, LOOK, Room(76, 22, whole=True)).plain
