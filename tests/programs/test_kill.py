"""dm.py itself, with its door, its market and its lock, killed and started again."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from lib.clock import WallClock
from lib.sim.brussels import ZONE
from tests.conftest import free_ports
from tests.programs.fast_house import FastHouse
from tests.programs.kills import check
from tests.programs.market import prices_of
from tests.programs.program import environment, listening, next_state, running
from tests.programs.reckoning import DYNAMIC, Kept, damaged_days
from tests.waiting import LIMIT_S

CONFIG = """
socket_info = {"dm": ("127.0.0.1", 8080)}
price_sources = ("file:prices.csv",)
"""
KILLED = 3
MOST_STARTS = 3  # until all is priced: what waits for the price of a past day is asked for at the start
HOUR = timedelta(hours=1)


def made(home: Path, today: date) -> None:
    """The owner's files: a dynamic price, and prices for some days."""
    home.mkdir()
    (home / "config.py").write_text(CONFIG, "utf-8")
    (home / "rates.json").write_text(json.dumps(DYNAMIC), "utf-8")
    days = [today + timedelta(days=at) for at in range(-2, 3)]
    lines = [f"{slot.start.isoformat()},{slot.value}" for day in days for slot in prices_of(day)]
    (home / "prices.csv").write_text("\n".join(["start,eur_mwh", *lines]), "utf-8")


class Dm:
    """dm.py of one home, at one house."""

    def __init__(self, home: Path, house: FastHouse) -> None:
        self.home, self.house, self._ports = home, house, free_ports()

    @asynccontextmanager
    async def living(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The program, until the block ends."""
        arguments = ("dm.py", "--headless", "--source", self.house.source)
        async with running(*arguments, environ=environment(self.home, self._ports)) as process:
            yield process

    async def is_heard(self, *, to_the_end: bool = False) -> None:
        """Wait until the door tells of a telegram; to_the_end: of the last one."""
        async with listening(self._ports) as client, asyncio.timeout(LIMIT_S):
            last = f"{max(self.house.shown):%Y-%m-%dT%H:%M:%SZ}"
            while (at := (await next_state(client, "house")).get("at")) is None or (to_the_end and at != last):
                pass

    async def live_and_end(self) -> Kept:
        """Hear some telegrams to the last, and end by SIGTERM; what is kept then."""
        async with self.living() as process:
            async with self.house.talking(1):
                await self.is_heard()
            await self.is_heard(to_the_end=True)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(LIMIT_S):
                _, said = await process.communicate()
        assert (128 + signal.SIGTERM, b"") == (process.returncode, said)
        return Kept.read(self.home / "data" / "dm.db")


@pytest.mark.timeout(400)
async def test_dm_comes_back_from_every_kill(tmp_path: Path) -> None:
    """Killed as it starts, as it runs and as it ends: all that the meter counted is booked, and priced to the cent."""
    dice, home, now = Random(4), tmp_path / "home", WallClock().now().replace(microsecond=0)
    made(home, now.astimezone(ZONE).date())
    async with FastHouse.open(start=now - 6 * HOUR, seed=4) as house:
        dm = Dm(home, house)
        check(await dm.live_and_end(), house, DYNAMIC)
        for at in range(KILLED):
            house.world.step(dice.randint(60, 3600))
            async with dm.living() as process, house.talking(dice.choice((1, 10))):
                if at:
                    await dm.is_heard()
                if at == 2:
                    process.send_signal(signal.SIGTERM)
                await asyncio.sleep(dice.uniform(0, (0.6, 1.0, 0.03)[at]))
            kept = Kept.read(home / "data" / "dm.db")
            assert kept.state == "ok"
            check(kept, house, DYNAMIC)
        house.world.step(max(timedelta(minutes=1), now - house.world.at))
        kept = await dm.live_and_end()
        for _ in range(MOST_STARTS):
            check(kept, house, DYNAMIC)
            if all(row.eur is not None for row in kept.rows):
                break
            kept = await dm.live_and_end()
        assert max(house.shown) == kept.at
        assert all(row.eur is not None for row in kept.rows)
    assert [] == list((home / "data").glob("*damaged*"))
    assert [] == list(damaged_days(home / "history"))
    log = (home / "log" / "log_info.log").read_text("utf-8")
    assert " ERROR " not in log
