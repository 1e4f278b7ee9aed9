"""The help: given or refused, granted, target."""

from dataclasses import replace

from rich.text import Text

from lib.core.claims import BATTERY, NIGHT, Claim
from lib.messages import Message
from lib.panels.helps import render_helps
from lib.panels.look import Room
from tests.panels.cellar import STORIES, storage
from tests.panels.golden import LOOK, seen, styles

ROOM = Room(60, 12)
COLOURS = LOOK.colours


def drawn(words: list[Message]) -> Text:
    """The panel."""
    return render_helps(seen(words), LOOK, ROOM)


def test_help_is_said_with_its_end_its_energy_and_its_reason() -> None:
    """Then what the battery is told, granted and may count."""
    lines = drawn(STORIES["helping"]()).plain.split("\n")
    assert "To cars    2.00 kW   until 18:15" == lines[0]
    assert "1.90 kWh at most: late for Antwerp 150 km" == lines[1]
    assert "Told       2.00 kW   to give" == lines[2]
    assert "Granted    0.00 kW   to store" == lines[3]
    assert "Target     3.91 kW   of this quarter" == lines[4]


def test_a_refusal_says_why_in_full() -> None:
    """In as many lines as it takes, in the colour of a warning."""
    text = drawn(STORIES["several"]())
    assert {COLOURS.warn} == styles(text, "refused: its 29 % are kept in reserve")
    assert "until 20:00" in text.plain


def test_what_nobody_asked_is_said_as_that() -> None:
    """With what could be given."""
    assert "To cars  none is asked; 2.69 kW could be" in drawn([storage()]).plain
    assert "none is asked, and none could be given" in drawn([storage(can_help_w=0.0)]).plain


def test_no_grant_is_no_zero() -> None:
    """Nor is a target that nobody knows; a battery in its own mode is told nothing."""
    text = drawn(STORIES["silent"]())
    assert {COLOURS.quiet} == styles(text, "nothing: none is asked")
    asks = (Claim(who=BATTERY, priority=NIGHT, wish_w=2_000.0),)
    assert {COLOURS.warn} == styles(drawn([storage(granted_w=None, claims=asks)]), "no grant is alive")
    assert "Target        – kW" in text.plain
    assert "nothing: it is left to its own mode" in text.plain
    assert "0.00" not in text.plain


def test_what_is_asked_above_the_target_is_said_with_its_cause() -> None:
    """As for the cars."""
    assert {COLOURS.over} == styles(drawn(STORIES["several"]()), "asks for 0.90 kW above the target: reserve minimum")


def test_a_battery_that_rests_is_told_to() -> None:
    """And before the first word it waits."""
    assert "Told     to rest" in drawn([replace(storage(), target_w=0.0)]).plain
    assert "waiting for the battery" == drawn([]).plain
