"""Stories of programs that are killed, with what the box of a charger is told meanwhile."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from lib.core.modes import Mode
from lib.core.why import Hold
from lib.messages import House
from lib.messages.charging import Charging
from lib.sim.charge_point import ChargeSettings
from tests.programs.home import Home, charger, comes_true, end, kill
from tests.programs.live_house import LiveHouse, a_point, first_is_a_read, writes
from tests.programs.session import session

CHARGES, FULL_W = ChargeSettings(current_a=10.0), 2_300
SAFE_S = 35.0  # a lease, and what the wire takes
BACK_S = 5.0  # from the death of a program to its next life


async def dm_dies(folder: Path, ports: int, killed: asyncio.Event) -> None:
    """Without dm each charger falls to its safe current, and ev says why; with dm back it goes on without a pulse."""
    home = Home(folder=folder / "dm dies", ports=ports)
    one, three = a_point("garage", phases=1, settings=CHARGES), a_point("street", settings=CHARGES)
    async with LiveHouse.open(ports, one, three) as house, AsyncExitStack() as lives:
        garage, street = house.boxes["garage"], house.boxes["street"]
        home.furnish(house.settings(garage={"phases": 1, "wired": "1", "safe_a": 6}, street={"car": None}))
        dm = await lives.enter_async_context(home.living("dm"))
        ev = await lives.enter_async_context(home.living("ev"))
        await home.heard(Charging, lambda said: all(one.plug.is_car for one in said.chargers))
        for name in house.boxes:
            assert 200 == (await home.order("set_mode", charger=name, mode="max")).status
        await home.heard(Charging, lambda said: all((one.granted_w or 0) > 3_000 for one in said.chargers))
        await kill(dm)
        killed.set()

        await comes_true(lambda: one.settings.current_a == 6 and three.settings.paused, within_s=SAFE_S)
        said = await home.heard(Charging, lambda said: charger(said).because.held is Hold.SAFE)
        assert not one.settings.paused
        assert "at its safe setting (6 A)" in charger(said).why
        assert "at its safe setting (nothing)" in charger(said, "street").why
        assert said.budget
        assert said.budget.granted_w is None
        assert said.budget.trouble.startswith("dm is silent for ")
        assert "nobody listens there: is the program running" in said.notices["dm"]

        await lives.enter_async_context(home.living("dm"))
        said = await home.heard(Charging, lambda said: said.budget and said.budget.granted_w)
        await comes_true(lambda: one.settings.current_a > 6)
        said = await home.heard(Charging, lambda _: True)
        assert (None, "") == (said.notices.get("dm"), said.budget and said.budget.trouble)
        assert [] == [keys["charge_pause"] for keys in writes(garage) if "charge_pause" in keys]
        assert [1] == [keys["charge_pause"] for keys in writes(street) if "charge_pause" in keys]
        await end(ev)
        await comes_true(lambda: [CHARGES, CHARGES] == [one.settings, three.settings])  # as they were found
    assert " ERROR " not in home.log("ev")


async def ev_dies(folder: Path, ports: int, killed: asyncio.Event) -> None:
    """Without ev the box keeps its amperes, and dm says so; ev comes back, reads, and goes on or draws less.

    What its owner told it a second before its death stands.
    """
    home, point = Home(folder=folder / "ev dies", ports=ports), a_point(phases=1, settings=CHARGES)
    async with LiveHouse.open(ports, point) as house:
        box = house.boxes["garage"]
        home.furnish(house.settings(connection_a=20, garage={"phases": 1, "wired": "1"}))
        async with home.living("dm"):
            async with home.living("ev") as ev, home.ear("ev") as ear:
                await home.heard(Charging, lambda said: charger(said).plug.is_car)
                assert 200 == (await home.order("set_mode", charger="garage", mode="max")).status
                await home.heard(Charging, lambda said: charger(said).granted_w and charger(said).power_w == FULL_W)
                assert "car_1: 43 %" == await ear.told("soc car_1 43")
                assert '"type":"done"' in await ear.told('{"type": "boost", "charger": "garage", "minutes": 90}')
                before = await home.heard(Charging, lambda said: charger(said).boost_until)
                await asyncio.sleep(1)  # what is told here: a second is enough to keep it
                await kill(ev)
                killed.set()
            asked, told, offered_a = box.asked, len(box.writes), point.offered_a
            said = await home.heard(House, lambda said: "ev silent" in said.notices, within_s=SAFE_S)
            assert "nobody controls garage, which may draw up to" in said.notices["ev silent"]
            [drawn] = said.drawn
            assert (False, True) == (drawn.controlled, drawn.high_w >= point.power_w > 0)
            assert ([], asked) == (writes(box, told), box.asked)
            assert offered_a == point.offered_a

            async with session(home, "ev") as kept:
                after = await home.heard(Charging, lambda said: charger(said).plug.is_car)
                assert _lasting(before) == _lasting(after)
                assert first_is_a_read(box, asked)
                assert [] == writes(box, told)

                life = kept.pid()
                assert life
                house.world.switch_on("sauna")  # while nobody looks, its phase is full
                asked, told, told_a = box.asked, len(box.writes), point.told.current_a
                os.kill(life, signal.SIGKILL)
                await comes_true(lambda: kept.pid() not in {None, life}, within_s=BACK_S)
                await comes_true(lambda: len(box.writes) > told)
                assert first_is_a_read(box, asked)
                [first] = writes(box, told)[:1]
                assert first.get("charge_pause") == 1 or first["current_set"] < told_a
                assert _lasting(before) == _lasting(await home.heard(Charging, lambda said: charger(said).plug.is_car))
            await comes_true(lambda: [CHARGES, CHARGES] == [point.told, point.settings])  # as found three lives ago
    assert " ERROR " not in home.log("ev") + home.log("dm")


def _lasting(said: Charging) -> tuple[object, ...]:
    """What no death of ev changes."""
    one, plug_in = charger(said), charger(said).plug_in
    assert (one.mode, one.boost_until is None, plug_in is None) == (Mode.MAX, False, False)
    return one.boost_until, plug_in and plug_in.since, one.car, said.cars[0].source, int(said.cars[0].soc_pct or 0)
