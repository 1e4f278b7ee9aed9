"""Every panel at three sizes, as the owner sees it."""

import pytest

from lib.panels.dm import dm_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from tests.panels import story, words
from tests.panels.golden import LOOK, LOOKS, SIZES, golden, room_of, seen, shown

PANELS = dm_panels()
STORIES = {
    "four_days": story.four_days,
    "new_peak": story.new_peak,
    "just_started": story.just_started,
    "no_tariff": story.no_capacity_tariff,
}
MONEY = {
    "market": words.a_sunny_market,
    "unpublished": words.an_unpublished_market,
    "walloon": words.a_walloon_sunday,
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


@pytest.mark.parametrize("panel", ["rates", "bill", "events", "months", "prices", "quarter"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", MONEY)
def test_a_panel_of_money_looks_as_it_did(name: str, size: tuple[int, int], panel: str) -> None:
    """A price below zero at noon and a new peak, a tomorrow that is not known yet, bands by the clock."""
    told = seen(MONEY[name]())
    (drawn,) = (one for one in PANELS.panels if one.name == panel)
    room = room_of(drawn, size, told, PANELS)
    found = shown(drawn.render(told, LOOK, room), room)
    assert golden(f"{panel}_{name}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("look", ["console", "ascii"])
@pytest.mark.parametrize("panel", ["prices", "bill", "events"])
def test_a_panel_of_money_looks_as_it_did_on_a_plain_terminal(panel: str, look: str) -> None:
    """Blocks and letters that such a terminal has."""
    told = seen(words.a_sunny_market())
    (drawn,) = (one for one in PANELS.panels if one.name == panel)
    room = Room(76, 18, whole=True)
    found = shown(drawn.render(told, LOOKS[look], room), room)
    assert golden(f"{panel}_market_80x24_{look}.txt", found) == found


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
    for told in (seen(story.new_peak()), seen(words.a_sunny_market()), seen(words.an_unpublished_market())):
        for height in (1, 2, 5, 9, 30):
            room = room_of(panel, (width + 4, height + 6), told, PANELS)._replace(width=width)
            text = panel.render(told, LOOK, room)
            assert max(map(len, text.plain.split("\n"))) <= width
            assert text == panel.render(told, LOOK, room)
