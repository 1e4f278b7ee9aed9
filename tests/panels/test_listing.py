"""Lines of which only those are written that are seen."""

from lib.panels.listing import Line, listing
from tests.panels.golden import LOOK


def numbered(written: list[int], chosen: int | None = None) -> tuple[int, str]:
    """Two hundred lines, of which five are seen."""

    def line(at: int) -> Line:
        written.append(at)
        return [(f"line {at}", "")]

    more: list[Line] = [[("why", "")], [("figures", "")]] if chosen is not None else []
    long = listing(200, line, LOOK, 20, chosen=chosen, more=more)
    return long.lines, long.write(100, 105).plain


def test_only_what_is_seen_is_written() -> None:
    """Five of two hundred, so what is far more costs no more."""
    written: list[int] = []
    assert (200, "line 100\nline 101\nline 102\nline 103\nline 104") == numbered(written)
    assert [100, 101, 102, 103, 104] == written


def test_the_chosen_one_says_more_below_its_line() -> None:
    """And those after it stand further down."""
    assert (202, "line 100\nline 101\nwhy\nfigures\nline 102") == numbered([], chosen=101)
    assert (202, "line 98\nline 99\nline 100\nline 101\nline 102") == numbered([], chosen=3)
