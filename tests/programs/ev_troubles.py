"""Stories of a charger's box that is not itself, and of a house that is gone for a while."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

from lib.core.charger import power_w
from lib.core.link import LinkState
from lib.messages import House
from lib.messages.charging import Charging
from lib.sim.charge_point import ChargeSettings
from tests.hub.raw import request
from tests.programs.home import Home, charger, comes_true, end, kill
from tests.programs.live_house import BOXES, LiveHouse, a_point, beginning, writes
from tests.programs.program import running
from tests.waiting import LIMIT_S

PARTS = ("p1", "line", "nrgkick", "calendar", "cars")
AWAY_S = 40.0
SAID = {"hang": "no answer from", "broken": "HTTP 502"}
FOUND = '"current_set": 6.0, "charge_pause": 1'


async def box_misbehaves(folder: Path, ports: int) -> None:
    """Whatever its box does, ev says it once, and once that it is over; dm counts the car at its last offer.

    In the end the box has what it had when ev came, a car that charged with 8 A.
    """
    home, point = Home(folder=folder / "box misbehaves", ports=ports), a_point(settings=ChargeSettings(current_a=8.0))
    async with LiveHouse.open(ports, point) as house:
        home.furnish(house.settings())
        async with home.living("dm"), home.living("ev") as ev:
            await home.heard(Charging, is_under_way)
            await home.order("set_soc", car="car_1", soc_pct=40)
            await home.order("set_mode", charger="garage", mode="max")
            for word, said in SAID.items():
                await comes_true(lambda: point.power_w > 5_000)
                await house.type(f"charger 1 {word}")
                silent = await home.heard(Charging, is_silent)
                assert said in charger(silent).why
                counted = await home.heard(House, lambda said: any(not one.controlled for one in said.drawn))
                assert counted.drawn[0].high_w >= power_w(point.offered_a, 3)
                await house.type("charger 1 well")
                await home.heard(Charging, lambda said: not is_silent(said))
            await refuses(home, house)
            point.reboot(5)
            await home.heard(Charging, is_silent)
            await comes_true(lambda: point.settings.current_a > 8)  # not what it began with
            await goes_dark(home, house)
            await end(ev)
            await comes_true(lambda: (8.0, False) == (point.settings.current_a, point.settings.paused))
    log = home.log("ev")
    silences = [line for line in log.splitlines() if " ev: garage: the charger does not answer: " in line]
    assert [1, 1] == [sum(said in line for line in silences) for said in SAID.values()]
    assert (4, 4) == (len(silences), log.count(" ev: garage: the charger answers again"))  # and the two after them
    for said in ("does not do as it is told: it refuses", "does as it is told again"):
        assert 1 == log.count(f" ev: garage: the charger {said}")
    assert " ERROR " not in log + home.log("dm")


async def refuses(home: Home, house: LiveHouse) -> None:
    """A box that takes no order; what was wanted is done as soon as it takes one."""
    point = house.boxes["garage"].point
    await house.type("charger 1 refuse")
    await home.order("set_mode", charger="garage", mode="off")
    await comes_true(lambda: "charge_pause" in writes(house.boxes["garage"])[-1])
    refused = await home.heard(House, lambda said: said.drawn and said.drawn[0].high_w > 0)
    assert refused.drawn[0].high_w >= power_w(point.offered_a, 3) > 0
    await house.type("charger 1 well")
    await comes_true(lambda: point.settings.paused)
    await home.order("set_mode", charger="garage", mode="max")
    await comes_true(lambda: not point.settings.paused)


async def goes_dark(home: Home, house: LiveHouse) -> None:
    """Meter and charger are gone, and come back with their counters: session and state of charge go on."""
    before = await home.heard(Charging, lambda said: not is_silent(said) and energy_wh(said) > 0)
    async with house.dark():
        await home.heard(Charging, is_silent)
        await home.heard(House, lambda said: said.link.state is not LinkState.GOOD)
    after = await home.heard(Charging, lambda said: not is_silent(said) and charger(said).granted_w)
    assert since(before) == since(after)
    assert energy_wh(before) < energy_wh(after)
    assert 40 <= (before.cars[0].soc_pct or 0) < (after.cars[0].soc_pct or 0)


async def house_dies(folder: Path, ports: int) -> None:
    """The simulated house is killed, and another one stands there: both programs go on with it by themselves."""
    home = Home(folder=folder / "house dies", ports=ports, arguments=("--demo",))
    home.furnish("peak_target_kw = 20")
    start = beginning()
    async with AsyncExitStack() as lives:
        async with running(*_simulated(ports, start), environ=home.environ) as house:
            await lives.enter_async_context(home.living("dm"))
            ev = await lives.enter_async_context(home.living("ev"))
            await home.heard(Charging, is_under_way)
            await home.order("set_mode", charger="garage", mode="max")
            before = await home.heard(Charging, lambda said: energy_wh(said) > 3)
            assert "car_1" == charger(before).car
            await kill(house)
        silent = await home.heard(Charging, is_silent)
        assert "does not answer" in charger(silent).why
        await home.heard(House, lambda said: said.link.state is not LinkState.GOOD)
        start += timedelta(seconds=AWAY_S)
        await lives.enter_async_context(running(*_simulated(ports, start), environ=home.environ))
        after = await home.heard(Charging, lambda said: not is_silent(said) and (charger(said).power_w or 0) > 1_000)
        assert since(before) == since(after)
        assert energy_wh(before) <= energy_wh(after)
        await end(ev)
        await gives_back(home)
    assert " ERROR " not in home.log("ev") + home.log("dm")


async def gives_back(home: Home) -> None:
    """Wait until the box tells that it has what it had when ev came."""
    async with asyncio.timeout(LIMIT_S):
        told = ""
        while FOUND not in told:
            await asyncio.sleep(0.2)
            told = (await request(await home.dial(home.ports + BOXES), "/control")).body


def _simulated(ports: int, start: datetime) -> tuple[str, ...]:
    """The house of the demo."""
    options = [word for at, part in enumerate(PARTS, 3) for word in (f"--{part}-port", str(ports + at))]
    return "-m", "lib.sim", *options, "--start", start.isoformat()


def is_under_way(said: Charging) -> bool:
    """Whether ev knows its charger and its house."""
    return charger(said).plug.is_car and said.budget is not None and said.budget.target_w is not None


def is_silent(said: Charging) -> bool:
    """Whether the charger does not answer."""
    return charger(said).silent_s is not None


def energy_wh(said: Charging) -> float:
    """What was charged in this plug-in."""
    plug_in = charger(said).plug_in
    return plug_in.energy_wh if plug_in else 0.0


def since(said: Charging) -> datetime | None:
    """When the car was plugged in."""
    plug_in = charger(said).plug_in
    return plug_in.since if plug_in else None
