"""The boxes that most tests of chargers start from."""

from collections.abc import AsyncIterator

import pytest

from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.nrgkick_box import open_nrgkick_box
from tests.sim.builders import NOON

from .nrgkick_bench import Bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A box of 16 A on three phases, a car on its cable, set to 16 A and paused."""
    settings = ChargeSettings(current_a=16.0, paused=True)
    bench = Bench(await open_nrgkick_box(ChargePoint(start=NOON, car=Car(soc_pct=40), settings=settings)))
    yield bench
    for charger in bench.drivers:
        await charger.close(restore=False)
    await bench.box.close()
