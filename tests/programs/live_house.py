"""A simulated house in this process, on real ports: a meter that speaks, charge points and a battery, a line.

It lives as fast as the clock on the wall. Its time begins with a quarter, so that no test comes near its end, and a
thick cloud hangs over it. What its boxes were asked and told can be looked at; it can go dark and come back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from lib.clock import WallClock
from lib.core.quarter import start_of
from lib.sim.appliances import Habit, Kind, Moment, Stage
from lib.sim.battery import HomeBattery
from lib.sim.battery_lines import Cellar
from lib.sim.cable import Cable
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.line_server import LineServer, open_line_server
from lib.sim.lines import obey
from lib.sim.nrgkick_box import NrgkickBox
from lib.sim.p1_box import P1Box
from lib.sim.plugs import TcpPlug, open_tcp
from lib.sim.sunspec_box import SunSpecBox
from lib.sim.victron_box import VictronBox
from lib.sim.world import World
from tests.waiting import LIMIT_S

P1, LINES, BOXES, STORE, ROOF = 3, 4, 5, 8, 9  # its ports, counted from the first of its home
DAY_S = 86_400
TARGET_KW = 20.0
PAUSED = ChargeSettings(current_a=6.0, paused=True)


def beginning() -> datetime:
    """A minute into the running quarter."""
    return start_of(WallClock().now()) + timedelta(minutes=1)


def _steady(power_w: int) -> Callable[[Moment], Iterator[Stage]]:
    def programme(_: Moment) -> Iterator[Stage]:
        while True:
            yield Stage(DAY_S, power_w)

    return programme


ROUTER = Kind(name="router", phases=(0, 1, 2), programme=_steady(300))
SAUNA = Kind(name="sauna", phases=(0,), programme=_steady(3_400), habits=(Habit(at=time(12), days=()),))  # by hand


def a_point(name: str = "garage", *, phases: int = 3, settings: ChargeSettings = PAUSED) -> ChargePoint:
    """A charge point with a car of 40 % on its cable."""
    wired = "123" if phases == 3 else "1"
    car = Car(name=f"car of {name}", soc_pct=40.0)
    return ChargePoint(start=beginning(), name=name, phases=phases, wired=wired, settings=settings, car=car)


BatteryBox = VictronBox | SunSpecBox


def a_battery(soc_pct: float = 90.0) -> HomeBattery:
    """A battery of 10 kWh and 5 kW on the first phase."""
    return HomeBattery(start=beginning(), name="cellar", soc_pct=soc_pct, ramp_s=2.0)


class LiveHouse:
    """The house; made with `open`. boxes: by the names of their charge points; store: that of its battery, if any."""

    def __init__(
        self, world: World, boxes: dict[str, NrgkickBox], store: BatteryBox | None, plug: TcpPlug, lines: LineServer
    ) -> None:
        self.world, self.boxes, self.store, self._plug, self._lines = world, boxes, store, plug, lines

    @classmethod
    @asynccontextmanager
    async def open(
        cls, ports: int, *points: ChargePoint, store: BatteryBox | None = None
    ) -> AsyncIterator["LiveHouse"]:
        """It lives until the block ends; ports: the first of its home."""
        batteries = [store.battery] if store else []
        world = World(start=points[0].at, kinds=(ROUTER, SAUNA), points=points, batteries=batteries)
        world.bring_cloud()
        cable = Cable(1)
        boxes = {point.name: NrgkickBox(point) for point in points}
        for at, box in enumerate(boxes.values()):
            await box.listen(ports + BOXES + at)
        if store:
            await store.listen(ports + STORE)
        obeys = partial(obey, world=world, cable=cable, boxes=list(boxes.values()), cellar=Cellar(battery=store))
        house = cls(world, boxes, store, await open_tcp(ports + P1), await open_line_server(obeys, ports + LINES))
        living = asyncio.create_task(P1Box(world, cable, house).run())
        try:
            yield house
        finally:
            living.cancel()
            await asyncio.wait({living})
            closing = [box.close() for box in (*boxes.values(), *([store] if store else []))]
            await asyncio.gather(house.close(), house._lines.close(), *closing)
            if not living.cancelled():
                living.result()

    @property
    def where(self) -> str:
        """Where its meter speaks."""
        return self._plug.where

    @property
    def readers(self) -> str:
        """Who reads it."""
        return self._plug.readers

    def send(self, data: bytes) -> None:
        """A telegram, through the plug that is there now."""
        self._plug.send(data)

    async def close(self) -> None:
        """Its meter is not heard any more."""
        await self._plug.close()

    async def type(self, line: str) -> str:
        """What it answers to a typed line."""
        async with asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._lines.port)
            writer.write(f"{line}\n".encode())
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()
        return answer.decode().strip()

    @asynccontextmanager
    async def dark(self) -> AsyncIterator[None]:
        """Meanwhile its meter and its boxes are gone: ports are closed, and whoever was there is hung up on.

        The cars charge on, and all counters count.
        """
        ports = {name: box.port for name, box in self.boxes.items()}
        await asyncio.gather(self._plug.close(), *(box.close() for box in self.boxes.values()))
        try:
            yield
        finally:
            self._plug = await open_tcp(self._plug.port)
            for name, box in self.boxes.items():
                await box.listen(ports[name])

    def settings(
        self, *, connection_a: int = 40, target_kw: float = TARGET_KW, more: str = "", **options: dict[str, Any]
    ) -> str:
        """The config.py of its owner, with a charger for each box and its battery; options: more of one, by name.

        target_kw: above what the house drew before, so that no story depends on that; more: lines of his own.
        """
        usual = {"make": "nrgkick", "current_a": 16, "car": "car_1"}
        chargers = {name: usual | {"address": box.where} | options.get(name, {}) for name, box in self.boxes.items()}
        batteries: dict[str, dict[str, Any]] = {}
        if self.store:
            known = {"make": self.store.make, "address": self.store.where, "capacity_kwh": 10, "wired": "1"}
            batteries = {self.store.battery.name: known}
        return SETTINGS.format(
            source=self.where,
            connection_a=connection_a,
            target_kw=target_kw,
            chargers=chargers,
            batteries=batteries,
            more=more,
        )


SETTINGS = """
serial_port = {source!r}
socket_info = {{"dm": ("127.0.0.1", 8080), "ev": ("127.0.0.1", 8081), "bs": ("127.0.0.1", 8082)}}
connection_a = {connection_a}
peak_target_kw = {target_kw}
chargers = {chargers}
cars = {{"car_1": {{"capacity_kwh": 77}}}}
batteries = {batteries}
{more}
"""


def writes(box: NrgkickBox, since: int = 0) -> list[dict[str, Any]]:
    """What a box was told, from its `since`th order on."""
    return [keys for _, keys in box.writes[since:]]


def first_is_a_read(box: NrgkickBox, asked: int) -> bool:
    """Whether the question after the first `asked` changed nothing."""
    return list(box.arrived_s)[asked] not in [at_s for at_s, _ in box.writes]
