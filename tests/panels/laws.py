"""What holds for every panel of a program, whatever that says: for the panels of ev and of bs."""

from collections.abc import Container
from dataclasses import replace

from hypothesis import strategies as st
from rich.cells import cell_len

from lib.panels.layout import Panel, Panels
from lib.panels.look import Room
from lib.panels.seen import Seen
from tests.panels.golden import LOOKS

WIDTHS, HEIGHTS = (20, 21, 33, 44, 56, 74, 76, 96, 118, 300), (3, 4, 7, 12, 40)

texts = st.text(max_size=30)
numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)
known = st.floats(allow_nan=True, allow_infinity=True)


def fits(panel: Panel, told: Seen, room: Room, scrolled: Container[str]) -> None:
    """The same values give the same text, and it keeps to its room; scrolled: those that may be longer."""
    text = panel.render(told, LOOKS["unicode"], room)
    lines = text.plain.split("\n")
    assert max(map(cell_len, lines)) <= room.width
    assert all(line.isprintable() for line in lines)
    if not room.whole and panel.name not in scrolled:
        assert len(lines) <= room.height
    assert text == panel.render(told, LOOKS["unicode"], room)
    assert panel.render(told, LOOKS["ascii"], room).plain.isascii()


def fits_any_room(panel: Panel, told: Seen, scrolled: Container[str]) -> None:
    """From the smallest to one that is far too large."""
    for width in WIDTHS:
        for height in HEIGHTS:
            for whole in (False, True):
                fits(panel, told, Room(width, height, whole), scrolled)


def head_fits(panels: Panels, told: Seen, width: int, height: int) -> None:
    """The head keeps to its width, however low it is."""
    head = panels.header(told, LOOKS["unicode"], Room(width, max(3, height // 5))).plain.split("\n")
    assert max(map(cell_len, head)) <= width


def needs_the_lines_that_it_writes(panel: Panel, told: Seen) -> None:
    """In a room of what it needs all is said, in one of what it likes with air."""
    assert panel.needs
    for width in WIDTHS:
        need, like, *_ = panel.needs(told, LOOKS["unicode"], width)
        for rows in (need, like):
            text = panel.render(told, LOOKS["unicode"], Room(width, rows))
            assert rows == len(text.plain.split("\n"))


def is_drawn_from_the_same_later(panels: Panels, told: Seen) -> None:
    """What a panel is drawn from is the same when nothing but time passed."""
    for panel in panels.panels:
        if panel.drawn_from:
            assert panel.drawn_from(told) == panel.drawn_from(replace(told, heard_s=3.0))
