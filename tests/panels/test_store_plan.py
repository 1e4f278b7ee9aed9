"""The plan of the battery: blocks with their price, and how full it will be."""

from dataclasses import replace
from datetime import timedelta

from lib.messages.planned import NOT_HEARD
from lib.messages.storage import StoreBlock
from lib.panels.look import Room
from lib.panels.store_plan import _soc_pct, render_store_plan
from tests.panels.ahead import planned
from tests.panels.cellar import NOW, local, plan, storage
from tests.panels.golden import LOOK, LOOKS, seen, styles

WHOLE = Room(76, 20)


def test_each_block_says_when_what_at_which_price_and_to_where() -> None:
    """The one that runs now says until when."""
    text = render_store_plan(seen([storage()]), LOOK, Room(76, 5))
    first, second, *_ = text.plain.split("\n")
    assert "until 19:30      gives   1.65 kW  € 0.412  to 36 %" == first
    assert "19:30-22:00      gives   0.62 kW  € 0.386  to 19 %" == second
    assert {LOOK.colours.good} == styles(text, "until 19:30")


def test_a_price_that_is_not_known_is_left_out() -> None:
    """And takes no room where none is known."""
    unpriced = tuple(replace(one, eur_kwh=None) for one in plan())
    assert "gives   1.65 kW  to 36 %" in render_store_plan(seen([storage(plan=unpriced)]), LOOK, WHOLE).plain


def test_the_level_runs_from_block_to_block() -> None:
    """From what it holds now, on a line to the end of each block, and level between two."""
    told = storage()
    for at, pct in (
        ("2026-11-20 18:06:10", 58.0),
        ("2026-11-20 19:30", 36.0),
        ("2026-11-20 23:59", 19.0),
        ("2026-11-21 02:37:30", 55.5),
        ("2026-11-21 12:45", 73.5),
        ("2026-11-21 20:00", 84.0),
    ):
        assert pct == _soc_pct(told, local(at))


def test_the_chart_has_signs_for_what_it_does() -> None:
    """Which need no colour, and are explained."""
    text = render_store_plan(seen([storage()]), LOOK, WHOLE).plain
    assert "100 % " in text
    assert "+ stores, - gives" in text
    (signs,) = [line for line in text.split("\n") if "++" in line]
    assert set(signs) == set(" +-·")


def test_a_level_that_nobody_knows_is_a_question_mark_until_a_block_ends() -> None:
    """It is not empty."""
    text = render_store_plan(seen([storage(soc_pct=None)]), LOOK, WHOLE).plain
    assert "0 % ?" in text


def test_a_low_or_narrow_room_has_no_chart() -> None:
    """The blocks come first."""
    for room in (Room(76, 7), Room(40, 20)):
        text = render_store_plan(seen([storage()]), LOOK, room).plain
        assert "100 %" not in text
        assert "until 19:30" in text


def test_nothing_planned_is_said() -> None:
    """And before the first word it waits."""
    assert ["nothing is planned", NOT_HEARD] == render_store_plan(seen([storage(plan=())]), LOOK, WHOLE).plain.split(
        "\n"
    )
    assert "waiting for the plan" == render_store_plan(seen([]), LOOK, WHOLE).plain


def test_blocks_of_the_past_are_drawn_too() -> None:
    """A plan that is late is still a plan."""
    old = StoreBlock(start=local("2026-11-20 15:00"), end=local("2026-11-20 16:00"), power_w=900.0, soc_pct=70.0)
    assert "to 70 %" in render_store_plan(seen([storage(plan=(old,))]), LOOK, WHOLE).plain
    assert render_store_plan(seen([storage(plan=(old,))]), LOOKS["ascii"], WHOLE).plain.isascii()


def test_dms_plan_takes_the_place_of_its_own() -> None:
    """With the battery's blocks and why; the cars stay as lanes."""
    text = render_store_plan(seen([storage(), planned(NOW)]), LOOK, Room(76, 30, whole=True)).plain
    assert NOT_HEARD not in text
    assert "Red car   ──" in text
    assert "Red car         " not in text
    assert "gives while a kWh costs" in text
    assert "100 %" in text


def test_dms_plan_of_an_hour_ago_is_no_plan() -> None:
    """It says so, in amber, and draws its own."""
    text = render_store_plan(seen([storage(), planned(NOW - timedelta(hours=1))]), LOOK, WHOLE)
    assert {LOOK.colours.warn} == styles(text, NOT_HEARD)
    assert "to 36 %" in text.plain
