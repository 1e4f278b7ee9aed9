"""The box tells one telegram per simulated second, in step with the clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from lib.sim.cable import Cable
from lib.sim.lines import obey
from lib.sim.p1_box import P1Box
from lib.sim.plugs import TcpPlug, open_tcp
from lib.sim.world import World
from tests.sim.builders import NOON, eventually
from tests.sim.stream import stamps, whole


class Reader:
    """A client that keeps all it gets."""

    def __init__(self) -> None:
        self.stream = b""

    async def read(self, port: int) -> None:
        """Read until the other side hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionResetError):
            while data := await reader.read(65_536):
                self.stream += data
        writer.close()


@contextlib.asynccontextmanager
async def running(house: World, cable: Cable, speed: float) -> AsyncIterator[tuple[TcpPlug, Reader]]:
    """A box at work with one reader."""
    plug, reader = await open_tcp(0), Reader()
    reading = asyncio.create_task(reader.read(plug.port))
    await eventually(lambda: plug.readers == "1 reader")
    box = asyncio.create_task(P1Box(house, cable, plug, speed=speed).run())
    try:
        yield plug, reader
    finally:
        box.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await box
        await plug.close()
        async with asyncio.timeout(5):
            await reading


async def test_telegrams_are_a_second_apart_in_meter_time() -> None:
    """Sixty times faster, every second of the meter's clock is told once, in order, also at a change of the hour."""
    house = World(seed=1, start=datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC))
    async with running(house, Cable(), speed=120) as (_, reader):
        await eventually(lambda: len(whole(reader.stream)) > 60)
    seen = stamps(reader.stream)
    assert seen[0] == "261025025930S"
    first = datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC)
    utc = [datetime.strptime(f"{one[:12]}+0{2 if one[-1] == 'S' else 1}00", "%y%m%d%H%M%S%z") for one in seen]
    assert [first + timedelta(seconds=second) for second in range(len(seen))] == utc


async def test_the_first_telegram_comes_at_once_and_the_second_a_second_later() -> None:
    """At real time nobody waits for a first sign of life."""
    loop = asyncio.get_running_loop()
    async with running(World(seed=1, start=NOON), Cable(), speed=1) as (_, reader):
        await eventually(lambda: len(whole(reader.stream)) == 1, within_s=0.9)
        began = loop.time()
        await eventually(lambda: len(whole(reader.stream)) == 2)
        assert 0.8 < loop.time() - began < 2


async def test_a_fast_box_keeps_its_speed() -> None:
    """At 600 it has told no more than the clock allows, and no less than 90 % of it, after 1 s."""
    house, loop = World(seed=1, start=NOON), asyncio.get_running_loop()
    async with running(house, Cable(), speed=600) as (_, reader):
        began = loop.time()
        await eventually(lambda: len(whole(reader.stream)) > 600, within_s=30)
        took_s = loop.time() - began
    assert 0.9 < took_s < 3


async def test_cable_out_is_silence_and_cable_in_brings_it_back() -> None:
    """The house goes on meanwhile: the gap in the telegrams is the time the cable was out."""
    house, cable = World(seed=1, start=NOON), Cable()
    async with running(house, cable, speed=60) as (_, reader):
        await eventually(lambda: len(whole(reader.stream)) > 3)
        obey("cable out", house, cable)
        left = house.at
        await eventually(lambda: house.at > left + timedelta(seconds=20))
        told = len(whole(reader.stream))
        obey("cable in", house, cable)
        await eventually(lambda: len(whole(reader.stream)) > told + 3)
    seen = [datetime.strptime(f"{one[:12]}+0200", "%y%m%d%H%M%S%z") for one in stamps(reader.stream)]
    gaps = [b - a for a, b in pairwise(seen)]
    assert max(gaps) > timedelta(seconds=20)
    assert sum(gap > timedelta(seconds=1) for gap in gaps) == 1


async def test_a_noisy_cable_spoils_some_telegrams() -> None:
    """Some arrive with a right CRC, some do not."""
    house, cable = World(seed=1, start=NOON), Cable()
    obey("noise on", house, cable)
    async with running(house, cable, speed=120) as (_, reader):
        await eventually(lambda: house.at > NOON + timedelta(seconds=60))
    good = len(whole(reader.stream))
    assert 5 < good < 50


def test_a_box_needs_a_speed(house: World) -> None:
    """0, less, and not-a-number are refused in a sentence."""
    for speed in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="goes nowhere"):
            P1Box(house, Cable(), TcpPlug(), speed=speed)
