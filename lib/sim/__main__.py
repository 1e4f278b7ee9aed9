"""The simulated house as a program: `python -m lib.sim`.

Joins world, boxes and line server, and shows one calm status line where somebody can see it.
"""

import argparse
import asyncio
import contextlib
import errno
import shutil
import signal
import sys
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from lib.clock import WallClock
from lib.sim.brussels import ZONE, local, micros
from lib.sim.cable import Cable
from lib.sim.calendar_box import CalendarBox
from lib.sim.charger_box import ChargerBox
from lib.sim.garage import Make, box_before, charge_points
from lib.sim.line_server import open_line_server
from lib.sim.lines import obey, status
from lib.sim.nrgkick_box import NrgkickBox
from lib.sim.outings import family_week
from lib.sim.p1_box import P1Box
from lib.sim.plugs import HOST, Plug, PtyPlug, open_tcp
from lib.sim.world import World

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the house until a signal ends it; 0 when it ended as asked, 1 when it could not start."""
    asked = _parse(arguments)
    try:
        asyncio.run(_live(asked))
    except _PortTakenError as taken:
        sys.stderr.write(f"{taken}\n")
        return 1
    return 0


class _PortTakenError(Exception):
    """A port cannot be opened; the text says which and what to do."""


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lib.sim", description="A simulated house whose meter speaks P1 and which obeys typed lines."
    )
    parser.set_defaults(chargers=[])
    parser.add_argument("--p1-port", type=_port, default=8083, help="TCP port of the telegrams (default 8083)")
    parser.add_argument("--line-port", type=_port, default=8084, help="TCP port of the typed lines (default 8084)")
    for make, title in ((Make.NRGKICK, "an NRGkick"), (Make.GOE, "a go-eCharger")):
        parser.add_argument(
            f"--{make}-port",
            type=partial(_charger, make),
            dest="chargers",
            action="append",
            metavar="PORT",
            help=f"TCP port of {title} with a car on its cable; once for each (default none)",
        )
    parser.add_argument("--announce", action="store_true", help="NRGkicks say by mDNS, on loopback, where they are")
    parser.add_argument("--calendar-port", type=_port, help="TCP port of the family's calendar (default none)")
    parser.add_argument("--pty", action="store_true", help="telegrams on a pseudo-terminal instead of the TCP port")
    parser.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds per second (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another house (default 1)")
    parser.add_argument("--start", type=_start, help="2026-01-15T18:00 in Brussels time, or with +00:00 (default now)")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: take 1 to 65535, or 0 for a free one")
    return int(text)


def _charger(make: Make, text: str) -> tuple[Make, int]:
    return make, _port(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is no speed: take 1 for real time, 60 for a minute a second")
    return speed


def _start(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no time: write it as 2026-01-15T18:00") from error
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)


async def _live(asked: argparse.Namespace) -> None:
    """Serve until a signal comes; everything that was opened is closed again."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    start = asked.start or WallClock().now().replace(microsecond=0)
    outings = family_week(start)
    points = charge_points(len(asked.chargers), start, outings)
    world, cable = World(seed=asked.seed, start=start, points=points), Cable(asked.seed)
    boxes = [box_before(point, make) for point, (make, _) in zip(points, asked.chargers, strict=True)]
    async with contextlib.AsyncExitStack() as opened:
        plug: Plug = PtyPlug() if asked.pty else await _open(open_tcp(asked.p1_port), asked.p1_port)
        opened.push_async_callback(plug.close)
        obeys = partial(obey, world=world, cable=cable, boxes=boxes)
        lines = await _open(open_line_server(obeys, asked.line_port), asked.line_port)
        opened.push_async_callback(lines.close)
        said = [
            (
                f"A simulated house (seed {asked.seed}), {local(micros(start)):%a %d %b %Y %H:%M:%S}, "
                f"{asked.speed:g} × real time"
            ),
            f"its meter speaks P1 on {plug.where}",
        ]
        for box, (make, port) in zip(boxes, asked.chargers, strict=True):
            opened.push_async_callback(box.close)
            await _open(box.listen(port), port)
            if asked.announce and isinstance(box, NrgkickBox):
                await box.announce()
            said.append(f"{box.point.name} speaks {make} on {box.where}")
        if asked.calendar_port is not None:
            calendar = CalendarBox(outings, made=start)
            opened.push_async_callback(calendar.close)
            await _open(calendar.listen(asked.calendar_port), asked.calendar_port)
            said.append(f"its family's calendar is {calendar.address}")
        examples = "oven on, cloud, cable out, status, help" if not boxes else "oven on, cloud, unplug 1, status, help"
        _say("\n".join([*said, f"it obeys typed lines on {HOST}:{lines.port}, such as: {examples}\n"]))
        work = [
            asyncio.create_task(stopped.wait()),
            asyncio.create_task(P1Box(world, cable, plug, speed=asked.speed).run()),
        ]
        if sys.stdout.isatty():
            work.append(asyncio.create_task(_show(world, cable, boxes, plug)))
        opened.push_async_callback(_end, work)
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # a bug of ours ends the program loudly


async def _open(opening: Awaitable[T], port: int) -> T:
    try:
        return await opening
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _PortTakenError(
                f"Port {port} is in use: end the program that has it, or choose another port."
            ) from error
        raise _PortTakenError(f"Port {port} cannot be opened: {error.strerror}.") from error


async def _end(work: Iterable[asyncio.Task[Any]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _show(world: World, cable: Cable, boxes: Sequence[ChargerBox], plug: Plug) -> None:
    """Rewrite one status line each second; returns when the terminal is gone."""
    with contextlib.suppress(OSError):
        while True:
            width = shutil.get_terminal_size().columns - 1
            _say(f"\r{f'{status(world, cable, boxes)} · {plug.readers}'[:width]}\x1b[K")
            await asyncio.sleep(1)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
