"""The batteries of a home: opened from its settings, told what follows from the state, handed back at the end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from lib.batteries import BatterySetupError, register_battery
from lib.clock import WallClock
from lib.commands.batteries import opened
from lib.commands.passwords import password_of
from lib.core.battery import BatteryEvent, BatteryMissed, BatteryRules, BatteryTold, BatteryTook, Setpoint
from lib.core.cellar import Storage
from lib.secrets import Secrets
from lib.settings import BatteryPlace, Settings
from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import Trouble
from lib.sim.victron_box import VictronBox, open_victron_box
from tests.commands.vault import RULES, Vault
from tests.conftest import NOON
from tests.conftest import RULES as HOUSE_RULES
from tests.waiting import eventually


@pytest.fixture
async def box() -> AsyncIterator[VictronBox]:
    """A Victron with a battery of 10 kWh; its time stands still."""
    made = await open_victron_box(HomeBattery(start=NOON, name="home", soc_pct=55.0))
    yield made
    await made.close()


def home(*addresses: str, make: str = "victron") -> Settings:
    """A home with batteries there."""
    names = ("home", "shed")
    places = tuple(
        BatteryPlace(make=make, address=address, rules=BatteryRules(name=name, capacity_wh=10_000))
        for name, address in zip(names, addresses, strict=False)
    )
    nowhere = Path("/nowhere")
    return Settings(home=nowhere, source="", doors={}, rules=HOUSE_RULES, secrets=nowhere, batteries=places)


def wanting(setpoint: Setpoint | None) -> Storage:
    """A state in which the battery shall do that."""
    storage = Vault().storage
    return replace(storage, cells={"home": replace(storage.cells["home"], setpoint=setpoint)})


async def test_a_battery_is_heard_told_and_handed_back(box: VictronBox) -> None:
    """Also before it is told anything, as the last run may have died; in the end it is its owner's again."""
    heard: list[BatteryEvent] = []
    async with opened(home(box.where), Secrets(), heard.append, WallClock()) as batteries:
        assert set(RULES.batteries) == set(batteries.keepers)
        await eventually(lambda: any(isinstance(event, BatteryTold) for event in heard))
        told = next(event for event in heard if isinstance(event, BatteryTold))
        assert ("home", 55.0) == (told.battery, told.reading.soc_pct)
        batteries.follow(wanting(Setpoint(power_w=-1_000.0, grid_w=250.0)))
        await eventually(lambda: box.fleeting_w == 250)
        await eventually(lambda: any(isinstance(event, BatteryTook) and event.setpoint for event in heard))
        batteries.follow(wanting(None))
        await eventually(lambda: box.fleeting_w == 0)
        batteries.follow(wanting(Setpoint(power_w=-1_000.0, grid_w=250.0)))
        await eventually(lambda: box.fleeting_w == 250)
    assert 0 == box.fleeting_w
    await eventually(lambda: 0 == box.visitors)


async def test_one_that_is_away_keeps_nobody_from_the_others(box: VictronBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its silence is an event like any other, and the end does not wait for it for long."""
    monkeypatch.setattr(register_battery, "ANSWER_S", 2.0)
    heard: list[BatteryEvent] = []
    hanging = await open_victron_box(HomeBattery(start=NOON, name="shed"))
    hanging.trouble = Trouble.HANG
    async with opened(home(box.where, hanging.where), Secrets(), heard.append, WallClock()):
        await eventually(lambda: any(isinstance(event, BatteryTold) for event in heard))
        await eventually(lambda: any(isinstance(event, BatteryMissed) for event in heard))
        assert {"shed"} == {event.battery for event in heard if isinstance(event, BatteryMissed)}
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < 12
    await hanging.close()


async def test_what_can_never_work_stops_the_start() -> None:
    """Before anything is opened, with a sentence for the owner."""
    with pytest.raises(BatterySetupError, match="home"):
        async with opened(home("192.168.1.70", make="tesla"), Secrets(), lambda _: None, WallClock()):
            pass


def test_the_most_particular_password_is_taken() -> None:
    """Of this box, of this host, of this make; an empty one is none."""
    others = {"sessy": "make", "sessy@10.0.0.7": "host", "sessy@10.0.0.7:81": "box", "marstek": ""}
    known = Secrets(others=others)
    assert ["box", "host", "make", None] == [
        password_of(known, make, address)
        for make, address in (
            ("sessy", "10.0.0.7:81"),
            ("sessy", "10.0.0.7"),
            ("sessy", "10.0.0.8"),
            ("marstek", "10.0.0.8"),
        )
    ]
