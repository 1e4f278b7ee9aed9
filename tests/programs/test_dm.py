"""The meter program from its bytes to its door, and how it begins and ends."""

import asyncio
import signal
from pathlib import Path

import pytest

from lib.clock import TurnedClock
from lib.commands.dm_loop import Meter
from lib.commands.memory import Memory
from lib.commands.teller import Teller
from lib.core.house import Rules
from lib.core.link import LinkState
from lib.messages import House, Message
from lib.meters.line import Line
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.conftest import free_ports, local
from tests.programs.program import P1Server, ask, ended, environment, listening, next_state, running

EVENING = local("2026-11-20 18:00")


def telegrams(count: int) -> bytes:
    """The first telegrams of a simulated evening."""
    world = World(start=EVENING)
    data = b""
    for _ in range(count):
        world.step(1)
        data += telegram(world.show())
    return data


async def test_a_telegram_becomes_a_state_at_the_door(tmp_path: Path) -> None:
    """From the dongle's bytes to a client's hands, and SIGTERM ends it in order."""
    ports = free_ports()
    async with P1Server() as meter:
        source = ("--source", meter.source)
        async with running("dm.py", "--headless", *source, environ=environment(tmp_path, ports)) as dm:
            await meter.say(telegrams(3))
            async with listening(ports) as client:
                house = await next_state(client, "house")
                while house.get("at") != "2026-11-20T17:00:03Z":
                    house = await next_state(client, "house")
                assert house["link"]["state"] == "good"
                assert house["quarter"]["target_w"] >= 2500
                assert (await next_state(client, "usage"))["columns"][3]["name"] == "today"
                assert (await ask(client, "peak")).strip()
            dm.send_signal(signal.SIGTERM)
            code, error = await ended(dm)
    assert (128 + signal.SIGTERM, "") == (code, error)
    assert "telegrams come from socket://" in (tmp_path / "log" / "log_info.log").read_text()


async def test_one_program_per_home(tmp_path: Path) -> None:
    """The second one says so and ends as an owner's slip; the first goes on."""
    ports = free_ports()
    async with (
        P1Server() as meter,
        running("dm.py", "--headless", "--source", meter.source, environ=environment(tmp_path, ports)),
        listening(ports),
        running("dm.py", "--headless", "--source", meter.source, environ=environment(tmp_path, ports)) as second,
    ):
        code, error = await ended(second)
    assert code == 2
    assert error == f"dm: dm runs already for {tmp_path}\n"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("serial_port = 7\n", "dm: config.py: serial_port is 7; allowed is a text"),
        ('serial_port = "telnet://x"\n', "dm: 'telnet://x' is no source for the meter"),
        ('serial_port = "/nowhere/day.txt"\n', "dm: there is no recording /nowhere/day.txt"),
    ],
)
async def test_an_owners_slip_is_one_sentence(tmp_path: Path, config: str, said: str) -> None:
    """Exit code 2, the sentence on stderr, no traceback."""
    (tmp_path / "config.py").write_text(config + "socket_info = {}\n")
    async with running("dm.py", "--headless", environ=environment(tmp_path, free_ports())) as dm:
        code, error = await ended(dm)
    assert code == 2
    assert error.startswith(said)
    assert error.count("\n") == 1


async def test_a_recording_is_played_to_its_end(tmp_path: Path) -> None:
    """Without a screen a recording that is over ends the program; the last state was the whole of it."""
    recording = tmp_path / "evening.txt"
    recording.write_bytes(telegrams(5))
    arguments = ("--headless", "--source", str(recording), "--speed", "0")
    async with running("dm.py", *arguments, environ=environment(tmp_path, free_ports())) as dm:
        code, error = await ended(dm)
    assert (0, "") == (code, error)
    assert "the recording is over" in (tmp_path / "log" / "log_info.log").read_text()


async def test_what_the_rates_say_in_vain_stands_in_the_log(tmp_path: Path) -> None:
    """A key that is not known does nothing, and the owner is told which one is meant."""
    (tmp_path / "rates.json").write_text('{"Electricity": {"+": 0.3, "fixd": []}}')
    (tmp_path / "evening.txt").write_bytes(telegrams(2))
    arguments = ("--headless", "--source", str(tmp_path / "evening.txt"), "--speed", "0")
    async with running("dm.py", *arguments, environ=environment(tmp_path, free_ports())) as dm:
        await ended(dm)
    said = "rates.json: Electricity.fixd: is not known and does nothing; is fixed meant?"
    assert said in (tmp_path / "log" / "log_info.log").read_text()


async def test_a_disk_that_cannot_be_written_stops_no_meter(tmp_path: Path) -> None:
    """Neither log nor lock can be made: that is said on stderr, and the recording is played all the same."""
    recording = tmp_path / "evening.txt"
    recording.write_bytes(telegrams(5))
    home = tmp_path / "home"
    home.mkdir()
    for folder in ("log", "data"):
        (home / folder).write_text("a file where the folder should be")
    arguments = ("--headless", "--source", str(recording), "--speed", "0")
    async with running("dm.py", *arguments, environ=environment(home, free_ports())) as dm:
        code, error = await ended(dm)
    assert code == 0
    assert "cannot be written" in error
    assert "cannot be locked" in error
    assert "the recording is over" in error


@pytest.mark.parametrize("option", ["--decode", "--source"])
async def test_an_empty_name_is_no_reason_to_open_the_owners_meter(tmp_path: Path, option: str) -> None:
    """A script whose variable is empty gets a sentence, and not a second program on the cable."""
    async with running("dm.py", "--headless", option, "", environ=environment(tmp_path, free_ports())) as dm:
        code, error = await ended(dm)
    assert code in {1, 2}
    assert error.count("\n") == 1


class Pieces:
    """A recording that gives its bytes in pieces, as a cable does."""

    name, live = "pieces", False

    def __init__(self, data: bytes, size: int) -> None:
        self._pieces = [data[start : start + size] for start in range(0, len(data), size)]

    async def read(self) -> bytes:
        """The next piece."""
        return self._pieces.pop(0) if self._pieces else b""

    async def close(self) -> None:
        """Nothing to give back."""


async def test_a_telegram_in_pieces_is_one_state(rules: Rules) -> None:
    """A cable brings a telegram in some ten pieces: the house is said at its end, and not ten times."""

    async def opener(source: str, *, speed: float | None = None) -> Pieces:
        del source, speed
        return Pieces(telegrams(3), 150)

    said: list[Message] = []
    line = Line("pieces", opener=opener)
    memory, clock = Memory(), TurnedClock(EVENING)
    await Meter(line, rules, memory, Teller(said.append, rules, memory, boot="b", clock=clock), clock).run()
    states = [message.link.state for message in said if isinstance(message, House)]
    assert states == [LinkState.WAITING, *[LinkState.GOOD] * 3, LinkState.ENDED]


async def test_typed_lines_move_the_simulated_house(tmp_path: Path) -> None:
    """`sim oven on` at dm's door reaches the house, and the meter shows it."""
    ports = free_ports()
    environ = environment(tmp_path, ports)
    house = ("-m", "lib.sim", "--p1-port", str(ports + 3), "--line-port", str(ports + 4))
    async with (
        running(*house, environ=environ) as sim,
        running("dm.py", "--demo", "--headless", environ=environ),
        listening(ports) as client,
        listening(ports) as typist,
    ):
        now = await next_state(client, "house")
        while "grid_w" not in now:
            now = await next_state(client, "house")
        assert now["demo"]
        assert "oven" in await ask(typist, "sim oven off")  # at a weekend's noon it is on
        for _ in range(3):
            now = await next_state(client, "house")
        assert "oven: on" in await ask(typist, "sim oven on")
        before_w = now["grid_w"]
        for _ in range(30):  # meanwhile something else may be switched off
            now = await next_state(client, "house")
            if now["grid_w"] > before_w + 1000:
                break
        assert now["grid_w"] > before_w + 1000
        sim.kill()
        await sim.wait()
        assert "does not answer" in await ask(typist, "sim oven off")
        while now["link"]["state"] == "good":
            now = await next_state(client, "house")
        assert now["link"]["why"]


async def test_noise_without_telegrams_is_named(tmp_path: Path) -> None:
    """Bytes that never make a telegram: the door says since when and why, once a second."""
    ports = free_ports()
    async with (
        P1Server() as meter,
        running("dm.py", "--headless", "--source", meter.source, environ=environment(tmp_path, ports)),
        listening(ports) as client,
    ):
        house = await next_state(client, "house")
        for _ in range(60):
            await meter.say(bytes(range(128, 256)) * 2)
            house = await next_state(client, "house")
            if "inverted" in house["link"]["why"]:
                break
            await asyncio.sleep(0.1)
        assert house["link"]["state"] == "waiting"
        assert "inverted" in house["link"]["why"]
