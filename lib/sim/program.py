"""The simulated house as a program: world, boxes, line server, and one calm status line where somebody looks."""

import argparse
import asyncio
import contextlib
import errno
import shutil
import signal
import sys
from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from lib.clock import WallClock
from lib.sim.arguments import parse
from lib.sim.battery_lines import Cellar
from lib.sim.brussels import local, micros
from lib.sim.cable import Cable
from lib.sim.calendar_box import CalendarBox
from lib.sim.car_cloud_box import CarCloudBox
from lib.sim.charger_box import ChargerBox
from lib.sim.fronius_box import FroniusBox
from lib.sim.garage import box_before, charge_points, home_battery
from lib.sim.line_server import open_line_server
from lib.sim.lines import obey, status
from lib.sim.nrgkick_box import NrgkickBox
from lib.sim.outings import family_week
from lib.sim.p1_box import P1Box
from lib.sim.plugs import HOST, Plug, PtyPlug, open_tcp
from lib.sim.victron_box import VictronBox
from lib.sim.world import World

T = TypeVar("T")


def run(arguments: Sequence[str]) -> int:
    """Run the house until a signal ends it; 0 when it ended as asked, 1 when it could not start."""
    asked = parse(arguments)
    try:
        asyncio.run(_live(asked))
    except _PortTakenError as taken:
        sys.stderr.write(f"{taken}\n")
        return 1
    return 0


class _Box(Protocol):
    """A box that can be asked on a port."""

    async def listen(self, port: int = 0) -> None: ...

    async def close(self) -> None: ...


class _PortTakenError(Exception):
    """A port cannot be opened; the text says which and what to do."""


async def _live(asked: argparse.Namespace) -> None:
    """Serve until a signal comes; everything that was opened is closed again."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    start = asked.start or WallClock().now().replace(microsecond=0)
    outings = family_week(start)
    points = charge_points(len(asked.chargers), start, outings)
    batteries = [] if asked.victron_port is None else [home_battery(start)]
    world, cable = World(seed=asked.seed, start=start, points=points, batteries=batteries), Cable(asked.seed)
    cellar = Cellar(
        battery=VictronBox(batteries[0], grid_w=lambda: world.grid_w) if batteries else None,
        inverter=None if asked.fronius_port is None else FroniusBox(world.inverter),
    )
    boxes = [box_before(point, make) for point, (make, _) in zip(points, asked.chargers, strict=True)]
    async with contextlib.AsyncExitStack() as opened:
        plug: Plug = PtyPlug() if asked.pty else await _open(open_tcp(asked.p1_port), asked.p1_port)
        opened.push_async_callback(plug.close)
        obeys = partial(obey, world=world, cable=cable, boxes=boxes, cellar=cellar)
        lines = await _open(open_line_server(obeys, asked.line_port), asked.line_port)
        opened.push_async_callback(lines.close)
        said = [f"its meter speaks P1 on {plug.where}"]
        for box, (_, port) in zip(boxes, asked.chargers, strict=True):
            await _listen(box, port, opened)
            if asked.announce and isinstance(box, NrgkickBox):
                await box.announce()
            said.append(f"{box.point.name} speaks {box.make} on {box.where}")
        if cellar.battery:
            await _listen(cellar.battery, asked.victron_port, opened)
            said.append(f"its battery speaks victron on {cellar.battery.where}")
        if cellar.inverter:
            await _listen(cellar.inverter, asked.fronius_port, opened)
            said.append(f"its inverter speaks fronius on {cellar.inverter.where}")
        if asked.calendar_port is not None:
            calendar = CalendarBox(outings, made=start)
            await _listen(calendar, asked.calendar_port, opened)
            said.append(f"its family's calendar is {calendar.address}")
        if asked.cars_port is not None:
            cloud = CarCloudBox(points)
            await _listen(cloud, asked.cars_port, opened)
            cars = [point.home.name for point in points if point.home]
            said += [f"{car} tells how full it is at {cloud.address(car)}" for car in cars]
        rows = "\n".join(said)
        _say(
            f"A simulated house (seed {asked.seed}), {local(micros(start)):%a %d %b %Y %H:%M:%S}, "
            f"{asked.speed:g} × real time\n{rows}\nit obeys typed lines on {HOST}:{lines.port}, such as: "
            f"oven on, cloud, {'unplug 1' if boxes else 'cable out'}, status, help\n"
        )
        work = [
            asyncio.create_task(stopped.wait()),
            asyncio.create_task(P1Box(world, cable, plug, speed=asked.speed).run()),
        ]
        if sys.stdout.isatty():
            work.append(asyncio.create_task(_show(world, cable, boxes, cellar, plug)))
        opened.push_async_callback(_end, work)
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # a bug of ours ends the program loudly


async def _open(opening: Awaitable[T], port: int) -> T:
    try:
        return await opening
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, None}:  # a Modbus server does not say why, and there is no other reason
            raise _PortTakenError(
                f"Port {port} is in use: end the program that has it, or choose another port."
            ) from error
        raise _PortTakenError(f"Port {port} cannot be opened: {error.strerror}.") from error


async def _listen(box: _Box, port: int, opened: contextlib.AsyncExitStack) -> None:
    opened.push_async_callback(box.close)
    await _open(box.listen(port), port)


async def _end(work: Iterable[asyncio.Task[Any]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _show(world: World, cable: Cable, boxes: Sequence[ChargerBox], cellar: Cellar, plug: Plug) -> None:
    """Rewrite one status line each second; returns when the terminal is gone."""
    with contextlib.suppress(OSError):
        while True:
            width = shutil.get_terminal_size().columns - 1
            _say(f"\r{f'{status(world, cable, boxes, cellar)} · {plug.readers}'[:width]}\x1b[K")
            await asyncio.sleep(1)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
