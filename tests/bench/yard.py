"""A house with charge points or a battery whose load and sun are what a hand says; the boxes before it, their config.

Out: a telegram for each of its seconds. The charge points obey at once: what is measured is not their lag.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from lib.core.modes import Mode
from lib.sim.appliances import Flow
from lib.sim.battery import HomeBattery
from lib.sim.brussels import SECOND, instant, micros
from lib.sim.car import Car
from lib.sim.car_cloud_box import open_car_cloud_box
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.meter import Meter
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from lib.sim.outings import calendar_text, family_week
from lib.sim.street import amperes, volts
from lib.sim.telegram import telegram
from tests.bench.program import Home
from tests.programs.program import ROOT

SEED = 7
CONNECTION_A = 25
FAMILY = "family.ics"
CONFIG = """
serial_port = "none: the bench says where"
peak_target_kw = 30
connection_a = {connection_a}
chargers = {chargers!r}
cars = {cars!r}
calendars = {calendars!r}
"""


class Yard:
    """The house from `start` on; base_w, sun_w: its own load, and what its panels give, both on three phases."""

    def __init__(
        self, start: datetime, points: Sequence[ChargePoint] = (), batteries: Sequence[HomeBattery] = ()
    ) -> None:
        self.base_w = self.sun_w = 0
        self.points = points
        self._devices: tuple[ChargePoint | HomeBattery, ...] = (*points, *batteries)
        self._meter = Meter(seed=SEED, start=start)
        self._at_us = micros(start)

    @property
    def at(self) -> datetime:
        """The instant it has come to (UTC)."""
        return instant(self._at_us)

    @property
    def cars_w(self) -> int:
        """What its cars draw now."""
        return sum(point.power_w for point in self.points)

    def second(self) -> bytes:
        """The telegram of a second later; until then flows what was set last, and cars draw what they were told."""
        self._at_us += SECOND
        self._meter.take(self._flow(), self._at_us)
        for device in self._devices:
            device.step(1)
        flow = self._flow()
        volts_v = volts(SEED, self._at_us, flow.phases_w)
        return telegram(self._meter.show(flow, volts_v=volts_v, currents_a=amperes(flow.phases_w, volts_v)))

    def _flow(self) -> Flow:
        share_w, rest_w = divmod(self.base_w - self.sun_w, 3)
        one, two, three = share_w + rest_w, share_w, share_w
        for device in self._devices:
            one, two, three = one + device.flow_w[0], two + device.flow_w[1], three + device.flow_w[2]
        return Flow((one, two, three), 0, 0)


def a_point(name: str, soc_pct: float, start: datetime) -> ChargePoint:
    """A charge point of 3×16 A that pauses, with its car on it, which is called after it."""
    car = Car(name=f"car_{name}", capacity_wh=77_000, soc_pct=soc_pct)
    settings = ChargeSettings(current_a=6.0, paused=True)
    return ChargePoint(start=start, name=name, settings=settings, car=car, lag_s=0.0, ramp_s=0.0)


@contextlib.asynccontextmanager
async def box_before(point: ChargePoint) -> AsyncIterator[NrgkickBox]:
    """An NRGkick on a free port of loopback."""
    box = await open_nrgkick_box(point)
    try:
        yield box
    finally:
        await box.close()


@contextlib.asynccontextmanager
async def furnished(
    home: Home, yard: Yard, *, mode: Mode, calendar: str | None = None
) -> AsyncIterator[list[NrgkickBox]]:
    """Its boxes, a cloud that tells how full its cars are, and a config.py in its home that names them all.

    mode: of its chargers at first; calendar: the address of another one than a file with the family's week.
    """
    async with contextlib.AsyncExitStack() as opened:
        cloud = await open_car_cloud_box(yard.points)
        opened.push_async_callback(cloud.close)
        found = [await opened.enter_async_context(box_before(point)) for point in yard.points]
        chargers, cars = {}, {}
        for box in found:
            assert box.point.home
            car = box.point.home
            chargers[box.point.name] = {"make": box.make, "address": box.where, "car": car.name, "mode": mode.value}
            soc = {"from": "http", "url": cloud.address(car.name), "soc": "soc_pct", "time": "measured_at"}
            cars[car.name] = {"capacity_kwh": car.capacity_wh / 1000, "soc": soc}
        config = CONFIG.format(
            connection_a=CONNECTION_A, chargers=chargers, cars=cars, calendars=(calendar or f"ics:{FAMILY}",)
        )
        (home.folder / "config.py").write_text((ROOT / "config.py").read_text("utf-8") + config, "utf-8")
        (home.folder / FAMILY).write_text(calendar_text(family_week(yard.at, next(iter(cars))), yard.at), "utf-8")
        yield found
