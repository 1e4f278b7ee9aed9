"""The batteries: state, why, how full, and what gives way where the room is small."""

from dataclasses import replace

import pytest
from rich.text import Text

from lib.core.battery_why import BatteryWhy, Ground
from lib.messages.storage import BatteryNow
from lib.panels.battery import NONE_SET_UP, battery_lines, does, render_battery, soc_bar
from lib.panels.look import Room
from tests.panels.cellar import STORIES, battery, storage
from tests.panels.golden import LOOK, LOOKS, seen, styles

ROOM = Room(76, 18, whole=True)
COLOURS = LOOK.colours


def drawn(*batteries: BatteryNow, room: Room = ROOM, **changes: object) -> Text:
    """The panel of some batteries."""
    return render_battery(seen([replace(storage(), batteries=batteries, **changes)]), LOOK, room)  # type: ignore[arg-type]


def test_a_battery_says_what_why_how_full_and_how_much() -> None:
    """Name, mode, state, power; the sentence; the bar with its marks; what it may."""
    head, why, level, kept, limits = drawn(battery()).plain.split("\n")
    assert head.split() == ["cellar", "auto", "●", "gives", "2.31", "kW"]
    assert "gives 2.3 kW to keep the quarter under 3.9 kW" == why
    assert level.startswith(" 58 % ")
    assert level.endswith("  5.8 of 10.0 kWh")
    assert "floor 10 %" in kept
    assert "reserve 40 %" in kept
    assert "may store 5.00 kW, give 5.00 kW   may help with 2.69 kW" == limits


def test_floor_and_reserve_stand_below_their_marks() -> None:
    """Each label begins where its mark is."""
    _, _, level, kept, _ = drawn(battery()).plain.split("\n")
    marks = [at for at, sign in enumerate(level) if sign == "│"]
    assert marks == [kept.index("floor"), kept.index("reserve")]


def test_the_bar_tells_what_is_never_given_what_is_kept_and_what_is_free() -> None:
    """Also without a colour: signs and marks differ."""
    bar = "".join(text for text, _ in soc_bar(LOOK, 20, 60.0, floor_pct=10.0, reserve_pct=40.0))
    assert "▒▒│█████│███░░░░░░░░" == bar
    plain = "".join(text for text, _ in soc_bar(LOOKS["ascii"], 20, 60.0, floor_pct=10.0, reserve_pct=0.0))
    assert "==|#########........" == plain


def test_what_is_unknown_has_no_bar_and_is_no_zero() -> None:
    """A dash, a line, and a warning."""
    text = drawn(battery(soc_pct=None, power_w=None), soc_pct=None, energy_wh=None, power_w=None)
    assert "  – % ╌╌╌╌" in text.plain
    assert {COLOURS.warn} == styles(text, "  – % ")
    assert "░" not in text.plain
    assert "0.00" not in text.plain
    assert "unknown" in text.plain


@pytest.mark.parametrize(
    ("one", "said", "role"),
    [
        (battery(power_w=0.0), "rests", "good"),
        (battery(power_w=900.0), "stores", "good"),
        (battery(silent_s=184.0), "silent 3 min", "bad"),
        (battery(fault="over temperature"), "FAULT", "bad"),
        (battery(set_w=None), "gives, by itself", "inactive"),
        (battery(ours=False), "gives, not as told", "warn"),
    ],
)
def test_each_state_has_a_word_and_a_colour(one: BatteryNow, said: str, role: str) -> None:
    """The same alone and among others."""
    for text in (drawn(one), drawn(one, battery(name="other"))):
        assert {getattr(COLOURS, role)} == styles(text, f"● {said}")


def test_a_battery_that_does_otherwise_than_it_was_told_says_so() -> None:
    """What it was told stands beside what it does."""
    assert "told to store 1.00 kW" in drawn(battery(set_w=1000.0)).plain
    assert "told to rest" in drawn(battery(set_w=0.0)).plain
    assert "told" not in drawn(battery(set_w=-2400.0)).plain


def test_several_act_as_one_and_each_is_shown() -> None:
    """Together first, then a line each with its own level, and what is wrong with it."""
    text = render_battery(seen(STORIES["several"]()), LOOK, ROOM).plain
    assert text.startswith("3 batteries")
    assert "reserve 30 %, set by you" in text
    for name, level in (("cellar", "22 %"), ("garage", "44 %"), ("attic", "– %")):
        (line,) = [line for line in text.split("\n") if line.startswith(name)]
        assert level in line
    assert "over temperature (63 °C): let it cool down" in text


def test_a_silent_battery_is_red() -> None:
    """Its sentence too; what flows is a dash."""
    text = render_battery(seen(STORIES["silent"]()), LOOK, ROOM)
    assert {COLOURS.bad} == styles(text, "the battery does not answer: 192.168.1.70")
    assert "– kW" in text.plain


def test_limits_go_before_the_sentence() -> None:
    """In a low room; then why is cut to a line."""
    whole = drawn(battery(), room=Room(76, 5)).plain
    assert "may store" in whole
    short = drawn(battery(), room=Room(76, 4)).plain
    assert "may store" not in short
    assert "to keep the quarter under 3.9 kW" in short
    assert 3 == len(drawn(battery(), room=Room(30, 3)).plain.split("\n"))


def test_the_whole_sentence_is_said_where_there_is_room() -> None:
    """In as many lines as it needs."""
    because = BatteryWhy(ground=Ground.SILENT, name="192.168.1.70: no answer within 2 s, for the third time since noon")
    told = seen([storage(because)])
    for width in (24, 44, 76):
        lines, _ = battery_lines(told, LOOK, width)
        assert "for the third time since noon" in " ".join(render_battery(told, LOOK, Room(width, lines)).plain.split())


def test_no_battery_says_where_to_read() -> None:
    """And before the first word it waits."""
    assert NONE_SET_UP == drawn().plain
    assert "waiting for the battery" == render_battery(seen([]), LOOK, ROOM).plain


@pytest.mark.parametrize(
    ("power_w", "word"), [(None, ""), (0.0, "rests"), (-20.0, "rests"), (60.0, "stores"), (-60.0, "gives")]
)
def test_a_power_has_a_word(power_w: float | None, word: str) -> None:
    """What its own electronics draw is rest."""
    assert word == does(power_w)
