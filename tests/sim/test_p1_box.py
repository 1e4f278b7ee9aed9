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
from tests.meters.virtual import in_virtual_time
from tests.sim.builders import NOON
from tests.sim.stream import stamps, whole
from tests.waiting import LIMIT_S, eventually


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
        async with asyncio.timeout(LIMIT_S):
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


class Notes(TcpPlug):
    """A plug nobody listens at, which notes when how many telegrams were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[float, int]] = []

    def send(self, data: bytes) -> None:
        """Note it."""
        self.sent.append((asyncio.get_running_loop().time(), data.count(b"!")))


def noted(house: World, *, speed: float, for_s: float) -> list[tuple[float, int]]:
    """When a box of that speed sent how many telegrams."""

    async def story() -> list[tuple[float, int]]:
        notes = Notes()
        box = asyncio.create_task(P1Box(house, Cable(), notes, speed=speed).run())
        await asyncio.sleep(for_s)
        box.cancel()
        return notes.sent

    return in_virtual_time(story())


def test_the_first_telegram_comes_at_once_and_the_second_a_second_later(house: World) -> None:
    """At real time nobody waits for a first sign of life."""
    sent = noted(house, speed=1, for_s=3.5)
    assert [(0, 1), (1, 1), (2, 1), (3, 1)] == [(round(at_s, 6), telegrams) for at_s, telegrams in sent]


def test_a_fast_box_keeps_its_speed(house: World) -> None:
    """At 600 it has never told more than the clock allows, nor a batch less; batches are a twentieth of a second."""
    told = 0
    sent = noted(house, speed=600, for_s=3)
    for at_s, telegrams in sent:
        told += telegrams
        assert -1 <= 1 + 600 * at_s - told < 2
    assert 60 == pytest.approx(len(sent), abs=2)


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
