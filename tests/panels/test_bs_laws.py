"""What holds for every panel of the battery, whatever bs says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.battery_why import BatteryWhy, Ground
from lib.core.modes import StorageMode
from lib.messages.storage import BatteryNow, Flow, GainsNow, HelpGiven, Storage, StoreBlock
from lib.panels.bs import bs_panels
from lib.panels.layout import Panel
from lib.panels.look import Room
from tests.panels import laws
from tests.panels.cellar import NOW, STORIES
from tests.panels.golden import LOOKS, seen
from tests.panels.laws import known, numbers, texts

PANELS = bs_panels()
SCROLLED = {"battery", "alerts"}  # longer than a room that is too low for a line of each

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


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_every_panel_fits_any_room(name: str, panel: Panel) -> None:
    """On good and on bad days."""
    laws.fits_any_room(panel, seen(STORIES[name]()), SCROLLED)


@pytest.mark.parametrize("panel", PANELS.panels, ids=lambda panel: panel.name)
@settings(max_examples=50, deadline=None)
@given(words, st.integers(20, 240), st.integers(3, 60), st.booleans())
def test_whatever_bs_says_is_drawn(panel: Panel, told: Storage, width: int, height: int, whole: bool) -> None:
    """Also what is no number, no word, or long ago."""
    shown = seen([told])
    laws.fits(panel, shown, Room(width, height, whole), SCROLLED)
    laws.head_fits(PANELS, shown, width, height)


@pytest.mark.parametrize("panel", [one for one in PANELS.panels if one.needs], ids=lambda panel: panel.name)
@pytest.mark.parametrize("name", STORIES)
def test_a_panel_needs_the_lines_that_it_writes(name: str, panel: Panel) -> None:
    """In a room of what it needs all is said, in one of what it likes with air."""
    laws.needs_the_lines_that_it_writes(panel, seen(STORIES[name]()))


def test_a_panel_that_did_not_change_is_not_rendered_again() -> None:
    """What it is drawn from is the same then."""
    laws.is_drawn_from_the_same_later(PANELS, seen(STORIES["evening"]()))


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
