"""dm with an inverter on its roof, both real: the sun is told, held back on an order, and let go whatever happens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lib.messages import House
from lib.sim.sunspec_inverter_box import SunSpecInverterBox, open_sunspec_inverter_box
from tests.conftest import free_ports
from tests.inverters.roofs import ToyPanels
from tests.programs.home import Home, comes_true, end, kill


@pytest.fixture
async def roof() -> AsyncIterator[tuple[ToyPanels, SunSpecInverterBox]]:
    """Panels that give 3 kW behind an inverter of 5 kW."""
    panels = ToyPanels()
    box = await open_sunspec_inverter_box(panels)
    yield panels, box
    await box.close()
    box.unplug()


def a_home(folder: Path, box: SunSpecInverterBox, *, may_hold: bool = True) -> Home:
    """A home with this inverter, whose meter is silent."""
    home = Home(folder=folder / "home", ports=free_ports())
    place = {"make": "sunspec", "address": box.where, "may_hold": may_hold}
    home.furnish(
        f"""serial_port = "socket://127.0.0.1:9"
socket_info = {{"dm": ("127.0.0.1", {home.port("dm")})}}
inverters = {{"roof": {place!r}}}
"""
    )
    return home


async def test_the_sun_is_told_and_held_back_on_an_order(
    tmp_path: Path, roof: tuple[ToyPanels, SunSpecInverterBox]
) -> None:
    """The order is seen at the panels, in what dm says, and gone when dm is asked to end."""
    panels, box = roof
    home = a_home(tmp_path, box)
    async with home.living("dm") as dm:
        said = await home.heard(House, lambda said: said.sun_w is not None)
        assert (3_000.0, True) == (said.sun_w, said.suns[0].able)
        answer = await home.order("limit_sun", program="dm", power_w=1_000.0)
        assert (200, True) == (answer.status, "the sun is held back to 1000 W" in answer.body)
        await comes_true(lambda: panels.power_w == 1_000.0)
        said = await home.heard(House, lambda said: said.suns[0].limit_w == 1_000.0)
        assert 1_000.0 == said.sun_w
        await end(dm)
    assert (3_000.0, 0) == (panels.power_w, box.expired)
    assert " ERROR " not in home.log("dm")


async def test_a_killed_dm_leaves_the_sun_to_the_inverters_own_timer(
    tmp_path: Path, roof: tuple[ToyPanels, SunSpecInverterBox]
) -> None:
    """A minute later at the latest; here the timer runs twelve times as fast."""
    panels, box = roof
    box.speed = 12.0
    home = a_home(tmp_path, box)
    async with home.living("dm") as dm:
        await home.heard(House, lambda said: said.suns and said.suns[0].able)
        assert 200 == (await home.order("limit_sun", program="dm", power_w=0)).status
        await comes_true(lambda: panels.power_w == 0)
        await kill(dm)
        await comes_true(lambda: panels.power_w == 3_000.0)
    assert 1 == box.expired


async def test_what_its_owner_did_not_allow_is_refused(
    tmp_path: Path, roof: tuple[ToyPanels, SunSpecInverterBox]
) -> None:
    """With what to do about it; the inverter is told nothing."""
    _, box = roof
    home = a_home(tmp_path, box, may_hold=False)
    async with home.living("dm"):
        said = await home.heard(House, lambda said: said.sun_w is not None)
        assert not said.suns[0].able
        answer = await home.order("limit_sun", program="dm", power_w=0)
        assert "set may_hold in config.py to True" in answer.body
    assert [] == box.writes
