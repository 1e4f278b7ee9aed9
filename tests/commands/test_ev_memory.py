"""What ev remembers: through a real database, into a program whose monotonic clock began anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lib.clock import TurnedClock
from lib.commands.ev_memory import SHOWN, Memory, begun, remembered, standing
from lib.core.car import Ask, CarReading, CarTold
from lib.core.carport import Charging, ChargingRules, with_bay
from lib.core.charger import Found, Plug
from lib.core.charging import Wanted
from lib.core.modes import Mode, Phases
from lib.core.plugged import Named
from lib.core.soc import TYPED
from lib.core.trip import Drive, Trip
from lib.core.uptake import Switching
from lib.messages.ev import say_charging
from lib.settings import Settings
from lib.store.ev_store import Kept
from tests.commands.yard import RULES, Yard
from tests.conftest import NOON
from tests.conftest import RULES as HOUSE_RULES

HOUR_S = 3600.0
LATER = NOON + timedelta(hours=1)


def settings(home: Path) -> Settings:
    """Of a home."""
    return Settings(home=home, source="", doors={}, rules=HOUSE_RULES, secrets=home / "secrets.json")


@asynccontextmanager
async def awake(home: Path, clock: TurnedClock, rules: ChargingRules = RULES) -> AsyncIterator[Memory]:
    """A program's memory, until it ends in order."""
    async with remembered(settings(home), rules, clock) as memory:
        yield memory


def lived() -> Yard:
    """An evening: an owner's words, a car that charges, phases that were switched, a trip."""
    yard = Yard()
    yard.clock.turn(50_000)  # the machine is up for a day
    yard.clock.set(NOON)
    yard.pass_by(2)
    yard.read(plug=Plug.EMPTY, plugins=6)
    yard.pass_by(2)
    yard.read()
    yard.list_trip()
    yard.take(Wanted(charger="garage", mode=Mode.PV_ALL, phases=Phases.ONE, boost_until=LATER + timedelta(hours=2)))
    yard.take(Named(charger="garage", car="car_2"))
    yard.take(CarTold(car="car_2", reading=CarReading(source=TYPED, as_of=yard.charging.at, soc_pct=43.0)))
    yard.pass_by(10)
    yard.read(plug=Plug.CHARGING, total_wh=1_400.0)
    bay = yard.charging.bays["garage"]
    at_s = (yard.clock.monotonic() - 2 * HOUR_S, yard.clock.monotonic() - 600)
    switched = replace(bay, pace=replace(bay.pace, switching=Switching(at_s=at_s)))
    yard.charging = with_bay(yard.charging, "garage", switched)
    return yard


async def test_a_start_goes_on_from_what_was(tmp_path: Path) -> None:
    """The owner's words, who hangs where, the session, how full the cars are, the trips; and it says the same."""
    before = lived().charging
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(before)
    async with awake(tmp_path, TurnedClock(LATER)) as memory:
        after = memory.charging
    was, bay = before.bays["garage"], after.bays["garage"]
    assert (Mode.PV_ALL, Phases.ONE, was.boost_until) == (bay.mode, bay.wish, bay.boost_until)
    assert was.session == bay.session
    assert bay.session
    assert 400.0 == bay.session.energy_wh
    assert before.plugged == after.plugged
    assert before.usual == after.usual
    assert {name: state.soc for name, state in before.cars.items()} == {
        name: state.soc for name, state in after.cars.items()
    }
    assert before.calendars["family"].entries == after.calendars["family"].entries
    assert Mode.AUTO is after.bays["drive"].mode


async def test_a_car_that_is_away_stays_on_its_trip(tmp_path: Path) -> None:
    """By it the car is known when it comes back, and how full it may be."""
    yard = lived()
    drive = Drive(departs=NOON, returns=LATER, ask=Ask(km=100.0))
    trip = Trip(
        key="1", car="car_2", title="Gent", ready=NOON, departs=NOON, returns=LATER, ask=Ask(km=100.0), drives=(drive,)
    )
    cars = {**yard.charging.cars, "car_2": replace(yard.charging.cars["car_2"], trip=trip)}
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(replace(yard.charging, cars=cars))
    async with awake(tmp_path, TurnedClock(LATER)) as memory:
        assert [None, trip] == [memory.charging.cars[name].trip for name in ("car_1", "car_2")]


def test_seconds_of_another_clock_become_its_own() -> None:
    """What is counted on a monotonic clock is as old as it was, and older by the time that nobody was there."""
    before = lived().charging
    for now_s in (0.0, 12.5, 1e6):
        after = begun(RULES, Kept(standing=standing(before)), at=before.at + timedelta(hours=1), now_s=now_s)
        at_s = after.bays["garage"].pace.switching.at_s
        assert [3 * HOUR_S, HOUR_S + 600] == [round(now_s - one) for one in at_s]
        assert before.calendars["family"].listed_s
        age_s = before.now_s - before.calendars["family"].listed_s
        listed_s = after.calendars["family"].listed_s
        assert listed_s is not None
        assert round(age_s + HOUR_S) == round(now_s - listed_s)


def test_a_switch_of_the_day_before_is_forgotten() -> None:
    """There is a most for a day, not for ever."""
    before = lived().charging
    after = begun(RULES, Kept(standing=standing(before)), at=before.at + timedelta(hours=23), now_s=0.0)
    assert 1 == len(after.bays["garage"].pace.switching.at_s)


def test_a_machine_whose_clock_is_behind_has_seen_nothing_ahead() -> None:
    """What was kept has the meter's time: by a clock that is behind that it was just now, and not in an hour."""
    before = lived().charging
    after = begun(RULES, Kept(standing=standing(before)), at=before.at - timedelta(hours=4), now_s=7.0)
    assert {7.0} == set(after.bays["garage"].pace.switching.at_s)
    assert 7.0 == after.calendars["family"].listed_s


def test_what_stands_is_the_same_after_a_round() -> None:
    """Read and written again without a word it changes nothing on the disk."""
    once = standing(lived().charging)
    again = standing(begun(RULES, Kept(standing=once), at=LATER, now_s=7.0))
    assert once == again


async def test_a_charger_that_is_no_longer_there_has_ended_its_session(tmp_path: Path) -> None:
    """What it charged is not lost with it; its cable, its words and what its owner had are."""
    before = lived().charging
    less = replace(RULES, chargers={"drive": RULES.chargers["drive"]})
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.keep({"garage": Found(current_a=13.0, go=True)})
        memory.take(before)
    for _ in range(2):
        async with awake(tmp_path, TurnedClock(LATER), less) as memory:
            assert {"drive"} == set(memory.charging.bays)
            assert {} == memory.charging.plugged.cables
            assert {} == memory.owners
            [session] = memory.sessions
            assert ("garage", 400.0) == (session.charger, session.energy_wh)
            assert before.bays["garage"].session
            assert before.bays["garage"].session.seen == session.until


async def test_calendars_that_were_taken_out_have_no_trips(tmp_path: Path) -> None:
    """What they held last would count for a week else."""
    yard = lived()
    yard.list_trip("work")
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(yard.charging)
    async with awake(tmp_path, TurnedClock(LATER)) as memory:
        assert {"family", "work"} == set(memory.charging.calendars)
        assert {"work"} == set(memory.forget_calendars(("work", "new")).calendars)
        assert {"work"} == set(memory.charging.calendars)


async def test_the_last_sessions_are_at_hand_newest_first(tmp_path: Path) -> None:
    """As many as are shown, over a start too."""
    yard = lived()
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(yard.charging)
        for count in range(SHOWN + 5):
            yard.pass_by(1)
            yard.read(plug=Plug.EMPTY, plugins=count)
            memory.take(yard.charging)
            yard.pass_by(1)
            yard.read(plugins=count + 1)
            memory.take(yard.charging)
        shown = memory.sessions
    assert SHOWN == len(shown)
    assert sorted((one.since for one in shown), reverse=True) == [one.since for one in shown]
    async with awake(tmp_path, TurnedClock(LATER)) as memory:
        assert shown == memory.sessions


async def test_what_is_wrong_with_the_disk_is_told(tmp_path: Path) -> None:
    """A start without a database goes on without it."""
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(lived().charging)
        assert memory.trouble


def test_an_empty_memory_is_a_first_start() -> None:
    """Nothing is known, and nothing is made up."""
    charging: Charging = begun(RULES, Kept(), at=NOON, now_s=3.0)
    said = say_charging(charging, RULES, boot="b", seq=1, now=NOON, makes={})
    assert [None, None] == [car.soc_pct for car in said.cars]
    assert ["unknown", "unknown"] == [one.plug for one in said.chargers]
    assert (charging.at, charging.now_s, charging.began_s) == (NOON, 3.0, 3.0)
