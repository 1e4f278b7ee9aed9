"""What flows: arrows that begin at the giver, lengths, and words that need no colour."""

from typing import Any

from rich.text import Text

from lib.messages.storage import Flow
from lib.panels.flow import UNMEASURED, render_flow
from lib.panels.look import Look, Room
from tests.panels.cellar import STORIES, storage
from tests.panels.golden import LOOK, LOOKS, seen, styles

ROOM = Room(76, 3)
COLOURS = LOOK.colours
SUNNY = Flow(grid_w=-140.0, house_w=410.0, cars_w=2310.0, battery_w=1850.0, sun_w=4710.0, measured=True)


def drawn(flow: Flow, room: Room = ROOM, look: Look = LOOK, **changes: Any) -> Text:
    """The panel."""
    return render_flow(seen([storage(flow=flow, **changes)]), look, room)


def test_all_five_stand_in_three_rows() -> None:
    """Name, power and a word; givers on the left, takers on the right."""
    sun, grid, battery = drawn(SUNNY).plain.split("\n")
    assert sun.startswith("Sun       4.71 kW")
    assert "House   0.41 kW" in sun
    assert grid.startswith("Grid      0.14 kW injected")
    assert "Cars    2.31 kW" in grid
    assert battery.startswith("Battery   1.85 kW stores")


def test_the_head_of_an_arrow_is_its_direction() -> None:
    """Into the house, or out of it; the grid and the battery turn."""
    sun, grid, battery = drawn(SUNNY).plain.split("\n")
    assert ("►" in sun, "◄" in sun.partition("│")[0]) == (True, False)
    assert ["◄", "◄"] == [row.partition("│")[0].strip("─━· ")[-1] for row in (grid, battery)]
    turned = drawn(Flow(grid_w=3620.0, house_w=5930.0, battery_w=-2310.0, sun_w=0.0, measured=True)).plain.split("\n")
    assert ["taken", "gives"] == [row.split()[3] for row in turned[1:]]
    assert ["►", "►"] == [row.partition("│")[0].strip("─━· ")[-1] for row in turned[1:]]


def test_the_length_of_an_arrow_is_its_power() -> None:
    """The largest fills its place; what does not flow has none."""
    flow = Flow(grid_w=2000.0, house_w=4000.0, cars_w=0.0, battery_w=-1000.0, sun_w=1000.0, measured=True)
    sun, grid, battery = drawn(flow).plain.split("\n")
    lengths = [sum(sign in "─━►" for sign in row.partition("│")[0]) for row in (sun, grid, battery)]
    house = sum(sign in "─━►" for sign in sun.partition("│")[2])
    assert [round(house / 4), round(house / 2), round(house / 4)] == lengths
    assert "►" not in grid.partition("│")[2]


def test_strong_flows_are_thick() -> None:
    """Beside their length, for who sees no colour."""
    sun, grid, _ = drawn(SUNNY).plain.split("\n")
    assert "━" in sun.partition("│")[0]
    assert "━" not in grid.partition("│")[0]


def test_where_there_is_much_room_strong_flows_are_broad() -> None:
    """Three lines for the strongest, one of full blocks for the strong, a thin one for the weak."""
    rows = [row.partition("│")[0] for row in drawn(SUNNY, Room(76, 15)).plain.split("\n")]
    assert 15 == len(rows)
    assert ["▄", "█", "▀"] == [row[-2] for row in rows[:3]]
    assert "█" in rows[13]
    assert "▄" not in rows[12]
    assert "◄─" == rows[7][-2:]


def test_the_unknown_is_a_dash_and_a_question_mark() -> None:
    """Never a zero, and no arrow."""
    sun, grid, battery = drawn(Flow(grid_w=3620.0)).plain.split("\n")[:3]
    assert "  – kW" in sun
    assert "?" in sun.partition("│")[0]
    assert "?" in sun.partition("│")[2]
    assert "3.62 kW taken" in grid
    assert "  – kW" in battery


def test_without_an_inverter_it_says_where_the_sun_comes_from() -> None:
    """What house and cars leave over is not all of it."""
    told = drawn(Flow(grid_w=-300.0, house_w=0.0, battery_w=0.0, sun_w=300.0), Room(76, 6)).plain
    assert "left over" in told
    assert UNMEASURED in told
    assert UNMEASURED not in drawn(SUNNY, Room(76, 9)).plain


def test_a_sun_that_is_held_back_is_a_warning() -> None:
    """With to what."""
    text = drawn(SUNNY, Room(76, 9), hold_sun_w=1800.0)
    assert {COLOURS.warn} == styles(text, "the sun is to be held back to 1.80 kW")


def test_there_is_air_where_there_is_room() -> None:
    """The takers stand between the givers then."""
    rows = drawn(SUNNY, Room(76, 5)).plain.split("\n")
    assert ["Sun", "│", "Grid", "│", "Battery"] == [row.split()[0].rstrip("─━►·") for row in rows]
    assert "House" in rows[1]


def test_where_it_is_narrow_they_stand_below_one_another() -> None:
    """Words give way before figures."""
    assert "injected" not in drawn(SUNNY, Room(54, 3)).plain
    assert "│" in drawn(SUNNY, Room(54, 3)).plain
    narrow = drawn(SUNNY, Room(36, 5)).plain.split("\n")
    assert ["Sun", "Grid", "Battery", "House", "Cars"] == [row.split()[0] for row in narrow]
    assert "injected" in narrow[1]


def test_plain_terminals_get_plain_arrows() -> None:
    """ASCII for the one, what the console has for the other."""
    assert drawn(SUNNY, look=LOOKS["ascii"]).plain.isascii()
    console = drawn(SUNNY, look=LOOKS["console"]).plain
    assert set(console) - set("─·│ \n") <= {chr(code) for code in range(33, 127)}


def test_before_the_first_word_it_waits() -> None:
    """Nothing is made up."""
    assert "waiting for the battery" == render_flow(seen([]), LOOK, ROOM).plain
    assert "0.00" not in render_flow(seen(STORIES["none"]()), LOOK, Room(76, 3)).plain.replace("Cars    0.00", "")
