"""What happened lately."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lib.core.events import Event, Kind
from lib.messages import Events, House
from lib.panels.events import ROLES, events_drawn_from, render_events
from lib.panels.look import Room
from tests.panels.golden import LOOK, LOOKS, seen, styles
from tests.panels.words import NOON, a_house, some_events

ROOM = Room(76, 18)


def lines(events: Events | None, room: Room = ROOM, house: House | None = None) -> list[str]:
    """The panel by lines."""
    return render_events(events, house or a_house(), LOOK, room).plain.split("\n")


def test_the_newest_comes_first_with_its_time() -> None:
    """The day too when it is not today, the month when it is long ago."""
    found = lines(some_events())
    assert "09:12        production production started: 0.61 kW injected" == found[0]
    assert "Sat 20 21:41 production stopped" == found[2][:13] + found[2][24:42].replace("stopped: 0", "stopped: 0")[:18]
    assert found[6].startswith("31 May 04:17 breaker    the breaker closed")


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_its_colour(kind: Kind) -> None:
    """On its name; in a narrow room on its words."""
    role = getattr(LOOK.colours, ROLES[kind])
    events = Events(last=(Event(at=NOON, kind=kind, text="something"),))
    assert {role} == styles(render_events(events, a_house(), LOOK, ROOM), kind.value)
    assert {role} == styles(render_events(events, a_house(), LOOK, Room(40, 5)), "something")


def test_a_long_one_goes_on_below_where_one_can_scroll() -> None:
    """And is cut where one cannot."""
    assert 11 == len(lines(some_events(), Room(76, 5, whole=True)))
    assert "                        Monday from 9 to 12" == lines(some_events(), Room(76, 5, whole=True))[2]
    short = lines(some_events(), Room(76, 5))
    assert 5 == len(short)
    assert short[1].endswith("…")


def test_an_empty_day_says_so() -> None:
    """No list is not a broken one."""
    assert ["nothing happened yet"] == lines(None) == lines(Events(last=()))


def test_it_is_drawn_again_on_a_new_day() -> None:
    """Today's time becomes yesterday's; not with each telegram."""
    told = some_events()
    first, second, next_day = (
        events_drawn_from(seen([a_house(at=at), told]))
        for at in (NOON, NOON + timedelta(seconds=1), NOON + timedelta(days=1))
    )
    assert first == second
    assert first != next_day


def test_no_event_can_write_to_the_terminal() -> None:
    """A message of the operator, or of a peer."""
    evil = Events(last=(Event(at=NOON, kind=Kind.MESSAGE, text="\x1b[2J\r\n\u202ehello"),))
    for room in (ROOM, Room(76, 5, whole=True)):
        assert all(line.isprintable() for line in lines(evil, room))


def test_ascii_gets_ascii() -> None:
    """Also for words with other letters."""
    events = Events(last=tuple(replace(one, text=f"é – {one.text}") for one in some_events().last))
    for room in (ROOM, Room(30, 5, whole=True)):
        assert render_events(events, a_house(), LOOKS["ascii"], room).plain.isascii()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=90), st.sampled_from(Kind), st.integers(-500, 500)), max_size=9),
    st.integers(1, 240),
    st.integers(1, 70),
    st.booleans(),
)
def test_any_events_fit_any_room(told: list[tuple[str, Kind, int]], width: int, height: int, whole: bool) -> None:
    """No line is wider than the room."""
    last = tuple(Event(at=NOON + timedelta(days=days), kind=kind, text=text) for text, kind, days in told)
    text = render_events(Events(last=last), a_house(), LOOKS["ascii"], Room(width, height, whole))
    assert max(map(cell_len, text.plain.split("\n"))) <= width
