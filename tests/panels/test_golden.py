"""Every panel at three sizes, as the owner sees it."""

import pytest

from lib.panels.dm import dm_panels
from lib.panels.layout import Panel
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, SIZES, golden, room_of, seen, shown

PANELS = dm_panels()
STORIES = {
    "four_days": story.four_days,
    "new_peak": story.new_peak,
    "just_started": story.just_started,
    "no_tariff": story.no_capacity_tariff,
}


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STORIES)
def test_a_panel_looks_as_it_did(name: str, size: tuple[int, int], panel: Panel) -> None:
    """Each panel, at the size its layout gives it, in an ordinary noon, a new peak, a first start and without peaks."""
    told = seen(STORIES[name]())
    room = room_of(panel, size, told, PANELS)
    found = shown(panel.render(told, LOOK, room), room)
    assert golden(f"{panel.name}_{name}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("look", ["console", "ascii"])
@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
def test_a_panel_looks_as_it_did_on_a_plain_terminal(panel: Panel, look: str) -> None:
    """The same on the Pi's console and where only ASCII can be shown."""
    told = seen(story.new_peak())
    room = room_of(panel, (80, 24), told, PANELS)
    found = shown(panel.render(told, LOOKS[look], room), room)
    assert golden(f"{panel.name}_new_peak_80x24_{look}.txt", found) == found


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("width", [1, 2, 7, 20, 33, 60, 79, 111, 300])
def test_a_panel_keeps_to_its_room(width: int, panel: Panel) -> None:
    """Whatever the width, no line is longer, and the same values give the same text."""
    told = seen(story.new_peak())
    for height in (1, 2, 5, 9, 30):
        text = panel.render(told, LOOK, room_of(panel, (width + 4, height + 6), told, PANELS)._replace(width=width))
        assert max(map(len, text.plain.split("\n"))) <= width
        assert text == panel.render(
            told, LOOK, room_of(panel, (width + 4, height + 6), told, PANELS)._replace(width=width)
        )
