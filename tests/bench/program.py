"""Programs as processes of their own: on a terminal or without, in their own folder and on free ports; what they cost.

Whatever is started here has ended when its block is left, also by Ctrl-C.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from websockets.asyncio.client import ClientConnection

from lib.core.stamp import parse_stamp
from tests.conftest import free_ports
from tests.programs.program import ROOT, P1Server, environment, listening
from tests.waiting import LIMIT_S

COLUMNS, ROWS = 240, 60
ENDING_S = 5.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PIECE, PIECE_S = 184, 0.016  # what the usual adapter hands over at 115 200 baud, and how often


@dataclass(slots=True)
class Terminal:
    """A process on a pseudo-terminal, and how many bytes it has drawn."""

    pid: int
    drawn: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    """A folder of its own, the first of its ports, and so what its programs see."""

    folder: Path
    ports: int

    @property
    def environ(self) -> dict[str, str]:
        """This machine's, but for folder, secrets and ports."""
        return environment(self.folder, self.ports)


@contextlib.contextmanager
def own_home() -> Iterator[Home]:
    """An empty home, gone at the end."""
    with TemporaryDirectory(prefix="dm-bench-") as folder:
        yield Home(Path(folder), free_ports())


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: its port, its process, and its screen when it has one."""

    port: int
    pid: int
    screen: Terminal | None


@dataclass(frozen=True, slots=True)
class Dm(Program):
    """A running dm.py, and the meter that it listens to."""

    meter: P1Server


@contextlib.asynccontextmanager
async def dm(*, screen: bool, home: Home | None = None) -> AsyncIterator[Dm]:
    """dm.py on a meter that says nothing yet, its door open; screen: with the dashboard on a large terminal.

    home: where it lives, None in one of its own.
    """
    with contextlib.ExitStack() as homes:
        home = home or homes.enter_context(own_home())
        async with P1Server() as meter, _program("dm.py", "--source", meter.source, home=home, screen=screen) as one:
            await _open(home.ports)
            yield Dm(home.ports, one.pid, one.screen, meter)


@contextlib.asynccontextmanager
async def ev(home: Home, *, screen: bool, command: tuple[str, ...] = ("ev_app.py",)) -> AsyncIterator[Program]:
    """ev_app.py in a home with its config.py, its door open; screen as for dm; command: what starts it instead."""
    async with _program(*command, home=home, screen=screen) as one:
        await _open(home.ports + 1)
        yield Program(home.ports + 1, one.pid, one.screen)


@contextlib.asynccontextmanager
async def bs(home: Home, *, screen: bool) -> AsyncIterator[Program]:
    """bs_app.py in a home with its config.py, its door open; screen as for dm."""
    async with _program("bs_app.py", home=home, screen=screen) as one:
        await _open(home.ports + 2)
        yield Program(home.ports + 2, one.pid, one.screen)


@contextlib.asynccontextmanager
async def _program(*command: str, home: Home, screen: bool) -> AsyncIterator[Program]:
    if screen:
        async with on_terminal(*command, environ=home.environ) as terminal:
            yield Program(home.ports, terminal.pid, terminal)
    else:
        async with without_terminal(*command, "--headless", environ=home.environ) as pid:
            yield Program(home.ports, pid, None)


async def _open(port: int) -> None:
    """Wait until the door is open. Raises TimeoutError."""
    async with listening(port):
        return


@contextlib.asynccontextmanager
async def without_terminal(*arguments: str, environ: dict[str, str]) -> AsyncIterator[int]:
    """`python ARGUMENTS`, its process id; what it prints is let go, except on stderr."""
    async with _running(
        *arguments, environ=environ, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    ) as pid:
        yield pid


@contextlib.asynccontextmanager
async def on_terminal(*arguments: str, environ: dict[str, str]) -> AsyncIterator[Terminal]:
    """`python ARGUMENTS` on a terminal of 240×60 in 256 colours, which takes all that is drawn at once."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environ = {name: value for name, value in environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    environ |= {"TERM": "xterm-256color"}
    loop = asyncio.get_running_loop()
    terminal = Terminal(0)

    def take() -> None:
        try:
            terminal.drawn += len(os.read(ours, 1 << 16))
        except OSError:  # EIO: the other end is closed
            loop.remove_reader(ours)

    try:
        async with _running(*arguments, environ=environ, stdin=theirs, stdout=theirs, stderr=theirs) as pid:
            os.close(theirs)
            theirs = -1
            terminal.pid = pid
            loop.add_reader(ours, take)
            yield terminal
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)


@contextlib.asynccontextmanager
async def _running(
    *arguments: str, environ: dict[str, str], stdin: int, stdout: int, stderr: int | None = None
) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environ,
        cwd=ROOT,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,  # a Ctrl-C is ours; they are ended below
    )
    try:
        yield process.pid
        if process.returncode is not None:
            raise RuntimeError(f"{' '.join(arguments)} ended during the bench, exit code {process.returncode}")
    finally:
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(ending)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ENDING_S):
                    await process.wait()
                break


@contextlib.asynccontextmanager
async def bare(*arguments: str) -> AsyncIterator[str]:
    """One of the bare processes of tests/bench/wire.py, when it is ready; its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.wire", *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(LIMIT_S):
            ready = await process.stdout.readline()
        yield ready.decode().split()[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def say(meter: P1Server, telegram: bytes) -> float:
    """Send a telegram as a cable does, piece by piece; the monotonic seconds just before its last piece went."""
    pieces = [telegram[at : at + PIECE] for at in range(0, len(telegram), PIECE)]
    for piece in pieces[:-1]:
        await meter.say(piece)
        await asyncio.sleep(PIECE_S)
    start_s = asyncio.get_running_loop().time()
    await meter.say(pieces[-1])
    return start_s


async def ordered(port: int, order: Mapping[str, object]) -> None:
    """Have a program carry out an order; while it is just starting it is told again. Raises TimeoutError."""
    async with listening(port) as client, asyncio.timeout(LIMIT_S):
        answer = ""
        while answer != "done":
            if answer in {"", "refused"}:
                await client.send(json.dumps(order))
            answer = json.loads(await client.recv())["type"]


def clock_of(telegram: bytes) -> str:
    """The clock of a telegram as `House` prints it."""
    digits = telegram.partition(b"0-0:1.0.0(")[2].partition(b")")[0].decode()
    at = parse_stamp(digits).at
    assert at is not None
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def house_clock(frame: str | bytes) -> str | None:
    """The meter's clock in a frame, None when it is not that of a `House`; quick, for it is measured with."""
    assert isinstance(frame, str)
    if not frame.endswith('"type":"house"}'):
        return None
    return frame.partition('"at":"')[2][:20]


async def note(client: ClientConnection, heard_s: dict[str, float]) -> None:
    """Until cancelled: when the first `House` of each clock was in this client's hands, in monotonic seconds."""
    loop = asyncio.get_running_loop()
    while True:
        frame = await client.recv()
        now_s = loop.time()
        clock = house_clock(frame)
        if clock:
            heard_s.setdefault(clock, now_s)


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, user and system, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def memory_mb(pid: int, line: str = "VmRSS") -> float:
    """What a process holds in memory now (`VmRSS`), or held at most (`VmHWM`), in MB."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = text.partition(":")
        if name == line:
            return int(value.split()[0]) * 1024 / 1e6
    raise ValueError(f"/proc/{pid}/status has no line {line}")
