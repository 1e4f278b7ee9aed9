"""The circuits' own meters and the limits that follow somebody, from the settings to the events."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from lib.clock import WallClock
from lib.commands.feeds import opened
from lib.core.gauges import Gauged, Limited, Ungauged, Unlimited
from lib.feeds import FeedSetupError
from lib.secrets import Secrets
from lib.settings.circuits import CircuitPlace
from lib.sim.digest import Digest
from lib.sim.shelly_box import open_shelly_box
from tests.feeds.anybody import anybody
from tests.feeds.builders import Ear
from tests.waiting import LIMIT_S

NOTHING: Mapping[str, Any] = {}
NOBODY = "http://127.0.0.1:1"
NO_LIMIT = (None, None, None)


def place(name: str, meter: Mapping[str, Any] = NOTHING, limit: Mapping[str, Any] = NOTHING) -> CircuitPlace:
    """A circuit with these."""
    return CircuitPlace(name=name, limits_a=NO_LIMIT, meter=meter, limit=limit)


async def test_each_feed_is_read_until_the_block_ends() -> None:
    """Those of several circuits beside one another; a circuit without any is left alone."""
    box = await open_shelly_box(lambda: (6.0, 7.0, 8.0))
    box.digest = Digest("admin", "hush", "shelly")
    ear = Ear()
    try:
        async with anybody("16") as box_of_limits:
            circuits = (
                place("street"),
                place(
                    "drive",
                    {"from": "shelly", "url": box.url},
                    {"from": "http", "url": NOBODY, "unit": "A"},
                ),
                place("barn", {"from": "http", "url": NOBODY, "power_w": "w"}),
                place("shed", limit={"from": "http", "url": box_of_limits.url, "unit": "kW"}),
            )
            async with opened(circuits, Secrets(others={"shelly": "hush"}), ear, WallClock()), asyncio.timeout(LIMIT_S):
                heard: set[tuple[str, type]] = set()
                while len(heard) < 4:
                    await ear.until(lambda _: True)
                    heard = {(event.circuit, type(event)) for event in ear.events}
        assert {("drive", Gauged), ("drive", Unlimited), ("barn", Ungauged), ("shed", Limited)} == heard
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("meter of", "limit of"))]
    finally:
        await box.close()


async def test_a_slip_names_the_circuit_before_anything_runs() -> None:
    """And its key."""
    circuits = (
        place("drive", {"from": "http", "url": "http://h/", "power_w": "w"}),
        place("street", limit={"from": "http", "url": "http://h/", "unit": "MW"}),
    )
    with pytest.raises(FeedSetupError, match=r"circuits\['street'\]: limit http: \"unit\" is 'mw'"):
        async with opened(circuits, Secrets(), Ear(), WallClock()):
            raise AssertionError("it runs")


async def test_a_bug_in_what_hears_ends_the_block() -> None:
    """What flows there would be known no more; the program is started again."""

    def hear(event: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with opened(
            (place("drive", {"from": "http", "url": NOBODY, "power_w": "w"}),),
            Secrets(),
            hear,
            WallClock(),
        ):
            await asyncio.sleep(10)
