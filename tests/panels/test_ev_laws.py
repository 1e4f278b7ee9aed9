"""What holds for every panel of the cars, whatever ev says."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.modes import Mode, Phases
from lib.core.needs import Step
from lib.core.plan import Block
from lib.core.soc import Confidence
from lib.core.why import Reason, Why
from lib.messages.charging import (
    Budget,
    CalendarNow,
    CarNow,
    ChargerNow,
    Charging,
    CircuitNow,
    PhaseLoad,
    PlugIn,
    SessionRow,
    Sessions,
    TripNow,
)
from lib.panels.ev import ev_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from tests.panels import carpark, laws
from tests.panels.garage import NOW, STORIES
from tests.panels.golden import LOOKS, seen
from tests.panels.laws import known, numbers, texts

PANELS = ev_panels()
SCROLLED = {"chargers", "cars", "circuits", "alerts"}  # longer than a room that is too low for a line of each

instants = st.integers(-400 * 86400, 400 * 86400).map(lambda seconds: NOW + timedelta(seconds=seconds))
names = st.sampled_from(("car_1", "car_2", "", "漢字 car"))
chargers = st.builds(
    ChargerNow,
    name=texts,
    make=texts,
    plug=st.sampled_from(Plug),
    mode=st.sampled_from(Mode),
    wish=st.sampled_from(Phases),
    silent_s=numbers,
    fault=texts,
    boost_until=st.none() | instants,
    car=st.none() | names,
    by=texts,
    offered_a=numbers,
    phases=st.none() | st.integers(0, 3),
    phases_a=st.none() | st.tuples(known, known, known),
    power_w=numbers,
    granted_w=numbers,
    set_a=numbers,
    go=st.booleans(),
    row=texts,
    place=st.integers(0, 3),
    lease_s=numbers,
    plug_in=st.none() | st.builds(PlugIn, since=instants, energy_wh=known, sun_wh=known, grid_wh=known, eur=numbers),
    because=st.builds(Why, reason=st.sampled_from(Reason)),
    why=st.text(max_size=200),
)
circuits = st.builds(
    CircuitNow,
    name=names,
    above=names,
    profile=st.sampled_from(Profile),
    chargers=st.lists(texts, max_size=3).map(tuple),
    waiting=st.lists(texts, max_size=2).map(tuple),
    phases=st.lists(st.builds(PhaseLoad, phase=st.integers(1, 3), limit_a=known, load_a=numbers), max_size=3).map(
        tuple
    ),
    limit_w=numbers,
    load_w=numbers,
    other_a=st.none() | st.tuples(known, known, known),
    follows=texts,
    until=st.none() | instants,
    trouble=st.text(max_size=120),
)
cars = st.builds(
    CarNow,
    name=names,
    title=texts,
    capacity_wh=known,
    everyday_pct=known,
    soc_pct=numbers,
    confidence=st.sampled_from(Confidence),
    age_s=numbers,
    trouble=texts,
    target_pct=numbers,
    ask=texts,
)
trips = st.builds(
    TripNow,
    car=names,
    title=texts,
    departs=instants,
    ready=instants,
    ask=texts,
    target_pct=known,
    energy_wh=numbers,
    latest_start=st.none() | instants,
    slack_s=numbers,
    step=st.sampled_from(Step),
    feasible=st.none() | st.booleans(),
    said=texts,
)
blocks = st.builds(Block, car=names, start=instants, end=instants, power_w=known, eur_kwh=numbers, trip=texts)
words = st.builds(
    Charging,
    boot=texts,
    seq=st.just(1),
    said=st.just(NOW),
    at=instants,
    chargers=st.lists(chargers, max_size=8).map(tuple),
    cars=st.lists(cars, max_size=8).map(tuple),
    circuits=st.lists(circuits, max_size=5).map(tuple),
    trips=st.lists(trips, max_size=4).map(tuple),
    calendars=st.lists(st.builds(CalendarNow, name=texts, age_s=numbers, trouble=texts), max_size=2).map(tuple),
    plan=st.lists(blocks, max_size=5).map(tuple),
    budget=st.none() | st.builds(Budget, used_w=known, granted_w=numbers, target_w=numbers, until=st.none() | instants),
    notices=st.dictionaries(texts, texts, max_size=2),
)
sessions = st.builds(
    SessionRow,
    charger=texts,
    car=names,
    since=instants,
    until=instants,
    energy_wh=known,
    sun_wh=known,
    battery_wh=known,
    grid_wh=known,
    eur=numbers,
    peak_w=known,
    soc_from_pct=numbers,
)


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_every_panel_fits_any_room(name: str, panel: Panel) -> None:
    """On good and on bad days."""
    laws.fits_any_room(panel, seen(STORIES[name]()), SCROLLED)


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@settings(max_examples=50, deadline=None)
@given(words, st.lists(sessions, max_size=3), st.integers(20, 240), st.integers(3, 60), st.booleans())
def test_whatever_ev_says_is_drawn(
    panel: Panel, told: Charging, past: list[SessionRow], width: int, height: int, whole: bool
) -> None:
    """Also what is no number, no word, or long ago."""
    shown = seen([told, Sessions(last=tuple(past))])
    laws.fits(panel, shown, Room(width, height, whole), SCROLLED)
    laws.head_fits(PANELS, shown, width, height)


@pytest.mark.parametrize("panel", [one for one in PANELS.panels if one.needs], ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_a_panel_needs_the_lines_that_it_writes(name: str, panel: Panel) -> None:
    """In a room of what it needs all is said, in one of what it likes with air."""
    laws.needs_the_lines_that_it_writes(panel, seen(STORIES[name]()))


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("count", [1, 5, 30, 70])
def test_every_panel_of_a_carport_fits_any_room(count: int, panel: Panel) -> None:
    """With one charger, and with circuits of circuits."""
    laws.fits_any_room(panel, seen(carpark.told(count)), SCROLLED)


@pytest.mark.parametrize("name", ["chargers", "cars", "circuits"])
@pytest.mark.parametrize("count", [6, 30, 70])
def test_what_is_seen_of_a_long_text_is_a_part_of_it(count: int, name: str) -> None:
    """The same lines, whichever of them are written."""
    panel = next(one for one in PANELS.panels if one.name == name)
    assert panel.long
    long = panel.long(seen(carpark.told(count)), LOOKS["unicode"], Room(76, 18, whole=True))
    if long:
        lines = long.text.plain.split("\n")
        assert long.lines == len(lines)
        for start, end in ((0, 1), (3, 9), (long.lines - 2, long.lines)):
            assert lines[start:end] == long.write(start, min(end, long.lines)).plain.split("\n")


def test_a_panel_that_did_not_change_is_not_rendered_again() -> None:
    """What it is drawn from is the same then."""
    laws.is_drawn_from_the_same_later(PANELS, seen(STORIES["noon"]()))
