"""ev as a process of its own: a charger goes back to its owner's settings, also when the first run was killed."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lib.core.charger import Found
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.http_box import Trouble
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.conftest import free_ports
from tests.programs.program import ROOT, ended, environment, running
from tests.sim.builders import NOON
from tests.store.ev_builders import kept_in
from tests.waiting import LIMIT_S, eventually

HIS = ChargeSettings(current_a=13.0, paused=False)
STEP_S = 0.05
CONFIG = """
chargers = {{"garage": {{"make": "nrgkick", "address": {where!r}, "phases": 3, "mode": "off"}}}}
cars = {{}}
circuits = {{}}
calendars = ()
"""


@asynccontextmanager
async def a_box() -> AsyncIterator[NrgkickBox]:
    """A box in the time of this machine, whose owner lets his car charge with 13 A."""
    box = await open_nrgkick_box(ChargePoint(start=NOON, car=Car(soc_pct=40), settings=HIS))

    async def pass_time() -> None:
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        while True:
            await asyncio.sleep(STEP_S)
            then_s, now_s = now_s, loop.time()
            box.point.step(now_s - then_s)

    passing = asyncio.create_task(pass_time())
    yield box
    passing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await passing
    await box.close()


@asynccontextmanager
async def ev(home: Path, box: NrgkickBox) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program without a screen, in a home where the box is switched off; no dm runs."""
    usual = (ROOT / "config.py").read_text("utf-8")
    (home / "config.py").write_text(usual + CONFIG.format(where=box.where), "utf-8")
    async with running("ev_app.py", "--headless", environ=environment(home, free_ports())) as process:
        yield process


async def stopped(process: asyncio.subprocess.Process) -> None:
    """End it as the system does."""
    process.send_signal(signal.SIGTERM)
    assert (128 + signal.SIGTERM, "") == await ended(process)


async def killed(process: asyncio.subprocess.Process) -> None:
    """And without a word."""
    process.kill()
    async with asyncio.timeout(LIMIT_S):
        await process.wait()


async def paused(box: NrgkickBox) -> None:
    """Until it was told to pause."""
    await eventually(lambda: box.point.told.paused)
    assert 6.0 == box.point.told.current_a


def owner(home: Path) -> Found | None:
    """What is kept for him."""
    return kept_in(home).standing.owners.get("garage")


async def test_a_killed_ev_owes_nobody_anything(tmp_path: Path) -> None:
    """Killed at the instant of its first order; the next clean exit gives back, and forgets it."""
    async with a_box() as box:
        his = Found(current_a=13.0, go=True, phases=3, serial=box.serial)
        async with ev(tmp_path, box) as process:
            await paused(box)
            await killed(process)
        assert his == owner(tmp_path)
        asked = box.asked
        async with ev(tmp_path, box) as process:
            await eventually(lambda: box.asked > asked + 2)
            await stopped(process)
        assert HIS == box.point.told
        assert owner(tmp_path) is None


async def test_what_could_not_be_given_back_waits_for_the_next_run(tmp_path: Path) -> None:
    """The box is gone while ev ends; the one after that finds it."""
    async with a_box() as box:
        async with ev(tmp_path, box) as process:
            await paused(box)
            box.trouble = Trouble.GONE
            await stopped(process)
        assert owner(tmp_path) is not None
        assert box.point.told.paused
        box.trouble, asked = Trouble.WELL, box.asked
        async with ev(tmp_path, box) as process:
            await eventually(lambda: box.asked > asked + 2)
            await stopped(process)
        assert HIS == box.point.told
        assert owner(tmp_path) is None
