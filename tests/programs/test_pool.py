"""A virtual power plant holds a carport and a battery, over their real doors, while ev is killed and started again."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from lib.core.why import Reason
from lib.hub.pool import Pool
from lib.messages.charging import Charging
from lib.messages.orders import Done
from lib.messages.storage import Storage
from lib.sim.victron_box import VictronBox
from tests.commands.test_pool import until
from tests.conftest import free_ports
from tests.programs.home import Home, charger, comes_true, kill
from tests.programs.live_house import LiveHouse, a_battery, a_point

CARPORT = 'circuits = {"carport": {"current_a": 32, "chargers": ("garage",)}}\nbattery_reserve_pct = 10'
EIGHT_A = 3 * 230 * 8.0  # in W
HELD = ("vpp", EIGHT_A)
ONE_PRICE = {"Electricity": {"+": 0.3, "-": 0.1}}  # no plan has a cheap hour, whenever this runs


@pytest.mark.timeout(400)
async def test_a_power_plant_takes_part(tmp_path: Path) -> None:
    """The box of the charger is told what it wants, by each life of ev, and the battery too; then both are let go."""
    ports = free_ports()
    home, point = Home(folder=tmp_path / "home", ports=ports), a_point()
    store = VictronBox(a_battery(soc_pct=50.0))
    async with LiveHouse.open(ports, point, store=store) as house, AsyncExitStack() as lives:
        home.furnish(house.settings(more=CARPORT))
        (home.folder / "rates.json").write_text(json.dumps(ONE_PRICE), "utf-8")
        for program in ("dm", "bs"):
            await lives.enter_async_context(home.living(program))
        ev = await lives.enter_async_context(home.living("ev"))
        cars = await lives.enter_async_context(
            Pool(f"ws://127.0.0.1:{home.port('ev')}/ws", "carport", source="vpp", priority=40)
        )
        await until(cars.power(), lambda drawn_w: drawn_w is not None)
        assert {"garage"} == cars.component_ids
        assert isinstance(await cars.propose_power(EIGHT_A), Done)
        await comes_true(lambda: point.settings.current_a == 8 and not point.settings.paused)
        result = await until(cars.power_distribution_results(), lambda result: result.shares_w)
        assert {"garage": EIGHT_A} == result.shares_w
        await until(cars.power(), lambda drawn_w: (drawn_w or 0) > 0.9 * EIGHT_A)

        battery = await lives.enter_async_context(
            Pool(f"ws://127.0.0.1:{home.port('bs')}/ws", "battery", source="vpp", priority=40)
        )
        assert {"cellar"} == battery.component_ids
        assert isinstance(await battery.propose_power(1_000), Done)
        await until(battery.power(), lambda drawn_w: 850 < (drawn_w or 0) < 1_150)
        said = await home.heard(Storage, lambda said: said.because.name == "vpp")
        assert "stores 1.0 kW, as vpp wants" == said.why

        await kill(ev)
        told = len(house.boxes["garage"].writes)
        await lives.enter_async_context(home.living("ev"))
        await until(cars.power_status(), lambda status: (status.decided, status.target_w) == HELD)
        await comes_true(lambda: point.power_w > 0.9 * EIGHT_A)
        assert [] == [keys for _, keys in house.boxes["garage"].writes[told:] if keys.get("charge_pause") == 1]

        await cars.stop()
        await home.heard(Charging, lambda said: charger(said).because.reason is not Reason.OUTSIDE)
        await battery.stop()
        await home.heard(Storage, lambda said: said.because.name != "vpp")
    assert " ERROR " not in home.log("ev") + home.log("bs")
