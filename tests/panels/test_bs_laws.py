"""What holds for every panel of the battery, whatever bs says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lib.core.battery_why import BatteryWhy, Ground
from lib.core.modes import StorageMode
from lib.messages.storage import BatteryNow, Flow, GainsNow, HelpGiven, Storage, StoreBlock
from lib.panels.bs import bs_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from lib.panels.seen import Seen
from tests.panels.cellar import NOW, STORIES
from tests.panels.golden import LOOKS, seen

PANELS = bs_panels()
SCROLLED = {"battery", "alerts"}  # longer than a room that is too low for a line of each
WIDTHS, HEIGHTS = (20, 21, 33, 44, 56, 74, 76, 96, 118, 300), (3, 4, 7, 12, 40)

texts = st.text(max_size=30)
numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)
known = st.floats(allow_nan=True, allow_infinity=True)
instants = st.integers(-400 * 86400, 400 * 86400).map(lambda seconds: NOW + timedelta(seconds=seconds))
batteries = st.builds(
    BatteryNow,
    name=texts,
    make=texts,
    capacity_wh=known,
    soc_pct=numbers,
    power_w=numbers,
    charge_w=known,
    discharge_w=known,
    set_w=numbers,
    ours=st.booleans(),
    least_pct=numbers,
    silent_s=numbers,
    fault=texts,
    warning=texts,
)
flows = st.builds(
    Flow,
    grid_w=numbers,
    house_w=numbers,
    cars_w=known,
    battery_w=numbers,
    sun_w=numbers,
    measured=st.booleans(),
)
helps = st.builds(HelpGiven, power_w=known, energy_wh=known, until=instants, why=texts)
blocks = st.builds(StoreBlock, start=instants, end=instants, power_w=known, soc_pct=known, eur_kwh=numbers)
gains = st.builds(
    GainsNow,
    since=st.just(NOW.date()),
    charged_wh=known,
    discharged_wh=known,
    cycles=known,
    losses_wh=numbers,
    arbitrage_eur=known,
    wear_eur=known,
    peak_w=numbers,
    without_w=numbers,
    peak_eur=numbers,
    unpriced_wh=known,
)
words = st.builds(
    Storage,
    boot=texts,
    seq=st.just(1),
    said=st.just(NOW),
    at=instants,
    mode=st.sampled_from(StorageMode),
    because=st.builds(BatteryWhy, ground=st.sampled_from(Ground)),
    why=st.text(max_size=200),
    batteries=st.lists(batteries, max_size=4).map(tuple),
    soc_pct=numbers,
    energy_wh=numbers,
    capacity_wh=known,
    power_w=numbers,
    target_w=numbers,
    reserve_pct=known,
    reserve_set=st.booleans(),
    floor_pct=known,
    can_help_w=known,
    help=st.none() | helps,
    refused=texts,
    granted_w=numbers,
    quarter_w=numbers,
    hold_sun_w=numbers,
    flow=flows,
    plan=st.lists(blocks, max_size=5).map(tuple),
    today=st.none() | gains,
    month=st.none() | gains,
    notices=st.dictionaries(texts, texts, max_size=2),
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
@given(words, st.integers(20, 240), st.integers(3, 60), st.booleans())
def test_whatever_bs_says_is_drawn(panel: Panel, told: Storage, width: int, height: int, whole: bool) -> None:
    """Also what is no number, no word, or long ago."""
    shown = seen([told])
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
    told = STORIES["evening"]()
    for panel in PANELS.panels:
        if panel.drawn_from:
            assert panel.drawn_from(seen(told)) == panel.drawn_from(replace(seen(told), heard_s=3.0))


@pytest.mark.parametrize("name", ["evening", "sunny", "helping", "several", "bare"])
def test_where_peaks_cost_nothing_none_is_spoken_of(name: str) -> None:
    """Neither on a panel, nor in the head, the legend, or what the keys are said to do."""
    (first,) = STORIES[name]()
    assert isinstance(first, Storage)
    told = seen([replace(first, capacity_tariff=False, reserve_pct=first.floor_pct, why="rests", refused="")])
    said = [panel.render(told, LOOKS["unicode"], Room(76, 30, whole=True)).plain for panel in PANELS.panels]
    said += [PANELS.header(told, LOOKS["unicode"], Room(78, 5)).plain]
    said += [meaning for _, meaning in PANELS.legend(told)]
    said += [key.meaning for key in PANELS.keys if key.shown(told)]
    said += [word for panel in PANELS.panels for _, word in panel.hint(told)]
    assert [] == [text for text in said if "peak" in text.lower() or "reserve" in text.lower()]
