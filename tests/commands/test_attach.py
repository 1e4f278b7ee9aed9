"""A screen from elsewhere: what it shows, and what its keys do to the program over there."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lib.commands import SLIP, attach
from lib.commands.attach import TITLES, Program, attached, listening
from lib.commands.picture_cars import noon
from lib.hub.client import Peer
from lib.hub.orders import Handlers
from lib.hub.server import Hub
from lib.messages import Refused
from lib.messages.orders import AcceptPeak, Boost, Done
from lib.panels.dashboard import Dashboard
from tests.panels import story
from tests.panels.golden import screen, until

DONE = Done(what="garage: fast for 60 minutes")


@asynccontextmanager
async def door(program: Program, orders: Handlers) -> AsyncIterator[Hub]:
    """A program's door on this machine, with all that it said."""
    hub = Hub(program, boot="b1", host="127.0.0.1", port=0, orders=orders)
    await hub.start()
    for word in noon() if program == "ev" else story.new_peak().told():
        hub.say(word)
    try:
        yield hub
    finally:
        await hub.close()


def elsewhere(program: Program, hub: Hub) -> tuple[Peer, Dashboard]:
    """The screen of a program from elsewhere."""
    return attached(f"ws://127.0.0.1:{hub.port}/ws", {}, program=program)


async def test_the_cars_can_be_watched_and_steered_from_elsewhere() -> None:
    """The screen of ev, its state, and an order with its answer over one connection."""
    taken: list[object] = []

    def boost(order: Boost) -> Done:
        taken.append(order)
        return DONE

    async with door("ev", {Boost: boost}) as hub:
        peer, app = elsewhere("ev", hub)
        async with listening(peer, app, program="ev"), app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: "charges at 2.3 kW from the sun" in screen(app))
            assert TITLES["ev"] in screen(app)
            await pilot.press("b")
            await until(pilot, lambda: DONE.what in screen(app))
            await pilot.press("q")
            await until(pilot, lambda: app.return_value == "quit")
    assert [Boost(charger="garage")] == taken


async def test_what_the_program_refuses_is_shown() -> None:
    """On the screen of dm, which takes a peak."""

    def accept(order: AcceptPeak) -> Refused:
        return Refused(why=f"{order.peak_w:g} W are too much")

    async with door("dm", {AcceptPeak: accept}) as hub:
        peer, app = elsewhere("dm", hub)
        async with listening(peer, app, program="dm"), app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "NEW PEAK" in screen(app))
            await pilot.press("a", "9", "enter")
            await until(pilot, lambda: "9000 W are too much" in screen(app))


async def test_an_order_to_a_program_that_is_gone_is_answered_with_a_sentence() -> None:
    """Nobody hears it, and that is said."""
    async with door("ev", {}) as hub:
        peer, app = elsewhere("ev", hub)
        async with listening(peer, app, program="ev"), app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: "garage" in screen(app))
            await hub.close()
            await until(pilot, lambda: not peer.connected)
            await pilot.press("b")
            await until(pilot, lambda: "does not hear us" in screen(app))


@pytest.mark.parametrize(
    ("asked", "speaks", "file"), [("dm", "ev", "ev_app.py --attach"), ("ev", "dm", "dm.py --attach")]
)
async def test_the_screen_of_another_program_says_who_speaks_there(asked: Program, speaks: Program, file: str) -> None:
    """A wrong port is a slip that anyone makes: three of them stand in a row."""
    async with door(speaks, {}) as hub:
        peer, app = elsewhere(asked, hub)
        async with listening(peer, app, program=asked), app.run_test(size=(120, 30)) as pilot:
            await until(pilot, lambda: f"there speaks {speaks} (" in screen(app) and file in screen(app))


def test_without_a_terminal_it_says_what_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the name of the program that was asked."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert SLIP == attach.run("ws://127.0.0.1:1/ws", {}, program="ev")
    assert "ev: --attach shows a dashboard and needs a terminal\n" == capsys.readouterr().err


def test_a_wrong_address_is_a_slip(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and no screen."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert SLIP == attach.run("http://pi", {}, program="ev")
    assert capsys.readouterr().err.startswith("ev: ")
