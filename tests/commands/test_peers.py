"""How a program hears another, and what its owner is told while it does not."""

import asyncio
from pathlib import Path

import pytest

from lib.clock import WallClock
from lib.commands.peers import heard, trouble
from lib.hub.gate import Role
from lib.messages import House, Message
from lib.secrets import Secrets, Tokens
from lib.settings import Door, Settings
from tests.conftest import RULES as HOUSE_RULES
from tests.hub.builders import a_house, eventually, open_hub

TOKENS = Tokens(view="view" * 10, control="control" * 6)


def settings(port: int | None, *, tls: tuple[Path, Path] | None = None) -> Settings:
    """Of a house whose dm listens there."""
    doors = {} if port is None else {"dm": Door("127.0.0.1", port)}
    home = Path("/nowhere")
    return Settings(home=home, source="", doors=doors, rules=HOUSE_RULES, secrets=home, tls=tls)


async def test_it_hears_and_has_no_trouble() -> None:
    """Nor before the first try; when the other one goes it is said why."""
    said: list[Message] = []
    async with open_hub() as hub:
        hub.say(a_house())
        async with heard(settings(hub.port), Secrets(), "dm", said.append, WallClock()) as peer:
            assert "" == trouble(peer, "dm")
            await eventually(lambda: any(isinstance(one, House) for one in said))
            assert "" == trouble(peer, "dm")
            assert peer
            await hub.close()
            await eventually(lambda: bool(trouble(peer, "dm")))
            assert trouble(peer, "dm").startswith(f"ws://127.0.0.1:{hub.port}/ws: ")


async def test_without_a_door_that_is_said() -> None:
    """Or where its certificate is no file."""
    none = settings(1, tls=(Path("/nowhere/cert.pem"), Path("/nowhere/key.pem")))
    for config in (settings(None), none):
        async with heard(config, Secrets(), "dm", lambda _: None, WallClock()) as peer:
            assert peer is None
            assert "dm cannot be heard" in trouble(peer, "dm")


async def test_to_this_machine_no_token_is_sent() -> None:
    """A wrong one would be refused even here; whoever listens on this port need not know ours."""
    said: list[Message] = []
    tokens = {Role.VIEW: "x" * 40, Role.CONTROL: "y" * 40}
    async with open_hub(tokens=tokens) as hub:
        hub.say(a_house())
        async with heard(settings(hub.port), Secrets(door=TOKENS), "dm", said.append, WallClock()):
            await eventually(lambda: bool(said))


@pytest.mark.parametrize("vital", [True, False])
async def test_a_bug_in_what_hears_ends_who_cannot_do_without(vital: bool, caplog: pytest.LogCaptureFixture) -> None:
    """The others go on, and the log has it."""

    def hear(_: Message) -> None:
        raise ZeroDivisionError

    async def whole(port: int) -> None:
        async with heard(settings(port), Secrets(), "dm", hear, WallClock(), vital=vital):
            await eventually(lambda: "a bug of its own" in caplog.text)

    async with open_hub() as hub:
        hub.say(a_house())
        running = asyncio.create_task(whole(hub.port))
        await asyncio.wait({running})
    assert vital == isinstance(running.exception(), ZeroDivisionError)
    assert vital != ("listening to dm ended by a bug of its own" in caplog.text)
