"""Around the loop: the sockets come before the screen, and the screen may break."""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.sync.client import connect

from lib.commands.run import Screen, stand
from lib.core.house import Rules
from lib.core.modes import Mode
from lib.hub.client import Peer
from lib.hub.questions import CARS
from lib.hub.states import CAR_STATES
from lib.messages import Band, Message, Rates, Say
from lib.messages.orders import Done, SetMode
from lib.settings import Door, Settings
from tests.conftest import SIMPLE, free_ports
from tests.waiting import LIMIT_S


def rates(price: float) -> Rates:
    """A state that can be told from the one before."""
    return Rates(bands=(Band(name="Day", import_eur_kwh=price),))


def at_door(home: Path, port: int) -> Settings:
    """Dm's settings with its door at a port."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250)
    doors = {"dm": Door("127.0.0.1", port)}
    return Settings(home=home, source="-", doors=doors, rules=rules, secrets=home / "secrets.json")


async def run(config: Settings, work: Callable[[Say], object], screen: Callable[[], Screen]) -> int:
    """The program around a loop, until it ends."""
    async with asyncio.timeout(LIMIT_S):
        return await stand("dm", config, work, boot="b", screen=screen, words={})  # type: ignore[arg-type]


DRAWS_S = 2.0


DRAWS_S = 2.0


class SlowScreen:
    """A dashboard whose drawing takes some time."""

    return_code: int | None = 0
    failure: Exception | None = None

    def __init__(self, drawn: list[tuple[float, Message]], left: asyncio.Event) -> None:
        self._drawn = drawn
        self._left = left

    def show(self, message: Message) -> None:
        """Block everything, as a panel that computes does."""
        self._drawn.append((time.monotonic(), message))
        time.sleep(DRAWS_S)

    async def run_async(self) -> object:
        """Until the owner leaves it."""
        await self._left.wait()
        return "quit"


async def test_a_panel_that_sleeps_delays_frames_by_no_more_than_its_sleep(tmp_path: Path) -> None:
    """Each frame is in the client's hands before the screen draws it, so a slow panel delays only what comes after."""
    port, left = free_ports(), asyncio.Event()
    drawn: list[tuple[float, Message]] = []
    received: list[float] = []
    ready = threading.Event()

    def listen() -> None:
        with connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as client:
            ready.set()
            while len(received) < 3:
                if '"rates"' in client.recv(timeout=LIMIT_S):
                    received.append(time.monotonic())

    client = threading.Thread(target=listen)

    async def work(say: Say) -> None:
        client.start()
        assert await asyncio.to_thread(ready.wait, LIMIT_S)
        for price in (0.1, 0.2, 0.3):
            say(rates(price))
            await asyncio.sleep(0.05)
        left.set()

    assert await run(at_door(tmp_path, port), work, lambda: SlowScreen(drawn, left)) == 0
    client.join(timeout=LIMIT_S)
    assert len(received) == 3
    for frame_s, (draw_s, _) in zip(received, drawn, strict=True):
        assert frame_s < draw_s + DRAWS_S / 2, "the frame left before the drawing blocked the loop"
    assert all(later - earlier < 1.5 * DRAWS_S for earlier, later in pairwise(received))


class BrokenScreen:
    """A dashboard that breaks as soon as it is shown, and the second time stays."""

    failure: Exception | None = ValueError("a bug in a panel")

    def __init__(self, made: list["BrokenScreen"], back: asyncio.Event) -> None:
        made.append(self)
        self.shown: list[Message] = []
        self.return_code: int | None = 1 if len(made) == 1 else 0
        self._back = back

    def show(self, message: Message) -> None:
        """Keep it."""
        self.shown.append(message)

    async def run_async(self) -> object:
        """Break the first time."""
        if self.return_code == 0:
            self._back.set()
            await asyncio.Event().wait()
        return None


async def test_a_screen_that_breaks_leaves_the_loop_running(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The loop says on; the screen comes back by itself and shows the newest state."""
    made: list[BrokenScreen] = []
    back = asyncio.Event()

    async def work(say: Say) -> None:
        price = 0.0
        while not back.is_set():
            price += 0.01
            say(rates(price))
            await asyncio.sleep(0.01)
        raise StopTheProgram

    with pytest.raises(StopTheProgram):
        await run(at_door(tmp_path, free_ports()), work, lambda: BrokenScreen(made, back))
    first, second = made
    assert "a bug in a panel" in caplog.text
    assert len(first.shown) <= 2
    newest = second.shown[0]
    assert isinstance(newest, Rates)
    assert (newest.bands[0].import_eur_kwh or 0) > 0.5, "a second of states later"


class RaisingScreen(BrokenScreen):
    """The same for a dashboard whose fault comes out of it."""

    async def run_async(self) -> object:
        """Raise the first time."""
        if self.return_code:
            raise OSError("no terminal")
        return await super().run_async()


async def test_a_fault_that_comes_out_of_the_screen_stays_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also a terminal that cannot be drawn on ends no program, and the screen is tried again."""
    made: list[BrokenScreen] = []
    back = asyncio.Event()

    async def work(_: Say) -> None:
        await back.wait()
        raise StopTheProgram

    with pytest.raises(StopTheProgram):
        await run(at_door(tmp_path, free_ports()), work, lambda: RaisingScreen(made, back))
    assert len(made) == 2
    assert "OSError: no terminal" in caplog.text


class StopTheProgram(Exception):  # noqa: N818 - it is no error but the end of the story
    """The loop ends loudly."""


class StubbornScreen:
    """A dashboard that breaks just when it is told to end, and so takes no notice of it."""

    return_code: int | None = 1
    failure: Exception | None = None

    def __init__(self, made: list["StubbornScreen"]) -> None:
        made.append(self)

    def show(self, message: Message) -> None:
        """Draw nothing."""

    async def run_async(self) -> object:
        """Stop the program, and swallow the end that follows."""
        os.kill(os.getpid(), signal.SIGTERM)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return None


async def test_a_screen_that_swallows_its_end_does_not_keep_the_program(tmp_path: Path) -> None:
    """Told to stop, the program shows no further screen and ends."""
    made: list[StubbornScreen] = []

    async def work(say: Say) -> None:
        await asyncio.Event().wait()

    assert await run(at_door(tmp_path, free_ports()), work, lambda: StubbornScreen(made)) == 128 + signal.SIGTERM
    assert len(made) == 1


async def test_an_order_at_the_door_reaches_its_program(tmp_path: Path) -> None:
    """What a program takes, answers and shows is its own: here ev's, at the door that the settings name."""
    port = free_ports()
    ready = asyncio.Event()
    told: list[SetMode] = []

    def set_mode(order: SetMode) -> Done:
        told.append(order)
        return Done(what="garage is off")

    async def work(_: Say) -> None:
        ready.set()
        await asyncio.Event().wait()

    async def ask() -> Done | Message:
        await ready.wait()
        peer = Peer(f"ws://127.0.0.1:{port}/ws", lambda _: None)
        listening = asyncio.create_task(peer.listen())
        try:
            async with asyncio.timeout(LIMIT_S):
                while not peer.connected:  # noqa: ASYNC110 - the peer tells nobody that it is connected
                    await asyncio.sleep(0.01)
                return await peer.ask(SetMode(charger="garage", mode=Mode.OFF))
        finally:
            listening.cancel()
            os.kill(os.getpid(), signal.SIGTERM)

    asking = asyncio.create_task(ask())
    async with asyncio.timeout(LIMIT_S):
        await stand(
            "dm",
            at_door(tmp_path, port),
            work,
            boot="b",
            screen=None,
            words={},
            orders={SetMode: set_mode},
            questions=CARS,
            states=CAR_STATES,
        )
    assert Done(what="garage is off") == await asking
    assert [SetMode(charger="garage", mode=Mode.OFF)] == told
