"""The story of a battery's box that is not itself: who is told, and how it goes on."""

from contextlib import AsyncExitStack
from pathlib import Path

from lib.core.claims import BATTERY
from lib.core.needs import Step
from lib.messages import House
from lib.messages.charging import Charging
from lib.messages.storage import Storage
from lib.sim.victron_box import FLEETING, VictronBox
from tests.programs.bs_lives import a_home, is_helped
from tests.programs.home import comes_true, end
from tests.programs.live_house import a_battery


async def box_fails(folder: Path, ports: int) -> None:
    """Whatever its box does, bs tells the others that it cannot help: the trip is late then, and helped again later.

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
            late = await home.heard(Charging, lambda said: said.trips[0].step is Step.OVER)
            assert "it takes" in late.trips[0].said
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
