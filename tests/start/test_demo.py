"""The demo end to end: the programs as they are shipped, from the simulated house to a websocket client."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from lib.messages import House, parse_message
from lib.messages.storage import Storage
from tests.start.checkout import REAL, Checkout, eventually
from tests.waiting import LIMIT_S

S = TypeVar("S", House, Storage)


@pytest.fixture
def demo(checkout: Checkout) -> Checkout:
    """This checkout, with a home, ports and a tmux socket of the test."""
    return Checkout(folder=REAL, home=checkout.home, environ=checkout.environ)


def soon() -> Generator[float, None, None]:
    """The pauses between attempts, in seconds."""
    while True:
        yield 0.2


async def heard(kind: type[S], url: str, holds: Callable[[S], object]) -> S:
    """The first state for which `holds`. Raises TimeoutError."""
    async with asyncio.timeout(LIMIT_S):
        async for door in connect(url, proxy=None, reconnect_delays=soon):
            with contextlib.suppress(ConnectionClosed):
                async for frame in door:
                    said = parse_message(frame)
                    if isinstance(said, kind) and holds(said):
                        return said
    raise TimeoutError


def processes_of(home: Path) -> list[int]:
    """The processes whose DM_HOME is `home`."""
    mark = f"DM_HOME={home}\0".encode()
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdecimal() and mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]


async def test_the_demo_from_start_to_stop(demo: Checkout) -> None:
    """One command: a simulated meter, its house on the websocket, its dashboard in tmux; and --stop leaves nothing.

    Beside the meter a charger with a car of 45 %, paused until somebody takes it over, the family's calendar, and a
    roof and a battery that all three programs know.
    """
    for left in (
        "data/dm.db",
        "data/ev.db",
        "data/bs.db",
        "history/11-20.json",
        "rates.json",
    ):  # by a demo of another day
        (demo.home / "demo" / left).parent.mkdir(parents=True, exist_ok=True)
        (demo.home / "demo" / left).write_text((REAL / "rates.json").read_text("utf-8"), "utf-8")
    first = int(demo.environ["DM_PORTS"])
    started = await asyncio.to_thread(demo.start, "--demo")
    assert 0 == started.returncode, started.stderr
    try:
        house = await heard(House, f"ws://127.0.0.1:{first}/ws", lambda said: said.reading and said.sun_w is not None)
        storage = await heard(
            Storage, f"ws://127.0.0.1:{first + 2}/ws", lambda said: said.soc_pct and said.batteries[0].ours
        )
    except TimeoutError:
        pytest.fail("\n".join(f"{name} shows:\n{demo.screen(name)}" for name in ("dm", "bs", "sim")))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        async with http.get(f"http://127.0.0.1:{first + 5}/info") as answer:
            assert "NRGkick Gen2" == (await answer.json())["general"]["model_type"]
        async with http.get(f"http://127.0.0.1:{first + 6}/family.ics") as answer:
            assert "@car_1@" in await answer.text()
        async with http.get(f"http://127.0.0.1:{first + 7}/cars/car_1") as answer:
            assert 45 == (await answer.json())["soc_pct"]
    assert house.demo
    assert house.grid_w is not None
    assert storage.demo
    assert [("home", "victron", True)] == [(one.name, one.make, one.ours) for one in storage.batteries]
    for name, title in (("dm", "Quarter"), ("ev", "Chargers"), ("bs", "Battery")):
        assert demo.shows(name, title)
    assert {"demo"} == {path.name for path in demo.home.iterdir()}
    assert (demo.home / "demo/log/log_info.log").exists()
    assert eventually(lambda: "dm starts" in demo.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", "=log:"))
    assert not (demo.home / "demo/history").exists()
    assert not list((demo.home / "demo/data").glob("*damaged*"))
    assert (demo.home / "demo/rates.json").exists()
    for program in ("ev", "bs"):
        database = demo.home / f"demo/data/{program}.db"
        assert not database.exists() or b"Electricity" not in database.read_bytes()
    demo.start("--stop")
    assert set() == demo.sessions()
    assert eventually(lambda: [] == processes_of(demo.home / "demo"))
