"""A charger that dials in, kept by its point: from the first word to what is left behind, and without us."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lib.chargers.ocpp import Ocpp
from lib.chargers.ocpp_central import Central
from lib.chargers.point import Pace, Point
from lib.core.charger import Balked, ChargerEvent, Meddled, Missed, Plug, Told, Took
from lib.sim.ocpp_box import OcppBox, open_ocpp_box

from .ocpp_bench import GO_10, GO_16, HOST, PAUSE, RULES, a_point, until

ROOT = Path(__file__).parents[2]
QUICK = Pace(plugged_s=0.2, empty_s=0.4, look_s=0.1, looks_s=1.0, raise_s=0.1, first_s=0.1, longest_s=0.3)


class Care:
    """A central system, a point and what it said."""

    def __init__(self) -> None:
        self.central = Central(HOST, 0)
        self.events: list[ChargerEvent] = []
        self.charger = Ocpp("CP_1", rules=RULES, central=self.central)
        self.point = Point("garage", self.charger, self.events.append, pace=QUICK)
        self.running: asyncio.Task[None] | None = None

    async def open(self) -> OcppBox:
        """Listen, run, and have a charger dial in."""
        await self.central.open()
        self.running = asyncio.create_task(self.point.run())
        return await open_ocpp_box(a_point(), f"ws://{HOST}:{self.central.port}")

    async def close(self, *, restore: bool) -> None:
        """End it."""
        if self.running:
            self.running.cancel()
            await asyncio.wait({self.running})
        await self.point.close(restore=restore)
        await self.central.close()

    def last(self) -> Told | None:
        """The last reading."""
        return next((event for event in reversed(self.events) if isinstance(event, Told)), None)


@pytest.fixture
async def care() -> AsyncIterator[Care]:
    """It runs nothing yet."""
    care = Care()
    yield care
    await care.close(restore=False)


async def test_a_day_of_a_charger_that_dials_in(care: Care) -> None:
    """Missed before it dials in, then read; goes, less at once, pauses, loses the line, and is left as it was."""
    box = await care.open()
    care.point.want(GO_16)
    await until(lambda: any(isinstance(event, Missed) for event in care.events) or care.last())
    await until(lambda: box.offer_a == 16.0)
    care.point.want(GO_10)
    await until(lambda: box.offer_a == 10.0)
    box.step(5)
    await until(lambda: (last := care.last()) and last.reading.plug is Plug.CHARGING)
    care.point.want(PAUSE)
    await until(lambda: box.offer_a == 0.0)
    await box.hang_up()
    await until(lambda: box.dialled == 2)
    care.point.want(GO_10)
    await until(lambda: box.offer_a == 10.0)
    assert any(isinstance(event, Took) for event in care.events)
    assert [] == [event for event in care.events if isinstance(event, Meddled)]
    assert [] == [event for event in care.events if isinstance(event, Balked) and event.answered]
    await care.close(restore=True)
    assert [] == box.profiles
    assert [] == box.slips
    await box.close()


CONTROLLER = """
import asyncio, sys
from lib.chargers.ocpp import Ocpp
from lib.chargers.ocpp_central import Central
from lib.chargers.point import Point
from lib.core.charger import ChargerRules, Order

async def main():
    central = Central("127.0.0.1", 0)
    charger = Ocpp("CP_1", rules=ChargerRules(name="garage", safe_a=6.0), central=central)
    point = Point("garage", charger, lambda event: None)
    await central.open()
    print(central.port, flush=True)
    point.want(Order(current_a=16.0, go=True))
    await point.run()

asyncio.run(main())
"""


async def test_a_controller_that_is_killed_leaves_it_safe() -> None:
    """A real process, killed without a word: within its lease the car is at 6 A, by the charger itself."""
    controller = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CONTROLLER, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert controller.stdout
        port = int(await controller.stdout.readline())
        box = await open_ocpp_box(a_point(), f"ws://{HOST}:{port}")
        await until(lambda: box.offer_a == 16.0)
        controller.kill()
        await controller.wait()
        box.step(14)
        assert 16.0 == box.offer_a
        box.step(17)
        assert 6.0 == box.offer_a
        box.step(5)
        assert 3 * 6 * 230 == box.point.power_w
        await box.close()
    finally:
        if controller.returncode is None:
            controller.kill()
            await controller.wait()
