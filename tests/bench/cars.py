"""What ev costs that shows its dashboard: processor and memory, with a calendar file and with Google's calendar.

Beside it an empty Textual app in the same seconds.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import sin

from lib.clock import WallClock
from lib.core.modes import Mode
from tests.bench.cost import Cost, measured
from tests.bench.program import Home, dm, ev, own_home
from tests.bench.result import Result, at_most
from tests.bench.yard import Yard, a_point, furnished
from tests.fakes.google_calendar import FakeGoogle

TITLE = "Cars"
HOW = (
    "ev_app.py with its dashboard on a pseudo-terminal of 240×60, a dm.py without a screen that hears a telegram each "
    "second in the pieces of a cable, an NRGkick box with a car that charges from a sun that comes and goes, the car's "
    "cloud, and a calendar with a week of trips; beside it an empty Textual app on another terminal in the same "
    "seconds. Processor time from /proc, memory at most."
)
SUN_W, BASE_W, CLOUDS_S = 12_000, 500, 40.0
FAMILY = "family@group.calendar.google.com"
EVENTS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """What it costs, and how many orders its charger took."""

    cost: Cost
    orders: int


def results(*, quick: bool) -> Iterator[Result]:
    """Processor time, and memory by calendar."""
    seen = asyncio.run(running(60 if quick else 600))
    cost = seen.cost
    yield at_most(
        f"ev with dashboard, {cost.seconds:.0f} s at 1 Hz",
        cost.busy_pct,
        5,
        "{:.1f} % of a core",
        f"{cost.about}; {seen.orders} orders to the charger",
    )
    yield at_most(
        "ev with dashboard and a calendar file, most memory",
        cost.most_mb,
        100,
        "{:.1f} MB",
        f"the empty Textual app {cost.empty_mb:.1f} MB",
    )
    google = asyncio.run(running(30 if quick else 120, google=True))
    yield at_most(
        "ev with dashboard and Google's calendar, most memory",
        google.cost.most_mb,
        130,
        "{:.1f} MB",
        f"{EVENTS} events, read by google-api-python-client from a server of Google's shape",
    )


async def running(seconds: float, *, google: bool = False) -> Running:
    """Ev with its dashboard."""
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
        wave = partial(_sun_comes_and_goes, yard)
        cost = await measured(cars, house.meter, yard, wave, seconds=seconds)
        return Running(cost=cost, orders=len(box.writes))


def _sun_comes_and_goes(yard: Yard, second_s: float) -> None:
    yard.base_w, yard.sun_w = BASE_W, round(SUN_W * (0.6 + 0.4 * sin(second_s / CLOUDS_S)))


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
