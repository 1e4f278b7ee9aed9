"""The budget: granted, used, target, and what stands in the way."""

from dataclasses import replace

from rich.text import Text

from lib.messages import Message
from lib.messages.charging import Budget, Charging
from lib.panels.budget import render_budget, trouble
from lib.panels.look import Room
from tests.panels.garage import STORIES, charging
from tests.panels.golden import LOOK, seen, styles

ROOM = Room(60, 12)
COLOURS = LOOK.colours


def drawn(words: list[Message]) -> Text:
    """The panel."""
    return render_budget(seen(words), LOOK, ROOM)


def told(name: str) -> Charging:
    """What ev says in a story."""
    (found,) = [one for one in STORIES[name]() if isinstance(one, Charging)]
    return found


def test_what_is_granted_and_used_stands_with_its_end() -> None:
    """And a bar of how much of it is used."""
    granted, used, target = drawn([charging()]).plain.split("\n")
    assert "Granted    3.12 kW   until 13:30" == granted
    assert used.startswith("Used       2.31 kW   █")
    assert abs(used.count("█") / (used.count("█") + used.count("░")) - 2310 / 3120) < 0.03
    assert "Target     3.91 kW   of this quarter" == target


def test_trouble_comes_first_and_in_red() -> None:
    """With what it does to the chargers, where it does."""
    text = drawn(STORIES["lost"]())
    assert "dm is silent for 42 s: chargers at their safe setting" == text.plain.split("\n")[0]
    assert {COLOURS.bad} == styles(text, "dm is silent for 42 s")
    assert "dm is silent for 12 s" == trouble(told("waiting"))


def test_no_grant_is_no_zero() -> None:
    """Nothing is granted, and why that is so is known."""
    text = drawn([replace(charging(), budget=Budget(used_w=0.0))])
    assert {COLOURS.warn} == styles(text, "no grant is alive")
    assert "0.00 kW" in drawn([replace(charging(), budget=Budget(used_w=0.0, granted_w=0.0))]).plain


def test_what_is_used_is_a_dash_while_a_charger_is_silent() -> None:
    """And no bar, which would be of what it drew last."""
    dash = LOOK.glyphs.unknown
    unknown = Budget(used_w=None, granted_w=3120.0)
    used = next(row for row in drawn([replace(charging(), budget=unknown)]).plain.split("\n") if "Used" in row)
    assert ["Used", dash, "kW"] == used.split()


def test_what_is_asked_above_the_target_is_said_with_its_cause() -> None:
    """And the help that the battery is asked for."""
    text = drawn(STORIES["late"]())
    assert {COLOURS.over} == styles(text, "garage asks for 3.79 kW above the target: late trip")
    assert "the battery is asked for 2.00 kW until 13:39: late for" in text.plain


def test_where_peaks_cost_nothing_the_connection_is_the_limit() -> None:
    """And nothing is asked above it."""
    free = replace(told("late"), capacity_tariff=False)
    rows = drawn([free]).plain
    assert "Limit      3.91 kW   of this quarter" in rows
    assert "above the target" not in rows


def test_before_the_first_word_it_waits() -> None:
    """Nothing is made up."""
    assert "waiting for the budget" == drawn([]).plain
