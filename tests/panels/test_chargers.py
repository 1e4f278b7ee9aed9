"""The chargers: state, why, figures, and what gives way where the room is small."""

from dataclasses import replace

import pytest
from rich.text import Text

from lib.core.charger import Plug
from lib.core.plugged import Ground
from lib.core.why import Reason, Why
from lib.messages.charging import ChargerNow, PlugIn
from lib.panels.chargers import NONE_SET_UP, charger_lines, render_chargers
from lib.panels.look import Room
from lib.panels.seen import Choice
from tests.panels import carpark
from tests.panels.garage import NOW, STORIES, carport, charging, garage, local
from tests.panels.golden import LOOK, LOOKS, seen, styles

ROOM = Room(76, 18, whole=True)
COLOURS = LOOK.colours


def drawn(*chargers: ChargerNow, room: Room = ROOM, chosen: str = "") -> Text:
    """The panel of some chargers."""
    told = seen([replace(charging(), chargers=chargers)], chosen=Choice("charger", chosen) if chosen else None)
    return render_chargers(told, LOOK, room)


def test_a_charger_that_charges_says_what_why_and_how_much() -> None:
    """State, car, power; the sentence; amperes of those offered, the grant, energy, sun and money."""
    head, why, figures = drawn(garage()).plain.split("\n")
    assert head.split() == ["garage", "auto", "●", "charging", "Blue", "car", "2.31", "kW"]
    assert "  charges at 2.3 kW from the sun" == why
    assert "  10.0 of 10 A   granted 3.12 kW   6.24 kWh, 85 % sun, € 0.84   since 09:12" == figures


def test_three_phases_have_three_figures() -> None:
    """Also when the car takes less on one of them."""
    text = drawn(garage(phases=3, phases_a=(15.9, 15.9, 0.0), offered_a=16.0)).plain
    assert "15.9 15.9 0.0 of 16 A" in text


@pytest.mark.parametrize(
    ("charger", "said", "role"),
    [
        (garage(plug=Plug.EMPTY, car=None), "no car", "quiet"),
        (garage(plug=Plug.CONNECTED, power_w=0.0), "offered", "good"),
        (carport(), "waiting", "inactive"),
        (carport(Why(reason=Reason.TARGET, soc_pct=80.0)), "done", "good"),
        (carport(Why(reason=Reason.CAR_ENDED)), "done", "good"),
        (garage(plug=Plug.UNKNOWN, power_w=None), "starting", "warn"),
        (garage(plug=Plug.FAULT, fault="residual current"), "FAULT", "bad"),
        (garage(silent_s=161.0), "silent 2 min", "bad"),
    ],
)
def test_each_state_has_a_word_and_a_colour(charger: ChargerNow, said: str, role: str) -> None:
    """The same in every home."""
    assert {getattr(COLOURS, role)} == styles(drawn(charger), f"{said} ")


def test_a_silent_charger_s_figures_are_old() -> None:
    """Its last power stands there without colour, its amperes not at all; why is red."""
    silent = Why(reason=Reason.SILENT, name="no answer within 5 s")
    text = drawn(garage(silent, silent_s=12.0))
    assert {COLOURS.quiet} == styles(text, "2.31")
    assert {COLOURS.bad} == styles(text, "the charger does not answer: no answer within 5 s")
    assert "of 10 A" not in text.plain


def test_the_whole_sentence_is_said() -> None:
    """In as many lines as it needs, also where there is room for nothing else."""
    (late, *_) = [one for one in STORIES["late"]() if one.type == "charging"]
    for width in (30, 50, 76, 110):
        told = seen([late])
        lines = charger_lines(told, LOOK, width)[0]
        for height in (lines, lines - 2):
            text = " ".join(render_chargers(told, LOOK, Room(width, height)).plain.split())
            assert "above the paid peak; the new peak costs € 15.72 over the next 12 bills; held to 10.3 A by" in text


def test_what_is_odd_about_a_charger_stands_below_why() -> None:
    """In full, in the colour of a warning; in the lowest room the notices alone have it."""
    odd = "it has no watchdog: its WiFi firmware is too old; while nobody steers it, it keeps its last current"
    both = garage(warning=odd), carport()
    text = drawn(*both)
    assert f"charges at 2.3 kW from the sun {odd} 10.0 of 10 A" in " ".join(text.plain.split())
    assert {COLOURS.warn} == styles(text, "it has no watchdog")
    assert "watchdog" in drawn(*both, room=Room(76, 6)).plain
    assert "watchdog" not in drawn(*both, room=Room(76, 4)).plain


def test_figures_go_before_the_sentence() -> None:
    """In a room that is one row too low they are left out; then why is cut to a line."""
    both = garage(), carport()
    whole = drawn(*both, room=Room(76, 6)).plain
    assert "of 10 A" in whole
    short = drawn(*both, room=Room(76, 5)).plain
    assert "of 10 A" not in short
    assert "charges at 2.3 kW from the sun" in short
    assert 4 == len(drawn(*both, room=Room(30, 4)).plain.split("\n"))


def test_many_have_a_line_each_and_the_chosen_one_all() -> None:
    """State, car and what holds it; below the chosen one its whole sentence and its figures."""
    told = carpark.carpark(30)
    lines = drawn(*told.chargers, chosen="place 03").plain.split("\n")
    assert 32 == len(lines)
    assert "  place 02  pv_only  ● charging      Red car   held by row 01 L2     4.83 kW" == lines[1]
    assert lines[2].startswith("▸ place 03")
    assert "  charges at 5.5 kW, all it can, as you set it; held to 8 A by row 01 L2" == lines[3]
    assert "  7.8 7.9 8.0 of 8 A" in lines[4]
    assert lines[5].startswith("  place 04  max      ● waiting")


def test_some_in_a_low_room_have_a_line_each_too() -> None:
    """Six where there is no place for twelve lines."""
    six = carpark.carpark(6).chargers
    assert 6 == len(drawn(*six, room=Room(76, 9)).plain.split("\n"))
    assert 12 < len(drawn(*six, room=Room(76, 40)).plain.split("\n"))


def test_there_is_air_between_chargers_where_there_is_room() -> None:
    """An empty line, which is the first to go."""
    both = garage(), carport()
    assert ["", ""] == [drawn(*both, room=room).plain.split("\n")[3] for room in (Room(76, 7), Room(76, 9))]
    assert "carport" in drawn(*both, room=Room(76, 6)).plain.split("\n")[3]


def test_the_chosen_one_is_marked() -> None:
    """In the colour of what the keys change; without keys none is."""
    text = drawn(garage(), carport(), chosen="carport")
    marked = [line for line in text.plain.split("\n") if line.startswith("▸")]
    assert ["▸ carport"] == [line[:9] for line in marked]
    assert "▸" not in drawn(garage(), carport()).plain


def test_a_boost_stands_in_place_of_the_mode() -> None:
    """With its end."""
    text = drawn(garage(boost_until=local("2026-11-20 14:20")))
    assert {COLOURS.active} == styles(text, "boost 14:20")
    assert "boost 00:30  " in drawn(garage(boost_until=local("2026-11-21 00:30"))).plain
    assert "auto" not in text.plain


def test_how_a_car_is_known_is_said_where_it_is_not_sure() -> None:
    """So that the owner may correct it."""
    assert "Blue car (its trip fits)" in drawn(garage(by=Ground.TRIP)).plain
    for sure in (Ground.OWNER, Ground.SAME_MINUTE):
        assert "(" not in drawn(garage(by=sure)).plain
    assert "a guest" in drawn(garage(car=None, by=Ground.UNKNOWN)).plain


def test_what_is_not_known_is_not_made_up() -> None:
    """A plug-in whose sources nobody knows yet has no share of the sun, and none without a price a price."""
    text = drawn(garage(plug_in=PlugIn(since=NOW, energy_wh=420.0), granted_w=None)).plain
    assert "0.42 kWh" in text
    assert "sun," not in text
    assert "€" not in text
    assert "granted" not in text


def test_no_charger_and_no_word_yet_are_drawn_friendly() -> None:
    """Where to read on, and what is waited for."""
    assert NONE_SET_UP == drawn().plain
    assert "waiting for the chargers" == render_chargers(seen([]), LOOK, ROOM).plain


def test_no_charger_can_write_to_the_terminal() -> None:
    """Names, faults and sentences come from boxes and calendars."""
    evil = garage(name="\x1b[2Jx", car="\ny", why="\x1b]0;title\x07 " * 9, by="\r")
    assert all(line.isprintable() for line in drawn(evil).plain.split("\n"))
    told = seen([replace(charging(), chargers=(evil,))])
    assert render_chargers(told, LOOKS["ascii"], ROOM).plain.isascii()
