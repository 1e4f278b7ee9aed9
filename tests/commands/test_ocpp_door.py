"""Chargers that dial in, opened with all other devices: the door is open meanwhile, and only where it is needed."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from lib.chargers import ChargerSetupError
from lib.clock import WallClock
from lib.commands.devices import opened
from lib.commands.ev_memory import remembered
from lib.core.carport import with_bay
from lib.core.charger import Order, Plug, Told
from lib.core.charging import Event
from lib.secrets import Secrets
from lib.settings import ChargerPlace, Settings
from lib.settings.doors import Door
from lib.sim.ocpp_box import open_ocpp_box
from tests.chargers.ocpp_bench import HOST, a_point, until
from tests.commands.yard import RULES, Yard
from tests.conftest import RULES as HOUSE_RULES
from tests.conftest import free_ports

PLACE = ChargerPlace(make="ocpp", address="CP_1", rules=replace(RULES.chargers["garage"], safe_a=6.0, step_a=0.1))


def a_home(home: Path, port: int) -> Settings:
    """One charger, which dials in."""
    return Settings(
        home=home,
        source="",
        doors={},
        rules=HOUSE_RULES,
        secrets=home / "secrets.json",
        chargers=(PLACE,),
        ocpp_door=Door(HOST, port),
    )


async def test_a_charger_that_dials_in_is_one_of_the_devices(tmp_path: Path) -> None:
    """It is heard with its password, told, and in the end its profiles are taken out and the door is shut."""
    heard: list[Event] = []
    port, clock = free_ports(), WallClock()
    config = a_home(tmp_path, port)
    secrets = Secrets(others={"ocpp@CP_1": "geheim"})
    async with (
        remembered(config, RULES, clock) as memory,
        opened(config, secrets, heard.append, clock, memory) as devices,
    ):
        box = await open_ocpp_box(a_point(), f"ws://{HOST}:{port}", password="geheim")
        stranger = await open_ocpp_box(a_point(), f"ws://{HOST}:{port}", name="CP_1", password="falsch")
        await until(lambda: any(isinstance(event, Told) and event.reading.plug is Plug.CONNECTED for event in heard))
        charging = Yard().charging
        post = replace(charging.bays["garage"].post, order=Order(current_a=10.0, go=True))
        charging = with_bay(charging, "garage", replace(charging.bays["garage"], post=post))
        for second in range(200):
            devices.follow(replace(charging, now_s=float(second)))
            await asyncio.sleep(0.02)
            if box.offer_a == 10.0:
                break
        assert 10.0 == box.offer_a
        assert (0, True) == (stranger.dialled, stranger.refused > 0)
    assert [] == box.profiles
    with pytest.raises(OSError, match=str(port)):
        await asyncio.open_connection(HOST, port)
    await stranger.close()
    await box.close()


async def test_a_door_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """The sentence names the setting."""
    port, clock = free_ports(), WallClock()
    server = await asyncio.start_server(lambda _, writer: writer.close(), HOST, port)
    config = a_home(tmp_path, port)
    async with remembered(config, RULES, clock) as memory:
        with pytest.raises(ChargerSetupError, match="ocpp_door"):
            async with opened(config, Secrets(), lambda _: None, clock, memory):
                pass
    server.close()
    await server.wait_closed()
