"""Stories of a battery's box that is not itself, and of a house that is gone for a while: who is told, and when."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from lib.core.claims import BATTERY
from lib.messages import House
from lib.messages.plan import Plan
from lib.messages.storage import Storage
from lib.sim.line_server import HOST
from lib.sim.victron_box import FLEETING, VictronBox
from tests.programs.bs_lives import a_home, is_helped
from tests.programs.home import Home, comes_true, end, kill
from tests.programs.live_house import LINES, P1, ROOF, STORE, a_battery
from tests.programs.program import running
from tests.waiting import LIMIT_S


async def box_fails(folder: Path, ports: int) -> None:
    """Whatever its box does, bs tells the others that it cannot help: the plan goes without it, and with it later.

    In the end the box has what it had when bs came: its own setpoint.
    """
    box = VictronBox(a_battery())
    async with a_home(folder / "box fails", ports, box) as story, AsyncExitStack() as lives:
        home, house = story.home, story.house
        await lives.enter_async_context(home.living("dm"))
        await lives.enter_async_context(home.living("ev"))
        bs = await lives.enter_async_context(home.living("bs"))
        await is_helped(story)
        for word in ("hang", "off"):
            await house.type(f"battery {word}")
            said = await home.heard(Storage, lambda said: said.batteries[0].silent_s is not None)
            assert (0, None, 0) == (said.can_help_w, said.help, said.help_w)
            assert said.why.startswith("the battery does not answer: ")
            await home.heard(House, lambda said: not any(one.who == BATTERY and one.controlled for one in said.drawn))
            await home.heard(Plan, lambda said: said.served and all(one.battery_w is None for one in said.spans))
            await house.type("battery on")
            await home.heard(Storage, lambda said: said.help and said.batteries[0].ours)
        await house.type("battery restart")  # what it was told was only in its memory
        await comes_true(lambda: box.fleeting_w != 0)
        await house.type("battery refuse")
        await home.order("set_storage", program="bs", mode="off")
        told = len(box.writes)
        said = await home.heard(Storage, lambda said: not said.batteries[0].ours and said.batteries[0].warning)
        assert "the battery does not do as it is told" in said.why
        assert len(box.writes) - told < 20
        await house.type("battery well")
        await home.order("set_storage", program="bs", mode="auto")
        await home.heard(Storage, lambda said: said.help and said.batteries[0].ours)
        await end(bs)
        assert (FLEETING, (0, 0)) == box.writes[-1][1:]
        assert not box.battery.is_told
    assert " ERROR " not in "".join(home.log(program) for program in ("dm", "ev", "bs"))


async def house_dies(folder: Path, ports: int) -> None:
    """The simulated house is killed, and another one stands there: sun and battery are not known, and then they are.

    Who does not know the sun does not take it for 0. In the end the GX is in its own mode.
    """
    home = Home(folder=folder / "battery's house dies", ports=ports, arguments=("--demo",))
    home.furnish("")
    async with AsyncExitStack() as lives:
        async with running(*_simulated(ports), environ=home.environ) as house:
            await lives.enter_async_context(home.living("dm"))
            bs = await lives.enter_async_context(home.living("bs"))
            await home.heard(House, lambda said: (said.sun_w or 0) > 100)
            said = await home.heard(Storage, lambda said: said.batteries[0].ours and said.flow.measured)
            assert ("home", "victron") == (said.batteries[0].name, said.batteries[0].make)
            await kill(house)
        await home.heard(Storage, lambda said: said.batteries[0].silent_s is not None and said.soc_pct is None)
        dark = await home.heard(House, lambda said: said.sun_w is None)
        assert ["roof"] == [one.name for one in dark.suns if one.trouble]
        await lives.enter_async_context(running(*_simulated(ports), environ=home.environ))
        await home.heard(House, lambda said: (said.sun_w or 0) > 100)
        await home.heard(Storage, lambda said: said.batteries[0].ours and said.flow.measured)
        assert "told to keep the grid at" in await _status(ports)
        await end(bs)
        assert "in its own mode" in await _status(ports)
    assert " ERROR " not in home.log("dm") + home.log("bs")


def _simulated(ports: int) -> tuple[str, ...]:
    """The house of the demo, on a day in June."""
    options = {"p1": P1, "line": LINES, "victron": STORE, "fronius": ROOF}
    words = [word for part, at in options.items() for word in (f"--{part}-port", str(ports + at))]
    return "-m", "lib.sim", *words, "--start", "2026-06-17T12:01"


async def _status(ports: int) -> str:
    """Its status line."""
    async with asyncio.timeout(LIMIT_S):
        reader, writer = await asyncio.open_connection(HOST, ports + LINES)
        writer.write(b"status\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
    return line.decode()
