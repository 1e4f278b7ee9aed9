"""What may reach a terminal, and how numbers are said."""

from hypothesis import given
from hypothesis import strategies as st

from lib.panels.look import ASCII, CONSOLE, UNICODE, Look
from lib.panels.themes import NIGHT

FULL, PLAIN, POOR = (Look(glyphs=glyphs, colours=NIGHT.palette) for glyphs in (UNICODE, CONSOLE, ASCII))


def test_an_escape_sequence_is_shown_and_not_obeyed() -> None:
    """What would move a cursor or ring a bell stands there in letters."""
    assert r"\x1b[2Jhello\x07\n\u202e" == FULL.safe("\x1b[2Jhello\x07\n\u202e")


@given(st.text())
def test_any_text_becomes_printable(text: str) -> None:
    """No text holds anything but signs to print, whatever the terminal; ASCII gets nothing but ASCII."""
    assert FULL.safe(text).isprintable()
    assert PLAIN.safe(text).isprintable()
    assert POOR.safe(text).isprintable()
    assert POOR.safe(text).isascii()


@given(st.text(), st.integers(0, 40))
def test_a_text_is_brought_to_its_width(text: str, width: int) -> None:
    """Filled or cut to exactly the cells that were asked for."""
    assert width == len(POOR.left(text, width)) == len(POOR.right(text, width))


def test_signs_that_are_not_there_have_a_stand_in() -> None:
    """What a terminal lacks is written with what it has."""
    assert "10 EUR/m3 - cafe ?" == POOR.safe("10 €/m³ – café 漢")
    assert "10 EUR/m3 - café ?" == PLAIN.safe("10 €/m³ – café 漢")


def test_the_unknown_is_no_zero() -> None:
    """None, and what is no number, is said with a dash."""
    assert ("–", "–", "–", "0.00") == tuple(FULL.number(one, 2) for one in (None, float("nan"), float("inf"), 0.0))


def test_a_number_loses_decimals_before_it_loses_digits() -> None:
    """In a narrow column the decimals go first, and what does not fit at all is no other number."""
    assert ("1234.57", "1234.6", "1235", "…") == tuple(FULL.number(1234.567, 2, width) for width in (7, 6, 5, 3))


def test_zero_has_no_sign() -> None:
    """A rounded nothing is not negative."""
    assert ("0.00", "−0.01") == (FULL.number(-0.001, 2), FULL.number(-0.01, 2))


def test_a_large_figure_has_three_rows_of_equal_length() -> None:
    """The digits stand upright in both fonts."""
    for look in (FULL, POOR):
        rows = look.large("0123456789.")
        assert 3 == len(rows)
        assert {len(rows[0])} == set(map(len, rows))
