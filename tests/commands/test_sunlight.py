"""The inverters of a home: boxes on real sockets, read and held back while dm runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lib.clock import WallClock
from lib.commands.sunlight import Sunlight
from lib.core.sun import InverterEvent, Roof, after
from lib.settings import InverterPlace, Settings
from lib.sim.fronius_box import open_fronius_box
from lib.sim.http_box import Trouble
from lib.sim.sunspec_inverter_box import open_sunspec_inverter_box
from tests.conftest import RULES
from tests.inverters.roofs import ToyPanels
from tests.waiting import eventually


def settings(*places: InverterPlace, source: str = "socket://127.0.0.1:1") -> Settings:
    """A house with these inverters."""
    home = Path("/nowhere")
    return Settings(home=home, source=source, doors={}, rules=RULES, secrets=home, inverters=places)


class House:
    """Who hears the inverters."""

    def __init__(self, config: Settings) -> None:
        self.clock = WallClock()
        self.sunlight = Sunlight(config, self.clock)
        self.roof: Roof = self.sunlight.roof

    def hear(self, event: InverterEvent) -> None:
        """An inverter's word."""
        self.roof = after(self.roof, event)

    @property
    def sun_w(self) -> float | None:
        """What the roof gives now."""
        return self.roof.power_w(self.clock.monotonic())


@asynccontextmanager
async def watched(*places: InverterPlace) -> AsyncIterator[House]:
    """A house that listens to its inverters."""
    house = House(settings(*places))
    async with house.sunlight.watched(house.hear):
        yield house


async def test_two_makes_are_read_as_one_roof() -> None:
    """One at a time each, and nothing is asked once the house is left."""
    east, west = await open_fronius_box(ToyPanels(2_000.0)), await open_sunspec_inverter_box(ToyPanels(1_000.0))
    try:
        places = (
            InverterPlace(name="east", make="fronius", address=east.where),
            InverterPlace(name="west", make="sunspec", address=west.where),
        )
        async with watched(*places) as house:
            assert house.sun_w is None
            await eventually(lambda: house.sun_w == 3_000.0)
            assert house.roof.why_unable.startswith("its owner did not allow it")
        asked = (east.asked, west.asked)
        await asyncio.sleep(0)
        assert asked == (east.asked, west.asked)
        assert (0, 0) == (east.overlaps, west.overlaps)
    finally:
        await east.close()
        await west.close()


async def test_the_sun_is_held_back_and_let_go_again() -> None:
    """By an order, by its end, and when dm ends."""
    panels = ToyPanels(3_000.0)
    box = await open_sunspec_inverter_box(panels)
    place = InverterPlace(name="roof", make="sunspec", address=box.where, may_hold=True)
    try:
        async with watched(place) as house:
            await eventually(lambda: house.roof.able == ("roof",))
            house.sunlight.limit(house.roof, 1_000.0)
            await eventually(lambda: panels.power_w == 1_000.0)
            await eventually(lambda: house.roof.readings["roof"].limit_w == 1_000.0)
            house.sunlight.limit(house.roof, None)
            await eventually(lambda: panels.power_w == 3_000.0)
            house.sunlight.limit(house.roof, 500.0, for_s=3.0)
            await eventually(lambda: panels.power_w == 500.0)
            await eventually(lambda: panels.power_w == 3_000.0)
            house.sunlight.limit(house.roof, 800.0)
            await eventually(lambda: panels.power_w == 800.0)
        assert 3_000.0 == panels.power_w
        assert 0 == box.expired
    finally:
        await box.close()
        box.unplug()


async def test_what_a_killed_run_left_is_let_go_at_the_start() -> None:
    """The timer would do it too, unless another program's word winds it up again and again."""
    panels = ToyPanels(3_000.0)
    box = await open_sunspec_inverter_box(panels)
    box.leave(limit_w=500.0, timer_s=3_600)
    place = InverterPlace(name="roof", make="sunspec", address=box.where, may_hold=True)
    try:
        async with watched(place):
            await eventually(lambda: panels.power_w == 3_000.0)
    finally:
        await box.close()
        box.unplug()


async def test_one_that_is_set_up_wrongly_is_told_and_stops_nobody() -> None:
    """The sun is then unknown, and why."""
    box = await open_fronius_box(ToyPanels(2_000.0))
    try:
        good = InverterPlace(name="east", make="fronius", address=box.where)
        wrong = InverterPlace(name="west", make="fronius", address="a/b")
        async with watched(good, wrong) as house:
            await eventually(lambda: "east" in house.roof.readings)
            assert house.sun_w is None
            assert house.roof.troubles["west"].startswith("west: 'a/b' is no address of a Fronius")
    finally:
        await box.close()


async def test_one_that_hangs_holds_up_neither_the_others_nor_the_end() -> None:
    """Each has a task of its own."""
    slow, good = await open_fronius_box(ToyPanels()), await open_fronius_box(ToyPanels(2_000.0))
    slow.trouble = Trouble.HANG
    try:
        places = [
            InverterPlace(name=name, make="fronius", address=box.where)
            for name, box in (("slow", slow), ("good", good))
        ]
        async with watched(*places) as house:
            await eventually(lambda: "good" in house.roof.readings and slow.asked == 1)
            before_s = house.clock.monotonic()
        assert house.clock.monotonic() - before_s < 1
    finally:
        await slow.close()
        await good.close()


def test_a_recording_has_no_roof() -> None:
    """Today's sun is not its own."""
    place = InverterPlace(name="east", make="fronius", address="127.0.0.1")
    assert () == Sunlight(settings(place, source="evening.txt"), WallClock()).roof.names
    assert ("east",) == Sunlight(settings(place), WallClock()).roof.names
