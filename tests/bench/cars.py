"""What ev costs that shows its dashboard: processor and memory, with a calendar file and with Google's calendar.

Beside it an empty Textual app in the same seconds.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import sin

from lib.clock import WallClock
from lib.core.modes import Mode
from tests.bench.program import Home, cpu_s, dm, ev, memory_mb, on_terminal, own_home, say
from tests.bench.result import Result, at_most
from tests.bench.screen import EMPTY
from tests.bench.yard import Yard, a_point, furnished
from tests.fakes.google_calendar import FakeGoogle

TITLE = "Cars"
HOW = (
    "ev_app.py with its dashboard on a pseudo-terminal of 240×60, a dm.py without a screen that hears a telegram each "
    "second in the pieces of a cable, an NRGkick box with a car that charges from a sun that comes and goes, the car's "
    "cloud, and a calendar with a week of trips; beside it an empty Textual app on another terminal in the same "
    "seconds. Processor time from /proc, memory at most."
)
WARM_S = 20.0  # starting is not running
SUN_W, BASE_W, CLOUDS_S = 12_000, 500, 40.0
FAMILY = "family@group.calendar.google.com"
EVENTS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """Processor seconds of both in the same time, the most memory each held, the bytes that ev drew, its orders."""

    seconds: float
    ev_s: float
    empty_s: float
    ev_mb: float
    empty_mb: float
    drawn: int
    orders: int


def results(*, quick: bool) -> Iterator[Result]:
    """Processor time, and memory by calendar."""
    seen = asyncio.run(running(60 if quick else 600))
    yield at_most(
        f"ev with dashboard, {seen.seconds:.0f} s at 1 Hz",
        seen.ev_s / seen.seconds * 100,
        5,
        "{:.1f} % of a core",
        f"{seen.ev_s:.2f} s of processor, the empty Textual app {seen.empty_s:.2f} s beside it; "
        f"{seen.drawn / seen.seconds / 1000:.1f} kB drawn a second; {seen.orders} orders to the charger",
    )
    yield at_most(
        "ev with dashboard and a calendar file, most memory",
        seen.ev_mb,
        100,
        "{:.1f} MB",
        f"the empty Textual app {seen.empty_mb:.1f} MB",
    )
    google = asyncio.run(running(30 if quick else 120, google=True))
    yield at_most(
        "ev with dashboard and Google's calendar, most memory",
        google.ev_mb,
        130,
        "{:.1f} MB",
        f"{EVENTS} events, read by google-api-python-client from a server of Google's shape",
    )


async def running(seconds: float, *, google: bool = False) -> Running:
    """Ev with its dashboard, and an empty app beside it."""
    loop = asyncio.get_running_loop()
    start = WallClock().now().replace(microsecond=0)
    yard = Yard(start, [a_point("garage", 45.0, start)])
    async with contextlib.AsyncExitStack() as opened:
        home = opened.enter_context(own_home())
        calendar: str | None = None
        command: tuple[str, ...] = ("ev_app.py",)
        if google:
            calendar = f"google:{FAMILY}"
            url = await opened.enter_async_context(_google(home, yard))
            command = ("-m", "tests.bench.ev_elsewhere", url)
        [box] = await opened.enter_async_context(furnished(home, yard, mode=Mode.PV_ONLY, calendar=calendar))
        house = await opened.enter_async_context(dm(screen=False, home=home))
        cars = await opened.enter_async_context(ev(home, screen=True, command=command))
        empty = await opened.enter_async_context(on_terminal("-c", EMPTY, environ=dict(os.environ)))
        assert cars.screen
        start_s = next_s = loop.time()
        begun: tuple[float, float, int, int] | None = None
        while loop.time() < start_s + WARM_S + seconds:
            yard.base_w, yard.sun_w = BASE_W, round(SUN_W * (0.6 + 0.4 * sin((next_s - start_s) / CLOUDS_S)))
            await say(house.meter, yard.second())
            if begun is None and loop.time() >= start_s + WARM_S:
                begun = cpu_s(cars.pid), cpu_s(empty.pid), cars.screen.drawn, len(box.writes)
            next_s += 1.0
            await asyncio.sleep(next_s - loop.time())
        assert begun
        assert cars.screen.drawn > begun[2]
        return Running(
            seconds=seconds,
            ev_s=cpu_s(cars.pid) - begun[0],
            empty_s=cpu_s(empty.pid) - begun[1],
            ev_mb=memory_mb(cars.pid, "VmHWM"),
            empty_mb=memory_mb(empty.pid, "VmHWM"),
            drawn=cars.screen.drawn - begun[2],
            orders=len(box.writes) - begun[3],
        )


@contextlib.asynccontextmanager
async def _google(home: Home, yard: Yard) -> AsyncIterator[str]:
    """A calendar as Google serves it, whose service account's key is in the secrets of a home; the API's address."""
    async with FakeGoogle({FAMILY: list(_events(yard))}) as server:
        secrets = home.folder / "secrets.json"
        secrets.write_text(json.dumps({"google_service_account": json.dumps(server.account)}), "utf-8")
        secrets.chmod(0o600)
        yield server.url
        if not server.asked:
            raise RuntimeError("nobody asked Google's calendar during the bench")


def _events(yard: Yard) -> Iterator[dict[str, object]]:
    """A week full of them, some with the car."""
    car = yard.points[0].home
    assert car
    for at in range(EVENTS):
        start = yard.at + timedelta(hours=3 + 2.5 * at)
        yield {
            "id": f"event{at}",
            "status": "confirmed",
            "summary": f"Away @{car.name}@ {40 + at} km" if at % 5 == 0 else f"Something {at}",
            "description": "What one writes there, in a line or two. " * 4,
            "start": {"dateTime": start.isoformat()},
            "end": {"dateTime": (start + timedelta(hours=2)).isoformat()},
        }
