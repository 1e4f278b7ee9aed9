"""The demo end to end: the programs as they are shipped, from the simulated house to a websocket client."""

import asyncio
import contextlib
import os
from collections.abc import Generator
from pathlib import Path

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from lib.messages import House, parse_message
from tests.start.checkout import REAL, Checkout, eventually

PATIENCE_S = 40.0


@pytest.fixture
def demo(checkout: Checkout) -> Checkout:
    """This checkout, with a home, ports and a tmux socket of the test."""
    return Checkout(folder=REAL, home=checkout.home, environ=checkout.environ)


def soon() -> Generator[float, None, None]:
    """The pauses between attempts, in seconds."""
    while True:
        yield 0.2


async def heard_house(url: str) -> House:
    """The first House with a reading. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        async for door in connect(url, proxy=None, reconnect_delays=soon):
            with contextlib.suppress(ConnectionClosed):
                async for frame in door:
                    said = parse_message(frame)
                    if isinstance(said, House) and said.reading:
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

    Beside the meter a charger with a car of 45 %, paused until somebody takes it over, and the family's calendar.
    """
    for left in ("data/dm.db", "data/ev.db", "history/11-20.json", "rates.json"):  # by a demo of another day
        (demo.home / "demo" / left).parent.mkdir(parents=True, exist_ok=True)
        (demo.home / "demo" / left).write_text((REAL / "rates.json").read_text("utf-8"), "utf-8")
    started = await asyncio.to_thread(demo.start, "--demo")
    assert 0 == started.returncode, started.stderr
    try:
        house = await heard_house(f"ws://127.0.0.1:{demo.environ['DM_PORTS']}/ws")
    except TimeoutError:
        pytest.fail(f"no house; dm shows:\n{demo.screen('dm')}")
    first = int(demo.environ["DM_PORTS"])
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        async with http.get(f"http://127.0.0.1:{first + 5}/info") as answer:
            assert "NRGkick Gen2" == (await answer.json())["general"]["model_type"]
        async with http.get(f"http://127.0.0.1:{first + 6}/family.ics") as answer:
            assert "@car_1@" in await answer.text()
        async with http.get(f"http://127.0.0.1:{first + 7}/cars/car_1") as answer:
            assert 45 == (await answer.json())["soc_pct"]
    assert house.demo
    assert house.grid_w is not None
    assert demo.shows("dm", "Quarter")
    assert {"demo"} == {path.name for path in demo.home.iterdir()}
    assert (demo.home / "demo/log/log_info.log").exists()
    assert eventually(lambda: "dm starts" in demo.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", "=log:"))
    assert not (demo.home / "demo/history").exists()
    assert not list((demo.home / "demo/data").glob("*damaged*"))
    assert (demo.home / "demo/rates.json").exists()
    left_by_ev = demo.home / "demo/data/ev.db"
    assert not left_by_ev.exists() or b"Electricity" not in left_by_ev.read_bytes()
    demo.start("--stop")
    assert set() == demo.sessions()
    assert eventually(lambda: [] == processes_of(demo.home / "demo"))
