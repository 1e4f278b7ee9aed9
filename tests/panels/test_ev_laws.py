"""What holds for every panel of the cars, whatever ev says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lib.core.charger import Plug
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
    PlugIn,
    SessionRow,
    Sessions,
    TripNow,
)
from lib.panels.ev import ev_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from lib.panels.seen import Seen
from tests.panels.garage import NOW, STORIES
from tests.panels.golden import LOOKS, seen

PANELS = ev_panels()
SCROLLED = {"chargers", "cars", "alerts"}  # longer than a room that is too low for a line of each
WIDTHS, HEIGHTS = (20, 21, 33, 44, 56, 74, 76, 96, 118, 300), (3, 4, 7, 12, 40)

texts = st.text(max_size=30)
numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)
known = st.floats(allow_nan=True, allow_infinity=True)
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
    plug_in=st.none() | st.builds(PlugIn, since=instants, energy_wh=known, sun_wh=known, grid_wh=known, eur=numbers),
    because=st.builds(Why, reason=st.sampled_from(Reason)),
    why=st.text(max_size=200),
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
    chargers=st.lists(chargers, max_size=4).map(tuple),
    cars=st.lists(cars, max_size=4).map(tuple),
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


def fits(panel: Panel, told: Seen, room: Room) -> None:
    """The same values give the same text, and it keeps to its room."""
    text = panel.render(told, LOOKS["unicode"], room)
    lines = text.plain.split("\n")
    assert max(map(cell_len, lines)) <= room.width
    assert all(line.isprintable() for line in lines)
    if not room.whole and panel.name not in SCROLLED:
        assert len(lines) <= room.height
    assert text == panel.render(told, LOOKS["unicode"], room)
    assert panel.render(told, LOOKS["ascii"], room).plain.isascii()


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_every_panel_fits_any_room(name: str, panel: Panel) -> None:
    """On good and on bad days."""
    told = seen(STORIES[name]())
    for width in WIDTHS:
        for height in HEIGHTS:
            for whole in (False, True):
                fits(panel, told, Room(width, height, whole))


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@settings(max_examples=120, deadline=None)
@given(words, st.lists(sessions, max_size=3), st.integers(20, 240), st.integers(3, 60), st.booleans())
def test_whatever_ev_says_is_drawn(
    panel: Panel, told: Charging, past: list[SessionRow], width: int, height: int, whole: bool
) -> None:
    """Also what is no number, no word, or long ago."""
    shown = seen([told, Sessions(last=tuple(past))])
    fits(panel, shown, Room(width, height, whole))
    head = PANELS.header(shown, LOOKS["unicode"], Room(width, max(3, height // 5))).plain.split("\n")
    assert max(map(cell_len, head)) <= width


@pytest.mark.parametrize("panel", [one for one in PANELS.panels if one.needs], ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_a_panel_needs_the_lines_that_it_writes(name: str, panel: Panel) -> None:
    """In a room of what it needs all is said, in one of what it likes with air."""
    told = seen(STORIES[name]())
    assert panel.needs
    for width in WIDTHS:
        need, like = panel.needs(told, LOOKS["unicode"], width)
        for rows in (need, like):
            text = panel.render(told, LOOKS["unicode"], Room(width, rows))
            assert rows == len(text.plain.split("\n"))


def test_a_panel_that_did_not_change_is_not_rendered_again() -> None:
    """What it is drawn from is the same then."""
    told = STORIES["noon"]()
    for panel in PANELS.panels:
        if panel.drawn_from:
            assert panel.drawn_from(seen(told)) == panel.drawn_from(replace(seen(told), heard_s=3.0))
