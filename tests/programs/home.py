"""A home whose dm, ev and bs are real processes: started, killed, listened to at their doors, given orders.

Each wait has a limit, and says at its end what was heard last.
"""

import asyncio
import json
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from lib.messages import House, Message, parse_message
from lib.messages.charging import ChargerNow, Charging
from lib.messages.plan import Plan
from lib.messages.storage import Storage
from tests.hub.raw import Answer, request
from tests.programs.far import Far
from tests.programs.program import environment, listening, running
from tests.waiting import LIMIT_S

M = TypeVar("M", House, Plan, Charging, Storage)
FILES = {"dm": "dm.py", "ev": "ev_app.py", "bs": "bs_app.py"}
SAYS = {House: "dm", Plan: "dm", Charging: "ev", Storage: "bs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A folder with its owner's files, and the ports of its programs from the first.

    arguments: of each of its programs. far: the machine that they run on, of_door or of_client; None: this one.
    """

    folder: Path
    ports: int
    arguments: tuple[str, ...] = ()
    far: Far | None = None
    network: str | None = None

    def furnish(self, config: str) -> None:
        """Make the folder, and have it set up as config.py says."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "config.py").write_text(config, "utf-8")

    @property
    def environ(self) -> dict[str, str]:
        """What its programs see."""
        return environment(self.folder, self.ports)

    @property
    def inside(self) -> tuple[str, ...]:
        """What starts a program on its machine."""
        return ("ip", "netns", "exec", self.network) if self.network else ()

    def port(self, program: str) -> int:
        """Its door."""
        return self.ports + list(FILES).index(program)

    def log(self, program: str) -> str:
        """What it wrote down."""
        name = "log_info.log" if program == "dm" else f"{program}.log"
        return (self.folder / "log" / name).read_text("utf-8")

    @asynccontextmanager
    async def living(self, program: str) -> AsyncIterator[Process]:
        """The program until the block ends."""
        command = (FILES[program], "--headless", *self.arguments)
        async with running(*command, environ=self.environ, inside=self.inside) as process:
            yield process

    async def dial(self, port: int) -> socket.socket:
        """A connection to a port of its machine, from that machine itself."""
        if self.far is None:
            return await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), LIMIT_S)
        return await self.far.dial(port, address="127.0.0.1", at_home=self.network == self.far.of_door)

    @asynccontextmanager
    async def ear(self, program: str) -> AsyncIterator["Ear"]:
        """Somebody who listens at the door of a program."""
        async with listening(self.port(program), self.dial) as client:
            yield Ear(client)

    async def heard(self, kind: type[M], holds: Callable[[M], object], *, within_s: float = LIMIT_S) -> M:
        """The first state for which `holds`, from what was said last on; the program may yet be starting."""
        program = SAYS[kind]
        last: Message | None = None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        async with self.ear(program) as ear:
                            async for message in ear.states():
                                last = message if isinstance(message, kind) else last
                                if isinstance(message, kind) and holds(message):
                                    return message
                    except ConnectionClosed:
                        await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{program} did not say it within {within_s:g} s, but at last: {last}") from None

    async def order(self, name: str, *, program: str = "ev", **fields: Any) -> Answer:
        """What a program answers to an order over REST, from its own machine."""
        return await post(await self.dial(self.port(program)), name, fields)


@dataclass(frozen=True, slots=True)
class Ear:
    """A websocket to a program."""

    client: ClientConnection

    async def states(self) -> AsyncIterator[Message]:
        """All that it says, one after the other."""
        while True:
            yield parse_message(await self.client.recv())

    async def told(self, text: str) -> str:
        """Its answer to a typed line, or to an order in JSON."""
        await self.client.send(text)
        async with asyncio.timeout(LIMIT_S):
            while True:
                frame = str(await self.client.recv())
                if not frame.startswith("{") or json.loads(frame)["type"] in {"done", "refused"}:
                    return frame


async def post(where: socket.socket, name: str, fields: dict[str, Any], token: str = "", host: str = "") -> Answer:
    """The answer to an order over REST."""
    headers = {"Host": host or "127.0.0.1"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = json.dumps(fields).encode()
    return await request(where, f"/api/orders/{name}", headers, method="POST", body=body)


def charger(charging: Charging, name: str = "garage") -> ChargerNow:
    """One of its chargers."""
    return next(one for one in charging.chargers if one.name == name)


async def comes_true(holds: Callable[[], object], *, within_s: float = LIMIT_S) -> None:
    """Wait until it holds. Raises AssertionError when it does not in time."""
    try:
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 - a box tells nobody that it was told something
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"that did not come within {within_s:g} s") from None


async def kill(process: Process) -> None:
    """As a power cut does; returns when it is gone."""
    process.kill()
    async with asyncio.timeout(LIMIT_S):
        await process.wait()


async def end(process: Process) -> None:
    """Ask it to end, as a shutdown does; it has nothing to say about that."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(LIMIT_S):
        _, said = await process.communicate()
    assert (128 + signal.SIGTERM, b"") == (process.returncode, said)
