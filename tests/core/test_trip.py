"""Trips: what an owner writes in a calendar, and what the cars are told of it."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.car import FULL, Ask, CarRules
from lib.core.stamp import BRUSSELS
from lib.core.trip import Entry, Trip, Trips, asked, changes, trips
from tests.conftest import NOON, folders, local

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CARS = {
    "car_1": CarRules(name="car_1", capacity_wh=60_000, wh_km=180),
    "car_2": CarRules(name="car_2", capacity_wh=40_000, trip_default=Ask(soc_pct=70)),
}


def an_entry(
    title: str,
    description: str = "",
    *,
    start: datetime | date = NOON + 20 * HOUR,
    hours: float = 8,
    key: str = "",
    **said: Any,
) -> Entry:
    """An event that begins tomorrow morning, unless said."""
    end = start + timedelta(hours=hours) if isinstance(start, datetime) else start + timedelta(days=1)
    return Entry(key=key or title, title=title, description=description, start=start, **{"end": end, **said})


def held(*entries: Entry, now: datetime = NOON) -> Trips:
    """What the entries hold for the two cars."""
    return trips(entries, CARS, now=now)


def ask_of(title: str, description: str = "") -> Ask:
    """What the only trip of an event wants."""
    [trip] = held(an_entry(title, description)).trips
    return trip.ask


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("Ardennes @car_1@ 180km", "", Ask(km=180)),
        ("180 KM @car_1@", "", Ask(km=180)),
        ("Zee @car_1@ 62,5 km", "", Ask(km=62.5)),
        ("Zee @car_1@ 80 %", "", Ask(soc_pct=80)),
        ("Zee @car_1@ 80%", "", Ask(soc_pct=80)),
        ("Feest @car_1@ 30,5 kWh", "", Ask(energy_wh=30_500)),
        ("Feest @car_1@ 30.5kwh", "", Ask(energy_wh=30_500)),
        ("Ski @car_1@ vol", "", FULL),
        ("Ski @car_1@ plein", "", FULL),
        ("Ski @car_1@ FULL", "", FULL),
        ("Ski @car_1@", "", FULL),  # its default
        ("Luchthaven @car_1@", "terminal A<br>95&nbsp;km<br>paspoort", Ask(km=95)),
        ("Luchthaven @car_1@", "95&#160;km", Ask(km=95)),
        ("Luchthaven @car_1@", "<b>95</b>\u202fkm", Ask(km=95)),
        ("Luchthaven @car_1@ 60 km", "95 km", Ask(km=60)),  # the title wins
        ("Vol naar Rome @car_1@ 95 km", "", Ask(km=95)),  # a flight, and how far away it leaves
        ("Werk @car_1@ 40-60 km", "", Ask(km=60)),
        ("Werk @car_1@", "meet at 50 km/h, 18 kWh/100 km, then 70 km", Ask(km=70)),
        ("Werk @car_1@", "https://example.com/a%20b50%25/60km see there", FULL),
        ("Werk @car_1@", "@car_2@ 55 km", Ask(km=55)),
        ("Sint-Jansplein @car_1@ 5kmh", "volgt", FULL),
    ],
)
def test_the_need_is_read_as_owners_write_it(title: str, description: str, expected: Ask) -> None:
    """The first number with its unit in the title, else in the description, else what the car usually needs."""
    assert expected == ask_of(title, description)


@pytest.mark.parametrize(
    ("title", "description", "km"),
    [
        ("Gent @car_1@ 60 km x2", "", 120),
        ("Gent @car_1@ 60kmx2", "", 120),
        ("Gent @car_1@ 60 km x 2", "", 120),
        ("Gent @car_1@ 60 km × 2", "", 120),
        ("Gent retour @car_1@ 60 km", "", 120),
        ("Gent return @car_1@", "60 km", 120),
        ("Gand aller-retour @car_1@ 60 km", "", 120),
        ("Gent @car_1@", "heen en terug<br>60 km", 120),
        ("Gent heen-en-terug @car_1@ 60 km", "", 120),
        ("Gent @car_1@ 60 km", "", 60),
        ("Luik @car_1@ 140 km", "heen en terug", 140),  # the title stands for itself
        ("Xbox 20 @car_1@ 60 km", "", 60),
    ],
)
def test_a_way_back_doubles_the_km(title: str, description: str, km: float) -> None:
    """Km mean the whole need as it is written, unless a way back is said beside them."""
    assert Ask(km=km) == ask_of(title, description)


def test_a_way_back_doubles_no_per_cent() -> None:
    """A state of charge at departure and energy are what they are."""
    assert Ask(soc_pct=45) == ask_of("Gent retour @car_1@ 45 %")
    assert Ask(energy_wh=9_000) == ask_of("Gent retour @car_1@ 9 kWh")


@pytest.mark.parametrize(
    ("need", "range_"),
    [
        ("0 km", "0 km is out of range, 0 to 2000 km"),
        ("5000 km", "5000 km is out of range, 0 to 2000 km"),
        ("60.000 km", "60.000 km is out of range, 0 to 2000 km"),
        ("120 %", "120 % is out of range, 0 to 100 %"),
        ("500 kwh", "500 kWh is out of range, 0 to 250 kWh"),
    ],
)
def test_a_need_out_of_range_is_told_and_the_default_taken(need: str, range_: str) -> None:
    """A slip of the pen leaves no car empty."""
    told = held(an_entry(f"Garage @car_2@ {need}"))
    assert [Ask(soc_pct=70)] == [trip.ask for trip in told.trips]
    assert (f'"Garage {need}" on Sat 21 Nov 08:00: {range_}; what the car usually needs is taken',) == told.notes


def test_a_slip_in_a_repeated_event_is_told_once() -> None:
    """Five working days are one sentence."""
    week = [an_entry("Werk @car_1@ 5000 km", key=f"w/{day}", start=NOON + day * 24 * HOUR) for day in range(1, 6)]
    assert (5, 1) == (len(held(*week).trips), len(held(*week).notes))


@pytest.mark.parametrize(
    ("title", "cars"),
    [
        ("Zee @car_1@", ["car_1"]),
        ("@CAR_1@ zee", ["car_1"]),
        ("Naar zee @car_1@.", ["car_1"]),
        ("(@car_1@)", ["car_1"]),
        ("Luchthaven @car_1@ @car_2@", ["car_1", "car_2"]),
        ("@car_2@@car_1@", ["car_1", "car_2"]),
        ("@car_1@ en @Car_1@", ["car_1"]),
        ("mail to jan@car_1@example.com", []),
        ("jan.@car_1@", []),
        ("@car_1@.example.com", []),
        ("@car_1@2", []),
        ("car_1", []),
        ("@ car_1 @", []),
        ("Zee", []),
        ("", []),
    ],
)
def test_the_tags_of_a_title_name_the_cars(title: str, cars: list[str]) -> None:
    """One trip for each car; case does not count, and a mail address is none."""
    assert cars == sorted(trip.car for trip in held(an_entry(title, key="k")).trips)


def test_a_tag_in_the_description_is_no_trip() -> None:
    """Only the title says which car goes."""
    assert Trips() == held(an_entry("Zee", "@car_1@ 60 km"))


def test_an_unknown_car_is_told_once_with_the_known_names() -> None:
    """A name with a slip, each day of the week, is one sentence; a car that is known goes all the same."""
    week = [an_entry("Werk @car_9@ @car_1@", key=f"w/{day}", start=NOON + day * 24 * HOUR) for day in range(1, 6)]
    told = held(*week)
    assert ('"Werk" on Sat 21 Nov 12:00: no car is called car_9; the cars: car_1, car_2',) == told.notes
    assert {"car_1"} == {trip.car for trip in told.trips}


def test_a_tag_that_touches_a_word_is_told() -> None:
    """A forgotten space would leave the car at home, unknown to its owner."""
    told = held(an_entry("Zee@car_1@ 60 km"))
    assert () == told.trips
    assert ('"Zee@car_1@ 60 km" on Sat 21 Nov 08:00: put a space before @car_1@, then it is a trip',) == told.notes


def test_the_title_of_a_trip_has_no_tags_and_no_control_characters() -> None:
    """It stands on a terminal."""
    told = held(an_entry("Zee\x1b[2J @car_1@\n met\xa0oma", key="k"), an_entry("@car_2@", key="l"))
    assert {"car_1": "Zee [2J met oma", "car_2": "trip"} == {trip.car: trip.title for trip in told.trips}


def test_a_trip_is_ready_before_it_departs() -> None:
    """A quarter of an hour, unless the owner sets another time."""
    [trip] = held(an_entry("Zee @car_1@")).trips
    assert (NOON + 20 * HOUR, 15 * MINUTE, 8 * HOUR) == (
        trip.departs,
        trip.departs - trip.ready,
        trip.returns - trip.departs,
    )
    [trip] = trips([an_entry("Zee @car_1@")], CARS, now=NOON, ready_before=HOUR).trips
    assert trip.departs - trip.ready == HOUR


@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 10, 25), date(2027, 3, 28)])
def test_a_whole_day_departs_at_seven_by_local_clocks(day: date) -> None:
    """Also on the days on which the clocks change; it is back when the day is over."""
    now = datetime.combine(day, time(0), BRUSSELS) - 24 * HOUR
    [trip] = held(an_entry("Zee @car_1@", start=day), now=now).trips
    assert local(f"{day} 07:00") == trip.departs
    assert local(f"{day + timedelta(days=1)} 00:00") == trip.returns
    [trip] = held(an_entry("Zee @car_1@", start=day, end=day), now=now).trips
    assert local(f"{day + timedelta(days=1)} 00:00") == trip.returns
    [trip] = trips([an_entry("Zee @car_1@", start=day)], CARS, now=now, all_day_departure=time(9, 30)).trips
    assert local(f"{day} 09:30") == trip.departs


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("@car_1@", cancelled=True),
        an_entry("@car_1@", declined=True),
        an_entry("@car_1@", kind="birthday"),
        an_entry("@car_1@", kind="workingLocation"),
        an_entry("@car_1@", start=NOON - HOUR, hours=1),
        an_entry("@car_1@", start=NOON - 31 * MINUTE),
        an_entry("@car_1@", start=NOON - 31 * MINUTE, hours=0),
        an_entry("@car_1@", start=NOON + timedelta(days=7, minutes=1)),
        an_entry("@car_9@ @car_1@ 0 km", cancelled=True),
    ],
)
def test_what_is_no_trip_is_left_out(entry: Entry) -> None:
    """Cancelled, declined, birthdays, what is over or on its way, what is more than a week ahead: no trip, no note."""
    assert Trips() == held(entry)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("@car_1@", kind="default"),
        an_entry("@car_1@", start=NOON - 30 * MINUTE),
        an_entry("@car_1@", start=NOON - 10 * MINUTE, hours=0),
        an_entry("@car_1@", start=NOON + timedelta(days=7)),
    ],
)
def test_a_car_that_should_have_left_still_counts_for_half_an_hour(entry: Entry) -> None:
    """Owners are late; a reminder without a length is not over because it has begun."""
    assert 1 == len(held(entry).trips)


def test_one_event_that_comes_twice_is_one_trip() -> None:
    """Two pages or two polls may hold the same event."""
    assert 1 == len(held(an_entry("Zee @car_1@"), an_entry("Zee @car_1@")).trips)


def test_a_trip_within_another_of_the_same_car_is_ignored_with_a_note() -> None:
    """A car is at one place at a time; the other car is not concerned."""
    day = NOON + 20 * HOUR
    told = held(
        an_entry("Dentist @car_1@ @car_2@ 9 km", start=day + HOUR, hours=1), an_entry("Ardennes @car_1@", start=day)
    )
    assert [("car_1", "Ardennes"), ("car_2", "Dentist 9 km")] == [(trip.car, trip.title) for trip in told.trips]
    assert ('car_1: "Dentist 9 km" on Sat 21 Nov 09:00 lies within "Ardennes", so it is ignored',) == told.notes


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("60 km", "40 km", Ask(km=100)),
        ("6 kWh", "4 kWh", Ask(energy_wh=10_000)),
        ("50 km", "4 kWh", Ask(energy_wh=13_000)),  # 180 Wh/km
        ("50 %", "80 %", Ask(soc_pct=80)),
        ("50 %", "100 km", Ask(soc_pct=80)),  # 18 of 60 kWh
        ("90 %", "100 km", Ask(soc_pct=100)),
        ("full", "100 km", Ask(soc_pct=100)),
    ],
)
def test_two_trips_without_time_at_home_are_one(first: str, second: str, expected: Ask) -> None:
    """There is no hour to charge between them, so the first departure has the needs of both."""
    day = NOON + 20 * HOUR
    told = held(
        an_entry(f"A @car_1@ {first}", start=day, hours=3),
        an_entry(f"B @car_1@ {second}", start=day + 3.5 * HOUR, hours=2),
    )
    [trip] = told.trips
    assert (day, day + 5.5 * HOUR, expected) == (trip.departs, trip.returns, trip.ask)
    assert f"A {first} + B {second}" == trip.title
    assert () == told.notes


def test_two_trips_with_an_hour_at_home_are_two() -> None:
    """The second charges in between."""
    day = NOON + 20 * HOUR
    told = held(an_entry("A @car_1@", start=day, hours=3), an_entry("B @car_1@", start=day + 4 * HOUR))
    assert [day, day + 4 * HOUR] == [trip.departs for trip in told.trips]


def test_a_trip_that_begins_before_the_other_is_over_is_charged_with_it_and_told() -> None:
    """Nobody knows which is right, so the car is ready for both."""
    day = NOON + 20 * HOUR
    told = held(
        an_entry("Work @car_1@ 60 km", start=day, hours=8), an_entry("Gym @car_1@ 20 km", start=day + 7 * HOUR, hours=3)
    )
    assert [Ask(km=80)] == [trip.ask for trip in told.trips]
    assert (
        'car_1: "Gym 20 km" on Sat 21 Nov 15:00 begins before "Work 60 km" is over: it is charged for both',
    ) == told.notes


def test_trips_stand_in_order_of_departure() -> None:
    """Whatever the order of the calendars."""
    days = [3, 1, 2]
    told = held(*(an_entry("@car_1@", key=str(day), start=NOON + day * 24 * HOUR) for day in days))
    assert [NOON + day * 24 * HOUR for day in sorted(days)] == [trip.departs for trip in told.trips]


def test_the_log_tells_what_changed() -> None:
    """A moved event moves its trip, a vanished one ends it; what stayed is no news."""
    before = held(
        an_entry("Work @car_1@ 62 km", key="work"),
        an_entry("Sea @car_2@", key="sea"),
        an_entry("Ski @car_1@ 90 %", key="ski", start=NOON + 48 * HOUR),
        an_entry("Gym @car_2@ 9 km", key="gym", start=NOON + 48 * HOUR),
    )
    after = held(
        an_entry("Work @car_1@ 62 km", key="work", start=NOON + 19 * HOUR),
        an_entry("Ski @car_1@ 100 %", key="ski", start=NOON + 48 * HOUR),
        an_entry("Gym @car_2@ 9 km", key="gym", start=NOON + 48 * HOUR),
        an_entry("Market @car_2@ 6 kWh", key="market"),
    )
    assert [
        'car_1: "Work 62 km" on Sat 21 Nov 08:00 was moved, it departs Sat 21 Nov 07:00 and is back Sat 21 Nov 15:00',
        'car_2: "Market 6 kWh" on Sat 21 Nov 08:00 was added, it wants 6 kWh',
        'car_1: "Ski 90 %" on Sun 22 Nov 12:00 wants 100 % in place of 90 %',
        'car_2: "Sea" on Sat 21 Nov 08:00 is no longer ahead',
    ] == list(changes(before, after))
    assert () == changes(before, before)


def test_a_key_is_the_event_and_the_car() -> None:
    """The same as long as it is the same event; two cars in one event are two."""
    told = held(an_entry("@car_1@ @car_2@", key="family/abc"))
    assert ["family/abc/car_1", "family/abc/car_2"] == sorted(trip.key for trip in told.trips)


def test_asked_is_as_an_owner_would_write_it() -> None:
    """The same words as in a title."""
    asks = [Ask(km=180), Ask(soc_pct=80), Ask(energy_wh=30_500), FULL, Ask()]
    assert ["180 km", "80 %", "30.5 kWh", "100 %", "100 %"] == [asked(ask) for ask in asks]


@given(
    title=st.text(st.sampled_from("@car_129 .,-/%kmKWh x×<>&;#\n\x1b\xa0vol"), max_size=40) | st.text(max_size=40),
    description=st.text(max_size=60) | st.text(st.sampled_from("0159.,kmWh%/ <br>&nbsp;#x2"), max_size=40),
    minutes=st.lists(st.tuples(st.integers(-600, 12_000), st.integers(-60, 3_000)), min_size=1, max_size=4),
)
def test_no_text_stops_a_calendar(title: str, description: str, minutes: list[tuple[int, int]]) -> None:
    """Whatever stands there: cars that exist, needs in range, one place at a time, all in order."""
    told = held(
        *(
            an_entry(f"{title} @car_1@", description, key=str(n), start=NOON + start * MINUTE, hours=length / 60)
            for n, (start, length) in enumerate(minutes)
        )
    )
    assert list(told.trips) == sorted(told.trips, key=lambda trip: (trip.departs, trip.car))
    for car in CARS:
        mine = [trip for trip in told.trips if trip.car == car]
        assert all(one.returns + HOUR <= other.departs for one, other in pairwise(mine))
    for trip in told.trips:
        assert trip.title
        assert trip.title.isprintable()
        assert trip.ready < trip.departs <= trip.returns
        assert sum(one is not None for one in (trip.ask.km, trip.ask.soc_pct, trip.ask.energy_wh)) == 1
        assert 0 < (trip.ask.soc_pct or 100) <= 100


def recorded(name: str) -> list[Path]:
    """Files of recorded events in the folder that DM_CASES names."""
    return sorted(file for root in folders()[1:] for file in (root / "fixtures" / "gcal").glob(name))


def from_google(file: Path) -> list[Entry]:
    """The events of a recorded answer that have a time; the real conversion is the calendar's."""

    def at(said: dict[str, str]) -> datetime | date:
        return (
            datetime.fromisoformat(said["dateTime"]).astimezone(UTC)
            if "dateTime" in said
            else date.fromisoformat(said["date"])
        )

    return [
        Entry(
            key=f"family/{item['id']}",
            title=item.get("summary", ""),
            description=item.get("description", ""),
            start=at(item["start"]),
            end=at(item["end"]),
            cancelled=item["status"] == "cancelled",
            declined=any(one.get("responseStatus") == "declined" for one in item.get("attendees", [])),
            kind=item.get("eventType", ""),
        )
        for item in json.loads(file.read_text("utf-8"))["items"]
        if "start" in item
    ]


def shown(trip: Trip) -> tuple[str, str, str, str]:
    """A trip in short."""
    return trip.car, trip.title, f"{trip.departs.astimezone(BRUSSELS):%m-%d %H:%M}", asked(trip.ask)


@pytest.mark.parametrize("file", recorded("events_odd.json"), ids=lambda file: file.name)
def test_the_odd_events_are_understood(file: Path) -> None:
    """Two cars in one event, HTML, an unknown car, a mail address, one declined; the repeated hour of autumn."""
    told = held(*from_google(file), now=local("2026-11-20 12:00"))
    assert [
        ("car_1", "Luchthaven", "11-25 04:45", "95 km"),
        ("car_2", "Luchthaven", "11-25 04:45", "95 km"),
    ] == [shown(trip) for trip in told.trips]
    assert ('"Garage 20 km" on Wed 25 Nov 09:00: no car is called car_9; the cars: car_1, car_2',) == told.notes
    [autumn] = held(*from_google(file), now=local("2026-10-24 12:00")).trips
    assert (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), Ask(km=60)) == (autumn.departs, autumn.ask)


@pytest.mark.parametrize("file", recorded("events_page_1.json"), ids=lambda file: file.name)
def test_two_pages_of_events_are_trips(file: Path) -> None:
    """A timed one, a whole day, one of a repeated event; a stub and a private one without a title are none."""
    told = held(*from_google(file), *from_google(file.with_name("events_page_2.json")))
    assert [
        ("car_1", "Ardennes 180km", "11-21 08:30", "180 km"),
        ("car_2", "Zee", "11-22 07:00", "70 %"),
        ("car_1", "Work", "11-23 07:00", "100 %"),
    ] == [shown(trip) for trip in told.trips]
    assert () == told.notes
