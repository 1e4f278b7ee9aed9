"""The screen of the cars at three sizes, in good and in bad days, as the owner sees it."""

from dataclasses import replace

import pytest

from lib.messages import Message, Refused
from lib.messages.charging import Charging
from lib.messages.orders import Done, Order
from lib.panels.ev import ev_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from tests.panels import carpark
from tests.panels.garage import STORIES
from tests.panels.golden import LOOK, LOOKS, a_dashboard, golden, screen, seen, shown

SIZES = ((80, 24), (100, 30), (200, 50))
PANELS = ev_panels()


async def refuse(order: Order) -> Done | Refused:
    """A screen that may give orders shows its keys."""
    return Refused(why=f"no {order.type} here")


async def drawn(told: list[Message], size: tuple[int, int], look: str = "unicode") -> str:
    """The whole screen."""
    app = a_dashboard(told, look, panels=PANELS, orders=refuse)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return screen(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["noon", "late", "lost"])
async def test_the_screen_of_the_cars_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    """A calm noon; a late trip, a state of charge that nobody knows; dm and a charger silent."""
    found = await drawn(STORIES[name](), size)
    assert golden(f"ev_screen_{name}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_where_peaks_cost_nothing_no_page_speaks_of_one(size: tuple[int, int]) -> None:
    """No panel, no tab, no help, no key, no mode: what limits there is the connection."""
    cars, *rest = STORIES["noon"]()
    assert isinstance(cars, Charging)
    app = a_dashboard([replace(cars, capacity_tariff=False), *rest], panels=PANELS, orders=refuse)
    async with app.run_test(size=size) as pilot:
        for key in ("0", *map(str, range(1, 8)), "0", "m", "escape", "h", "pagedown", "escape", "q"):
            await pilot.press(key)
            await pilot.pause()
            assert "peak" not in screen(app).lower(), key


@pytest.mark.parametrize("name", ["waiting", "many", "bare", "nothing"])
async def test_the_screen_of_other_homes_looks_as_it_did(name: str) -> None:
    """The meter app just silent; seven chargers; none; and before the first word."""
    found = await drawn(STORIES[name](), (80, 24))
    assert golden(f"ev_screen_{name}_80x24.txt", found) == found


@pytest.mark.parametrize(
    ("count", "size"),
    [(2, (120, 40)), (6, (80, 24)), (30, (80, 24)), (30, (120, 40)), (30, (200, 60)), (200, (80, 24))],
)
async def test_the_screen_of_a_carport_looks_as_it_did(count: int, size: tuple[int, int]) -> None:
    """From a home with two to two hundred in halls."""
    found = await drawn(carpark.told(count), size)
    assert golden(f"ev_screen_carpark_{count}_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("look", list(LOOKS))
@pytest.mark.parametrize(("count", "size"), [(5, (80, 24)), (30, (80, 24)), (30, (120, 40)), (200, (200, 60))])
def test_a_page_of_circuits_looks_as_it_did(count: int, size: tuple[int, int], look: str) -> None:
    """Also without colours, where the signs tell what is near its limit."""
    (panel,) = (one for one in PANELS.panels if one.name == "circuits")
    room = Room(size[0] - 4, size[1] - 6, whole=True)
    found = shown(panel.render(seen(carpark.told(count)), LOOKS[look], room), room)
    suffix = "" if look == "unicode" else f"_{look}"
    assert golden(f"ev_circuits_carpark_{count}_{size[0]}x{size[1]}{suffix}.txt", found) == found


@pytest.mark.parametrize("size", [(80, 48), (132, 34), (60, 20), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_looks_as_it_did_at_other_sizes(size: tuple[int, int]) -> None:
    """A tower, a wide one, and terminals that are too small."""
    found = await drawn(STORIES["late"](), size)
    assert golden(f"ev_screen_late_{size[0]}x{size[1]}.txt", found) == found


@pytest.mark.parametrize("look", ["console", "ascii"])
async def test_the_screen_of_the_cars_looks_as_it_did_on_a_plain_terminal(look: str) -> None:
    """With the signs and frames that it has."""
    found = await drawn(STORIES["late"](), (80, 24), look)
    assert golden(f"ev_screen_late_80x24_{look}.txt", found) == found


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
def test_a_page_of_the_cars_looks_as_it_did(panel: Panel) -> None:
    """Each panel alone on a small screen, on the worst day."""
    room = Room(76, 18, whole=True)
    found = shown(panel.render(seen(STORIES["late"]()), LOOK, room), room)
    assert golden(f"ev_{panel.name}_late.txt", found) == found
