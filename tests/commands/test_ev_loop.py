"""The loop of ev: dm's and the owner's words at once, what chargers say together a moment later."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from lib.clock import WallClock
from lib.commands.devices import Devices
from lib.commands.ev_loop import GATHERS_S, Cars
from lib.commands.ev_memory import Memory
from lib.commands.ev_teller import Teller
from lib.core.charger import ChargerReading, Plug, Told
from lib.core.charging import Heard, Wanted, opened
from lib.core.modes import Mode
from lib.core.site import Word
from lib.messages import Message
from lib.messages.charging import Charging
from tests.commands.yard import RULES
from tests.store.ev_builders import recorder_in
from tests.waiting import LIMIT_S


class Loop:
    """The loop, what it says, and chargers that are read."""

    def __init__(self, folder: pytest.TempPathFactory) -> None:
        self.clock = WallClock()
        state = opened(RULES, at=self.clock.now(), now_s=self.clock.monotonic())
        self.memory = Memory(charging=state, recorder=recorder_in(folder.mktemp("home"))[0], owners={})
        self.said: list[Message] = []
        self._news = asyncio.Event()
        teller = Teller(self._hear, RULES, self.memory, boot="b", clock=self.clock, makes={})
        self.cars = Cars(RULES, self.memory, teller, self.clock)

    def _hear(self, message: Message) -> None:
        self.said.append(message)
        self._news.set()

    def read(self, charger: str, plug: Plug = Plug.CONNECTED) -> None:
        """A charger tells what hangs on it."""
        reading = ChargerReading(plug=plug, read_s=self.clock.monotonic(), set_a=6.0, paused=True, total_wh=1.0)
        self.cars.take(Told(charger=charger, reading=reading))

    @property
    def plugs(self) -> list[Plug]:
        """What hangs on the chargers, as it was said last."""
        states = [said for said in self.said if isinstance(said, Charging)]
        return [one.plug for one in states[-1].chargers] if states else []

    async def until(self, plugs: list[Plug]) -> None:
        """Until that is said. Raises TimeoutError."""
        async with asyncio.timeout(LIMIT_S):
            while self.plugs != plugs:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def loop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Loop]:
    """A loop that has just acted, and runs."""
    loop = Loop(tmp_path_factory)
    running = asyncio.create_task(loop.cars.run(Devices(points={}, memory=loop.memory)))
    await loop.until([Plug.UNKNOWN, Plug.UNKNOWN])
    yield loop
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_what_chargers_say_is_known_at_once_and_told_together(loop: Loop) -> None:
    """Two that are read one after the other make one word, and soon."""
    began, since_s = len(loop.said), loop.clock.monotonic()
    loop.read("garage")
    loop.read("drive")
    assert [Plug.CONNECTED, Plug.CONNECTED] == [bay.post.plug for bay in loop.cars.charging.bays.values()]
    assert [] == loop.said[began:]
    await loop.until([Plug.CONNECTED, Plug.CONNECTED])
    assert ["charging"] == [said.type for said in loop.said[began:] if said.type == "charging"]
    assert loop.clock.monotonic() - since_s < GATHERS_S + 2


async def test_a_charger_that_speaks_after_a_while_does_not_wait(loop: Loop) -> None:
    """Where little is said, as in a home, nothing waits."""
    await asyncio.sleep(GATHERS_S + 0.1)
    loop.read("garage")
    assert [Plug.CONNECTED, Plug.UNKNOWN] == loop.plugs


async def test_the_owner_and_dm_do_not_wait(loop: Loop) -> None:
    """What they say is acted upon before they are answered; what a charger said before goes along."""
    loop.read("garage")
    loop.cars.take(Wanted(charger="drive", mode=Mode.OFF))
    assert [Plug.CONNECTED, Plug.UNKNOWN] == loop.plugs
    loop.read("drive")
    loop.cars.take(Heard(word=Word(at=loop.clock.now(), good=True, grid_w=300.0, target_w=2500.0)))
    assert [Plug.CONNECTED, Plug.CONNECTED] == loop.plugs
