"""The last line: words give way to the keys."""

import pytest

from lib.panels.bs import bs_panels
from lib.panels.dm import dm_panels
from lib.panels.ev import ev_panels
from lib.panels.foot import MOST_ANSWER, render_answer, render_foot, render_help
from lib.panels.layout import Panels
from lib.panels.look import Room
from lib.panels.themes import SKINS
from tests.panels.golden import LOOK, seen, styles

TITLES = ("Quarter", "Usage", "Rates", "Telegram", "Months")
EVERY = ("Quarter", "Usage", "Rates", "Meter", "Bill", "Events", "Peaks", "Prices")


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (81, " 0 All  1 Quarter  2 Usage  3 Rates  4 Telegram  5 Months  t theme ? help q quit "),
        (70, " 0 All  1 Quarter  2 Usage  3 Rates  4 Telegram  5 Months       t ? q "),
        (60, " 0 All 1 Quarter 2 Usage 3 Rates 4 Telegram 5 Months  t ? q "),
        (57, " 0  1  2 Usage  3  4  5            t theme ? help q quit "),
        (28, " 0  1  2  3  4  5     t ? q "),
    ],
)
def test_every_key_stays_where_words_have_no_room(width: int, expected: str) -> None:
    """Who sits before a small terminal must find help and the way out."""
    assert expected == render_foot(TITLES, 2, LOOK, width).plain


def test_all_panels_have_their_names_on_a_small_terminal() -> None:
    """Eighty columns are enough for the eight of the meter."""
    text = render_foot(EVERY, 0, LOOK, 80).plain
    assert " 0 All 1 Quarter 2 Usage 3 Rates 4 Meter 5 Bill 6 Events 7 Peaks 8 Prices t ? q" == text.rstrip()


def test_the_key_of_the_page_is_marked() -> None:
    """Also where there is no word beside it."""
    for width in (120, 60, 28):
        text = render_foot(TITLES, 4, LOOK, width)
        assert [" 4 "] == [text.plain[one.start : one.end] for one in text.spans if str(one.style) == "bold reverse"]


@pytest.mark.parametrize("panels", [dm_panels(), ev_panels(), bs_panels()], ids=["dm", "ev", "bs"])
def test_the_help_is_whole_on_a_small_terminal(panels: Panels) -> None:
    """In the 72 columns that its frame leaves of 80, no line of keys and colours is cut."""
    legend, themes = panels.legend(seen([])), [skin.name for skin in SKINS]
    room = Room(72, 60)
    shown = render_help(legend, (), themes, LOOK, room, attached=True, orders=panels.keys, choices=True, folds=True)
    assert [] == [line for line in shown.plain.split("\n") if LOOK.glyphs.cut in line]


def test_an_answer_takes_the_lines_it_needs() -> None:
    """In the colour of its kind, and no more than a few."""
    done = render_answer(("garage: pv_only", "good"), LOOK, 80)
    assert " ● garage: pv_only" == done.plain
    assert {LOOK.colours.good} == styles(done, "●")
    refused = render_answer(("words " * 60, "warn"), LOOK, 80)
    assert {LOOK.colours.warn} == styles(refused, "●")
    assert MOST_ANSWER == refused.plain.count("\n") + 1
    assert max(map(len, refused.plain.split("\n"))) <= 80
