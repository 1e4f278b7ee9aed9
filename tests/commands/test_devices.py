"""The devices of a home: opened from its settings, told what follows from the state, let go at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.cars import CarError
from lib.cars.poll import Poll
from lib.chargers import ChargerSetupError
from lib.clock import Clock, MeterClock, TurnedClock, WallClock
from lib.commands.devices import Devices, opened
from lib.commands.ev_memory import remembered
from lib.core.agenda import Listed, Unlisted
from lib.core.car import CarReading, CarTold
from lib.core.carport import WAKES, Charging, with_bay
from lib.core.charger import Missed, Order, Plug, Told
from lib.core.charging import Event
from lib.core.gauges import Limited
from lib.core.soc import TYPED
from lib.secrets import Secrets
from lib.settings import CarPlace, ChargerPlace, Settings
from lib.settings.circuits import CircuitPlace
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.nrgkick_box import NrgkickBox, open_nrgkick_box
from tests.commands.yard import RULES, Yard
from tests.conftest import RULES as HOUSE_RULES
from tests.feeds.anybody import anybody
from tests.sim.builders import NOON as BOX_NOON
from tests.waiting import LIMIT_S, eventually

HIS = ChargeSettings(current_a=13.0, paused=False)


@pytest.fixture
async def box() -> AsyncIterator[NrgkickBox]:
    """A box whose owner lets his car charge with 13 A; its time stands still."""
    made = await open_nrgkick_box(
        ChargePoint(start=BOX_NOON, name="garage", car=Car(soc_pct=40), settings=HIS, lag_s=0.0)
    )
    yield made
    await made.close()


def settings(
    home: Path, *chargers: ChargerPlace, cars: tuple[CarPlace, ...] = (), calendars: tuple[str, ...] = ()
) -> Settings:
    """Of a home with these."""
    return Settings(
        home=home,
        source="",
        doors={},
        rules=HOUSE_RULES,
        secrets=home / "secrets.json",
        chargers=chargers,
        cars=cars,
        calendars=calendars,
    )


def garage(address: str, user: str | None = None) -> ChargerPlace:
    """A charger there."""
    return ChargerPlace(make="nrgkick", address=address, rules=RULES.chargers["garage"], user=user)


@asynccontextmanager
async def open_devices(
    config: Settings,
    hear: Callable[[Event], None],
    secrets: Secrets | None = None,
    *,
    clock: Clock | None = None,
    time: Callable[[], datetime | None] = lambda: None,
) -> AsyncIterator[Devices]:
    """They run until the block ends, with a memory that writes."""
    clock = clock or WallClock()
    async with (
        remembered(config, RULES, clock) as memory,
        opened(config, secrets or Secrets(), hear, clock, memory, time=time) as devices,
    ):
        yield devices


def ordered(order: Order | None, now_s: float = 0.0) -> Charging:
    """A state in which the garage is told that."""
    charging = replace(Yard().charging, now_s=now_s)
    bay = charging.bays["garage"]
    return with_bay(charging, "garage", replace(bay, post=replace(bay.post, order=order)))


async def test_a_charger_is_heard_told_and_given_back(tmp_path: Path, box: NrgkickBox) -> None:
    """It is read before it is told anything; in the end its owner has what he had."""
    heard: list[Event] = []
    async with open_devices(settings(tmp_path, garage(box.where)), heard.append) as devices:
        assert {"garage"} == set(devices.points)
        await eventually(lambda: any(isinstance(event, Told) for event in heard))
        assert [] == box.writes
        for now_s in range(50):
            devices.follow(ordered(Order(current_a=8.0, go=True), float(now_s)))
            await asyncio.sleep(0.02)
        await eventually(lambda: box.point.told.current_a == 8.0)
        devices.follow(ordered(None, 60.0))
    assert (13.0, False) == (box.point.told.current_a, box.point.told.paused)


async def test_what_the_disk_does_not_keep_waits_two_seconds_at_most(tmp_path: Path, box: NrgkickBox) -> None:
    """What the owner had should outlive a crash; where it cannot, the car is charged all the same."""
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    heard: list[Event] = []
    async with open_devices(settings(tmp_path, garage(box.where)), heard.append) as devices:
        await eventually(lambda: any(isinstance(event, Told) for event in heard))
        for now_s in (10.0, 11.0, 12.0):
            devices.follow(ordered(Order(current_a=8.0, go=True), now_s))
        await asyncio.sleep(0.1)
        assert [] == box.writes
        devices.follow(ordered(Order(current_a=8.0, go=True), 12.1))
        await eventually(lambda: box.point.told.current_a == 8.0)


async def test_each_new_thing_to_keep_has_its_own_two_seconds(tmp_path: Path, box: NrgkickBox) -> None:
    """What the disk was slow with in the morning is no reason to hurry in the evening."""
    heard: list[Event] = []
    async with open_devices(settings(tmp_path, garage(box.where)), heard.append) as devices:
        await eventually(lambda: any(isinstance(event, Told) for event in heard))
        devices.follow(ordered(Order(current_a=8.0, go=True), 10.0))
        await eventually(lambda: devices.memory.is_kept("garage"))
        devices.follow(ordered(Order(current_a=8.0, go=True), 11.0))
        his = devices.memory.owners["garage"]
        owner = replace(his, current_a=9.0)
        devices.memory.keep({"garage": owner})
        assert not devices._may_change("garage", 20.0)


@pytest.mark.parametrize("name", ["nrgkick@{where}", "nrgkick@127.0.0.1", "nrgkick"])
async def test_a_password_is_of_a_box_a_host_or_a_make(tmp_path: Path, box: NrgkickBox, name: str) -> None:
    """The one that says most wins."""
    box.login = ("me", "right")
    others = {"nrgkick": "wrong", name.format(where=box.where): "right"}
    heard: list[Event] = []
    config = settings(tmp_path, garage(box.where, user="me"))
    async with open_devices(config, heard.append, Secrets(others=others)):
        await eventually(lambda: bool(heard))
    assert isinstance(heard[0], Told)


async def test_an_address_that_is_none_is_a_slip_before_anything_runs(tmp_path: Path, box: NrgkickBox) -> None:
    """The good one beside it is not asked."""
    config = settings(tmp_path, garage(box.where), garage("192.168.1.60:x"))
    with pytest.raises(ChargerSetupError, match="is no address of an NRGkick"):
        async with open_devices(config, lambda _: None):
            pytest.fail("it was opened")
    assert 0 == box.asked


async def test_what_cannot_work_is_a_sentence_and_stops_nothing(tmp_path: Path, box: NrgkickBox) -> None:
    """A source that nobody knows, a calendar that is none, a charger that is not there."""
    car = CarPlace(rules=RULES.cars["car_1"], soc={"from": "crystal ball"})
    heard: list[Event] = []
    config = settings(tmp_path, garage(box.where), cars=(car,), calendars=("ics:nowhere.ics",))
    async with open_devices(config, heard.append) as devices:
        assert ["car car_1"] == list(devices.troubles)
        assert "crystal ball" in devices.troubles["car car_1"]
        assert {} == devices.polls
        assert ("nowhere.ics",) == devices.calendars
        await eventually(lambda: {Told, Unlisted} <= {type(event) for event in heard})
        await box.close()
        await eventually(lambda: any(isinstance(event, Missed) for event in heard))


@pytest.mark.parametrize("off", [timedelta(days=-8), timedelta(hours=1)], ids=["behind", "ahead"])
async def test_trips_and_what_cars_say_go_by_the_meters_clock(tmp_path: Path, off: timedelta) -> None:
    """A Pi whose own is days or an hour off loses no trip, and dates no state of charge into another day."""
    meter = datetime(2026, 11, 20, 12, tzinfo=UTC)
    (tmp_path / "trips.ics").write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Sea @car_1@\r\n"
        b"DTSTART:20261127T110000Z\r\nDTEND:20261127T170000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    heard: list[Event] = []
    async with anybody({"soc": 30}) as box:
        says = {"from": "http", "url": box.url, "soc": "soc", "time": "now"}
        car = CarPlace(rules=RULES.cars["car_1"], soc=says)
        config = settings(tmp_path, cars=(car,), calendars=("ics:trips.ics",))
        machine = MeterClock(lambda: meter + off, WallClock())
        async with open_devices(config, heard.append, clock=machine, time=lambda: meter):
            await eventually(lambda: {Listed, CarTold} <= {type(event) for event in heard})
    assert ["Sea @car_1@"] == [entry.title for event in heard if isinstance(event, Listed) for entry in event.entries]
    assert [(30.0, meter)] == [(one.reading.soc_pct, one.reading.as_of) for one in heard if isinstance(one, CarTold)]


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(days=-2)], ids=["ahead", "behind"])
async def test_a_limit_ends_by_the_meters_clock(tmp_path: Path, off: timedelta) -> None:
    """Half an hour is half an hour: the Pi's own would call it over, or hold it for a day."""
    meter, clock = datetime(2026, 11, 20, 17, tzinfo=UTC), TurnedClock(BOX_NOON)
    heard: list[Event] = []
    async with anybody({"a": 6, "until": "2026-11-20T17:30:00Z"}) as box:
        limit = {"from": "http", "url": box.url, "unit": "A", "value": "a", "until": "until"}
        drive = CircuitPlace(name="drive", limits_a=(32.0, 32.0, 32.0), limit=limit)
        config = replace(settings(tmp_path), circuits=(drive,))
        machine = MeterClock(lambda: meter + off, clock)
        async with open_devices(config, heard.append, clock=machine, time=lambda: meter):
            await eventually(lambda: bool(heard))
    assert [1_800.0] == [event.until_s for event in heard if isinstance(event, Limited)]


async def test_a_bug_in_what_hears_a_charger_ends_it_loudly(tmp_path: Path, box: NrgkickBox) -> None:
    """Nobody would steer that charger any more, and nobody would see it; its owner still gets back what he had."""

    def hear(event: Event) -> None:
        if isinstance(event, Told):
            raise ZeroDivisionError

    async def whole() -> None:
        async with open_devices(settings(tmp_path, garage(box.where)), hear), asyncio.timeout(LIMIT_S):
            await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        await whole()
    assert (13.0, False) == (box.point.told.current_a, box.point.told.paused)


class Source:
    """Knows a car, and can tell it to charge."""

    def __init__(self, *, sparing: bool = False, deaf: bool = False) -> None:
        self.floor_s, self.sparing, self._deaf = 60.0, sparing, deaf
        self.started = 0

    async def read(self) -> CarReading:
        """Half full."""
        return CarReading(source="cloud", soc_pct=50.0)

    async def close(self) -> None:
        """Nothing is open."""

    async def start(self) -> None:
        """Count it."""
        self.started += 1
        if self._deaf:
            raise CarError("it is out of reach")


@asynccontextmanager
async def followed(home: Path, yard: Yard, source: Source) -> AsyncIterator[tuple[Devices, Poll]]:
    """Devices without a charger, and car_1's poll in the time of the yard."""
    poll = Poll("car_1", source, yard.take, yard.clock)
    async with remembered(settings(home), RULES, TurnedClock(BOX_NOON)) as memory:
        yield Devices(points={}, memory=memory, polls={"car_1": poll}, controls={"car_1": source}), poll


async def test_a_car_that_is_asked_sparingly_is_asked_when_there_is_a_reason(tmp_path: Path) -> None:
    """A plug-in, or a trip that comes near."""
    yard, source = Yard(), Source(sparing=True)
    async with followed(tmp_path, yard, source) as (devices, poll):
        await poll._ask()
        devices.follow(yard.charging)
        yard.clock.turn(120)
        assert poll.due_s is None
        yard.read()
        devices.follow(yard.charging)
        assert poll.due_s is not None
        assert poll.due_s <= yard.clock.monotonic()
        await poll._ask()
        yard.read(plug=Plug.EMPTY)
        yard.list_trip()
        yard.take(CarTold(car="car_1", reading=CarReading(source=TYPED, as_of=yard.charging.at, soc_pct=40.0)))
        devices.follow(yard.charging)
        trip = yard.charging.trips.trips[0].departs
        due = yard.clock.now() + timedelta(seconds=(poll.due_s or 0.0) - yard.clock.monotonic())
        assert trip - timedelta(hours=12) == due


async def test_a_car_of_which_nothing_is_known_any_more_is_asked(tmp_path: Path) -> None:
    """As when its charger was changed for another, whose counter is lower."""
    yard = Yard()
    async with followed(tmp_path, yard, Source()) as (devices, poll):
        yard.read(total_wh=5_000.0)
        devices.follow(yard.charging)
        yard.clock.turn(1_000)  # so long it is looked which car was plugged in
        await poll._ask()
        assert 50.0 == yard.charging.cars["car_1"].soc.pct()
        yard.clock.turn(100)
        devices.follow(yard.charging)
        assert poll.due_s is not None
        assert poll.due_s > yard.clock.monotonic() + 60
        yard.read(total_wh=6_000.0)
        yard.read(total_wh=10.0)
        yard.clock.turn(130)  # a box that starts may read 0 for a while
        yard.read(total_wh=10.0)
        assert yard.charging.cars["car_1"].soc.pct() is None
        devices.follow(yard.charging)
        assert poll.due_s <= yard.clock.monotonic()
        await poll._ask()
        assert 50.0 == yard.charging.cars["car_1"].soc.pct()


@pytest.mark.parametrize("deaf", [False, True])
async def test_a_car_that_does_not_wake_is_told_to_charge_once(
    tmp_path: Path, deaf: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Only after its charger tried in vain; once in a plug-in, whether it helped or not."""
    caplog.set_level(logging.INFO)
    yard, source = Yard(), Source(deaf=deaf)
    async with followed(tmp_path, yard, source) as (devices, _):
        yard.read()
        for plug_ins in (1, 2):
            bay = yard.charging.bays["garage"]
            for wakes in (0, WAKES - 1, WAKES, WAKES):
                tried = with_bay(yard.charging, "garage", replace(bay, wakes=wakes, idle_s=0.0))
                devices.follow(tried)
                await asyncio.sleep(0)
                assert plug_ins - (wakes < WAKES) == source.started
            yard.clock.turn(60)
            yard.read(plugins=plug_ins + 1)
    assert 2 == caplog.text.count("car_1: it does" if deaf else "car_1: it did")
