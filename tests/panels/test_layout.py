"""Where the panels stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.panels.dm import dm_panels
from lib.panels.ev import ev_panels
from lib.panels.layout import FIT, LEAST, LEAST_SPARE, SPARE, Columns, Place, Rows, arranged, overview, places
from tests.panels.carpark import told
from tests.panels.garage import STORIES
from tests.panels.golden import LOOK, seen

PANELS, CARS = dm_panels(), ev_panels()
NAMES = {panel.name for panel in PANELS.panels}


def on_screen(width: int, height: int, names: set[str] = NAMES) -> dict[str, Place]:
    """The panels of dm on a screen of that size."""
    return places(arranged(PANELS.arrangements, width, height), Place(0, 0, width, height), names)


def test_parts_with_cells_keep_them_and_the_others_share() -> None:
    """Ten for the first, the rest in halves."""
    part = Columns(((10, "a"), (0, "b"), (0, "c")))
    assert [(0, 10), (10, 15), (25, 15)] == [
        (place.x, place.width) for place in places(part, Place(0, 0, 40, 5), {"a", "b", "c"}).values()
    ]


def test_the_place_of_a_panel_that_is_not_shown_goes_to_its_neighbours() -> None:
    """Also when no part that is left is flexible."""
    part = Rows(((9, "a"), (0, "b")))
    assert {"a": Place(0, 0, 40, 20)} == places(part, Place(0, 0, 40, 20), {"a"})


@pytest.mark.parametrize(
    ("width", "height", "there"),
    [
        (80, 20, {"quarter", "rates", "usage"}),
        (120, 36, NAMES - {"telegram", "events"}),
        (240, 56, NAMES),
        (220, 44, NAMES),
        (150, 42, NAMES - {"telegram", "events"}),
        (80, 62, NAMES - {"telegram"}),
        (80, 44, NAMES - {"telegram", "events", "prices", "plan"}),
        (30, 10, {"quarter", "rates"}),
    ],
)
def test_the_most_important_panels_are_there_at_each_size(width: int, height: int, there: set[str]) -> None:
    """A small screen shows the quarter first; a large one everything."""
    assert there == set(on_screen(width, height))


@given(st.integers(1, 400), st.integers(1, 200), st.sets(st.sampled_from(sorted(NAMES))))
def test_panels_fill_the_screen_without_overlap(width: int, height: int, names: set[str]) -> None:
    """No cell belongs to two panels, none lies outside, and where any panel stands no cell is empty."""
    found = on_screen(width, height, names)
    assert set(found) <= names
    for place in found.values():
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= width
        assert place.y + place.height <= height
    if found:
        assert width * height == sum(place.width * place.height for place in found.values())
    every = list(found.values())
    for at, one in enumerate(every):
        for other in every[at + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart_x or one.y + one.height <= other.y or other.y + other.height <= one.y


def heights(part: Rows, height: int, lines: dict[str, tuple[int, int]]) -> dict[str, int]:
    """The rows of each part on a screen of that height; lines: what panels need and like."""
    found = places(part, Place(0, 0, 40, height), set("abc"), lambda name, width: lines.get(name, (0, 0)))
    return {name: place.height for name, place in found.items()}


def test_a_part_that_fits_takes_what_it_likes_where_there_is_room() -> None:
    """Else what it needs; the others share the rest."""
    part, lines = Rows(((FIT, "a"), (FIT, "b"), (0, "c"))), {"a": (6, 8), "b": (4, 5)}
    assert {"a": 8, "b": 5, "c": 17} == heights(part, 30, lines)
    assert {"a": 8, "b": 5, "c": LEAST} == heights(part, 18, lines)
    assert {"a": 6, "b": 4, "c": 7} == heights(part, 17, lines)


def test_a_part_that_fits_leaves_something_to_those_that_follow() -> None:
    """However long its text is."""
    part, lines = Rows(((FIT, "a"), (FIT, "b"), (0, "c"))), {"a": (60, 60), "b": (60, 60)}
    assert {"a": 10, "b": LEAST, "c": LEAST} == heights(part, 20, lines)


def test_what_is_spare_is_used_where_it_is_enough() -> None:
    """Else it goes to the part before."""
    part, lines = Rows(((FIT, "a"), (FIT, "b"), (SPARE, "c"))), {"a": (6, 7), "b": (4, 5)}
    assert {"a": 7, "b": 5, "c": LEAST_SPARE} == heights(part, 12 + LEAST_SPARE, lines)
    assert {"a": 7, "b": 4 + LEAST_SPARE} == heights(part, 11 + LEAST_SPARE, lines)


@pytest.mark.parametrize("name", STORIES)
@given(st.integers(1, 300), st.integers(1, 120))
def test_the_panels_of_the_cars_fill_the_screen_without_overlap(name: str, width: int, height: int) -> None:
    """Whatever they have to say; chargers first, or the circuits of many."""
    found = overview(CARS, seen(STORIES[name]()), Place(0, 0, width, height), LOOK)
    assert width * height == sum(place.width * place.height for place in found.values())
    assert {"chargers", "circuits"} & set(found)
    assert all(place.x + place.width <= width and place.y + place.height <= height for place in found.values())


@pytest.mark.parametrize(
    ("width", "height", "there"),
    [
        (80, 20, {"chargers", "cars", "coming"}),
        (100, 26, {"chargers", "cars", "budget", "coming"}),
        (100, 34, {"chargers", "circuits", "cars", "budget", "coming"}),
        (80, 44, {"chargers", "circuits", "cars", "budget", "coming", "sessions"}),
        (132, 30, {"chargers", "circuits", "cars", "budget", "coming", "sessions"}),
        (200, 46, {"chargers", "circuits", "cars", "budget", "coming", "sessions"}),
        (30, 10, {"chargers", "cars"}),
    ],
)
def test_chargers_and_cars_are_there_at_each_size(width: int, height: int, there: set[str]) -> None:
    """The rest as there is room; notices have the head and a page."""
    assert there == set(overview(CARS, seen(STORIES["noon"]()), Place(0, 0, width, height), LOOK))


@pytest.mark.parametrize(
    ("width", "height", "there"),
    [
        (80, 20, {"circuits": 8, "chargers": 12}),
        (100, 26, {"circuits": 7, "chargers": 14, "budget": 5, "coming": 5}),
        (132, 34, {"chargers": 11, "circuits": 8, "cars": 10, "sessions": 5, "budget": 4, "coming": 30}),
    ],
)
def test_thirty_chargers_on_circuits_have_the_best_places(width: int, height: int, there: dict[str, int]) -> None:
    """The circuits a line each, then the chargers; the cars of so many have a page where room is short."""
    found = overview(CARS, seen(told(30)), Place(0, 0, width, height), LOOK)
    assert there == {name: place.height for name, place in found.items()}


def test_a_long_part_takes_what_is_left_over() -> None:
    """After what it needs, and what the others need."""
    part = Rows(((FIT, "a"), (FIT, "b"), (0, "c")))
    found = places(part, Place(0, 0, 40, 40), set("abc"), lambda name, width: (6, 6, 30) if name == "a" else (4, 4))
    assert {"a": 30, "b": 4, "c": 6} == {name: place.height for name, place in found.items()}
