"""Lines that fit."""

from lib.panels.sheet import Sheet, apart, wrapped
from tests.panels.golden import LOOK


def test_a_line_is_cut_and_not_wrapped() -> None:
    """What is too long ends with the sign for a cut."""
    sheet = Sheet(LOOK, 8)
    sheet.row(("12345", ""), ("67890", "red"))
    assert "1234567…" == sheet.text().plain


def test_wide_signs_count_double() -> None:
    """A sign of two cells takes two of the width."""
    sheet = Sheet(LOOK, 5)
    sheet.row(("漢漢漢", ""))
    assert "漢漢…" == sheet.text().plain


def test_a_paragraph_takes_the_lines_it_needs() -> None:
    """Words are kept whole."""
    sheet = Sheet(LOOK, 12)
    sheet.paragraph("a sentence of some words", "")
    assert "a sentence\nof some\nwords" == sheet.text().plain


def test_styles_stand_where_their_pieces_stand() -> None:
    """Also on later lines."""
    sheet = Sheet(LOOK, 20)
    sheet.row(("one", ""))
    sheet.row(("two ", "red"), ("three", "blue"))
    assert [(4, 8, "red"), (8, 13, "blue")] == [(span.start, span.end, span.style) for span in sheet.text().spans]


def test_pieces_at_both_ends_keep_the_right_ones() -> None:
    """Where a line is too narrow those on the left that do not fit give way."""
    left, right = [("one ", ""), ("two ", ""), ("3", "")], [("end", "red")]
    assert "one two 3   end" == "".join(text for text, _ in apart(left, right, 15))
    assert "one 3  end" == "".join(text for text, _ in apart(left, right, 10))
    assert left == apart(left, [], 3)


def test_both_ends_never_touch() -> None:
    """What fits exactly is too long by a blank, unless the right brings its own."""
    left = [("one", ""), (" two", "")]
    assert ["one two end", "one    end", "one two end"] == [
        "".join(text for text, _ in apart(left, [(right, "")], width))
        for right, width in (("end", 11), ("end", 10), (" end", 11))
    ]


def test_a_number_stays_beside_its_unit() -> None:
    """Where a sentence goes on in another line."""
    assert ["held to", "15 A under", "5.84 kW"] == wrapped(LOOK, "held to 15 A under 5.84 kW", 11)


def test_words_are_wrapped_by_cells() -> None:
    """A sign of two cells counts double; no text is one empty line."""
    assert ["漢字 漢", "字"] == wrapped(LOOK, "漢字 漢 字", 7)
    assert [""] == wrapped(LOOK, "", 7)
