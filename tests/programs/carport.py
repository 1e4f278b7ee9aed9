"""A carport on real sockets: a meter, and boxes of four makes in this process, as fast as the clock on the wall.

Each second it notes what the cars of a group could draw, by what each box offers and what its car still takes.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.charger_box import ChargerBox
from lib.sim.goe_box import open_goe_box
from lib.sim.nrgkick_box import open_nrgkick_box
from lib.sim.ocpp_box import OcppBox, open_ocpp_box
from lib.sim.openevse_box import open_openevse_box
from lib.sim.plugs import TcpPlug, open_tcp
from tests.bench.yard import Yard
from tests.programs.live_house import P1, beginning

OCPP_DOOR = 9  # its port, counted from the first of its home
MAKES = ("nrgkick", "nrgkick", "goe", "openevse", "ocpp")
LIMIT_A, UNWATCHED_A, WATCHED_A = 40.0, 10.0, 16.0
WATCHED = ("openevse", "ocpp")
SETTINGS = """
serial_port = {source!r}
socket_info = {{"dm": ("127.0.0.1", 8080), "ev": ("127.0.0.1", 8081)}}
ocpp_door = ("127.0.0.1", {door})
price_sources = ()
capacity_tariff = False
connection_a = 63
cars = {{}}
calendars = ()
chargers = {chargers!r}
circuits = {{"row": {{"current_a": {limit_a}, "chargers": {names!r}}}}}
"""


@dataclass(slots=True, kw_only=True)
class LiveCarport:
    """Five boxes on one phase, in a group of 40 A.

    Attributes:
        could_a: what their cars could draw together, second by second; offered_a: what each offers, at the last.

    """

    yard: Yard
    meter: TcpPlug
    boxes: dict[str, ChargerBox | OcppBox]
    could_a: list[float] = field(default_factory=list)
    speaks: bool = True

    @property
    def points(self) -> dict[str, ChargePoint]:
        """By the names of their boxes."""
        return {point.name: point for point in self.yard.points}

    def settings(self, door: int) -> str:
        """The config.py of its owner."""
        chargers: dict[str, dict[str, Any]] = {}
        for name, box in self.boxes.items():
            make = name.rstrip("12")
            address = box.name if isinstance(box, OcppBox) else box.where
            most_a = WATCHED_A if make in WATCHED else UNWATCHED_A
            chargers[name] = {"make": make, "address": address, "phases": 1, "wired": "1", "current_a": most_a}
            chargers[name] |= {"safe_a": 0, "mode": "max"}
        return SETTINGS.format(
            source=self.meter.where, door=door, chargers=chargers, names=tuple(chargers), limit_a=LIMIT_A
        )

    async def live(self) -> None:
        """Let the seconds pass, a telegram each, until it is cancelled."""
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        while True:
            telegram = self.yard.second()
            self.could_a.append(sum(max(point.offered_a, point.drawn_a) for point in self.yard.points))
            if self.speaks:
                self.meter.send(telegram)
            next_s += 1
            await asyncio.sleep(max(0.0, next_s - loop.time()))

    @asynccontextmanager
    async def dark(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Meanwhile nobody reaches these boxes; their cars charge on."""
        gone = {name: box for name, box in self.boxes.items() if name in names and isinstance(box, ChargerBox)}
        ports = {name: box.port for name, box in gone.items()}
        for box in gone.values():
            await box.close()
        try:
            yield
        finally:
            for name, box in gone.items():
                await box.listen(ports[name])


@asynccontextmanager
async def carport(ports: int) -> AsyncIterator[LiveCarport]:
    """It lives until the block ends; ports: the first of its home."""
    start = beginning()
    names = ["nrgkick1", "nrgkick2", "goe", "openevse", "ocpp"]
    points = [_point(name) for name in names]
    yard = Yard(start, points)
    yard.base_w = 900
    async with AsyncExitStack() as opened:
        meter = await open_tcp(ports + P1)
        opened.push_async_callback(meter.close)
        boxes: dict[str, ChargerBox | OcppBox] = {}
        for name, point in zip(names, points, strict=True):
            match name.rstrip("12"):
                case "nrgkick":
                    boxes[name] = await open_nrgkick_box(point)
                case "goe":
                    boxes[name] = await open_goe_box(point)
                case "openevse":
                    boxes[name] = await open_openevse_box(point)
                case _:
                    boxes[name] = await open_ocpp_box(point, f"ws://127.0.0.1:{ports + OCPP_DOOR}")
            opened.push_async_callback(boxes[name].close)
        found = LiveCarport(yard=yard, meter=meter, boxes=boxes)
        living = asyncio.create_task(found.live())
        try:
            yield found
        finally:
            living.cancel()
            await asyncio.wait({living})
            if not living.cancelled():
                living.result()


def _point(name: str) -> ChargePoint:
    """On one phase, pausing, with a car on its cable that follows within some seconds."""
    return ChargePoint(
        start=beginning(),
        name=name,
        most_a=WATCHED_A,
        phases=1,
        wired="1",
        settings=ChargeSettings(current_a=6.0, paused=True, phases=1),
        car=Car(name=f"car of {name}", phases=1, soc_pct=30.0),
        lag_s=0.0,
        ramp_s=3.0,
    )
