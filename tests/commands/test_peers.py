"""How a program hears another, and what its owner is told while it does not."""

import asyncio
import json
from pathlib import Path

import pytest

from lib.clock import WallClock
from lib.commands.peers import heard, trouble
from lib.hub.address import Address
from lib.hub.gate import Role
from lib.hub.visitor import Visitor
from lib.messages import House, Message
from lib.secrets import Tokens, door_tokens
from lib.settings import Door, Settings
from tests.conftest import RULES as HOUSE_RULES
from tests.hub.builders import a_house, open_hub
from tests.waiting import eventually

TOKENS = Tokens(view="view" * 10, control="control" * 6)


def settings(
    port: int | None, *, tls: tuple[Path, Path] | None = None, secrets: Path = Path("/nowhere/secrets.json")
) -> Settings:
    """Of a house whose dm listens there."""
    doors = {} if port is None else {"dm": Door("127.0.0.1", port)}
    return Settings(home=Path("/nowhere"), source="", doors=doors, rules=HOUSE_RULES, secrets=secrets, tls=tls)


def give(file: Path, tokens: Tokens | None) -> None:
    """Put the tokens of a door into the file of secrets; None: it holds none."""
    file.touch(0o600)
    file.write_text(json.dumps({"door": {"view": tokens.view, "control": tokens.control}} if tokens else {}), "utf-8")


def roles(tokens: Tokens) -> dict[Role, str]:
    """As a door takes them."""
    return {Role.VIEW: tokens.view, Role.CONTROL: tokens.control}


@pytest.fixture
def afar(monkeypatch: pytest.MonkeyPatch) -> None:
    """What listens on this machine counts as another one, at both ends, and nobody waits long."""
    monkeypatch.setattr(Address, "is_loopback", property(lambda _: False))
    monkeypatch.setattr(Visitor, "is_at_home", property(lambda _: False))
    monkeypatch.setattr("lib.hub.client.LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.01)


async def test_it_hears_and_has_no_trouble() -> None:
    """Nor before the first try; when the other one goes it is said why."""
    said: list[Message] = []
    async with open_hub() as hub:
        hub.say(a_house())
        async with heard(settings(hub.port), "dm", said.append, WallClock()) as peer:
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
        async with heard(config, "dm", lambda _: None, WallClock()) as peer:
            assert peer is None
            assert "dm cannot be heard" in trouble(peer, "dm")


async def test_to_this_machine_no_token_is_sent(tmp_path: Path) -> None:
    """A wrong one would be refused even here; whoever listens on this port need not know ours."""
    said: list[Message] = []
    file = tmp_path / "secrets.json"
    give(file, TOKENS)
    async with open_hub(tokens={Role.VIEW: "x" * 40, Role.CONTROL: "y" * 40}) as hub:
        hub.say(a_house())
        async with heard(settings(hub.port, secrets=file), "dm", said.append, WallClock()):
            await eventually(lambda: bool(said))


@pytest.mark.usefixtures("afar")
async def test_tokens_that_a_start_makes_are_its_own(tmp_path: Path) -> None:
    """Its door makes them after its settings were read; the other machine has them already when it is first asked."""
    said: list[Message] = []
    file = tmp_path / "secrets.json"
    async with open_hub(tokens=roles(door_tokens(file))) as hub:
        hub.say(a_house())
        async with heard(settings(hub.port, secrets=file), "dm", said.append, WallClock()) as peer:
            await eventually(lambda: bool(said) or bool(trouble(peer, "dm")))
            assert ("", True) == (trouble(peer, "dm"), bool(said))


@pytest.mark.usefixtures("afar")
@pytest.mark.parametrize(
    ("before", "why"),
    [
        (None, 'it wants a token (HTTP 401): copy "door" in secrets.json of its machine into that of this one'),
        (Tokens(view="o" * 40, control="p" * 40), "it does not know our token (HTTP 401)"),
    ],
    ids=["none", "other ones"],
)
async def test_tokens_that_are_copied_later_count_without_a_start(
    before: Tokens | None, why: str, tmp_path: Path
) -> None:
    """Whoever is refused for his token reads the file again before he asks again."""
    said: list[Message] = []
    file = tmp_path / "secrets.json"
    give(file, before)
    async with open_hub(tokens=roles(TOKENS)) as hub:
        hub.say(a_house())
        async with heard(settings(hub.port, secrets=file), "dm", said.append, WallClock()) as peer:
            await eventually(lambda: why in trouble(peer, "dm"))
            give(file, TOKENS)
            await eventually(lambda: bool(said))
            assert "" == trouble(peer, "dm")


@pytest.mark.usefixtures("afar")
async def test_a_file_of_secrets_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """And stops nothing: put right, it counts."""
    said: list[Message] = []
    file = tmp_path / "secrets.json"
    give(file, TOKENS)
    file.chmod(0o644)
    async with open_hub(tokens=roles(TOKENS)) as hub:
        hub.say(a_house())
        async with heard(settings(hub.port, secrets=file), "dm", said.append, WallClock()) as peer:
            await eventually(lambda: f"{file}: may be read by others; chmod 600 {file}" in trouble(peer, "dm"))
            file.chmod(0o600)
            await eventually(lambda: bool(said))


@pytest.mark.parametrize("vital", [True, False])
async def test_a_bug_in_what_hears_ends_who_cannot_do_without(vital: bool, caplog: pytest.LogCaptureFixture) -> None:
    """The others go on, and the log has it."""

    def hear(_: Message) -> None:
        raise ZeroDivisionError

    async def whole(port: int) -> None:
        async with heard(settings(port), "dm", hear, WallClock(), vital=vital):
            await eventually(lambda: "a bug of its own" in caplog.text)

    async with open_hub() as hub:
        hub.say(a_house())
        running = asyncio.create_task(whole(hub.port))
        await asyncio.wait({running})
    assert vital == isinstance(running.exception(), ZeroDivisionError)
    assert vital != ("listening to dm ended by a bug of its own" in caplog.text)
