"""The screen of the battery at several sizes, in good and in bad days, as the owner sees it."""

import pytest

from lib.messages import Message, Refused
from lib.messages.orders import Done, Order
from lib.panels.bs import bs_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from tests.panels.cellar import STORIES
from tests.panels.golden import LOOK, a_dashboard, golden, screen, seen, shown

SIZES = ((80, 24), (132, 40), (240, 60))
PANELS = bs_panels()


async def refuse(order: Order) -> Done | Refused:
    """A screen that may give orders shows its keys."""
    return Refused(why=f"no {order.type} here")


async def drawn(told: list[Message], size: tuple[int, int], look: str = "unicode") -> str:
    """The whole screen."""
    app = a_dashboard(told, look, panels=PANELS, orders=refuse)
    app.title = "Digital Meter: battery"
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return screen(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["evening", "several", "silent"])
async def test_the_screen_of_the_battery_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    """A peak that is shaved; three batteries with trouble; one that does not answer."""
    found = await drawn(STORIES[name](), size)
    assert golden(f"bs_screen_{name}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("name", ["sunny", "helping", "bare", "none", "nothing"])
async def test_the_screen_of_other_homes_looks_as_it_did(name: str) -> None:
    """Noon, help, no inverter and no level, no battery, and before the first word."""
    found = await drawn(STORIES[name](), (80, 24))
    assert golden(f"bs_screen_{name}_80x24.txt", found) == found


@pytest.mark.parametrize("size", [(80, 48), (100, 32), (60, 20), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_looks_as_it_did_at_other_sizes(size: tuple[int, int]) -> None:
    """A tower, a middle one, and terminals that are too small."""
    found = await drawn(STORIES["evening"](), size)
    assert golden(f"bs_screen_evening_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("look", ["console", "ascii"])
async def test_the_screen_of_the_battery_looks_as_it_did_on_a_plain_terminal(look: str) -> None:
    """With the signs and frames that it has."""
    found = await drawn(STORIES["sunny"](), (80, 24), look)
    assert golden(f"bs_screen_sunny_80x24_{look}.txt", found) == found


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
def test_a_page_of_the_battery_looks_as_it_did(panel: Panel) -> None:
    """Each panel alone on a small screen, on the worst day."""
    room = Room(76, 18, whole=True)
    found = shown(panel.render(seen(STORIES["several"]()), LOOK, room), room)
    assert golden(f"bs_{panel.name}_several.txt", found) == found
