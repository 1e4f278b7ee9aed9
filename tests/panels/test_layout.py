"""Where the panels stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.panels.dm import dm_panels
from lib.panels.layout import Columns, Place, Rows, arranged, places

PANELS = dm_panels()
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
        (80, 44, NAMES - {"telegram", "events", "prices"}),
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
