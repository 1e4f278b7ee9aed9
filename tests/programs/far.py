"""Places that are not this machine's loopback: another network of its own, and this machine's own address."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.secrets import Tokens, load_secrets
from tests.programs.program import ROOT
from tests.waiting import LIMIT_S

PREFIX = "dm-door-"
NETWORK, NETWORK_6 = "10.213.77", "fd77:213"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """Where a door stands, and where it is asked from; no names of networks: both are this machine's own address."""

    address: str
    address_6: str | None = None
    of_door: str | None = None
    of_client: str | None = None

    def command(self, network: str | None, *arguments: str) -> list[str]:
        """Python with arguments, in a network."""
        inside = ["ip", "netns", "exec", network] if network else []
        return [*inside, sys.executable, *arguments]

    async def dial(self, port: int, *, address: str | None = None, at_home: bool = False) -> socket.socket:
        """A connection to the door; at_home: from its own machine."""
        network = self.of_door if at_home else self.of_client
        return await asyncio.to_thread(_dial, network, (address or self.address, port))


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door that is open."""

    far: Far
    port: int
    tokens: Tokens

    async def dial(self) -> socket.socket:
        """A connection to it from afar."""
        return await self.far.dial(self.port)

    def url(self, scheme: str = "ws", way_in: str = "") -> str:
        """Its websocket."""
        return f"{scheme}://{way_in}{self.far.address}:{self.port}/ws"

    async def run(self, *arguments: str, typed: str = "", **environ: str) -> str:
        """What a program of Python says that runs afar."""
        process = await asyncio.create_subprocess_exec(
            *self.far.command(self.far.of_client, *arguments),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                said, _ = await process.communicate(typed.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return said.decode()


@contextlib.asynccontextmanager
async def open_door(far: Far, folder: Path, *options: str, host: str | None = None) -> AsyncIterator[Door]:
    """A door in a program of its own; its log must not hold its tokens."""
    secrets = folder / "secrets.json"
    process = await asyncio.create_subprocess_exec(
        *far.command(far.of_door, "-m", "tests.programs.a_door", host or far.address, str(secrets), *options),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONASYNCIODEBUG": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(LIMIT_S):
            port = await process.stdout.readline()
        assert port, (await process.communicate(b""))[1].decode()
        tokens = load_secrets(secrets).door
        assert tokens
        yield Door(far=far, port=int(port), tokens=tokens)
        async with asyncio.timeout(LIMIT_S):
            _, log = await process.communicate(b"")  # and so ends its stdin
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert 0 == process.returncode, log.decode()
    assert tokens.view.encode() not in log
    assert tokens.control.encode() not in log
    assert b"ERROR" not in log, log.decode()


@contextlib.contextmanager
def another_network() -> Iterator[Far]:
    """Two networks of their own with a cable between them. Raises OSError with why where that is not allowed."""
    if shutil.which("ip") is None:
        raise FileNotFoundError("ip is missing: apt install iproute2")
    if os.geteuid() != 0:
        raise PermissionError("networks of their own need root")
    _forget_the_dead()
    far = Far(
        address=f"{NETWORK}.1",
        address_6=f"{NETWORK_6}::1",
        of_door=f"{PREFIX}{os.getpid()}-a",
        of_client=f"{PREFIX}{os.getpid()}-b",
    )
    assert far.of_door
    assert far.of_client
    try:
        for network in (far.of_door, far.of_client):
            _ip("netns", "add", network)
        _ip("link", "add", "v0", "netns", far.of_door, "type", "veth", "peer", "name", "v0", "netns", far.of_client)
        for network, last in ((far.of_door, 1), (far.of_client, 2)):
            _ip("-n", network, "addr", "add", f"{NETWORK}.{last}/24", "dev", "v0")
            with contextlib.suppress(OSError):  # a machine may have no IPv6
                _ip("-n", network, "addr", "add", f"{NETWORK_6}::{last}/64", "dev", "v0", "nodad")
            for device in ("lo", "v0"):
                _ip("-n", network, "link", "set", device, "up")
        yield far
    finally:
        for network in (far.of_door, far.of_client):
            subprocess.run(["ip", "netns", "del", network], capture_output=True, timeout=LIMIT_S, check=False)


def own_address() -> Far:
    """The address under which this machine is known to others. Raises OSError where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 9))  # nobody's, and nothing is sent
        address = sock.getsockname()[0]
    if address.startswith("127."):
        raise OSError("this machine has no address but that of itself")
    return Far(address=address)


def _forget_the_dead() -> None:
    """Remove what tests left that were killed."""
    known = Path("/run/netns")
    for network in known.glob(f"{PREFIX}*") if known.is_dir() else ():
        if not Path("/proc", network.name.removeprefix(PREFIX).partition("-")[0]).exists():
            subprocess.run(["ip", "netns", "del", network.name], capture_output=True, timeout=LIMIT_S, check=False)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        raise PermissionError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _dial(network: str | None, where: tuple[str, int]) -> socket.socket:
    """A connection out of a network; a thread of its own goes there, for it never comes back."""
    found: list[socket.socket | OSError] = []

    def go() -> None:
        try:
            if network:
                _enter(network)
            found.append(socket.create_connection(where, timeout=LIMIT_S))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join(2 * LIMIT_S)
    [end] = found
    if isinstance(end, OSError):
        raise end
    end.settimeout(0)
    return end


def _enter(network: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    file = os.open(f"/run/netns/{network}", os.O_RDONLY)
    try:
        if libc.setns(file, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {network}")
    finally:
        os.close(file)
