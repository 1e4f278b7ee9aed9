"""The lines of the meter, as it printed them."""

from lib.messages import Line, Telegram
from lib.messages.dm import say_telegram
from lib.panels.look import Room
from lib.panels.telegram import render_telegram
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS
from tests.panels.story import brussels, closed

ROOM = Room(76, 20, whole=True)
RECEIVED = brussels("2026-11-20 14:07:31")


def the_telegram() -> Telegram:
    """The last one of a story."""
    last = story.four_days().told()[3]
    assert isinstance(last, Telegram)
    return last


def test_every_line_has_its_row() -> None:
    """And the identification stands above them."""
    telegram = the_telegram()
    lines = render_telegram(telegram, LOOK, ROOM).plain.split("\n")
    assert r"/TST5\253769999_A  41 lines, received 14:07:31" == lines[0]
    assert 1 + 41 == len(lines)
    assert [line.code for line in telegram.lines] == [line.split()[0] for line in lines[1:]]


def test_a_line_is_code_name_value_unit() -> None:
    """In this order."""
    lines = render_telegram(the_telegram(), LOOK, ROOM).plain.split("\n")
    (line,) = [line for line in lines if line.startswith("1-0:32.7.0")]
    assert ["1-0:32.7.0", "Voltage", "L1", "236.4", "V"] == line.split()


def test_a_limit_that_is_none_is_off() -> None:
    """Not 99.999 kW, and without a unit."""
    lines = render_telegram(the_telegram(), LOOK, ROOM).plain.split("\n")
    assert {"0-0:17.0.0": ["Limiter", "off"], "1-0:31.4.0": ["Fuse", "supervision", "off"]} == {
        line.split()[0]: line.split()[1:] for line in lines if line.startswith(("0-0:17.0.0", "1-0:31.4.0"))
    }


def test_an_unknown_line_is_shown_too() -> None:
    """Nothing a meter prints is hidden."""
    lines = render_telegram(the_telegram(), LOOK, ROOM).plain.split("\n")
    assert ["9-9:9.9.9", "(unknown)", "something", "new"] == lines[-1].split()


def test_no_line_can_write_to_the_terminal() -> None:
    """Neither through the core's message nor through one that a peer made."""
    evil = closed("/E\x1bI5\\\x07x\n\n1-0:1.7.0(\x1b[2J\x9b31m*k\x07W)\n\x1b(0(1)\n!").split(b"!")[0] + b"!"
    made = Telegram(
        ident="\x1b[2J", received=RECEIVED, lines=(Line(code="\x1b", name="\r\n", value="\x9b", unit="\x00"),)
    )
    for telegram in (say_telegram(evil, RECEIVED), made):
        plain = render_telegram(telegram, LOOK, ROOM).plain
        assert all(line.isprintable() for line in plain.split("\n"))
        assert 1 + len(telegram.lines) == len(plain.split("\n"))


def test_a_long_value_is_cut() -> None:
    """Thirteen months stand in one row; the panel of the months has them in full."""
    lines = render_telegram(the_telegram(), LOOK, ROOM).plain.split("\n")
    (history,) = [line for line in lines if line.startswith("0-0:98.1.0")]
    assert history.endswith("…")
    assert ROOM.width == len(history)


def test_where_peaks_cost_nothing_no_name_speaks_of_one() -> None:
    """The line stays, its name goes."""
    plain = render_telegram(the_telegram(), LOOK, ROOM, peaks=False).plain
    assert "peak" not in plain.lower()
    assert "1-0:1.6.0" in plain


def test_a_telegram_without_lines_is_one() -> None:
    """An old meter at the end of its power."""
    telegram = Telegram(ident="/X", received=RECEIVED, lines=())
    assert "/X  0 lines, received 14:07:31" == render_telegram(telegram, LOOK, ROOM).plain


def test_ascii_gets_ascii() -> None:
    """Also for names that hold other signs."""
    assert render_telegram(the_telegram(), LOOKS["ascii"], ROOM).plain.isascii()
