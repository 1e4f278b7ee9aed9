"""Which car is on which cable, and how that is known."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.car import FULL, CarReading, CarRules, CarTold
from lib.core.charger import ChargerReading, ChargerRules, Plug, Told
from lib.core.plugged import Event, Ground, Named, Plugged, Rules, after
from lib.core.trip import Trip
from tests.conftest import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CARS = {
    "car_1": CarRules(name="car_1", capacity_wh=77_000),
    "car_2": CarRules(name="car_2", capacity_wh=40_000, phases=1, current_a=32),
}
CHARGERS = {"garage": ChargerRules(name="garage", car="car_1"), "drive": ChargerRules(name="drive", car="car_2")}


@dataclass
class Story:
    """Events in order, at minutes after noon."""

    rules: Rules = field(default_factory=lambda: Rules(cars=CARS, chargers=CHARGERS))
    plugged: Plugged = field(default_factory=Plugged)
    at: datetime = NOON

    def see(self, minute: float, event: Event) -> tuple[str | None, Ground | None]:
        """The car in the garage after an event, and how it is known."""
        self.at = NOON + minute * MINUTE
        self.plugged = after(self.plugged, event, self.at, self.rules)
        cable = self.plugged.cables.get("garage")
        return (cable.car, cable.ground) if cable else (None, None)


def charger(plug: Plug = Plug.CONNECTED, name: str = "garage", plugins: int | None = None, **said: Any) -> Told:
    """What a charger says."""
    return Told(charger=name, reading=replace(ChargerReading(plug=plug, read_s=0.0, plugins=plugins), **said))


def car(name: str, plugged: bool | None, minute: float | None = None) -> CarTold:
    """What a car says of its own plug; minute: of when, after noon."""
    as_of = None if minute is None else NOON + minute * MINUTE
    return CarTold(car=name, reading=CarReading(source="cloud", as_of=as_of, plugged=plugged))


def trip(name: str, departs_h: float, returns_h: float) -> Trip:
    """A trip, in hours after noon."""
    departs, returns = NOON + departs_h * HOUR, NOON + returns_h * HOUR
    return Trip(key=name, car=name, title="work", ready=departs, departs=departs, returns=returns, ask=FULL)


def test_the_default_of_the_cable_is_better_than_nothing() -> None:
    """And said to be no more than that."""
    assert ("car_1", Ground.DEFAULT) == Story().see(0, charger())
    assert (None, Ground.UNKNOWN) == Story(rules=Rules(cars=CARS)).see(0, charger())
    assert "default of this cable" == Ground.DEFAULT.value


def test_the_car_that_was_plugged_in_at_the_same_minute() -> None:
    """Its own plug turned on; that it says so two minutes later is no other."""
    story = Story()
    story.see(-60, car("car_2", plugged=False))
    assert ("car_1", Ground.DEFAULT) == story.see(0, charger())
    assert ("car_2", Ground.SAME_MINUTE) == story.see(3, car("car_2", plugged=True, minute=2))
    assert ("car_2", Ground.SAME_MINUTE) == story.see(20, charger(Plug.CHARGING))


def test_the_car_may_say_it_first() -> None:
    """A car on MQTT is quicker than the next look at the charger."""
    story = Story()
    story.see(-60, car("car_2", plugged=False))
    story.see(-0.2, car("car_2", plugged=True))
    assert ("car_2", Ground.SAME_MINUTE) == story.see(0, charger())


def test_two_cars_at_the_same_minute_are_none() -> None:
    """Who knows; then the next ground counts."""
    story = Story()
    for name in CARS:
        story.see(-60, car(name, plugged=False))
    story.see(0, charger())
    for name in CARS:
        story.see(2, car(name, plugged=True))
    assert ("car_1", Ground.DEFAULT) == story.see(3, charger())


@pytest.mark.parametrize(("late", "found"), [(False, "car_1"), (True, "car_2")])
def test_a_late_source_has_more_time(late: bool, found: str) -> None:
    """The portal tells 18 minutes later, as if it were now; another source would speak of another plug."""
    story = Story(rules=Rules(cars=CARS, chargers=CHARGERS, late=frozenset({"car_2"} if late else ())))
    story.see(-30, car("car_2", plugged=False))
    story.see(0, charger())
    assert found == story.see(18, car("car_2", plugged=True))[0]


def test_a_car_that_is_found_at_the_start_is_not_elsewhere() -> None:
    """It says that it is plugged in a moment before the charger is read for the first time: that may be this plug."""
    story = Story(rules=Rules(cars=CARS, chargers=CHARGERS, began=NOON - MINUTE / 60))
    story.see(-0.01, car("car_1", plugged=True))
    assert ("car_1", Ground.DEFAULT) == story.see(0, charger())


def test_the_only_car_that_is_not_elsewhere() -> None:
    """The other one hangs on the other cable, or says that it was plugged in somewhere before."""
    story = Story()
    story.see(-10, charger(name="drive"))
    assert "car_2" == story.plugged.car("drive")
    assert ("car_1", Ground.ONLY_ONE) == story.see(0, charger())
    away = Story()
    away.see(-1, car("car_1", plugged=True))
    assert ("car_2", Ground.ONLY_ONE) == away.see(0, charger())
    assert ("car_2", Ground.ONLY_ONE) == away.see(5, car("car_1", plugged=True))


def test_a_car_that_says_off_is_not_it() -> None:
    """Some minutes after the plug-in; a word from before says nothing."""
    story = Story()
    story.see(-1, car("car_1", plugged=False))
    assert ("car_1", Ground.DEFAULT) == story.see(0, charger())
    assert ("car_1", Ground.DEFAULT) == story.see(4, car("car_1", plugged=False, minute=3))
    assert ("car_2", Ground.ONLY_ONE) == story.see(7, car("car_1", plugged=False, minute=6))


def test_a_car_that_says_off_much_later_is_not_it_either() -> None:
    """A guest hangs there: a default is no more than a default."""
    story = Story(rules=Rules(cars={"car_1": CARS["car_1"]}, chargers=CHARGERS))
    assert ("car_1", Ground.ONLY_ONE) == story.see(0, charger())
    assert (None, Ground.UNKNOWN) == story.see(60, car("car_1", plugged=False, minute=59))


@pytest.mark.parametrize(
    ("trips", "found"),
    [
        ((trip("car_2", -9, 0.3),), "car_2"),
        ((trip("car_2", 3, 5),), "car_1"),
        ((trip("car_1", 3, 5), trip("car_2", -9, 0.3)), "car_2"),
        ((trip("car_1", -9, 0.3), trip("car_2", -9, 0.3)), "car_1"),
        ((trip("car_2", -9, -5),), "car_1"),
    ],
    ids=["comes home", "leaves soon from its own", "home before leaving", "both come", "long back"],
)
def test_the_trip_that_fits(trips: tuple[Trip, ...], found: str) -> None:
    """The one that comes home about now; two that fit are none."""
    story = Story(rules=Rules(cars=CARS, chargers=CHARGERS, trips=trips))
    ground = Ground.TRIP if found == "car_2" else Ground.DEFAULT
    assert (found, ground) == story.see(0, charger())


def test_a_car_that_leaves_soon_is_looked_for_at_its_own_charger_first() -> None:
    """Its trip fits where it has none, or where another car stands on that."""
    leaves = (trip("car_2", 3, 5),)
    shared = Story(rules=Rules(cars=CARS, chargers={"garage": CHARGERS["garage"]}, trips=leaves))
    assert ("car_2", Ground.TRIP) == shared.see(0, charger())
    third = {**CARS, "car_3": replace(CARS["car_1"], name="car_3")}
    taken = Story(rules=Rules(cars=third, chargers=CHARGERS, trips=leaves))
    taken.see(-2, charger(name="drive"))
    taken.see(-1, Named(charger="drive", car="car_3"))
    assert ("car_2", Ground.TRIP) == taken.see(0, charger())


def test_two_cars_come_home_and_one_leaves_in_the_morning() -> None:
    """Each hangs on its own cable, in whatever order they come."""
    story = Story(rules=Rules(cars=CARS, chargers=CHARGERS, trips=(trip("car_2", 11, 20),)))
    assert ("car_1", Ground.DEFAULT) == story.see(0, charger())
    story.see(30, charger(name="drive"))
    assert ("car_1", "car_2") == (story.plugged.car("garage"), story.plugged.car("drive"))


def test_the_owners_word_holds_until_the_car_leaves() -> None:
    """Whatever cars and chargers say; then the next plug-in is looked at anew."""
    story = Story()
    story.see(-60, car("car_1", plugged=False))
    story.see(0, charger())
    assert ("car_2", Ground.OWNER) == story.see(1, Named(charger="garage", car="car_2"))
    assert ("car_2", Ground.OWNER) == story.see(2, car("car_1", plugged=True))
    assert ("car_2", Ground.OWNER) == story.see(3, charger(Plug.CHARGING, phases_a=(16.0, 16.0, 16.0)))
    assert (None, None) == story.see(60, charger(Plug.EMPTY))
    assert "car_1" == story.see(90, charger())[0]


def test_a_guest_is_nobody() -> None:
    """The owner says so; a word about an empty cable is none."""
    story = Story()
    assert (None, None) == story.see(0, Named(charger="garage", car="car_1"))
    story.see(1, charger())
    assert (None, Ground.OWNER) == story.see(2, Named(charger="garage", car=""))
    assert (None, Ground.OWNER) == story.see(9, charger(Plug.CHARGING))


def test_the_owners_word_moves_a_car_from_the_other_cable() -> None:
    """No car hangs on two."""
    story = Story()
    story.see(0, charger())
    story.see(1, charger(name="drive"))
    assert "car_2" == story.plugged.car("drive")
    assert ("car_2", Ground.OWNER) == story.see(2, Named(charger="garage", car="car_2"))
    assert "car_1" == story.plugged.car("drive")
    assert "garage" == story.plugged.charger("car_2")


def test_what_a_car_cannot_draw_excludes_it() -> None:
    """A car of one phase does not draw on three, one of 16 A not 20; however late that shows, for half a minute."""
    three_phases, one_phase = (charger(Plug.CHARGING, phases_a=a) for a in ((10.0, 9.8, 9.9), (20.0, 0.1, 0.0)))
    story = Story(rules=Rules(cars=CARS, chargers={"garage": ChargerRules(name="garage", car="car_2")}))
    assert ("car_2", Ground.DEFAULT) == story.see(0, charger())
    assert ("car_2", Ground.DEFAULT) == story.see(90, three_phases)
    assert ("car_2", Ground.DEFAULT) == story.see(91, three_phases)
    assert ("car_1", Ground.ONLY_ONE) == story.see(92, three_phases)
    story = Story()
    story.see(0, charger())
    assert ("car_1", Ground.DEFAULT) == story.see(1, charger(Plug.CHARGING, phases_a=(16.4, 0.1, 0.0)))
    assert ("car_1", Ground.DEFAULT) == story.see(2, one_phase)
    assert ("car_1", Ground.DEFAULT) == story.see(3, one_phase)
    assert ("car_2", Ground.ONLY_ONE) == story.see(4, one_phase)


def test_odd_readings_exclude_nobody_at_once() -> None:
    """As while a charger switches its phases: the car would not be charged until it is plugged in anew."""
    story = Story()
    story.see(0, charger())
    odd, calm = (charger(Plug.CHARGING, phases_a=a) for a in ((18.0, 0.0, 0.0), (6.0, 6.0, 6.0)))
    for minute in range(20, 28, 2):
        for second in range(0, 29, 4):
            assert ("car_1", Ground.DEFAULT) == story.see(minute + second / 60, odd)
        assert ("car_1", Ground.DEFAULT) == story.see(minute + 1, calm)


def test_two_odd_readings_around_a_silence_exclude_nobody() -> None:
    """What was between them nobody saw; a reading that fits, or half a minute of odd ones, settles it."""
    odd, calm = (charger(Plug.CHARGING, phases_a=a) for a in ((18.0, 0.0, 0.0), (6.0, 6.0, 6.0)))
    for silence in (40 / 60, 5, 60):
        story = Story()
        story.see(0, charger())
        for minute in (20, 20 + silence):
            assert ("car_1", Ground.DEFAULT) == story.see(minute, odd)
        again = replace(story, plugged=story.plugged)
        assert ("car_1", Ground.DEFAULT) == story.see(21 + silence, calm)
        assert ("car_1", Ground.DEFAULT) == story.see(22 + silence, odd)
        assert ("car_2", Ground.ONLY_ONE) == again.see(20.5 + silence, odd)


def test_each_car_is_doubted_for_itself() -> None:
    """On three phases the sun swings from 14 to 20 A: what a car of 16 A cannot draw now and then helps no other."""
    cars = {**CARS, "car_3": CarRules(name="car_3", capacity_wh=60_000, current_a=32)}
    story = Story(rules=Rules(cars=cars, chargers={"garage": ChargerRules(name="garage", car="car_2")}))
    story.see(0, charger())
    for second in range(0, 31, 10):
        assert "car_2" == story.plugged.car("garage")
        current_a = 20.0 if second % 20 else 14.0
        story.see(20 + second / 60, charger(Plug.CHARGING, phases_a=(current_a,) * 3))
    assert Ground.UNKNOWN is story.plugged.cables["garage"].ground
    assert ("car_2",) == story.plugged.cables["garage"].excluded


def test_a_doubt_is_no_news_of_the_cables() -> None:
    """So nothing is written at once of it; with the next plug-in it is over."""
    story = Story()
    story.see(0, charger())
    cables = story.plugged.cables
    story.see(20, charger(Plug.CHARGING, phases_a=(18.0, 0.0, 0.0)))
    assert cables is story.plugged.cables
    assert ["garage"] == list(story.plugged.doubts)
    story.see(21, charger(Plug.EMPTY))
    assert not story.plugged.doubts


def test_a_counter_that_moved_is_another_plug_in() -> None:
    """Nobody saw the cable empty: the owner's word was about the car before."""
    story = Story()
    story.see(0, charger(plugins=4))
    story.see(1, Named(charger="garage", car="car_2"))
    assert ("car_2", Ground.OWNER) == story.see(2, charger(plugins=4))
    assert ("car_1", Ground.DEFAULT) == story.see(300, charger(plugins=5))
    assert NOON + 300 * MINUTE == story.plugged.cables["garage"].since


def test_a_cloud_that_has_not_noticed_the_drive_is_not_believed() -> None:
    """It still says on, from the plug-in of the morning."""
    story = Story(rules=Rules(cars=CARS))
    story.see(-60, car("car_1", plugged=False))
    story.see(0, charger())
    assert ("car_1", Ground.SAME_MINUTE) == story.see(2, car("car_1", plugged=True))
    story.see(60, charger(Plug.EMPTY))
    story.see(61, car("car_1", plugged=True))
    assert (None, Ground.UNKNOWN) == story.see(64, charger())
    assert (None, Ground.UNKNOWN) == story.see(66, car("car_1", plugged=True))


def test_a_fault_or_silence_leaves_the_car_where_it_is() -> None:
    """Nobody can tell then; the car is not gone."""
    story = Story()
    story.see(0, charger())
    for plug in (Plug.FAULT, Plug.UNKNOWN):
        assert ("car_1", Ground.DEFAULT) == story.see(1, charger(plug))


def test_what_changes_nothing_is_the_same_object() -> None:
    """So nothing is written of it."""
    story = Story()
    story.see(0, charger(plugins=1))
    before = story.plugged
    for minute in (30, 31, 32):
        story.see(minute, charger(Plug.CHARGING, plugins=1, phases_a=(16.0, 16.0, 16.0)))
    shut_out = story.plugged  # a car of one phase was shut out
    story.see(33, charger(Plug.CHARGING, plugins=1, phases_a=(16.0, 16.0, 16.0)))
    assert before != story.plugged
    assert shut_out is story.plugged


NAMES, CABLES = st.sampled_from(list(CARS)), st.sampled_from(list(CHARGERS))
EVENTS = st.lists(
    st.one_of(
        st.builds(charger, st.sampled_from(Plug), CABLES, st.none() | st.integers(1, 3)),
        st.builds(car, NAMES, st.none() | st.booleans(), st.none() | st.integers(-60, 200)),
        st.builds(Named, charger=CABLES, car=st.sampled_from([*CARS, ""])),
    ),
    max_size=25,
)


@given(events=EVENTS, step=st.integers(1, 20))
def test_no_car_hangs_on_two_cables(events: list[Event], step: int) -> None:
    """Whatever is said, in whatever order; and only the owner names a car that was shut out."""
    story = Story()
    for number, event in enumerate(events):
        story.see(number * step, event)
        cars = [cable.car for cable in story.plugged.cables.values() if cable.car]
        assert len(set(cars)) == len(cars)
        for cable in story.plugged.cables.values():
            assert cable.ground is Ground.OWNER or (cable.car is None) == (cable.ground is Ground.UNKNOWN)
            assert cable.ground is Ground.OWNER or cable.car not in cable.excluded
